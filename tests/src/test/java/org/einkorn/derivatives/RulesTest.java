package org.einkorn.derivatives;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each rule by itself, with both modes and second derivatives, on all targets, against dual
/// numbers and differences.
@ResourceLock("the count of finite derivatives")
@Execution(ExecutionMode.CONCURRENT)
class RulesTest {
  private static final long SEED = 7;

  /// `F` of `W[i: 4, j: 3]`, `X` of the same shape, `B` of four numbers above 0.2, and the
  /// positions `At` of five.
  private static void check(String equations, int rank) {
    check(equations, rank, true);
  }

  /// @param hasText whether the equations are read back too
  private static void check(String equations, int rank, boolean hasText) {
    SplittableRandom random = new SplittableRandom(SEED);
    Derived plain = Rules.program(equations, random);
    Derived program = Checks.requests(plain, "F", rank, random);
    int before = Checks.FINITE.get();
    assertEquals(Optional.empty(), Checks.fault(program, hasText), program.text());
    assertEquals(before + 1, Checks.FINITE.get(), "a derivative is not finite");
  }

  @ParameterizedTest
  @MethodSource("org.einkorn.derivatives.Rules#scalars")
  void scalars(String value) {
    check("F[i, j] = " + value, 2);
  }

  @ParameterizedTest
  @MethodSource("org.einkorn.derivatives.Rules#projections")
  void projections(String equations) {
    check(equations, Rules.rank(equations));
  }

  @ParameterizedTest
  @MethodSource("org.einkorn.derivatives.Rules#positions")
  void positions(String equations) {
    check(equations, Rules.rank(equations));
  }

  @ParameterizedTest
  @MethodSource("org.einkorn.derivatives.Rules#recurrences")
  void recurrences(String equations) {
    check(equations, Rules.rank(equations), false);
  }
}
