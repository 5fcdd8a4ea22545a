package org.einkorn.runtime;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/// Reads and writes one element of each type, by its number in a segment. Complex elements are read
/// and written part by part; asking for such an element as one number is a fault of the caller,
/// which [Tensor] excludes.
public final class Elements {
  private Elements() {}

  /// The element as a double: exact but for `i64` beyond 2^53, which rounds to nearest. For a
  /// complex type, the real part.
  public static double getDouble(DType type, MemorySegment memory, long number) {
    return switch (type) {
      case F64 -> memory.getAtIndex(JAVA_DOUBLE, number);
      case F32 -> memory.getAtIndex(JAVA_FLOAT, number);
      case F16 -> NarrowFloats.f16ToFloat(memory.getAtIndex(JAVA_SHORT, number));
      case BF16 -> NarrowFloats.bf16ToFloat(memory.getAtIndex(JAVA_SHORT, number));
      case F8E4M3 -> NarrowFloats.f8e4m3ToFloat(memory.get(JAVA_BYTE, number));
      case F8E5M2 -> NarrowFloats.f8e5m2ToFloat(memory.get(JAVA_BYTE, number));
      case I64, I32, I16, I8, U8, I4, BOOL -> getLong(type, memory, number);
      case C64 -> memory.getAtIndex(JAVA_FLOAT, 2 * number);
      case C128 -> memory.getAtIndex(JAVA_DOUBLE, 2 * number);
    };
  }

  /// The imaginary part; 0 for a type that has none.
  public static double getImaginary(DType type, MemorySegment memory, long number) {
    return switch (type) {
      case C64 -> memory.getAtIndex(JAVA_FLOAT, 2 * number + 1);
      case C128 -> memory.getAtIndex(JAVA_DOUBLE, 2 * number + 1);
      case F64, F32, F16, BF16, F8E4M3, F8E5M2, I64, I32, I16, I8, U8, I4, BOOL -> 0;
    };
  }

  /// The element of an integer or Boolean type.
  public static long getLong(DType type, MemorySegment memory, long number) {
    return switch (type) {
      case I64 -> memory.getAtIndex(JAVA_LONG, number);
      case I32 -> memory.getAtIndex(JAVA_INT, number);
      case I16 -> memory.getAtIndex(JAVA_SHORT, number);
      case I8, I4 -> memory.get(JAVA_BYTE, number);
      case U8 -> memory.get(JAVA_BYTE, number) & 0xFF;
      case BOOL -> memory.get(JAVA_BYTE, number) == 0 ? 0 : 1;
      case F64, F32, F16, BF16, F8E4M3, F8E5M2, C64, C128 ->
          throw new IllegalArgumentException("no integer element: " + type);
    };
  }

  /// Stores a number in a float or complex type, rounding once; the imaginary part becomes 0.
  public static void setFloat(DType type, MemorySegment memory, long number, double value) {
    switch (type) {
      case F64 -> memory.setAtIndex(JAVA_DOUBLE, number, value);
      case F32 -> memory.setAtIndex(JAVA_FLOAT, number, (float) value);
      case F16 -> memory.setAtIndex(JAVA_SHORT, number, NarrowFloats.doubleToF16(value));
      case BF16 -> memory.setAtIndex(JAVA_SHORT, number, NarrowFloats.doubleToBf16(value));
      case F8E4M3 -> memory.set(JAVA_BYTE, number, NarrowFloats.doubleToF8e4m3(value));
      case F8E5M2 -> memory.set(JAVA_BYTE, number, NarrowFloats.doubleToF8e5m2(value));
      case C64, C128 -> setComplex(type, memory, number, value, 0);
      case I64, I32, I16, I8, U8, I4, BOOL ->
          throw new IllegalArgumentException("no float element: " + type);
    }
  }

