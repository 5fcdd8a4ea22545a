package org.einkorn.passes.differentiate;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Definition;

/// A definition as a linear function of small changes of what it reads.
///
/// @param needs definitions that the coefficients read, in order
/// @param terms what adds up to the change
/// @param scan the prefix sum that is taken of the terms, if one is
record Linearized(List<Definition> needs, List<LinearTerm> terms, Optional<Body.Scan> scan) {
  Linearized {
    needs = List.copyOf(needs);
    terms = List.copyOf(terms);
  }

  static final Linearized CONSTANT = new Linearized(List.of(), List.of(), Optional.empty());

  /// The tensors that the definition changes with, and those that its coefficients read.
  Set<String> reads() {
    Set<String> reads = new LinkedHashSet<>(sources());
    Walk walk =
        Walk.ofScalars(
            scalar -> {
              if (scalar instanceof Scalar.Read read) {
                reads.add(read.tensor());
              }
            });
    for (LinearTerm term : terms) {
      for (Partial.Step step : term.partial().steps()) {
        walk.visit(
            switch (step) {
              case Partial.Step.Factor(Scalar by) -> by;
              case Partial.Step.Divisor(Scalar by) -> by;
              case Partial.Step.Condition(Scalar holds) -> holds;
            });
      }
    }
    return reads;
  }

  /// The tensors that the definition changes with.
  Set<String> sources() {
    Set<String> sources = new LinkedHashSet<>();
    terms.forEach(term -> sources.add(term.source()));
    return sources;
  }
}
