package org.einkorn.ir.verify;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.Heights;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.EvaluationOrder;
import org.einkorn.ir.tensor.Program;

/// The order of evaluation of a program that may be malformed.
final class Orders {
  private Orders() {}

  /// The order; nothing where expressions are too deep to look at or have the wrong number of
  /// indices, which other rules report.
  static Optional<EvaluationOrder.Result> of(Program program) {
    Map<String, Integer> ranks = new HashMap<>();
    for (Definition definition : program.definitions()) {
      if (ranks.put(definition.name(), definition.type().rank()) != null) {
        return Optional.empty();
      }
    }
    for (Definition definition : program.definitions()) {
      if (!isPlain(definition) || !hasRanks(definition, ranks)) {
        return Optional.empty();
      }
    }
    return Optional.of(EvaluationOrder.of(program));
  }

  /// The definitions that need themselves, so that one may read what stands below. Whether an order
  /// computes them is asked by a rule.
  static Set<String> recurrent(Program program) {
    return of(program).isPresent() ? EvaluationOrder.recurrent(program) : Set.of();
  }

  private static boolean isPlain(Definition definition) {
    return switch (definition.body()) {
      case Body.Accumulate(var projection, List<Contraction> terms) ->
          terms.stream()
              .allMatch(
                  term ->
                      term.operands().stream().noneMatch(Heights::isTooDeep)
                          && term.write().stream().noneMatch(Heights::isTooDeep)
                          && term.guards().stream()
                              .noneMatch(
                                  guard ->
                                      Heights.isTooDeep(guard.index())
                                          || Heights.isTooDeep(guard.extent())));
      case Body.Scan scan -> !Heights.isTooDeep(scan.operand());
      case Body.Derivative _, Body.Iterate _ -> true;
    };
  }

  private static boolean hasRanks(Definition definition, Map<String, Integer> ranks) {
    int rank = definition.type().rank();
    boolean isWritten =
        switch (definition.body()) {
          case Body.Accumulate body -> body.terms().getFirst().write().size() == rank;
          case Body.Scan scan -> scan.axes().size() == rank;
          case Body.Derivative _, Body.Iterate _ -> true;
        };
    boolean[] fits = {isWritten};
    definition
        .body()
        .walk(
            Walk.ofScalars(
                scalar -> {
                  if (scalar instanceof Scalar.Read read) {
                    int expected = ranks.getOrDefault(read.tensor(), read.indices().size());
                    fits[0] &= expected == read.indices().size();
                  }
                }));
    return fits[0];
  }
}
