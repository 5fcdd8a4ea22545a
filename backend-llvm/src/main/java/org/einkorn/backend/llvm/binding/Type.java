package org.einkorn.backend.llvm.binding;

import static org.bytedeco.llvm.global.LLVM.LLVMPrintTypeToString;

import org.bytedeco.llvm.LLVM.LLVMTypeRef;

/// A type of LLVM's; belongs to its [Context].
public final class Type {
  final LLVMTypeRef ref;

  Type(LLVMTypeRef ref) {
    this.ref = ref;
  }

  /// The type as text.
  @Override
  public String toString() {
    return Library.take(LLVMPrintTypeToString(ref));
  }
}
