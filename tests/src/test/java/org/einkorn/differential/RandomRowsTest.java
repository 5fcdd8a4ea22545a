package org.einkorn.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.text.TracePrinter;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelModule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Random equations of which each reads those before it, along rows and across: what the model
/// makes one loop over rows, or over blocks of rows, of computes what the functions do one after
/// the other, bit for bit. All numbers are integers so small that sums are exact in any order.
///
/// `-Deinkorn.seed=S -Deinkorn.programs=1` runs one program again.
@Execution(ExecutionMode.CONCURRENT)
final class RandomRowsTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261130_000000L);
  private static final int PROGRAMS = Integer.getInteger("einkorn.programs", 50);
  private static final int SIZES = 2;

  private int joined = 0;
  private int rolled = 0;
  private int kept = 0;
  private int blocks = 0;

  @Test
  void oneLoopOverRowsComputesTheSame() {
    System.out.printf("%d programs of rows from -Deinkorn.seed=%d on%n", PROGRAMS, SEED);
    for (long seed = SEED; seed < SEED + PROGRAMS; seed++) {
      Dice dice = new Dice(seed);
      String source = new Source(dice).text();
      try {
        check(source, dice);
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError(
            "-Deinkorn.seed=" + seed + " -Deinkorn.programs=1\n" + source, failure);
      }
    }
    System.out.printf(
        "%d joined, %d rolled, %d kept by rounds, %d with blocks of rows%n",
        joined, rolled, kept, blocks);
    assertTrue(PROGRAMS < 50 || blocks > PROGRAMS / 8, "next to no blocks of rows");
    assertTrue(PROGRAMS < 50 || joined > PROGRAMS, "next to nothing is joined");
    assertTrue(PROGRAMS < 50 || rolled > PROGRAMS / 8, "next to no memory is rolled");
    assertTrue(PROGRAMS < 50 || kept > PROGRAMS / 4, "next to no memory is of a round");
  }

  // ---- programs

  /// Equations over tensors of the same axes, and over those without the last of them.
  private static final class Source {
    private static final List<String> INDICES = List.of("a", "b", "c", "d");

    private final Dice dice;
    private final List<String> axes;
    private final int rows;
    private final List<String> wide = new ArrayList<>(List.of("X"));
    private final List<String> narrow = new ArrayList<>(List.of("Z"));
    private final List<String> columns = new ArrayList<>(List.of("W"));
    private final int most;
    private int products = 0;
    private final StringBuilder text = new StringBuilder();

    Source(Dice dice) {
      this.dice = dice;
      axes = INDICES.subList(0, dice.between(2, 4));
      most = dice.between(0, 2);
      rows = dice.chance(0.75) ? axes.size() - 1 : dice.between(1, axes.size() - 1);
    }

    private String at(String tensor, List<String> indices) {
      return tensor + "[" + String.join(", ", indices) + "]";
    }

    String text() {
      boolean isKnown = dice.chance(0.3);
      List<String> extents = new ArrayList<>();
      for (String axis : axes) {
        boolean isLast = axis.equals(axes.getLast());
        boolean isRow = axis.equals(axes.get(axes.size() - 2));
        String size = isKnown ? isLast ? "32" : isRow ? "40" : "4" : axis.toUpperCase(Locale.ROOT);
        extents.add(axis + ": " + size);
      }
      text.append("input ").append(at("X", extents)).append(": f64\n");
      text.append("input ").append(at("Z", extents.subList(0, rows))).append(": f64\n");
      text.append("input ").append(at("W", extents.subList(rows, axes.size()))).append(": f64\n");
      String square = extents.getLast();
      String other = "k: " + square.substring(square.indexOf(' ') + 1);
      text.append("input P[%s, %s]: f64\n".formatted(other, square));
      String head = extents.getFirst();
      text.append("input U[%s, %s, %s]: f64\n".formatted(head, other, square));
      int equations = dice.between(2, 6);
      Set<String> outputs = new TreeSet<>();
      for (int number = 1; number <= equations; number++) {
        boolean isLast = number == equations;
        String name = isLast ? "Y" : "T" + number;
        if (!isLast && dice.chance(0.1)) {
          across(name);
        } else if (dice.chance(isLast ? 0.3 : 0.5)) {
          narrow(name);
        } else {
          wide(name);
        }
        if (isLast || dice.chance(0.15)) {
          outputs.add(name);
        }
      }
      outputs.forEach(each -> text.append("output ").append(each).append('\n'));
      return text.toString();
    }

    private List<String> heads() {
      return axes.subList(0, rows);
    }

    private String wideTerm() {
      // The latest most of the time, so that chains grow.
      return at(dice.chance(0.6) ? wide.getLast() : dice.pick(wide), axes);
    }

    private String narrowTerm() {
      return at(dice.chance(0.6) ? narrow.getLast() : dice.pick(narrow), heads());
    }

    /// An element for each row: a reduction, or a map of others.
    private void narrow(String name) {
      String left = at(name, heads());
      if (dice.chance(0.3)) {
        text.append("%s = %s + max(%s, 1)\n".formatted(left, narrowTerm(), narrowTerm()));
      } else {
        String inner = String.join(", ", axes.subList(rows, axes.size()));
        String value =
            switch (dice.below(5)) {
              case 0 -> "= " + wideTerm();
              case 1 -> "max= " + wideTerm();
              // Integers may overflow: a fault of this function, which stays one.
              case 2 ->
                  "= sum[%s](where(%s < %s, 1, 2))".formatted(inner, wideTerm(), narrowTerm());
              case 3 ->
                  "= sum[%s](max(%s - %s, %s))"
                      .formatted(inner, wideTerm(), narrowTerm(), wideTerm());
              default ->
                  "= sum[%s](where(%s < %s, 1.0, 2.0))".formatted(inner, wideTerm(), narrowTerm());
            };
        text.append("%s %s\n".formatted(left, value));
      }
      narrow.add(name);
    }

    /// What all rows need of one another.
    private void across(String name) {
      List<String> inner = axes.subList(rows, axes.size());
      text.append("%s = %s\n".formatted(at(name, inner), wideTerm()));
      columns.add(name);
    }

    /// A product of matrices, in each row: the second is one for all rows, or for all those of one
    /// position on the first axis. Two in a program, so that numbers stay small.
    private void product(String name) {
      products++;
      List<String> summed = new ArrayList<>(axes);
      summed.set(summed.size() - 1, "k");
      String left = at(dice.chance(0.6) ? wide.getLast() : dice.pick(wide), summed);
      List<String> matrix = new ArrayList<>(List.of("k", axes.getLast()));
      List<String> both = dice.chance(0.5) ? matrix : matrix.reversed();
      boolean isOfHead = axes.size() > 2 && dice.chance(0.4);
      List<String> ofHead = new ArrayList<>(List.of(axes.getFirst()));
      ofHead.addAll(both);
      String right = isOfHead ? at("U", ofHead) : at("P", both);
      text.append("%s = %s %s\n".formatted(at(name, axes), left, right));
      wide.add(name);
    }

    private void wide(String name) {
      if (products < most && dice.chance(0.3)) {
        product(name);
        return;
      }
      String value =
          switch (dice.below(5)) {
            case 0 -> wideTerm() + " - " + narrowTerm();
            case 1 -> "max(" + wideTerm() + ", " + narrowTerm() + ") + " + wideTerm();
            case 2 -> wideTerm() + " + " + at(columns.getLast(), axes.subList(rows, axes.size()));
            case 3 -> "where(" + wideTerm() + " < 0, " + narrowTerm() + ", " + wideTerm() + ")";
            default -> "min(" + wideTerm() + ", 3) + " + narrowTerm();
          };
      text.append("%s = %s\n".formatted(at(name, axes), value));
      wide.add(name);
    }
  }

  // ---- runs

  private void check(String source, Dice dice) {
    boolean isExact = dice.chance(0.3);
    Module plain = RandomModelSchedulesTest.loops(source, isExact);
    Map<String, Long> likely =
        dice.chance(0.3) ? Map.of() : Map.of("A", 512L, "B", 64L, "C", 64L, "D", 64L);
    Pipeline pipeline = RandomModelSchedulesTest.pipeline(isExact, likely, dice);
    Module after = pipeline.schedule(plain);
    assertEquals(List.of(), pipeline.trace().refused());
    pipeline.schedules().forEach(trace -> trace.steps().forEach(this::count));
    String text = String.join("", pipeline.schedules().stream().map(TracePrinter::print).toList());
    try (KernelModule jvm = Agreement.backend("jvm").compile(after);
        KernelModule llvm = Agreement.backend("llvm").compile(after)) {
      for (int number = 0; number < SIZES; number++) {
        Case data = integers(RandomModelSchedulesTest.data(plain, dice), dice);
        Outcome before = RandomModelSchedulesTest.run(plain, data);
        RandomSchedulesTest.requireSame(
            "interp" + text, before, RandomModelSchedulesTest.run(after, data), after);
        RandomSchedulesTest.requireSame(
            "jvm" + text, before, Run.of(jvm, data, Run.Order.WHOLE), after);
        RandomSchedulesTest.requireSame(
            "llvm" + text, before, Run.of(llvm, data, Run.Order.WHOLE), after);
      }
    }
  }

  private void count(Step step) {
    blocks += step instanceof Step.ComputeAt(String _, LoopName at) && isBlock(at) ? 1 : 0;
    joined += step instanceof Step.Join ? 1 : 0;
    rolled += step instanceof Step.RollingBuffer ? 1 : 0;
    kept += step instanceof Step.SetScope ? 1 : 0;
  }

  /// Whether a loop over rows was cut.
  private static boolean isBlock(LoopName loop) {
    return loop.variable().endsWith("o");
  }

  private static Case integers(Case data, Dice dice) {
    SequencedMap<String, Data> inputs = new LinkedHashMap<>();
    data.inputs()
        .forEach(
            (name, input) -> {
              long[] elements = new long[input.elements().length];
              for (int number = 0; number < elements.length; number++) {
                elements[number] = Double.doubleToLongBits(dice.between(-9, 9));
              }
              inputs.put(name, new Data(DType.F64, input.extents(), elements));
            });
    return new Case(data.program(), inputs, 0);
  }
}
