package org.einkorn.backend.llvm;

import java.util.List;
import java.util.Optional;
import org.einkorn.backend.llvm.binding.BasicBlock;
import org.einkorn.backend.llvm.binding.Comparison;
import org.einkorn.backend.llvm.binding.NativeFunction;
import org.einkorn.backend.llvm.binding.Type;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.runtime.DType;

/// Elementary functions written out, without branches, so that loops over them become vector code.
///
/// Those of `f32` are computed in `f64` and rounded once, as the reference semantics have it:
/// before rounding they are within 1e−9 of the exact value, so the result is the nearest `f32` but
/// where the exact value is that close to the middle of two. Those of `f64` are within 1 unit in
/// the last place. Functions that are not here are the C library's.
///
/// Each is a function of the module (`einkorn.exp.f32`), made when it is first used, and inlined.
final class ElementaryFunctions {
  private final Code caller;

  ElementaryFunctions(Code caller) {
    this.caller = caller;
  }

  /// The value of a function, if it is one of those written out.
  Optional<Value> call(UnaryOp op, DType dtype, Value operand) {
    boolean isSingle = dtype == DType.F32;
    return switch (op) {
      case EXP -> Optional.of(isSingle ? expSingle(operand) : expDouble(operand));
      case LOG -> Optional.of(isSingle ? logSingle(operand) : logDouble(operand));
      case TANH -> isSingle ? Optional.of(tanhSingle(operand)) : Optional.empty();
      case ERF -> isSingle ? Optional.of(erfSingle(operand)) : Optional.empty();
      case NEGATE,
          ABS,
          SIGN,
          FLOOR,
          CEIL,
          ROUND,
          SQRT,
          SIN,
          COS,
          TAN,
          RE,
          IM,
          CONJ,
          NOT,
          STOP,
          MIX ->
          Optional.empty();
    };
  }

  /// Writes what a function gives back.
  private interface Definition {
    Value write(Arithmetic in, Value operand);
  }

  private Value call(String name, Type type, Value operand, Definition definition) {
    String symbol = "einkorn." + name + (caller.lanes == 1 ? "" : ".x" + caller.lanes);
    NativeFunction function =
        caller.module.find(symbol).orElseGet(() -> define(symbol, type, definition));
    return caller.builder.callPure(function, List.of(operand));
  }

  private NativeFunction define(String symbol, Type type, Definition definition) {
    NativeFunction function =
        caller
            .module
            .function(symbol, caller.context.function(type, List.of(type)))
            .internal()
            .attributes(List.of("alwaysinline", "nounwind", "willreturn", "nosync", "nofree"))
            .pure();
    Code code = caller.of(function);
    BasicBlock here = caller.builder.block();
    code.builder.at(code.entry);
    Arithmetic in = new Arithmetic(code);
    code.builder.giveBack(definition.write(in, function.parameter(0, "x")));
    code.builder.at(here);
    return function;
  }

  private Value expSingle(Value operand) {
    return call(
        "exp.f32",
        caller.f32,
        operand,
        (in, x) -> {
          // Beyond these e^x is an f32 infinity, or rounds to 0.
          Value clamped = in.clamp(in.widened(x), -104.5, 89.5);
          return in.narrowed(expNearZero(in, clamped));
        });
  }

  /// e^x for |x| ≤ 700 within 1e−11 of it. x = n·log 2 + r gives 2ⁿ·e^r, with the Taylor series of
  /// e^r on |r| ≤ log(2)/2.
  private static Value expNearZero(Arithmetic in, Value x) {
    Value shifted =
        in.add(in.multiply(x, in.f64(1 / Arithmetic.LOG_OF_2)), in.f64(Arithmetic.ROUNDER));
    Value n = in.subtract(shifted, in.f64(Arithmetic.ROUNDER));
    Value r = in.subtract(x, in.multiply(n, in.f64(Arithmetic.LOG_OF_2)));
    Value series = in.polynomial(r, Arithmetic.inverseFactorials(0, 9));
    return in.keepNan(x, in.addToExponent(series, shifted));
  }

  private Value expDouble(Value operand) {
    return call(
        "exp.f64",
        caller.f64,
        operand,
        (in, x) -> {
          Value clamped = in.clamp(x, -746, 710);
          Value shifted =
              in.add(
                  in.multiply(clamped, in.f64(1 / Arithmetic.LOG_OF_2)),
                  in.f64(Arithmetic.ROUNDER));
          Value n = in.subtract(shifted, in.f64(Arithmetic.ROUNDER));
          // n times the upper part of log 2 is exact.
          Value r =
              in.subtract(
                  in.subtract(clamped, in.multiply(n, in.f64(Arithmetic.LOG_OF_2_UPPER))),
                  in.multiply(n, in.f64(Arithmetic.LOG_OF_2_LOWER)));
          Value tail = in.polynomial(r, Arithmetic.inverseFactorials(2, 13));
          Value series = in.add(in.f64(1), in.add(r, in.multiply(in.multiply(r, r), tail)));
          return in.scaleByPower(series, shifted);
        });
  }

