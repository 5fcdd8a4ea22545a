package org.einkorn.passes.order;

import java.math.BigInteger;

/// No order of a network keeps a limit of memory, however it is sliced.
public final class MemoryLimitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long limitElements;
  private final BigInteger smallestElements;

  MemoryLimitException(long limitElements, BigInteger smallestElements) {
    super(
        "no order takes at most "
            + limitElements
            + " elements; the smallest limit that works is "
            + smallestElements);
    this.limitElements = limitElements;
    this.smallestElements = smallestElements;
  }

  /// The limit that was asked for.
  public long limitElements() {
    return limitElements;
  }

  /// The smallest limit for which there is a plan.
  public BigInteger smallestElements() {
    return smallestElements;
  }
}
