package org.einkorn.backend.llvm.binding;

import static org.bytedeco.llvm.global.LLVM.*;

/// Comparisons, on signed integers and on floats.
///
/// On floats all are false when an operand is NaN, but [#NOT_EQUAL], which is true.
public enum Comparison {
  EQUAL,
  NOT_EQUAL,
  LESS,
  LESS_EQUAL,
  GREATER,
  GREATER_EQUAL;

  int integerCode() {
    return switch (this) {
      case EQUAL -> LLVMIntEQ;
      case NOT_EQUAL -> LLVMIntNE;
      case LESS -> LLVMIntSLT;
      case LESS_EQUAL -> LLVMIntSLE;
      case GREATER -> LLVMIntSGT;
      case GREATER_EQUAL -> LLVMIntSGE;
    };
  }

  int floatCode() {
    return switch (this) {
      case EQUAL -> LLVMRealOEQ;
      case NOT_EQUAL -> LLVMRealUNE;
      case LESS -> LLVMRealOLT;
      case LESS_EQUAL -> LLVMRealOLE;
      case GREATER -> LLVMRealOGT;
      case GREATER_EQUAL -> LLVMRealOGE;
    };
  }
}
