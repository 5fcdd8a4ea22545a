package org.einkorn.ir.expr;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;

/// How many nodes lie above one another in an expression, counted along its deepest path.
///
/// Everything that walks expressions does so by recursion, so IR text and the verifiers allow
/// [#MAX] nodes and no more. Who builds expressions of a length that a user decides must store
/// parts of them before that: the frontend does for long sums, and a pass that puts one expression
/// into another has to ask [#isTooDeep(Scalar)] first.
public final class Heights {
  /// The most nodes that an expression may nest. Twice as many, and the `equals` of nested records
  /// can overflow a thread's usual stack of 1 MiB.
  public static final int MAX = 400;

  private record Step(Object node, int height) {}

  private final IdentityHashMap<Object, Integer> known = new IdentityHashMap<>();

  /// A measure that remembers what it has measured: for an expression that grows node by node.
  public Heights() {}

  /// The height of an expression; of a single node it is 1. Recurses into what it hasn't met yet.
  public int of(Scalar scalar) {
    return measure(scalar);
  }

  private int measure(Object node) {
    Integer height = known.get(node);
    if (height == null) {
      int highest = 0;
      for (Object child : children(node)) {
        highest = Math.max(highest, measure(child));
      }
      height = highest + 1;
      known.put(node, height);
    }
    return height;
  }

  /// Whether an expression nests deeper than [#MAX]; found without recursion.
  public static boolean isTooDeep(IndexExpr expr) {
    return tooDeep(expr);
  }

  /// Whether an expression nests deeper than [#MAX]; found without recursion.
  public static boolean isTooDeep(Scalar scalar) {
    return tooDeep(scalar);
  }

  private static boolean tooDeep(Object root) {
    Deque<Step> open = new ArrayDeque<>();
    open.push(new Step(root, 1));
    while (!open.isEmpty()) {
      Step step = open.pop();
      if (step.height() > MAX) {
        return true;
      }
      for (Object child : children(step.node())) {
        open.push(new Step(child, step.height() + 1));
      }
    }
    return false;
  }

  private static List<?> children(Object node) {
    return node instanceof Scalar scalar ? children(scalar) : children((IndexExpr) node);
  }

  private static List<?> children(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Constant _, IndexExpr.Variable _, IndexExpr.Symbol _ -> List.of();
      case IndexExpr.Sum(var left, var right) -> List.of(left, right);
      case IndexExpr.Product(var left, var right) -> List.of(left, right);
      case IndexExpr.FloorDiv(var left, var right) -> List.of(left, right);
      case IndexExpr.FloorMod(var left, var right) -> List.of(left, right);
      case IndexExpr.Minimum(var left, var right) -> List.of(left, right);
      case IndexExpr.Maximum(var left, var right) -> List.of(left, right);
      case IndexExpr.Fetch fetch -> List.of(fetch.extent(), fetch.source());
    };
  }

  private static List<?> children(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal _ -> List.of();
      case Scalar.Read read -> read.indices();
      case Scalar.Position(var index) -> List.of(index);
      case Scalar.Unary(var op, var operand) -> List.of(operand);
      case Scalar.Binary(var op, var left, var right) -> List.of(left, right);
      case Scalar.MultiplyAdd(var left, var right, var addend) -> List.of(left, right, addend);
      case Scalar.Dot dot -> dot.parts();
      case Scalar.Select(var condition, var then, var otherwise) ->
          List.of(condition, then, otherwise);
      case Scalar.Cast(var type, var operand) -> List.of(operand);
    };
  }
}
