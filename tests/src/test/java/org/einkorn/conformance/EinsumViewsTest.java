package org.einkorn.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.einkorn.Einkorn;
import org.einkorn.Einsum;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Results;
import org.einkorn.Target;
import org.einkorn.conformance.Definition.Element;
import org.einkorn.passes.layout.Storage;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Layout;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Operands and results of any strides: transposed, reversed, repeated, parts of larger tensors,
/// diagonals, windows that overlap. They are read where they lie.
@Execution(ExecutionMode.CONCURRENT)
final class EinsumViewsTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261121L);
  private static final int ROUNDS = Integer.getInteger("einkorn.rounds", 30);
  private static final List<Target> TARGETS =
      List.of(Target.interpreter(), Target.jvm(), Target.llvm());

  /// A view of `shape` into memory of its own, made by random steps.
  private static Tensor view(Random random, long... shape) {
    if (random.nextInt(4) == 0) {
      return strided(random, shape);
    }
    Integer[] order = new Integer[shape.length];
    Arrays.setAll(order, axis -> axis);
    java.util.Collections.shuffle(Arrays.asList(order), random);
    int[] kinds = random.ints(shape.length, 0, 5).toArray();
    long[] extents = new long[shape.length];
    for (int place = 0; place < shape.length; place++) {
      int axis = order[place];
      extents[place] =
          switch (kinds[axis]) {
            case 0 -> 1;
            case 1 -> shape[axis] + 2;
            case 2 -> 2 * shape[axis];
            default -> shape[axis];
          };
    }
    Tensor tensor = numbers(random, extents);
    int[] back = new int[shape.length];
    for (int place = 0; place < shape.length; place++) {
      back[order[place]] = place;
    }
    tensor = tensor.permute(back);
    for (int axis = 0; axis < shape.length; axis++) {
      tensor =
          switch (kinds[axis]) {
            case 1 -> tensor.slice(axis, 1, 1 + shape[axis], 1);
            case 2 -> tensor.slice(axis, 0, 2 * shape[axis], 2);
            case 3 -> tensor.slice(axis, shape[axis] - 1, -1, -1);
            default -> tensor;
          };
    }
    return tensor.broadcastTo(Shape.of(shape));
  }

  /// Strides that no row-major tensor has: windows that overlap, a diagonal, anything.
  private static Tensor strided(Random random, long... shape) {
    long[] strides = random.longs(shape.length, -3, 4).toArray();
    long offset = 0;
    for (int axis = 0; axis < shape.length; axis++) {
      offset -= Math.min(strides[axis], 0) * Math.max(shape[axis] - 1, 0);
    }
    Layout layout = new Layout(Shape.of(shape), strides, offset + random.nextInt(3));
    double[] memory = new double[(int) layout.memoryElements() + random.nextInt(3)];
    Arrays.setAll(memory, _ -> random.nextInt(9) - 4);
    return Tensor.wrap(MemorySegment.ofArray(memory), DType.F64, layout);
  }

  private static Tensor numbers(Random random, long... extents) {
    double[] values = new double[(int) Shape.of(extents).elementCount()];
    Arrays.setAll(values, _ -> random.nextInt(9) - 4);
    return Tensor.wrap(values, extents);
  }

  private static double[] expected(String spec, Tensor... operands) {
    List<long[]> shapes = Arrays.stream(operands).map(t -> t.shape().extents()).toList();
    List<List<Double>> elements = new ArrayList<>();
    for (Tensor operand : operands) {
      elements.add(Arrays.stream(operand.toDoubleArray()).boxed().toList());
    }
    return new Definition<Double>(spec, shapes)
        .compute(elements, Double::sum, (a, b) -> a * b, 0.0).stream()
            .mapToDouble(Element::value)
            .toArray();
  }

  @Test
  void anyStridesGiveTheSameNumbers() {
    List<String> specs =
        List.of("ij,jk->ik", "ij,jk->ki", "ij,kj->ijk", "ij,jk", "ij,jk->", "ij,jk->ii", "...j,jk");
    for (Target target : TARGETS) {
      for (String spec : specs) {
        Einsum einsum = Einsum.of(spec).with(Options.defaults().withTarget(target));
        for (int round = 0; round < ROUNDS; round++) {
          Random random = new Random(SEED + round);
          long rows = random.nextInt(4);
          long inner = 1L + random.nextInt(4);
          long columns = 1L + random.nextInt(4);
          Tensor a = view(random, rows, inner);
          Tensor b =
              spec.startsWith("ij,kj")
                  ? view(random, columns, inner)
                  : view(random, inner, columns);
          String where = spec + " on " + target.name() + ", seed " + (SEED + round);
          where += ": " + a.layout() + " and " + b.layout();
          Tensor result = einsum.apply(a, b);
          assertArrayEquals(
              positive(expected(spec, a, b)), positive(result.toDoubleArray()), where);
        }
      }
    }
  }

  @Test
  void programsReadViewsWhereTheyLie() {
    Program source =
        Einkorn.compile(
            "views.ein",
            """
            input A[i: I, j: J]: f64
            input B[j: J, k: K]: f64
            C[i, k] = A[i, j] B[j, k]
            D[i] = A[i, 0] + A[i, -1]
            output C
            output D
            """);
    for (Target target : TARGETS) {
      Program program = source.with(Options.defaults().withTarget(target));
      for (int round = 0; round < ROUNDS; round++) {
        Random random = new Random(SEED + round);
        Tensor a = view(random, random.nextInt(4), 1L + random.nextInt(4));
        Tensor b = view(random, a.extent(1), 1L + random.nextInt(4));
        String where = target.name() + ", seed " + (SEED + round);
        where += ": " + a.layout() + " and " + b.layout();
        Results results = program.with("A", a).with("B", b).run();
        assertArrayEquals(
            positive(expected("ij,jk->ik", a, b)),
            positive(results.get("C").toDoubleArray()),
            where);
        double[] ends = new double[(int) a.extent(0)];
        Arrays.setAll(ends, i -> a.getDouble(i, 0) + a.getDouble(i, a.extent(1) - 1));
        assertArrayEquals(positive(ends), positive(results.get("D").toDoubleArray()), where);
      }
    }
  }

  @Test
  void positionsAreTakenFromViews() {
    Tensor tokens = Tensor.wrap(new long[] {2, 0, 1, 2}, 2, 2).permute(1, 0).slice(0, 1, -1, -1);
    Tensor table = numbers(new Random(SEED), 4, 3).permute(1, 0);
    for (Target target : TARGETS) {
      Results results =
          Einkorn.compile("gather.ein", "Y[a, b, d] = Table[Token[a, b], d]\n")
              .with(Options.defaults().withTarget(target))
              .with("Token", tokens)
              .with("Table", table)
              .run();
      Tensor found = results.get("Y");
      for (long a = 0; a < 2; a++) {
        for (long b = 0; b < 2; b++) {
          for (long d = 0; d < 4; d++) {
            assertEquals(table.getDouble(tokens.getLong(a, b), d), found.getDouble(a, b, d));
          }
        }
      }
    }
  }

  @Test
  void nothingIsCopied() {
    Tensor dense = numbers(new Random(SEED), 40, 50);
    Program program = Einkorn.compile("one.ein", "input A[i: I, j: J]: f64\nY = A[i, j]\n");
    long needed = program.with("A", dense).run().measuredPeakBytes();
    // A conversion is a copy, and shows.
    Tensor narrow = Tensor.wrap(dense.toFloatArray(), 40, 50);
    assertEquals(needed + 40 * 50 * 8, program.with("A", narrow).run().measuredPeakBytes());
    // What is converted is copied without what lies between its elements.
    Tensor spread = Tensor.wrap(new float[40 * 50 * 9], 40, 50, 9).select(2, 4);
    assertEquals(needed + 40 * 50 * 8, program.with("A", spread).run().measuredPeakBytes());
    for (Tensor view :
        List.of(
            dense.permute(1, 0),
            dense.slice(0, 39, -1, -1),
            dense.slice(1, 0, 50, 7),
            dense.select(0, 3).broadcastTo(Shape.of(60, 50)))) {
      assertEquals(needed, program.with("A", view).run().measuredPeakBytes(), "" + view.layout());
    }
  }

  /// Without the signs of zeros.
  private static double[] positive(double[] values) {
    return Arrays.stream(values).map(value -> value + 0.0).toArray();
  }

  @Test
  void viewsOfDenseTensorsAreDenseInAnotherOrder() {
    Tensor tensor = numbers(new Random(SEED), 2, 3, 4);
    assertTrue(Storage.of(tensor.layout()) instanceof Storage.Dense);
    Tensor turned = tensor.permute(2, 0, 1).slice(1, 1, -1, -1);
    Storage storage = Storage.of(turned.layout());
    assertEquals(
        new Storage.Permuted(
            List.of(
                new Storage.Place(2, false),
                new Storage.Place(0, true),
                new Storage.Place(1, false)),
            3),
        storage);
    assertSame(tensor.segment(), storage.memory(turned).segment());
    assertEquals(Shape.of(2, 3, 4), storage.memory(turned).shape());
    Tensor repeated = tensor.select(0, 1).broadcastTo(Shape.of(5, 3, 4));
    assertTrue(Storage.of(repeated.layout()).fixesExtent(0));
    assertEquals(Shape.of(3, 4), Storage.of(repeated.layout()).memory(repeated).shape());
    Tensor column = tensor.select(2, 1);
    assertEquals(new Storage.Strided(List.of(12L, 4L), 0, 21), Storage.of(column.layout()));
  }

  @Test
  void writesIntoTargetsOfAnyStrides() {
    Einsum matmul = Einsum.of("ij,jk->ik");
    for (Target target : TARGETS) {
      Einsum einsum = matmul.with(Options.defaults().withTarget(target));
      Random random = new Random(SEED);
      Tensor a = numbers(random, 2, 3);
      Tensor b = numbers(random, 3, 4);
      double[] expected = positive(expected("ij,jk->ik", a, b));
      for (Tensor out :
          List.of(
              numbers(random, 2, 4),
              numbers(random, 4, 2).permute(1, 0),
              numbers(random, 2, 4).slice(0, 1, -1, -1),
              numbers(random, 4, 2).permute(1, 0).slice(1, 3, -1, -1),
              numbers(random, 3, 2, 4).select(0, 1),
              numbers(random, 2, 5).slice(1, 0, 4, 1),
              numbers(random, 9, 4).slice(0, 8, 0, -4).slice(1, 3, -1, -1))) {
        assertSame(out, einsum.into(out, a, b));
        assertArrayEquals(expected, positive(out.toDoubleArray()), target.name());
      }
    }
  }

  @Test
  void refusesTargetsThatDoNotFit() {
    Einsum einsum = Einsum.of("ij,jk->ik");
    Random random = new Random(SEED);
    Tensor a = numbers(random, 2, 3);
    Tensor b = numbers(random, 3, 4);
    assertRefused(DataFault.SHAPE_MISMATCH, einsum, numbers(random, 4, 2), a, b);
    assertRefused(DataFault.SHAPE_MISMATCH, einsum, numbers(random, 2, 4).permute(1, 0), a, b);
    assertRefused(DataFault.SHAPE_MISMATCH, einsum, numbers(random, 8), a, b);
    assertRefused(
        DataFault.SHAPE_MISMATCH, einsum, numbers(random, 4, 2, 2).permute(1, 0, 2), a, b);
    assertRefused(DataFault.WRONG_DTYPE, einsum, Tensor.wrap(new float[8], 2, 4), a, b);
    assertRefused(DataFault.SHAPE_MISMATCH, einsum, numbers(random, 2, 5).slice(1, 0, 3, 1), a, b);
    assertRefused(DataFault.SHAPE_MISMATCH, einsum, numbers(random, 9).slice(0, 0, 9, 2), a, b);
    assertRefused(
        DataFault.NOT_CONTIGUOUS, einsum, numbers(random, 4).broadcastTo(Shape.of(2, 4)), a, b);
    Tensor square = numbers(random, 3, 3);
    assertRefused(DataFault.MEMORY_MISMATCH, einsum, square, square, numbers(random, 3, 3));
    assertRefused(
        DataFault.MEMORY_MISMATCH, einsum, square, numbers(random, 3, 3), square.permute(1, 0));
    Tensor readOnly =
        Tensor.wrap(
            MemorySegment.ofArray(new double[8]).asReadOnly(),
            DType.F64,
            Layout.rowMajor(Shape.of(2, 4)));
    assertRefused(DataFault.READ_ONLY, einsum, readOnly, a, b);
  }

  private static void assertRefused(
      DataFault fault, Einsum einsum, Tensor target, Tensor... operands) {
    DataException refused =
        assertThrows(DataException.class, () -> einsum.into(target, operands), fault.name());
    assertEquals(fault, refused.fault(), refused.getMessage());
  }

  @Test
  void sublistsAreStringsWithNumbers() {
    Random random = new Random(SEED);
    Tensor a = numbers(random, 2, 3);
    Tensor b = numbers(random, 3, 4);
    Tensor product = Einsum.of(List.of(0, 1), List.of(1, 2)).to(List.of(0, 2)).apply(a, b);
    assertArrayEquals(expected("ij,jk->ik", a, b), product.toDoubleArray());
    Tensor turned = Einsum.of(List.of(Einsum.ELLIPSIS, 7)).to(List.of(7, Einsum.ELLIPSIS)).apply(a);
    assertArrayEquals(expected("...i->i...", a), turned.toDoubleArray());
    assertEquals("[0,1],[...]", Einsum.of(List.of(0, 1), List.of(Einsum.ELLIPSIS)).toString());
  }
}
