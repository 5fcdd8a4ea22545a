package org.einkorn.passes.normalize;

import org.einkorn.passes.trace.Kind;
import org.junit.jupiter.api.Test;

/// Nested contractions become one, where the laws of their operations allow it.
class DenestTest {
  private static final String F32 =
      """
      symbols N
      input A: f32[N, N]
      input B: f32[N, N]
      input C: f32[N, N]
      input D: f32[N]
      output Y: f32[N, N]
      """;
  private static final String T =
      """
      T: f32[N, N] = sum
        for i < N, k < N, j < N
          [i, k] <- A[i, j] * B[j, k]

      """;

  private static RuleTests rule(String head) {
    return RuleTests.of(Denest.RULE).over(head);
  }

  @Test
  void chainsOfProductsAreOneProduct() {
    rule(F32)
        .on(
            T
                + """
                Y: f32[N, N] = sum
                  for i < N, l < N, k < N
                    [i, l] <- T[i, k] * C[k, l]
                """)
        .gives(
            Kind.REASSOCIATING,
            """
            Y: f32[N, N] = sum
              for i < N, l < N, k < N, j < N
                [i, l] <- A[i, j] * B[j, k] * C[k, l]
            """);
  }

  @Test
  void symbolsOfTheSameNameAreRenamedApart() {
    rule(F32)
        .on(
            T
                + """
                Y: f32[N, N] = sum
                  for j < N, i < N, k < N
                    [j, i] <- C[k, i] * T[j, k]
                """)
        .gives(
            Kind.REASSOCIATING,
            """
            Y: f32[N, N] = sum
              for j < N, i < N, k < N, j.1 < N
                [j, i] <- C[k, i] * A[j, j.1] * B[j.1, k]
            """);
  }

  @Test
  void aTensorReadTwiceIsKept() {
    rule(F32)
        .on(
            T
                + """
                Y: f32[N, N] = sum
                  for i < N, l < N, k < N
                    [i, l] <- T[i, k] * T[k, l]
                """)
        .doesNotFire();
  }

  @Test
  void anOutputIsKept() {
    rule(F32 + "output T: f32[N, N]\n")
        .on(
            T
                + """
                Y: f32[N, N] = sum
                  for i < N, l < N, k < N
                    [i, l] <- T[i, k] * C[k, l]
                """)
        .doesNotFire();
  }

  @Test
  void floatsInTheirOrderAreKept() {
    rule(F32)
        .exactly()
        .on(
            T
                + """
                Y: f32[N, N] = sum
                  for i < N, l < N
                    [i, l] <- T[i, l] * C[i, l]
                """)
        .doesNotFire();
  }

  @Test
  void repeatedSymbolsOfTheInnerOutputConnectTheOuterOnes() {
    rule(F32)
        .on(
            """
            T: f32[N, N] = sum
              for i < N, j < N
                [i, i] <- A[i, j]

            Y: f32[N, N] = sum
              for i < N, l < N, k < N
                [i, l] <- T[i, k] * C[k, l]
            """)
        .gives(
            Kind.REASSOCIATING,
            """
            Y: f32[N, N] = sum
              for i < N, l < N, j < N
                [i, l] <- A[i, j] * C[i, l]
            """);
  }

  @Test
  void repeatedSymbolsOfTheReadConnectTheInnerOnes() {
    rule(F32)
        .on(
            T
                + """
                Y: f32[N, N] = sum
                  for i < N, l < N, k < N
                    [i, l] <- T[k, k] * C[i, l]
                """)
        .gives(
            Kind.REASSOCIATING,
            """
            Y: f32[N, N] = sum
              for i < N, l < N, k < N, j < N
                [i, l] <- A[k, j] * B[j, k] * C[i, l]
            """);
  }

  @Test
  void aShiftedWriteIsSolvedForItsSymbol() {
    rule(F32)
        .on(
            """
            T: f32[N] = sum
              for i < N, j < N
              where 0 <= i + 1 < N
                [i + 1] <- A[i, j]

            Y: f32[N, N] = sum
              for k < N, l < N
                [k, l] <- T[k] * C[k, l]
            """)
        .gives(
            Kind.REASSOCIATING,
            """
            Y: f32[N, N] = sum
              for k < N, l < N, j < N
              where 0 <= k - 1 < N
                [k, l] <- A[k - 1, j] * C[k, l]
            """);
  }

