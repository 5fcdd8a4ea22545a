package org.einkorn.backend.llvm.binding;

import static org.bytedeco.llvm.global.LLVM.*;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.llvm.LLVM.LLVMContextRef;
import org.bytedeco.llvm.LLVM.LLVMDiagnosticHandler;
import org.bytedeco.llvm.LLVM.LLVMDiagnosticInfoRef;

/// Collects what LLVM says about code while it works on it.
///
/// Without a handler of ours LLVM would end the process at an error, such as a wrong instruction in
/// assembly text.
final class Diagnostics {
  /// One native callback for all contexts: LLVM calls it on the thread that uses the context.
  private static final Handler HANDLER = new Handler();

  private static final ThreadLocal<List<String>> ERRORS = ThreadLocal.withInitial(ArrayList::new);

  private Diagnostics() {}

  static Diagnostics of(LLVMContextRef context) {
    LLVMContextSetDiagnosticHandler(context, HANDLER, new Pointer());
    return new Diagnostics();
  }

  /// Forgets errors of earlier work on this thread.
  void begin() {
    ERRORS.get().clear();
  }

  /// Throws the errors that were said since [#begin()], if there are any.
  void check(String doing) {
    List<String> errors = ERRORS.get();
    if (!errors.isEmpty()) {
      String text = String.join("\n", errors);
      errors.clear();
      throw new LlvmException(doing + ": " + text);
    }
  }

  private static final class Handler extends LLVMDiagnosticHandler {
    @Override
    public void call(LLVMDiagnosticInfoRef info, Pointer context) {
      if (LLVMGetDiagInfoSeverity(info) == LLVMDSError) {
        ERRORS.get().add(Library.take(LLVMGetDiagInfoDescription(info)));
      }
    }
  }
}
