package org.einkorn.backend.llvm.binding;

import static org.bytedeco.llvm.global.LLVM.*;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.llvm.LLVM.LLVMMemoryBufferRef;
import org.bytedeco.llvm.LLVM.LLVMPassBuilderOptionsRef;
import org.bytedeco.llvm.LLVM.LLVMTargetDataRef;
import org.bytedeco.llvm.LLVM.LLVMTargetMachineRef;
import org.bytedeco.llvm.LLVM.LLVMTargetRef;

/// A generator of machine code. Used by one thread at a time.
public final class TargetMachine implements AutoCloseable {
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

  /// Runs a pipeline of LLVM's passes, such as `default<O2>`, over a module.
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
