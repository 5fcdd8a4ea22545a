package org.einkorn.backend.llvm.binding;

import org.bytedeco.llvm.LLVM.LLVMValueRef;

/// A constant, a parameter or the result of an instruction; belongs to its module or context.
public final class Value {
  final LLVMValueRef ref;

  Value(LLVMValueRef ref) {
    this.ref = ref;
  }
}
