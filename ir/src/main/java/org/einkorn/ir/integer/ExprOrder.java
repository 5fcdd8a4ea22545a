package org.einkorn.ir.integer;

import java.util.Comparator;
import java.util.List;
import org.einkorn.ir.expr.IndexExpr;

/// The order in which terms stand in a sum: variables, symbols, then what is made of them.
final class ExprOrder {
  private ExprOrder() {}

  static final Comparator<IndexExpr> EXPRS = ExprOrder::compare;

  /// By the first atom that differs; a product after its first factors.
  static int compare(List<IndexExpr> left, List<IndexExpr> right) {
    int shared = Math.min(left.size(), right.size());
    for (int place = 0; place < shared; place++) {
      int order = compare(left.get(place), right.get(place));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.size(), right.size());
  }

  static int compare(IndexExpr left, IndexExpr right) {
    if (left == right) {
      return 0;
    }
    int kinds = Integer.compare(kind(left), kind(right));
    return kinds != 0 ? kinds : sameKind(left, right);
  }

  private static int sameKind(IndexExpr left, IndexExpr right) {
    return switch (left) {
      case IndexExpr.Constant(long value) ->
          Long.compare(value, ((IndexExpr.Constant) right).value());
      case IndexExpr.Variable(String name) -> name.compareTo(((IndexExpr.Variable) right).name());
      case IndexExpr.Symbol(String name) -> name.compareTo(((IndexExpr.Symbol) right).name());
      case IndexExpr.Sum(var a, var b) -> {
        var other = (IndexExpr.Sum) right;
        yield both(a, other.left(), b, other.right());
      }
      case IndexExpr.Product(var a, var b) -> {
        var other = (IndexExpr.Product) right;
        yield both(a, other.left(), b, other.right());
      }
      case IndexExpr.FloorDiv(var a, var b) -> {
        var other = (IndexExpr.FloorDiv) right;
        yield both(a, other.dividend(), b, other.divisor());
      }
      case IndexExpr.FloorMod(var a, var b) -> {
        var other = (IndexExpr.FloorMod) right;
        yield both(a, other.dividend(), b, other.divisor());
      }
      case IndexExpr.Minimum(var a, var b) -> {
        var other = (IndexExpr.Minimum) right;
        yield both(a, other.left(), b, other.right());
      }
      case IndexExpr.Maximum(var a, var b) -> {
        var other = (IndexExpr.Maximum) right;
        yield both(a, other.left(), b, other.right());
      }
      // The text of a record says all that `equals` compares.
      case IndexExpr.Fetch fetch -> fetch.toString().compareTo(right.toString());
    };
  }

  private static int both(IndexExpr a, IndexExpr c, IndexExpr b, IndexExpr d) {
    int order = compare(a, c);
    return order != 0 ? order : compare(b, d);
  }

  private static int kind(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Variable _ -> 0;
      case IndexExpr.Symbol _ -> 1;
      case IndexExpr.FloorDiv _ -> 2;
      case IndexExpr.FloorMod _ -> 3;
      case IndexExpr.Minimum _ -> 4;
      case IndexExpr.Maximum _ -> 5;
      case IndexExpr.Fetch _ -> 6;
      case IndexExpr.Product _ -> 7;
      case IndexExpr.Sum _ -> 8;
      case IndexExpr.Constant _ -> 9;
    };
  }
}
