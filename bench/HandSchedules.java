import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SequencedMap;
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

/// How fast the programs of `examples/schedules` run on one thread without their schedule and with
/// it, and for those made of multiply-adds how close they come to the rate of fused multiply-adds
/// in f32; for those of bytes, to four times that rate, which is that of the instruction that adds
/// four products of bytes (bench/RESULTS.md). `bench/hand-schedules.sh` starts it.
///
/// The rate is that of vectors in registers alone, measured between the runs.
final class HandSchedules {
  private static final int RUNS = 101;
  private static final double SECONDS = 4;
  private static final double WARM_SECONDS = 2;
  private static final SequencedMap<String, Work> PROGRAMS = programs();
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private HandSchedules() {}

  /// A program's inputs, its output, and how many operations its multiply-adds are; 0 where they
  /// are not what decides.
  ///
  /// @param perLane how many products one instruction adds to a lane of 32 bits
  private record Work(
      SequencedMap<String, Shape> inputs,
      List<DType> types,
      DType result,
      Shape output,
      double operations,
      int perLane) {
    Work(SequencedMap<String, Shape> inputs, Shape output, double operations) {
      this(
          inputs,
          Collections.nCopies(inputs.size(), DType.F32),
          DType.F32,
          output,
          operations,
          1);
    }
  }

  private record Times(double median, double least, double limit) {}

  private static SequencedMap<String, Work> programs() {
    SequencedMap<String, Work> programs = new LinkedHashMap<>();
    Shape square = Shape.of(1024, 1024);
    double product = 2.0 * 1024 * 1024 * 1024;
    programs.put("product", new Work(inputs("A", square, "B", square), square, product));
    programs.put(
        "convolution",
        new Work(
            inputs("X", Shape.of(8, 64, 66, 66), "F", Shape.of(64, 64, 3, 3)),
            Shape.of(8, 64, 64, 64),
            2.0 * 8 * 64 * 64 * 64 * 64 * 9));
    Shape rows = Shape.of(512, 512);
    programs.put("softmax", new Work(inputs("X", rows), rows, 0));
    Shape more = Shape.of(2048, 2048);
    programs.put("rows", new Work(inputs("X", more), more, 0));
    programs.put(
        "chain",
        new Work(
            inputs("A", square, "B", square, "D", Shape.of(1024)), Shape.of(1024), product));
    programs.put(
        "bytes",
        new Work(
            inputs("A", square, "B", square),
            List.of(DType.U8, DType.I8),
            DType.I32,
            square,
            product,
            4));
    return programs;
  }

  private static SequencedMap<String, Shape> inputs(Object... namesAndShapes) {
    SequencedMap<String, Shape> inputs = new LinkedHashMap<>();
    for (int number = 0; number < namesAndShapes.length; number += 2) {
      inputs.put((String) namesAndShapes[number], (Shape) namesAndShapes[number + 1]);
    }
    return inputs;
  }

  public static void main(String[] names) throws Exception {
    System.out.println("| program | target | without ms | least | with ms | least | ratio | GFLOP/s | of |");
    System.out.println("|---|---|---:|---:|---:|---:|---:|---:|---:|");
    for (String name : names.length == 0 ? PROGRAMS.keySet() : List.of(names)) {
      Work work = Objects.requireNonNull(PROGRAMS.get(name), "a program " + name);
      Path folder = Path.of("examples/schedules");
      String source = Files.readString(folder.resolve(name + ".ein"));
      SourceFile script =
          new SourceFile(
              name + ".schedule", Files.readString(folder.resolve(name + ".schedule")));
      for (Target target : new Target[] {Target.llvm(), Target.jvm()}) {
        Options options =
            Options.defaults()
                .withTarget(target)
                .withRun(RunOptions.defaults().withThreads(1));
        Times before = measure(name, source, work, options);
        Times after = measure(name, source, work, options.withSchedule(script));
        System.out.printf(
            "| %s | %s | %.2f | %.2f | %.2f | %.2f | %.1f | %s |%n",
            name,
            target.name(),
            before.median * 1e3,
            before.least * 1e3,
            after.median * 1e3,
            after.least * 1e3,
            before.median / after.median,
            rate(work, after));
      }
    }
  }

  private static String rate(Work work, Times times) {
    if (work.operations == 0) {
      return "| ";
    }
    double rate = work.operations / times.median / 1e9;
    double limit = work.perLane * times.limit;
    return String.format("%.0f | %.0f, %.0f %%", rate, limit, 100 * rate / limit);
  }

  private static Times measure(String name, String source, Work work, Options options) {
    try (Arena arena = Arena.ofShared()) {
      Random random = new Random(1);
      List<Tensor> tensors = new ArrayList<>();
      int number = 0;
      for (Shape shape : work.inputs.values()) {
        tensors.add(random(arena, random, shape, work.types.get(number++)));
      }
      tensors.add(Tensor.allocate(arena, work.result, work.output));
      Tensor[] arguments = tensors.toArray(Tensor[]::new);
      Kernel kernel =
          Einkorn.compile(name, source).with(options).kernel(options.target(), work.inputs);
      long warm = System.nanoTime();
      do {
        kernel.run(arguments);
      } while (System.nanoTime() - warm < WARM_SECONDS * 1e9);
      List<Double> times = new ArrayList<>();
      List<Double> limits = new ArrayList<>();
      long begin = System.nanoTime();
      while (times.size() < 3
          || times.size() < RUNS && System.nanoTime() - begin < SECONDS * 1e9) {
        limits.add(multiplyAdds());
        long start = System.nanoTime();
        kernel.run(arguments);
        times.add((System.nanoTime() - start) / 1e9);
      }
      Collections.sort(times);
      Collections.sort(limits);
      return new Times(
          times.get(times.size() / 2), times.getFirst(), limits.get(limits.size() / 2));
    }
  }

  private static Tensor random(Arena arena, Random random, Shape shape, DType type) {
    if (!type.isFloat()) {
      Tensor flat = Tensor.allocate(arena, type, shape.elementCount());
      for (long number = 0; number < flat.elementCount(); number++) {
        flat.setLong(random.nextInt(128), number);
      }
      return flat.reshape(shape.extents());
    }
    float[] values = new float[Math.toIntExact(shape.elementCount())];
    for (int number = 0; number < values.length; number++) {
      values[number] = random.nextFloat() - 0.5f;
    }
    return Tensor.of(arena, values, shape.extents());
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
