package org.einkorn.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.verify.TensorVerifier;
import org.junit.jupiter.api.Test;

/// Failing cases become small and keep failing.
final class ShrinkerTest {
  private static boolean holds(Case some, UnaryOp op) {
    boolean[] found = {false};
    for (Definition definition : some.program().definitions()) {
      definition
          .body()
          .walk(
              Walk.ofScalars(
                  part -> found[0] |= part instanceof Scalar.Unary unary && unary.op() == op));
    }
    return found[0];
  }

  private static boolean isSound(Case some) {
    return TensorVerifier.verify(some.program()).isEmpty()
        && !(Run.of(ProgramInterpreter.of(some.program()), some, Run.Order.WHOLE)
            instanceof Outcome.Broken);
  }

  @Test
  void onlyWhatTheFailureNeedsIsLeft() {
    Predicate<Case> fails = some -> holds(some, UnaryOp.ROUND) && isSound(some);
    int shrunk = 0;
    for (long seed = 0; seed < 200; seed++) {
      Case failing = RandomProgram.of(seed);
      if (!fails.test(failing)) {
        continue;
      }
      Case small = Shrinker.shrink(failing, fails);
      assertTrue(fails.test(small), () -> "no longer fails: " + small);
      List<Definition> definitions = small.program().definitions();
      assertEquals(1, definitions.size(), small::toString);
      assertTrue(small.toString().length() < 220, small::toString);
      shrunk++;
    }
    assertTrue(shrunk > 3, shrunk + " programs round");
  }

  @Test
  void dataShrinkToo() {
    Predicate<Case> fails =
        some ->
            some.inputs().values().stream()
                    .anyMatch(data -> java.util.Arrays.stream(data.elements()).sum() != 0)
                && isSound(some);
    Case failing =
        LongStream.range(0, 100)
            .mapToObj(RandomProgram::of)
            .filter(fails)
            .findFirst()
            .orElseThrow();
    Case small = Shrinker.shrink(failing, fails);
    long others =
        small.inputs().values().stream()
            .mapToLong(
                data ->
                    IntStream.range(0, data.elements().length)
                        .filter(number -> data.elements()[number] != 0)
                        .map(data::element)
                        .distinct()
                        .count())
            .sum();
    assertEquals(1, others, small::toString);
  }
}
