import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.einkorn.Einkorn;
import org.einkorn.Kernel;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// What one warm call of a kernel takes where there is next to nothing to compute: the median and
/// the minimum over batches of calls, in nanoseconds a call. `bench/call-overhead.sh` starts it.
final class CallOverhead {
  private static final int WARM_CALLS = 200_000;
  private static final int BATCHES = 101;
  private static final int CALLS_PER_BATCH = 2_000;

  private CallOverhead() {}

  private record Case(String name, String source) {}

  private static final List<Case> CASES =
      List.of(
          new Case("Y[i] = 2 X[i]", "input X[i: N]\nY[i] = 2 X[i]\n"),
          new Case(
              "with a temporary", "input X[i: N]\nT[i] = 2 X[i]\nS = T[i]\nY[i] = T[i] S\n"));

  public static void main(String[] arguments) {
    String head = "| %-18s | %-7s | %-8s | %9s | %7s |%n";
    System.out.printf(head, "kernel", "target", "memory", "median ns", "min ns");
    System.out.println("|--------------------|---------|----------|----------:|--------:|");
    for (Case one : CASES) {
      for (Target target : List.of(Target.jvm(), Target.llvm())) {
        try (Arena confined = Arena.ofConfined();
            Arena shared = Arena.ofShared()) {
          measure(one, target, "confined", confined);
          measure(one, target, "shared", shared);
          measure(one, target, "strided", shared);
        }
      }
    }
  }

  private static void measure(Case one, Target target, String memory, Arena arena) {
    Kernel kernel =
        Einkorn.compile("call", one.source())
            .keeping("Y")
            .kernel(target, Map.of("X", Shape.of(4)));
    Tensor x = Tensor.of(arena, new float[] {1, 2, 3, 4}, 4);
    Tensor y = Tensor.allocate(arena, DType.F32, 4);
    if (memory.equals("strided")) {
      x = Tensor.of(arena, new float[] {1, 0, 2, 0, 3, 0, 4, 0}, 8).slice(0, 0, 8, 2);
      y = Tensor.allocate(arena, DType.F32, 8).slice(0, 0, 8, 2);
    }
    for (int call = 0; call < WARM_CALLS; call++) {
      kernel.run(x, y);
    }
    double[] nanoseconds = new double[BATCHES];
    for (int batch = 0; batch < BATCHES; batch++) {
      long start = System.nanoTime();
      for (int call = 0; call < CALLS_PER_BATCH; call++) {
        kernel.run(x, y);
      }
      nanoseconds[batch] = (System.nanoTime() - start) / (double) CALLS_PER_BATCH;
    }
    Arrays.sort(nanoseconds);
    System.out.printf(
        "| %-18s | %-7s | %-8s | %9.0f | %7.0f |%n",
        one.name(), target.name(), memory, nanoseconds[BATCHES / 2], nanoseconds[0]);
  }
}
