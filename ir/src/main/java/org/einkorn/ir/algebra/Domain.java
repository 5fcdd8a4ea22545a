package org.einkorn.ir.algebra;

import org.einkorn.runtime.DType;

/// The compute types an operation is defined on.
public enum Domain {
  /// `f32 f64`
  FLOAT,
  /// `f32 f64 i32 i64`
  NUMBER,
  /// `i64`
  LONG,
  /// `c64 c128`
  COMPLEX,
  /// `f32 f64 c64 c128`
  FLOAT_OR_COMPLEX,
  /// `f32 f64 i32 i64 c64 c128`
  NUMBER_OR_COMPLEX,
  /// `bool`
  BOOLEAN,
  /// every compute type
  ANY;

  public boolean contains(DType type) {
    return type.isCompute()
        && switch (this) {
          case FLOAT -> type.isFloat();
          case NUMBER -> type.isFloat() || type.isInteger();
          case LONG -> type == DType.I64;
          case COMPLEX -> type.isComplex();
          case FLOAT_OR_COMPLEX -> type.isFloat() || type.isComplex();
          case NUMBER_OR_COMPLEX -> type != DType.BOOL;
          case BOOLEAN -> type == DType.BOOL;
          case ANY -> true;
        };
  }
}
