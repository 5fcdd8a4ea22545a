package org.einkorn.frontend.check;

import java.util.List;
import org.einkorn.ir.source.Diagnostic;

/// The words for problems of learning.
final class LearningWords {
  private LearningWords() {}

  static Diagnostic diagnostic(Problem.OfLearning problem) {
    return switch (problem) {
      case Problem.UnknownOptimizer p ->
          Diagnostic.error("E0250", "no optimizer is called " + code(p.name()))
              .at(p.at(), "")
              .help("there are " + listed(p.known()));
      case Problem.OptimizerArgument p ->
          Diagnostic.error("E0251", p.why())
              .at(p.at(), "")
              .help(
                  code(p.optimizer())
                      + " takes numbers by name: "
                      + String.join(", ", p.known().stream().map(LearningWords::code).toList()));
      case Problem.NotLearnable p ->
          Diagnostic.error("E0252", code(p.name()) + " can't be learned: " + p.why())
              .at(p.at(), "")
              .help(p.remedy());
      case Problem.BadObjective p ->
          Diagnostic.error("E0253", code(p.what()) + " can't be minimized: " + p.why())
              .at(p.at(), "")
              .help(p.remedy());
      case Problem.BadBatches p ->
          Diagnostic.error("E0254", "no batches over " + code(p.index()) + ": " + p.why())
              .at(p.at(), "")
              .help(p.remedy());
      case Problem.BadCount p ->
          Diagnostic.error("E0255", "no number of " + p.what() + ": " + p.why())
              .at(p.at(), "")
              .help("write a whole number of at least 1, or the name of a `let` that is one");
      case Problem.Learning p ->
          Diagnostic.error("E0904", p.what() + ", which is not compiled in this version")
              .at(p.at(), "")
              .help(p.remedy());
    };
  }

  private static String listed(List<String> names) {
    return String.join(", ", names.stream().map(LearningWords::code).toList());
  }

  private static String code(String text) {
    return "`" + text + "`";
  }
}
