package org.einkorn.backend.llvm.binding;

import static org.bytedeco.llvm.global.LLVM.*;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.llvm.LLVM.LLVMContextRef;
import org.bytedeco.llvm.LLVM.LLVMDiagnosticHandler;
import org.bytedeco.llvm.LLVM.LLVMDiagnosticInfoRef;
import org.bytedeco.llvm.LLVM.LLVMErrorRef;
import org.bytedeco.llvm.LLVM.LLVMOrcErrorReporterFunction;
import org.bytedeco.llvm.LLVM.LLVMOrcExecutionSessionRef;

/// Collects what LLVM says about code while it works on it, for the thread that it works on.
///
/// Without handlers of ours LLVM would print errors, or even end the process at one, such as a
/// wrong instruction in assembly text.
final class Diagnostics {
  /// One native callback of each kind for all contexts and sessions.
  private static final Handler HANDLER = new Handler();

  private static final Reporter REPORTER = new Reporter();

  private static final ThreadLocal<List<String>> ERRORS = ThreadLocal.withInitial(ArrayList::new);

  private Diagnostics() {}

  static void collect(LLVMContextRef context) {
    LLVMContextSetDiagnosticHandler(context, HANDLER, new Pointer());
  }

  static void collect(LLVMOrcExecutionSessionRef session) {
    LLVMOrcExecutionSessionSetErrorReporter(session, REPORTER, new Pointer());
  }

  /// Forgets errors of earlier work on this thread.
  static void begin() {
    ERRORS.get().clear();
  }

  /// Throws the errors that were said since [#begin()], if there are any.
  static void check(String doing) {
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

  private static final class Reporter extends LLVMOrcErrorReporterFunction {
    @Override
    public void call(Pointer context, LLVMErrorRef error) {
      BytePointer message = LLVMGetErrorMessage(error);
      ERRORS.get().add(message.getString());
      LLVMDisposeErrorMessage(message);
    }
  }
}
