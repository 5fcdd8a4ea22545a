package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.ir.tensor.Definition;

/// The definitions through which a variable changes a function, in order: those that depend on the
/// variable and that the function depends on. All other derivatives are 0 and not computed.
final class Influence {
  private Influence() {}

  /// @return the last is that of the function; empty if it does not depend on the variable, or is
  ///   the variable
  static List<Definition> of(String variable, String function, Workspace space) {
    List<Definition> all = space.definitions();
    Set<String> reaching = new HashSet<>(Set.of(function));
    List<Definition> candidates = new ArrayList<>();
    for (Definition definition : all.reversed()) {
      if (reaching.contains(definition.name()) && !definition.name().equals(variable)) {
        reaching.addAll(space.linearized(definition).sources());
        candidates.addFirst(definition);
      }
    }
    Set<String> moved = new HashSet<>(Set.of(variable));
    List<Definition> path = new ArrayList<>();
    for (Definition definition : candidates) {
      if (space.linearized(definition).sources().stream().anyMatch(moved::contains)) {
        moved.add(definition.name());
        path.add(definition);
      }
    }
    return moved.contains(function) ? List.copyOf(path) : List.of();
  }
}
