package org.einkorn.ir.tensor;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;

/// The tensors over which one is computed from another.
public final class Reach {
  private Reach() {}

  /// The tensors that depend on `variable` and on which `function` depends, and these two; none if
  /// `function` is computed without `variable`.
  ///
  /// @param definitions in any order, of recurrences too
  public static Set<String> between(
      String variable, String function, List<Definition> definitions) {
    Set<String> needed = new HashSet<>(Set.of(function));
    Set<String> moved = new HashSet<>(Set.of(variable));
    int before;
    do {
      before = needed.size() + moved.size();
      for (Definition definition : definitions) {
        Set<String> reads = TensorReads.of(definition.body());
        if (needed.contains(definition.name()) && !definition.name().equals(variable)) {
          needed.addAll(reads);
        }
        if (reads.stream().anyMatch(moved::contains)) {
          moved.add(definition.name());
        }
      }
    } while (needed.size() + moved.size() > before);
    if (!needed.contains(variable)) {
      return Set.of();
    }
    needed.retainAll(moved);
    return Set.copyOf(needed);
  }

  /// A definition on the way that is an iteration.
  public static Optional<Definition> iterationBetween(
      String variable, String function, List<Definition> definitions) {
    Set<String> path = between(variable, function, definitions);
    return definitions.stream()
        .filter(definition -> path.contains(definition.name()))
        .filter(definition -> !definition.name().equals(variable))
        .filter(definition -> definition.body() instanceof Body.Iterate)
        .findFirst();
  }

  /// A definition on the way that makes complex numbers of the variable.
  public static Optional<Definition> complexBetween(
      String variable, String function, List<Definition> definitions) {
    Set<String> path = between(variable, function, definitions);
    return definitions.stream()
        .filter(definition -> path.contains(definition.name()))
        .filter(definition -> !definition.name().equals(variable))
        .filter(definition -> isComplex(definition, path))
        .findFirst();
  }

  private static boolean isComplex(Definition definition, Set<String> path) {
    boolean[] found = {definition.type().dtype().isComplex()};
    definition
        .body()
        .walk(
            Walk.ofScalars(
                scalar -> found[0] |= scalar.type().isComplex() && readsAny(scalar, path)));
    return found[0];
  }

  private static boolean readsAny(Scalar scalar, Set<String> tensors) {
    boolean[] found = {false};
    Walk.ofScalars(
            part -> found[0] |= part instanceof Scalar.Read read && tensors.contains(read.tensor()))
        .visit(scalar);
    return found[0];
  }
}
