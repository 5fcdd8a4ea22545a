package org.einkorn.backend.llvm.binding;

import static org.bytedeco.llvm.global.LLVM.*;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.llvm.LLVM.LLVMErrorRef;
import org.bytedeco.llvm.global.LLVM;
import org.jspecify.annotations.Nullable;

/// Loads LLVM once, and turns its ways to report failure into exceptions.
final class Library {
  /// JavaCPP would collect garbage, then fail, when the process as a whole (tensors too) outgrows
  /// some multiple of the Java heap. Every handle here is closed by hand, so that guard has no use.
  private static final String MEMORY_GUARD = "org.bytedeco.javacpp.maxPhysicalBytes";

  /// Why the library can't be used; empty where it can.
  private static final String FAILURE = load();

  private static String load() {
    try {
      initialize();
      return "";
    } catch (LinkageError | RuntimeException e) {
      return e.toString();
    }
  }

  private static void initialize() {
    if (System.getProperty(MEMORY_GUARD) == null) {
      System.setProperty(MEMORY_GUARD, "0");
    }
    Loader.load(LLVM.class);
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
    LLVMInitializeAArch64AsmParser();
  }

  private Library() {}

  /// Loads the library if it is not loaded yet.
  ///
  /// @throws LlvmUnavailableException when there is none for this platform
  static void require() {
    if (!FAILURE.isEmpty()) {
      throw new LlvmUnavailableException(FAILURE);
    }
  }

  /// Throws what an error says, if it is one.
  static void check(@Nullable LLVMErrorRef error, String doing) {
    if (error == null || error.isNull()) {
      return;
    }
    BytePointer message = LLVMGetErrorMessage(error);
    String text = message.getString();
    LLVMDisposeErrorMessage(message);
    throw new LlvmException(doing + ": " + text);
  }

  /// Throws the message of a call that returned a status, if the status says failure.
  static void check(int status, BytePointer message, String doing) {
    String text = take(message);
    if (status != 0) {
      throw new LlvmException(doing + ": " + text.strip());
    }
  }

  /// The text of a message that is ours to free; empty if there is none.
  static String take(@Nullable BytePointer message) {
    if (message == null || message.isNull()) {
      return "";
    }
    String text = message.getString();
    LLVMDisposeMessage(message);
    return text;
  }

  /// A place for a message that a call may fill in.
  static BytePointer noMessage() {
    return new BytePointer((Pointer) null);
  }

  /// `pointer`, which LLVM promised to be one.
  static <P extends Pointer> P present(@Nullable P pointer, String what) {
    if (pointer == null || pointer.isNull()) {
      throw new LlvmException("LLVM gave no " + what);
    }
    return pointer;
  }
}
