package org.einkorn.cli.bench;

/// Something that computes one piece of work again and again, and whose time is taken.
interface Contender {
  /// What a table calls it.
  String name();

  /// How long it runs before any run counts: code is compiled further as it runs.
  double warmSeconds();

  /// Whether its code is still being compiled, so that it may become faster.
  default boolean isBeingCompiled() {
    return false;
  }

  /// Runs so many times in a row.
  ///
  /// @return how long that took, in nanoseconds
  long run(int times);
}
