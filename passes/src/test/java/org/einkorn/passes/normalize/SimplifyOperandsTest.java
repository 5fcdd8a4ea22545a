package org.einkorn.passes.normalize;

import org.einkorn.passes.rewrite.Rule;
import org.einkorn.passes.trace.Kind;
import org.junit.jupiter.api.Test;

/// Ones are dropped, constants folded, and axes that occur nowhere replaced by what they do.
class SimplifyOperandsTest {
  private static RuleTests rule(Rule rule, String type) {
    return RuleTests.of(rule)
        .over(
            """
            symbols N
            input A: %s[N]
            input B: %s[N]
            output Y: %s[N]
            """
                .formatted(type, type, type));
  }

  private static String sum(String domain, String value) {
    return "Y: f32[N] = sum\n  for " + domain + "\n    [i] <- " + value + "\n";
  }

  private static String max(String domain, String value) {
    return sum(domain, value).replace("= sum", "= max");
  }

  @Test
  void onesAreDropped() {
    rule(SimplifyOperands.DROP_NEUTRAL, "f32")
        .exactly()
        .on(sum("i < N", "A[i] * 1.0:f32 * B[i]"))
        .gives(Kind.EXACT, sum("i < N", "A[i] * B[i]"));
  }

  @Test
  void otherNumbersAndZerosOfAdditionAreNot() {
    rule(SimplifyOperands.DROP_NEUTRAL, "f32").on(sum("i < N", "A[i] * 2.0:f32")).doesNotFire();
    rule(SimplifyOperands.DROP_NEUTRAL, "f32")
        .exactly()
        .on(max("i < N", "A[i] + 0.0:f32"))
        .isRefused("floating-point");
  }

  @Test
  void constantsFold() {
    rule(SimplifyOperands.FOLD_CONSTANTS, "f32")
        .on(sum("i < N", "2.0:f32 * A[i] * 3.0:f32"))
        .gives(Kind.REASSOCIATING, sum("i < N", "6.0:f32 * A[i]"));
    rule(SimplifyOperands.FOLD_CONSTANTS, "f32")
        .exactly()
        .on(sum("i < N", "2.0:f32 * 3.0:f32 * A[i]"))
        .gives(Kind.EXACT, sum("i < N", "6.0:f32 * A[i]"));
  }

  @Test
  void oneConstantIsLeftAlone() {
    rule(SimplifyOperands.FOLD_CONSTANTS, "f32").on(sum("i < N", "2.0:f32 * A[i]")).doesNotFire();
  }

  @Test
  void integersThatMayOverflowKeepTheirConstantsApart() {
    rule(SimplifyOperands.FOLD_CONSTANTS, "i32")
        .on(sum("i < N", "2:i32 * A[i] * 3:i32").replace("f32[", "i32["))
        .isRefused("out of the type's range");
  }

  @Test
  void axesThatOccurNowhereAreIdempotentOrMultiply() {
    rule(SimplifyOperands.DROP_FREE_AXES, "f32")
        .exactly()
        .on(max("i < N, j < N", "A[i]"))
        .gives(Kind.EXACT, max("i < N\n  where 0 <= 0 < N", "A[i]"));
    rule(SimplifyOperands.DROP_FREE_AXES, "f32")
        .on(sum("i < N, j < N", "A[i]"))
        .gives(Kind.REASSOCIATING, sum("i < N\n  where 0 <= 0 < N", "A[i] * f32(pos(N))"));
    rule(SimplifyOperands.DROP_FREE_AXES, "f32")
        .on(sum("i < N, j < 5", "A[i]"))
        .gives(Kind.REASSOCIATING, sum("i < N", "A[i] * f32(pos(5))"));
    // 0 · NaN is NaN, but a sum of no terms is 0.
    rule(SimplifyOperands.DROP_FREE_AXES, "f32")
        .on(sum("i < N, j < 0", "A[i]"))
        .gives(Kind.REASSOCIATING, sum("i < N\n  where 0 <= 0 < 0", "A[i] * f32(pos(0))"));
    rule(SimplifyOperands.DROP_FREE_AXES, "bool")
        .exactly()
        .on(
            """
            Y: bool[N] = xor
              for i < N, j < 5
                [i] <- A[i]
            """)
        .gives(
            Kind.EXACT,
            """
            Y: bool[N] = xor
              for i < N
                [i] <- A[i] and (pos(1) == pos(1))
            """);
  }

  @Test
  void axesThatOccurAreKept() {
    rule(SimplifyOperands.DROP_FREE_AXES, "f32").on(sum("i < N, j < N", "A[j]")).doesNotFire();
    rule(SimplifyOperands.DROP_FREE_AXES, "i64")
        .on(
            """
            Y: i64[N] = sum
              for i < N, j < N
                [i] <- A[i]
            """)
        .isRefused("may overflow i64");
  }
}
