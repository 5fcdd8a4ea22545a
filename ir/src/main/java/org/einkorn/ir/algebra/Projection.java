package org.einkorn.ir.algebra;

import java.util.Optional;
import org.einkorn.runtime.DType;

/// A commutative and associative operation ⊕ that reduces an index.
public enum Projection {
  SUM("sum", BinaryOp.ADD),
  PRODUCT("prod", BinaryOp.MULTIPLY),
  MAX("max", BinaryOp.MAXIMUM),
  MIN("min", BinaryOp.MINIMUM),
  ANY("any", BinaryOp.OR),
  ALL("all", BinaryOp.AND),
  XOR("xor", BinaryOp.XOR),
  LOG_SUM_EXP("lse", BinaryOp.LOG_ADD_EXP);

  private final String text;
  private final BinaryOp combine;

  Projection(String text, BinaryOp combine) {
    this.text = text;
    this.combine = combine;
  }

  /// The name a user writes: `sum`.
  public String text() {
    return text;
  }

  /// The operation that combines two values.
  public BinaryOp combine() {
    return combine;
  }

  /// Whether `x ⊕ x = x`, so that a fixpoint over this projection can end.
  public boolean isIdempotent() {
    return switch (this) {
      case MAX, MIN, ANY, ALL -> true;
      case SUM, PRODUCT, XOR, LOG_SUM_EXP -> false;
    };
  }

  /// The value that reductions start from: `x ⊕ identity = x` for every `x` of the type but one.
  ///
  /// Sums of floats start at +0.0, so that a sum of nothing is 0; a sum of negative zeros alone is
  /// therefore +0.0, as in NumPy, and −0.0 is the one `x` for which the equation fails. See
  /// [Law#ZERO_IS_NEUTRAL].
  ///
  /// The identity of `max` over integers is the least number of the type; whether an element was
  /// written at all must then be told by other means, see [#hasProperIdentity(DType)].
  public Number identity(DType type) {
    requireDomain(type);
    return switch (this) {
      case SUM -> 0.0;
      case PRODUCT -> 1.0;
      case ANY, XOR -> 0L;
      case ALL -> 1L;
      case LOG_SUM_EXP -> Double.NEGATIVE_INFINITY;
      case MAX -> least(type);
      case MIN -> greatest(type);
    };
  }

  /// Whether the identity is a number of the type that no reduction of real data confuses with a
  /// result. False for `max` and `min` over integers: there an element never written is 0.
  public boolean hasProperIdentity(DType type) {
    return !(type.isInteger() && (this == MAX || this == MIN));
  }

  /// The type that values of `valueType` are combined in.
  ///
  /// Sums combine in the wider type of their kind: `f32` in `f64`, so that a long sum does not lose
  /// what it adds, `c64` in `c128`, and `i32` in `i64`, so that only a result that does not fit
  /// traps. Every other projection combines in the type of its values.
  public DType accumulator(DType valueType) {
    requireDomain(valueType);
    if (this != SUM) {
      return valueType;
    }
    return switch (valueType) {
      case F32 -> DType.F64;
      case I32 -> DType.I64;
      case C64 -> DType.C128;
      case F64, I64, C128, F16, BF16, F8E4M3, F8E5M2, I16, I8, U8, I4, BOOL -> valueType;
    };
  }

  private void requireDomain(DType type) {
    if (!combine.domain().contains(type)) {
      throw new IllegalArgumentException("`" + text + "` is not defined on " + type);
    }
  }

  private static Number least(DType type) {
    return switch (type) {
      case F64, F32 -> Double.NEGATIVE_INFINITY;
      case I64 -> Long.MIN_VALUE;
      case I32 -> (long) Integer.MIN_VALUE;
      case F16, BF16, F8E4M3, F8E5M2, I16, I8, U8, I4, BOOL, C64, C128 ->
          throw new IllegalArgumentException(type + " is not ordered in arithmetic");
    };
  }

  private static Number greatest(DType type) {
    return switch (type) {
      case F64, F32 -> Double.POSITIVE_INFINITY;
      case I64 -> Long.MAX_VALUE;
      case I32 -> (long) Integer.MAX_VALUE;
      case F16, BF16, F8E4M3, F8E5M2, I16, I8, U8, I4, BOOL, C64, C128 ->
          throw new IllegalArgumentException(type + " is not ordered in arithmetic");
    };
  }

  /// The projection with this name, if there is one.
  public static Optional<Projection> of(String text) {
    for (Projection projection : values()) {
      if (projection.text.equals(text)) {
        return Optional.of(projection);
      }
    }
    return Optional.empty();
  }
}
