import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Target;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.exec.RunOptions;
import org.einkorn.tune.Database;
import org.einkorn.tune.Ranking;
import org.einkorn.tune.Tuner;

/// What tuning brings on eight kernels, and what learning brings to tuning: how many measurements a
/// search that learns needs to be as good as 200 measurements of any schedules. `bench/tuning.sh`
/// starts it.
final class Tuning {
  private static final int MEASUREMENTS = 200;
  private static final Duration LONG = Duration.ofHours(1);

  /// As good: within two percent, which is what times of one schedule differ by.
  private static final double AS_GOOD = 1.02;

  private Tuning() {}

  private record Kernel(String name, String equation, String... shapes) {
    Map<String, Shape> inputs() {
      Map<String, Shape> inputs = new LinkedHashMap<>();
      for (int number = 0; number < shapes.length; number++) {
        String[] parts = shapes[number].split("x");
        long[] extents = new long[parts.length];
        for (int axis = 0; axis < parts.length; axis++) {
          extents[axis] = Long.parseLong(parts[axis]);
        }
        inputs.put("AB".substring(number, number + 1), Shape.of(extents));
      }
      return inputs;
    }
  }

  private static final List<Kernel> KERNELS =
      List.of(
          new Kernel("product", "Y[i, j] = A[i, k] B[k, j]", "192x192", "192x192"),
          new Kernel("product, transposed", "Y[i, j] = A[i, k] B[j, k]", "192x192", "192x192"),
          new Kernel("odd product", "Y[i, j] = A[i, k] B[k, j]", "1000x17", "17x333"),
          new Kernel("tall product", "Y[i, j] = A[i, k] B[k, j]", "20000x16", "16x16"),
          new Kernel("batch of products", "Y[b, i, j] = A[b, i, k] B[b, k, j]", "64x32x32", "64x32x32"),
          new Kernel("permuted product", "Y[k, l] = A[i, j, k] B[j, i, l]", "48x48x64", "48x48x64"),
          new Kernel("convolution", "Y[o, y, x] = A[c, y+p, x+q] B[o, c, p, q]", "16x34x34", "32x16x3x3"),
          new Kernel("least sums", "Y[i, j] min= A[i, k] + B[k, j]", "128x128", "128x128"));

  public static void main(String[] names) {
    Target target = Target.of(System.getProperty("target", "llvm")).orElseThrow();
    int seeds = Integer.getInteger("seeds", 1);
    System.out.println(
        "| kernel | model ms | best of 200 random ms | ratio | learned: measurements to be as good |"
            + " best after 80 ms | pairs in order |");
    System.out.println("|---|---:|---:|---:|---:|---:|---:|");
    double time = 0;
    int measurements = 0;
    for (Kernel kernel : KERNELS) {
      if (names.length > 0 && !List.of(names).contains(kernel.name())) {
        continue;
      }
      Program program = Einkorn.compile("kernel", kernel.equation() + "\noutput Y\n");
      List<Integer> needed = new ArrayList<>();
      List<Double> accuracies = new ArrayList<>();
      double model = 0;
      double random = 0;
      double after = 0;
      for (int seed = 1; seed <= seeds; seed++) {
        Tuner tuner =
            Tuner.of(
                    Options.defaults()
                        .withTarget(target)
                        .withSeed(seed)
                        .withRun(RunOptions.defaults().withThreads(1)))
                .within(LONG)
                .withModel(false);
        Tuner.Report any =
            tuner.withLearning(false).withMeasurements(MEASUREMENTS).tune(program, kernel.inputs());
        Tuner.Report learned = tuner.withMeasurements(MEASUREMENTS).tune(program, kernel.inputs());
        time += any.seconds() + learned.seconds();
        measurements += any.measurements() + learned.measurements();
        List<Double> course = learned.functions().getFirst().course();
        List<Double> others = any.functions().getFirst().course();
        model = any.functions().getFirst().startSeconds();
        random = others.getLast();
        after = course.get(Math.min(course.size(), 80) - 1);
        needed.add(first(course, random * AS_GOOD));
        accuracies.add(accuracy(any.database(), seed));
      }
      Collections.sort(needed);
      System.out.printf(
          Locale.ROOT,
          "| %s | %.4f | %.4f | %.2f | %s | %.4f | %.2f |%n",
          kernel.name(),
          model * 1e3,
          random * 1e3,
          model / random,
          needed,
          after * 1e3,
          accuracies.stream().mapToDouble(each -> each).average().orElse(Double.NaN));
    }
    System.out.printf(Locale.ROOT, "%n%d measurements, %.0f s%n", measurements, time);
  }

  /// The number of measurements after which a search is as fast; 0 where it never is.
  private static int first(List<Double> course, double seconds) {
    for (int number = 0; number < course.size(); number++) {
      if (course.get(number) <= seconds) {
        return number + 1;
      }
    }
    return 0;
  }

  /// Half of the schedules is learned from, the other half is ranked.
  private static double accuracy(Database database, long seed) {
    List<Database.Entry> all = new ArrayList<>(database.entries());
    Collections.shuffle(all, new Random(seed));
    int half = all.size() / 2;
    return Ranking.accuracy(all.subList(0, half), all.subList(half, all.size()), seed);
  }
}
