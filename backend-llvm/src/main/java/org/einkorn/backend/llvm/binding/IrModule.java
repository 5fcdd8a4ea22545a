package org.einkorn.backend.llvm.binding;

import static org.bytedeco.llvm.global.LLVM.*;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  private final Map<Intrinsic, NativeFunction> intrinsics = new HashMap<>();

  private record Intrinsic(String name, List<Long> overloads) {}

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
    return intrinsics.computeIfAbsent(
        new Intrinsic(name, overloads.stream().map(type -> type.ref.address()).toList()),
        _ -> declared(name, overloads));
  }

  private NativeFunction declared(String name, List<Type> overloads) {
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

  /// The functions that have code.
  List<NativeFunction> functions() {
    List<NativeFunction> functions = new ArrayList<>();
    LLVMValueRef next = LLVMGetFirstFunction(ref);
    while (next != null && !next.isNull()) {
      if (LLVMCountBasicBlocks(next) > 0) {
        functions.add(new NativeFunction(context, next, new Type(LLVMGlobalGetValueType(next))));
      }
      next = LLVMGetNextFunction(next);
    }
    return functions;
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
