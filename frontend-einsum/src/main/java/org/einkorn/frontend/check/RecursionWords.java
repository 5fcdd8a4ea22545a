package org.einkorn.frontend.check;

import org.einkorn.ir.source.Diagnostic;

/// What is said of tensors that need themselves.
final class RecursionWords {
  private RecursionWords() {}

  static Diagnostic diagnostic(Problem.OfRecursion problem) {
    return switch (problem) {
      case Problem.Recursion p ->
          Diagnostic.error(
                  "E0901",
                  p.cycle().size() == 2
                      ? code(p.cycle().getFirst()) + " needs itself"
                      : "equations need each other in a circle")
              .at(p.at(), String.join(" → ", p.cycle()))
              .note(
                  "along no index does it need only what comes before, and only fixpoints of `max`,"
                      + " `min`, `or` and `and` settle by themselves")
              .help(
                  "give the steps an index: `X[t+1] = f(X[t])`; or an end: `for 10 steps`, `until"
                      + " COND`");
      case Problem.RecursiveRank p ->
          Diagnostic.error(
                  "E0126", "how many axes " + code(p.tensor()) + " has is not known before itself")
              .at(p.at(), "it needs itself")
              .help(
                  "write an index for each axis, or declare it: "
                      + code("tensor " + p.tensor() + "[t: 10]"));
      case Problem.VirtualIndex p ->
          Diagnostic.error("E0902", "a virtual index outside of its recurrence")
              .at(p.at(), "the past of the tensor is kept only as far as it needs itself")
              .help("name the index without `*`, or leave it out for the last value");
      case Problem.Steps p ->
          Diagnostic.error("E0903", "nothing is iterated here")
              .at(p.at(), code(p.tensor()) + " does not need itself")
              .help("leave out `until` and `for`, or let the right side read " + code(p.tensor()));
      case Problem.FractionalRounds p ->
          Diagnostic.error("E0903", "a number of rounds must be a whole number")
              .at(p.at(), "this is " + p.type())
              .help(
                  "a count is an integer, a size, a `let`, or a tensor without axes of integers:"
                      + " `input K: i64`, `K: i64 = floor(…)`");
      case Problem.LateBeginning p when p.isCount() ->
          Diagnostic.error("E0901", "the number of rounds depends on what is iterated")
              .at(
                  p.at(),
                  p.states().contains(p.need())
                      ? code(p.need()) + " changes from round to round"
                      : code(p.need()) + " needs " + code(p.states().getFirst()))
              .help("count by something that does not change, or end by a condition: `until …`");
      case Problem.LateBeginning p ->
          Diagnostic.error(
                  "E0901", "what " + code(p.states().getFirst()) + " starts from depends on it")
              .at(
                  p.at(),
                  p.states().contains(p.need())
                      ? "this is the tensor itself"
                      : code(p.need()) + " needs " + code(p.states().getFirst()))
              .help("start from something else, or make this a step, too: `for …`, `until …`");
      case Problem.TwoEndings p ->
          Diagnostic.error("E0903", "two endings for one iteration")
              .at(p.at(), "these tensors are iterated together")
              .and(p.other(), "which ends otherwise here")
              .help("write the same `until` and `for` in both places, or in one of them");
      case Problem.Unstratified p ->
          Diagnostic.error(
                  "E0912",
                  p.isNegated()
                      ? "a fixpoint through a negation"
                      : "a fixpoint through something that may fall where it rises")
              .at(p.at(), String.join(" → ", p.cycle()))
              .note("what is taken back in one round may be what it was derived from")
              .help(
                  p.isNegated()
                      ? "compute what is negated before, without "
                          + code(p.cycle().getFirst())
                          + ", or say `for N steps`"
                      : "use what only rises, such as sums, positive factors and `max`, or say"
                          + " `for N steps`");
      case Problem.OpenFixpoint p ->
          Diagnostic.error("E0913", "elements of a fixpoint without a value to start from")
              .at(p.at(), "integers have no number that stands for none")
              .help("let it start from an equation that gives all elements, or make it `: f64`");
    };
  }

  private static String code(String text) {
    return "`" + text + "`";
  }
}
