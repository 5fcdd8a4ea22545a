package org.einkorn.backend.llvm;

/// What the code that is written depends on of the CPU.
///
/// @param vectorBytes how long its vectors are
/// @param hasHalfConversions whether instructions convert between f16 and f32
/// @param hasByteDots whether `vpdpbusd` adds four products of bytes to each lane of any vector
/// @param hasStreamingStores whether whole vectors can be stored past the caches, and `sfence` ends
///   that
record CpuTraits(
    int vectorBytes, boolean hasHalfConversions, boolean hasByteDots, boolean hasStreamingStores) {}
