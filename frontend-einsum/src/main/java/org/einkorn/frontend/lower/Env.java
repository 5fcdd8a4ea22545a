package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.frontend.check.Linear;
import org.einkorn.ir.expr.IndexExpr;
import org.jspecify.annotations.Nullable;

/// What names mean at one place of an equation.
///
/// @param indices the variable of each index name in scope
/// @param ellipsis the variables that `...` stands for
/// @param slices the positions' variables of the left side's slices, in order
/// @param whole what a bare tensor name is read at, where whole tensors are meant
/// @param bindings parameters and local tensors, inside a function
/// @param padding what a read outside gives, if the equation pads
/// @param callers the functions that are being expanded
/// @param facts what conditions around say: each is at least 0
record Env(
    Map<String, String> indices,
    List<String> ellipsis,
    List<String> slices,
    Optional<List<IndexExpr>> whole,
    Map<String, Binding> bindings,
    Optional<Node> padding,
    List<String> callers,
    List<Linear> facts) {
  Env {
    indices = Map.copyOf(indices);
    ellipsis = List.copyOf(ellipsis);
    slices = List.copyOf(slices);
    bindings = Map.copyOf(bindings);
    callers = List.copyOf(callers);
    facts = List.copyOf(facts);
  }

  static Env empty() {
    return new Env(
        Map.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        List.of(),
        List.of());
  }

  /// What a name inside a function stands for.
  sealed interface Binding {
    /// A parameter without axes: a value.
    record Value(Node node) implements Binding {}

    /// A parameter with axes, or a local tensor: `node` at given positions of its axes.
    ///
    /// @param ellipsis the variables of `node` that `...` stands for
    /// @param axes the variables of `node` that the other positions replace, in order
    /// @param ellipsisAt how many of `axes` stand before the ellipsis, or −1 without one
    record Array(Node node, List<String> ellipsis, List<String> axes, int ellipsisAt)
        implements Binding {
      public Array {
        ellipsis = List.copyOf(ellipsis);
        axes = List.copyOf(axes);
      }
    }
  }

  @Nullable String index(String name) {
    return indices.get(name);
  }

  Env withIndex(String name, String variable) {
    Map<String, String> more = new HashMap<>(indices);
    more.put(name, variable);
    return new Env(more, ellipsis, slices, whole, bindings, padding, callers, facts);
  }

  Env withWhole(List<IndexExpr> positions) {
    return new Env(
        indices, ellipsis, slices, Optional.of(positions), bindings, padding, callers, facts);
  }

  Env withoutWhole() {
    return new Env(indices, ellipsis, slices, Optional.empty(), bindings, padding, callers, facts);
  }

  Env withEllipsis(List<String> variables) {
    return new Env(indices, variables, slices, whole, bindings, padding, callers, facts);
  }

  Env withSlices(List<String> variables) {
    return new Env(indices, ellipsis, variables, whole, bindings, padding, callers, facts);
  }

  Env withBinding(String name, Binding binding) {
    Map<String, Binding> more = new HashMap<>(bindings);
    more.put(name, binding);
    return new Env(indices, ellipsis, slices, whole, more, padding, callers, facts);
  }

  Env withPadding(Node value) {
    return new Env(indices, ellipsis, slices, whole, bindings, Optional.of(value), callers, facts);
  }

  Env withFacts(List<Linear> more) {
    List<Linear> all = new ArrayList<>(facts);
    all.addAll(more);
    return new Env(indices, ellipsis, slices, whole, bindings, padding, callers, all);
  }
}
