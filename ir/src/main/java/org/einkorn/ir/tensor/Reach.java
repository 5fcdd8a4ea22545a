package org.einkorn.ir.tensor;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
    return between(variable, function, definitions, new HashMap<>());
  }

  /// @param known what definitions change with, as far as it was asked for
  private static Set<String> between(
      String variable,
      String function,
      List<Definition> definitions,
      Map<String, Set<String>> known) {
    Set<String> needed = new HashSet<>(Set.of(function));
    Set<String> moved = new HashSet<>(Set.of(variable));
    int before;
    do {
      before = needed.size() + moved.size();
      for (Definition definition : definitions) {
        Set<String> reads = reads(definition, definitions, known);
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

  /// The tensors that a definition changes with. A root changes with what its residual reads
  /// besides it, and not with how it was found.
  ///
  /// @param definitions a root after what its residual is computed from
  public static Set<String> reads(Definition definition, List<Definition> definitions) {
    return reads(definition, definitions, new HashMap<>());
  }

  private static Set<String> reads(
      Definition definition, List<Definition> definitions, Map<String, Set<String>> known) {
    Set<String> before = known.get(definition.name());
    if (before != null) {
      return before;
    }
    if (!(definition.body() instanceof Body.Derivative root)
        || root.mode() != Body.Derivative.Mode.ROOT) {
      Set<String> reads = TensorReads.of(definition.body());
      known.put(definition.name(), reads);
      return reads;
    }
    List<Definition> earlier = definitions.subList(0, definitions.indexOf(definition));
    Set<String> chain = between(root.variable(), root.function(), earlier, known);
    Set<String> reads = new HashSet<>(Set.of(root.function()));
    for (Definition part : earlier) {
      if (chain.contains(part.name()) && !part.name().equals(root.variable())) {
        reads.addAll(reads(part, earlier, known));
      }
    }
    reads.removeAll(chain);
    known.put(definition.name(), reads);
    return reads;
  }

  /// The definitions on the way that are states of iterations.
  public static List<Definition> iterationsBetween(
      String variable, String function, List<Definition> definitions) {
    Set<String> path = between(variable, function, definitions);
    return definitions.stream()
        .filter(definition -> path.contains(definition.name()))
        .filter(definition -> !definition.name().equals(variable))
        .filter(definition -> definition.body() instanceof Body.Iterate)
        .toList();
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
