package org.einkorn.frontend.einsum;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.Known;
import org.einkorn.ir.algebra.Semiring;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.RunOptions;
import org.junit.jupiter.api.Test;

class EinsumFrontendTest {
  private final Arena arena = Arena.ofAuto();

  private Tensor run(String spec, Semiring algebra, Tensor... operands) {
    List<Known> known = new ArrayList<>();
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (Tensor operand : operands) {
      inputs.put(EinsumFrontend.operandName(inputs.size()), operand);
      known.add(Known.of(operand.dtype(), operand.shape()));
    }
    Compiled compiled = EinsumFrontend.compile(spec, known, algebra);
    assertEquals(List.of(), compiled.diagnostics(), spec);
    ModuleRunner runner = new ModuleRunner(ProgramInterpreter.of(compiled.program().orElseThrow()));
    return Objects.requireNonNull(
        runner.run(arena, inputs, RunOptions.defaults()).outputs().get("Y"));
  }

  private static Semiring algebra(String name) {
    return Semiring.of(name).orElseThrow();
  }

  private Tensor run(String spec, Tensor... operands) {
    return run(spec, Semiring.PLUS_TIMES, operands);
  }

  private static Tensor f64(Shape shape, double... values) {
    return Tensor.wrap(values, shape.extents());
  }

  private static Tensor matrix(int rows, int columns, double... values) {
    return Tensor.wrap(values, rows, columns);
  }

  private static void assertValues(Tensor tensor, Shape shape, double... values) {
    assertEquals(shape, tensor.shape());
    assertArrayEquals(values, tensor.toDoubleArray(), 1e-12);
  }

  @Test
  void multipliesMatrices() {
    Tensor a = matrix(2, 3, 1, 2, 3, 4, 5, 6);
    Tensor b = matrix(3, 2, 1, 0, 0, 1, 1, 1);
    Tensor expected = matrix(2, 2, 4, 5, 10, 11);
    for (String spec : List.of("ij,jk->ik", "ij,jk", " i j , j k -> i k ", "βγ,γ𝛿->β𝛿")) {
      assertValues(run(spec, a, b), expected.shape(), expected.toDoubleArray());
    }
    assertValues(run("ij,jk->ki", a, b), Shape.of(2, 2), 4, 10, 5, 11);
    assertValues(run("ba", a), Shape.of(3, 2), 1, 4, 2, 5, 3, 6);
  }

  @Test
  void readsAndWritesDiagonals() {
    Tensor a = matrix(2, 2, 1, 2, 3, 4);
    assertValues(run("ii", a), Shape.of(), 5);
    assertValues(run("ii->i", a), Shape.of(2), 1, 4);
    Tensor v = f64(Shape.of(2), 7, 8);
    assertValues(run("i->ii", v), Shape.of(2, 2), 7, 0, 0, 8);
    assertValues(run("i,i->ii", v, v), Shape.of(2, 2), 49, 0, 0, 64);
    double hole = Double.POSITIVE_INFINITY;
    assertValues(run("i->ii", algebra("min-plus"), v), Shape.of(2, 2), 7, hole, hole, 8);
    Tensor integers = Tensor.wrap(new int[] {7, 8}, 2);
    assertValues(run("i->ii", algebra("min-plus"), integers), Shape.of(2, 2), 7, 0, 0, 8);
    assertEquals(8, run("i->iii", algebra("min-plus"), integers).getLong(1, 1, 1));
    assertEquals(0, run("i->iii", algebra("min-plus"), integers).getLong(1, 1, 0));
  }

  @Test
  void broadcastsAnEllipsisFromTheRight() {
    Tensor a = f64(Shape.of(2, 1, 2), 1, 2, 3, 4);
    Tensor b = f64(Shape.of(3, 2), 1, 10, 100, 1, 0, 1);
    Tensor result = run("...i,...i->...", a, b);
    assertValues(result, Shape.of(2, 3), 21, 102, 2, 43, 304, 4);
    assertValues(run("...ij->...ji", a), Shape.of(2, 2, 1), 1, 2, 3, 4);
    assertValues(run("i...", a), Shape.of(1, 2, 2), 1, 3, 2, 4);
    assertValues(
        run("i,...->i...", f64(Shape.of(2), 1, 2), f64(Shape.of(), 5)), Shape.of(2), 5, 10);
  }

  @Test
  void anExtentOfOneFitsEveryExtent() {
    Tensor a = matrix(2, 1, 1, 2);
    Tensor b = matrix(3, 2, 1, 2, 3, 4, 5, 6);
    assertValues(run("ij,jk->ik", a, b), Shape.of(2, 2), 9, 12, 18, 24);
    assertValues(run("ij,ik->jk", a, matrix(1, 1, 3)), Shape.of(1, 1), 9);
  }

