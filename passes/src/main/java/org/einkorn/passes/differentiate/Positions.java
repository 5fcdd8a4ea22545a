package org.einkorn.passes.differentiate;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Guard;

/// Questions about positions: what they are in one variable, and whether they are surely inside.
final class Positions {
  private Positions() {}

  /// A position as `by · variable + rest`.
  record Slope(long by, IndexExpr rest) {}

  /// The slope of a position in a variable; nothing where it is not linear in it.
  static Optional<Slope> slope(IndexExpr at, String variable) {
    return switch (at) {
      case IndexExpr.Variable(String name) when name.equals(variable) ->
          Optional.of(new Slope(1, IndexExpr.Constant.ZERO));
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) ->
          slope(left, variable)
              .flatMap(
                  one ->
                      slope(right, variable)
                          .map(two -> new Slope(one.by + two.by, one.rest.plus(two.rest))));
      case IndexExpr.Product(IndexExpr.Constant(long factor), IndexExpr right) ->
          slope(right, variable).map(one -> new Slope(factor * one.by, one.rest.times(factor)));
      case IndexExpr.Product(IndexExpr left, IndexExpr.Constant(long factor)) ->
          slope(left, variable).map(one -> new Slope(factor * one.by, one.rest.times(factor)));
      case IndexExpr.Constant _,
          IndexExpr.Variable _,
          IndexExpr.Symbol _,
          IndexExpr.Product _,
          IndexExpr.FloorDiv _,
          IndexExpr.FloorMod _,
          IndexExpr.Minimum _,
          IndexExpr.Maximum _,
          IndexExpr.Fetch _ ->
          Walk.variables(at).contains(variable) ? Optional.empty() : Optional.of(new Slope(0, at));
    };
  }

  /// Whether a position comes from data.
  static boolean fetches(IndexExpr at) {
    boolean[] found = {false};
    Walk.ofIndices(part -> found[0] |= part instanceof IndexExpr.Fetch).visit(at);
    return found[0];
  }

  /// Whether `least ≤ most` for all sizes.
  static boolean isAtMost(IndexExpr least, IndexExpr most) {
    Map<String, Long> difference = new TreeMap<>();
    return add(most, 1, difference)
        && add(least, -1, difference)
        && difference.values().stream().allMatch(by -> by >= 0);
  }

  /// Adds `by · expr` to a sum of symbols and a number, under the name `""`; false for anything
  /// else.
  private static boolean add(IndexExpr expr, long by, Map<String, Long> sum) {
    return switch (expr) {
      case IndexExpr.Constant(long value) -> merge("", value * by, sum);
      case IndexExpr.Symbol(String name) -> merge(name, by, sum);
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) ->
          add(left, by, sum) && add(right, by, sum);
      case IndexExpr.Product(IndexExpr.Constant(long factor), IndexExpr right) ->
          add(right, by * factor, sum);
      case IndexExpr.Product(IndexExpr left, IndexExpr.Constant(long factor)) ->
          add(left, by * factor, sum);
      case IndexExpr.Variable _,
          IndexExpr.Product _,
          IndexExpr.FloorDiv _,
          IndexExpr.FloorMod _,
          IndexExpr.Minimum _,
          IndexExpr.Maximum _,
          IndexExpr.Fetch _ ->
          false;
    };
  }

  private static boolean merge(String name, long by, Map<String, Long> sum) {
    sum.merge(name, by, Long::sum);
    return true;
  }

  /// Whether a guard surely holds: an axis below its own extent, or a number that is inside.
  static boolean isInside(Guard guard, List<Axis> axes) {
    return switch (guard.index()) {
      case IndexExpr.Variable variable ->
          axes.stream()
              .anyMatch(
                  axis ->
                      axis.variable().equals(variable)
                          && (axis.extent().equals(guard.extent())
                              || isAtMost(axis.extent(), guard.extent())));
      case IndexExpr.Constant(long value) ->
          value >= 0 && isAtMost(IndexExpr.of(value + 1), guard.extent());
      case IndexExpr.Symbol _,
          IndexExpr.Sum _,
          IndexExpr.Product _,
          IndexExpr.FloorDiv _,
          IndexExpr.FloorMod _,
          IndexExpr.Minimum _,
          IndexExpr.Maximum _,
          IndexExpr.Fetch _ ->
          false;
    };
  }
}
