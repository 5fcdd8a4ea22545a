import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.SequencedMap;
import org.einkorn.Einkorn;
import org.einkorn.Kernel;
import org.einkorn.Options;
import org.einkorn.Target;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.RunOptions;

/// What asking for memory ahead of time brings on LLVM, on one thread: kernels that stream, that stride and
/// that hop, and a product, each with requests at several distances and without. And what filling
/// an array for the next round costs. `bench/read-ahead.sh` starts it.
///
/// The variants of a kernel take turns, so that all meet the same machine.
final class ReadAhead {
  private static final int RUNS = 61;
  private static final int WARM_RUNS = 10;

  private static final String SUM_ROWS = "input A[i: N, k: K]\nS[i] = A[i, k]\noutput S\n";
  private static final String SUM_COLUMNS = "input A[i: N, k: K]\nS[k] = A[i, k]\noutput S\n";
  private static final String HOPS =
      "input A[p: N]\nS[j: 64] = sum[i: 16384](A[(22695477 * i + 1299709 * j) % 33554432])\noutput S\n";
  private static final String PRODUCT =
      "input A[i: N, k: K]\ninput B[k: K, j: M]\nC[i, j] = A[i, k] B[k, j]\noutput C\n";

  private static final List<String> VECTORS =
      List.of(
          "(ko, ki) = split k.0 by 16",
          "lift S.acc above ki",
          "fission ki after S.init",
          "fission ki of S.update after S.update",
          "reorder i.0 ki",
          "vectorize ki of S.init ki of S.update ki of S");
  private static final List<String> PANELS =
      List.of(
          "Bp = cache-read B",
          "transform-layout Bp (k, j) to (j floordiv 32, k, j mod 32)",
          "(Bo, Bi) = split Bp.1 by 32",
          "reorder Bo Bp.0 Bi",
          "(io, ii) = split i.0 by 8",
          "(jo, ji) = split j.0 by 32",
          "reorder jo io ji ii",
          "unroll ii",
          "vectorize ji Bi",
          "lift C.acc above ji",
          "fission ji after C.init",
          "fission ji of C.update after C.update",
          "reorder k.0 ji ii",
          "set-dtype C.acc f32",
          "tensorize C.update as fma");
  private static final List<String> TILES =
      List.of(
          "Bp = cache-read B",
          "(io, ii) = split i.0 by 8",
          "(jo, ji) = split j.0 by 32",
          "(ko, ki) = split k.0 by 32",
          "reorder io jo ii ji",
          "lift C.acc above ii",
          "fission ji after C.init",
          "fission ii after C.init",
          "fission ji of C.update after C.update",
          "fission ii of C.update after C.update",
          "reorder ko ki ji ii",
          "compute-at Bp at ko",
          "set-scope Bp local at ko",
          "set-dtype C.acc f32",
          "tensorize C.update as fma",
          "unroll ii of C.update",
          "vectorize ji of C.init ji of C.update ji of C Bp.1");

  private ReadAhead() {}

  /// A kernel, and the steps that are added to its schedule one after the other.
  private record Work(
      String name,
      String source,
      List<Shape> inputs,
      Shape output,
      List<String> steps,
      List<String> added) {}

