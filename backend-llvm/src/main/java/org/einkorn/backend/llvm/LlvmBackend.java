package org.einkorn.backend.llvm;

import java.util.List;
import org.einkorn.backend.llvm.binding.Context;
import org.einkorn.backend.llvm.binding.Host;
import org.einkorn.backend.llvm.binding.IrModule;
import org.einkorn.backend.llvm.binding.Jit;
import org.einkorn.backend.llvm.binding.Target;
import org.einkorn.backend.llvm.binding.TargetMachine;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.target.Artifact;
import org.einkorn.ir.target.Backend;
import org.einkorn.ir.target.Emission;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.runtime.exec.KernelModule;

/// Machine code by LLVM.
public final class LlvmBackend implements Backend {
  /// The passes that code runs through.
  static final String PASSES = "default<O2>";

  /// Found by `ServiceLoader`; LLVM is loaded when it is first used.
  public LlvmBackend() {}

  @Override
  public String name() {
    return "llvm";
  }

  @Override
  public KernelModule compile(Module module) {
    Target host = Targets.host();
    String name = Identifiers.plain(module.name());
    byte[] object;
    try (Context context = new Context();
        IrModule code = context.module(name);
        TargetMachine machine = new TargetMachine(host)) {
      code.target(machine);
      ModuleLowering.lower(module, code, Targets.traits(host), name, ModuleLowering.Doors.KERNELS);
      code.verify();
      machine.optimize(code, PASSES);
      object = machine.object(code);
    }
    return link(module, name, object);
  }

  /// Object code with kernel entries, put into this process.
  static KernelModule link(Module module, String name, byte[] object) {
    Jit jit = new Jit();
    try {
      jit.define(CLibrary.addresses());
      jit.add(object);
      long[] entries = new long[module.functions().size()];
      for (int number = 0; number < entries.length; number++) {
        entries[number] = jit.lookup(ModuleLowering.kernelName(name, number));
      }
      return new LlvmKernel(module, jit, entries);
    } catch (RuntimeException | Error e) {
      jit.close();
      throw e;
    }
  }

  @Override
  public List<String> emits() {
    return List.of();
  }

  @Override
  public Artifact emit(Module module, Emission emission) {
    throw refuseKind(emission.kind());
  }

  @Override
  public KernelModule load(Module module, String kind, String text) {
    throw refuseKind(kind);
  }

  private RefusedException refuseKind(String kind) {
    return new RefusedException(
        "E0704",
        "the llvm backend makes no `" + kind + "`",
        emits().isEmpty() ? "run the program instead" : "choose one of " + emits());
  }

  @Override
  public String describe() {
    Host host = Host.get();
    return "llvm " + host.version() + ", host cpu " + host.cpu();
  }
}
