package org.einkorn.frontend.syntax;

import java.util.Locale;

/// The first word of a declaration.
public enum DeclarationKind {
  INPUT,
  PARAM,
  OUTPUT,
  TENSOR;

  /// As written: `input`.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Whether a value may follow. What is kept, or only declared, is defined by equations.
  public boolean hasValue() {
    return switch (this) {
      case INPUT, PARAM -> true;
      case OUTPUT, TENSOR -> false;
    };
  }
}
