package org.einkorn.backend.jvm;

import java.util.Locale;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.runtime.DType;

/// Casts between element types, as [org.einkorn.ir.expr.Scalar.Cast] defines them.
final class Conversions {
  private static final String NARROW = "org/einkorn/runtime/NarrowFloats";
  private static final String ELEMENTARY = "org/einkorn/runtime/Elementary";

  private Conversions() {}

  /// Replaces a value of type `from` by one of type `to`.
  static void cast(DType from, DType to, Code code) {
    if (from == to) {
      return;
    }
    decode(from, code);
    DType compute = from.compute();
    if (to == DType.BOOL) {
      isNotZero(JvmType.of(compute), code);
    } else if (to.isFloat()) {
      toFloat(compute, to, code);
    } else {
      toInteger(compute, from.fitsIn(to), to, code);
    }
  }

  /// Replaces a stored code by the number it stands for.
  private static void decode(DType from, Code code) {
    switch (from) {
      case F16, BF16 -> code.invokeStatic(NARROW, from.text() + "ToFloat", "(S)F");
      case F8E4M3, F8E5M2 -> code.invokeStatic(NARROW, from.text() + "ToFloat", "(B)F");
      case U8 -> {
        code.push(255);
        code.plain(Opcode.IAND);
      }
      case F64, F32, I64, I32, I16, I8, I4, BOOL -> {}
      case C64, C128 -> throw new IllegalStateException("complex numbers are not cast");
    }
  }

  /// Replaces a number by 1, or by 0 where it is 0. NaN is no zero.
  static void isNotZero(JvmType type, Code code) {
    switch (type) {
      case INT -> {
        // The sign bit of x | −x is set unless x is 0.
        code.plain(Opcode.DUP, Opcode.INEG, Opcode.IOR);
        code.push(31);
        code.plain(Opcode.IUSHR);
      }
      // A comparison gives −1, 0 or 1; the lowest bit says whether it is 0.
      case LONG -> code.plain(Opcode.LCONST_0, Opcode.LCMP, Opcode.ICONST_1, Opcode.IAND);
      case FLOAT -> code.plain(Opcode.FCONST_0, Opcode.FCMPL, Opcode.ICONST_1, Opcode.IAND);
      case DOUBLE -> code.plain(Opcode.DCONST_0, Opcode.DCMPL, Opcode.ICONST_1, Opcode.IAND);
    }
  }

  private static void toFloat(DType from, DType to, Code code) {
    switch (to) {
      case F64 -> toDouble(from, code);
      case F32 -> {
        switch (JvmType.of(from)) {
          case INT -> code.plain(Opcode.I2F);
          case LONG -> code.plain(Opcode.L2F);
          case FLOAT -> {}
          case DOUBLE -> code.plain(Opcode.D2F);
        }
      }
      case F16, BF16 -> toNarrow(from, to, "S", code);
      case F8E4M3, F8E5M2 -> toNarrow(from, to, "B", code);
      case I64, I32, I16, I8, U8, I4, BOOL, C64, C128 ->
          throw new IllegalStateException(to + " is no float");
    }
  }

  private static void toDouble(DType from, Code code) {
    switch (JvmType.of(from)) {
      case INT -> code.plain(Opcode.I2D);
      case LONG -> code.plain(Opcode.L2D);
      case FLOAT -> code.plain(Opcode.F2D);
      case DOUBLE -> {}
    }
  }

  private static void toNarrow(DType from, DType to, String codeType, Code code) {
    // `bf16` becomes the ending `Bf16` of a method's name.
    String ending = to.text().substring(0, 1).toUpperCase(Locale.ROOT) + to.text().substring(1);
    if (from == DType.F32) {
      code.invokeStatic(NARROW, "floatTo" + ending, "(F)" + codeType);
    } else {
      toDouble(from, code);
      code.invokeStatic(NARROW, "doubleTo" + ending, "(D)" + codeType);
    }
  }

  private static void toInteger(DType from, boolean alwaysFits, DType to, Code code) {
    JvmType type = JvmType.of(from);
    if (to == DType.I64) {
      switch (type) {
        case INT -> code.plain(Opcode.I2L);
        case LONG -> {}
        case FLOAT, DOUBLE -> {
          toDouble(from, code);
          code.invokeStatic(ELEMENTARY, "doubleToI64", "(D)J");
        }
      }
      return;
    }
    switch (type) {
      case INT -> {}
      case LONG -> code.invokeStatic(ELEMENTARY, "toI32", "(J)I");
      case FLOAT, DOUBLE -> {
        toDouble(from, code);
        code.invokeStatic(ELEMENTARY, "doubleToI32", "(D)I");
      }
    }
    switch (to) {
      case I32 -> {}
      case I16 -> narrow(alwaysFits, "toI16", "(I)S", code);
      case I8 -> narrow(alwaysFits, "toI8", "(I)B", code);
      case U8 -> narrow(alwaysFits, "toU8", "(I)B", code);
      case I4 -> narrow(alwaysFits, "toI4", "(I)B", code);
      case F64, F32, F16, BF16, F8E4M3, F8E5M2, I64, BOOL, C64, C128 ->
          throw new IllegalStateException(to + " is no narrow integer");
    }
  }

  private static void narrow(boolean alwaysFits, String name, String descriptor, Code code) {
    if (!alwaysFits) {
      code.invokeStatic(ELEMENTARY, name, descriptor);
    }
  }
}
