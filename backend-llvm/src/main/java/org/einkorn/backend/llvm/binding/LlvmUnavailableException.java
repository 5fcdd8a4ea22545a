package org.einkorn.backend.llvm.binding;

/// LLVM's native library can't be loaded.
public final class LlvmUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LlvmUnavailableException(String message) {
    super(message);
  }
}
