package org.einkorn.frontend.einsum;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.einkorn.runtime.DType;

/// NumPy's rule for the type of a result: the smallest type that holds the values of both operands;
/// `i64` and a float give `f64`, or `c128` with a complex type.
final class Promotion {
  private static final List<DType> FROM_SMALL_TO_LARGE =
      List.of(
          DType.BOOL,
          DType.I4,
          DType.U8,
          DType.I8,
          DType.I16,
          DType.I32,
          DType.I64,
          DType.F8E4M3,
          DType.F8E5M2,
          DType.F16,
          DType.BF16,
          DType.F32,
          DType.F64,
          DType.C64,
          DType.C128);

  private Promotion() {}

  /// The common type of several types. Floats and complex types decide first and each integer type
  /// meets them by itself: `i8`, `u8` and `f16` give `f16`, though `i8` and `u8` alone give `i16`.
  static DType of(List<DType> types) {
    List<DType> ordered = new ArrayList<>(types);
    ordered.sort(Comparator.comparing(type -> type.isInteger() || type == DType.BOOL));
    DType common = ordered.getFirst();
    for (DType type : ordered) {
      common = of(common, type);
    }
    return common;
  }

  /// The common type of two types.
  static DType of(DType one, DType two) {
    for (DType type : FROM_SMALL_TO_LARGE) {
      if (one.fitsIn(type) && two.fitsIn(type)) {
        return type;
      }
    }
    return one.isComplex() || two.isComplex() ? DType.C128 : DType.F64;
  }
}
