import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.einkorn.Einkorn;
import org.einkorn.Kernel;
import org.einkorn.Target;
import org.einkorn.passes.order.CostModel;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// Fits the coefficients of `org.einkorn.passes.order.CostModel` to what compiled contractions of two
/// tensors take: least squares of the relative error, no coefficient below
/// what the machine allows. Every result is
/// fresh memory, as an intermediate of a plan is. `bench/fit-cost-model.sh` starts it; the last line
/// it prints is the constant to put in the class.
final class FitCostModel {
  private static final long SEED = 20_261;
  private static final int SIZES = 9;
  private static final long MOST_POINTS = 1L << 26;
  private static final long MOST_ELEMENTS = 1L << 24;

  /// The second level of cache: 1 MiB.
  private static final long CACHE_ELEMENTS = 1L << 18;

  /// What no kernel is faster than, by the machine's measured limits: an element of four bytes
  /// written at 30 GB/s, and a quarter of a microsecond for each fresh page of 4 KiB.
  private static final double[] FLOORS = {0, 0, 0, 1.3e-10, 2.4e-10};

  private static final List<String> SPECS =
      List.of(
          "ij,jk->ik", "ij,kj->ik", "ji,jk->ki", "bij,bjk->bik", "abc,cd->dab", "ijk,jil->kl",
          "ij,j->i", "ij,i->j", "i,j->ij", "ij,ij->ij", "ij,ij->i", "ij,ij->", "ijk,k->ij",
          "ijk,jk->ijk", "bi,bj->bij", "abcd,dcef->abef");

  private FitCostModel() {}

  /// One contraction, and what it took.
  private record Sample(
      String spec, double points, double reads, double writes, double seconds) {}

  public static void main(String[] arguments) {
    Target target = arguments.length > 0 && arguments[0].equals("llvm") ? Target.llvm() : Target.jvm();
    Random random = new Random(SEED);
    List<Sample> samples = new ArrayList<>();
    for (String spec : SPECS) {
      for (int size = 0; size < SIZES; size++) {
        samples.add(measure(spec, extents(spec, random), target));
      }
    }
    double[] best = fit(samples);
    System.out.printf("%-18s %12s %12s %12s %12s %12s%n", "contraction", "points", "reads", "writes", "measured us", "predicted us");
    CostModel model = new CostModel(best[0], best[1], best[2], best[3], best[4], CACHE_ELEMENTS);
    for (Sample sample : samples) {
      System.out.printf(
          "%-18s %12.0f %12.0f %12.0f %12.2f %12.2f%n",
          sample.spec, sample.points, sample.reads, sample.writes, sample.seconds * 1e6,
          1e6 * model.seconds(sample.points, sample.reads, sample.writes));
    }
    double[] ratios =
        samples.stream()
            .mapToDouble(s -> Math.abs(Math.log(model.seconds(s.points, s.reads, s.writes) / s.seconds)))
            .sorted()
            .toArray();
    System.out.printf(
        "off by a factor of %.2f in the median, %.2f in nine of ten%n",
        Math.exp(ratios[ratios.length / 2]), Math.exp(ratios[ratios.length * 9 / 10]));
    System.out.printf(
        "new CostModel(%.2g, %.2g, %.2g, %.2g, %.2g, 1 << %d)%n",
        best[0], best[1], best[2], best[3], best[4], Long.numberOfTrailingZeros(CACHE_ELEMENTS));
  }

  /// Extents whose product is spread evenly over magnitudes.
  private static Map<Character, Long> extents(String spec, Random random) {
    while (true) {
      Map<Character, Long> extents = new LinkedHashMap<>();
      double most = Math.exp(Math.log(MOST_POINTS) * random.nextDouble());
      double points = 1;
      for (char letter : spec.toCharArray()) {
        if (Character.isLetter(letter) && !extents.containsKey(letter)) {
          long extent = Math.max(1, Math.round(Math.pow(2, 12 * random.nextDouble())));
          extents.put(letter, extent);
          points *= extent;
        }
      }
      boolean fits = points <= MOST_POINTS && points >= most / 4;
      for (String part : spec.split(",|->", -1)) {
        fits &= elements(part, extents) <= MOST_ELEMENTS;
      }
      if (fits) {
        return extents;
      }
    }
  }

