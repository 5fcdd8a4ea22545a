import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.einkorn.Einkorn;
import org.einkorn.Einsum;
import org.einkorn.Kernel;
import org.einkorn.Options;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// What one warm call takes where there is next to nothing to compute: the median and the minimum
/// over batches of calls, in nanoseconds a call. Then what the first result of a new shape takes in a
/// process that has compiled others, in milliseconds. `bench/call-overhead.sh` starts it.
///
/// With the word `calls` or `shapes` only the one or the other.
final class CallOverhead {
  /// So long, since the JIT compiles once more for each kernel that a process adds.
  private static final long WARM_NANOSECONDS = 2_000_000_000;

  private static final int BATCHES = 101;
  private static final int CALLS_PER_BATCH = 2_000;
  private static final int WARM_SHAPES = 300;
  private static final int SHAPES = 51;

  /// No two shapes of so many are the same.
  private static final int ROWS = 19;

  private CallOverhead() {}

  private record Case(String name, String source, boolean isProduct) {}

  private static final List<Case> CASES =
      List.of(
          new Case("Y[i] = 2 X[i]", "input X[i: N]\nY[i] = 2 X[i]\n", false),
          new Case(
              "with a temporary",
              "input X[i: N]\nT[i] = 2 X[i]\nS = T[i]\nY[i] = T[i] S\n",
              false),
          new Case(
              "Y = A B of 2 x 2",
              "input A[i: I, j: J]\ninput B[j: J, k: K]\nY[i, k] = A[i, j] B[j, k]\n",
              true));

  public static void main(String[] arguments) {
    List<String> wanted = arguments.length == 0 ? List.of("calls", "shapes") : List.of(arguments);
    if (wanted.contains("calls")) {
      calls();
    }
    if (wanted.contains("shapes")) {
      shapes();
    }
  }

  private static void calls() {
    String head = "| %-18s | %-7s | %-8s | %9s | %7s |%n";
    System.out.printf(head, "kernel", "target", "memory", "median ns", "min ns");
    System.out.println("|--------------------|---------|----------|----------:|--------:|");
    for (Target target : List.of(Target.jvm(), Target.llvm())) {
      for (Case one : CASES) {
        try (Arena confined = Arena.ofConfined();
            Arena shared = Arena.ofShared()) {
          measure(one, target, "confined", confined);
          measure(one, target, "shared", shared);
          measure(one, target, "strided", shared);
        }
      }
      try (Arena shared = Arena.ofShared()) {
        Einsum einsum =
            Einsum.of("ij,jk->ik").with(Options.defaults().withTarget(target));
        Tensor a = Tensor.of(shared, new float[] {1, 2, 3, 4}, 2, 2);
        Tensor b = Tensor.of(shared, new float[] {5, 6, 7, 8}, 2, 2);
        Tensor y = Tensor.allocate(shared, DType.F32, 2, 2);
        report("ij,jk->ik of 2 x 2", target, "into", () -> einsum.into(y, a, b));
        report("ij,jk->ik of 2 x 2", target, "apply", () -> einsum.apply(a, b));
      }
    }
  }

  private static void measure(Case one, Target target, String memory, Arena arena) {
    boolean isStrided = memory.equals("strided");
    if (one.isProduct()) {
      Kernel kernel =
          Einkorn.compile("call", one.source())
              .keeping("Y")
              .kernel(target, Map.of("A", Shape.of(2, 2), "B", Shape.of(2, 2)));
      Tensor a = square(arena, isStrided);
      Tensor b = square(arena, isStrided);
      Tensor y = square(arena, isStrided);
      report(one.name(), target, memory, () -> kernel.run(a, b, y));
      return;
    }
    Kernel kernel =
        Einkorn.compile("call", one.source())
            .keeping("Y")
            .kernel(target, Map.of("X", Shape.of(4)));
    Tensor x =
        isStrided
            ? Tensor.of(arena, new float[] {1, 0, 2, 0, 3, 0, 4, 0}, 8).slice(0, 0, 8, 2)
            : Tensor.of(arena, new float[] {1, 2, 3, 4}, 4);
    Tensor y =
        isStrided
            ? Tensor.allocate(arena, DType.F32, 8).slice(0, 0, 8, 2)
            : Tensor.allocate(arena, DType.F32, 4);
    report(one.name(), target, memory, () -> kernel.run(x, y));
  }

