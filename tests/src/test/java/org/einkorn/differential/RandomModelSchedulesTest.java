package org.einkorn.differential;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Stage;
import org.einkorn.ir.eval.ModuleInterpreter;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.Machine;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.text.TracePrinter;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelModule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Random equations, scheduled by the model for all sizes: they compute what they do as they were
/// lowered, near where the model may round, bit for bit where it may not.
///
/// `-Deinkorn.seed=S -Deinkorn.programs=1` runs one program again.
@Execution(ExecutionMode.CONCURRENT)
final class RandomModelSchedulesTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261129_000000L);
  private static final int PROGRAMS = Integer.getInteger("einkorn.programs", 60);
  private static final int SIZES = 3;

  /// Points of a nest that the interpreter visits in good time.
  private static final long MOST_POINTS = 30_000;

  private static final List<String> INDICES = List.of("a", "b", "c", "d", "e");
  private static final List<Long> TILES = List.of(8L, 16L, 17L, 31L, 32L, 33L, 64L, 65L);

  private final Map<String, Integer> steps = new TreeMap<>();
  private int scheduled = 0;

  @Test
  void computesTheSame() {
    System.out.printf("%d equations by the model from -Deinkorn.seed=%d on%n", PROGRAMS, SEED);
    for (long seed = SEED; seed < SEED + PROGRAMS; seed++) {
      Dice dice = new Dice(seed);
      String source = dice.chance(0.3) ? product(dice) : source(dice);
      try {
        check(source, dice);
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError(
            "-Deinkorn.seed=" + seed + " -Deinkorn.programs=1\n" + source, failure);
      }
    }
    System.out.println(scheduled + " scheduled, by " + steps);
    assertTrue(PROGRAMS < 50 || scheduled > PROGRAMS / 3, "the model schedules next to nothing");
  }

  // ---- equations

  /// A product, a reduction of another kind or a map, over operands of any axes.
  private static String source(Dice dice) {
    String type =
        dice.pick(List.of("f32", "f32", "f32", "f64", "bool", "bool", "i8", "i32", "i64"));
    List<String> all = shuffled(INDICES.subList(0, dice.between(1, 5)), dice);
    int operands = dice.between(1, 3);
    boolean isMap = dice.chance(0.25);
    List<List<String>> axes = new ArrayList<>();
    for (int number = 0; number < operands; number++) {
      List<String> some = new ArrayList<>();
      for (String index : shuffled(all, dice)) {
        if (dice.chance(0.6)) {
          some.add(index);
        }
      }
      axes.add(some);
    }
    // Each index stands somewhere.
    for (String index : all) {
      if (axes.stream().noneMatch(each -> each.contains(index))) {
        axes.get(dice.below(operands)).add(index);
      }
    }
    List<String> output = new ArrayList<>();
    for (String index : shuffled(all, dice)) {
      if (isMap || dice.chance(0.6)) {
        output.add(index);
      }
    }
    Map<String, String> sizes = sizes(all, dice);
    StringBuilder text = new StringBuilder();
    List<String> reads = new ArrayList<>();
    String window = windowed(axes, dice);
    for (int number = 0; number < operands; number++) {
      String name = "X" + (number + 1);
      List<String> extents = new ArrayList<>();
      List<String> positions = new ArrayList<>();
      for (String index : axes.get(number)) {
        boolean isWindow = index.equals(window) && number == 0;
        String size = index + ": " + sizes.get(index);
        extents.add(isWindow ? size + " + 2" : size);
        positions.add(isWindow ? index + "+w" : index);
      }
      text.append("input ").append(name).append('[').append(String.join(", ", extents));
      text.append("]: ").append(type).append('\n');
      reads.add(name + "[" + String.join(", ", positions) + "]");
    }
    if (!window.isEmpty()) {
      text.append("input Window[w: 3]: ").append(type).append('\n');
      reads.add("Window[w]");
    }
    String target = "Y[" + String.join(", ", output) + "] ";
    String equation = target + equation(type, reads, dice) + "\n";
    // Two terms are combined in memory.
    text.append(equation.repeat(!isMap && dice.chance(0.2) ? 2 : 1));
    return text.append("output Y\n").toString();
  }

  /// A product of matrices whose rows, columns and sums each run over axes that lie side by side,
  /// some of them short.
  private static String product(Dice dice) {
    List<String> rows = INDICES.subList(0, dice.between(1, 2));
    List<String> columns = INDICES.subList(2, dice.between(3, 4));
    List<String> sums = dice.chance(0.3) ? List.of("k", "l") : List.of("k");
    Map<String, Long> sizes = new LinkedHashMap<>();
    double left = 1.2 * MOST_POINTS;
    List<String> all = new ArrayList<>(columns);
    all.addAll(rows);
    all.addAll(sums);
    for (String index : all) {
      boolean isLast = index.equals(all.getLast());
      long size = isLast ? (long) Math.ceil(left) : dice.between(1, 13);
      sizes.put(index, size);
      left = Math.max(1, left / size);
    }
    String type = dice.pick(List.of("f32", "f32", "f64", "bool", "i32"));
    List<List<String>> first = dice.chance(0.5) ? List.of(rows, sums) : List.of(sums, rows);
    List<List<String>> second = dice.chance(0.5) ? List.of(columns, sums) : List.of(sums, columns);
    List<List<String>> output = List.of(rows, columns);
    StringBuilder text = new StringBuilder();
    List<String> reads = new ArrayList<>();
    for (List<List<String>> groups : List.of(first, second)) {
      List<String> axes = groups.stream().flatMap(List::stream).toList();
      String name = "X" + (reads.size() + 1);
      List<String> extents = axes.stream().map(axis -> axis + ": " + sizes.get(axis)).toList();
      text.append("input %s[%s]: %s\n".formatted(name, String.join(", ", extents), type));
      reads.add(name + "[" + String.join(", ", axes) + "]");
    }
    List<String> axes = output.stream().flatMap(List::stream).toList();
    text.append("Y[%s] %s\n".formatted(String.join(", ", axes), equation(type, reads, dice)));
    return text.append("output Y\n").toString();
  }

  /// What is reduced, and by what.
  private static String equation(String type, List<String> reads, Dice dice) {
    if (type.equals("bool")) {
      String projection = dice.pick(List.of("or=", "or=", "and=", "xor="));
      String join = dice.pick(List.of(" and ", " and ", " or ", " xor "));
      return projection + " " + String.join(join, reads);
    }
    String projection = dice.chance(0.7) ? "+=" : dice.chance(0.5) ? "max=" : "min=";
    return projection + " " + String.join(projection.equals("+=") ? " " : " + ", reads);
  }

  /// An index that the first operand is read around of; empty where there is none.
  private static String windowed(List<List<String>> axes, Dice dice) {
    List<String> first = axes.getFirst();
    return first.isEmpty() || !dice.chance(0.2) ? "" : first.getLast();
  }

  /// Symbols for most programs, and for some numbers that make it worth to cut loops.
  private static Map<String, String> sizes(List<String> indices, Dice dice) {
    Map<String, String> sizes = new LinkedHashMap<>();
    if (dice.chance(0.7)) {
      indices.forEach(index -> sizes.put(index, index.toUpperCase(Locale.ROOT)));
      return sizes;
    }
    double each = Math.pow(1.2 * MOST_POINTS, 1.0 / indices.size());
    double rest = 1;
    for (String index : indices) {
      double share = Math.exp(Math.log(3) * (dice.below(201) - 100) / 100.0);
      long size = Math.max(1, Math.round(each * rest * share));
      rest /= size / each;
      rest = Math.min(rest, 20);
      sizes.put(index, Long.toString(Math.min(size, 4 * MOST_POINTS)));
    }
    return sizes;
  }

  private static List<String> shuffled(List<String> list, Dice dice) {
    List<String> rest = new ArrayList<>(list);
    List<String> result = new ArrayList<>();
    while (!rest.isEmpty()) {
      result.add(rest.remove(dice.below(rest.size())));
    }
    return result;
  }

  // ---- runs

  private void check(String source, Dice dice) {
    boolean isExact = dice.chance(0.3);
    Module plain = loops(source, isExact);
    Pipeline pipeline = pipeline(isExact, dice);
    Module after = pipeline.schedule(plain);
    for (Trace trace : pipeline.schedules()) {
      scheduled++;
      trace.steps().forEach(step -> steps.merge(name(step), 1, Integer::sum));
    }
    boolean rounds =
        pipeline.schedules().stream()
            .anyMatch(trace -> trace.steps().stream().anyMatch(Step::rounds));
    assertTrue(!(rounds && isExact), "a step that rounds");
    // Of Booleans and integers there is one result, whatever the order.
    rounds &= plain.signature().inputs().getFirst().type().dtype().isFloat();
    String text = String.join("", pipeline.schedules().stream().map(TracePrinter::print).toList());
    try (KernelModule jvm = Agreement.backend("jvm").compile(after);
        KernelModule llvm = Agreement.backend("llvm").compile(after)) {
      for (int number = 0; number < SIZES; number++) {
        Case data = data(plain, dice);
        Outcome before = run(plain, data);
        if (rounds) {
          Outcome magnitudes = run(plain, magnitudes(data));
          requireNear(before, Run.of(jvm, data, Run.Order.WHOLE), magnitudes, after, text);
          requireNear(before, Run.of(llvm, data, Run.Order.WHOLE), magnitudes, after, text);
          requireNear(before, run(after, data), magnitudes, after, text);
        } else {
          RandomSchedulesTest.requireSame("interp" + text, before, run(after, data), after);
          RandomSchedulesTest.requireSame(
              "jvm" + text, before, Run.of(jvm, data, Run.Order.WHOLE), after);
          RandomSchedulesTest.requireSame(
              "llvm" + text, before, Run.of(llvm, data, Run.Order.WHOLE), after);
        }
      }
    }
  }

  private static String name(Step step) {
    String text = TracePrinter.print(step);
    String rest = text.contains(" = ") ? text.substring(text.indexOf(" = ") + 3) : text;
    return rest.substring(0, rest.indexOf(' '));
  }

  /// The loops of a program, before schedules.
  static Module loops(String source, boolean isExact) {
    return LoopParser.parse(
            new SourceFile(
                "loops",
                Einkorn.compile("y", source)
                    .with(Options.defaults().withExact(isExact))
                    .ir(Stage.LOOPS)))
        .require();
  }

  /// What schedules loops for a machine of some width.
  static Pipeline pipeline(boolean isExact, Dice dice) {
    return pipeline(isExact, Map.of(), dice);
  }

  /// @param likely sizes for which the model counts; those of runs may be others
  static Pipeline pipeline(boolean isExact, Map<String, Long> likely, Dice dice) {
    PassContext context =
        PassContext.defaults()
            .withSizes(likely)
            .withReassociation(!isExact)
            .withMachine(Machine.ofVectors(dice.pick(List.of(16, 32, 64))));
    return Pipeline.of(Pipeline.Observer.none()).in(context);
  }

  static Outcome run(Module module, Case data) {
    try (KernelModule code = ModuleInterpreter.of(module)) {
      return Run.of(code, data, Run.Order.WHOLE);
    }
  }

  static Case data(Module module, Dice dice) {
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (String symbol : module.symbols()) {
      sizes.put(
          symbol,
          switch (dice.below(10)) {
            case 0 -> 0L;
            case 1 -> 1L;
            case 2, 3, 4 -> dice.pick(TILES);
            default -> (long) dice.between(2, 40);
          });
    }
    while (sizes.values().stream().mapToLong(size -> Math.max(1, size)).reduce(1, (x, y) -> x * y)
        > MOST_POINTS) {
      String largest =
          sizes.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
      sizes.computeIfPresent(largest, (_, size) -> size / 2);
    }
    SequencedMap<String, Data> inputs = new LinkedHashMap<>();
    for (Signature.Input input : module.signature().inputs()) {
      long[] extents =
          input.type().extents().stream()
              .mapToLong(extent -> RandomSchedulesTest.value(extent, sizes))
              .toArray();
      DType type = input.type().dtype();
      long[] elements = new long[Data.size(type, extents)];
      for (int number = 0; number < elements.length; number++) {
        elements[number] = element(type, dice);
      }
      inputs.put(input.name(), new Data(type, extents, elements).stored());
    }
    return new Case(new Program(module.name(), module.signature(), List.of()), inputs, 0);
  }

  /// Some integers are so large that what is computed with them overflows, now and then.
  private static long element(DType type, Dice dice) {
    return switch (type.kind()) {
      case FLOAT -> Double.doubleToLongBits(dice.between(-999, 999) / 37.0);
      case BOOLEAN -> dice.below(2);
      case INTEGER -> {
        boolean isLarge = type != DType.I8 && dice.below(2000) == 0;
        yield isLarge ? Integer.MAX_VALUE - dice.below(9) : dice.between(-99, 99);
      }
      case COMPLEX -> throw new IllegalArgumentException("no data of " + type);
    };
  }

  private static Case magnitudes(Case data) {
    SequencedMap<String, Data> inputs = new LinkedHashMap<>();
    data.inputs()
        .forEach(
            (name, input) -> {
              long[] elements = new long[input.elements().length];
              for (int number = 0; number < elements.length; number++) {
                elements[number] = Double.doubleToLongBits(Math.abs(input.real(number)));
              }
              inputs.put(name, new Data(input.type(), input.extents(), elements));
            });
    return new Case(data.program(), inputs, 0);
  }

  /// A sum of n products in another order is off by n units of the sum of their magnitudes.
  private static void requireNear(
      Outcome before, Outcome after, Outcome magnitudes, Module module, String text) {
    if (!(before instanceof Outcome.Finished(var right))
        || !(after instanceof Outcome.Finished(var found))
        || !(magnitudes instanceof Outcome.Finished(var sums))) {
      throw new AssertionError(
          before + "\nthen " + after + "\n" + text + LoopPrinter.print(module));
    }
    Data one = Objects.requireNonNull(right.get("Y"));
    Data other = Objects.requireNonNull(found.get("Y"));
    Data sum = Objects.requireNonNull(sums.get("Y"));
    double unit = one.type() == DType.F64 ? 0x1p-53 : 0x1p-24;
    double terms = 3.0 * MOST_POINTS / Math.max(1, one.elements().length) + 8;
    for (int number = 0; number < one.elements().length; number++) {
      double distance = Math.abs(one.real(number) - other.real(number));
      if (!(distance <= terms * unit * Math.abs(sum.real(number)) || distance == 0)
          && one.elements()[number] != other.elements()[number]) {
        throw new AssertionError(
            "Y is off by " + distance + " at " + number + "\n" + text + LoopPrinter.print(module));
      }
    }
  }
}
