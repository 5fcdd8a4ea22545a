package org.einkorn.backend.llvm;

/// What a compiled function gives back.
enum KernelStatus {
  DONE(0),
  /// A position taken from data lies outside its axis; site, value and bound are in the status
  /// array.
  POSITION(1),
  /// Integer arithmetic without an exact result.
  OVERFLOW(2),
  /// No memory for temporaries; only from the entry for C.
  OUT_OF_MEMORY(3),
  /// An iteration did not settle; only from the entry for C.
  UNSETTLED(4);

  private final int code;

  KernelStatus(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
