package org.einkorn.passes;

import java.util.function.UnaryOperator;

/// One rewrite of a whole program at one level of the IR.
///
/// Flags, timing and dumps derive from the name and the summary.
///
/// @param <T> the level: `Program` or `Module`
/// @param name in kebab-case, as a user types it
/// @param summary one line on what it does
/// @param rewrite what it does
public record Pass<T>(String name, String summary, Rewrite<T> rewrite) {
  /// A rewrite that may look at its context.
  ///
  /// @param <T> the level
  @FunctionalInterface
  public interface Rewrite<T> {
    /// The program rewritten; the same instance where nothing changes.
    T apply(T value, PassContext context);
  }

  /// A pass that needs to know nothing but the program.
  public static <T> Pass<T> of(String name, String summary, UnaryOperator<T> rewrite) {
    return new Pass<>(name, summary, (value, context) -> rewrite.apply(value));
  }

  /// The program rewritten; the same instance where nothing changes.
  public T apply(T value, PassContext context) {
    return rewrite.apply(value, context);
  }
}
