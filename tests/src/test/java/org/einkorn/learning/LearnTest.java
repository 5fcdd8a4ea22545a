package org.einkorn.learning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Results;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.einkorn.TrainingOptions;
import org.einkorn.TrainingProgress;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.RunOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `learn` means: starting values, batches, held tensors, the end, checkpoints.
final class LearnTest {
  @TempDir Path folder;

  private static final List<Target> TARGETS =
      List.of(Target.interpreter(), Target.jvm(), Target.llvm());

  private static final String REGRESSION =
      """
      input X[e: E, d: 3]
      input T[e: E]
      param W[d: 3] = 0.1 * normal(seed: 4)
      param B = 0.0
      Y[e] = W[d] X[e, d] + B
      Loss = avg[e]((T[e] - Y[e])^2)
      learn W, B minimizing Loss with adam(rate: 0.05) for STEPS steps over e in batches of 8
      W?
      B?
      """;

  private static Program regression(int steps) {
    Random random = new Random(5);
    float[] x = new float[150];
    float[] t = new float[50];
    for (int e = 0; e < 50; e++) {
      for (int d = 0; d < 3; d++) {
        x[3 * e + d] = (float) random.nextGaussian();
      }
      t[e] = 2 * x[3 * e] - x[3 * e + 1] + 0.5f * x[3 * e + 2] + 3;
    }
    return Einkorn.compile("regression", REGRESSION.replace("STEPS", Integer.toString(steps)))
        .with("X", Tensor.wrap(x, 50, 3))
        .with("T", Tensor.wrap(t));
  }

  private static float[] learned(Results results, String name) {
    return Objects.requireNonNull(results.learned().get(name)).toFloatArray();
  }

  @Test
  void findsALineOnEveryTarget() {
    for (Target target : TARGETS) {
      for (int threads : new int[] {1, 3}) {
        Options options =
            Options.defaults()
                .withTarget(target)
                .withRun(RunOptions.defaults().withThreads(threads));
        Results results = regression(400).with(options).run();
        assertArrayEquals(new float[] {2, -1, 0.5f}, learned(results, "W"), 1e-3f, target.name());
        assertArrayEquals(new float[] {3}, learned(results, "B"), 1e-3f, target.name());
        assertEquals(results.get("B").getDouble(), results.get("B.q1").getDouble());
      }
    }
  }

  /// A batch of all rows is the same as none, but for the order in which they are added.
  @Test
  void aBatchOfAllRowsIsTheWhole() {
    for (Target target : TARGETS) {
      String text = REGRESSION.replace("STEPS", "20").replace("E]", "50]").replace("E,", "50,");
      Options options = Options.defaults().withTarget(target);
      Results batches =
          bindNumbers(text.replace("batches of 8", "batches of 50")).with(options).run();
      Results whole = bindNumbers(text.replace("over e in batches of 8", "")).with(options).run();
      assertArrayEquals(learned(whole, "W"), learned(batches, "W"), 1e-5f, target.name());
    }
  }

  private static Program bindNumbers(String text) {
    return Einkorn.compile("numbers", text)
        .with("X", numbers(50, 3))
        .with("T", numbers(1, 50).reshape(50));
  }

  @Test
  void theSeedDecidesTheRows() {
    float[] first = learned(regression(5).run(), "W");
    assertArrayEquals(first, learned(regression(5).run(), "W"));
    float[] other = learned(regression(5).with(Options.defaults().withSeed(1)).run(), "W");
    assertTrue(first[0] != other[0]);
  }

  @Test
  void resumesBitForBit() {
    for (Target target : TARGETS) {
      Options options = Options.defaults().withTarget(target).withSeed(7);
      Path file = folder.resolve(target.name() + ".safetensors");
      Results whole = regression(60).with(options).run();
      TrainingOptions keeping = TrainingOptions.defaults().withCheckpoint(file, 10);
      assertThrows(
          IllegalStateException.class,
          () ->
              regression(60)
                  .with(
                      options.withTraining(
                          keeping.withProgress(
                              made -> {
                                if (made.step() == 37) {
                                  throw new IllegalStateException("the power fails");
                                }
                              })))
                  .run());
      List<Long> steps = new ArrayList<>();
      Results rest =
          regression(60)
              .with(
                  options.withTraining(
                      TrainingOptions.defaults()
                          .withResume(file)
                          .withProgress(made -> steps.add(made.step()))))
              .run();
      assertEquals(31, steps.getFirst());
      assertEquals(30, steps.size());
      assertArrayEquals(learned(whole, "W"), learned(rest, "W"), target.name());
      assertArrayEquals(learned(whole, "B"), learned(rest, "B"), target.name());
    }
  }

