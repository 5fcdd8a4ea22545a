package org.einkorn.frontend.check;

import org.einkorn.ir.source.Diagnostic;

/// The words for problems of derivatives.
final class DerivativeWords {
  private DerivativeWords() {}

  static Diagnostic diagnostic(Problem.OfDerivative problem) {
    return switch (problem) {
      case Problem.DerivativeOfNoTensor p ->
          Diagnostic.error("E0240", code(p.function()) + " takes names of tensors")
              .at(p.at(), "this is no name of a tensor")
              .help("give the value a name in an equation of its own");
      case Problem.GradientOfTensor p ->
          Diagnostic.error(
                  "E0241",
                  code(p.function()) + " is of a number, and " + code(p.tensor()) + " is none")
              .at(p.at(), "it has " + p.rank() + (p.rank() == 1 ? " axis" : " axes"))
              .help("sum it first, or weight its elements: `vjp(F, X, U)` with `U` of its shape");
      case Problem.NotDifferentiable p ->
          Diagnostic.error(
                  "E0242", code(p.tensor()) + " is " + p.type() + ", which has no derivative here")
              .at(p.at(), "")
              .help("convert it to a float in an equation of its own, and name that");
      case Problem.DerivativeOfUntyped p ->
          Diagnostic.error(
                  "E0244",
                  "the type of " + code(p.tensor()) + " is not known before its derivative")
              .at(p.at(), "both are computed together")
              .help("give it a type where it is defined, " + code(p.tensor() + ": " + p.type()));
      case Problem.DerivativeOfIteration p ->
          Diagnostic.error("E0243", "no derivative goes through the iteration " + code(p.tensor()))
              .at(
                  p.at(),
                  switch (p.why()) {
                    case UNCOUNTED -> "how many rounds there are is not known before they run";
                    case FIXPOINT -> "it goes on until nothing changes";
                    case INSIDE -> "this is within the rounds of " + code(p.tensor());
                  })
              .help(
                  switch (p.why()) {
                    case UNCOUNTED, FIXPOINT ->
                        "say how many there are at most, `for N steps` with a number or a size, or"
                            + " differentiate what it converges to, as `root(R, "
                            + p.tensor()
                            + ")`";
                    case INSIDE ->
                        "give the steps an index, `X[i, t+1] = f(X[j, t])`, and differentiate by"
                            + " one position of it";
                  });
      case Problem.BadAdjoint p ->
          Diagnostic.error("E0247", "the derivative of " + code(p.function()) + " can't be this")
              .at(p.at(), p.why())
              .help(p.remedy());
      case Problem.NoRoot p ->
          Diagnostic.error("E0245", "`root` can't say how this changes")
              .at(p.at(), p.why())
              .help(p.remedy());
      case Problem.OrderOfJet p ->
          Diagnostic.error("E0246", "the order of a `jet` is a whole number from 1 to " + p.most())
              .at(p.at(), "")
              .help("write the number out: `jet(F, X, V, order: 3)`");
      case Problem.OnlyThroughTruth p ->
          Diagnostic.warning(
                  "W0105",
                  code(p.function())
                      + " depends on "
                      + code(p.variable())
                      + " only through truth values and integers")
              .at(p.at(), "this is 0 everywhere")
              .help(
                  "write relations as numbers from 0 to 1, "
                      + "`R[x, z] = 1 - prod[y](1 - P[x, y] * Q[y, z])`");
      case Problem.NoInfluence p ->
          Diagnostic.warning(
                  "W0105", code(p.function()) + " does not depend on " + code(p.variable()))
              .at(p.at(), "this is 0 everywhere")
              .help(
                  "if that is meant, leave it; else look at what the equations of "
                      + code(p.function())
                      + " read");
    };
  }

  private static String code(String text) {
    return "`" + text + "`";
  }
}
