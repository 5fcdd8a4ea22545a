package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;

/// `for i < n { for j < m { s } } → for ij < n * m { s }`, where `s` has `ij floordiv m` for `i`
/// and `ij mod m` for `j`.
///
/// The new loop counts the pairs in the order in which the old ones do. Extents that may be below 0
/// count as 0, so that no two of them make a positive product; in a round all of them are positive,
/// so nothing is divided by zero.
final class FuseLoops implements Primitive<Step.Fuse> {
  @Override
  public Module apply(Nest nest, Step.Fuse step) {
    List<Nest.Site<Stmt.For>> sites = step.loops().stream().map(nest::loop).toList();
    List<Stmt.For> loops = sites.stream().map(Nest.Site::statement).toList();
    Assumptions outside = sites.getFirst().scope();
    List<IndexExpr> extents = new ArrayList<>();
    List<String> outer = new ArrayList<>();
    for (int number = 0; number < loops.size(); number++) {
      Stmt.For loop = loops.get(number);
      nest.requireSerial(loop);
      if (number > 0 && loops.get(number - 1).body() != loop) {
        throw nest.refuse(
            Reason.NOT_NESTED,
            loop,
            "does not stand directly inside `" + loops.get(number - 1).variable() + "`");
      }
      for (String variable : Walk.variables(loop.extent())) {
        if (outer.contains(variable)) {
          throw nest.refuse(
              Reason.EXTENT_DEPENDS, loop, "has an extent that needs `" + variable + "`");
        }
      }
      if (!Scopes.canEvaluate(loop.extent(), outside)) {
        throw nest.refuse(
            Reason.EXTENT_MAY_FAIL, loop, "its extent may divide by zero, or is data");
      }
      outer.add(loop.variable());
      extents.add(loop.extent());
    }
    nest.requireFree(List.of(step.name()), loops);
    IndexExpr all = IndexExpr.Constant.ONE;
    for (IndexExpr extent : extents) {
      boolean isNatural = Scopes.isNotNegative(extent, outside);
      all = all.times(isNatural ? extent : extent.max(IndexExpr.Constant.ZERO));
    }
    all = outside.simplify(all);
    Assumptions inside = Scopes.inLoop(outside, step.name(), all);
    for (IndexExpr extent : extents) {
      inside = inside.and(Condition.atMost(IndexExpr.Constant.ONE, extent));
    }
    Map<String, IndexExpr> values = positions(step.name(), loops, extents);
    Stmt body = Rebinding.of(values, loops.getLast().body(), inside);
    return nest.replace(
        loops.getFirst(), new Stmt.For(Stmt.LoopOrder.SERIAL, step.name(), all, body));
  }

  private static Map<String, IndexExpr> positions(
      String name, List<Stmt.For> loops, List<IndexExpr> extents) {
    Map<String, IndexExpr> values = new LinkedHashMap<>();
    IndexExpr rest = IndexExpr.variable(name);
    for (int number = loops.size() - 1; number > 0; number--) {
      values.put(loops.get(number).variable(), rest.floorMod(extents.get(number)));
      rest = rest.floorDiv(extents.get(number));
    }
    values.put(loops.getFirst().variable(), rest);
    return values;
  }
}
