package org.einkorn.schedules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Results;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.einkorn.ir.eval.ModuleInterpreter;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.integer.IntegerRange;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.Backend;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.RunOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The programs of `examples/schedules`, scheduled and compiled once for all sizes, compute what
/// the interpreter does of the equations.
///
/// `-Deinkorn.seed=S -Deinkorn.sizes=1` runs one choice of sizes again.
@Execution(ExecutionMode.CONCURRENT)
final class ScheduledExamplesTest {
  private static final Path FOLDER = Path.of("..", "examples", "schedules");
  private static final long SEED = Long.getLong("einkorn.seed", 20261129_000000L);
  private static final int SIZES = Integer.getInteger("einkorn.sizes", 50);
  private static final Options INTERPRETED = Options.defaults().withTarget(Target.interpreter());
  private static final int MOST_LINES = 20;

  /// Is for a GPU: [WarpExampleTest].
  private static final String OF_A_GRID = "halves";

  private static final long LARGEST = 70;

  /// Half the distance of 1 and the next number.
  private static final double UNIT = 0x1p-24;

  private static final long[] TILES = {4, 8, 16, 32, 64};

  // A sum of n products by `fma` in f32 is off by n units of the sum of magnitudes; that of the
  // interpreter, of rounded products in f64, by a unit for each product and one for the result.
  private static final Example PRODUCT =
      new Example("product", Map.of("K", 40L), sizes -> size(sizes, "K") + 3);

  private static final Example CONVOLUTION =
      new Example(
          "convolution",
          Map.of("B", 2L, "C", 4L, "O", 40L, "H", 5L),
          sizes -> 9 * size(sizes, "C") + 3);

  // Its schedule does not round, but no standard rounds `exp`: 4 units in the last place, each two
  // units here, for the power and for the sum on both sides, and 3 for the operations.
  private static final Example SOFTMAX = new Example("softmax", Map.of(), _ -> 2 * (4 * 2 * 2 + 3));

  // As the softmax, and its sum in `f32` is added up in lanes: of at most 70 positive terms in 2
  // rounds of 64, the lanes in 4 of 16, and those one by one.
  private static final Example ROWS =
      new Example("rows", Map.of(), _ -> 2 * (4 * 2 * 2 + 3) + 2 + 4 + 16 + 2);

  // As the product; the bias, the sum of the row and its rounding are two units more on each side.
  // `relu` carries errors on as they are.
  private static final Example CHAIN =
      new Example("chain", Map.of("K", 40L), sizes -> size(sizes, "K") + 7);

  // Integers are exact.
  private static final Example BYTES = new Example("bytes", Map.of("N", 20L, "M", 40L), _ -> 0);

  /// An example.
  ///
  /// @param largest the largest sizes that are tried, where that is not [#LARGEST]
  /// @param units how far results may be off, in units of the result for the magnitudes of all
  ///   inputs; of the softmax, whose results are positive, of the result itself
  record Example(
      String file, Map<String, Long> largest, ToDoubleFunction<Map<String, Long>> units) {
    Program program() {
      return Einkorn.compile(FOLDER.resolve(file() + ".ein"));
    }

    SourceFile script() {
      Path script = FOLDER.resolve(file() + ".schedule");
      return new SourceFile(script.toString(), Einkorn.readText(script));
    }

    boolean rounds() {
      return Stream.of(" f32\n", " as fma", " = rfactor ").anyMatch(script().text()::contains);
    }

    long bounded(String symbol, long size) {
      return Math.min(size, largest.getOrDefault(symbol, LARGEST));
    }

    Map<String, Long> sizes(Module module, Random random) {
      Map<String, Long> sizes = new LinkedHashMap<>();
      for (String symbol : module.symbols()) {
        long size =
            switch (random.nextInt(10)) {
              case 0 -> 0;
              case 1 -> 1;
              case 2, 3 -> TILES[random.nextInt(TILES.length)];
              default -> random.nextLong(2, bounded(symbol, LARGEST) + 1);
            };
        sizes.put(symbol, bounded(symbol, size));
      }
      return sizes;
    }
  }

  private static long size(Map<String, Long> sizes, String symbol) {
    return Objects.requireNonNull(sizes.get(symbol));
  }

  static List<Example> examples() {
    return List.of(PRODUCT, CONVOLUTION, SOFTMAX, ROWS, CHAIN, BYTES);
  }