  private static Tensor square(Arena arena, boolean isStrided) {
    return isStrided
        ? Tensor.of(arena, new float[] {1, 0, 2, 0, 3, 0, 4, 0}, 2, 4).slice(1, 0, 4, 2)
        : Tensor.of(arena, new float[] {1, 2, 3, 4}, 2, 2);
  }

  private static void report(String name, Target target, String memory, Runnable call) {
    for (long end = System.nanoTime() + WARM_NANOSECONDS; System.nanoTime() < end; ) {
      for (int number = 0; number < CALLS_PER_BATCH; number++) {
        call.run();
      }
    }
    double[] nanoseconds = new double[BATCHES];
    for (int batch = 0; batch < BATCHES; batch++) {
      long start = System.nanoTime();
      for (int number = 0; number < CALLS_PER_BATCH; number++) {
        call.run();
      }
      nanoseconds[batch] = (System.nanoTime() - start) / (double) CALLS_PER_BATCH;
    }
    Arrays.sort(nanoseconds);
    System.out.printf(
        "| %-18s | %-7s | %-8s | %9.0f | %7.0f |%n",
        name, target.name(), memory, nanoseconds[BATCHES / 2], nanoseconds[0]);
  }

  /// A shape that no other number has; small, so that the run itself takes next to nothing.
  private static long[] shape(int number) {
    return new long[] {2 + number % ROWS, 2 + number / ROWS};
  }

  private static void shapes() {
    System.out.println();
    System.out.printf(
        "| %-34s | %-7s | %9s | %7s |%n",
        "first result of a new shape", "target", "median ms", "min ms");
    System.out.println("|------------------------------------|---------|----------:|--------:|");
    for (Target target : List.of(Target.jvm(), Target.llvm())) {
      Options options = Options.defaults().withTarget(target);
      firstResults(
          "a kernel of `Y = A B` each",
          target,
          (arena, rows, columns) ->
              Einkorn.compile("shape", CASES.getLast().source())
                  .keeping("Y")
                  .kernel(
                      target,
                      Map.of("A", Shape.of(rows, columns), "B", Shape.of(columns, rows)))
                  .run(
                      Tensor.allocate(arena, DType.F32, rows, columns),
                      Tensor.allocate(arena, DType.F32, columns, rows),
                      Tensor.allocate(arena, DType.F32, rows, rows)));
      // One einsum sees all shapes, as in a service.
      Einsum product = Einsum.of("ij,jk->ik").with(options);
      firstResults("`ij,jk->ik`, one for all", target, (arena, i, j) -> product(product, arena, i, j));
      Einsum chain = Einsum.of("ij,jk,kl->il").with(options);
      firstResults(
          "`ij,jk,kl->il`, one for all",
          target,
          (arena, rows, columns) ->
              chain.apply(
                  arena,
                  Tensor.allocate(arena, DType.F32, rows, columns),
                  Tensor.allocate(arena, DType.F32, columns, rows),
                  Tensor.allocate(arena, DType.F32, rows, 2 * columns)));
      firstResults(
          "an `ij,jk->ik` each",
          target,
          (arena, i, j) -> product(Einsum.of("ij,jk->ik").with(options), arena, i, j));
    }
  }

  private static void product(Einsum einsum, Arena arena, long rows, long columns) {
    einsum.apply(
        arena,
        Tensor.allocate(arena, DType.F32, rows, columns),
        Tensor.allocate(arena, DType.F32, columns, rows));
  }

  private interface First {
    void run(Arena arena, long rows, long columns);
  }

  private static void firstResults(String name, Target target, First first) {
    double[] milliseconds = new double[SHAPES];
    for (int number = 0; number < WARM_SHAPES + SHAPES; number++) {
      long[] shape = shape(number);
      long start = System.nanoTime();
      try (Arena arena = Arena.ofConfined()) {
        first.run(arena, shape[0], shape[1]);
      }
      if (number >= WARM_SHAPES) {
        milliseconds[number - WARM_SHAPES] = (System.nanoTime() - start) / 1e6;
      }
    }
    Arrays.sort(milliseconds);
    System.out.printf(
        "| %-34s | %-7s | %9.2f | %7.2f |%n",
        name, target.name(), milliseconds[SHAPES / 2], milliseconds[0]);
  }
}