  private static List<Work> works() {
    Shape square = Shape.of(4096, 4096);
    Shape wider = Shape.of(4096, 4112);
    Shape factor = Shape.of(1024, 1024);
    List<Work> works = new ArrayList<>();
    works.add(
        new Work(
            "sums of rows, 4096 x 4096",
            SUM_ROWS,
            List.of(square),
            Shape.of(4096),
            List.of("(ko, ki) = split k.0 by 64"),
            List.of(
                "annotate ko prefetch A by 1",
                "annotate ko prefetch A by 16",
                "annotate ki prefetch A by 64")));
    works.add(columns("sums of columns, 4096 x 4096", square, List.of()));
    works.add(columns("sums of columns, 4096 x 4112", wider, List.of()));
    works.add(columns("sums of columns in vectors", square, VECTORS));
    works.add(
        new Work(
            "hops in 128 MiB",
            HOPS,
            List.of(Shape.of(1 << 25)),
            Shape.of(64),
            List.of(),
            List.of("annotate i.0 prefetch A by 4", "annotate i.0 prefetch A by 64")));
    works.add(
        new Work(
            "product of 1024, panels",
            PRODUCT,
            List.of(factor, factor),
            factor,
            PANELS,
            List.of(
                "annotate k.0 prefetch Bp by 8",
                "annotate k.0 prefetch A by 16",
                "annotate Bp.0 prefetch B by 8")));
    works.add(
        new Work(
            "product of 1024, tiles in an array",
            PRODUCT,
            List.of(factor, factor),
            factor,
            TILES,
            List.of("double-buffer Bp at ko", "double-buffer Bp at ko\n  (k0, k1) = partition ko at 31")));
    return works;
  }

  private static Work columns(String name, Shape shape, List<String> steps) {
    return new Work(
        name,
        SUM_COLUMNS,
        List.of(shape),
        Shape.of(shape.extent(1)),
        steps,
        List.of(
            "annotate i.0 prefetch A by 4",
            "annotate i.0 prefetch A by 16",
            "annotate i.0 prefetch A by 64"));
  }

  public static void main(String[] parts) {
    System.out.println("| kernel | step | median ms | least |");
    System.out.println("|---|---|---:|---:|");
    for (Work work : works()) {
      if (parts.length == 0 || work.name.contains(parts[0])) {
        measure(work);
      }
    }
  }

  private static void measure(Work work) {
    try (Arena arena = Arena.ofShared()) {
      Random random = new Random(1);
      List<Tensor> tensors = new ArrayList<>();
      work.inputs.forEach(shape -> tensors.add(random(arena, random, shape)));
      tensors.add(Tensor.allocate(arena, DType.F32, work.output));
      Tensor[] arguments = tensors.toArray(Tensor[]::new);
      List<String> added = new ArrayList<>(work.added);
      added.addFirst("");
      List<Kernel> kernels = added.stream().map(step -> kernel(work, step)).toList();
      double[][] times = new double[kernels.size()][RUNS];
      for (int run = -WARM_RUNS; run < RUNS; run++) {
        for (int number = 0; number < times.length; number++) {
          long start = System.nanoTime();
          kernels.get(number).run(arguments);
          if (run >= 0) {
            times[number][run] = (System.nanoTime() - start) / 1e6;
          }
        }
      }
      for (int number = 0; number < times.length; number++) {
        Arrays.sort(times[number]);
        System.out.printf(
            "| %s | `%s` | %.2f | %.2f |%n",
            work.name,
            added.get(number).isEmpty() ? "none" : added.get(number).replaceAll("\n *", "`, `"),
            times[number][RUNS / 2],
            times[number][0]);
      }
    }
  }

  private static Kernel kernel(Work work, String added) {
    List<String> steps = new ArrayList<>(work.steps);
    if (!added.isEmpty()) {
      steps.add(added);
    }
    String function = work.source.contains("\nC[") ? "C" : "S";
    String script =
        "schedule " + function + " {\n  " + String.join("\n  ", steps) + "\n}\n";
    Options options =
        Options.defaults()
            .withTarget(Target.llvm())
            .withRun(RunOptions.defaults().withThreads(1))
            .withSchedule(new SourceFile("read-ahead.schedule", script));
    SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
    for (int number = 0; number < work.inputs.size(); number++) {
      shapes.put(List.of("A", "B").get(number), work.inputs.get(number));
    }
    return Einkorn.compile("read-ahead.ein", work.source)
        .with(options)
        .kernel(Target.llvm(), shapes);
  }

  private static Tensor random(Arena arena, Random random, Shape shape) {
    float[] values = new float[Math.toIntExact(shape.elementCount())];
    for (int number = 0; number < values.length; number++) {
      values[number] = random.nextFloat() - 0.5f;
    }
    return Tensor.of(arena, values, shape.extents());
  }
}
