package org.einkorn.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class TensorTest {
  private static final int RANDOM_CASES = 400;

  private final Arena arena = Arena.ofShared();

  @AfterEach
  void close() {
    arena.close();
  }

  @Test
  void allocatesZerosAlignedToALine() {
    for (DType dtype : DType.values()) {
      Tensor tensor = Tensor.allocate(arena, dtype, 3, 5);
      assertEquals(0, tensor.segment().address() % 64, dtype.text());
      assertEquals(15L * dtype.byteSize(), tensor.segment().byteSize());
      assertEquals(0, tensor.getReal(2, 4));
      assertTrue(tensor.isContiguous());
    }
  }

  @Test
  void everyTypeHoldsWhatItCanAndTheSmallestNumbersToo() {
    for (DType dtype : DType.values()) {
      Tensor tensor = Tensor.allocate(arena, dtype, 2);
      tensor.set(1, 1);
      assertEquals(1, tensor.getReal(1), dtype.text());
      assertEquals(0, tensor.getReal(0), dtype.text());
      tensor.setLong(0, 1);
      assertEquals(0, tensor.getReal(1), dtype.text());
    }
  }

  @Test
  void integersRefuseWhatTheyDoNotHold() {
    record Range(DType dtype, long low, long high) {}
    for (Range range :
        new Range[] {
          new Range(DType.I4, -8, 7),
          new Range(DType.I8, -128, 127),
          new Range(DType.U8, 0, 255),
          new Range(DType.I16, -32768, 32767),
          new Range(DType.I32, Integer.MIN_VALUE, Integer.MAX_VALUE),
          new Range(DType.BOOL, 0, 1)
        }) {
      Tensor tensor = Tensor.allocate(arena, range.dtype());
      tensor.setLong(range.low());
      assertEquals(range.low(), tensor.getLong());
      tensor.set((double) range.high());
      assertEquals(range.high(), tensor.getLong());
      assertCode("E0535", () -> tensor.setLong(range.low() - 1));
      assertCode("E0535", () -> tensor.setLong(range.high() + 1));
      assertCode("E0535", () -> tensor.set(range.high() + 1.0));
      assertCode("E0535", () -> tensor.set(0.5));
      assertCode("E0535", () -> tensor.set(Double.NaN));
      assertEquals(range.high(), tensor.getLong(), "a refused value changes nothing");
    }
    Tensor longs = Tensor.allocate(arena, DType.I64);
    longs.setLong(Long.MAX_VALUE);
    assertEquals(Long.MAX_VALUE, longs.getLong());
    assertCode("E0535", () -> longs.set(0x1p63));
  }

  @Test
  void complexNumbersHaveTwoParts() {
    Tensor tensor = Tensor.allocate(arena, DType.C64, 2);
    tensor.setComplex(1.5, -2, 1);
    assertEquals(1.5, tensor.getReal(1));
    assertEquals(-2, tensor.getImaginary(1));
    tensor.set(3, 1);
    assertEquals(0, tensor.getImaginary(1));
    assertCode("E0534", () -> tensor.getDouble(0));
    assertCode("E0534", tensor::toDoubleArray);
    assertCode("E0534", () -> Tensor.allocate(arena, DType.F32).setComplex(1, 2));
  }

  @Test
  void readersRefuseOtherTypes() {
    Tensor floats = Tensor.allocate(arena, DType.F32, 2);
    assertCode("E0534", () -> floats.getLong(0));
    assertCode("E0534", () -> floats.getBoolean(0));
    assertCode("E0534", floats::toLongArray);
    assertTrue(Tensor.of(arena, new boolean[] {true}, 1).getBoolean(0));
  }

  @Test
  void indicesAreChecked() {
    Tensor tensor = Tensor.allocate(arena, DType.F32, 2, 3);
    DataException outside = assertThrows(DataException.class, () -> tensor.getDouble(1, 3));
    assertEquals("E0532", outside.code());
    assertEquals("0..2 on axis 1 of [2, 3]", outside.detail("expected").orElseThrow());
    assertEquals("3", outside.detail("found").orElseThrow());
    assertCode("E0532", () -> tensor.getDouble(-1, 0));
    assertCode("E0533", () -> tensor.getDouble(1));
    assertCode("E0533", () -> tensor.set(1.0, 0, 0, 0));
    assertCode("E0532", () -> Tensor.allocate(arena, DType.F32, 0).getDouble(0));
  }

  @Test
  void aClosedArenaIsNamed() {
    Arena passing = Arena.ofConfined();
    Tensor tensor = Tensor.allocate(passing, DType.F32, 2);
    Tensor view = tensor.slice(0, 0, 1, 1);
    passing.close();
    assertCode("E0539", () -> tensor.getDouble(0));
    assertCode("E0539", () -> tensor.set(1, 0));
    assertCode("E0539", () -> view.getDouble(0));
    assertCode("E0539", () -> tensor.copy(arena));
    assertEquals("f32[2] (memory not accessible)", tensor.toString());
  }

  @Test
  void anotherThreadMayNotReadConfinedMemory() {
    try (Arena confined = Arena.ofConfined()) {
      Tensor tensor = Tensor.allocate(confined, DType.F32, 2);
      String code =
          CompletableFuture.supplyAsync(
                  () -> assertThrows(DataException.class, () -> tensor.getDouble(0)).code())
              .join();
      assertEquals("E0539", code);
    }
  }

  @Test
  void wrappingSharesTheArray() {
    float[] values = {1, 2, 3, 4, 5, 6};
    Tensor tensor = Tensor.wrap(values, 2, 3);
    values[4] = 50;
    assertEquals(50, tensor.getDouble(1, 1));
    tensor.set(-1, 0, 0);
    assertEquals(-1, values[0]);
    assertEquals(Shape.of(6), Tensor.wrap(values).shape());
    assertEquals(Shape.of(), Tensor.wrap(new double[] {2}, new long[0]).shape());
    assertEquals(7, Tensor.wrap(new int[] {7}).getLong(0));
    assertEquals(1L << 60, Tensor.wrap(new long[] {1L << 60}).getLong(0));
    assertCode("E0536", () -> Tensor.wrap(values, 2, 2));
  }

  @Test
  void wrappingABufferTakesWhatIsLeftOfIt() {
    FloatBuffer buffer = FloatBuffer.wrap(new float[] {9, 1, 2, 3});
    buffer.position(1);
    assertArrayEquals(new float[] {1, 2, 3}, Tensor.wrap(buffer, 3).toFloatArray());
    ByteBuffer direct = ByteBuffer.allocateDirect(16);
    assertCode("E0538", () -> Tensor.wrap(direct.order(swapped()).asFloatBuffer(), 4));
    Tensor native4 = Tensor.wrap(direct.order(ByteOrder.nativeOrder()).asFloatBuffer(), 4);
    native4.set(2.5, 3);
    assertEquals(2.5f, direct.asFloatBuffer().get(3));
    FloatBuffer overBytes = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder()).asFloatBuffer();
    assertCode("E0538", () -> Tensor.wrap(overBytes, 4));
  }

  private static ByteOrder swapped() {
    return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
        ? ByteOrder.LITTLE_ENDIAN
        : ByteOrder.BIG_ENDIAN;
  }

  @Test
  void wrappingChecksTheMemory() {
    MemorySegment memory = arena.allocate(64, 64);
    Layout six = Layout.rowMajor(Shape.of(2, 3));
    assertEquals(6, Tensor.wrap(memory, DType.F64, six).elementCount());
    assertCode("E0538", () -> Tensor.wrap(memory.asSlice(0, 47), DType.F64, six));
    assertCode("E0538", () -> Tensor.wrap(memory.asSlice(4), DType.F64, six));
    assertCode("E0538", () -> Tensor.wrap(MemorySegment.ofArray(new byte[64]), DType.F32, six));
    // Complex elements need the alignment of their parts only.
    assertEquals(
        3, Tensor.wrap(memory.asSlice(4), DType.C64, Layout.rowMajor(Shape.of(3))).extent(0));
    // A layout may skip and reverse, as long as it stays inside.
    Layout backwards = new Layout(Shape.of(4), new long[] {-2}, 7);
    assertEquals(4, Tensor.wrap(memory, DType.F64, backwards).extent(0));
    assertCode(
        "E0538", () -> Tensor.wrap(memory, DType.F64, new Layout(Shape.of(4), new long[] {-2}, 8)));
  }

  @Test
  void readOnlyAndRepeatedMemoryCannotBeWritten() {
    MemorySegment memory = arena.allocate(64, 64).asReadOnly();
    Tensor constant = Tensor.wrap(memory, DType.F32, Layout.rowMajor(Shape.of(4)));
    assertEquals(0, constant.getDouble(1));
    assertCode("E0540", () -> constant.set(1, 0));
    Tensor repeated = Tensor.wrap(new float[] {1}).broadcastTo(Shape.of(3));
    assertCode("E0540", () -> repeated.set(1, 0));
  }

  @Test
  void viewsShareAndCopiesDoNot() {
    Tensor tensor = Tensor.of(arena, new float[][] {{1, 2, 3}, {4, 5, 6}});
    Tensor transposed = tensor.permute(1, 0);
    transposed.set(60, 2, 1);
    assertEquals(60, tensor.getDouble(1, 2));
    assertFalse(transposed.isContiguous());
    assertSame(tensor, tensor.contiguous(arena));
    Tensor copy = transposed.contiguous(arena);
    assertNotSame(transposed, copy);
    assertTrue(copy.isContiguous());
    assertArrayEquals(new float[] {1, 4, 2, 5, 3, 60}, copy.toFloatArray());
    copy.set(0, 0, 0);
    assertEquals(1, tensor.getDouble(0, 0));
    assertArrayEquals(
        new double[] {1, 2, 3, 4, 5, 60}, tensor.reshape(3, 2).reshape(6).toDoubleArray());
    assertCode("E0536", () -> Tensor.of(arena, new float[][] {{1, 2}, {3}}));
  }

  @Test
  void aSliceOfAContiguousTensorReshapesFromItsOwnStart() {
    Tensor tail = Tensor.wrap(new int[] {0, 1, 2, 3, 4, 5}, 3, 2).slice(0, 1, 3, 1).reshape(4);
    assertArrayEquals(new long[] {2, 3, 4, 5}, tail.toLongArray());
  }

  @Test
  void impossibleSizesFailBeforeMemoryIsTaken() {
    assertCode("E0530", () -> Tensor.allocate(arena, DType.F64, 1L << 61));
    assertCode("E0530", () -> Tensor.allocate(arena, DType.F64, 1L << 31, 1L << 33));
    assertCode("E0531", () -> Tensor.allocate(arena, DType.F64, -3));
    assertCode("E0541", () -> Tensor.allocate(arena, DType.U8, 1L << 62));
  }

  @Test
  void castsRoundOnceAndCheckIntegers() {
    Tensor values = Tensor.wrap(new double[] {1 + 0x1p-11 + 0x1p-40, 1e300, -0.0, Double.NaN});
    Tensor halves = values.cast(arena, DType.F16);
    assertEquals(1 + 0x1p-10, halves.getDouble(0));
    assertEquals(Double.POSITIVE_INFINITY, halves.getDouble(1));
    assertEquals(-0.0, halves.getDouble(2));
    assertTrue(Double.isNaN(values.cast(arena, DType.F8E4M3).getDouble(1)));
    assertArrayEquals(
        new long[] {2, -2, 127},
        Tensor.wrap(new double[] {2.9, -2.9, 127.5}).cast(arena, DType.I8).toLongArray());
    assertCode("E0535", () -> Tensor.wrap(new double[] {128}).cast(arena, DType.I8));
    assertCode("E0535", () -> Tensor.wrap(new double[] {0x1p63}).cast(arena, DType.I64));
    assertCode("E0535", () -> values.cast(arena, DType.I64));
    assertCode("E0535", () -> Tensor.wrap(new double[] {0.5}).cast(arena, DType.BOOL));
    assertCode("E0535", () -> Tensor.wrap(new int[] {2}).cast(arena, DType.BOOL));
    assertCode("E0535", () -> Tensor.wrap(new int[] {-1}).cast(arena, DType.U8));
  }

  @Test
  void longsRoundOnceToNarrowFloats() {
    // Just above the middle of two bf16 values; a double in between would land on the middle.
    long value = (1L << 62) + (1L << 54) + 1;
    Tensor tensor = Tensor.wrap(new long[] {value, -value, Long.MAX_VALUE, Long.MIN_VALUE});
    double[] rounded = tensor.cast(arena, DType.BF16).toDoubleArray();
    assertArrayEquals(new double[] {0x1p62 + 0x1p55, -0x1p62 - 0x1p55, 0x1p63, -0x1p63}, rounded);
    assertEquals((float) value, tensor.cast(arena, DType.F32).getDouble(0));
  }

  @Test
  void complexTurnsRealOnlyWithoutAnImaginaryPart() {
    Tensor tensor = Tensor.allocate(arena, DType.C128, 1);
    tensor.setComplex(2.5, 0, 0);
    assertEquals(2.5, tensor.cast(arena, DType.F32).getDouble(0));
    assertEquals(2, tensor.cast(arena, DType.I8).getLong(0));
    tensor.setComplex(2.5, 1e-300, 0);
    assertCode("E0535", () -> tensor.cast(arena, DType.F32));
    tensor.setComplex(2.5, Double.NaN, 0);
    assertCode("E0535", () -> tensor.cast(arena, DType.F32));
    assertEquals(2.5, tensor.cast(arena, DType.C64).getReal(0));
  }

  /// A cast to a type that holds every value of the first, and back, changes nothing.
  @Test
  void wideningAndBackIsTheIdentity() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (DType from : DType.values()) {
      Tensor values = Tensor.allocate(arena, from, RANDOM_CASES);
      for (int n = 0; n < RANDOM_CASES; n++) {
        if (from.isComplex()) {
          values.setComplex(random.nextGaussian(), random.nextGaussian() * 1e9, n);
        } else if (from.isFloat()) {
          values.set(random.nextGaussian() * 100, n);
        } else {
          values.setLong(random.nextInt(from == DType.BOOL ? 2 : 8), n);
        }
      }
      for (DType to : DType.values()) {
        if (from.fitsIn(to)) {
          Tensor wide = values.cast(arena, to);
          Tensor back = wide.cast(arena, from);
          String message = from + " by way of " + to + ", seed " + seed;
          assertEquals(-1, back.segment().mismatch(values.segment()), message);
          assertEquals(values.getReal(3), wide.getReal(3), message);
        }
      }
    }
  }

  @Test
  void messagesAreOneLineWithBothSides() {
    DataException failure =
        assertThrows(DataException.class, () -> Tensor.wrap(new float[3], 2, 2));
    assertEquals(
        "E0536: the shapes do not agree (expected: 4 values for shape [2, 2]; found: 3)",
        failure.getMessage());
    assertEquals("the shapes do not agree", failure.title());
  }

  private static void assertCode(String code, Executable work) {
    assertEquals(code, assertThrows(DataException.class, work).code());
  }
}
