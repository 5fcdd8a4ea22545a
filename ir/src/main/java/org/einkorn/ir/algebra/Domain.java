package org.einkorn.ir.algebra;

import org.einkorn.runtime.DType;

/// The compute types an operation is defined on.
public enum Domain {
  /// `f32 f64`
  FLOAT,
  /// `f32 f64 i32 i64`
  NUMBER,
  /// `bool`
  BOOLEAN,
  /// every compute type that is not complex
  REAL_OR_BOOLEAN;

  public boolean contains(DType type) {
    return type.isCompute()
        && switch (this) {
          case FLOAT -> type.isFloat();
          case NUMBER -> type.isFloat() || type.isInteger();
          case BOOLEAN -> type == DType.BOOL;
          case REAL_OR_BOOLEAN -> !type.isComplex();
        };
  }
}