  /// Stores both parts of an element of a complex type, each rounded once.
  public static void setComplex(
      DType type, MemorySegment memory, long number, double real, double imaginary) {
    if (type == DType.C64) {
      memory.setAtIndex(JAVA_FLOAT, 2 * number, (float) real);
      memory.setAtIndex(JAVA_FLOAT, 2 * number + 1, (float) imaginary);
    } else {
      memory.setAtIndex(JAVA_DOUBLE, 2 * number, real);
      memory.setAtIndex(JAVA_DOUBLE, 2 * number + 1, imaginary);
    }
  }

  /// Stores a number in any type. A float type rounds it once; an integer or Boolean type must hold
  /// it.
  ///
  /// @throws DataException E0535 if the number is outside the type
  public static void setLong(DType type, MemorySegment memory, long number, long value) {
    switch (type) {
      case I64 -> memory.setAtIndex(JAVA_LONG, number, value);
      case I32 -> memory.setAtIndex(JAVA_INT, number, (int) inRange(type, value));
      case I16 -> memory.setAtIndex(JAVA_SHORT, number, (short) inRange(type, value));
      case I8, U8, I4, BOOL -> memory.set(JAVA_BYTE, number, (byte) inRange(type, value));
      case F32 -> memory.setAtIndex(JAVA_FLOAT, number, (float) value);
      case C64 -> {
        memory.setAtIndex(JAVA_FLOAT, 2 * number, (float) value);
        memory.setAtIndex(JAVA_FLOAT, 2 * number + 1, 0);
      }
      case F64, C128 -> setFloat(type, memory, number, (double) value);
      case F16, BF16, F8E4M3, F8E5M2 -> setFloat(type, memory, number, roundToOdd(value));
    }
  }

  private static long inRange(DType type, long value) {
    if (value < lowest(type) || value > highest(type)) {
      throw outOfRange(type, value);
    }
    return value;
  }

  /// The failure of a value that an integer or Boolean type cannot hold.
  static DataException outOfRange(DType type, Object value) {
    return DataException.of(DataFault.VALUE_OUT_OF_RANGE)
        .expected("a number in " + lowest(type) + ".." + highest(type) + " for " + type)
        .found(value);
  }

  private static long lowest(DType type) {
    return switch (type) {
      case I64 -> Long.MIN_VALUE;
      case I32 -> Integer.MIN_VALUE;
      case I16 -> Short.MIN_VALUE;
      case I8 -> Byte.MIN_VALUE;
      case I4 -> -8;
      case U8, BOOL -> 0;
      case F64, F32, F16, BF16, F8E4M3, F8E5M2, C64, C128 ->
          throw new IllegalArgumentException("no integer type: " + type);
    };
  }

  private static long highest(DType type) {
    return switch (type) {
      case I64 -> Long.MAX_VALUE;
      case I32 -> Integer.MAX_VALUE;
      case I16 -> Short.MAX_VALUE;
      case I8 -> Byte.MAX_VALUE;
      case I4 -> 7;
      case U8 -> 255;
      case BOOL -> 1;
      case F64, F32, F16, BF16, F8E4M3, F8E5M2, C64, C128 ->
          throw new IllegalArgumentException("no integer type: " + type);
    };
  }

  /// The double next to an integer with its last bit set, unless it is a double itself, so that a
  /// second rounding to a narrower type is as good as one (see [NarrowFloats#roundToOdd]).
  private static double roundToOdd(long value) {
    double nearest = value;
    // 2^63 is a double but not a long: casting it back would saturate and hide the difference.
    if (nearest == 0x1p63 || (long) nearest != value) {
      long bits = Double.doubleToRawLongBits(nearest);
      boolean tooLarge =
          nearest == 0x1p63 || (value > 0 ? (long) nearest > value : (long) nearest < value);
      return (bits & 1) == 1 ? nearest : Double.longBitsToDouble(tooLarge ? bits - 1 : bits + 1);
    }
    return nearest;
  }
}
