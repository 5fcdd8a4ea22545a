package org.einkorn.frontend.learn;

import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.SourceFile;

/// Names for the tensors of a step that the program has none for, free in the program's text.
final class Names {
  private final SourceFile file;
  private final Tree.Learn learn;

  Names(SourceFile file, Tree.Learn learn) {
    this.file = file;
    this.learn = learn;
  }

  private String free(String name) {
    String found = name;
    while (file.text().contains(found)) {
      found += "_";
    }
    return found;
  }

  /// What is minimized.
  String objective() {
    return learn.objective() instanceof Tree.Name(String name, Origin _) ? name : free("Objective");
  }

  /// Whether learning ends.
  String until() {
    return free("Until");
  }

  /// The number of the step.
  String step() {
    return free("Step");
  }

  /// A state of a parameter: `W_M`.
  String state(String parameter, String state) {
    return free(base(parameter) + "_" + base(state));
  }

  /// The next value of a tensor: `W_next`.
  String next(String name) {
    return free(base(name) + "_next");
  }

  /// Primes stand at the end of a name only.
  private static String base(String name) {
    return name.replace("'", "_");
  }
}
