package org.einkorn.property;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.Request;
import org.einkorn.frontend.lower.Frontend;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.source.DiagnosticRenderer;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.RunOptions;
import org.junit.jupiter.api.Test;

/// Equations `Y[…] op= A[…] B[…] …` mean what the definition of einsum says: for each element of
/// the left side, all products of elements whose indices agree, projected. Computed here by that
/// definition alone, with no part of the compiler, over integers.
final class EinsumByHandTest {
  private static final int EQUATIONS = 400;
  private static final long SEED = Long.getLong("einkorn.seed", 20261120L);
  private static final List<String> LETTERS = List.of("i", "j", "k", "l");

  /// One equation and its data.
  private record Equation(
      List<List<String>> factors, List<String> head, String operator, Map<String, Integer> sizes) {
    List<String> indices() {
      Set<String> all = new LinkedHashSet<>(head);
      factors.forEach(all::addAll);
      return List.copyOf(all);
    }

    String text() {
      StringBuilder text = new StringBuilder();
      StringBuilder product = new StringBuilder();
      for (int number = 0; number < factors.size(); number++) {
        List<String> axes = factors.get(number);
        List<String> declared = new ArrayList<>();
        for (int axis = 0; axis < axes.size(); axis++) {
          declared.add("a" + axis + ": S" + axes.get(axis));
        }
        text.append("input A%d[%s]: i64%n".formatted(number, String.join(", ", declared)));
        product.append(" A%d[%s]".formatted(number, String.join(", ", axes)));
      }
      return text + "Y[" + String.join(", ", head) + "] " + operator + product + "\n";
    }
  }

  private static Equation equation(Random random) {
    List<List<String>> factors = new ArrayList<>();
    Set<String> used = new LinkedHashSet<>();
    int count = 1 + random.nextInt(3);
    for (int number = 0; number < count; number++) {
      List<String> axes = new ArrayList<>();
      for (int axis = random.nextInt(4); axis > 0; axis--) {
        axes.add(LETTERS.get(random.nextInt(LETTERS.size())));
      }
      factors.add(axes);
      used.addAll(axes);
    }
    List<String> head = new ArrayList<>();
    for (String index : used) {
      if (random.nextBoolean()) {
        head.add(random.nextInt(head.size() + 1), index);
      }
    }
    String operator = List.of("=", "=", "+=", "max=", "min=", "*=").get(random.nextInt(6));
    boolean hasIdentity = !operator.equals("max=") && !operator.equals("min=");
    Map<String, Integer> sizes = new HashMap<>();
    for (String letter : LETTERS) {
      sizes.put(letter, hasIdentity ? random.nextInt(4) : 1 + random.nextInt(3));
    }
    return new Equation(factors, head, operator, sizes);
  }

  private static int size(Equation equation, String index) {
    return Objects.requireNonNull(equation.sizes().get(index));
  }

  private static int place(Equation equation, List<String> axes, Map<String, Integer> point) {
    int place = 0;
    for (String index : axes) {
      place = place * size(equation, index) + Objects.requireNonNull(point.get(index));
    }
    return place;
  }

  private static int count(Equation equation, List<String> axes) {
    int count = 1;
    for (String index : axes) {
      count *= size(equation, index);
    }
    return count;
  }

  private static long[] byHand(Equation equation, List<long[]> data) {
    long[] result = new long[count(equation, equation.head())];
    boolean[] written = new boolean[result.length];
    Arrays.fill(result, equation.operator().equals("*=") ? 1 : 0);
    forEachPoint(
        equation,
        equation.indices(),
        new HashMap<>(),
        point -> {
          long product = 1;
          for (int number = 0; number < data.size(); number++) {
            product *= data.get(number)[place(equation, equation.factors().get(number), point)];
          }
          int at = place(equation, equation.head(), point);
          result[at] =
              switch (equation.operator()) {
                case "max=" -> written[at] ? Math.max(result[at], product) : product;
                case "min=" -> written[at] ? Math.min(result[at], product) : product;
                case "*=" -> result[at] * product;
                default -> result[at] + product;
              };
          written[at] = true;
        });
    return result;
  }

  private interface Visitor {
    void visit(Map<String, Integer> point);
  }

  private static void forEachPoint(
      Equation equation, List<String> indices, Map<String, Integer> point, Visitor visitor) {
    if (indices.isEmpty()) {
      visitor.visit(point);
      return;
    }
    String first = indices.getFirst();
    for (int value = 0; value < size(equation, first); value++) {
      point.put(first, value);
      forEachPoint(equation, indices.subList(1, indices.size()), point, visitor);
    }
  }

  @Test
  void productsOverAllPointsWhoseIndicesAgree() {
    for (int number = 0; number < EQUATIONS; number++) {
      long seed = SEED + number;
      Random random = new Random(seed);
      Equation equation = equation(random);
      List<long[]> data = new ArrayList<>();
      for (List<String> axes : equation.factors()) {
        long[] elements = new long[count(equation, axes)];
        Arrays.setAll(elements, element -> random.nextInt(4) - 1);
        data.add(elements);
      }
      String where = "seed " + seed + " " + equation.sizes() + "\n" + equation.text();
      assertArrayEquals(byHand(equation, data), compiled(equation, data, where), where);
    }
  }

  private static long[] compiled(Equation equation, List<long[]> data, String where) {
    SourceFile source = new SourceFile("einsum.ein", equation.text());
    Compiled compiled = Frontend.compile(source, Request.plain());
    String errors = DiagnosticRenderer.plain().renderAll(compiled.diagnostics());
    assertEquals(true, compiled.program().isPresent(), () -> where + errors);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (int number = 0; number < data.size(); number++) {
      long[] extents =
          equation.factors().get(number).stream()
              .mapToLong(index -> size(equation, index))
              .toArray();
      inputs.put("A" + number, Tensor.wrap(data.get(number), extents));
    }
    try (Arena arena = Arena.ofConfined()) {
      ModuleRunner runner =
          new ModuleRunner(ProgramInterpreter.of(compiled.program().orElseThrow()));
      return Objects.requireNonNull(
              runner.run(arena, inputs, RunOptions.defaults()).outputs().get("Y"))
          .toLongArray();
    }
  }
}