  @Test
  void theProductOfAMapThatComesFirstKeepsItsOrder() {
    rule(F32)
        .exactly()
        .on(
            """
            T: f32[N, N] = sum
              for i < N, j < N
                [i, j] <- A[i, j] * B[i, j]

            Y: f32[N, N] = sum
              for i < N, l < N
                [i, l] <- T[l, i] * C[i, l]
            """)
        .gives(
            Kind.EXACT,
            """
            Y: f32[N, N] = sum
              for i < N, l < N
                [i, l] <- A[l, i] * B[l, i] * C[i, l]
            """);
  }

  @Test
  void integersThatCertainlyFitAreConditional() {
    rule("""
    input A: i8[4, 4]
    input B: i8[4, 4]
    input C: i8[4, 4]
    output Y: i64[4, 4]
    """)
        .on(
            """
            T: i32[4, 4] = sum
              for i < 4, k < 4, j < 4
                [i, k] <- i32(A[i, j]) * i32(B[j, k])

            Y: i64[4, 4] = sum
              for i < 4, l < 4, k < 4
                [i, l] <- T[i, k] * i32(C[k, l])
            """)
        .gives(
            Kind.CONDITIONAL,
            """
            Y: i64[4, 4] = sum
              for i < 4, l < 4, k < 4, j < 4
                [i, l] <- i32(A[i, j]) * i32(B[j, k]) * i32(C[k, l])
            """);
  }

  @Test
  void integersThatMayOverflowAreRefused() {
    rule("""
    input A: i64[4, 4]
    input B: i64[4, 4]
    output Y: i64[4, 4]
    """)
        .on(
            """
            T: i64[4, 4] = sum
              for i < 4, k < 4, j < 4
                [i, k] <- A[i, j] * B[j, k]

            Y: i64[4, 4] = sum
              for i < 4, l < 4, k < 4
                [i, l] <- T[i, k] * B[k, l]
            """)
        .isRefused("unless a result on the way is out of the type's range");
  }

  @Test
  void logicIsExact() {
    rule("""
    symbols N
    input A: bool[N, N]
    input B: bool[N, N]
    output Y: bool[N]
    """)
        .exactly()
        .on(
            """
            T: bool[N, N] = any
              for i < N, k < N, j < N
                [i, k] <- A[i, j] and B[j, k]

            Y: bool[N] = any
              for i < N, k < N
                [i] <- T[i, k] and B[k, i]
            """)
        .gives(
            Kind.EXACT,
            """
            Y: bool[N] = any
              for i < N, k < N, j < N
                [i] <- A[i, j] and B[j, k] and B[k, i]
            """);
  }

  @Test
  void maxTimesNeedsFactorsThatAreNotNegative() {
    String head =
        """
        symbols N
        input A: u8[N, 3]
        input C: f64[N]
        output Y: f64[N]
        """;
    String text =
        """
        T: f64[N] = max
          for i < N, j < 3
            [i] <- f64(A[i, j])

        Y: f64[N] = max
          for i < N, l < 4
            [i] <- FACTOR * T[l]
        """;
    rule(head).on(text.replace("FACTOR", "C[i]")).isRefused("the common factor is negative");
    rule(head)
        .on(text.replace("FACTOR", "abs(C[i])"))
        .gives(
            Kind.REASSOCIATING,
            """
            Y: f64[N] = max
              for i < N, l < 4, j < 3
                [i] <- abs(C[i]) * f64(A[l, j])
            """);
    rule(head)
        .on(text.replace("l < 4", "l < N").replace("FACTOR", "abs(C[i])"))
        .isRefused("zero ⊗ a = a ⊗ zero = zero");
  }

  @Test
  void otherOperationsDoNotNest() {
    rule(F32)
        .on(
            T
                + """
                Y: f32[N, N] = max
                  for i < N, l < N, k < N
                    [i, l] <- T[i, k] * C[k, l]
                """)
        .doesNotFire();
  }

  @Test
  void aCostlyOperandIsNotComputedAgainForEachPoint() {
    rule(F32)
        .on(
            """
            T: f32[N, N] = sum
              for i < N, j < N
                [i, j] <- exp(A[i, j])

            Y: f32[N, N] = sum
              for i < N, l < N, k < N
                [i, l] <- T[i, k] * C[k, l]
            """)
        .doesNotFire();
  }
}
