package org.einkorn.ir.verify;

/// Something that holds of every well-formed program.
///
/// @param name how users and findings refer to it, in kebab case
/// @param doc what must hold, in one sentence
/// @param check reports each place at which it does not
/// @param <S> what it looks at
public record Rule<S>(String name, String doc, Check<S> check) {

  /// Looks at a subject and reports what it finds.
  @FunctionalInterface
  public interface Check<S> {
    void run(S subject, Report report);
  }

  /// Takes what a rule finds.
  @FunctionalInterface
  public interface Report {
    void find(Place place, String message);
  }
}
