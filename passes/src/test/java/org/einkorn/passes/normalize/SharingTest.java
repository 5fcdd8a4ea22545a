package org.einkorn.passes.normalize;

import org.einkorn.passes.trace.Kind;
import org.junit.jupiter.api.Test;

/// What is only renamed is read through, what is computed twice is computed once, and common
/// operands are factored out.
class SharingTest {
  private static final String HEAD =
      """
      symbols N
      input A: f32[N, N]
      input B: f32[N]
      input C: f32[N]
      output Y: f32[N]
      """;

  private static RuleTests rule(org.einkorn.passes.rewrite.Rule rule) {
    return RuleTests.of(rule).over(HEAD);
  }

  @Test
  void transposesAndConstantsAreReadThrough() {
    rule(InlineRenamings.RULE)
        .exactly()
        .on(
            """
            T: f32[N, N] = sum
              for i < N, j < N
                [i, j] <- A[j, i]

            U: f32[] = sum
                [] <- 2.0:f32

            Y: f32[N] = sum
              for i < N, j < N
                [i] <- T[i, j] * exp(T[j, i]) * U[]
            """)
        .gives(
            Kind.EXACT,
            """
            Y: f32[N] = sum
              for i < N, j < N
                [i] <- A[j, i] * exp(A[i, j]) * 2.0:f32
            """);
  }

  @Test
  void whatRoundsOrLeavesElementsOutIsNoRenaming() {
    String reader =
        """
        Y: f32[N] = sum
          for i < N
            [i] <- f32(T[i])
        """;
    rule(InlineRenamings.RULE)
        .on(
            """
            T: f16[N] = sum
              for i < N
                [i] <- B[i]

            """
                + reader)
        .doesNotFire();
    rule(InlineRenamings.RULE)
        .on(
            """
            T: f32[N] = sum
              for i < N
              where 0 <= i - 1 < N
                [i] <- B[i - 1]

            """
                + reader.replace("f32(T[i])", "T[i]"))
        .doesNotFire();
  }

  @Test
  void equalEquationsAreComputedOnce() {
    rule(ShareEqualDefinitions.RULE)
        .exactly()
        .on(
            """
            T: f32[N] = sum
              for i < N, j < N
                [i] <- A[i, j] * B[j]

            U: f32[N] = sum
              for k < N, l < N
                [k] <- A[k, l] * B[l]

            Y: f32[N] = sum
              for i < N
                [i] <- T[i] * U[i]
            """)
        .gives(
            Kind.EXACT,
            """
            T: f32[N] = sum
              for i < N, j < N
                [i] <- A[i, j] * B[j]

            U: f32[N] = sum
              for axis0 < N
                [axis0] <- T[axis0]

            Y: f32[N] = sum
              for i < N
                [i] <- T[i] * U[i]
            """);
  }

  @Test
  void equalConstantsAreNot() {
    // A read of U would be read through again, for ever.
    rule(ShareEqualDefinitions.RULE)
        .on(
            """
            T: i32[N] = sum
              for i < N
                [i] <- 1:i32

            U: i32[N] = sum
              for i < N
                [i] <- 1:i32

            Y: f32[N] = sum
              for i < N
                [i] <- f32(T[i] * U[i])
            """)
        .doesNotFire();
  }

  @Test
  void otherEquationsAndCopiesAreNot() {
    rule(ShareEqualDefinitions.RULE)
        .on(
            """
            T: f32[N] = sum
              for i < N, j < N
                [i] <- A[i, j] * B[j]

            U: f32[N] = sum
              for k < N, l < N
                [k] <- A[l, k] * B[l]

            V: f32[N] = sum
              for i < N
                [i] <- B[i]

            W: f32[N] = sum
              for i < N
                [i] <- B[i]

            Y: f32[N] = sum
              for i < N
                [i] <- T[i] * U[i] * V[i] * W[i]
            """)
        .doesNotFire();
  }

  private static final String TWO_TERMS =
      """
      Y: f32[N] = sum
        for i < N, j < N
          [i] <- A[i, j] * B[j]
        for i < N, j < N
          [i] <- A[i, j] * C[j]
      """;
  private static final String FACTORED =
      """
      Y: f32[N] = sum
        for i < N, j < N
          [i] <- A[i, j] * (B[j] + C[j])
      """;

  @Test
  void commonOperandsAreFactoredOutAndMultipliedIn() {
    rule(Distribute.FACTOR).on(TWO_TERMS).gives(Kind.REASSOCIATING, FACTORED);
    rule(Distribute.EXPAND).on(FACTORED).gives(Kind.REASSOCIATING, TWO_TERMS);
    rule(Distribute.FACTOR).exactly().on(TWO_TERMS).isRefused("floating-point");
  }

  @Test
  void termsThatDifferInMoreAreKept() {
    rule(Distribute.FACTOR).on(TWO_TERMS.replace("A[i, j] * C", "A[j, i] * C")).doesNotFire();
    rule(Distribute.EXPAND).on(FACTORED.replace("+", "*")).doesNotFire();
  }

  @Test
  void factorsOfAnExtremumMustNotBeNegative() {
    rule(Distribute.FACTOR)
        .on(TWO_TERMS.replace("= sum", "= max"))
        .isRefused("the common factor is negative");
    rule(Distribute.FACTOR)
        .on(TWO_TERMS.replace("= sum", "= max").replace("A[i, j]", "abs(A[i, j])"))
        .gives(
            Kind.REASSOCIATING,
            """
            Y: f32[N] = max
              for i < N, j < N
                [i] <- abs(A[i, j]) * max(B[j], C[j])
            """);
  }
}
