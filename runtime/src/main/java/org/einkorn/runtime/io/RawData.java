package org.einkorn.runtime.io;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// Elements as bytes, the part that the binary formats share.
final class RawData {
  /// The largest rank that any reader here accepts, as in NumPy 2.
  static final int MOST_AXES = 64;

  private static final int CHUNK_BYTES = 1 << 16;

  private RawData() {}

  /// The shape that a file claims.
  ///
  /// @throws DataException E0506 if no tensor can have it, E0531 for a negative extent
  static Shape shape(Object place, long... extents) {
    if (extents.length > MOST_AXES) {
      throw DataException.of(DataFault.IMPOSSIBLE_SIZE)
          .at(place)
          .expected("at most " + MOST_AXES + " axes")
          .found(extents.length + " axes");
    }
    try {
      return Shape.of(extents);
    } catch (DataException invalid) {
      DataFault fault =
          invalid.fault() == DataFault.SHAPE_OVERFLOW ? DataFault.IMPOSSIBLE_SIZE : invalid.fault();
      throw DataException.of(fault)
          .at(place)
          .expected(invalid.detail("expected").orElse(""))
          .found("shape " + Arrays.toString(extents));
    }
  }

  /// The size in bytes of the elements that a file claims.
  ///
  /// @throws DataException E0506 if it is 2^63 bytes or more
  static long byteCount(Object place, DType dtype, Shape shape) {
    try {
      return Math.multiplyExact(shape.elementCount(), dtype.byteSize());
    } catch (ArithmeticException overflow) {
      throw DataException.of(DataFault.IMPOSSIBLE_SIZE)
          .at(place)
          .expected("fewer than 2^63 bytes")
          .found(dtype.text() + shape);
    }
  }

  /// Reads row-major elements into a tensor of the arena.
  static Tensor read(
      ReadableByteChannel channel, Arena arena, DType dtype, Shape shape, ByteOrder order)
      throws IOException {
    Tensor result = Tensor.allocate(arena, dtype, shape);
    InputFile.readFully(channel, result.segment());
    if (order != ByteOrder.nativeOrder()) {
      swapBytes(result.segment(), partBytes(dtype));
    }
    if (dtype == DType.BOOL) {
      MemorySegment bytes = result.segment();
      for (long n = 0; n < bytes.byteSize(); n++) {
        // Any byte but 0 means true in a file; in memory it is 1, which compiled code relies on.
        bytes.set(JAVA_BYTE, n, (byte) (bytes.get(JAVA_BYTE, n) == 0 ? 0 : 1));
      }
    }
    return result;
  }

  /// Reads elements whose first axis is the fastest into a row-major tensor of the arena.
  static Tensor readColumnMajor(
      ReadableByteChannel channel, Arena arena, DType dtype, Shape shape, ByteOrder order)
      throws IOException {
    int rank = shape.rank();
    long[] reversed = new long[rank];
    int[] axes = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      reversed[axis] = shape.extent(rank - 1 - axis);
      axes[axis] = rank - 1 - axis;
    }
    try (Arena passing = Arena.ofConfined()) {
      return read(channel, passing, dtype, Shape.of(reversed), order).permute(axes).copy(arena);
    }
  }

  /// Writes the elements in row-major order, little endian.
  static void write(Tensor tensor, OutputStream out) throws IOException {
    tensor.ensureAccessible();
    try (Arena passing = Arena.ofConfined()) {
      boolean swap = ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN;
      Tensor rowMajor = swap ? tensor.copy(passing) : tensor.contiguous(passing);
      if (swap) {
        swapBytes(rowMajor.segment(), partBytes(tensor.dtype()));
      }
      long first = rowMajor.layout().offset() * tensor.dtype().byteSize();
      long end = first + rowMajor.elementCount() * tensor.dtype().byteSize();
      byte[] chunk = new byte[CHUNK_BYTES];
      for (long at = first; at < end; at += CHUNK_BYTES) {
        int count = (int) Math.min(CHUNK_BYTES, end - at);
        MemorySegment.copy(rowMajor.segment(), JAVA_BYTE, at, chunk, 0, count);
        out.write(chunk, 0, count);
      }
    }
  }

  /// The bytes whose order is swapped as one: half an element for complex types.
  private static int partBytes(DType dtype) {
    return dtype.isComplex() ? dtype.byteSize() / 2 : dtype.byteSize();
  }

  private static void swapBytes(MemorySegment memory, int partBytes) {
    long parts = memory.byteSize() / partBytes;
    for (long n = 0; n < parts; n++) {
      switch (partBytes) {
        case 2 ->
            memory.setAtIndex(JAVA_SHORT, n, Short.reverseBytes(memory.getAtIndex(JAVA_SHORT, n)));
        case 4 ->
            memory.setAtIndex(JAVA_INT, n, Integer.reverseBytes(memory.getAtIndex(JAVA_INT, n)));
        case 8 ->
            memory.setAtIndex(JAVA_LONG, n, Long.reverseBytes(memory.getAtIndex(JAVA_LONG, n)));
        default -> {} // single bytes have no order
      }
    }
  }
}