  @Test
  void multipliesScalars() {
    assertValues(run(",", f64(Shape.of(), 3), f64(Shape.of(), 4)), Shape.of(), 12);
    assertValues(run("", f64(Shape.of(), 3)), Shape.of(), 3);
    assertValues(run(",i->", f64(Shape.of(), 3), f64(Shape.of(2), 1, 2)), Shape.of(), 9);
    assertValues(run("i->", f64(Shape.of(0))), Shape.of(), 0);
    assertValues(run("i->...", f64(Shape.of(2), 1, 2)), Shape.of(), 3);
  }

  @Test
  void promotesAsNumpyDoes() {
    Tensor bytes = Tensor.wrap(new int[] {100, 100}, 2).cast(arena, DType.I8);
    assertEquals(DType.I8, run("i->i", bytes).dtype());
    assertEquals(DType.I16, run("i,i->i", bytes, bytes.cast(arena, DType.U8)).dtype());
    Tensor floats = Tensor.wrap(new float[] {1, 2}, 2);
    assertEquals(DType.F32, run("i,i->i", bytes, floats).dtype());
    assertEquals(DType.F64, run("i,i", Tensor.wrap(new int[] {1, 2}, 2), floats).dtype());
    assertEquals(DType.F16, run("i,i", bytes, floats.cast(arena, DType.F16)).dtype());
    Tensor truths = Tensor.of(arena, new boolean[] {true, true}, 2);
    assertEquals(DType.BOOL, run("i,i", truths, truths).dtype());
    assertEquals(1, run("i,i", truths, truths).getLong());
    assertEquals(DType.I16, Promotion.of(DType.U8, DType.I8));
    assertEquals(DType.F32, Promotion.of(DType.I16, DType.F16));
    assertEquals(DType.F64, Promotion.of(DType.I64, DType.F32));
    assertEquals(DType.F32, Promotion.of(DType.BF16, DType.F16));
  }

  @Test
  void runsOverEverySemiring() {
    Tensor a = matrix(2, 2, 1, 2, 3, 4);
    Tensor b = matrix(2, 2, 5, 1, 0, 2);
    assertValues(run("ij,jk", algebra("min-plus"), a, b), Shape.of(2, 2), 2, 2, 4, 4);
    assertValues(run("ij,jk", algebra("max-plus"), a, b), Shape.of(2, 2), 6, 4, 8, 6);
    assertValues(run("ij,jk", algebra("max-min"), a, b), Shape.of(2, 2), 1, 2, 3, 2);
    assertValues(run("ij,jk", algebra("max-times"), a, b), Shape.of(2, 2), 5, 4, 15, 8);
    assertValues(run("ij,jk", algebra("min-max"), a, b), Shape.of(2, 2), 2, 1, 4, 3);
    assertValues(run("ij,jk", algebra("min-times"), a, b), Shape.of(2, 2), 0, 1, 0, 3);
    assertValues(run("ij,jk", algebra("or-and"), a, b), Shape.of(2, 2), 1, 1, 1, 1);
    assertValues(run("ij,jk", algebra("xor-and"), a, b), Shape.of(2, 2), 1, 0, 1, 0);
    double lse = Math.log(Math.exp(6) + Math.exp(2));
    assertEquals(lse, run("ij,jk", algebra("lse-plus"), a, b).getDouble(0, 0), 1e-12);
  }