  @Test
  void scriptsAreShortAndTested() throws IOException {
    List<String> scripts = new ArrayList<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".schedule") && !name.equals(OF_A_GRID + ".schedule")) {
          scripts.add(name.replace(".schedule", ""));
          assertTrue(Files.readAllLines(file).size() <= MOST_LINES, name + " is too long");
        }
      }
    }
    assertEquals(
        examples().stream().map(Example::file).sorted().toList(),
        scripts.stream().sorted().toList());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void computesTheSameForManySizes(Example example) {
    System.out.printf(
        "%s: %d choices of sizes from -Deinkorn.seed=%d on%n", example.file(), SIZES, SEED);
    // What a script that does not round leaves alone is not to be rounded otherwise by the model.
    Options options = Options.defaults().withExact(!example.rounds());
    Module plain = module(example.program(), options);
    Module scheduled = module(example.program(), options.withSchedule(example.script()));
    Program oracle = example.program().with(INTERPRETED);
    List<Compiled> all = new ArrayList<>();
    try {
      all.add(new Compiled("interp", ModuleInterpreter.of(scheduled), ModuleInterpreter.of(plain)));
      for (Backend backend : ServiceLoader.load(Backend.class)) {
        all.add(new Compiled(backend.name(), backend.compile(scheduled), backend.compile(plain)));
      }
      assertTrue(all.size() >= 3, "the interpreter, the JVM and LLVM");
      for (int number = 0; number < SIZES; number++) {
        check(example, oracle, plain, all, SEED + number);
      }
    } finally {
      all.forEach(Compiled::close);
    }
  }

  /// By the door that users take: one compilation serves all sizes, but that of an axis of 1, which
  /// is another kind of input.
  @ParameterizedTest
  @MethodSource("examples")
  void compilesOnce(Example example) {
    Program program = example.program().with(Options.defaults().withSchedule(example.script()));
    Program oracle = example.program().with(INTERPRETED);
    Module module = module(example.program(), Options.defaults());
    Map<Integer, Results> runs = new LinkedHashMap<>();
    for (int size : new int[] {5, 1, 0, 7, 33}) {
      Map<String, Long> sizes = new LinkedHashMap<>();
      module.symbols().forEach(symbol -> sizes.put(symbol, example.bounded(symbol, size)));
      try (Arena arena = Arena.ofConfined()) {
        Map<String, Tensor> inputs = inputs(arena, module, sizes, new Random(size));
        Results results = bind(program, inputs).run(Arena.ofAuto());
        runs.put(size, results);
        new Oracle(example, oracle, arena, inputs, sizes)
            .require(example.file() + " for " + size, results.tensors());
      }
    }
    for (int size : new int[] {0, 7, 33}) {
      assertEquals(
          List.of(),
          Objects.requireNonNull(runs.get(size)).compilation(),
          example.file() + " " + size);
    }
  }

  /// A module on one backend, with the schedule and without.
  private record Compiled(String name, KernelModule scheduled, KernelModule plain)
      implements AutoCloseable {
    @Override
    public void close() {
      scheduled.close();
      plain.close();
    }
  }

  private static void check(
      Example example, Program equations, Module module, List<Compiled> all, long seed) {
    Random random = new Random(seed);
    Map<String, Long> sizes = example.sizes(module, random);
    String where = example.file() + " for " + sizes + ", -Deinkorn.seed=" + seed + ", ";
    try (Arena arena = Arena.ofConfined()) {
      Map<String, Tensor> inputs = inputs(arena, module, sizes, random);
      Oracle oracle = new Oracle(example, equations, arena, inputs, sizes);
      for (Compiled compiled : all) {
        Map<String, Tensor> found = run(arena, compiled.scheduled(), inputs);
        if (!example.rounds()) {
          requireSame(where + compiled.name(), run(arena, compiled.plain(), inputs), found);
        }
        oracle.require(where + compiled.name(), found);
      }
    }
  }

  private static Map<String, Tensor> run(
      Arena arena, KernelModule module, Map<String, Tensor> inputs) {
    return new ModuleRunner(module)
        .run(arena, inputs, RunOptions.defaults().withThreads(2))
        .outputs();
  }

  private static Module module(Program program, Options options) {
    String text = program.with(options).ir(Stage.SCHEDULED);
    return LoopParser.parse(new SourceFile("scheduled.ir", text)).require();
  }

  private static Program bind(Program program, Map<String, Tensor> inputs) {
    Program bound = program;
    for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
      bound = bound.with(input.getKey(), input.getValue());
    }
    return bound;
  }

  // ---- data

  private static Map<String, Tensor> inputs(
      Arena arena, Module module, Map<String, Long> sizes, Random random) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (Signature.Input input : module.signature().inputs()) {
      long[] extents =
          input.type().extents().stream().mapToLong(extent -> value(extent, sizes)).toArray();
      DType type = input.type().dtype();
      inputs.put(
          input.name(),
          type.isFloat()
              ? tensor(arena, extents, () -> random.nextFloat() * 4 - 2)
              : integers(arena, type, extents, random));
    }
    return inputs;
  }

  private interface Floats {
    float next();
  }

  /// Integers of all of a type, a third of them its least and a third its greatest.
  private static Tensor integers(Arena arena, DType type, long[] extents, Random random) {
    IntegerRange all = IntegerRange.of(type);
    Tensor flat = flat(Tensor.allocate(arena, type, extents));
    for (long number = 0; number < flat.elementCount(); number++) {
      long value =
          switch (random.nextInt(3)) {
            case 0 -> all.least();
            case 1 -> all.greatest();
            default -> random.nextLong(all.least(), all.greatest() + 1);
          };
      flat.setLong(value, number);
    }
    return flat.reshape(extents);
  }

  private static Tensor tensor(Arena arena, long[] extents, Floats floats) {
    int count = 1;
    for (long extent : extents) {
      count = Math.multiplyExact(count, Math.toIntExact(extent));
    }
    float[] elements = new float[count];
    for (int number = 0; number < count; number++) {
      elements[number] = floats.next();
    }
    return Tensor.of(arena, elements, extents);
  }

  private static Map<String, Tensor> magnitudes(Arena arena, Map<String, Tensor> inputs) {
    Map<String, Tensor> magnitudes = new LinkedHashMap<>();
    inputs.forEach(
        (name, tensor) -> {
          Tensor flat = flat(tensor);
          long[] next = {0};
          magnitudes.put(
              name,
              tensor(
                  arena,
                  tensor.shape().extents(),
                  () -> (float) Math.abs(flat.getDouble(next[0]++))));
        });
    return magnitudes;
  }

  private static long value(IndexExpr extent, Map<String, Long> sizes) {
    return switch (extent) {
      case IndexExpr.Constant(long value) -> value;
      case IndexExpr.Symbol(String name) -> size(sizes, name);
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) ->
          value(left, sizes) + value(right, sizes);
      default -> throw new IllegalArgumentException("an extent of an input: " + extent);
    };
  }

  private static Tensor flat(Tensor tensor) {
    return tensor.reshape(tensor.elementCount());
  }

  // ---- comparisons

  private static void requireSame(
      String where, Map<String, Tensor> expected, Map<String, Tensor> found) {
    expected.forEach(
        (name, tensor) -> {
          Tensor left = flat(tensor);
          Tensor right = flat(Objects.requireNonNull(found.get(name)));
          for (long at = 0; at < left.elementCount(); at++) {
            assertEquals(left.getDouble(at), right.getDouble(at), where + " " + name + " " + at);
          }
        });
  }

  /// What the interpreter makes of the equations, and how far from it a result may be.
  private static final class Oracle {
    private final Map<String, Tensor> right;
    private final Map<String, Tensor> magnitudes;
    private final double share;

    Oracle(
        Example example,
        Program program,
        Arena arena,
        Map<String, Tensor> inputs,
        Map<String, Long> sizes) {
      right = bind(program, inputs).run(arena).tensors();
      magnitudes =
          example.equals(SOFTMAX) || example.equals(ROWS) || example.equals(BYTES)
              ? right
              : bind(program, magnitudes(arena, inputs)).run(arena).tensors();
      share = example.units().applyAsDouble(sizes) * UNIT;
    }

    void require(String where, Map<String, Tensor> found) {
      assertEquals(right.keySet(), found.keySet(), where);
      right.forEach(
          (name, tensor) -> {
            Tensor other = Objects.requireNonNull(found.get(name));
            assertEquals(tensor.shape(), other.shape(), where + " " + name);
            Tensor one = flat(tensor);
            Tensor two = flat(other);
            Tensor magnitude = flat(Objects.requireNonNull(magnitudes.get(name)));
            for (long at = 0; at < one.elementCount(); at++) {
              double distance = Math.abs(one.getDouble(at) - two.getDouble(at));
              assertTrue(
                  distance <= share * magnitude.getDouble(at),
                  where + " " + name + " element " + at + " is off by " + distance);
            }
          });
    }
  }
}
