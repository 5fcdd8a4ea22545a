package org.einkorn.ir.integer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.runtime.DType;
import org.junit.jupiter.api.Test;

/// Positions and conditions on positions inside of values.
final class ScalarSimplifierTest {
  private static final IndexExpr I = IndexExpr.variable("i");
  private static final IndexExpr N = IndexExpr.symbol("n");
  private static final Assumptions SCOPE = Assumptions.NONE.with("i", N);

  private static Scalar read(IndexExpr index) {
    return new Scalar.Read("X", DType.F32, List.of(index));
  }

  private static Scalar padded(IndexExpr index) {
    return new Scalar.Select(
        Scalar.inBounds(index, N),
        Scalar.cast(DType.F32, read(index)),
        Scalar.constant(DType.F32, 0));
  }

  @Test
  void aSelectWhoseConditionIsProvedIsItsSide() {
    assertEquals(Scalar.cast(DType.F32, read(I)), SCOPE.simplify(padded(I)));
    assertEquals(Scalar.constant(DType.F32, 0), SCOPE.simplify(padded(I.plus(N))));
  }

  @Test
  void halfOfACheckIsLeftOut() {
    Scalar simple = SCOPE.simplify(padded(I.plus(1)));
    assertEquals(
        new Scalar.Binary(BinaryOp.LESS, new Scalar.Position(I.plus(1)), new Scalar.Position(N)),
        ((Scalar.Select) simple).condition());
    assertSame(simple, SCOPE.simplify(simple));
  }

  @Test
  void aConditionHoldsInItsSide() {
    Scalar select =
        new Scalar.Select(
            ScalarSimplifier.scalar(Condition.less(I, IndexExpr.of(4))),
            read(I.floorDiv(IndexExpr.of(4))),
            read(I));
    assertEquals(read(IndexExpr.of(0)), ((Scalar.Select) SCOPE.simplify(select)).then());
  }

  @Test
  void positionsFromDataAreKept() {
    Scalar source = new Scalar.Read("P", DType.I64, List.of(I));
    IndexExpr fetch = new IndexExpr.Fetch("X", 0, N, source);
    Scalar value = read(fetch.times(0));
    assertSame(value, SCOPE.simplify(value));
    Scalar product = read(new IndexExpr.Product(fetch, IndexExpr.of(0)));
    assertSame(product, SCOPE.simplify(product));
  }
}
