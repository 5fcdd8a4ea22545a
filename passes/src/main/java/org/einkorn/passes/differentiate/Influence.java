package org.einkorn.passes.differentiate;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.TensorReads;

/// The definitions through which a variable changes a function, in order: those that depend on the
/// variable and that the function depends on. All other derivatives are 0 and not computed.
final class Influence {
  private Influence() {}

  /// @return in the order of the program; empty if the function does not depend on the variable, or
  ///   is the variable
  static List<Definition> of(String variable, String function, Workspace space) {
    return of(variable, function, space, definition -> space.linearized(definition).sources());
  }

  /// The same for derivatives of high order, for which coefficients change too: those of
  /// definitions that follow rules read what their equations do not.
  static List<Definition> ofHighOrder(String variable, String function, Workspace space) {
    return of(
        variable,
        function,
        space,
        definition -> {
          Linearized linearized = space.linearized(definition);
          return space.isRuled(definition.name()) ? linearized.reads() : linearized.sources();
        });
  }

  /// The first of them that is a state of an iteration.
  static Optional<Definition> iteration(String variable, String function, Workspace space) {
    return of(
            variable,
            function,
            space,
            definition ->
                definition.body() instanceof Body.Iterate
                    ? TensorReads.of(definition.body())
                    : space.linearized(definition).sources())
        .stream()
        .filter(definition -> definition.body() instanceof Body.Iterate)
        .findFirst();
  }

  private static List<Definition> of(
      String variable,
      String function,
      Workspace space,
      Function<Definition, Set<String>> sources) {
    List<Definition> others =
        space.definitions().stream()
            .filter(definition -> !definition.name().equals(variable))
            .toList();
    // Definitions of a recurrence need each other: one look at each may not be enough.
    Set<String> reaching = new HashSet<>(Set.of(function));
    int before;
    do {
      before = reaching.size();
      for (Definition definition : others.reversed()) {
        if (reaching.contains(definition.name())) {
          reaching.addAll(sources.apply(definition));
        }
      }
    } while (reaching.size() > before);
    Set<String> moved = new HashSet<>(Set.of(variable));
    do {
      before = moved.size();
      for (Definition definition : others) {
        if (reaching.contains(definition.name())
            && sources.apply(definition).stream().anyMatch(moved::contains)) {
          moved.add(definition.name());
        }
      }
    } while (moved.size() > before);
    return moved.contains(function)
        ? others.stream().filter(definition -> moved.contains(definition.name())).toList()
        : List.of();
  }
}
