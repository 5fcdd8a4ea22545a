package org.einkorn.runtime;

import java.util.Locale;
import java.util.Optional;

/// The element types of a tensor.
///
/// A type says how an element is *stored*; arithmetic happens in its [#compute()] type, which is
/// one of `f64 f32 i64 i32 bool c64 c128`. So an `f16` tensor is read into `f32`, and its result is
/// rounded once when it is written.
///
/// | types | stored as | computed in |
/// |---|---|---|
/// | `f64` | IEEE binary64 | `f64` |
/// | `f32 f16 bf16 f8e4m3 f8e5m2` | IEEE binary32, binary16, bfloat16, OCP 8-bit floats (FN variant of e4m3) | `f32` |
/// | `i64` | two's complement | `i64` |
/// | `i32 i16 i8 u8 i4` | two's complement, `u8` unsigned, `i4` one element a byte in −8..7 | `i32` |
/// | `bool` | one byte, 0 or 1 | `bool` |
/// | `c64 c128` | two `f32` or `f64`: real, imaginary | itself |
public enum DType {
  F64(8, Kind.FLOAT),
  F32(4, Kind.FLOAT),
  F16(2, Kind.FLOAT),
  BF16(2, Kind.FLOAT),
  F8E4M3(1, Kind.FLOAT),
  F8E5M2(1, Kind.FLOAT),
  I64(8, Kind.INTEGER),
  I32(4, Kind.INTEGER),
  I16(2, Kind.INTEGER),
  I8(1, Kind.INTEGER),
  U8(1, Kind.INTEGER),
  I4(1, Kind.INTEGER),
  BOOL(1, Kind.BOOLEAN),
  C64(8, Kind.COMPLEX),
  C128(16, Kind.COMPLEX);

  /// The family of numbers a type belongs to.
  public enum Kind {
    FLOAT,
    INTEGER,
    BOOLEAN,
    COMPLEX
  }

  private final int byteSize;
  private final Kind kind;

  DType(int byteSize, Kind kind) {
    this.byteSize = byteSize;
    this.kind = kind;
  }

  /// Size of one element in bytes.
  public int byteSize() {
    return byteSize;
  }

  public Kind kind() {
    return kind;
  }

  public boolean isFloat() {
    return kind == Kind.FLOAT;
  }

  public boolean isInteger() {
    return kind == Kind.INTEGER;
  }

  public boolean isComplex() {
    return kind == Kind.COMPLEX;
  }

  /// The type of the real and of the imaginary part of a complex type; a real type itself.
  public DType part() {
    return switch (this) {
      case C64 -> F32;
      case C128 -> F64;
      case F64, F32, F16, BF16, F8E4M3, F8E5M2, I64, I32, I16, I8, U8, I4, BOOL -> this;
    };
  }

  /// The complex type whose parts are of the compute type of this one: `c128` for the types of 64
  /// bits, else `c64`; a complex type itself.
  public DType complex() {
    return switch (this) {
      case C64, C128 -> this;
      case F64, I64, I32 -> C128;
      case F32, F16, BF16, F8E4M3, F8E5M2, I16, I8, U8, I4, BOOL -> C64;
    };
  }

  /// The type in which elements of this type are computed.
  public DType compute() {
    return switch (this) {
      case F64, I64, BOOL, C64, C128 -> this;
      case F32, F16, BF16, F8E4M3, F8E5M2 -> F32;
      case I32, I16, I8, U8, I4 -> I32;
    };
  }

  /// Whether arithmetic can be done in this type, without widening first.
  public boolean isCompute() {
    return compute() == this;
  }

  /// Whether every value of this type is a value of `wider` too, so that a conversion loses
  /// nothing.
  public boolean fitsIn(DType wider) {
    if (this == wider) {
      return true;
    }
    return switch (this) {
      case F64, C128 -> this == F64 && wider == C128;
      case F32 -> wider == F64 || wider == C64 || wider == C128;
      case F16, BF16 -> wider == F32 || F32.fitsIn(wider);
      case F8E4M3, F8E5M2 -> wider == F16 || wider == BF16 || F16.fitsIn(wider);
      case I64 -> false;
      case I32 -> wider == I64 || wider == F64 || wider == C128;
      case I16 -> wider == I32 || wider == F32 || wider == C64 || I32.fitsIn(wider);
      case U8 -> wider == I16 || wider == F16 || wider == BF16 || I16.fitsIn(wider);
      case I8 -> wider == I16 || wider == F16 || wider == BF16 || I16.fitsIn(wider);
      case I4 -> wider == I8 || wider == F8E4M3 || I8.fitsIn(wider);
      case BOOL -> true;
      case C64 -> wider == C128;
    };
  }

  /// The name a user writes: `f32`.
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The type with this name, if there is one.
  public static Optional<DType> of(String text) {
    for (DType type : values()) {
      if (type.text().equals(text)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return text();
  }
}
