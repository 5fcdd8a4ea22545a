package org.einkorn.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ElementaryTest {
  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final int RANDOM_CASES = 1500;

  @Test
  void erfIsWithinTwoUlpsOfItsSeries() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    double worst = 0;
    for (int n = 0; n < RANDOM_CASES; n++) {
      double x =
          n % 3 == 0
              ? Math.scalb(1 + random.nextDouble(), -random.nextInt(40))
              : random.nextDouble() * 6.2;
      double expected = erfBySeries(x);
      double error = Math.abs(Elementary.erf(x) - expected) / Math.ulp(expected);
      worst = Math.max(worst, error);
      assertTrue(error <= 2, "erf(" + x + ") is off by " + error + " ulp, seed " + seed);
      assertEquals(-Elementary.erf(x), Elementary.erf(-x));
    }
    assertTrue(worst > 0, "the oracle is not the function itself");
  }

  /// `2/√π Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n+1))` in 80 digits; it alternates with terms below e^36 for x <
  /// 6.2.
  private static double erfBySeries(double x) {
    MathContext digits = new MathContext(80, RoundingMode.HALF_EVEN);
    BigDecimal exact = new BigDecimal(x);
    BigDecimal square = exact.multiply(exact, digits);
    BigDecimal power = exact;
    BigDecimal sum = exact;
    for (int n = 1; n < 400 && power.signum() != 0; n++) {
      power = power.multiply(square, digits).divide(BigDecimal.valueOf(-n), digits);
      BigDecimal term = power.divide(BigDecimal.valueOf(2L * n + 1), digits);
      sum = sum.add(term, digits);
      if (term.abs().compareTo(new BigDecimal("1e-60").multiply(exact)) < 0) {
        break;
      }
    }
    BigDecimal pi =
        new BigDecimal(
            "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899");
    return sum.multiply(BigDecimal.TWO).divide(pi.sqrt(digits), digits).doubleValue();
  }

  @Test
  void erfAtItsEnds() {
    assertEquals(1, Elementary.erf(INF));
    assertEquals(-1, Elementary.erf(-INF));
    assertEquals(1, Elementary.erf(30));
    assertTrue(Double.isNaN(Elementary.erf(NAN)));
    assertEquals(0.0, Elementary.erf(0.0));
    assertEquals(-0.0, Elementary.erf(-0.0));
    assertEquals(Double.MIN_VALUE, Elementary.erf(Double.MIN_VALUE));
  }

  @Test
  void powFollowsIeee754() {
    assertEquals(1, Elementary.pow(1, NAN));
    assertEquals(1, Elementary.pow(1, INF));
    assertEquals(1, Elementary.pow(-1, INF));
    assertEquals(1, Elementary.pow(-1, -INF));
    assertEquals(1, Elementary.pow(NAN, 0));
    assertEquals(1, Elementary.pow(NAN, -0.0));
    assertEquals(1, Elementary.pow(INF, 0));
    assertTrue(Double.isNaN(Elementary.pow(NAN, 1)));
    assertTrue(Double.isNaN(Elementary.pow(2, NAN)));
    assertTrue(Double.isNaN(Elementary.pow(-1, NAN)));
    assertTrue(Double.isNaN(Elementary.pow(-8, 1.0 / 3)));
    assertEquals(-INF, Elementary.pow(-0.0, -3));
    assertEquals(INF, Elementary.pow(-0.0, -2));
    assertEquals(-0.0, Elementary.pow(-0.0, 3));
    assertEquals(INF, Elementary.pow(0.5, -INF));
    assertEquals(0, Elementary.pow(-INF, -2));
    assertEquals(-8, Elementary.pow(-2, 3));
  }

  @Test
  void logAddExpNeitherOverflowsNorLosesTheEnds() {
    assertEquals(1000 + Math.log(2), Elementary.logAddExp(1000, 1000));
    assertEquals(1000, Elementary.logAddExp(1000, -1000));
    assertEquals(-1000, Elementary.logAddExp(-INF, -1000));
    assertEquals(-INF, Elementary.logAddExp(-INF, -INF));
    assertEquals(INF, Elementary.logAddExp(INF, INF));
    assertEquals(INF, Elementary.logAddExp(INF, -INF));
    assertEquals(INF, Elementary.logAddExp(3, INF));
    assertTrue(Double.isNaN(Elementary.logAddExp(NAN, INF)));
    assertTrue(Double.isNaN(Elementary.logAddExp(-INF, NAN)));
    assertEquals(Math.log(Math.exp(1) + Math.exp(2.5)), Elementary.logAddExp(1, 2.5), 1e-15);
    assertEquals(Elementary.logAddExp(-7, 2), Elementary.logAddExp(2, -7));
  }

  @Test
  void signAndRoundKeepZerosAndNan() {
    assertEquals(-0.0, Elementary.sign(-0.0));
    assertEquals(0.0, Elementary.sign(0.0));
    assertTrue(Double.isNaN(Elementary.sign(NAN)));
    assertEquals(-1, Elementary.sign(-INF));
    assertEquals(2, Elementary.roundHalfEven(2.5));
    assertEquals(-0.0, Elementary.roundHalfEven(-0.5));
    assertEquals(4, Elementary.roundHalfEven(3.5));
  }

  @Test
  void conversionsTruncateOrFail() {
    assertEquals(2, Elementary.doubleToI32(2.9));
    assertEquals(-2, Elementary.doubleToI32(-2.9));
    assertEquals(Integer.MAX_VALUE, Elementary.doubleToI32(2147483647.9));
    assertEquals(Integer.MIN_VALUE, Elementary.doubleToI32(-2147483648.9));
    for (double outside : new double[] {NAN, INF, -INF, 0x1p31, -2147483649.0}) {
      assertThrows(ArithmeticException.class, () -> Elementary.doubleToI32(outside));
    }
    assertEquals(Long.MIN_VALUE, Elementary.doubleToI64(-0x1p63));
    assertEquals(Long.MAX_VALUE - 1023, Elementary.doubleToI64(Math.nextDown(0x1p63)));
    for (double outside : new double[] {NAN, INF, 0x1p63, Math.nextDown(-0x1p63)}) {
      assertThrows(ArithmeticException.class, () -> Elementary.doubleToI64(outside));
    }
  }

  @Test
  void narrowIntegersHoldTheirRangeAndNoMore() {
    assertEquals(7, Elementary.toI4(7));
    assertEquals(-8, Elementary.toI4(-8));
    assertEquals((byte) 255, Elementary.toU8(255));
    assertEquals(-128, Elementary.toI8(-128));
    assertEquals(-32768, Elementary.toI16(-32768));
    assertEquals(Integer.MIN_VALUE, Elementary.toI32(Integer.MIN_VALUE));
    assertThrows(ArithmeticException.class, () -> Elementary.toI4(8));
    assertThrows(ArithmeticException.class, () -> Elementary.toI4(-9));
    assertThrows(ArithmeticException.class, () -> Elementary.toU8(256));
    assertThrows(ArithmeticException.class, () -> Elementary.toU8(-1));
    assertThrows(ArithmeticException.class, () -> Elementary.toI8(128));
    assertThrows(ArithmeticException.class, () -> Elementary.toI16(32768));
    assertThrows(ArithmeticException.class, () -> Elementary.toI32(1L << 31));
  }
}
