package org.einkorn.backend.llvm;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.einkorn.backend.llvm.binding.Host;
import org.einkorn.backend.llvm.binding.Jit;
import org.einkorn.backend.llvm.binding.LlvmException;
import org.einkorn.backend.llvm.binding.LlvmUnavailableException;
import org.einkorn.backend.llvm.binding.TargetMachine;
import org.einkorn.ir.binary.MalformedException;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.target.Artifact;
import org.einkorn.ir.target.Emission;
import org.einkorn.ir.target.KeepableBackend;
import org.einkorn.ir.target.Machine;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.runtime.exec.KernelModule;

/// Machine code by LLVM.
public final class LlvmBackend implements KeepableBackend {
  /// The passes that code runs through.
  static final String ALL_PASSES = "default<O2>";

  /// The passes for functions whose loops are vector code already: arrays become registers, what is
  /// the same in all rounds leaves its loop, and the rest is made simple.
  static final String FEW_PASSES =
      "always-inline,globaldce,"
          + "function(sroa,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>,"
          + "loop-mssa(loop-rotate,licm),early-cse<memssa>,instcombine<no-verify-fixpoint>,"
          + "simplifycfg)";

  /// What [#describe()] tells of a CPU, of the hundred and more things LLVM knows.
  private static final List<String> TOLD_FEATURES =
      List.of(
          "sse4.2",
          "avx",
          "avx2",
          "fma",
          "f16c",
          "avx512f",
          "avx512vnni",
          "avx512bf16",
          "avx512fp16",
          "amx-tile",
          "neon",
          "dotprod",
          "sve",
          "sve2");

  /// Found by `ServiceLoader`; LLVM is loaded when it is first used.
  public LlvmBackend() {}

  @Override
  public String name() {
    return "llvm";
  }

  @Override
  public KernelModule compile(Module module) {
    return available(() -> link(ModuleFacts.of(module), objectCode(module)));
  }

  private static ObjectCode objectCode(Module module) {
    String name = Identifiers.plain(module.name());
    boolean[] isLate = Remainders.of(module);
    return ObjectCode.of(module, name, object(ObjectCode.soon(module, isLate), name), isLate);
  }

  @Override
  public String dependencies() {
    return available(Host::get).toString();
  }

  @Override
  public byte[] code(Module module) {
    return available(() -> objectCode(module).bytes());
  }

  @Override
  public KernelModule link(ModuleFacts facts, byte[] code) {
    return reading(
        () -> {
          try {
            ObjectCode read = ObjectCode.of(code);
            if (read.accesses().size() != facts.functionCount()) {
              throw Refusals.rejected("it is the code of another module");
            }
            return link(facts, read);
          } catch (MalformedException malformed) {
            throw Refusals.rejected(String.valueOf(malformed.getMessage()));
          }
        });
  }

  private static byte[] object(Module module, String name) {
    return Emitter.machineCode(
        module, Targets.host(), name, ModuleLowering.Doors.KERNELS, TargetMachine::object);
  }

  /// Makes the code of one function and puts it beside that of the others; the address of its
  /// entry.
  static long add(Module module, int function, Jit jit) {
    String name = Identifiers.plain(module.name()) + "." + function;
    Module alone = module.withFunctions(List.of(module.functions().get(function)));
    jit.add(object(alone, name));
    return jit.lookup(ModuleLowering.kernelName(name, 0));
  }

  /// Object code with kernel entries, put into this process.
  static KernelModule link(Module module, String name, byte[] object) {
    boolean[] noneLate = new boolean[module.functions().size()];
    return link(ModuleFacts.of(module), ObjectCode.of(module, name, object, noneLate));
  }

  private static KernelModule link(ModuleFacts facts, ObjectCode code) {
    Jit jit = new Jit();
    try {
      jit.define(CLibrary.addresses());
      jit.add(code.object());
      long[] entries = new long[code.isLate().length];
      int found = 0;
      for (int number = 0; number < entries.length; number++) {
        if (!code.isLate()[number]) {
          entries[number] = jit.lookup(ModuleLowering.kernelName(code.name(), found++));
        }
      }
      return new LlvmKernel(facts, code, jit, entries);
    } catch (RuntimeException | Error e) {
      jit.close();
      throw e;
    }
  }

  @Override
  public List<String> emits() {
    return Emitter.Kind.TEXTS;
  }

  @Override
  public Artifact emit(Module module, Emission emission) {
    return available(() -> Emitter.emit(module, emission));
  }

  @Override
  public KernelModule load(Module module, String kind, String text) {
    return reading(() -> TextLoader.load(module, Emitter.Kind.of(kind), text));
  }

  @Override
  public String rewrite(String kind, String text, String into) {
    return reading(() -> TextLoader.rewrite(Emitter.Kind.of(kind), text, Emitter.Kind.of(into)));
  }

  /// Text may be wrong in ways that show only while it is made code.
  private static <T> T reading(Supplier<T> work) {
    return available(
        () -> {
          try {
            return work.get();
          } catch (LlvmException e) {
            RefusedException refused = Refusals.rejected(String.valueOf(e.getMessage()));
            refused.initCause(e);
            throw refused;
          }
        });
  }

  @Override
  public Machine machine(String target) {
    return Machine.ofVectors(Targets.traits(Targets.named(target)).vectorBytes());
  }

  @Override
  public String describe() {
    Host host;
    try {
      host = Host.get();
    } catch (LlvmUnavailableException e) {
      return "llvm can't be loaded: " + e.getMessage();
    }
    List<String> features = Arrays.asList(host.features().split(","));
    List<String> told =
        TOLD_FEATURES.stream().filter(feature -> features.contains("+" + feature)).toList();
    return "llvm "
        + host.version()
        + ", host cpu "
        + host.cpu()
        + ", features "
        + (told.isEmpty() ? "none" : String.join(" ", told));
  }

  private static <T> T available(Supplier<T> work) {
    try {
      return work.get();
    } catch (LlvmUnavailableException e) {
      RefusedException refused = Refusals.unavailable(String.valueOf(e.getMessage()));
      refused.initCause(e);
      throw refused;
    }
  }
}