  @Test
  void agreesWithPlainLoops() {
    long seed = 20261120;
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      int[] extents = {2, 3, 1, 4, 2};
      List<Tensor> operands = new ArrayList<>();
      List<String> terms = new ArrayList<>();
      int count = 1 + random.nextInt(3);
      for (int number = 0; number < count; number++) {
        int rank = random.nextInt(4);
        StringBuilder term = new StringBuilder();
        long[] shape = new long[rank];
        for (int axis = 0; axis < rank; axis++) {
          int letter = random.nextInt(extents.length);
          term.append((char) ('a' + letter));
          shape[axis] = extents[letter];
        }
        double[] values = new double[(int) Shape.of(shape).elementCount()];
        for (int place = 0; place < values.length; place++) {
          values[place] = random.nextInt(9) - 4;
        }
        operands.add(Tensor.wrap(values, shape));
        terms.add(term.toString());
      }
      String spec = String.join(",", terms);
      String output = implicitOutput(spec.replace(",", ""));
      String message = spec + " with seed " + seed;
      Tensor actual = run(spec, operands.toArray(Tensor[]::new));
      long[] shape = output.chars().mapToLong(letter -> extents[letter - 'a']).toArray();
      double[] expected = new double[(int) Shape.of(shape).elementCount()];
      addAll(terms, operands, output, extents, new long[extents.length], 0, expected);
      assertEquals(Shape.of(shape), actual.shape(), message);
      assertArrayEquals(expected, actual.toDoubleArray(), 1e-9, message);
    }
  }

  private static String implicitOutput(String letters) {
    StringBuilder output = new StringBuilder();
    for (char letter = 'a'; letter <= 'e'; letter++) {
      if (letters.indexOf(letter) >= 0 && letters.indexOf(letter) == letters.lastIndexOf(letter)) {
        output.append(letter);
      }
    }
    return output.toString();
  }

  private static void addAll(
      List<String> terms,
      List<Tensor> operands,
      String output,
      int[] extents,
      long[] at,
      int depth,
      double[] result) {
    if (depth < extents.length) {
      boolean isUsed = String.join("", terms).indexOf('a' + depth) >= 0;
      for (at[depth] = 0; at[depth] < (isUsed ? extents[depth] : 1); at[depth]++) {
        addAll(terms, operands, output, extents, at, depth + 1, result);
      }
      return;
    }
    double product = 1;
    for (int number = 0; number < operands.size(); number++) {
      long[] index = terms.get(number).chars().mapToLong(name -> at[name - 'a']).toArray();
      product *= operands.get(number).getDouble(index);
    }
    int place = 0;
    for (int axis = 0; axis < output.length(); axis++) {
      int letter = output.charAt(axis) - 'a';
      place = place * extents[letter] + (int) at[letter];
    }
    result[place] += product;
  }

  @Test
  void unknownExtentsStaySymbols() {
    Known known = new Known(DType.F32, List.of(OptionalLong.empty(), OptionalLong.of(3)));
    Compiled compiled =
        EinsumFrontend.compile("ia,aA->iA", List.of(known, known), Semiring.PLUS_TIMES);
    // The second axis of the first operand is 3, so the first of the second is 3 too.
    assertEquals(List.of("I"), compiled.program().orElseThrow().signature().symbols());
    Known free = new Known(DType.F32, List.of(OptionalLong.empty(), OptionalLong.empty()));
    assertEquals(
        List.of("N.a", "N.b", "C"),
        EinsumFrontend.compile("ab,bc->ac", List.of(free, free), Semiring.PLUS_TIMES)
            .program()
            .orElseThrow()
            .signature()
            .symbols());
  }

  private static Diagnostic only(String spec, Known... operands) {
    Compiled compiled = EinsumFrontend.compile(spec, List.of(operands), Semiring.PLUS_TIMES);
    assertTrue(compiled.program().isEmpty());
    assertEquals(1, compiled.diagnostics().size(), spec);
    return compiled.diagnostics().getFirst();
  }

  private static Known known(long... extents) {
    return Known.of(DType.F32, Shape.of(extents));
  }

  private static void assertRefused(String code, String text, Diagnostic diagnostic) {
    assertEquals(code, diagnostic.code());
    assertEquals(text, diagnostic.span().orElseThrow().text());
  }

  @Test
  void refusesWrongStringsWithAPlace() {
    assertRefused("E0301", "1", only("i1->i", known(2)));
    assertRefused("E0301", ">", only("ij>ji", known(2, 2)));
    assertRefused("E0302", "ij,jk->ik", only("ij,jk->ik", known(2, 2)));
    assertRefused("E0303", "ij", only("ij,jk->ik", known(2), known(2, 2)));
    assertRefused("E0303", "ij...", only("ij...", known(2)));
    assertRefused("E0304", "k", only("ij->k", known(2, 2)));
    Diagnostic extents = only("ik,kj", known(2, 3), known(4, 5));
    assertRefused("E0305", "k", extents);
    assertEquals(3, extents.span().orElseThrow().start());
    assertEquals("`k` is 4 here, from `B: f32[4, 5]`", extents.primary().orElseThrow().text());
    assertEquals("`k` is 3 here, from `A: f32[2, 3]`", extents.secondary().getFirst().text());
    assertRefused("E0305", "i", only("ii", known(1, 3)));
    assertRefused("E0305", "...", only("...,...", known(2), known(3)));
    assertRefused("E0306", "...", only("...i...", known(2, 2)));
    assertRefused("E0307", "i", only("...i->i", known(2, 2)));
    Semiring tropical = Semiring.of("min-plus").orElseThrow();
    Known complex = Known.of(DType.C64, Shape.of(2));
    List<Diagnostic> found = EinsumFrontend.compile("i", List.of(complex), tropical).diagnostics();
    assertEquals(1, found.size());
    assertRefused("E0308", "i", found.getFirst());
  }
}
