import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Stage;
import org.einkorn.Target;

/// What passes and code generation take once the JVM is warm: every example that needs no data to be
/// compiled, and programs of 10 to 1,000 equations. `bench/compile-time.sh` starts it.
final class CompileTime {
  private static final int RUNS = 15;

  /// Until the JVM has compiled what each program needs: less, and the first ones in the list look
  /// slower than the last.
  private static final long WARM_NANOSECONDS = 3_000_000_000L;

  private CompileTime() {}

  public static void main(String[] arguments) throws Exception {
    System.out.println("examples, JVM bytecode, milliseconds");
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(Path.of("examples"))) {
      all.filter(file -> file.toString().endsWith(".ein")).sorted().forEach(files::add);
    }
    double worst = 0;
    for (Path file : files) {
      try {
        double milliseconds = median(() -> code(Einkorn.compile(file)));
        worst = Math.max(worst, milliseconds);
        System.out.printf("%9.2f  %s%n", milliseconds, file);
      } catch (RuntimeException none) {
        System.out.printf("%9s  %s: %s%n", "-", file, String.valueOf(none.getMessage()).lines().findFirst().orElse(""));
      }
    }
    System.out.printf("%9.2f  the slowest%n%n", worst);
    System.out.println("chains of equations");
    double before = 0;
    for (int equations : new int[] {10, 30, 100, 300, 1000}) {
      String source = chain(equations);
      double milliseconds = median(() -> code(Einkorn.compile("chain", source)));
      String growth =
          before == 0
              ? ""
              : "n^%.2f".formatted(Math.log(milliseconds / before) / Math.log(last / prior));
      System.out.printf("%9.2f  %d equations %s%n", milliseconds, equations, growth);
      before = milliseconds;
    }
  }

  private static double prior = 1;
  private static double last = 1;

  /// Equations of several kinds, each of the one before it.
  private static String chain(int equations) {
    prior = last;
    last = equations;
    StringBuilder text = new StringBuilder("input X[i: N, j: N]\ninput W[i: N, j: N]\n");
    text.append("T0[i, j] = X[i, j] + 1\n");
    for (int number = 1; number < equations; number++) {
      int from = number - 1;
      String line =
          switch (number % 4) {
            case 0 -> "T%d[i, j] = relu(T%d[i, k] W[k, j])%n";
            case 1 -> "T%d[i, j] = T%d[j, i] * 0.5%n";
            case 2 -> "T%d[i, j] = softmax(T%d[i, j.])%n";
            default -> "T%d[i, j] = T%d[i, j] + W[i, j]%n";
          };
      text.append(line.formatted(number, from));
    }
    return text.append("output T").append(equations - 1).append('\n').toString();
  }

  private static String code(Program program) {
    return program.with(Options.defaults().withTarget(Target.jvm())).ir(Stage.BYTECODE);
  }

  private static double median(Runnable work) {
    double[] times = new double[RUNS];
    long begin = System.nanoTime();
    for (int warm = 0; warm < 5 || System.nanoTime() - begin < WARM_NANOSECONDS; warm++) {
      work.run();
    }
    for (int run = 0; run < RUNS; run++) {
      long start = System.nanoTime();
      work.run();
      times[run] = (System.nanoTime() - start) / 1e6;
    }
    Arrays.sort(times);
    return times[RUNS / 2];
  }
}
