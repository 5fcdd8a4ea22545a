package org.einkorn.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.einkorn.differential.RandomSchedulesTest.Subject;
import org.einkorn.ir.eval.ModuleInterpreter;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.verify.LoopVerifier;
import org.einkorn.runtime.exec.KernelModule;
import org.junit.jupiter.api.Test;

/// `dot` is the sums that it stands for, by the interpreter and by each backend: of bytes that are
/// often the least and the greatest, side by side and not, in lanes and not, also where a sum
/// leaves its type.
///
/// `-Deinkorn.seed=S -Deinkorn.integers=1` runs one program again.
final class DotsTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261129_000000L);
  private static final int PROGRAMS = Integer.getInteger("einkorn.integers", 120);
  private static final int ROUNDS = 3;

  /// Where the four factors of one side lie, for the rounds `k` and the lanes `j`.
  private record Side(String name, String shape, IntFunction<String> position) {
    String factor(int number) {
      return name + position.apply(number);
    }
  }

  /// What is computed, once by `dot` and once by sums.
  private record Texts(String dot, String sums) {}

  @Test
  void dotsAreSums() {
    System.out.printf("%d programs from -Deinkorn.seed=%d on%n", PROGRAMS, SEED);
    int trapped = 0;
    for (long seed = SEED; seed < SEED + PROGRAMS; seed++) {
      Texts texts = texts(new Dice(seed));
      try {
        trapped += check(texts, seed) ? 1 : 0;
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError(
            "-Deinkorn.seed=" + seed + " -Deinkorn.integers=1\n" + texts.dot(), failure);
      }
    }
    System.out.println(trapped + " have a sum that is no i32");
    assertTrue(PROGRAMS < 100 || trapped > 5 && trapped < PROGRAMS / 2, trapped + " trapped");
  }

  /// Whether a run of it trapped.
  private static boolean check(Texts texts, long seed) {
    Module dots = module(texts.dot());
    Module sums = module(texts.sums());
    assertEquals(dots, module(LoopPrinter.print(dots)));
    boolean trapped = false;
    try (KernelModule jvm = Agreement.backend("jvm").compile(dots);
        KernelModule llvm = Agreement.backend("llvm").compile(dots)) {
      for (int number = 0; number < 4; number++) {
        Subject subject = RandomSchedulesTest.nest(dots, seed + 1000L * number);
        Subject plain = new Subject(sums, subject.data());
        Outcome expected = RandomSchedulesTest.outcome(ModuleInterpreter.of(sums), plain);
        trapped |= expected instanceof Outcome.Trapped;
        for (KernelModule each : List.of(ModuleInterpreter.of(dots), jvm, llvm)) {
          Outcome found = Run.of(each, subject.data(), Run.Order.WHOLE);
          RandomSchedulesTest.requireSame(each.getClass().getSimpleName(), expected, found, dots);
        }
      }
    }
    return trapped;
  }

  private static Module module(String text) {
    Module module = LoopParser.parse(new SourceFile("dots.ir", text)).require();
    assertEquals(List.of(), LoopVerifier.verify(module));
    return module;
  }

  private static Texts texts(Dice dice) {
    String extent = dice.chance(0.4) ? "n" : String.valueOf(dice.pick(List.of(1, 3, 16, 24, 37)));
    Side left = side("A", extent, dice);
    Side right = side("B", extent, dice);
    String leftType = dice.pick(List.of("i8", "u8"));
    String rightType = dice.pick(List.of("i8", "u8"));
    boolean isGlobal = extent.equals("n") || dice.chance(0.3);
    String sum = isGlobal ? "C[j]" : "acc[j]";
    String dot = "dot(%s; %s; %s)".formatted(factors(left::factor), factors(right::factor), sum);
    StringBuilder sums = new StringBuilder(sum);
    for (int number = 0; number < 4; number++) {
      sums.append(" + i32(%s) * i32(%s)".formatted(left.factor(number), right.factor(number)));
    }
    String text =
        """
        module dots
        symbols n
        input N: i8[n]
        input A: %s%s
        input B: %s%s
        output C: i32[%s]
        buffer C: i32[%s] global

        function C {
        %s}
        """
            .formatted(
                leftType,
                left.shape(),
                rightType,
                right.shape(),
                extent,
                extent,
                body(extent, isGlobal, start(dice), dice));
    return new Texts(text.replace("VALUE", dot), text.replace("VALUE", sums));
  }

  private static String factors(IntFunction<String> factor) {
    return IntStream.range(0, 4).mapToObj(factor).collect(Collectors.joining(", "));
  }

  /// What the sums begin with: not far from where `i32` ends, at times.
  private static String start(Dice dice) {
    return dice.pick(
        List.of("0", "0", "-1", "2147483647", "-2147483648", "2147093647", "2147101000"));
  }

  private static String body(String extent, boolean isGlobal, String start, Dice dice) {
    String lanes = dice.chance(0.8) ? "vectorized " : "";
    String guard = dice.chance(0.3) ? "if 0 <= j - %d < %s".formatted(dice.below(3), extent) : "";
    String target = isGlobal ? "C[j]" : "acc[j]";
    String init = "for j < %s { %s = %s:i32 }\n".formatted(extent, target, start);
    String update = "%s = VALUE".formatted(target);
    String round =
        "for k < %d { for %sj < %s { %s } }\n"
            .formatted(
                ROUNDS, lanes, extent, guard.isEmpty() ? update : guard + " { " + update + " }");
    if (isGlobal) {
      return init + round;
    }
    return "alloc acc: i32[%s] local {\n%s%sfor j < %s { C[j] = acc[j] }\n}\n"
        .formatted(extent, init, round, extent);
  }

  private static Side side(String name, String extent, Dice dice) {
    return switch (dice.below(6)) {
      case 0 ->
          new Side(name, "[3, %s, 4]".formatted(extent), number -> "[k, j, %d]".formatted(number));
      case 1 ->
          new Side(
              name, "[3, 4 * %s]".formatted(extent), number -> "[k, 4 * j + %d]".formatted(number));
      case 2 -> new Side(name, "[3, 5]", number -> "[k, %d]".formatted(number + 1));
      case 3 ->
          new Side(
              name, "[12, %s]".formatted(extent), number -> "[4 * k + %d, j]".formatted(number));
      case 4 ->
          new Side(
              name, "[3, %s, 4]".formatted(extent), number -> "[k, j, %d]".formatted(3 - number));
      default ->
          new Side(
              name,
              "[3, %s, 4]".formatted(extent),
              number -> "[k, %s - 1 - j, %d]".formatted(extent, number));
    };
  }
}
