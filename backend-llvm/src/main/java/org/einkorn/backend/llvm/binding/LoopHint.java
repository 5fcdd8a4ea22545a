package org.einkorn.backend.llvm.binding;

/// What LLVM is told about a loop.
public enum LoopHint {
  /// It is vector code already, or the rest of one.
  NOT_VECTORIZED("llvm.loop.vectorize.enable"),
  /// The loop makes progress, so it may be removed if nothing comes of it.
  MUST_PROGRESS("llvm.loop.mustprogress");

  private final String text;

  LoopHint(String text) {
    this.text = text;
  }

  /// Whether `false` follows the name.
  boolean isDenied() {
    return this == NOT_VECTORIZED;
  }

  String text() {
    return text;
  }
}
