package org.einkorn.ir.verify;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Rules about iterations.
final class IterationRules {
  private IterationRules() {}

  private static final TensorType CONDITION = new TensorType(DType.BOOL, List.of());
  private static final TensorType COUNT = new TensorType(DType.I64, List.of());

  static final Rule<Subject.Equations> FIT =
      new Rule<>(
          "iterations-fit",
          "What an iteration starts from and goes on with has its type; a condition is a `bool`"
              + " and a number of rounds an `i64`, without axes.",
          (subject, report) -> {
            Map<String, TensorType> types = new HashMap<>();
            subject.signature().inputs().forEach(input -> types.put(input.name(), input.type()));
            subject.program().definitions().forEach(some -> types.put(some.name(), some.type()));
            for (Definition definition : subject.program().definitions()) {
              if (definition.body() instanceof Body.Iterate iterate) {
                misfit(iterate.start(), definition.type(), types)
                    .or(() -> misfit(iterate.next(), definition.type(), types))
                    .or(() -> iterate.until().flatMap(name -> misfit(name, CONDITION, types)))
                    .or(() -> iterate.limit().flatMap(name -> misfit(name, COUNT, types)))
                    .ifPresent(why -> report.find(Subject.Equations.place(definition), why));
              }
            }
          });

  private static Optional<String> misfit(
      String name, TensorType expected, Map<String, TensorType> types) {
    TensorType found = types.get(name);
    if (found == null) {
      return Optional.of("`" + name + "` is not defined");
    }
    return found.equals(expected)
        ? Optional.empty()
        : Optional.of("`" + name + "` has another type");
  }
}
