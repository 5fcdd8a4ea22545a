package org.einkorn.backend.llvm.binding;

import static org.bytedeco.llvm.global.LLVM.*;

import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.llvm.LLVM.LLVMMemoryBufferRef;
import org.bytedeco.llvm.LLVM.LLVMPassBuilderOptionsRef;
import org.bytedeco.llvm.LLVM.LLVMTargetDataRef;
import org.bytedeco.llvm.LLVM.LLVMTargetMachineRef;
import org.bytedeco.llvm.LLVM.LLVMTargetRef;

/// A generator of machine code. Used by one thread at a time.
public final class TargetMachine implements AutoCloseable {
  /// The attribute of functions that passes leave as they are.
  private static final String SKIPPED = "optnone";

  private final Target target;
  private final LLVMTargetMachineRef ref;
  private final String dataLayout;

  /// @throws LlvmException when LLVM doesn't know the platform or the CPU
  public TargetMachine(Target target) {
    Library.require();
    this.target = target;
    ref =
        Library.present(
            LLVMCreateTargetMachine(
                platform(target.triple()),
                target.triple(),
                target.cpu(),
                target.features(),
                LLVMCodeGenLevelDefault,
                LLVMRelocPIC,
                LLVMCodeModelSmall),
            "target machine for " + target);
    LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(ref);
    dataLayout = Library.take(LLVMCopyStringRepOfTargetData(layout));
    LLVMDisposeTargetData(layout);
  }

  private static LLVMTargetRef platform(String triple) {
    try (PointerPointer<LLVMTargetRef> found = new PointerPointer<>(1);
        BytePointer name = new BytePointer(triple)) {
      BytePointer message = Library.noMessage();
      int status = LLVMGetTargetFromTriple(name.getString(), found, message);
      Library.check(status, message, "finding the platform `" + triple + "`");
      return found.get(LLVMTargetRef.class);
    }
  }

  public Target target() {
    return target;
  }

  String dataLayout() {
    return dataLayout;
  }

  /// Optimizes a module: those functions of which a few passes make as good code by these few, the
  /// others by all.
  ///
  /// @param few a pipeline of LLVM's passes, such as `function(sroa,gvn)`
  /// @param all another, such as `default<O2>`
  public void optimize(IrModule module, String few, String all) {
    List<NativeFunction> rest =
        module.functions().stream()
            .filter(function -> !function.isOfFewPasses() && !function.has("alwaysinline"))
            .toList();
    if (module.functions().stream().anyMatch(NativeFunction::isOfFewPasses)) {
      rest.forEach(function -> function.set(SKIPPED, true));
      optimize(module, few);
      rest.forEach(function -> function.set(SKIPPED, false));
    }
    if (!rest.isEmpty()) {
      ofFewPasses(module).forEach(function -> function.set(SKIPPED, true));
      optimize(module, all);
      // Passes over the whole module may have made functions anew.
      ofFewPasses(module).forEach(function -> function.set(SKIPPED, false));
    }
  }

  private static List<NativeFunction> ofFewPasses(IrModule module) {
    return module.functions().stream().filter(NativeFunction::isOfFewPasses).toList();
  }

  /// Runs a pipeline of LLVM's passes over a module.
  public void optimize(IrModule module, String passes) {
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    try {
      LLVMPassBuilderOptionsSetLoopVectorization(options, 1);
      LLVMPassBuilderOptionsSetLoopInterleaving(options, 1);
      LLVMPassBuilderOptionsSetLoopUnrolling(options, 1);
      LLVMPassBuilderOptionsSetSLPVectorization(options, 1);
      Library.check(LLVMRunPasses(module.ref, passes, ref, options), "optimizing");
    } finally {
      LLVMDisposePassBuilderOptions(options);
    }
  }

  /// The object code of a module, which it uses up.
  public byte[] object(IrModule module) {
    return emit(module, LLVMObjectFile);
  }

  /// The assembly text of a module, which it uses up.
  public byte[] assembly(IrModule module) {
    return emit(module, LLVMAssemblyFile);
  }

  private byte[] emit(IrModule module, int kind) {
    Diagnostics.begin();
    try (PointerPointer<LLVMMemoryBufferRef> out = new PointerPointer<>(1)) {
      BytePointer message = Library.noMessage();
      int status = LLVMTargetMachineEmitToMemoryBuffer(ref, module.ref, kind, message, out);
      Library.check(status, message, "generating code");
      LLVMMemoryBufferRef buffer = out.get(LLVMMemoryBufferRef.class);
      byte[] bytes = new byte[Math.toIntExact(LLVMGetBufferSize(buffer))];
      LLVMGetBufferStart(buffer).get(bytes);
      LLVMDisposeMemoryBuffer(buffer);
      Diagnostics.check("generating code");
      return bytes;
    }
  }

  @Override
  public void close() {
    LLVMDisposeTargetMachine(ref);
  }
}
