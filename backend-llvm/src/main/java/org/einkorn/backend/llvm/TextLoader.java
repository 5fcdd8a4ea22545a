package org.einkorn.backend.llvm;

import java.nio.charset.StandardCharsets;
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

  /// The name of the module that holds assembly while it is read.
  private static final String HOLDER = "assembly";

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
        yield LlvmBackend.link(
            module, name, assembled(text, Targets.host(), TargetMachine::object));
      }
      case OBJ, SO -> throw unreadable(kind);
    };
  }

  /// The text as LLVM writes it, after it has read it.
  static String rewrite(Emitter.Kind kind, String text, Emitter.Kind into) {
    if (kind == Emitter.Kind.ASM && into == Emitter.Kind.ASM) {
      return respelled(text, Targets.host());
    }
    if (kind != Emitter.Kind.LLVM || (into != Emitter.Kind.LLVM && into != Emitter.Kind.ASM)) {
      throw Refusals.unknownKind(
          into.text() + "` from `" + kind.text(), List.of("llvm", "asm` from `llvm"));
    }
    try (Context context = new Context();
        IrModule code = context.parse(text);
        TargetMachine machine = new TargetMachine(Targets.host())) {
      if (into == Emitter.Kind.LLVM) {
        return code.print();
      }
      code.target(machine);
      byte[] assembly = Emitter.optimized(code, machine, TargetMachine::assembly);
      return respelled(new String(assembly, StandardCharsets.UTF_8), Targets.host());
    } catch (LlvmException e) {
      throw wrong("llvm", e);
    }
  }

  /// Assembly as LLVM's own reader understands it: numbers in decimal, no remarks. Written this
  /// way, it reads and writes back the same.
  static String respelled(String text, Target target) {
    String written =
        new String(assembled(text, target, TargetMachine::assembly), StandardCharsets.UTF_8);
    String own = "\t.file\t\"" + HOLDER + "\"\n";
    String said = written.startsWith(own) ? written.substring(own.length()) : written;
    return said.replaceFirst("^\\n+", "").stripTrailing() + "\n";
  }

  private static RefusedException unreadable(Emitter.Kind kind) {
    return Refusals.unknownKind(kind.text() + "` from text `", List.of("llvm", "asm"));
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

  private static byte[] assembled(String text, Target target, Emitter.Writer writer) {
    try (Context context = new Context();
        IrModule code = context.module(HOLDER);
        TargetMachine machine = new TargetMachine(target)) {
      code.target(machine);
      code.assembly(text);
      return writer.write(machine, code);
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
