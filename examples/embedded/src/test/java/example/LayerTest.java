package example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.einkorn.Einkorn;
import org.einkorn.Kernel;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

final class LayerTest {
  private static final int WIDTH = 3;

  private static float[] expected(float[] rows, float[] weights, int outputs) {
    float[] result = new float[rows.length / WIDTH * outputs];
    for (int row = 0; row < rows.length / WIDTH; row++) {
      double[] logits = new double[outputs];
      double sum = 0;
      for (int output = 0; output < outputs; output++) {
        for (int axis = 0; axis < WIDTH; axis++) {
          logits[output] += weights[output * WIDTH + axis] * rows[row * WIDTH + axis];
        }
        sum += Math.exp(logits[output]);
      }
      for (int output = 0; output < outputs; output++) {
        result[row * outputs + output] = (float) (Math.exp(logits[output]) / sum);
      }
    }
    return result;
  }

  @Test
  void eightThreadsAtOnceGetTheirOwnResults() throws Exception {
    float[] weights = {0.5f, -1, 2, 1, 0, -0.5f};
    Layer layer = new Layer(Tensor.wrap(weights, 2, WIDTH));
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> calls = new ArrayList<>();
      for (int caller = 0; caller < 8; caller++) {
        int number = caller;
        calls.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < 50; round++) {
                    float[] rows = new float[WIDTH * (1 + (number + round) % 5)];
                    for (int at = 0; at < rows.length; at++) {
                      rows[at] = (number * 31 + round * 7 + at) % 11 / 8f - 0.5f;
                    }
                    assertArrayEquals(
                        expected(rows, weights, 2), layer.classify(rows, WIDTH), 1e-6f);
                  }
                }));
      }
      for (Future<?> call : calls) {
        call.get();
      }
    }
  }

  @Test
  void anEinsumTakesPlainArrays() {
    Layer layer = new Layer(Tensor.wrap(new float[] {1, 2, 3}, 1, WIDTH));
    Tensor product =
        layer.multiply(
            Tensor.wrap(new float[] {1, 2, 3, 4}, 2, 2),
            Tensor.wrap(new float[] {5, 6, 7, 8}, 2, 2));
    assertEquals("[[19. 22.]\n [43. 50.]]", product.toString());
  }

  /// Large enough for several threads, in memory that only this one may touch.
  @Test
  void aLargeBatchMayBeInAConfinedArena() {
    int rows = 20_000;
    float[] values = new float[rows * WIDTH];
    for (int at = 0; at < values.length; at++) {
      values[at] = at % 13 / 8f - 0.75f;
    }
    float[] weights = {0.5f, -1, 2, 1, 0, -0.5f};
    Layer layer = new Layer(Tensor.wrap(weights, 2, WIDTH));
    assertArrayEquals(expected(values, weights, 2), layer.classify(values, WIDTH), 1e-6f);
  }

  /// LLVM is an artifact of its own, which this project does not name.
  @Test
  void aTargetThatIsNotThereIsRefused() {
    Program program =
        Einkorn.compile("one", "Y[i: 2] = i").with(Options.defaults().withTarget(Target.llvm()));
    RefusedException refused = assertThrows(RefusedException.class, program::run);
    assertEquals("E0720", refused.code());
    assertEquals("no backend `llvm` is on the class path", refused.getMessage());
    assertEquals("add the artifact org.einkorn:einkorn-backend-llvm", refused.help());
  }

  @Test
  void aKernelRunsIntoTheCallersMemory() {
    Kernel kernel =
        Einkorn.compile("matmul", "C[i, k] = A[i, j] B[j, k]")
            .kernel(Target.jvm(), Map.of("A", Shape.of(2, 3), "B", Shape.of(3, 1)));
    assertEquals(List.of("A", "B"), kernel.inputs());
    assertEquals(List.of("C"), kernel.outputs());
    assertEquals(BigInteger.valueOf(6), kernel.cost().planned().multiplies());
    assertEquals(true, kernel.ir(Stage.LOOPS).contains("function C"));
    try (Arena arena = Arena.ofConfined()) {
      Tensor a = Tensor.of(arena, new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
      Tensor b = Tensor.of(arena, new float[] {1, 0, -1}, 3, 1);
      Tensor c = Tensor.of(arena, new float[2], 2, 1);
      kernel.run(a, b, c);
      assertArrayEquals(new float[] {-2, -2}, c.toFloatArray());
    }
  }
}
