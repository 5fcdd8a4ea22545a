package org.einkorn.conformance;

import java.util.List;
import java.util.Random;
import java.util.function.BinaryOperator;
import org.einkorn.runtime.DType;

/// Numbers as the standards define them, with no help from the runtime.
final class Numbers {
  private Numbers() {}

  /// `value` rounded to a type, to nearest with ties to even; integers are kept as they are.
  static double round(DType type, double value) {
    return switch (type) {
      case F32 -> (float) value;
      case F16 -> round(value, 11, -14, 65504, true);
      case BF16 -> round(value, 8, -126, 0x1.FEp127, true);
      case F8E5M2 -> round(value, 3, -14, 57344, true);
      case F8E4M3 -> round(value, 4, -6, 448, false);
      case F64, I64, I32, I16, I8, U8, I4, BOOL, C64, C128 -> value;
    };
  }

  private static double round(
      double value, int digits, int leastExponent, double greatest, boolean hasInfinity) {
    double beyond = hasInfinity ? Math.copySign(Double.POSITIVE_INFINITY, value) : Double.NaN;
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.isNaN(value) ? value : beyond;
    }
    int exponent = Math.max(Math.getExponent(value), leastExponent);
    double step = Math.scalb(1.0, exponent - digits + 1);
    double rounded = Math.rint(value / step) * step;
    return Math.abs(rounded) > greatest ? beyond : rounded;
  }

  /// The relative size of one rounding in what a type is computed in.
  static double unit(DType type) {
    return type == DType.F64 ? 0x1p-52 : 0x1p-23;
  }

  static boolean fits(DType type, long value) {
    return switch (type) {
      case I32 -> value == (int) value;
      case I16 -> value == (short) value;
      case I8 -> value == (byte) value;
      case U8 -> value >= 0 && value <= 255;
      case I4 -> value >= -8 && value <= 7;
      case BOOL -> value == 0 || value == 1;
      case I64, F64, F32, F16, BF16, F8E4M3, F8E5M2, C64, C128 -> true;
    };
  }

  /// An element that every operation of the table stays exact on, or nearly so.
  static double random(DType type, Random random) {
    return switch (type) {
      case F64, F32, C64, C128 -> (random.nextInt(2001) - 1000) / 256.0;
      case F16, BF16, F8E4M3, F8E5M2 -> random.nextInt(5) - 2;
      case I64, I32, I16, I8 -> random.nextInt(7) - 3;
      case U8 -> random.nextInt(4);
      case I4 -> random.nextInt(3) - 1;
      case BOOL -> random.nextInt(2);
    };
  }

  /// The operation of floats that a table calls so.
  static BinaryOperator<Double> real(String name) {
    return switch (name) {
      case "plus" -> Double::sum;
      case "times" -> (a, b) -> a * b;
      case "min" -> Math::min;
      case "max" -> Math::max;
      case "lse" -> Numbers::logAddExp;
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static double logAddExp(double a, double b) {
    double greater = Math.max(a, b);
    return Double.isInfinite(greater) ? greater : greater + Math.log1p(Math.exp(-Math.abs(a - b)));
  }

  /// The operation of integers; what is no `long` fails with an ArithmeticException.
  static BinaryOperator<Long> whole(String name) {
    return switch (name) {
      case "plus" -> Math::addExact;
      case "times" -> Math::multiplyExact;
      case "min" -> Math::min;
      case "max" -> Math::max;
      case "or" -> (a, b) -> a | b;
      case "and" -> (a, b) -> a & b;
      case "xor" -> (a, b) -> a ^ b;
      default -> throw new IllegalArgumentException(name);
    };
  }

  /// What stands where nothing came together: the identity, if it is a number of the type, else 0.
  static double empty(DType type, String plus) {
    boolean hasInfinity = type.isFloat() && type != DType.F8E4M3;
    return switch (plus) {
      case "times", "and" -> 1;
      case "min" -> hasInfinity ? Double.POSITIVE_INFINITY : 0;
      case "max", "lse" -> hasInfinity ? Double.NEGATIVE_INFINITY : 0;
      default -> 0;
    };
  }

  /// `(min, +)` and `min,+` as `min`, `plus`.
  static List<String> operations(String written) {
    String plain =
        written
            .replaceAll("[() ]", "")
            .replace(",", "-")
            .replace("sum", "plus")
            .replace("+", "plus")
            .replace("*", "times");
    return List.of(plain.split("-"));
  }
}
