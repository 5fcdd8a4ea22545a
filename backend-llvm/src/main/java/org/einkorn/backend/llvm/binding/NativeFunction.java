package org.einkorn.backend.llvm.binding;

import static org.bytedeco.llvm.global.LLVM.*;

import java.util.List;
import org.bytedeco.llvm.LLVM.LLVMAttributeRef;
import org.bytedeco.llvm.LLVM.LLVMBasicBlockRef;
import org.bytedeco.llvm.LLVM.LLVMValueRef;
import org.jspecify.annotations.Nullable;

/// A function of a module: declared only, or with blocks.
public final class NativeFunction {
  private static final int FUNCTION_INDEX = LLVMAttributeFunctionIndex;
  private static final String PASSES = "einkorn-passes";
  private static final String FEW = "few";

  private final Context context;
  final LLVMValueRef ref;
  final Type type;

  NativeFunction(Context context, LLVMValueRef ref, Type type) {
    this.context = context;
    this.ref = ref;
    this.type = type;
  }

  /// Whether the function has this result and these parameters; both of one context.
  public boolean isOfType(Type other) {
    return type.ref.equals(other.ref);
  }

  /// The parameter number `index`, which is named `name` in text.
  public Value parameter(int index, String name) {
    LLVMValueRef parameter = LLVMGetParam(ref, index);
    LLVMSetValueName(parameter, name);
    return new Value(parameter);
  }

  /// The function itself as a value, to be called through.
  public Value address() {
    return new Value(ref);
  }

  /// A new block at the end of the function.
  public BasicBlock block(String name) {
    return new BasicBlock(LLVMAppendBasicBlockInContext(context.ref, ref, name));
  }

  /// Makes a block the last one.
  public void moveToEnd(BasicBlock block) {
    LLVMBasicBlockRef last = LLVMGetLastBasicBlock(ref);
    if (!last.equals(block.ref)) {
      LLVMMoveBasicBlockAfter(block.ref, last);
    }
  }

  /// Hides the function from other modules.
  public NativeFunction internal() {
    LLVMSetLinkage(ref, LLVMInternalLinkage);
    return this;
  }

  /// Sets attributes of the whole function, by LLVM's names.
  public NativeFunction attributes(List<String> names) {
    names.forEach(name -> add(FUNCTION_INDEX, name, 0));
    return this;
  }

  /// Whether the function has an attribute, by LLVM's name.
  boolean has(String name) {
    return !isNone(LLVMGetEnumAttributeAtIndex(ref, FUNCTION_INDEX, kind(name)));
  }

  /// Adds an attribute of the whole function, or takes it away.
  void set(String name, boolean isThere) {
    if (isThere) {
      add(FUNCTION_INDEX, name, 0);
    } else {
      LLVMRemoveEnumAttributeAtIndex(ref, FUNCTION_INDEX, kind(name));
    }
  }

  /// Says that a few passes make as good code of the function as all of them: its loops are vector
  /// code already, or it has none.
  public NativeFunction needsFewPasses() {
    LLVMAddAttributeAtIndex(
        ref,
        FUNCTION_INDEX,
        LLVMCreateStringAttribute(context.ref, PASSES, PASSES.length(), FEW, FEW.length()));
    return this;
  }

  /// Whether a few passes are enough.
  boolean isOfFewPasses() {
    return !isNone(LLVMGetStringAttributeAtIndex(ref, FUNCTION_INDEX, PASSES, PASSES.length()));
  }

  private static boolean isNone(@Nullable LLVMAttributeRef attribute) {
    return attribute == null || attribute.isNull();
  }

  /// States that the function touches no memory: `memory(none)`.
  public NativeFunction pure() {
    add(FUNCTION_INDEX, "memory", 0);
    return this;
  }

  /// Sets attributes of the parameter number `index`.
  public NativeFunction parameterAttributes(int index, List<String> names) {
    names.forEach(name -> add(index + 1, name, 0));
    return this;
  }

  private void add(int index, String name, long value) {
    LLVMAddAttributeAtIndex(ref, index, LLVMCreateEnumAttribute(context.ref, kind(name), value));
  }

  private static int kind(String name) {
    int kind = LLVMGetEnumAttributeKindForName(name, name.length());
    if (kind == 0) {
      throw new LlvmException("LLVM has no attribute `" + name + "`");
    }
    return kind;
  }
}