  private Value logSingle(Value operand) {
    return call(
        "log.f32",
        caller.f32,
        operand,
        (in, x) -> {
          Value wide = in.widened(x);
          Arithmetic.Split split = in.split(wide);
          Value f = in.subtract(split.fraction(), in.f64(1));
          Value s = in.divide(f, in.add(f, in.f64(2)));
          Value series = in.polynomial(in.multiply(s, s), Arithmetic.inverseOdds(8));
          Value log =
              in.add(
                  in.multiply(split.exponent(), in.f64(Arithmetic.LOG_OF_2)),
                  in.multiply(in.add(s, s), series));
          return in.narrowed(in.logLimits(wide, log));
        });
  }

  private Value logDouble(Value operand) {
    return call("log.f64", caller.f64, operand, ElementaryFunctions::logOfDouble);
  }

  /// log x = n·log 2 + log(1 + f), with log(1 + f) = f − (f²/2 − s·(f²/2 + R)) for s = f/(2 + f)
  /// and R the rest of the series of 2·artanh s: what is added last is exact or small.
  private static Value logOfDouble(Arithmetic in, Value x) {
    Value isTiny = in.compare(Comparison.LESS, x, Double.MIN_NORMAL);
    Value normal = in.select(isTiny, in.multiply(x, in.f64(0x1p54)), x);
    Arithmetic.Split split = in.split(normal);
    Value n = in.select(isTiny, in.subtract(split.exponent(), in.f64(54)), split.exponent());
    Value f = in.subtract(split.fraction(), in.f64(1));
    Value s = in.divide(f, in.add(f, in.f64(2)));
    Value z = in.multiply(s, s);
    double[] rest = Arithmetic.inverseOdds(11);
    double[] doubled = new double[rest.length - 1];
    for (int index = 0; index < doubled.length; index++) {
      doubled[index] = 2 * rest[index + 1];
    }
    Value r = in.multiply(z, in.polynomial(z, doubled));
    Value half = in.multiply(in.multiply(in.f64(0.5), f), f);
    Value small =
        in.add(in.multiply(s, in.add(half, r)), in.multiply(n, in.f64(Arithmetic.LOG_OF_2_LOWER)));
    Value log =
        in.subtract(
            in.multiply(n, in.f64(Arithmetic.LOG_OF_2_UPPER)),
            in.subtract(in.subtract(half, small), f));
    return in.logLimits(x, log);
  }

  /// log(1 + x) for 0 ≤ x ≤ 1: what the rounding of 1 + x lost is made up for by its share.
  Value logOfOnePlus(Value operand) {
    return call(
        "log1p.f64",
        caller.f64,
        operand,
        (in, x) -> {
          Value sum = in.add(in.f64(1), x);
          Value lost = in.subtract(x, in.subtract(sum, in.f64(1)));
          return in.add(logOfDouble(in, sum), in.divide(lost, sum));
        });
  }

  /// tanh x = 1 − 2/(e^2x + 1); near 0, where that cancels, x − x³/3.
  private Value tanhSingle(Value operand) {
    return call(
        "tanh.f32",
        caller.f32,
        operand,
        (in, x) -> {
          Value wide = in.widened(x);
          Value magnitude = in.clamp(in.magnitude(wide), 0, 10);
          Value power = expNearZero(in, in.add(magnitude, magnitude));
          Value far = in.subtract(in.f64(1), in.divide(in.f64(2), in.add(power, in.f64(1))));
          Value near =
              in.multiply(
                  wide,
                  in.subtract(in.f64(1), in.multiply(in.multiply(wide, wide), in.f64(1.0 / 3))));
          Value isNear = in.compare(Comparison.LESS, magnitude, 0x1p-10);
          return in.narrowed(in.select(isNear, near, in.withSignOf(far, wide)));
        });
  }

  /// `(1 + 2x) · e^x² · erfc x` as a polynomial in `(x − 2)/(x + 2)`, lowest power first:
  /// interpolated at 400 Chebyshev nodes of 0.4 … 4.1, within 3e−11 after the multiplication by
  /// `e^−x²`.
  private static final double[] SCALED_ERFC = {
    1.2769783815393474, -0.09276382775659667, -0.166030394439278, 0.1640513856162189,
    -0.054220045071324406, -0.008036680635641155, 0.008720474176818007, 0.0012961405932800936,
    -0.001412716737868064, -0.0005146508502865237
  };

  private Value erfSingle(Value operand) {
    return call(
        "erf.f32",
        caller.f32,
        operand,
        (in, x) -> {
          Value wide = in.widened(x);
          Value magnitude = in.clamp(in.magnitude(wide), 0, 4.1);
          Value square = in.multiply(magnitude, magnitude);
          Value place = in.divide(in.subtract(magnitude, in.f64(2)), in.add(magnitude, in.f64(2)));
          Value scaled =
              in.divide(
                  in.polynomial(place, SCALED_ERFC),
                  in.add(in.f64(1), in.add(magnitude, magnitude)));
          Value far =
              in.subtract(in.f64(1), in.multiply(scaled, expNearZero(in, in.negate(square))));
          Value near = in.multiply(magnitude, in.polynomial(square, Arithmetic.erfSeries(11)));
          Value isNear = in.compare(Comparison.LESS, magnitude, 0.5);
          return in.narrowed(in.withSignOf(in.select(isNear, near, far), wide));
        });
  }
}
