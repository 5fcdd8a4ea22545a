package org.einkorn.ir.integer;

import java.util.function.Function;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.runtime.DType;

/// The integers an expression can be, from its types and constants: `least … greatest`.
///
/// What can't leave its type needs no check: a product of two `i8` is always an `i32`.
public record IntegerRange(long least, long greatest) {
  private static final IntegerRange BIT = new IntegerRange(0, 1);

  /// The numbers of an integer type, or 0 and 1 of `bool`.
  public static IntegerRange of(DType type) {
    return switch (type) {
      case I64 -> new IntegerRange(Long.MIN_VALUE, Long.MAX_VALUE);
      case I32 -> new IntegerRange(Integer.MIN_VALUE, Integer.MAX_VALUE);
      case I16 -> new IntegerRange(Short.MIN_VALUE, Short.MAX_VALUE);
      case I8 -> new IntegerRange(Byte.MIN_VALUE, Byte.MAX_VALUE);
      case I4 -> new IntegerRange(-8, 7);
      case U8 -> new IntegerRange(0, 255);
      case BOOL -> BIT;
      case F64, F32, F16, BF16, F8E4M3, F8E5M2, C64, C128 ->
          throw new IllegalArgumentException(type + " is no integer type");
    };
  }

  /// The values of an integer expression where nothing is known of the elements that it reads.
  public static IntegerRange of(Scalar scalar) {
    return of(scalar, read -> of(read.type()));
  }

  /// The values of an integer expression: after an operation that traps, those that did not trap.
  ///
  /// @param elements what is known of an element that is read
  public static IntegerRange of(Scalar scalar, Function<Scalar.Read, IntegerRange> elements) {
    IntegerRange all = of(scalar.type());
    return switch (scalar) {
      case Scalar.Literal literal -> new IntegerRange(literal.longValue(), literal.longValue());
      case Scalar.Read read -> elements.apply(read);
      case Scalar.Position _ -> all;
      case Scalar.Unary(UnaryOp op, Scalar operand) ->
          // The parts of complex numbers and the like are no integers.
          operand.type().isInteger() || operand.type() == DType.BOOL
              ? all.intersect(apply(op, scalar.type(), of(operand, elements)))
              : all;
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) ->
          op.isComparison()
              ? BIT
              : all.intersect(apply(op, scalar.type(), of(left, elements), of(right, elements)));
      case Scalar.MultiplyAdd _ -> all;
      case Scalar.Dot dot -> of(dot.sums(), elements);
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          of(then, elements).union(of(otherwise, elements));
      case Scalar.Cast(DType type, Scalar operand) ->
          operand.type().isFloat() || operand.type().isComplex() || type == DType.BOOL
              ? all
              : all.intersect(of(operand, elements));
    };
  }

  /// Whether none of the sums of a `dot` can be anything but an `i32`.
  public static boolean isExact(Scalar.Dot dot, Function<Scalar.Read, IntegerRange> elements) {
    IntegerRange sum = of(dot.addend(), elements);
    for (int number = 0; number < Scalar.Dot.PRODUCTS; number++) {
      sum = apply(BinaryOp.ADD, DType.I64, sum, of(dot.product(number), elements));
      if (!sum.fitsIn(DType.I32)) {
        return false;
      }
    }
    return true;
  }

  /// The exact results of an operation; what 64 bits can't hold stands for more than every type.
  public static IntegerRange apply(UnaryOp op, DType type, IntegerRange x) {
    try {
      return switch (op) {
        case NEGATE -> new IntegerRange(Math.negateExact(x.greatest), Math.negateExact(x.least));
        case ABS ->
            new IntegerRange(
                x.holds(0) ? 0 : Math.min(Math.absExact(x.least), Math.absExact(x.greatest)),
                Math.max(Math.absExact(x.least), Math.absExact(x.greatest)));
        case SIGN -> new IntegerRange(Long.signum(x.least), Long.signum(x.greatest));
        case NOT -> BIT;
        case STOP -> x;
        case FLOOR, CEIL, ROUND, SQRT, EXP, LOG, SIN, COS, TAN, TANH, ERF, RE, IM, CONJ, MIX ->
            of(type);
      };
    } catch (ArithmeticException e) {
      return of(DType.I64);
    }
  }

  /// The exact results of an operation; what 64 bits can't hold stands for more than every type.
  public static IntegerRange apply(BinaryOp op, DType type, IntegerRange x, IntegerRange y) {
    try {
      return switch (op) {
        case ADD ->
            new IntegerRange(
                Math.addExact(x.least, y.least), Math.addExact(x.greatest, y.greatest));
        case SUBTRACT ->
            new IntegerRange(
                Math.subtractExact(x.least, y.greatest), Math.subtractExact(x.greatest, y.least));
        case MULTIPLY -> product(x, y);
        case MINIMUM ->
            new IntegerRange(Math.min(x.least, y.least), Math.min(x.greatest, y.greatest));
        case MAXIMUM ->
            new IntegerRange(Math.max(x.least, y.least), Math.max(x.greatest, y.greatest));
        case MODULO -> new IntegerRange(Math.min(0, y.least), Math.max(0, y.greatest));
        case AND, OR, XOR, EQUAL, NOT_EQUAL, LESS, LESS_EQUAL -> BIT;
        case DIVIDE, POWER, LOG_ADD_EXP, COMPLEX, FOLLOW, SLOPE -> of(type);
      };
    } catch (ArithmeticException e) {
      return of(DType.I64);
    }
  }

  private static IntegerRange product(IntegerRange x, IntegerRange y) {
    long a = Math.multiplyExact(x.least, y.least);
    long b = Math.multiplyExact(x.least, y.greatest);
    long c = Math.multiplyExact(x.greatest, y.least);
    long d = Math.multiplyExact(x.greatest, y.greatest);
    return new IntegerRange(
        Math.min(Math.min(a, b), Math.min(c, d)), Math.max(Math.max(a, b), Math.max(c, d)));
  }

  public boolean holds(long value) {
    return least <= value && value <= greatest;
  }

  /// Whether all of it are numbers of the type; of `i64` never, since that may stand for more.
  public boolean fitsIn(DType type) {
    IntegerRange all = of(type);
    return all.least <= least
        && greatest <= all.greatest
        && !(least == Long.MIN_VALUE && greatest == Long.MAX_VALUE);
  }

  public IntegerRange intersect(IntegerRange other) {
    long above = Math.max(least, other.least);
    long below = Math.min(greatest, other.greatest);
    // Nothing in common: every evaluation traps, and what follows doesn't matter.
    return above <= below ? new IntegerRange(above, below) : this;
  }

  public IntegerRange union(IntegerRange other) {
    return new IntegerRange(Math.min(least, other.least), Math.max(greatest, other.greatest));
  }
}
