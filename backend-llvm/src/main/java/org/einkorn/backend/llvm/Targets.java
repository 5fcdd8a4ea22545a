package org.einkorn.backend.llvm;

import java.util.Arrays;
import java.util.List;
import org.einkorn.backend.llvm.binding.Host;
import org.einkorn.backend.llvm.binding.Target;

/// The CPUs that code can be made for.
final class Targets {
  private static final List<String> NAMES =
      List.of("native", "x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4", "aarch64");
  private static final String X86_PREFIX = "x86-64";
  private static final String X86_TRIPLE = "x86_64-unknown-linux-gnu";
  private static final String ARM_TRIPLE = "aarch64-unknown-linux-gnu";

  private Targets() {}

  /// The CPU that this process runs on, with all it has.
  static Target host() {
    Host host = Host.get();
    return new Target(host.triple(), host.cpu(), host.features());
  }

  /// The target that a user named: `native`, `x86-64-v3`, `aarch64` and so on.
  ///
  /// @throws org.einkorn.ir.target.RefusedException for a name that is none of them
  static Target named(String name) {
    return switch (name) {
      case "native" -> host();
      case X86_PREFIX, X86_PREFIX + "-v2", X86_PREFIX + "-v3", X86_PREFIX + "-v4" ->
          new Target(X86_TRIPLE, name, "");
      case "aarch64" -> new Target(ARM_TRIPLE, "generic", "");
      default -> throw Refusals.unknownTarget(name, NAMES);
    };
  }

  static CpuTraits traits(Target target) {
    boolean isX86 = target.triple().startsWith("x86_64");
    boolean hasHalf =
        isX86
            ? target.cpu().equals(X86_PREFIX + "-v3")
                || target.cpu().equals(X86_PREFIX + "-v4")
                || Arrays.asList(target.features().split(",")).contains("+f16c")
            : target.triple().startsWith("aarch64");
    List<String> features = Arrays.asList(target.features().split(","));
    boolean hasByteDots =
        isX86 && features.contains("+avx512vnni") && features.contains("+avx512vl");
    return new CpuTraits(isX86 ? vectorBytes(target) : 16, hasHalf, hasByteDots, isX86);
  }

  /// LLVM itself would use half of a 512-bit register on some CPUs of Intel's; where vectors are
  /// asked for they are as long as they can be.
  private static int vectorBytes(Target target) {
    List<String> features = Arrays.asList(target.features().split(","));
    if (target.cpu().equals(X86_PREFIX + "-v4") || features.contains("+avx512f")) {
      return 64;
    }
    return target.cpu().equals(X86_PREFIX + "-v3") || features.contains("+avx2") ? 32 : 16;
  }
}