  @Test
  void refusesACheckpointOfSomethingElse() throws IOException {
    Path file = folder.resolve("w.safetensors");
    TrainingOptions keeping = TrainingOptions.defaults().withCheckpoint(file, 10);
    regression(20).with(Options.defaults().withTraining(keeping)).run();
    Options resuming = Options.defaults().withTraining(TrainingOptions.defaults().withResume(file));
    requireMisfit("seed", regression(20).with(resuming.withSeed(2)));
    requireMisfit("at most 10 steps", regression(10).with(resuming));
    String other = REGRESSION.replace("STEPS", "20");
    requireMisfit(
        "batches of 5", bind(other.replace("batches of 8", "batches of 5")).with(resuming));
    requireMisfit(
        "`B` of type f64",
        bind(other.replace("param B = 0.0", "param B: f64 = 0.0")).with(resuming));
    requireMisfit(
        "`W_V`",
        bind(other.replace("adam(rate: 0.05)", "momentum"))
            .with(
                Options.defaults()
                    .withTraining(TrainingOptions.defaults().withResume(lion(other)))));
    requireMisfit(
        "` too",
        bind(other.replace("adam(rate: 0.05)", "sgd"))
            .with(
                Options.defaults()
                    .withTraining(TrainingOptions.defaults().withResume(lion(other)))));
    Path plain = folder.resolve("plain.safetensors");
    Tensor.wrap(new float[] {1}).write(plain);
    requireMisfit(
        "--checkpoint",
        regression(20)
            .with(Options.defaults().withTraining(TrainingOptions.defaults().withResume(plain))));
    assertTrue(Files.exists(file));
  }

  private static Program bind(String text) {
    return Einkorn.compile("other", text)
        .with("X", Tensor.wrap(new float[150], 50, 3))
        .with("T", Tensor.wrap(new float[50]));
  }

  /// A checkpoint of the same parameters by an optimizer with another state.
  private Path lion(String text) {
    Path file = folder.resolve("lion.safetensors");
    TrainingOptions keeping = TrainingOptions.defaults().withCheckpoint(file, 10);
    bind(text.replace("adam(rate: 0.05)", "lion"))
        .with(Options.defaults().withTraining(keeping))
        .run();
    return file;
  }

  private static void requireMisfit(String what, Program program) {
    DataException failure = assertThrows(DataException.class, program::run);
    assertEquals("E0561", failure.code());
    assertTrue(failure.describe().contains(what), failure.describe());
  }

  @Test
  void goesOnWithMoreStepsFromTheEnd() {
    Path file = folder.resolve("more.safetensors");
    regression(30)
        .with(
            Options.defaults().withTraining(TrainingOptions.defaults().withCheckpoint(file, 1000)))
        .run();
    Results more =
        regression(60)
            .with(Options.defaults().withTraining(TrainingOptions.defaults().withResume(file)))
            .run();
    assertArrayEquals(learned(regression(60).run(), "W"), learned(more, "W"));
  }

  @Test
  void learnsInTheOrderThatIsWritten() {
    Results results =
        Einkorn.compile(
                "twice",
                """
                param A = 1.0
                param B = 1.0
                First = (A - 2)^2
                Second = (B - 3 * A)^2
                learn A minimizing First with sgd(rate: 0.5) for 1 steps
                learn B minimizing Second with sgd(rate: 0.5) for 1 steps
                learn A minimizing Second with sgd(rate: 0.05) for 1 steps holding B
                A?
                B?
                """)
            .run();
    assertEquals(2, results.get("A.q0").getDouble());
    assertEquals(6, results.get("B.q1").getDouble());
  }

  @Test
  void startsFromWhatIsBound() {
    Program program =
        Einkorn.compile(
            "start",
            """
            param W[i: 2] = 5.0
            Loss = sum[i]((W[i] - 1)^2)
            learn W minimizing Loss with sgd(rate: 0.25) for 1 steps
            Y[i] = 2 W[i]
            """);
    assertArrayEquals(new float[] {6, 6}, program.run().get("Y").toFloatArray());
    Results bound = program.with("W", Tensor.wrap(new float[] {1, 3})).run();
    assertArrayEquals(new float[] {2, 4}, bound.get("Y").toFloatArray());
    assertArrayEquals(
        new float[] {1, 2},
        program
            .keeping("W")
            .with("W", Tensor.wrap(new float[] {1, 3}))
            .run()
            .get("W")
            .toFloatArray());
  }

