import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.einkorn.Einkorn;
import org.einkorn.Kernel;
import org.einkorn.Options;
import org.einkorn.Target;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.RunOptions;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// How close the product of `examples/schedules`, 1024 by 1024 in f32 on one thread, comes to the
/// rate of fused multiply-adds. `bench/hand-schedules.sh` starts it.
///
/// The rate is that of vectors in registers alone, measured between the runs.
final class HandSchedules {
  private static final int N = 1024;
  private static final int RUNS = 31;
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private HandSchedules() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of("examples/schedules");
    String source = Files.readString(folder.resolve("product.ein"));
    SourceFile script =
        new SourceFile("product.schedule", Files.readString(folder.resolve("product.schedule")));
    for (Target target : new Target[] {Target.llvm(), Target.jvm()}) {
      Options options =
          Options.defaults()
              .withTarget(target)
              .withRun(RunOptions.defaults().withThreads(1))
              .withSchedule(script);
      measure(target.name(), source, options);
    }
  }

  private static void measure(String name, String source, Options options) {
    try (Arena arena = Arena.ofShared()) {
      Random random = new Random(1);
      Tensor a = random(arena, random);
      Tensor b = random(arena, random);
      Tensor c = Tensor.allocate(arena, DType.F32, N, N);
      Kernel kernel =
          Einkorn.compile("product", source)
              .with(options)
              .kernel(options.target(), Map.of("A", Shape.of(N, N), "B", Shape.of(N, N)));
      double[] times = new double[RUNS];
      double[] limits = new double[RUNS];
      for (int run = 0; run < RUNS; run++) {
        limits[run] = multiplyAdds();
        long start = System.nanoTime();
        kernel.run(a, b, c);
        times[run] = (System.nanoTime() - start) / 1e9;
      }
      Arrays.sort(times);
      Arrays.sort(limits);
      double rate = 2.0 * N * N * N / times[RUNS / 2] / 1e9;
      double limit = limits[RUNS / 2];
      System.out.printf(
          "%-5s %.2f ms (least %.2f), %.0f GFLOP/s of %.0f, %.0f %%%n",
          name, times[RUNS / 2] * 1e3, times[0] * 1e3, rate, limit, 100 * rate / limit);
    }
  }

  private static Tensor random(Arena arena, Random random) {
    float[] values = new float[N * N];
    for (int number = 0; number < values.length; number++) {
      values[number] = random.nextFloat() - 0.5f;
    }
    return Tensor.of(arena, values, N, N);
  }

  private static float sink;

  /// Floating-point operations a nanosecond: sixteen sums in registers.
  private static double multiplyAdds() {
    int rounds = 1_000_000;
    long start = System.nanoTime();
    sink += sums(rounds);
    return 2.0 * 16 * SPECIES.length() * rounds / (System.nanoTime() - start);
  }

  private static float sums(int rounds) {
    FloatVector x = FloatVector.broadcast(SPECIES, 0.999f);
    FloatVector y = FloatVector.broadcast(SPECIES, 0.001f);
    FloatVector a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y;
    FloatVector i = y, j = y, k = y, l = y, m = y, n = y, o = y, p = y;
    for (int round = 0; round < rounds; round++) {
      a = a.fma(x, y);
      b = b.fma(x, y);
      c = c.fma(x, y);
      d = d.fma(x, y);
      e = e.fma(x, y);
      f = f.fma(x, y);
      g = g.fma(x, y);
      h = h.fma(x, y);
      i = i.fma(x, y);
      j = j.fma(x, y);
      k = k.fma(x, y);
      l = l.fma(x, y);
      m = m.fma(x, y);
      n = n.fma(x, y);
      o = o.fma(x, y);
      p = p.fma(x, y);
    }
    FloatVector all = a.add(b).add(c).add(d).add(e).add(f).add(g).add(h);
    return all.add(i).add(j).add(k).add(l).add(m).add(n).add(o).add(p).lane(0);
  }
}
