package org.einkorn.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sums and products may be of any length, on a thread's usual stack, on every backend and through
/// the text of every stage.
@Execution(ExecutionMode.CONCURRENT)
final class LongExpressionsTest {
  private static final int COUNT = 20_000;

  @TempDir Path folder;

  private static String join(String sign, int count, IntFunction<String> term) {
    return IntStream.range(0, count).mapToObj(term).collect(Collectors.joining(sign));
  }

  private static List<Program> targets(Program program) {
    return List.of(Target.jvm(), Target.llvm(), Target.interpreter()).stream()
        .map(target -> program.with(Options.defaults().withTarget(target)))
        .toList();
  }

  private static double first(Program program, double... x) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor data = Tensor.allocate(arena, DType.F64, x.length);
      for (int at = 0; at < x.length; at++) {
        data.set(x[at], at);
      }
      return program.with("X", data).run().get("Y").getDouble(0);
    }
  }

  @Test
  void longSums() {
    String sum = join(" + ", COUNT, n -> n % 2 == 0 ? "X[i]" : n + " * X[i]");
    Program program = Einkorn.compile("sum", "input X[i: P]: f64\nY[i] = " + sum + "\n");
    double expected =
        COUNT / 2 + IntStream.range(0, COUNT).filter(n -> n % 2 == 1).asLongStream().sum();
    for (Program target : targets(program)) {
      assertEquals(expected * 0.5, first(target, 0.5, 7));
    }
  }

  @Test
  void longProducts() {
    String product = join(" ", COUNT, n -> n % 2 == 0 ? "X[i]" : "(X[i] - 1)");
    Program program = Einkorn.compile("product", "input X[i: P]: f64\nY[i] = " + product + "\n");
    for (Program target : targets(program)) {
      assertEquals(0, first(target, 1, 2)); // 1 · 0 · 1 · 0 …
      assertEquals(Double.POSITIVE_INFINITY, first(target, -3));
    }
  }

  @Test
  void longProductsThatAreSummed() {
    String product = join(" ", 1000, n -> n % 2 == 0 ? "X[i]" : "W[j]");
    Program program =
        Einkorn.compile(
            "contraction",
            "input X[i: P]: f64\nW[j: 3]: f64 = 2.0 - j\nY[k: 1] = " + product + "\n");
    for (Program target : targets(program)) {
      // 1⁵⁰⁰ + (−1)⁵⁰⁰ over i, times 2⁵⁰⁰ + 1 + 0 over j
      assertEquals(2 * (Math.pow(2, 500) + 1), first(target, 1, -1));
    }
  }

  @Test
  void sumsOfProductsOfSums() {
    String factor = "(" + join(" - ", 12, n -> "X[i]") + ")";
    String product = join(" ", 12, n -> factor);
    String sum = join(" + ", 12, n -> product);
    Program program = Einkorn.compile("nested", "input X[i: P]: f64\nY[i] = " + sum + "\n");
    for (Program target : targets(program)) {
      assertEquals(12e12, first(target, 1));
    }
  }

  /// What a condition keeps from being evaluated is not evaluated before either.
  @Test
  void longSidesOfAConditionStayConditional() {
    String sum = join(" + ", 1000, n -> "X[i - 1]");
    Program program =
        Einkorn.compile("conditional", "input X[i: P]: f64\nY[i] = where(i > 0, " + sum + ", 5)\n");
    for (Program target : targets(program)) {
      assertEquals(5, first(target, 1, 2));
    }
    String traps = join(" + ", 1000, n -> "K[0] * K[0]");
    Program guarded =
        Einkorn.compile(
            "traps",
            "input X[i: P]: f64\nK[k: 1]: i32 = 2000000000\nY[i] = where(X[i] < 0, "
                + traps
                + ", 7)\n");
    for (Program target : targets(guarded)) {
      assertEquals(7, first(target, 0));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ast", "equations", "tensor", "loops"})
  void theTextComesBack(String name) throws IOException {
    Stage stage = Stage.of(name).orElseThrow();
    String sum = join(" + ", 2000, n -> n % 3 == 0 ? "2 * X[i]" : "X[i]");
    Program program = Einkorn.compile("text", "input X[i: P]: f64\nY[i] = " + sum + "\n");
    String text = program.ir(stage);
    Path file = Files.writeString(folder.resolve("text.ein"), text);
    Options checked = Options.defaults().withVerification(Options.Verification.STRUCTURE);
    Program back = Einkorn.open(file, stage, checked);
    assertEquals(text, back.ir(stage));
    assertEquals(first(program, 3), first(back, 3));
  }

  @Test
  void nestingAsDeepAsItMay() {
    String deep = "(".repeat(140) + "X[i]" + " + 1) * X[i]".repeat(140);
    Program program = Einkorn.compile("deep", "input X[i: P]: f64\nY[i] = " + deep + "\n");
    for (Program target : targets(program)) {
      assertEquals(141, first(target, 1));
    }
    String calls = "tanh(".repeat(140) + "X[i]" + ")".repeat(140);
    Program tower = Einkorn.compile("calls", "input X[i: P]: f64\nY[i] = " + calls + "\n");
    for (Program target : targets(tower)) {
      assertEquals(0, first(target, 0));
    }
  }
}
