package org.einkorn.ir.integer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.junit.jupiter.api.Test;

/// Where each rule for quotients fires and where it does not.
final class QuotientRulesTest {
  private static final IndexExpr I = IndexExpr.variable("i");
  private static final IndexExpr J = IndexExpr.variable("j");
  private static final IndexExpr N = IndexExpr.symbol("n");
  private static final IndexExpr M = IndexExpr.symbol("m");

  /// `0 ≤ i`, `0 ≤ j < 4`, `n ≥ 1`, `m ≥ 1`
  private static final Assumptions SCOPE =
      Assumptions.NONE
          .withSymbol("n", 1, Long.MAX_VALUE)
          .withSymbol("m", 1, Long.MAX_VALUE)
          .with("i", N)
          .with("j", IndexExpr.of(4));

  private static Optional<String> apply(
      Quotient.Rule rule, IndexExpr dividend, IndexExpr divisor, Assumptions scope) {
    Quotient quotient = new Quotient(Polynomial.of(dividend), Polynomial.of(divisor));
    Simplifier simplifier = new Simplifier(scope);
    return rule.apply(quotient, simplifier).map(simplifier::written).map(Text::of);
  }

  private static void fires(String expected, Quotient.Rule rule, IndexExpr x, IndexExpr d) {
    assertEquals(Optional.of(expected), apply(rule, x, d, SCOPE), rule.name());
  }

  private static void doesNotFire(Quotient.Rule rule, IndexExpr x, IndexExpr d) {
    assertTrue(apply(rule, x, d, SCOPE).isEmpty(), rule.name());
  }

  private static IndexExpr number(long value) {
    return IndexExpr.of(value);
  }

  @Test
  void divideByOne() {
    fires("i", Quotient.DIVIDE_BY_ONE, I, number(1));
    doesNotFire(Quotient.DIVIDE_BY_ONE, I, number(2));
  }

  @Test
  void knownBlock() {
    fires("0", Quotient.KNOWN_BLOCK, J, number(4));
    fires("-1", Quotient.KNOWN_BLOCK, J.plus(-4), number(4));
    fires("0", Quotient.KNOWN_BLOCK, I, N);
    doesNotFire(Quotient.KNOWN_BLOCK, J, number(3));
    doesNotFire(Quotient.KNOWN_BLOCK, I.plus(1), N);
  }

  @Test
  void takeOutMultiples() {
    fires("i", Quotient.TAKE_OUT_MULTIPLES, I.times(4).plus(J), number(4));
    fires("i", Quotient.TAKE_OUT_MULTIPLES, I.times(M), M);
    fires("j", Quotient.TAKE_OUT_MULTIPLES, J.times(N).plus(I), N);
    doesNotFire(Quotient.TAKE_OUT_MULTIPLES, I.times(2).plus(3), number(4));
  }

  @Test
  void cancelCommonFactor() {
    fires("(i + 1) floordiv 3", Quotient.CANCEL_COMMON_FACTOR, I.times(2).plus(3), number(6));
    fires(
        "(i + j) floordiv n",
        Quotient.CANCEL_COMMON_FACTOR,
        I.times(M).plus(J.times(M)),
        N.times(M));
    doesNotFire(Quotient.CANCEL_COMMON_FACTOR, I.times(2).plus(J), number(6));
  }

  @Test
  void dropSmallRest() {
    fires("i floordiv 2", Quotient.DROP_SMALL_REST, I.times(4).plus(J), number(8));
    doesNotFire(Quotient.DROP_SMALL_REST, I.times(2).plus(J), number(8));
  }

  @Test
  void nearbyQuotient() {
    Assumptions whole = SCOPE.and(Condition.equal(N.floorMod(number(4)), number(0)));
    assertEquals(
        Optional.of("n floordiv 4"), apply(Quotient.NEARBY_QUOTIENT, N.plus(3), number(4), whole));
    assertTrue(apply(Quotient.NEARBY_QUOTIENT, N.plus(M), number(4), whole).isEmpty());
    doesNotFire(Quotient.NEARBY_QUOTIENT, N.plus(3), number(4));
  }

  @Test
  void unwrapRemainder() {
    IndexExpr remainder = I.floorMod(number(8));
    fires(
        "(i + j) floordiv 4 - 2 * (i floordiv 8)",
        Quotient.UNWRAP_REMAINDER,
        remainder.plus(J),
        number(4));
    doesNotFire(Quotient.UNWRAP_REMAINDER, remainder.plus(J), number(3));
  }

  @Test
  void mergeQuotients() {
    IndexExpr half = I.floorDiv(number(2));
    fires("i floordiv 6", Quotient.MERGE_QUOTIENTS, half, number(3));
    fires("(i + 2) floordiv 6", Quotient.MERGE_QUOTIENTS, half.plus(1), number(3));
    IndexExpr digits = I.times(number(8)).plus(J).floorDiv(number(24)).plus(I);
    fires("i floordiv 18", Quotient.MERGE_QUOTIENTS, digits, number(24));
    fires("(i + 2 * j) floordiv 6", Quotient.MERGE_QUOTIENTS, half.plus(J), number(3));
    fires("i floordiv (3 * m)", Quotient.MERGE_QUOTIENTS, I.floorDiv(M), number(3));
    doesNotFire(Quotient.MERGE_QUOTIENTS, half.times(number(2)).plus(J), number(3));
    doesNotFire(Quotient.MERGE_QUOTIENTS, I.floorDiv(M).plus(J), number(3));
  }

  @Test
  void numbersThatLeave64BitsStay() {
    IndexExpr huge = number(Long.MAX_VALUE);
    IndexExpr sum = I.times(huge).plus(J).times(huge).floorDiv(huge);
    assertTrue(!SCOPE.proves(Condition.less(sum, number(0))));
    IndexExpr nested = I.floorDiv(huge).floorDiv(number(3));
    assertEquals(nested, SCOPE.simplify(nested));
  }
}
