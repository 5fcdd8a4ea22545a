package org.einkorn.frontend.syntax;

import java.util.Locale;
import java.util.Optional;

/// The words before `[j](…)`.
public enum ProjectionKind {
  SUM,
  MAX,
  MIN,
  PROD,
  AVG,
  ANY,
  ALL,
  LSE,
  XOR,
  ARGMAX,
  ARGMIN,
  CUMSUM,
  CUMPROD,
  CUMMAX,
  CUMMIN;

  /// As written: `argmax`.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<ProjectionKind> of(String word) {
    for (ProjectionKind kind : values()) {
      if (kind.word().equals(word)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}
