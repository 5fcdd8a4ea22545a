package org.einkorn.backend.llvm.binding;

import org.bytedeco.llvm.LLVM.LLVMTypeRef;

/// A type of LLVM's; belongs to its [Context].
public final class Type {
  final LLVMTypeRef ref;

  Type(LLVMTypeRef ref) {
    this.ref = ref;
  }
}
