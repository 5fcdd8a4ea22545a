package org.einkorn;

import java.util.List;
import java.util.Optional;

/// Where code runs.
public sealed interface Target {
  /// JVM bytecode; nothing native.
  record Jvm() implements Target {
    @Override
    public String name() {
      return "jvm";
    }
  }

  /// Machine code made by LLVM; needs the artifact `einkorn-backend-llvm`.
  record Llvm() implements Target {
    @Override
    public String name() {
      return "llvm";
    }
  }

  /// An NVIDIA GPU; needs a backend of that name on the class path.
  record Cuda() implements Target {
    @Override
    public String name() {
      return "cuda";
    }
  }

  /// The reference interpreter of the equations: slow, and right by definition.
  record Interpreter() implements Target {
    @Override
    public String name() {
      return "interp";
    }
  }

  /// The name a user chooses it by: `jvm`.
  String name();

  static Target jvm() {
    return new Jvm();
  }

  static Target llvm() {
    return new Llvm();
  }

  static Target interpreter() {
    return new Interpreter();
  }

  /// Every target.
  static List<Target> all() {
    return List.of(jvm(), llvm(), new Cuda(), interpreter());
  }

  /// The target with this name, if there is one.
  static Optional<Target> of(String name) {
    return all().stream().filter(target -> target.name().equals(name)).findFirst();
  }
}
