package org.einkorn.ir.eval;

import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Integers;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Elementary;
import org.einkorn.runtime.NarrowFloats;
import org.einkorn.runtime.exec.KernelTrap;

/// Every scalar operation on plain numbers: the definition that the backends are held against.
final class Arithmetic {
  private Arithmetic() {}

  static double apply(UnaryOp op, double x) {
    return switch (op) {
      case NEGATE -> -x;
      case STOP -> x;
      case ABS -> Math.abs(x);
      case SIGN -> Elementary.sign(x);
      case FLOOR -> Math.floor(x);
      case CEIL -> Math.ceil(x);
      case ROUND -> Math.rint(x);
      case SQRT -> Math.sqrt(x);
      case EXP -> Math.exp(x);
      case LOG -> Math.log(x);
      case SIN -> Math.sin(x);
      case COS -> Math.cos(x);
      case TAN -> Math.tan(x);
      case TANH -> Math.tanh(x);
      case ERF -> Elementary.erf(x);
      case RE, IM, CONJ, NOT, MIX ->
          throw new IllegalStateException("`" + op.text() + "` of a float");
    };
  }

  static double apply(BinaryOp op, double x, double y) {
    return switch (op) {
      case ADD -> x + y;
      case SUBTRACT -> x - y;
      case MULTIPLY -> x * y;
      case DIVIDE -> x / y;
      case MODULO -> Elementary.floorMod(x, y);
      case POWER -> Elementary.pow(x, y);
      case MINIMUM -> Math.min(x, y);
      case MAXIMUM -> Math.max(x, y);
      case LOG_ADD_EXP -> Elementary.logAddExp(x, y);
      case FOLLOW, SLOPE -> x;
      case COMPLEX, AND, OR, XOR, EQUAL, NOT_EQUAL, LESS, LESS_EQUAL ->
          throw new IllegalStateException("`" + op.text() + "` gives no float");
    };
  }

  static long apply(UnaryOp op, long x) {
    try {
      return Integers.apply(op, x);
    } catch (ArithmeticException e) {
      throw KernelTrap.overflow();
    }
  }

  static long apply(BinaryOp op, long x, long y) {
    try {
      return Integers.apply(op, x, y);
    } catch (ArithmeticException e) {
      throw KernelTrap.overflow();
    }
  }

  /// `value` rounded to a float type, once.
  static double round(DType type, double value) {
    return switch (type) {
      case F64 -> value;
      case F32 -> (float) value;
      case F16 -> NarrowFloats.f16ToFloat(NarrowFloats.doubleToF16(value));
      case BF16 -> NarrowFloats.bf16ToFloat(NarrowFloats.doubleToBf16(value));
      case F8E4M3 -> NarrowFloats.f8e4m3ToFloat(NarrowFloats.doubleToF8e4m3(value));
      case F8E5M2 -> NarrowFloats.f8e5m2ToFloat(NarrowFloats.doubleToF8e5m2(value));
      case I64, I32, I16, I8, U8, I4, BOOL, C64, C128 ->
          throw new IllegalStateException(type + " is no float");
    };
  }

  /// `left · right + addend`, rounded once.
  static double multiplyAdd(DType type, double left, double right, double addend) {
    return type == DType.F32
        ? Math.fma((float) left, (float) right, (float) addend)
        : Math.fma(left, right, addend);
  }

  /// An integer as a float: to `f32` in one rounding, to narrower types by way of `f64`.
  static double round(DType type, long value) {
    return type == DType.F32 ? (float) value : round(type, (double) value);
  }

  /// `value` if it is a number of the integer type (or of `bool`), else a trap.
  static long require(DType type, long value) {
    boolean fits =
        switch (type) {
          case I64 -> true;
          case I32 -> value == (int) value;
          case I16 -> value == (short) value;
          case I8 -> value == (byte) value;
          case U8 -> value >= 0 && value <= 255;
          case I4 -> value >= -8 && value <= 7;
          case BOOL -> value == 0 || value == 1;
          case F64, F32, F16, BF16, F8E4M3, F8E5M2, C64, C128 ->
              throw new IllegalStateException(type + " is no integer type");
        };
    if (!fits) {
      throw KernelTrap.overflow();
    }
    return value;
  }

  /// A float truncated toward zero, if that is a number of the type, else a trap.
  static long truncate(DType type, double value) {
    try {
      return require(type, Elementary.doubleToI64(value));
    } catch (ArithmeticException e) {
      throw KernelTrap.overflow();
    }
  }
}
