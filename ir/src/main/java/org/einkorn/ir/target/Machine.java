package org.einkorn.ir.target;

import org.einkorn.runtime.DType;

/// What schedules are made for: the part of a machine that decides how loops should be cut.
///
/// @param vectorBytes how long a vector register is
/// @param vectorRegisters how many of them there are
/// @param l1Bytes the data cache nearest to a core
/// @param l2Bytes the cache behind it
/// @param hasVectors whether loops over lanes become vectors, whatever stands in them; else a
///   compiler behind ours may find some
public record Machine(
    int vectorBytes, int vectorRegisters, long l1Bytes, long l2Bytes, boolean hasVectors) {
  private static final int WIDEST = 64;
  private static final long L1_BYTES = 32 << 10;
  private static final long L2_BYTES = 512 << 10;

  public Machine {
    if (vectorBytes < 1 || vectorRegisters < 1 || l1Bytes < 1 || l2Bytes < 1) {
      throw new IllegalArgumentException("a machine without registers or caches");
    }
  }

  /// A CPU with vectors of this size, and the caches that CPUs of our days have at least. Vectors
  /// of 64 bytes come with 32 registers (AVX-512), so do those of 16 (NEON); those of 32 with 16.
  public static Machine ofVectors(int bytes) {
    return new Machine(bytes, bytes == 32 ? 16 : 32, L1_BYTES, L2_BYTES, true);
  }

  /// A CPU of which nothing is known but that code is made for it as it runs.
  public static Machine unknown() {
    Machine widest = ofVectors(WIDEST);
    return new Machine(
        widest.vectorBytes, widest.vectorRegisters, widest.l1Bytes, widest.l2Bytes, false);
  }

  /// How many elements of a type a vector holds.
  public int lanes(DType type) {
    return Math.max(1, vectorBytes / type.byteSize());
  }
}
