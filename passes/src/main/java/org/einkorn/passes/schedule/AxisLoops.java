package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Stmt;

/// The outermost loops of a nest of which each goes over an axis of some memory, element by
/// element: every access that counts has the variable of the loop as its position on that axis.
///
/// @param loops directly in one another, the outermost first; no extent depends on another one
/// @param axes the axis of each
/// @param body what stands in the innermost
record AxisLoops(List<Stmt.For> loops, List<Integer> axes, Stmt body) {
  AxisLoops {
    loops = List.copyOf(loops);
    axes = List.copyOf(axes);
  }

  /// @param accesses of one buffer, all inside of the nest
  static AxisLoops of(Stmt nest, List<Access> accesses) {
    List<Stmt.For> loops = new ArrayList<>();
    List<Integer> axes = new ArrayList<>();
    Stmt body = nest;
    while (body instanceof Stmt.For loop) {
      int axis = axis(loop, axes, accesses);
      Set<String> outer = loops.stream().map(Stmt.For::variable).collect(Collectors.toSet());
      if (axis < 0 || Walk.variables(loop.extent()).stream().anyMatch(outer::contains)) {
        break;
      }
      loops.add(loop);
      axes.add(axis);
      body = loop.body();
    }
    return new AxisLoops(loops, axes, body);
  }

  private static int axis(Stmt.For loop, List<Integer> taken, List<Access> accesses) {
    IndexExpr here = IndexExpr.variable(loop.variable());
    for (int axis = 0; axis < accesses.getFirst().indices().size(); axis++) {
      int place = axis;
      if (!taken.contains(axis)
          && accesses.stream().allMatch(each -> each.indices().get(place).equals(here))) {
        return axis;
      }
    }
    return -1;
  }

  Set<String> variables() {
    return loops.stream().map(Stmt.For::variable).collect(Collectors.toUnmodifiableSet());
  }
}
