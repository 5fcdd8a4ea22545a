package org.einkorn.backend.llvm;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.einkorn.backend.llvm.binding.Context;
import org.einkorn.backend.llvm.binding.IrModule;
import org.einkorn.backend.llvm.binding.Lld;
import org.einkorn.backend.llvm.binding.Target;
import org.einkorn.backend.llvm.binding.TargetMachine;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.target.Artifact;
import org.einkorn.ir.target.Emission;

/// Makes artifacts of a module.
final class Emitter {
  /// The kinds of artifact, as users name them.
  enum Kind {
    /// LLVM IR as text, before optimization.
    LLVM,
    /// Assembly text.
    ASM,
    /// An object file, with a C header beside it.
    OBJ,
    /// A shared library, with a C header beside it.
    SO;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static final List<String> TEXTS = Arrays.stream(values()).map(Kind::text).toList();

    static Kind of(String text) {
      int ordinal = TEXTS.indexOf(text);
      if (ordinal < 0) {
        throw Refusals.unknownKind(text, TEXTS);
      }
      return values()[ordinal];
    }
  }

  private Emitter() {}

  static Artifact emit(Module module, Emission emission) {
    Kind kind = Kind.of(emission.kind());
    Target target = Targets.named(emission.target());
    String name = emission.name();
    requireOwnName(name);
    if (kind == Kind.SO && !target.triple().contains("linux")) {
      throw Refusals.libraryPlatform(target.triple());
    }
    return switch (kind) {
      case LLVM -> text(lowered(module, target, name));
      case ASM -> text(assembly(module, target, name));
      case OBJ -> withHeader(module, name, object(module, target, name));
      case SO ->
          withHeader(
              module,
              name,
              Lld.sharedLibrary(object(module, target, name), CLibrary.libraries(target)));
    };
  }

  private static void requireOwnName(String name) {
    if (!Identifiers.isIdentifier(name) || name.equals("main")) {
      throw Refusals.badName(name);
    }
    if (CLibrary.holds(name)) {
      throw Refusals.takenName(name);
    }
  }

  private static String lowered(Module module, Target target, String name) {
    try (Context context = new Context();
        IrModule code = context.module(name);
        TargetMachine machine = new TargetMachine(target)) {
      code.target(machine);
      ModuleLowering.lower(module, code, Targets.traits(target), name, ModuleLowering.Doors.BOTH);
      code.verify();
      return code.print();
    }
  }

  private static String assembly(Module module, Target target, String name) {
    byte[] written =
        machineCode(module, target, name, ModuleLowering.Doors.BOTH, TargetMachine::assembly);
    return TextLoader.respelled(new String(written, StandardCharsets.UTF_8), target);
  }

  private static byte[] object(Module module, Target target, String name) {
    return machineCode(module, target, name, ModuleLowering.Doors.C, TargetMachine::object);
  }

  /// A way to write a module's machine code.
  interface Writer {
    byte[] write(TargetMachine machine, IrModule module);
  }

  /// Lowers, checks, optimizes and writes a module.
  static byte[] machineCode(
      Module module, Target target, String name, ModuleLowering.Doors doors, Writer writer) {
    try (Context context = new Context();
        IrModule code = context.module(name);
        TargetMachine machine = new TargetMachine(target)) {
      code.target(machine);
      ModuleLowering.lower(module, code, Targets.traits(target), name, doors);
      return optimized(code, machine, writer);
    }
  }

  /// Checks, optimizes and writes a module.
  static byte[] optimized(IrModule code, TargetMachine machine, Writer writer) {
    code.verify();
    machine.optimize(code, LlvmBackend.FEW_PASSES, LlvmBackend.ALL_PASSES);
    return writer.write(machine, code);
  }

  private static Artifact text(String text) {
    return new Artifact(text.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  private static Artifact withHeader(Module module, String name, byte[] content) {
    byte[] header = CHeader.of(module, name).getBytes(StandardCharsets.UTF_8);
    return new Artifact(content, Map.of(".h", header));
  }
}
