package org.einkorn.passes.cost;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Guard;

/// How many multiplications and additions a definition executes.
///
/// Multiplications are products and quotients, whether joins or elementwise; additions are sums,
/// differences and the combinations of a reduction, whatever its operation ⊕ (a reduction starts at
/// the identity, so n terms are n combinations). Index arithmetic does not count. Of a `select`
/// both sides count, and a guard on a position from data counts as holding, so that the figure does
/// not depend on data.
///
/// @param multiplies exact count
/// @param adds exact count
public record OperationCount(long multiplies, long adds) {
  public static final OperationCount ZERO = new OperationCount(0, 0);

  public OperationCount plus(OperationCount other) {
    return new OperationCount(
        Math.addExact(multiplies, other.multiplies), Math.addExact(adds, other.adds));
  }

  private OperationCount times(long factor) {
    return new OperationCount(
        Math.multiplyExact(multiplies, factor), Math.multiplyExact(adds, factor));
  }

  /// The count for given sizes.
  ///
  /// @param symbols the value of each symbol
  public static OperationCount of(Body body, ToLongFunction<String> symbols) {
    return switch (body) {
      case Body.Accumulate accumulate -> {
        OperationCount total = ZERO;
        for (Contraction term : accumulate.terms()) {
          OperationCount point = ofScalar(term.joined());
          if (!accumulate.isMap()) {
            point = point.plus(ofCombination(accumulate.projection()));
          }
          total = total.plus(point.times(points(term.axes(), term.guards(), symbols)));
        }
        yield total;
      }
      case Body.Scan scan ->
          ofScalar(scan.operand())
              .plus(ofCombination(scan.projection()))
              .times(points(scan.axes(), List.of(), symbols));
    };
  }

  private static OperationCount ofCombination(Projection projection) {
    return projection == Projection.PRODUCT ? new OperationCount(1, 0) : new OperationCount(0, 1);
  }

  private static OperationCount ofScalar(Scalar scalar) {
    long[] counts = new long[2];
    Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Binary(BinaryOp op, var left, var right)) {
                switch (op) {
                  case MULTIPLY, DIVIDE -> counts[0]++;
                  case ADD, SUBTRACT -> counts[1]++;
                  case MODULO,
                      POWER,
                      MINIMUM,
                      MAXIMUM,
                      LOG_ADD_EXP,
                      AND,
                      OR,
                      XOR,
                      EQUAL,
                      NOT_EQUAL,
                      LESS,
                      LESS_EQUAL -> {}
                }
              }
            })
        .visit(scalar);
    return new OperationCount(counts[0], counts[1]);
  }

  /// How many points of the box satisfy all guards. Axes that no guard mentions multiply, and so do
  /// groups of axes that no guard connects; the axes of one group are walked together.
  private static long points(List<Axis> axes, List<Guard> all, ToLongFunction<String> symbols) {
    List<Guard> guards = all.stream().filter(guard -> !isFromData(guard)).toList();
    List<Axis> left = new ArrayList<>(axes);
    long points = 1;
    while (!left.isEmpty()) {
      Set<String> group = groupOf(left.getFirst(), guards);
      List<Axis> walked = left.stream().filter(axis -> group.contains(axis.name())).toList();
      List<Guard> decided =
          guards.stream().filter(guard -> !Collections.disjoint(variables(guard), group)).toList();
      points = Math.multiplyExact(points, points(walked, decided, symbols, new HashMap<>()));
      left.removeAll(walked);
    }
    boolean holds =
        guards.stream()
            .filter(guard -> variables(guard).isEmpty())
            .allMatch(guard -> holds(guard, Map.of(), symbols));
    return holds ? points : 0;
  }

  /// The variables that guards connect with an axis, and the axis.
  private static Set<String> groupOf(Axis axis, List<Guard> guards) {
    Set<String> group = new HashSet<>(Set.of(axis.name()));
    boolean grows = true;
    while (grows) {
      grows = false;
      for (Guard guard : guards) {
        Set<String> variables = variables(guard);
        grows |= !Collections.disjoint(variables, group) && group.addAll(variables);
      }
    }
    return group;
  }

  private static Set<String> variables(Guard guard) {
    Set<String> variables = new HashSet<>();
    Walk walk =
        Walk.ofIndices(
            part -> {
              if (part instanceof IndexExpr.Variable(String name)) {
                variables.add(name);
              }
            });
    walk.visit(guard.index());
    walk.visit(guard.extent());
    return variables;
  }

  private static long points(
      List<Axis> axes,
      List<Guard> guards,
      ToLongFunction<String> symbols,
      Map<String, Long> values) {
    return guards.isEmpty()
        ? IndexEvaluator.extent(axes.getFirst().extent(), symbols)
        : walk(axes, 0, guards, values, symbols);
  }

  private static boolean isFromData(Guard guard) {
    boolean[] found = {false};
    Walk.ofIndices(part -> found[0] |= part instanceof IndexExpr.Fetch).visit(guard.index());
    return found[0];
  }

  private static long walk(
      List<Axis> axes,
      int depth,
      List<Guard> guards,
      Map<String, Long> values,
      ToLongFunction<String> symbols) {
    if (depth == axes.size()) {
      return guards.stream().allMatch(guard -> holds(guard, values, symbols)) ? 1 : 0;
    }
    long extent = IndexEvaluator.extent(axes.get(depth).extent(), symbols);
    long count = 0;
    for (long value = 0; value < extent; value++) {
      values.put(axes.get(depth).name(), value);
      count += walk(axes, depth + 1, guards, values, symbols);
    }
    return count;
  }

  private static boolean holds(
      Guard guard, Map<String, Long> values, ToLongFunction<String> symbols) {
    ToLongFunction<String> names =
        name -> {
          Long value = values.get(name);
          return value == null ? symbols.applyAsLong(name) : value;
        };
    long index = IndexEvaluator.extent(guard.index(), names);
    return index >= 0 && index < IndexEvaluator.extent(guard.extent(), names);
  }
}
