package org.einkorn.backend.llvm.binding;

import org.bytedeco.llvm.LLVM.LLVMBasicBlockRef;

/// A straight run of instructions; belongs to its function.
public final class BasicBlock {
  final LLVMBasicBlockRef ref;

  BasicBlock(LLVMBasicBlockRef ref) {
    this.ref = ref;
  }
}
