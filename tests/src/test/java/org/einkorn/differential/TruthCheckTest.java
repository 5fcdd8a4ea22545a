package org.einkorn.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.einkorn.CompileException;
import org.einkorn.Einkorn;
import org.einkorn.Einsum;
import org.einkorn.Explanation;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Results;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.einkorn.ir.eval.ModuleInterpreter;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.verify.LoopVerifier;
import org.einkorn.passes.cost.CountOperations;
import org.einkorn.passes.cost.ModuleCount;
import org.einkorn.passes.cost.OperationCount;
import org.einkorn.passes.lower.LowerToLoops;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.RunOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// What a plan says is what a run does: operations counted as they are executed, and memory where
/// it is allocated. Where the data decide, the plan says so and is a bound.
///
/// `-Deinkorn.seed=S -Deinkorn.networks=1` checks one network or program again.
@Execution(ExecutionMode.CONCURRENT)
final class TruthCheckTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261121_000000L);
  private static final int NETWORKS = Integer.getInteger("einkorn.networks", 500);
  private static final List<Target> TARGETS = List.of(Target.jvm(), Target.llvm());

  /// An einsum over operands of these shapes.
  private record Network(String spec, List<long[]> shapes) {}

  private static final List<DType> TYPES = List.of(DType.F32, DType.F64, DType.C64, DType.C128);

  private static Network network(Random random) {
    int letters = 1 + random.nextInt(7);
    long[] extents = random.longs(letters, 1, 7).toArray();
    List<String> operands = new ArrayList<>();
    List<long[]> shapes = new ArrayList<>();
    Set<Character> used = new TreeSet<>();
    for (int operand = 2 + random.nextInt(5); operand > 0; operand--) {
      StringBuilder axes = new StringBuilder();
      int rank = random.nextInt(4);
      long[] shape = new long[rank];
      for (int axis = 0; axis < rank; axis++) {
        int letter = random.nextInt(letters);
        axes.append((char) ('a' + letter));
        used.add((char) ('a' + letter));
        shape[axis] = extents[letter];
      }
      operands.add(axes.toString());
      shapes.add(shape);
    }
    StringBuilder output = new StringBuilder();
    for (char letter : used) {
      if (output.length() < 4 && random.nextInt(5) < 2) {
        output.insert(random.nextInt(output.length() + 1), letter);
      }
    }
    return new Network(String.join(",", operands) + "->" + output, shapes);
  }

  @Test
  void planOfNetworksIsWhatRuns() {
    System.out.printf("%d random networks from -Deinkorn.seed=%d on%n", NETWORKS, SEED);
    for (long seed = SEED; seed < SEED + NETWORKS; seed++) {
      Random random = new Random(seed);
      Network network = network(random);
      DType type = TYPES.get(random.nextInt(TYPES.size()));
      for (Target target : TARGETS) {
        Options options = Options.defaults().withTarget(target);
        String where = "-Deinkorn.seed=" + seed + " " + network.spec() + " on " + target.name();
        try (Arena arena = Arena.ofShared()) {
          Tensor[] operands =
              network.shapes().stream()
                  .map(shape -> Tensor.allocate(arena, type, shape))
                  .toArray(Tensor[]::new);
          Einsum einsum = Einsum.of(network.spec()).with(options);
          Explanation.Totals plan = einsum.explain(operands).totals();
          Results measured = einsum.run(arena, operands);
          Results counted = einsum.with(options.withCounting(true)).run(arena, operands);
          assertEquals(plan.planned(), counted.executed().orElseThrow(), where);
          assertEquals(plan.peakBytes(), measured.measuredPeakBytes(), where);
          assertEquals(plan.peakBytes(), counted.measuredPeakBytes(), where);
          assertEquals(plan, counted.explanation().totals(), where);
          assertEquals(Set.of("Y"), counted.names(), where);
        }
      }
    }
  }

  @Test
  void planOfProgramsIsWhatRuns() {
    int count = NETWORKS / 5;
    System.out.printf("%d random sources from -Deinkorn.seed=%d on%n", count, SEED);
    int ran = 0;
    int exact = 0;
    int wrong = 0;
    for (long seed = SEED; seed < SEED + count; seed++) {
      RandomSource.Made made = RandomSource.of(seed);
      for (Target target : TARGETS) {
        Options options = Options.defaults().withTarget(target);
        String where = "-Deinkorn.seed=" + seed + " on " + target.name() + "\n" + made.text();
        try (Arena arena = Arena.ofShared()) {
          Program program = Einkorn.compile("truth", made.text()).with(options);
          for (var input : made.inputs().entrySet()) {
            Data data = input.getValue();
            Tensor tensor = Tensor.allocate(arena, data.type(), data.extents());
            data.writeTo(tensor.segment());
            program = program.with(input.getKey(), tensor);
          }
          Results measured = program.run(arena);
          Results counted = program.with(options.withCounting(true)).run(arena);
          Explanation.Totals plan = measured.explanation().totals();
          requireCounts(plan.planned(), counted.executed().orElseThrow(), where);
          assertEquals(plan.peakBytes(), measured.measuredPeakBytes(), where);
          assertEquals(plan.peakBytes(), counted.measuredPeakBytes(), where);
          assertEquals(measured.names(), counted.names(), where);
          ran++;
          exact += plan.planned().dependsOnData() ? 0 : 1;
        } catch (CompileException | DataException e) {
          wrong++; // the program or its data, which is another test's matter
        }
      }
    }
    int refused = wrong;
    int finished = ran;
    assertTrue(count < 50 || ran > count, () -> finished + " runs, " + refused + " refused");
    assertTrue(count < 50 || exact * 2 > ran, exact + " of " + ran + " plans are exact");
  }

  private static void requireCounts(OperationCount plan, OperationCount executed, String where) {
    if (!plan.dependsOnData()) {
      assertEquals(plan, executed, where);
      return;
    }
    boolean isBound =
        executed.multiplies().compareTo(plan.multiplies()) <= 0
            && executed.adds().compareTo(plan.adds()) <= 0;
    assertTrue(isBound, executed + " executed, at most " + plan + " planned\n" + where);
  }

  /// Loops under guards and selects of all kinds, by the interpreter of loops.
  @Test
  void planOfLoopsIsWhatRuns() {
    System.out.printf("%d random programs from -Deinkorn.seed=%d on%n", NETWORKS, SEED);
    int finished = 0;
    int exact = 0;
    int wrong = 0;
    for (long seed = SEED; seed < SEED + NETWORKS; seed++) {
      Case made = RandomProgram.of(seed);
      Map<String, Long> sizes = made.sizes();
      ToLongFunction<String> symbols = name -> Objects.requireNonNull(sizes.get(name), name);
      OperationCount written = OperationCount.ZERO;
      for (Definition definition : made.program().definitions()) {
        written = written.plus(OperationCount.of(definition.body(), symbols));
      }
      Module loops = LowerToLoops.lower(made.program());
      OperationCount planned = OperationCount.ZERO;
      for (Function function : loops.functions()) {
        planned = planned.plus(ModuleCount.of(function, symbols));
      }
      String where = "-Deinkorn.seed=" + seed + "\n" + made;
      // Of complex numbers a part that nothing needs is not computed.
      if (!holdsComplex(made)) {
        assertEquals(written, planned, where);
      }
      CountOperations.Counting counting = CountOperations.apply(loops);
      String text = LoopPrinter.print(counting.module());
      assertEquals(List.of(), LoopVerifier.verify(counting.module()), text);
      try (Arena arena = Arena.ofConfined()) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        made.inputs().forEach((name, data) -> inputs.put(name, tensor(arena, data)));
        ModuleRunner.Result result =
            new ModuleRunner(ModuleInterpreter.of(counting.module()))
                .run(arena, inputs, RunOptions.defaults());
        OperationCount executed =
            new OperationCount(
                counter(result, counting.multiplies()), counter(result, counting.adds()), false);
        requireCounts(planned, executed, where + text);
        finished++;
        exact += planned.dependsOnData() ? 0 : 1;
      } catch (DataException e) {
        wrong++; // the data
      }
    }
    assertTrue(
        NETWORKS < 100 || finished * 2 > NETWORKS,
        finished + " programs finished, " + wrong + " failed");
    assertTrue(NETWORKS < 100 || exact * 3 > finished, exact + " of " + finished + " are exact");
  }

  private static boolean holdsComplex(Case made) {
    boolean[] found = {false};
    Walk walk = Walk.ofScalars(part -> found[0] |= part.type().isComplex());
    made.program().definitions().forEach(definition -> definition.body().walk(walk));
    return found[0];
  }

  private static Tensor tensor(Arena arena, Data data) {
    Tensor tensor = Tensor.allocate(arena, data.type(), data.extents());
    data.writeTo(tensor.segment());
    return tensor;
  }

  private static BigInteger counter(ModuleRunner.Result result, String name) {
    return BigInteger.valueOf(Objects.requireNonNull(result.outputs().get(name)).getLong());
  }

  @Test
  void temporariesShareMemory() {
    Program program =
        Einkorn.compile(
            "chain",
            """
            input X[i: 8, j: 8]
            A[i, k] = X[i, j] X[j, k]
            B[i, k] = A[i, j] X[j, k]
            C[i, k] = B[i, j] X[j, k]
            Y[i, k] = C[i, j] X[j, k]
            """);
    try (Arena arena = Arena.ofShared()) {
      Results results = program.with("X", Tensor.allocate(arena, DType.F32, 8, 8)).run(arena);
      assertEquals(3 * 256, results.measuredPeakBytes());
      assertEquals(3 * 256, program.explain(Map.of()).totals().peakBytes());
    }
  }

  /// Nests that run in turns inside one function share memory too, with counters in them or not.
  @Test
  void slicesShareMemory(@TempDir Path folder) throws IOException {
    Path text =
        Files.writeString(
            folder.resolve("sliced.tensor"),
            """
            program sliced
            symbols m, n
            input X: f64[m, n]
            output Y: f64[n]
            slice j: U, V, W, Y
            U: f64[m, n] = sum for j < m, i < n [j, i] <- X[j, i] * X[j, i]
            V: f64[m, n] = sum for j < m, i < n [j, i] <- U[j, i] + X[j, i]
            W: f64[m, n] = sum for j < m, i < n [j, i] <- V[j, i] * V[j, i]
            Y: f64[n] = sum for i < n, j < m [i] <- W[j, i] * X[j, i]
            """);
    for (Target target : TARGETS) {
      Options options = Options.defaults().withTarget(target);
      try (Arena arena = Arena.ofShared()) {
        Program program =
            Einkorn.open(text, Stage.TENSOR, options)
                .with("X", Tensor.allocate(arena, DType.F64, 5, 8));
        Results measured = program.run(arena);
        Results counted = program.with(options.withCounting(true)).run(arena);
        Explanation.Totals plan = measured.explanation().totals();
        assertEquals(3 * 64, plan.peakBytes(), target.name());
        assertEquals(plan.peakBytes(), measured.measuredPeakBytes(), target.name());
        assertEquals(plan.peakBytes(), counted.measuredPeakBytes(), target.name());
        assertEquals(OperationCount.of(120, 80), plan.planned(), target.name());
        assertEquals(plan.planned(), counted.executed().orElseThrow(), target.name());
      }
    }
  }

  /// A smaller budget is refused, and the message names the one that works.
  @Test
  void theNamedBudgetWorks() {
    Program program =
        Einkorn.compile(
            "budget", "input X[i: N]\nA[i] = exp(X[i])\nB[i] = exp(A[i])\nY[i] = B[i] A[i]\n");
    for (Target target : TARGETS) {
      Tensor heap = Tensor.wrap(new float[100]);
      Program bound = program.with("X", heap).with(Options.defaults().withTarget(target));
      long least = 0;
      try {
        bound.with(budget(target, 0)).run();
      } catch (DataException e) {
        String help = e.help().orElseThrow();
        least = Long.parseLong(help.replaceAll("\\D", ""));
      }
      assertTrue(least >= 400 + 2 * 448, "a budget of " + least);
      long works = least;
      assertEquals(least, bound.with(budget(target, works)).run().measuredPeakBytes());
      assertThrows(DataException.class, () -> bound.with(budget(target, works - 1)).run());
    }
  }

  private static Options budget(Target target, long bytes) {
    return Options.defaults()
        .withTarget(target)
        .withRun(RunOptions.defaults().withMemoryBudgetBytes(bytes));
  }
}