  @Test
  void aBoundParameterTakesThePlaceOfItsEquation() {
    Program program = Einkorn.compile("bound", "param W[i: 2] = 5.0\nY[i] = 2 W[i]\n");
    assertArrayEquals(new float[] {10, 10}, program.run().get("Y").toFloatArray());
    assertArrayEquals(
        new float[] {2, 4},
        program.with("W", Tensor.wrap(new float[] {1, 2})).run().get("Y").toFloatArray());
  }

  @Test
  void holdsWhatDependsOnAParameter() {
    String text =
        """
        param W = 1.0
        Copy = 3 * W
        Loss = (Copy * W - 1)^2
        learn W minimizing Loss with sgd(rate: 0.01) for 1 steps HOLDING
        W?
        """;
    // d/dW (3 W² − 1)² = 2 · 2 · 6 W; with one W held, half of it.
    assertEquals(
        1 - 0.24,
        Einkorn.compile("free", text.replace("HOLDING", "")).run().get("W").getDouble(),
        1e-6);
    assertEquals(
        1 - 0.12,
        Einkorn.compile("held", text.replace("HOLDING", "holding Copy")).run().get("W").getDouble(),
        1e-6);
  }

  @Test
  void endsWhereTheConditionHolds() {
    List<TrainingProgress> steps = new ArrayList<>();
    Einkorn.compile(
            "end",
            """
            param W = 1.0
            Loss = W^2
            learn W minimizing Loss with sgd(rate: 0.25) for 100 steps until Loss < 0.1
            W?
            """)
        .with(Options.defaults().withTraining(TrainingOptions.defaults().withProgress(steps::add)))
        .run();
    assertEquals(List.of(1.0, 0.25, 0.0625), steps.stream().map(TrainingProgress::loss).toList());
    assertTrue(steps.getLast().isLast());
  }

  @Test
  void saysAtWhichStepALossIsNoNumber() {
    DataException failure =
        assertThrows(
            DataException.class,
            () ->
                Einkorn.compile(
                        "nan",
                        """
                        param W = 1.0
                        Loss = log(W)
                        learn W minimizing Loss with sgd(rate: 3.0) for 9 steps
                        """)
                    .run());
    assertEquals("E0560", failure.code());
    assertTrue(failure.describe().contains("step 2 of"), failure.describe());
  }

  @Test
  void isNeitherCompiledAheadNorCounted() {
    Program program = regression(3);
    assertThrows(
        RefusedException.class, () -> program.emit("class", "Line", Optional.empty(), Map.of()));
    assertThrows(RefusedException.class, () -> program.kernel(Target.jvm(), Map.of()));
    assertThrows(
        RefusedException.class, () -> program.with(Options.defaults().withCounting(true)).run());
  }

  @Test
  void printsEachPart() {
    for (Stage stage : List.of(Stage.EQUATIONS, Stage.TENSOR, Stage.LOOPS, Stage.SCHEDULED)) {
      String text = regression(3).ir(stage);
      assertTrue(text.contains("==== learn, what it begins with ===="), text);
      assertTrue(text.contains("==== learn, one step: learn W, B minimizing Loss"), text);
      assertTrue(text.contains("==== after learning ===="), text);
    }
    assertEquals(2, regression(3).explain(Map.of()).learning().size());
  }

  @Test
  void learnsAcrossRecurrencesInBatches() {
    for (Target target : TARGETS) {
      Results results =
          Einkorn.compile(
                  "echo",
                  """
                  input X[b: 20, t: 5]
                  param A = 0.1
                  param C = 0.5
                  H[b, 0] = 0
                  H[b, t+1] = A * H[b, t] + C * X[b, t]
                  Goal[b, 0] = 0
                  Goal[b, t+1] = 0.5 * Goal[b, t] + X[b, t]
                  Loss = avg[b, t]((H[b, t] - Goal[b, t])^2)
                  learn A, C minimizing Loss with adam(rate: 0.02) for 400 steps
                    over b in batches of 5
                  """)
              .with(Options.defaults().withTarget(target))
              .with("X", numbers(20, 5))
              .run();
      assertArrayEquals(new float[] {0.5f}, learned(results, "A"), 1e-2f, target.name());
      assertArrayEquals(new float[] {1}, learned(results, "C"), 1e-2f, target.name());
    }
  }

  private static Tensor numbers(int rows, int columns) {
    Random random = new Random(3);
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.wrap(values, rows, columns);
  }
}
