package org.einkorn.ir.warp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.MmaShape;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.text.ExprPrinter;

/// Which elements a lane multiplies and adds to: whether they are those of a [WarpProduct].
///
/// @param round counts the rounds that are added up
/// @param lane counts the lanes
record WarpElements(WarpScope scope, String round, String lane) {

  /// A choice of what the loops of a lane and the factors are.
  private record Roles(Optional<String> row, String column, Scalar.Read left, Scalar.Read right) {}

  /// What a lane holds.
  static String layout(MmaShape shape) {
    return shape.rowsOfLane() == 1
        ? "a lane holds the elements in row `lane floordiv 4` and columns `2 * (lane mod 4) + s`, s"
            + " < 2"
        : "a lane holds the elements in rows `8 * r + lane floordiv 4`, r < 2, and columns"
            + " `2 * (lane mod 4) + s`, s < 2";
  }

  /// @param counters the loops of a lane over its elements
  /// @throws WarpSearch.Misfit where the elements are others
  WarpProduct matched(
      WarpSum sum, List<String> counters, MmaShape shape, Stmt.For lanes, Stmt.For rounds) {
    requireOwnElements(sum.store(), counters);
    List<Roles> choices = choices(sum, counters);
    for (Roles roles : choices) {
      if (hasRows(roles) && hasColumns(roles)) {
        return new WarpProduct(
            shape,
            new MmaShape.Operands(
                roles.left.type(), roles.right.type(), sum.store().value().type()),
            lanes,
            rounds,
            roles.row,
            roles.column,
            scope.ofProgram(sum.store()),
            scope.ofProgram(roles.left),
            scope.ofProgram(roles.right));
      }
    }
    throw misfit(choices.getFirst(), shape);
  }

  private static List<Roles> choices(WarpSum sum, List<String> counters) {
    List<Roles> choices = new ArrayList<>();
    List<List<String>> orders =
        counters.size() == 1 ? List.of(counters) : List.of(counters, counters.reversed());
    for (List<String> order : orders) {
      Optional<String> row = order.size() == 1 ? Optional.empty() : Optional.of(order.getFirst());
      choices.add(new Roles(row, order.getLast(), sum.left(), sum.right()));
      choices.add(new Roles(row, order.getLast(), sum.right(), sum.left()));
    }
    return choices;
  }

  /// Whether the left factor is a function of the row and the round.
  private boolean hasRows(Roles roles) {
    return scope.areSame(
        roles.left.indices(),
        Map.of(WarpScope.MEMBER, IndexExpr.Constant.ZERO, roles.column, IndexExpr.Constant.ZERO));
  }

  /// Whether the right factor is a function of the column and the round.
  private boolean hasColumns(Roles roles) {
    Map<String, IndexExpr> first = new HashMap<>();
    first.put(WarpScope.GROUP, IndexExpr.Constant.ZERO);
    roles.row.ifPresent(row -> first.put(row, IndexExpr.Constant.ZERO));
    return scope.areSame(roles.right.indices(), first);
  }

  private WarpSearch.Misfit misfit(Roles roles, MmaShape shape) {
    boolean isOfRows = !hasRows(roles);
    Scalar.Read factor = isOfRows ? roles.left : roles.right;
    String others =
        isOfRows
            ? "`%s mod 4` and `%s`".formatted(lane, roles.column)
            : roles
                .row
                .map(row -> "`%s floordiv 4` and `%s`".formatted(lane, row))
                .orElse("`%s floordiv 4`".formatted(lane));
    return new WarpSearch.Misfit(
        "reads `%s`, which is not known to be the same for each %s"
            .formatted(ExprPrinter.print(scope.ofProgram(factor)), others),
        layout(shape),
        "the rows of a factor depend on `lane floordiv 4` and r alone, the columns of the other one"
            + " on `lane mod 4` and s: `(io, r, g) = split i by 2, 8`, `(jo, t, s) = split j by 4,"
            + " 2`, and `lane = fuse g t`");
  }

  /// That a lane has a sum of its own for each of its elements, the same one in each round.
  private void requireOwnElements(Stmt.Store store, List<String> counters) {
    Scalar.Read element = new Scalar.Read(store.buffer(), store.value().type(), store.indices());
    String shown = ExprPrinter.print(scope.ofProgram(element));
    if (!scope.areSame(store.indices(), Map.of(round, IndexExpr.Constant.ZERO))) {
      throw new WarpSearch.Misfit("stores another element in each round: `" + shown + "`");
    }
    List<Map<String, IndexExpr>> points = points(counters);
    for (int one = 0; one < points.size(); one++) {
      for (int other = 0; other < one; other++) {
        if (!scope.areApart(store.indices(), points.get(one), points.get(other))) {
          throw new WarpSearch.Misfit(
              "adds to one element for several rounds of %s: `%s`"
                  .formatted(
                      String.join(
                          " and ", counters.stream().map(each -> "`" + each + "`").toList()),
                      shown),
              "a lane has a sum of its own for each of its elements: `lift` the sum above these"
                  + " loops");
        }
      }
    }
  }

  /// All rounds of loops of two rounds.
  private static List<Map<String, IndexExpr>> points(List<String> counters) {
    List<Map<String, IndexExpr>> points = new ArrayList<>(List.of(Map.of()));
    for (String counter : counters) {
      List<Map<String, IndexExpr>> more = new ArrayList<>();
      for (Map<String, IndexExpr> point : points) {
        for (int value = 0; value < MmaShape.COLUMNS_OF_LANE; value++) {
          Map<String, IndexExpr> next = new HashMap<>(point);
          next.put(counter, IndexExpr.of(value));
          more.add(next);
        }
      }
      points = more;
    }
    return points;
  }
}
