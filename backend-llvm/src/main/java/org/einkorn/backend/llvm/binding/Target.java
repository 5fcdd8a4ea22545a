package org.einkorn.backend.llvm.binding;

/// What machine code is for.
///
/// @param triple the platform, `x86_64-unknown-linux-gnu`
/// @param cpu a CPU as LLVM names it
/// @param features what the CPU has beyond or lacks of its kind, `+avx2,-sse4a`; may be empty
public record Target(String triple, String cpu, String features) {}
