package org.einkorn.passes.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;
import org.junit.jupiter.api.Test;

/// Counts under guards, against counts by hand.
class OperationCountTest {
  private static final long SIDE = 1_000_000;

  private static IndexExpr variable(String name) {
    return IndexExpr.variable(name);
  }

  private static Guard inside(IndexExpr index) {
    return new Guard(index, IndexExpr.of(SIDE));
  }

  private static OperationCount count(List<Axis> axes, Guard... guards) {
    Scalar one = Scalar.Literal.of(DType.F32, 1);
    Contraction term =
        new Contraction(
            axes, List.of(guards), List.of(variable("x")), BinaryOp.MULTIPLY, List.of(one, one));
    return OperationCount.of(
        new Body.Accumulate(Projection.SUM, List.of(term)),
        symbol -> {
          throw new AssertionError(symbol);
        });
  }

  /// Two axes and their offsets: walking all four at once would take 9 · 10¹² steps.
  @Test
  void guardsThatShareNoAxisMultiply() {
    List<Axis> axes =
        List.of(
            new Axis("x", IndexExpr.of(SIDE)),
            new Axis("y", IndexExpr.of(SIDE)),
            new Axis("dx", IndexExpr.of(3)),
            new Axis("dy", IndexExpr.of(3)));
    long points = (3 * SIDE - 2) * (3 * SIDE - 2);
    assertEquals(
        OperationCount.of(points, points),
        count(
            axes,
            inside(variable("x").plus(variable("dx")).plus(-1)),
            inside(variable("y").plus(variable("dy")).plus(-1))));
  }

  private static OperationCount count(Scalar value, Axis... axes) {
    Contraction term =
        new Contraction(
            List.of(axes), List.of(), List.of(variable("x")), BinaryOp.MULTIPLY, List.of(value));
    return OperationCount.of(
        new Body.Accumulate(Projection.SUM, List.of(term)),
        symbol -> {
          throw new AssertionError(symbol);
        });
  }

  private static Scalar position(String name) {
    return new Scalar.Position(variable(name));
  }

  private static Scalar product(Scalar value) {
    return new Scalar.Binary(BinaryOp.MULTIPLY, value, value);
  }

  private static final Scalar ONE = Scalar.Literal.of(DType.F32, 1);
  private static final Axis X = new Axis("x", IndexExpr.of(SIDE));
  private static final Axis Y = new Axis("y", IndexExpr.of(SIDE));

  /// A causal mask: 10¹² points, counted row by row.
  @Test
  void aSelectOnPositionsIsCountedSideBySide() {
    Scalar mask = new Scalar.Binary(BinaryOp.LESS_EQUAL, position("y"), position("x"));
    long points = SIDE * SIDE;
    long below = SIDE * (SIDE + 1) / 2;
    assertEquals(
        OperationCount.of(below, points), count(new Scalar.Select(mask, product(ONE), ONE), X, Y));
    assertEquals(
        OperationCount.of(points - below, points),
        count(new Scalar.Select(mask, ONE, product(ONE)), X, Y));
  }

  @Test
  void aSelectOnDataIsABound() {
    Scalar read = new Scalar.Read("A", DType.F32, List.of(variable("x")));
    Scalar isLess = new Scalar.Binary(BinaryOp.LESS, read, ONE);
    assertEquals(
        OperationCount.of(SIDE, 0).asBound(),
        count(new Scalar.Select(isLess, product(read), read), X));
    assertEquals(
        OperationCount.of(SIDE, 0),
        count(new Scalar.Select(isLess, product(read), product(ONE)), X));
  }

  @Test
  void countsHaveNoLargestNumber() {
    Axis z = new Axis("z", IndexExpr.of(Long.MAX_VALUE));
    assertEquals(
        BigInteger.valueOf(Long.MAX_VALUE).multiply(BigInteger.valueOf(SIDE)),
        count(product(ONE), X, z).multiplies());
  }

  @Test
  void aGuardWithoutAxesDecidesForAllPoints() {
    List<Axis> axes = List.of(new Axis("x", IndexExpr.of(4)));
    assertEquals(OperationCount.of(4, 0), count(axes, inside(IndexExpr.of(0))));
    assertEquals(OperationCount.ZERO, count(axes, inside(IndexExpr.of(SIDE))));
  }
}
