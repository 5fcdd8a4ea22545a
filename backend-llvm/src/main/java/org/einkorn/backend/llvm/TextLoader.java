package org.einkorn.backend.llvm;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.einkorn.backend.llvm.binding.Context;
import org.einkorn.backend.llvm.binding.IrModule;
import org.einkorn.backend.llvm.binding.LlvmException;
import org.einkorn.backend.llvm.binding.Target;
import org.einkorn.backend.llvm.binding.TargetMachine;
import org.einkorn.backend.llvm.binding.Type;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.runtime.exec.KernelModule;

/// Reads text that [Emitter] made, and that a user may have changed, back as code in this process.
///
/// The text says which program it is by its kernel entries, `NAME.kernel.0` and so on.
final class TextLoader {
  private static final Pattern LLVM_KERNEL =
      Pattern.compile("(?m)^define [^@\\n]*@\"?(\\w+)\\.kernel\\.(\\d+)\"?\\(");
  private static final Pattern ASSEMBLY_KERNEL =
      Pattern.compile("(?m)^\\s*\\.globl\\s+\"?(\\w+)\\.kernel\\.(\\d+)\"?\\s");
  private static final Pattern TRIPLE = Pattern.compile("(?m)^target triple = \"([^\"]*)\"");

  private TextLoader() {}

  static KernelModule load(Module module, Emitter.Kind kind, String text) {
    return switch (kind) {
      case LLVM -> {
        String name = programName(module, kind, LLVM_KERNEL, text);
        Target host = Targets.host();
        Matcher triple = TRIPLE.matcher(text);
        if (triple.find() && !triple.group(1).equals(host.triple())) {
          throw Refusals.badText(
              kind.text(),
              "it is for `" + triple.group(1) + "`, and this machine is `" + host.triple() + "`");
        }
        yield LlvmBackend.link(module, name, objectOfIr(module, name, text, host));
      }
      case ASM -> {
        String name = programName(module, kind, ASSEMBLY_KERNEL, text);
        yield LlvmBackend.link(module, name, objectOfAssembly(text));
      }
      case OBJ, SO ->
          throw Refusals.unknownKind(kind.text() + "` from text `", List.of("llvm", "asm"));
    };
  }

  private static byte[] objectOfIr(Module module, String name, String text, Target host) {
    try (Context context = new Context();
        IrModule code = context.parse(text);
        TargetMachine machine = new TargetMachine(host)) {
      for (int number = 0; number < module.functions().size(); number++) {
        String symbol = ModuleLowering.kernelName(name, number);
        Type type = ModuleLowering.kernelType(context);
        if (code.find(symbol).filter(kernel -> kernel.isOfType(type)).isEmpty()) {
          throw Refusals.badText("llvm", "`@" + symbol + "` is not of type `" + type + "`");
        }
      }
      code.target(machine);
      return Emitter.optimized(code, machine, TargetMachine::object);
    } catch (LlvmException e) {
      throw wrong("llvm", e);
    }
  }

  private static byte[] objectOfAssembly(String text) {
    try (Context context = new Context();
        IrModule code = context.module("assembly");
        TargetMachine machine = new TargetMachine(Targets.host())) {
      code.target(machine);
      code.assembly(text);
      return machine.object(code);
    } catch (LlvmException e) {
      throw wrong("asm", e);
    }
  }

  private static RefusedException wrong(String kind, LlvmException e) {
    RefusedException refused = Refusals.badText(kind, String.valueOf(e.getMessage()));
    refused.initCause(e);
    return refused;
  }

  /// The name before `.kernel.` in a text that has all kernels of a module.
  private static String programName(
      Module module, Emitter.Kind kind, Pattern pattern, String text) {
    Set<String> names = new LinkedHashSet<>();
    Set<Integer> numbers = new LinkedHashSet<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group(1));
      numbers.add(Integer.valueOf(matcher.group(2)));
    }
    if (names.size() > 1) {
      throw Refusals.badText(kind.text(), "it holds the kernels of several programs: " + names);
    }
    for (int number = 0; number < module.functions().size(); number++) {
      if (!numbers.contains(number)) {
        throw Refusals.badText(
            kind.text(),
            "it holds no kernel "
                + number
                + ", for `"
                + module.functions().get(number).name()
                + "`");
      }
    }
    return names.isEmpty() ? "none" : names.iterator().next();
  }
}
