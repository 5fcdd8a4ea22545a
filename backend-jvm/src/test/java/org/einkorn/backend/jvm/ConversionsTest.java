package org.einkorn.backend.jvm;

import static org.einkorn.backend.jvm.Ir.at;
import static org.einkorn.backend.jvm.Ir.function;
import static org.einkorn.backend.jvm.Ir.loop;
import static org.einkorn.backend.jvm.Ir.module;
import static org.einkorn.backend.jvm.Ir.num;
import static org.einkorn.backend.jvm.Ir.read;
import static org.einkorn.backend.jvm.Ir.size;
import static org.einkorn.backend.jvm.Ir.store;
import static org.einkorn.backend.jvm.Ir.tensor;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelTrap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConversionsTest {
  /// `Y[i] = to(X[i])`
  private static Module convert(DType from, DType to) {
    Buffer x = tensor("X", from, size("N"));
    Buffer y = tensor("Y", to, size("N"));
    return module(
        List.of("N"),
        List.of(x),
        List.of(y),
        function("Y", loop("i", size("N"), store(y, Scalar.cast(to, read(x, at("i"))), at("i")))));
  }

  private static void expect(DType from, DType to, double[] values, double... expected) {
    Execution.of(convert(from, to), values.length).with("X", values).expect("Y", expected);
  }

  private static void expectTrap(DType from, DType to, double value) {
    Execution.of(convert(from, to), 1).with("X", value).expectTrap(KernelTrap.Kind.OVERFLOW, -1);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"C64", "C128"},
      mode = EnumSource.Mode.EXCLUDE)
  void storesWhatItReads(DType type) {
    expect(type, type, new double[] {0, 1}, 0, 1);
    if (type != DType.BOOL) {
      expect(type, type, new double[] {7, 2}, 7, 2);
    }
    if (type != DType.BOOL && type != DType.U8) {
      expect(type, type, new double[] {-7, -8}, -7, -8);
    }
  }

  @Test
  void keepsUnsignedBytesUnsigned() {
    expect(DType.U8, DType.I32, new double[] {255, 128, 0}, 255, 128, 0);
    expect(DType.I32, DType.U8, new double[] {255, 128, 0}, 255, 128, 0);
    expect(DType.U8, DType.F32, new double[] {255, 128, 0}, 255, 128, 0);
  }

  @Test
  void roundsToNearestEven() {
    double third = 1 / 3.0;
    expect(DType.F64, DType.F32, new double[] {third, 16777217}, (float) third, 16777216);
    expect(
        DType.F32,
        DType.F16,
        new double[] {2049, 2051, 65504, 65520},
        2048,
        2052,
        65504,
        Double.POSITIVE_INFINITY);
    expect(DType.F32, DType.BF16, new double[] {257, 259, 3}, 256, 260, 3);
    expect(DType.F32, DType.F8E4M3, new double[] {17, 19, 448, 1000}, 16, 20, 448, Double.NaN);
    expect(
        DType.F32,
        DType.F8E5M2,
        new double[] {9, 11, 57344, 1e6},
        8,
        12,
        57344,
        Double.POSITIVE_INFINITY);
    expect(DType.I64, DType.F32, new double[] {16777217, -5}, 16777216, -5);
    expect(DType.I32, DType.F32, new double[] {16777217, -5}, 16777216, -5);
  }

  @Test
  void roundsOnceFromDoubleToNarrowFloats() {
    // Between two halves; rounded to f32 first it would lie exactly in the middle and go down.
    double justAbove = 1 + 0x1p-11 + 0x1p-40;
    expect(DType.F64, DType.F16, new double[] {justAbove}, 1 + 0x1p-10);
    expect(DType.F64, DType.BF16, new double[] {1 + 0x1p-8 + 0x1p-40}, 1 + 0x1p-7);
    expect(DType.I32, DType.BF16, new double[] {0x1p24 + 0x1p16 + 1}, 0x1p24 + 0x1p17);
  }

  @Test
  void truncatesTowardZero() {
    expect(DType.F64, DType.I64, new double[] {2.9, -2.9, -0.5}, 2, -2, 0);
    expect(DType.F32, DType.I32, new double[] {2.9, -2.9, -0.5}, 2, -2, 0);
    expect(
        DType.F64, DType.I32, new double[] {2147483647.9, -2147483648.9}, 2147483647, -2147483648);
    expect(DType.F16, DType.I8, new double[] {127.5, -128.5}, 127, -128);
    expect(DType.F32, DType.U8, new double[] {255.5, -0.5}, 255, 0);
    expect(DType.F32, DType.I4, new double[] {7.5, -8.5}, 7, -8);
  }

  @Test
  void trapsWhereNoIntegerFits() {
    for (DType from : List.of(DType.F64, DType.F32)) {
      for (DType to : List.of(DType.I64, DType.I32, DType.I16, DType.I8, DType.U8, DType.I4)) {
        expectTrap(from, to, Double.NaN);
        expectTrap(from, to, Double.POSITIVE_INFINITY);
        expectTrap(from, to, -0x1p64);
        expectTrap(from, to, 0x1p63);
      }
      expectTrap(from, DType.U8, -1);
      expectTrap(from, DType.U8, 256);
      expectTrap(from, DType.I4, 8);
    }
    expectTrap(DType.I64, DType.I32, 0x1p31);
    expectTrap(DType.I64, DType.I8, 0x1p40);
    expectTrap(DType.I32, DType.I16, 32768);
    expectTrap(DType.I32, DType.U8, -1);
    expectTrap(DType.U8, DType.I8, 128);
    expectTrap(DType.I8, DType.U8, -1);
    expectTrap(DType.I8, DType.I4, -9);
  }

  @Test
  void turnsIntoBooleans() {
    double[] values = {0, -0.0, 0.5, -3, Double.NaN, Double.POSITIVE_INFINITY};
    for (DType from : List.of(DType.F64, DType.F32, DType.F16, DType.BF16, DType.F8E5M2)) {
      expect(from, DType.BOOL, values, 0, 0, 1, 1, 1, 1);
    }
    for (DType from : List.of(DType.I64, DType.I32, DType.I16, DType.I8, DType.I4)) {
      expect(from, DType.BOOL, new double[] {0, 1, -8, 7}, 0, 1, 1, 1);
    }
    expect(DType.U8, DType.BOOL, new double[] {0, 1, 128, 255}, 0, 1, 1, 1);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"C64", "C128"},
      mode = EnumSource.Mode.EXCLUDE)
  void turnsBooleansIntoNumbers(DType to) {
    expect(DType.BOOL, to, new double[] {0, 1}, 0, 1);
  }

  /// Every pair of types on values at the edges; the interpreter says what is right.
  @Test
  void agreesWithTheInterpreterOnEveryPair() {
    double[] edges = {
      0,
      -0.0,
      1,
      -1,
      0.5,
      1.5,
      2.5,
      -8,
      7,
      8,
      127,
      128,
      255,
      256,
      32767,
      32768,
      65504,
      65520,
      448,
      464,
      57344,
      61440,
      1e-8,
      1e-40,
      0x1p31,
      -0x1p31,
      0x1p62,
      1e300,
      Double.NaN,
      Double.NEGATIVE_INFINITY
    };
    int finished = 0;
    for (DType from : DType.values()) {
      for (DType to : DType.values()) {
        if (from.isComplex() || to.isComplex()) {
          continue;
        }
        for (double value : edges) {
          if (isNumberOf(from, value)) {
            finished += Execution.of(convert(from, to), 1).with("X", value).run().isEmpty() ? 1 : 0;
          }
        }
      }
    }
    assertTrue(finished > 1000, "only " + finished + " conversions finish");
  }

  private static boolean isNumberOf(DType type, double value) {
    return switch (type) {
      case F64, F32, F16, BF16, F8E4M3, F8E5M2 -> true;
      case I64, I32, I16, I8, U8, I4, BOOL -> {
        double low =
            switch (type) {
              case I64 -> -0x1p63;
              case I32 -> -0x1p31;
              case I16 -> -0x1p15;
              case I8 -> -0x1p7;
              case I4 -> -8;
              default -> 0;
            };
        double high =
            switch (type) {
              case I64 -> 0x1p62;
              case I32 -> 0x1p31 - 1;
              case I16 -> 0x1p15 - 1;
              case I8 -> 0x1p7 - 1;
              case I4 -> 7;
              case U8 -> 255;
              default -> 1;
            };
        yield value == Math.rint(value) && value >= low && value <= high;
      }
      case C64, C128 -> false;
    };
  }

  @Test
  void readsEveryBooleanByteButZeroAsTrue() {
    Buffer x = tensor("X", DType.BOOL, num(2));
    Buffer y = tensor("Y", DType.I32, num(2));
    Module module =
        module(
            List.of(),
            List.of(x),
            List.of(y),
            function(
                "Y",
                loop("i", num(2), store(y, Scalar.cast(DType.I32, read(x, at("i"))), at("i")))));
    Execution execution = Execution.of(module);
    execution.setByte("X", 0, 2);
    execution.setByte("X", 1, -128);
    execution.expect("Y", 1, 1);
  }
}
