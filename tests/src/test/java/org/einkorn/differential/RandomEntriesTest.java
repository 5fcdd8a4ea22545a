package org.einkorn.differential;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.text.TracePrinter;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelModule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Random products of many rows with a table whose entries data list, scheduled by the model in
/// blocks of rows: they compute what sums by hand do, and fail as the plain loops do where an entry
/// lies outside of the table. Numbers are small and whole, so that no sum depends on its order.
///
/// `-Deinkorn.seed=S -Deinkorn.programs=1` runs one program again.
@Execution(ExecutionMode.CONCURRENT)
final class RandomEntriesTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261130_000000L);
  private static final int PROGRAMS = Integer.getInteger("einkorn.programs", 40);
  private static final List<Long> ROWS = List.of(0L, 1L, 31L, 127L, 128L, 129L, 256L, 300L);
  private static final List<Long> WIDTHS = List.of(1L, 2L, 3L, 5L, 8L, 9L);

  private int scheduled = 0;
  private int inLanes = 0;

  /// A product, and how long its axes are.
  ///
  /// @param axes of the table, the result's the last
  /// @param isTurned for each operand and the result, whether rows are its last axis
  private record Product(
      DType type,
      boolean isLeast,
      List<Long> axes,
      long rows,
      boolean isOpen,
      long entries,
      List<Boolean> isTurned) {
    Product {
      axes = List.copyOf(axes);
      isTurned = List.copyOf(isTurned);
    }

    static Product of(Dice dice) {
      List<Long> axes = new ArrayList<>();
      List<Boolean> isTurned = new ArrayList<>();
      for (int count = dice.between(2, 3); count > 0; count--) {
        axes.add(dice.pick(WIDTHS));
        isTurned.add(dice.chance(0.3));
      }
      boolean isOpen = dice.chance(0.7);
      return new Product(
          dice.pick(List.of(DType.F32, DType.F32, DType.F64, DType.I64)),
          dice.chance(0.2),
          axes,
          isOpen ? dice.pick(ROWS) : dice.between(256, 400),
          isOpen,
          dice.pick(List.of(0L, 1L, 5L, 24L)),
          isTurned);
    }

    boolean isTropical() {
      return isLeast && type.isFloat();
    }

    private String name(int axis) {
      return String.valueOf((char) ('a' + axis));
    }

    private String at(int operand, String rows, String axis) {
      return isTurned.get(operand)
          ? "[%s, %s]".formatted(axis, rows)
          : "[%s, %s]".formatted(rows, axis);
    }

    String source() {
      String number = isOpen ? "N" : Long.toString(rows);
      StringBuilder text = new StringBuilder();
      text.append("input E[t: T, f: %d]: i64\n".formatted(axes.size()));
      text.append("input V[t: T]: %s\n".formatted(type.text()));
      List<String> places = new ArrayList<>();
      List<String> names = new ArrayList<>();
      List<String> factors = new ArrayList<>();
      int last = axes.size() - 1;
      for (int axis = 0; axis < axes.size(); axis++) {
        places.add("E[t, %d]".formatted(axis));
        names.add(name(axis));
        if (axis < last) {
          String extents = at(axis, "n: " + number, name(axis) + ": " + axes.get(axis));
          text.append("input X%d%s: %s\n".formatted(axis, extents, type.text()));
          factors.add("X" + axis + at(axis, "n", name(axis)));
        }
      }
      String plus = isTropical() ? "min=" : "+=";
      String extents = String.join(", ", axes.stream().map(String::valueOf).toList());
      text.append("tensor C[%s]: %s\n".formatted(extents, type.text()));
      text.append("C[%s] %s V[t]\n".formatted(String.join(", ", places), plus));
      factors.addFirst("C[" + String.join(", ", names) + "]");
      text.append("Y%s %s ".formatted(at(last, "n", name(last)), plus));
      return text.append(String.join(isTropical() ? " + " : " ", factors))
          .append("\noutput Y\n")
          .toString();
    }

    private long[] extents(int operand) {
      long axis = axes.get(operand);
      return isTurned.get(operand) ? new long[] {axis, rows} : new long[] {rows, axis};
    }

    private int number(int operand, long row, long at) {
      long axis = axes.get(operand);
      return Math.toIntExact(isTurned.get(operand) ? at * rows + row : row * axis + at);
    }

    /// @param isOutside whether an entry lies outside of the table
    SequencedMap<String, Data> data(boolean isOutside, Dice dice) {
      SequencedMap<String, Data> data = new LinkedHashMap<>();
      int width = axes.size();
      long[] places = new long[Math.toIntExact(entries * width)];
      for (int number = 0; number < places.length; number++) {
        places[number] = dice.below(Math.toIntExact(axes.get(number % width)));
      }
      if (isOutside && places.length > 0) {
        int number = dice.below(places.length);
        places[number] = axes.get(number % width);
      }
      data.put("E", new Data(DType.I64, new long[] {entries, width}, places));
      data.put("V", numbers(new long[] {entries}, dice));
      for (int operand = 0; operand < width - 1; operand++) {
        data.put("X" + operand, numbers(extents(operand), dice));
      }
      return data;
    }

    private Data numbers(long[] extents, Dice dice) {
      long[] elements = new long[Data.count(extents)];
      for (int number = 0; number < elements.length; number++) {
        long value = dice.between(-3, 3);
        elements[number] = type.isFloat() ? Double.doubleToLongBits((double) value) : value;
      }
      return new Data(type, extents, elements);
    }

    /// The result, entry by entry.
    Data expected(Map<String, Data> data) {
      int last = axes.size() - 1;
      double[] sums = new double[Data.count(extents(last))];
      Arrays.fill(sums, isTropical() ? Double.POSITIVE_INFINITY : 0);
      Data places = Objects.requireNonNull(data.get("E"));
      for (int entry = 0; entry < entries; entry++) {
        for (long row = 0; row < rows; row++) {
          double value = Objects.requireNonNull(data.get("V")).real(entry);
          for (int operand = 0; operand < last; operand++) {
            long at = places.elements()[entry * axes.size() + operand];
            double factor =
                Objects.requireNonNull(data.get("X" + operand)).real(number(operand, row, at));
            value = isTropical() ? value + factor : value * factor;
          }
          int number = number(last, row, places.elements()[entry * axes.size() + last]);
          sums[number] = isTropical() ? Math.min(sums[number], value) : sums[number] + value;
        }
      }
      long[] elements = new long[sums.length];
      for (int number = 0; number < sums.length; number++) {
        double sum = sums[number] + 0.0; // no sum is -0
        elements[number] = type.isFloat() ? Double.doubleToLongBits(sum) : (long) sum;
      }
      return new Data(type, extents(last), elements);
    }
  }

  @Test
  void computesTheSame() {
    System.out.printf("%d products by entries from -Deinkorn.seed=%d on%n", PROGRAMS, SEED);
    for (long seed = SEED; seed < SEED + PROGRAMS; seed++) {
      Dice dice = new Dice(seed);
      Product product = Product.of(dice);
      try {
        check(product, dice);
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError(
            "-Deinkorn.seed=" + seed + " -Deinkorn.programs=1\n" + product.source(), failure);
      }
    }
    System.out.println(scheduled + " scheduled, " + inLanes + " of them in lanes of rows");
    assertTrue(PROGRAMS < 40 || inLanes > PROGRAMS / 4, "next to none goes along rows in lanes");
  }

  private void check(Product product, Dice dice) {
    boolean isExact = dice.chance(0.3);
    Module plain = RandomModelSchedulesTest.loops(product.source(), isExact);
    Pipeline pipeline = RandomModelSchedulesTest.pipeline(isExact, dice);
    Module after = pipeline.schedule(plain);
    assertTrue(pipeline.trace().refused().isEmpty(), () -> pipeline.trace().refused().toString());
    for (Trace trace : pipeline.schedules()) {
      scheduled++;
      inLanes += trace.steps().contains(step("n.0")) ? 1 : 0;
    }
    String text = String.join("", pipeline.schedules().stream().map(TracePrinter::print).toList());
    boolean isOutside = dice.chance(0.2);
    SequencedMap<String, Data> data = product.data(isOutside, dice);
    Case run = new Case(new Program(plain.name(), plain.signature(), List.of()), data, 0);
    Outcome before = RandomModelSchedulesTest.run(plain, run);
    if (before instanceof Outcome.Finished(var tensors)) {
      Data found = Objects.requireNonNull(tensors.get("Y"));
      Data expected = product.expected(data);
      if (!found.equals(expected)) {
        throw new AssertionError(
            found + "\ninstead of\n" + expected + "\n" + LoopPrinter.print(plain));
      }
    } else if (!isOutside || product.entries() == 0) {
      throw new AssertionError(before + "\n" + LoopPrinter.print(plain));
    }
    try (KernelModule jvm = Agreement.backend("jvm").compile(after);
        KernelModule llvm = Agreement.backend("llvm").compile(after)) {
      requireSame("interp" + text, before, RandomModelSchedulesTest.run(after, run), after);
      requireSame("jvm" + text, before, Run.of(jvm, run, Run.Order.WHOLE), after);
      requireSame("llvm" + text, before, Run.of(llvm, run, Run.Order.WHOLE), after);
    }
  }

  private static Step step(String loop) {
    return new Step.Vectorize(LoopName.of(loop));
  }

  private static void requireSame(String stage, Outcome before, Outcome after, Module module) {
    RandomSchedulesTest.requireSame(stage, before, after, module);
  }
}
