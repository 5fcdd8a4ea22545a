package org.einkorn.backend.llvm;

import static org.einkorn.backend.llvm.Samples.binary;
import static org.einkorn.backend.llvm.Samples.map;
import static org.einkorn.backend.llvm.Samples.unary;
import static org.einkorn.backend.llvm.Samples.zip;

import java.util.List;
import java.util.stream.Stream;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Module;
import org.einkorn.runtime.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every operation on every type it is defined on, against the interpreter, on numbers that are
/// hard.
class OperationsTest {
  static final List<DType> COMPUTE =
      List.of(DType.F64, DType.F32, DType.I64, DType.I32, DType.BOOL);
  static final List<DType> STORED =
      List.of(
          DType.F64,
          DType.F32,
          DType.F16,
          DType.BF16,
          DType.F8E4M3,
          DType.F8E5M2,
          DType.I64,
          DType.I32,
          DType.I16,
          DType.I8,
          DType.U8,
          DType.I4,
          DType.BOOL);

  private static final double[] REALS = {
    0.0,
    -0.0,
    1,
    -1,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    3,
    -7,
    100.25,
    1e-3,
    -1e10,
    3e38,
    -3e38,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN,
    Double.MIN_VALUE,
    0x1p-140,
    Math.PI,
    88.7,
    -103.9,
    709.5,
    0.9999999,
    127.9,
    128,
    -128.9,
    -129,
    255.9,
    256,
    -0.9,
    7.9,
    8,
    -8.9,
    2147483647.0,
    2147483648.0,
    -2147483648.9,
    -2147483904.0,
    32767.9,
    32768,
    -32768.9,
    9.223372036854775E18,
    9.3e18,
    -9.223372036854775808e18,
    -9.3e18,
    65504,
    65520,
    448,
    464,
    465
  };
  private static final long[] LONGS = {
    0,
    1,
    -1,
    2,
    -2,
    3,
    5,
    -7,
    100,
    127,
    128,
    -128,
    -129,
    255,
    256,
    -8,
    -9,
    7,
    8,
    32767,
    32768,
    -32768,
    -32769,
    46341,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    0x8000_0000L,
    -0x8000_0001L,
    3037000500L,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    1L << 53,
    (1L << 53) + 1,
    (1L << 62) + 1
  };

  static Stream<Arguments> unaryOperations() {
    return Stream.of(UnaryOp.values())
        .flatMap(
            op ->
                COMPUTE.stream().filter(op.domain()::contains).map(type -> Arguments.of(op, type)));
  }

  @ParameterizedTest
  @MethodSource("unaryOperations")
  void computesUnary(UnaryOp op, DType type) {
    Module module = map(type, type, x -> unary(op, x));
    try (Trial compiled = Trial.compiled(module, 1);
        Trial interpreted = Trial.interpreted(module, 1)) {
      overNumbers(
          type,
          value -> {
            put(interpreted, "X", value);
            Trial.compareRuns(module, interpreted, compiled, ulps(op));
          });
    }
  }

  private static double ulps(UnaryOp op) {
    return switch (op) {
      case NEGATE, ABS, SIGN, FLOOR, CEIL, ROUND, SQRT, RE, IM, CONJ, NOT, STOP, MIX -> 0;
      case EXP, LOG, SIN, COS, TAN, TANH -> 2;
      case ERF -> 4;
    };
  }

  static Stream<Arguments> binaryOperations() {
    return Stream.of(BinaryOp.values())
        .filter(op -> op != BinaryOp.COMPLEX)
        .flatMap(
            op ->
                COMPUTE.stream().filter(op.domain()::contains).map(type -> Arguments.of(op, type)));
  }

  @ParameterizedTest
  @MethodSource("binaryOperations")
  void computesBinary(BinaryOp op, DType type) {
    Module module = zip(type, op.result(type), (a, b) -> binary(op, a, b));
    double ulps = op == BinaryOp.POWER || op == BinaryOp.LOG_ADD_EXP ? 2 : 0;
    try (Trial compiled = Trial.compiled(module, 1);
        Trial interpreted = Trial.interpreted(module, 1)) {
      overNumbers(
          type,
          left ->
              overNumbers(
                  type,
                  right -> {
                    put(interpreted, "A", left);
                    put(interpreted, "B", right);
                    Trial.compareRuns(module, interpreted, compiled, ulps);
                  }));
    }
  }

  static Stream<Arguments> casts() {
    return STORED.stream()
        .flatMap(from -> STORED.stream().map(to -> Arguments.of(from, to)))
        .filter(arguments -> arguments.get()[0] != arguments.get()[1]);
  }

  @ParameterizedTest
  @MethodSource("casts")
  void converts(DType from, DType to) {
    Module module = map(from, to, x -> new Scalar.Cast(to, x));
    try (Trial compiled = Trial.compiled(module, 1);
        Trial interpreted = Trial.interpreted(module, 1)) {
      overNumbers(
          from,
          value -> {
            put(interpreted, "X", value);
            Trial.compareRuns(module, interpreted, compiled, 0);
          });
    }
  }

  static void put(Trial trial, String name, Number value) {
    if (value instanceof Long integer) {
      trial.setLongs(name, integer);
    } else {
      trial.set(name, value.doubleValue());
    }
  }

  /// Calls `use` with every hard number that the type has.
  static void overNumbers(DType type, java.util.function.Consumer<Number> use) {
    if (type.isFloat()) {
      for (double real : REALS) {
        use.accept(real);
      }
      return;
    }
    for (long integer : LONGS) {
      if (isIn(type, integer)) {
        use.accept(integer);
      }
    }
  }

  private static boolean isIn(DType type, long value) {
    return switch (type) {
      case I64 -> true;
      case I32 -> value == (int) value;
      case I16 -> value == (short) value;
      case I8 -> value == (byte) value;
      case U8 -> value >= 0 && value < 256;
      case I4 -> value >= -8 && value < 8;
      case BOOL -> value == 0 || value == 1;
      case F64, F32, F16, BF16, F8E4M3, F8E5M2, C64, C128 -> false;
    };
  }
}
