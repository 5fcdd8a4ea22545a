package org.einkorn.passes.rewrite;

import org.einkorn.ir.tensor.Definition;

/// An equation between definitions, read from left to right.
///
/// @param name in kebab-case, as `explain` shows it
/// @param step applies it to one definition
public record Rule(String name, Step step) {
  public Rule {
    if (!name.matches("[a-z]+(-[a-z]+)*")) {
      throw new IllegalArgumentException("`" + name + "` is no name of a rule");
    }
  }

  /// Looks at a definition.
  @FunctionalInterface
  public interface Step {
    Outcome apply(Definition definition, Site site);
  }
}
