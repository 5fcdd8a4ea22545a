package org.einkorn.backend.llvm.binding;

import static org.bytedeco.llvm.global.LLVM.*;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.llvm.LLVM.LLVMModuleRef;
import org.bytedeco.llvm.LLVM.LLVMTypeRef;
import org.bytedeco.llvm.LLVM.LLVMValueRef;

/// A module: functions and what they share.
public final class IrModule implements AutoCloseable {
  private final Context context;
  final LLVMModuleRef ref;

  IrModule(Context context, LLVMModuleRef ref) {
    this.context = context;
    this.ref = Library.present(ref, "module");
  }

  public Context context() {
    return context;
  }

  /// A new function without blocks.
  public NativeFunction function(String name, Type type) {
    return new NativeFunction(context, LLVMAddFunction(ref, name, type.ref), type);
  }

  /// The function of this name, if it is declared or defined.
  public Optional<NativeFunction> find(String name) {
    LLVMValueRef found = LLVMGetNamedFunction(ref, name);
    return found == null || found.isNull()
        ? Optional.empty()
        : Optional.of(new NativeFunction(context, found, new Type(LLVMGlobalGetValueType(found))));
  }

  /// An intrinsic function of LLVM's, for the types it is overloaded on.
  public NativeFunction intrinsic(String name, List<Type> overloads) {
    int number = LLVMLookupIntrinsicID(name, name.length());
    if (number == 0) {
      throw new LlvmException("LLVM has no intrinsic `" + name + "`");
    }
    try (PointerPointer<LLVMTypeRef> types =
        Context.array(overloads.stream().map(t -> t.ref).toList())) {
      LLVMValueRef declared = LLVMGetIntrinsicDeclaration(ref, number, types, overloads.size());
      return new NativeFunction(context, declared, new Type(LLVMGlobalGetValueType(declared)));
    }
  }

  /// Makes the module one for the platform of a machine.
  public void target(TargetMachine machine) {
    LLVMSetTarget(ref, machine.target().triple());
    LLVMSetDataLayout(ref, machine.dataLayout());
  }

  /// Adds assembly text to the module.
  public void assembly(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (BytePointer data = new BytePointer(bytes)) {
      LLVMSetModuleInlineAsm2(ref, data, bytes.length);
    }
  }

  /// Checks the module against LLVM's rules.
  ///
  /// @throws LlvmException with everything that is wrong
  public void verify() {
    BytePointer message = Library.noMessage();
    int status = LLVMVerifyModule(ref, LLVMReturnStatusAction, message);
    Library.check(status, message, "verifying LLVM IR");
  }

  /// The module as text.
  public String print() {
    return Library.take(LLVMPrintModuleToString(ref));
  }

  @Override
  public void close() {
    LLVMDisposeModule(ref);
  }
}
