package org.einkorn.passes.cost;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Guard;

/// The points at which something is executed: a box, less the points at which a condition fails.
///
/// @param axes outermost first; an extent may mention axes before it
/// @param guards conditions on positions; none from data
/// @param conditions further conditions, each made of positions alone
/// @param dependsOnData whether a condition on data was left out, so that there may be fewer points
record Domain(List<Axis> axes, List<Guard> guards, List<Scalar> conditions, boolean dependsOnData) {
  /// One point.
  static final Domain POINT = new Domain(List.of(), List.of(), List.of(), false);

  Domain {
    axes = List.copyOf(axes);
    guards = List.copyOf(guards);
    conditions = List.copyOf(conditions);
  }

  /// Each of these points for each value of one more axis.
  Domain over(String axis, IndexExpr extent) {
    return new Domain(with(axes, new Axis(axis, extent)), guards, conditions, dependsOnData);
  }

  /// The points at which these guards hold.
  Domain where(List<Guard> more) {
    Domain result = this;
    for (Guard guard : more) {
      result =
          PositionConditions.isDecidable(guard)
              ? new Domain(axes, with(result.guards, guard), conditions, result.dependsOnData)
              : new Domain(axes, result.guards, conditions, true);
    }
    return result;
  }

  private Domain where(Scalar condition) {
    return new Domain(axes, guards, with(conditions, condition), dependsOnData);
  }

  private static <T> List<T> with(List<T> list, T last) {
    List<T> longer = new ArrayList<>(list);
    longer.add(last);
    return longer;
  }

  /// What is executed if evaluating something of this cost is executed at each point.
  OperationCount count(ScalarCost cost, ToLongFunction<String> symbols) {
    OperationCount total = OperationCount.ZERO;
    if (cost.multiplies() != 0 || cost.adds() != 0) {
      BigInteger points = PointCount.of(this, symbols);
      total = OperationCount.of(cost.multiplies(), cost.adds()).times(points);
    }
    for (ScalarCost.Choice choice : cost.choices()) {
      total = total.plus(count(choice, symbols));
    }
    return dependsOnData && !cost.isFree() ? total.asBound() : total;
  }

  private OperationCount count(ScalarCost.Choice choice, ToLongFunction<String> symbols) {
    OperationCount otherwise = count(choice.otherwise(), symbols);
    if (!PositionConditions.isDecidable(choice.condition())) {
      return count(choice.then(), symbols).plus(otherwise).asBound();
    }
    Domain chosen = where(choice.condition());
    return chosen
        .count(choice.then(), symbols)
        .plus(otherwise.minus(chosen.count(choice.otherwise(), symbols)));
  }
}