  private static long elements(String letters, Map<Character, Long> extents) {
    long elements = 1;
    for (char letter : letters.toCharArray()) {
      elements *= extents.get(letter);
    }
    return elements;
  }

  private static Sample measure(String spec, Map<Character, Long> extents, Target target) {
    String[] parts = spec.split(",|->", -1);
    long[][] shapes = new long[3][];
    for (int tensor = 0; tensor < 3; tensor++) {
      shapes[tensor] = parts[tensor].chars().mapToLong(c -> extents.get((char) c)).toArray();
    }
    String source =
        "input A[%s]\ninput B[%s]\nC%s = A[%s] B[%s]\n"
            .formatted(
                axes(parts[0], extents), axes(parts[1], extents),
                parts[2].isEmpty() ? "" : "[" + String.join(", ", parts[2].split("")) + "]",
                String.join(", ", parts[0].split("")), String.join(", ", parts[1].split("")));
    Kernel kernel =
        Einkorn.compile("fit", source)
            .keeping("C")
            .kernel(target, Map.of("A", Shape.of(shapes[0]), "B", Shape.of(shapes[1])));
    try (Arena arena = Arena.ofConfined()) {
      Tensor a = random(arena, shapes[0]);
      Tensor b = random(arena, shapes[1]);
      double seconds = Double.POSITIVE_INFINITY;
      long end = System.nanoTime() + 250_000_000L;
      for (int run = 0; run < 30 || System.nanoTime() < end; run++) {
        long start = System.nanoTime();
        try (Arena fresh = Arena.ofConfined()) {
          kernel.run(a, b, Tensor.allocate(fresh, DType.F32, shapes[2]));
        }
        seconds = Math.min(seconds, (System.nanoTime() - start) * 1e-9);
      }
      double points = 1;
      for (long extent : extents.values()) {
        points *= extent;
      }
      double reads = elements(parts[0], extents) + elements(parts[1], extents);
      return new Sample(spec, points, reads, elements(parts[2], extents), seconds);
    }
  }

  private static String axes(String letters, Map<Character, Long> extents) {
    List<String> axes = new ArrayList<>();
    for (char letter : letters.toCharArray()) {
      axes.add(letter + ": " + extents.get(letter));
    }
    return String.join(", ", axes);
  }

  private static Tensor random(Arena arena, long[] shape) {
    int elements = (int) Arrays.stream(shape).reduce(1, (one, two) -> one * two);
    float[] values = new float[elements];
    Random random = new Random(SEED);
    for (int at = 0; at < elements; at++) {
      values[at] = random.nextFloat() - 0.5f;
    }
    return Tensor.of(arena, values, shape);
  }

  private static double[] features(Sample sample) {
    return new double[] {
      1, sample.points, sample.reads, sample.writes, Math.max(0, sample.writes - CACHE_ELEMENTS)
    };
  }

  /// Coordinate descent: each coefficient in turn at its best, or at its floor.
  private static double[] fit(List<Sample> samples) {
    double[] fit = FLOORS.clone();
    for (int round = 0; round < 20_000; round++) {
      int at = round % fit.length;
      double above = 0;
      double below = 0;
      for (Sample sample : samples) {
        double[] x = features(sample);
        double rest = sample.seconds;
        for (int other = 0; other < fit.length; other++) {
          rest -= other == at ? 0 : fit[other] * x[other];
        }
        double weight = 1 / (sample.seconds * sample.seconds);
        above += weight * rest * x[at];
        below += weight * x[at] * x[at];
      }
      fit[at] = below == 0 ? FLOORS[at] : Math.max(FLOORS[at], above / below);
    }
    return fit;
  }
}
