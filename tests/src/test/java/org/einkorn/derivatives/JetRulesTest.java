package org.einkorn.derivatives;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The rule of each operation in Taylor mode.
@ResourceLock("the count of finite derivatives")
@Execution(ExecutionMode.CONCURRENT)
class JetRulesTest {
  private static final long SEED = 7;
  private static final int ORDER = 6;

  private static void check(String equations) {
    Derived plain = Rules.program(equations, new SplittableRandom(SEED));
    Derived program = JetChecks.requests(plain, "F", ORDER);
    int before = JetChecks.FINITE.get();
    assertEquals(Optional.empty(), JetChecks.fault(program, "F", true), program.text());
    assertEquals(before + 1, JetChecks.FINITE.get(), "a derivative is not finite");
  }

  @ParameterizedTest
  @MethodSource("org.einkorn.derivatives.Rules#scalars")
  void scalars(String value) {
    check("F[i, j] = " + value);
  }

  @ParameterizedTest
  @MethodSource("org.einkorn.derivatives.Rules#projections")
  void projections(String equations) {
    check(equations);
  }

  @ParameterizedTest
  @MethodSource("org.einkorn.derivatives.Rules#positions")
  void positions(String equations) {
    check(equations);
  }

  @ParameterizedTest
  @MethodSource("org.einkorn.derivatives.Rules#recurrences")
  void recurrences(String equations) {
    check(equations);
  }
}
