package org.einkorn.passes.normalize;

import org.einkorn.passes.trace.Kind;
import org.junit.jupiter.api.Test;

/// A factor δ takes one of its two symbols with it.
class EliminateDeltasTest {
  private static RuleTests rule(String type) {
    return RuleTests.of(EliminateDeltas.RULE)
        .over(
            """
            symbols N, M
            input A: %s[N]
            input B: %s[M]
            output Y: %s[N]
            """
                .formatted(type, type, type));
  }

  private static String definition(String type, String projection, String domain, String value) {
    return "Y: %s[N] = %s\n  for %s\n    [i] <- %s\n".formatted(type, projection, domain, value);
  }

  @Test
  void theUnitMatrixIsNothing() {
    rule("f32")
        .on(definition("f32", "sum", "i < N, j < N", "f32(pos(i) == pos(j)) * A[j]"))
        .gives(Kind.REASSOCIATING, definition("f32", "sum", "i < N", "A[i]"));
  }

  @Test
  void integersAndLogicAreExact() {
    rule("i64")
        .exactly()
        .on(definition("i64", "sum", "i < N, j < N", "i64(pos(i) == pos(j)) * A[j]"))
        .gives(Kind.EXACT, definition("i64", "sum", "i < N", "A[i]"));
    rule("bool")
        .exactly()
        .on(definition("bool", "any", "i < N, j < N", "(pos(i) == pos(j)) and A[j]"))
        .gives(Kind.EXACT, definition("bool", "any", "i < N", "A[i]"));
  }

  @Test
  void otherSemiringsHaveOtherOnesAndZeros() {
    rule("f32")
        .on(
            definition(
                "f32", "min", "i < N, j < N", "select(pos(i) == pos(j), 0.0:f32, inf:f32) + A[j]"))
        .gives(Kind.REASSOCIATING, definition("f32", "min", "i < N", "A[i] join +"));
    rule("f32")
        .on(definition("f32", "min", "i < N, j < N", "f32(pos(i) == pos(j)) + A[j]"))
        .doesNotFire();
  }

  @Test
  void positionsAreSolvedUnderAGuard() {
    rule("f32")
        .on(definition("f32", "sum", "i < N, j < M", "f32(pos(i) == pos(j + 1)) * B[j]"))
        .gives(
            Kind.REASSOCIATING,
            definition("f32", "sum", "i < N\n  where 0 <= i - 1 < M", "B[i - 1]"));
  }

  @Test
  void aDeltaOfSeveralPairsIsSplit() {
    rule("i64")
        .on(
            definition(
                "i64",
                "sum",
                "i < N, j < N, k < N",
                "i64(pos(i) == pos(j) and pos(i) < pos(k)) * A[j]"))
        .gives(Kind.EXACT, definition("i64", "sum", "i < N, k < N", "i64(pos(i) < pos(k)) * A[i]"));
  }

  @Test
  void writtenSymbolsStay() {
    rule("f32")
        .on(
            """
            Y: f32[N] = sum
              for i < N, j < N, k < N
                [i] <- f32(pos(i) < pos(j)) * A[k]
            """)
        .doesNotFire();
  }

  @Test
  void maxTimesHasNoZeroThatAnnihilates() {
    rule("f32")
        .on(
            definition(
                "f32", "max", "i < N, j < N", "select(pos(i) == pos(j), 1.0:f32, -inf:f32) * A[j]"))
        .isRefused("zero ⊗ a = a ⊗ zero = zero");
  }
}
