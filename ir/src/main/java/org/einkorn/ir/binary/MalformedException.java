package org.einkorn.ir.binary;

import org.jspecify.annotations.Nullable;

/// Bytes that are not those of a record.
public final class MalformedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  MalformedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
