package org.einkorn.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.einkorn.Einkorn;
import org.einkorn.Einsum;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Results;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Layout;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

/// Complex numbers in views, in written targets, in chains of contractions, and in the functions of
/// the language.
final class ComplexTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261128L);
  private static final List<Target> TARGETS =
      List.of(Target.interpreter(), Target.jvm(), Target.llvm());

  private static Tensor numbers(Arena arena, Random random, DType type, long... extents) {
    Tensor tensor = Tensor.allocate(arena, type, extents);
    for (long[] index : Indices.of(extents)) {
      tensor.setComplex(random.nextInt(9) - 4, random.nextInt(9) - 4, index);
    }
    return tensor;
  }

  private static void requireEqual(Tensor expected, Tensor found, String where) {
    assertEquals(expected.dtype(), found.dtype(), where);
    assertEquals(expected.shape(), found.shape(), where);
    for (long[] index : Indices.of(expected.shape().extents())) {
      String element = where + " at " + Arrays.toString(index);
      assertEquals(expected.getReal(index), found.getReal(index), element);
      assertEquals(expected.getImaginary(index), found.getImaginary(index), element);
    }
  }

  /// A view of shape 3 × 4 that is no row-major tensor.
  private static Tensor view(Arena arena, Random random, DType type, int kind) {
    return switch (kind) {
      case 0 -> numbers(arena, random, type, 4, 3).permute(1, 0);
      case 1 -> numbers(arena, random, type, 3, 4).slice(1, 3, -1, -1);
      case 2 -> numbers(arena, random, type, 6, 5).slice(0, 0, 6, 2).slice(1, 1, 5, 1);
      case 3 -> numbers(arena, random, type, 1, 4).broadcastTo(Shape.of(3, 4));
      default -> {
        Layout overlapping = new Layout(Shape.of(3, 4), new long[] {1, 2}, 1);
        Tensor memory = numbers(arena, random, type, overlapping.memoryElements());
        yield Tensor.wrap(memory.segment(), type, overlapping);
      }
    };
  }

  @Test
  void viewsAreReadWhereTheyLie() {
    Random random = new Random(SEED);
    try (Arena arena = Arena.ofConfined()) {
      for (DType type : List.of(DType.C64, DType.C128)) {
        for (int kind = 0; kind < 5; kind++) {
          Tensor a = view(arena, random, type, kind);
          Tensor b = view(arena, random, type, (kind + 2) % 5);
          Tensor plainA = a.cast(arena, DType.C128);
          Tensor plainB = b.cast(arena, DType.C128);
          Tensor expected =
              Einsum.of("ij,kj->ik")
                  .with(Options.defaults().withTarget(Target.interpreter()))
                  .apply(arena, plainA, plainB)
                  .cast(arena, type);
          for (Target target : TARGETS) {
            Einsum einsum = Einsum.of("ij,kj->ik").with(Options.defaults().withTarget(target));
            String where = type + " " + kind + " on " + target.name();
            requireEqual(expected, einsum.apply(arena, a, b), where);
            Tensor turned = Tensor.allocate(arena, type, 3, 3).permute(1, 0);
            einsum.into(turned, a, b);
            requireEqual(expected, turned, where + " into");
          }
        }
      }
    }
  }

  @Test
  void floatsThatLieInPairsAreComplexNumbers() {
    float[] pairs = {1, 2, 3, -1};
    Tensor z = Tensor.wrap(MemorySegment.ofArray(pairs), DType.C64, Layout.rowMajor(Shape.of(2)));
    for (Target target : TARGETS) {
      Tensor sum = Einsum.of("i,i").with(Options.defaults().withTarget(target)).apply(z, z);
      assertEquals(5, sum.getReal(), target.name());
      assertEquals(-2, sum.getImaginary(), target.name());
    }
  }

  @Test
  void contractionsAreOrderedAsOthersAre() {
    Random random = new Random(SEED);
    try (Arena arena = Arena.ofShared()) {
      Tensor matrix = numbers(arena, random, DType.C64, 8, 8);
      Tensor vector = numbers(arena, random, DType.C64, 8);
      Einsum chain = Einsum.of("ij,jk,kl,l->i");
      var totals = chain.explain(matrix, matrix, matrix, vector).totals();
      assertEquals(3 * 64 * 4, totals.planned().multiplies().intValueExact());
      assertEquals(3 * 64 * 4, totals.planned().adds().intValueExact());
      Results counted =
          chain
              .with(Options.defaults().withCounting(true))
              .run(arena, matrix, matrix, matrix, vector);
      assertEquals(totals.planned(), counted.executed().orElseThrow());
    }
  }

  @Test
  void recurrencesTurn() {
    String text =
        """
        Z[0]: c64 = complex(1, 0)
        Z[t+1] = Z[t] * complex(0, 1) with t: 4
        """;
    for (Target target : TARGETS) {
      Options options = Options.defaults().withTarget(target);
      Results results = Einkorn.compile("turn", text).with(options).run();
      assertEquals("[ 1.+0.j  0.+1.j -1.+0.j  0.-1.j  1.+0.j]", results.get("Z").toString());
    }
  }

  @Test
  void aRealOneMeetsAComplexOne() {
    String text =
        """
        input Z[i: N]: c64
        input X[i: N]: f64
        input W[i: N]: f32
        A[i] = Z[i] * X[i]
        B[i] = Z[i] * W[i] + 1
        C[i] = Z[i] / complex(0, 2)
        D = sum[i](conj(Z[i]) Z[i])
        E[i] = where(re(Z[i]) > 2, Z[i], Z[i]^3)
        F(i) = Z[i] == complex(1, 2)
        G = avg[i](Z[i])
        H[i: 1]: c128 = exp(complex(0, 0.1 * (i + 1)))
        """;
    try (Arena arena = Arena.ofShared()) {
      Tensor z = Tensor.allocate(arena, DType.C64, 2);
      z.setComplex(1, 2, 0);
      z.setComplex(3, -1, 1);
      Map<String, Tensor> inputs =
          Map.of(
              "Z", z,
              "X", Tensor.wrap(new double[] {0.5, 2}, 2),
              "W", Tensor.wrap(new float[] {0.5f, 2}, 2));
      for (Target target : TARGETS) {
        Program program =
            Einkorn.compile("complex", text).with(Options.defaults().withTarget(target));
        for (var input : inputs.entrySet()) {
          program = program.with(input.getKey(), input.getValue());
        }
        Results results = program.run(arena);
        assertEquals(DType.C128, results.get("A").dtype());
        assertEquals("[0.5+1.j 6. -2.j]", results.get("A").toString());
        assertEquals(DType.C64, results.get("B").dtype());
        assertEquals("[1.5+1.j 7. -2.j]", results.get("B").toString());
        assertEquals("[ 1. -0.5j -0.5-1.5j]", results.get("C").toString());
        assertEquals("(15+0j)", results.get("D").toString());
        assertEquals("[-11.-2.j   3.-1.j]", results.get("E").toString());
        assertEquals("[ True False]", results.get("F").toString());
        assertEquals("(2+0.5j)", results.get("G").toString());
        Tensor wave = results.get("H");
        assertTrue(Math.abs(wave.getReal(0) - Math.cos(0.1)) < 1e-15, wave.toString());
        assertTrue(Math.abs(wave.getImaginary(0) - Math.sin(0.1)) < 1e-15, wave.toString());
      }
    }
  }
}
