package org.einkorn.passes.normalize;

import java.util.List;
import java.util.Random;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Laws;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.runtime.DType;

/// A semiring with a type for its numbers, small enough that all arithmetic is exact.
enum Algebra {
  SUM_TIMES(Projection.SUM, BinaryOp.MULTIPLY, DType.F64, DType.F64, true),
  MIN_PLUS(Projection.MIN, BinaryOp.ADD, DType.F64, DType.F64, true),
  MAX_PLUS(Projection.MAX, BinaryOp.ADD, DType.F64, DType.F64, true),
  OR_AND(Projection.ANY, BinaryOp.AND, DType.BOOL, DType.BOOL, true),
  XOR_AND(Projection.XOR, BinaryOp.AND, DType.BOOL, DType.BOOL, true),
  /// Integers that surely fit: rewrites are conditional, and change no bit.
  INTEGERS(Projection.SUM, BinaryOp.MULTIPLY, DType.I4, DType.I64, true),
  /// On numbers that are not negative, which `u8` says. The zero of `max` is −∞, and −∞ · 0 is NaN.
  MAX_TIMES(Projection.MAX, BinaryOp.MULTIPLY, DType.U8, DType.F64, false);

  final Projection plus;
  final BinaryOp times;

  /// The type of the inputs.
  final DType stored;

  /// The type of the arithmetic and of every result.
  final DType value;

  /// Whether elements that nothing is combined into may take part in products.
  final boolean hasZero;

  Algebra(Projection plus, BinaryOp times, DType stored, DType value, boolean hasZero) {
    this.plus = plus;
    this.times = times;
    this.stored = stored;
    this.value = value;
    this.hasZero = hasZero;
  }

  /// Those in which zero annihilates.
  static List<Algebra> withZero() {
    return List.of(values()).stream().filter(some -> some.hasZero).toList();
  }

  private Laws laws() {
    return Laws.of(plus, times, value).orElseThrow();
  }

  Scalar one() {
    return Scalar.Literal.of(value, laws().one());
  }

  Scalar zero() {
    return Scalar.Literal.of(value, laws().zero());
  }

  /// A small number; now and then the zero.
  double element(Random random) {
    return switch (this) {
      case SUM_TIMES, INTEGERS -> random.nextInt(5) - 2;
      case MIN_PLUS, MAX_PLUS ->
          random.nextInt(8) == 0 ? laws().zero().doubleValue() : random.nextInt(9) - 4;
      case OR_AND, XOR_AND -> random.nextInt(2);
      case MAX_TIMES -> random.nextInt(4);
    };
  }
}
