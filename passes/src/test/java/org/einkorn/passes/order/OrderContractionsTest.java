package org.einkorn.passes.order;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.einkorn.ir.eval.ModuleInterpreter;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.text.TensorParser;
import org.einkorn.ir.text.TensorPrinter;
import org.einkorn.ir.verify.LoopVerifier;
import org.einkorn.ir.verify.TensorVerifier;
import org.einkorn.passes.Objective;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.lower.LowerToLoops;
import org.einkorn.passes.trace.Trace;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.RunOptions;
import org.junit.jupiter.api.Test;

/// Splitting a join changes no value; it happens where it pays, and only where the laws allow it.
class OrderContractionsTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20_261_121);
  private static final int ROUNDS = Integer.getInteger("einkorn.rounds", 1000);

  private static Program parsed(String text) {
    return TensorParser.parse(new SourceFile("test", text)).require();
  }

  private static String ordered(String text) {
    Program after = OrderContractions.PASS.apply(parsed(text), PassContext.defaults());
    assertEquals(List.of(), TensorVerifier.verify(after));
    String printed = TensorPrinter.print(after);
    return printed.substring(printed.indexOf("\n\n") + 2);
  }

  private static String refusal(String text) {
    Program program = parsed(text);
    PassContext context = PassContext.defaults();
    assertSame(program, OrderContractions.PASS.apply(program, context));
    List<Trace.Refused> refused = context.trace().trace().refused();
    assertEquals(1, refused.size(), refused.toString());
    return refused.getFirst().why();
  }

  private static final String CHAIN =
      """
      program chain
      input A: f32[8, 900]
      input B: f32[900, 700]
      input C: f32[700, 5]
      output Y: f32[8, 5]
      Y: f32[8, 5] = sum
        for i < 8, l < 5, j < 900, k < 700
          [i, l] <- A[i, j] * B[j, k] * C[k, l]
      """;

  @Test
  void aChainIsContractedFromItsThinEnd() {
    assertEquals(
        """
        Y.1: f32[900, 5] = sum
          for j < 900, l < 5, k < 700
            [j, l] <- B[j, k] * C[k, l]

        Y: f32[8, 5] = sum
          for i < 8, l < 5, j < 900
            [i, l] <- A[i, j] * Y.1[j, l]
        """,
        ordered(CHAIN));
  }

  @Test
  void anAxisOfOneOperandIsReducedBeforeTheJoin() {
    assertEquals(
        """
        Y.1: f32[900] = sum
          for i < 900, k < 800
            [i] <- B[i, k]

        Y: f32[] = sum
          for i < 900
            [] <- A[i] * Y.1[i]
        """,
        ordered(
            """
            program early
            input A: f32[900]
            input B: f32[900, 800]
            output Y: f32[]
            Y: f32[] = sum
              for i < 900, k < 800
                [] <- A[i] * B[i, k]
            """));
  }

  @Test
  void whatDoesNotPayStays() {
    String small = CHAIN.replace("900", "2").replace("700", "2");
    Program program = parsed(small);
    assertSame(program, OrderContractions.PASS.apply(program, PassContext.defaults()));
    Program elementwise =
        parsed(
            """
            program map
            input A: f32[9000]
            input B: f32[9000]
            output Y: f32[9000]
            Y: f32[9000] = sum
              for i < 9000
                [i] <- A[i] * B[i] * A[i]
            """);
    assertSame(elementwise, OrderContractions.PASS.apply(elementwise, PassContext.defaults()));
  }

  @Test
  void aMaximumOfProductsThatMayBeNegativeStays() {
    String maxTimes = CHAIN.replace("= sum", "= max");
    assertTrue(refusal(maxTimes).contains("the common factor is negative"), refusal(maxTimes));
    String positive =
        maxTimes.replace(
            "A[i, j] * B[j, k] * C[k, l]", "exp(A[i, j]) * abs(B[j, k]) * exp(C[k, l])");
    assertTrue(ordered(positive).contains("Y.1"));
  }

  /// An element of `Y.1` that nothing was combined into would be the least integer, and −1 + that
  /// is no integer.
  @Test
  void integerShortestPathsStayWhereAnAxisMayBeEmpty() {
    String open =
        CHAIN
            .replace("program chain", "program paths symbols n")
            .replace("f32", "i64")
            .replace("= sum", "= min")
            .replace("A[i, j] * B[j, k] * C[k, l]", "A[i, j] + B[j, k] + C[k, l]")
            .replace("700", "n");
    assertTrue(refusal(open).contains("a reduction may have no point"), refusal(open));
    assertTrue(
        ordered(
                open.replace(" symbols n", "")
                    .replace("< n", "< 700")
                    .replace("n]", "700]")
                    .replace("[n", "[700"))
            .contains("Y.1"));
  }

  @Test
  void anExactRunKeepsTheOrderOfFloats() {
    Program program = parsed(CHAIN);
    PassContext exact = PassContext.defaults().withReassociation(false);
    assertSame(program, OrderContractions.PASS.apply(program, exact));
    assertEquals(
        "it changes the order of operations on f32",
        exact.trace().trace().refused().getFirst().why());
    Program bits =
        parsed(CHAIN.replace("f32", "bool").replace("= sum", "= any").replace(" * ", " and "));
    PassContext again = PassContext.defaults().withReassociation(false);
    assertTrue(OrderContractions.PASS.apply(bits, again).definitions().size() > 1);
  }

  @Test
  void everySplitGivesTheSameNumbers() {
    int split = 0;
    for (long seed = SEED; seed < SEED + ROUNDS; seed++) {
      Program program = RandomTerm.of(seed, seed % 2 == 0);
      Random random = new Random(seed);
      PassContext context = PassContext.defaults().withObjective(Objective.FLOPS);
      if (random.nextInt(3) == 0) {
        context = context.withMemoryLimitBytes(random.nextInt(2000));
      }
      Program after = OrderContractions.PASS.apply(program, context);
      String message =
          "seed " + seed + "\n" + TensorPrinter.print(program) + TensorPrinter.print(after);
      assertEquals(List.of(), TensorVerifier.verify(after), message);
      split += after == program ? 0 : 1;
      String printed = TensorPrinter.print(after);
      assertEquals(after, parsed(printed), message);
      try (Arena arena = Arena.ofConfined()) {
        Map<String, Tensor> inputs = inputs(program, arena, random);
        String expected = run(ProgramInterpreter.of(program), inputs);
        assertEquals(expected, run(ProgramInterpreter.of(after), inputs), message);
        var loops = LowerToLoops.lower(after);
        assertEquals(List.of(), LoopVerifier.verify(loops), message);
        assertEquals(expected, run(ModuleInterpreter.of(loops), inputs), message);
      }
    }
    assertTrue(split > ROUNDS / 4, split + " of " + ROUNDS + " were split");
  }

  static Map<String, Tensor> inputs(Program program, Arena arena, Random random) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (Signature.Input input : program.signature().inputs()) {
      DType dtype = input.type().dtype();
      long[] extents =
          input.type().extents().stream()
              .mapToLong(extent -> ((IndexExpr.Constant) extent).value())
              .toArray();
      int count = Math.toIntExact(Arrays.stream(extents).reduce(1, (left, right) -> left * right));
      long[] values = new long[count];
      for (int at = 0; at < count; at++) {
        values[at] = dtype == DType.BOOL ? random.nextInt(2) : random.nextInt(7) - 3;
      }
      Tensor wide = Tensor.of(arena, values, extents);
      inputs.put(input.name(), wide.cast(arena, dtype));
    }
    return inputs;
  }

  static String run(KernelModule module, Map<String, Tensor> inputs) {
    try (module;
        Arena arena = Arena.ofConfined()) {
      return new ModuleRunner(module)
          .run(arena, inputs, RunOptions.defaults())
          .outputs()
          .toString();
    }
  }
}
