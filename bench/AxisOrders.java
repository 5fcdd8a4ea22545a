import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.einkorn.Einsum;
import org.einkorn.Options;
import org.einkorn.Target;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.RunOptions;

/// What contractions of several tensors take whose temporaries can lie in several orders: the median
/// of the runs of this process, in milliseconds of processor time, for each network and target, one
/// thread.
/// `bench/axis-orders.sh` starts it several times, in turn with another build to compare with.
final class AxisOrders {
  private static final int WARM_RUNS = 2;
  private static final int RUNS = 3;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private AxisOrders() {}

  /// @param extents of the indices, in the order in which the text has them first
  private record Case(String name, String spec, long... extents) {}

  private static final List<Case> CASES =
      List.of(
          new Case("chain", "ij,jk,kl,lm->im", 240, 270, 300, 330, 300),
          new Case("chain with a thin end", "ij,jk,kl->il", 8, 1500, 1400, 6),
          new Case("Tucker", "abc,ia,jb,kc->ijk", 32, 32, 32, 100, 100, 100),
          new Case("Tucker of 64", "abc,ia,jb,kc->ijk", 64, 64, 64, 128, 128, 128),
          new Case("tensor train", "ap,pbq,qcr,rds,se->abcde", 18, 16, 18, 16, 18, 16, 18, 16, 18),
          new Case("pairs", "abcd,dcef,fegh->abgh", 22, 22, 22, 22, 22, 22, 22, 22),
          new Case("random of eight", random(8, 3, 4, 13)));

  /// A network of tensors with axes in random order, joined by random indices of one extent each.
  private static String random(int tensors, int degree, int open, int seed) {
    Random random = new Random(seed);
    StringBuilder[] parts = new StringBuilder[tensors];
    Arrays.setAll(parts, _ -> new StringBuilder());
    char letter = 'a';
    for (int number = 1; number < tensors; number++) {
      parts[number].append(letter);
      parts[random.nextInt(number)].append(letter++);
    }
    while (letter < 'a' + tensors * degree / 2) {
      int one = random.nextInt(tensors);
      int other = random.nextInt(tensors);
      if (one != other) {
        parts[one].append(letter);
        parts[other].append(letter++);
      }
    }
    StringBuilder output = new StringBuilder();
    for (int number = 0; number < open; number++) {
      output.append(letter);
      parts[random.nextInt(tensors)].append(letter++);
    }
    return Arrays.stream(parts).map(part -> shuffled(part, random)).collect(Collectors.joining(","))
        + "->"
        + shuffled(output, random);
  }

  private static String shuffled(StringBuilder letters, Random random) {
    List<String> all = Arrays.asList(letters.toString().split(""));
    java.util.Collections.shuffle(all, random);
    return String.join("", all);
  }

  public static void main(String[] arguments) {
    for (Case one : CASES) {
      for (Target target : List.of(Target.jvm(), Target.llvm())) {
        System.out.printf("%s\t%s\t%.3f%n", one.name, target.name(), measure(one, target));
      }
    }
  }

  private static double measure(Case one, Target target) {
    Map<Character, Long> extents = new LinkedHashMap<>();
    for (char letter : one.spec.toCharArray()) {
      if (Character.isLetter(letter) && !extents.containsKey(letter)) {
        int number = extents.size();
        extents.put(letter, number < one.extents.length ? one.extents[number] : 14L);
      }
    }
    Tensor[] operands =
        Arrays.stream(one.spec.substring(0, one.spec.indexOf('-')).split(","))
            .map(part -> random(part.chars().mapToLong(c -> extents.get((char) c)).toArray()))
            .toArray(Tensor[]::new);
    Einsum einsum =
        Einsum.of(one.spec)
            .with(
                Options.defaults()
                    .withTarget(target)
                    .withRun(RunOptions.defaults().withThreads(1)));
    double[] milliseconds = new double[RUNS];
    for (int run = -WARM_RUNS; run < RUNS; run++) {
      long start = THREADS.getCurrentThreadCpuTime();
      try (Arena arena = Arena.ofConfined()) {
        einsum.apply(arena, operands);
      }
      if (run >= 0) {
        milliseconds[run] = (THREADS.getCurrentThreadCpuTime() - start) / 1e6;
      }
    }
    Arrays.sort(milliseconds);
    return milliseconds[RUNS / 2];
  }

  private static Tensor random(long[] shape) {
    float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    Random random = new Random(7);
    for (int at = 0; at < values.length; at++) {
      values[at] = random.nextFloat() - 0.5f;
    }
    return Tensor.of(Arena.ofAuto(), values, shape);
  }
}
