package org.einkorn.ir.integer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import org.einkorn.ir.expr.IndexExpr;
import org.junit.jupiter.api.Test;

class MemoTest {
  private static final IndexExpr N = IndexExpr.symbol("N");

  private static IndexExpr expr() {
    return IndexExpr.variable("i").times(4).plus(3).floorDiv(IndexExpr.of(4));
  }

  private static Assumptions inside() {
    return Assumptions.NONE.with("i", N).and(Condition.less(N, IndexExpr.of(100)));
  }

  @Test
  void assumptionsMadeInTheSameWayAreOneInstance() {
    assertNotSame(inside(), inside());
    new Memo()
        .during(
            () -> {
              assertSame(inside(), inside());
              assertNotSame(inside(), Assumptions.NONE.with("i", N));
              assertNotSame(inside().with("j", N), inside().with("k", N));
              return inside();
            });
  }

  @Test
  void anAnswerIsFoundOnceAndIsForgottenWithTheMemo() {
    Memo memo = new Memo();
    IndexExpr first = memo.during(() -> inside().simplify(expr()));
    assertEquals(IndexExpr.variable("i"), first);
    assertSame(first, memo.during(() -> inside().simplify(expr())));
    assertNotSame(memo.during(() -> inside().simplify(N.plus(N))), inside().simplify(N.plus(N)));
    assertEquals(memo.during(() -> inside().simplify(N.plus(N))), inside().simplify(N.plus(N)));
  }

  @Test
  void whatIsInCanonicalFormIsTheSameInstance() {
    new Memo()
        .during(
            () -> {
              IndexExpr one = inside().simplify(expr().plus(N));
              IndexExpr other = one.plus(0);
              assertSame(one, inside().simplify(one));
              assertSame(other, inside().simplify(other));
              return one;
            });
  }

  @Test
  void aMemoIsOfOneThread() {
    Memo memo = new Memo();
    CompletionException fault =
        assertThrows(
            CompletionException.class,
            () -> CompletableFuture.supplyAsync(() -> memo.during(MemoTest::inside)).join());
    assertInstanceOf(IllegalStateException.class, fault.getCause());
  }

  @Test
  void answersAreThoseThatAreFoundWithoutAMemo() {
    long seed = IntegerFuzzTest.SEED;
    int count = Math.min(IntegerFuzzTest.COUNT, 4_000);
    for (int number = 0; number < count; number++) {
      RandomGenerator random = new SplittableRandom(seed + number);
      RandomScope scope = new RandomScope(random);
      Assumptions known = scope.assumptions;
      List<IndexExpr> exprs = List.of(scope.expr(2), scope.expr(3));
      Condition condition = scope.condition(1);
      String what = "seed " + (seed + number);
      List<Object> found = answers(known, exprs, condition);
      Memo memo = new Memo();
      assertEquals(found, memo.during(() -> answers(known, exprs, condition)), what);
      assertEquals(found, memo.during(() -> answers(known, exprs, condition)), what);
    }
  }

  private static List<Object> answers(
      Assumptions known, List<IndexExpr> exprs, Condition condition) {
    Assumptions inside = known.with("inner", exprs.getFirst()).and(condition);
    return List.of(
        known.simplify(exprs.getFirst()),
        inside.simplify(exprs.getLast()),
        inside.bounds(exprs.getLast()),
        known.proves(condition),
        inside.proves(condition),
        known.simplify(condition));
  }
}
