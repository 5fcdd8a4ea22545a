package org.einkorn.backend.llvm.binding;

import static org.bytedeco.llvm.global.LLVM.*;

import org.bytedeco.javacpp.IntPointer;

/// The library and the machine it runs on.
///
/// @param version LLVM's version, `20.1.7`
/// @param triple the platform, `x86_64-unknown-linux-gnu`
/// @param cpu the CPU as LLVM names it, `znver5`
/// @param features what the CPU has (`+avx2`) and has not (`-sse4a`), separated by commas
public record Host(String version, String triple, String cpu, String features) {
  private static final class Holder {
    static final Host HOST = detect();
  }

  /// This machine; loads the library.
  public static Host get() {
    return Holder.HOST;
  }

  private static Host detect() {
    Library.require();
    try (IntPointer major = new IntPointer(1);
        IntPointer minor = new IntPointer(1);
        IntPointer patch = new IntPointer(1)) {
      LLVMGetVersion(major, minor, patch);
      return new Host(
          major.get() + "." + minor.get() + "." + patch.get(),
          Library.take(LLVMGetDefaultTargetTriple()),
          Library.take(LLVMGetHostCPUName()),
          Library.take(LLVMGetHostCPUFeatures()));
    }
  }
}
