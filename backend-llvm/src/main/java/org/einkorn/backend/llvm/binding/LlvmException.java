package org.einkorn.backend.llvm.binding;

/// A failure that LLVM reported, in its words.
public final class LlvmException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LlvmException(String message) {
    super(message);
  }

  LlvmException(String message, Throwable cause) {
    super(message, cause);
  }
}
