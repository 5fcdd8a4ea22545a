package org.einkorn.backend.llvm;

/// What the code that is written depends on of the CPU.
///
/// @param vectorBytes how long its vectors are
/// @param hasHalfConversions whether instructions convert between f16 and f32
record CpuTraits(int vectorBytes, boolean hasHalfConversions) {}
