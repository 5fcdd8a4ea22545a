package org.einkorn.ir.eval;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Step;

/// Runs a recurrence round by round.
///
/// Each element is stored once, and reading one before is an error of the order ([Memory]): so
/// whatever the order, what comes out solves the equations.
final class RecurrenceRun {
  private final ScalarEvaluator evaluator;
  private final Map<String, ProgramInterpreter.Run> runs = new HashMap<>();

  /// The positions at which each definition is computed now, by axis.
  private final Map<String, Map<Integer, Long>> places = new HashMap<>();

  RecurrenceRun(ScalarEvaluator evaluator) {
    this.evaluator = evaluator;
  }

  void execute(Step.Recurrence recurrence) {
    String round = recurrence.name();
    long rounds = evaluator.index(recurrence.rounds());
    for (long number = 0; number < rounds; number++) {
      evaluator.bind(round, number);
      for (Step.Member member : recurrence.members()) {
        long position = evaluator.index(recurrence.position(member, IndexExpr.variable(round)));
        places
            .computeIfAbsent(member.definition().name(), _ -> new HashMap<>())
            .put(member.axis(), position);
      }
      execute(recurrence.steps());
    }
    for (Step.Member member : recurrence.members()) {
      places.getOrDefault(member.definition().name(), new HashMap<>()).remove(member.axis());
    }
  }

  private void execute(List<Step> steps) {
    for (Step step : steps) {
      switch (step) {
        case Step.Compute(Definition definition) -> compute(definition);
        case Step.Recurrence inner -> execute(inner);
        case Step.Iteration inner ->
            throw new IllegalStateException("rounds inside rounds: " + inner.name());
      }
    }
  }

  private void compute(Definition definition) {
    Map<Integer, Long> at = places.getOrDefault(definition.name(), Map.of());
    List<IndexExpr> extents = definition.type().extents();
    boolean isInside =
        at.entrySet().stream()
            .allMatch(
                place ->
                    0 <= place.getValue()
                        && place.getValue() < evaluator.index(extents.get(place.getKey())));
    if (isInside) {
      runs.computeIfAbsent(
              definition.name(), _ -> new ProgramInterpreter.Run(definition, evaluator))
          .execute(at);
    }
  }
}
