package org.einkorn.cli;

/// Wrong usage that the command line parser can't see.
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
