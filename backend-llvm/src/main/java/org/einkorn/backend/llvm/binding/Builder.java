package org.einkorn.backend.llvm.binding;

import static org.bytedeco.llvm.global.LLVM.*;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.llvm.LLVM.LLVMBuilderRef;
import org.bytedeco.llvm.LLVM.LLVMMetadataRef;
import org.bytedeco.llvm.LLVM.LLVMTypeRef;
import org.bytedeco.llvm.LLVM.LLVMValueRef;

/// Writes instructions at the end of a block.
///
/// Index arithmetic ([#addIndex] and so on) is undefined where a 64-bit result would overflow;
/// everything else means what the instruction's page in LLVM's language reference says.
///
/// What a block has computed already is not written again: positions, vectors with one value in all
/// lanes and loads are the same again and again in code that is written out. LLVM would find that
/// too, but takes longer for it.
public final class Builder implements AutoCloseable {
  private static final String UNNAMED = "";

  private final Context context;
  private final LLVMBuilderRef ref;
  private final Map<Long, Known> blocks = new HashMap<>();
  private Known known = new Known();

  public Builder(Context context) {
    this.context = context;
    this.ref = Library.present(LLVMCreateBuilderInContext(context.ref), "builder");
  }

  /// Goes to the end of a block.
  public void at(BasicBlock block) {
    LLVMPositionBuilderAtEnd(ref, block.ref);
    known = blocks.computeIfAbsent(block.ref.address(), _ -> new Known());
  }

  /// The block that is written to.
  public BasicBlock block() {
    return new BasicBlock(LLVMGetInsertBlock(ref));
  }

  // Control

  public void jump(BasicBlock target) {
    LLVMBuildBr(ref, target.ref);
  }

  public void branch(Value condition, BasicBlock then, BasicBlock otherwise) {
    LLVMBuildCondBr(ref, condition.ref, then.ref, otherwise.ref);
  }

  /// A branch whose first side is hardly ever taken.
  public void branchUnlikely(Value condition, BasicBlock rare, BasicBlock usual) {
    LLVMValueRef branch = LLVMBuildCondBr(ref, condition.ref, rare.ref, usual.ref);
    set(
        branch,
        "prof",
        List.of(
            context.text("branch_weights"), context.number(32, 1), context.number(32, 1 << 20)));
  }

  /// The branch at the end of a loop, with hints such as `llvm.loop.vectorize.enable`.
  ///
  /// @param hints each a name, or a name and a Boolean
  public void branchLoop(Value condition, BasicBlock again, BasicBlock exit, List<LoopHint> hints) {
    LLVMValueRef branch = LLVMBuildCondBr(ref, condition.ref, again.ref, exit.ref);
    if (hints.isEmpty()) {
      return;
    }
    // A loop is known by a node whose first operand is the node itself.
    LLVMMetadataRef self = placeholder();
    List<LLVMMetadataRef> operands = new ArrayList<>();
    operands.add(self);
    for (LoopHint hint : hints) {
      LLVMMetadataRef name = context.text(hint.text());
      operands.add(
          context.node(hint.isDenied() ? List.of(name, context.number(1, 0)) : List.of(name)));
    }
    LLVMMetadataRef node = context.node(operands);
    LLVMMetadataReplaceAllUsesWith(self, node);
    LLVMSetMetadata(branch, kind("llvm.loop"), LLVMMetadataAsValue(context.ref, node));
  }

  private LLVMMetadataRef placeholder() {
    try (PointerPointer<LLVMMetadataRef> none = new PointerPointer<>(1)) {
      return LLVMTemporaryMDNode(context.ref, none, 0);
    }
  }

  private void set(LLVMValueRef instruction, String kind, List<LLVMMetadataRef> operands) {
    LLVMSetMetadata(
        instruction, kind(kind), LLVMMetadataAsValue(context.ref, context.node(operands)));
  }

  private int kind(String name) {
    return LLVMGetMDKindIDInContext(context.ref, name, name.length());
  }

  public void giveBack(Value value) {
    LLVMBuildRet(ref, value.ref);
  }

  public Value phi(Type type, String name) {
    return new Value(LLVMBuildPhi(ref, type.ref, name));
  }

  /// Says which value a phi has when control comes from `block`.
  public void incoming(Value phi, Value value, BasicBlock block) {
    try (PointerPointer<?> values = Context.array(List.of(value.ref));
        PointerPointer<?> blocks = Context.array(List.of(block.ref))) {
      LLVMAddIncoming(phi.ref, values, blocks, 1);
    }
  }

  public Value select(Value condition, Value then, Value otherwise) {
    return value(LLVMBuildSelect(ref, condition.ref, then.ref, otherwise.ref, UNNAMED));
  }

  public Value call(NativeFunction function, List<Value> arguments) {
    known.anythingStored();
    return newCall(function, arguments);
  }

  /// A call whose result depends on its arguments alone, and that does nothing else.
  public Value callPure(NativeFunction function, List<Value> arguments) {
    return known.value(Known.Key.of(function, arguments), () -> newCall(function, arguments));
  }

  /// A call that loads from an address, and does nothing else.
  public Value callLoad(NativeFunction function, Value address, List<Value> arguments) {
    return known.load(
        address, Known.Key.of(function, arguments), () -> newCall(function, arguments));
  }

  private Value newCall(NativeFunction function, List<Value> arguments) {
    try (PointerPointer<LLVMValueRef> array =
        Context.array(arguments.stream().map(a -> a.ref).toList())) {
      return value(
          LLVMBuildCall2(ref, function.type.ref, function.ref, array, arguments.size(), UNNAMED));
    }
  }

  /// One member of a result that has several.
  public Value member(Value aggregate, int index) {
    return value(LLVMBuildExtractValue(ref, aggregate.ref, index, UNNAMED));
  }

  // Vectors

  /// The vector with `value` in every lane.
  public Value splat(Value value, Type vector) {
    return known.value(
        new Known.Key(LLVMShuffleVector, vector.ref.address(), value.ref.address(), 0, 0),
        () -> newSplat(value, vector));
  }

  private Value newSplat(Value value, Type vector) {
    LLVMTypeRef i32 = LLVMInt32TypeInContext(context.ref);
    LLVMValueRef none = LLVMGetPoison(vector.ref);
    LLVMValueRef first =
        LLVMBuildInsertElement(ref, none, value.ref, LLVMConstInt(i32, 0, 0), UNNAMED);
    LLVMValueRef zeros = LLVMConstNull(LLVMVectorType(i32, LLVMGetVectorSize(vector.ref)));
    return value(LLVMBuildShuffleVector(ref, first, none, zeros, UNNAMED));
  }

  /// Lanes picked from two vectors of one type.
  ///
  /// @param from for each lane its number in the first, or that in the second and the length of the
  ///   first
  public Value shuffle(Value first, Value second, int[] from) {
    LLVMTypeRef i32 = LLVMInt32TypeInContext(context.ref);
    List<LLVMValueRef> numbers = new ArrayList<>();
    for (int lane : from) {
      numbers.add(LLVMConstInt(i32, lane, 0));
    }
    try (PointerPointer<LLVMValueRef> all = Context.array(numbers)) {
      LLVMValueRef lanes = LLVMConstVector(all, from.length);
      return value(LLVMBuildShuffleVector(ref, first.ref, second.ref, lanes, UNNAMED));
    }
  }

  // Memory

  /// A place on the stack for one element; written in the entry block so that it becomes a
  /// register.
  public Value stack(Type type, String name) {
    return new Value(LLVMBuildAlloca(ref, type.ref, name));
  }

  /// A place on the stack for an array.
  public Value stack(Type type, String name, int alignBytes) {
    Value address = stack(type, name);
    LLVMSetAlignment(address.ref, alignBytes);
    return address;
  }

  public Value load(Type type, Value address, int alignBytes) {
    return known.load(
        address,
        new Known.Key(LLVMLoad, type.ref.address(), address.ref.address(), alignBytes, 0),
        () -> {
          LLVMValueRef load = LLVMBuildLoad2(ref, type.ref, address.ref, UNNAMED);
          LLVMSetAlignment(load, alignBytes);
          return new Value(load);
        });
  }

  /// A load that optimizations leave where it is, of a value that they do not know then.
  public Value loadVolatile(Type type, Value address, int alignBytes) {
    LLVMValueRef load = LLVMBuildLoad2(ref, type.ref, address.ref, UNNAMED);
    LLVMSetAlignment(load, alignBytes);
    LLVMSetVolatile(load, 1);
    return new Value(load);
  }

  public void store(Value value, Value address, int alignBytes) {
    LLVMSetAlignment(LLVMBuildStore(ref, value.ref, address.ref), alignBytes);
    known.stored(address);
  }

  /// Stores a vector past the caches, at an address that is a multiple of its size.
  public void stream(Value value, Value address, int alignBytes) {
    LLVMValueRef store = LLVMBuildStore(ref, value.ref, address.ref);
    LLVMSetAlignment(store, alignBytes);
    set(store, "nontemporal", List.of(context.number(32, 1)));
    known.stored(address);
  }

  /// The address of element `index` of an array.
  public Value element(Type type, Value array, Value index) {
    Value element =
        known.value(
            new Known.Key(
                LLVMGetElementPtr, type.ref.address(), array.ref.address(), index.ref.address(), 0),
            () -> {
              try (PointerPointer<LLVMValueRef> indices = Context.array(List.of(index.ref))) {
                return value(LLVMBuildInBoundsGEP2(ref, type.ref, array.ref, indices, 1, UNNAMED));
              }
            });
    known.isIn(element, array);
    return element;
  }

  /// The address of element `index` from the start of an array, which may lie outside of it.
  public Value elementAnywhere(Type type, Value array, Value index) {
    return known.value(
        new Known.Key(
            LLVMGetElementPtr, type.ref.address(), array.ref.address(), index.ref.address(), 1),
        () -> {
          try (PointerPointer<LLVMValueRef> indices = Context.array(List.of(index.ref))) {
            return value(LLVMBuildGEP2(ref, type.ref, array.ref, indices, 1, UNNAMED));
          }
        });
  }

  // Index arithmetic

  public Value addIndex(Value left, Value right) {
    if (LLVMIsNull(left.ref) != 0) {
      return right;
    }
    return once(LLVMAdd, 1, left, right, () -> LLVMBuildNSWAdd(ref, left.ref, right.ref, UNNAMED));
  }

  public Value multiplyIndex(Value left, Value right) {
    return once(LLVMMul, 1, left, right, () -> LLVMBuildNSWMul(ref, left.ref, right.ref, UNNAMED));
  }

  // Integers

  public Value add(Value left, Value right) {
    return once(LLVMAdd, 0, left, right, () -> LLVMBuildAdd(ref, left.ref, right.ref, UNNAMED));
  }

  public Value subtract(Value left, Value right) {
    return once(LLVMSub, 0, left, right, () -> LLVMBuildSub(ref, left.ref, right.ref, UNNAMED));
  }

  public Value multiply(Value left, Value right) {
    return once(LLVMMul, 0, left, right, () -> LLVMBuildMul(ref, left.ref, right.ref, UNNAMED));
  }

  public Value divide(Value left, Value right) {
    return value(LLVMBuildSDiv(ref, left.ref, right.ref, UNNAMED));
  }

  public Value remainder(Value left, Value right) {
    return value(LLVMBuildSRem(ref, left.ref, right.ref, UNNAMED));
  }

  public Value and(Value left, Value right) {
    return once(LLVMAnd, 0, left, right, () -> LLVMBuildAnd(ref, left.ref, right.ref, UNNAMED));
  }

  public Value or(Value left, Value right) {
    return once(LLVMOr, 0, left, right, () -> LLVMBuildOr(ref, left.ref, right.ref, UNNAMED));
  }

  public Value xor(Value left, Value right) {
    return value(LLVMBuildXor(ref, left.ref, right.ref, UNNAMED));
  }

  public Value not(Value operand) {
    return value(LLVMBuildNot(ref, operand.ref, UNNAMED));
  }

  public Value shiftLeft(Value value, Value bits) {
    return value(LLVMBuildShl(ref, value.ref, bits.ref, UNNAMED));
  }

  /// Shifts zeros in.
  public Value shiftRight(Value value, Value bits) {
    return value(LLVMBuildLShr(ref, value.ref, bits.ref, UNNAMED));
  }

  /// Shifts copies of the sign in.
  public Value shiftRightSigned(Value value, Value bits) {
    return value(LLVMBuildAShr(ref, value.ref, bits.ref, UNNAMED));
  }

  public Value compare(Comparison comparison, Value left, Value right) {
    int code = comparison.integerCode();
    return once(
        LLVMICmp, code, left, right, () -> LLVMBuildICmp(ref, code, left.ref, right.ref, UNNAMED));
  }

  // Floats

  public Value addFloat(Value left, Value right) {
    return value(LLVMBuildFAdd(ref, left.ref, right.ref, UNNAMED));
  }

  public Value subtractFloat(Value left, Value right) {
    return value(LLVMBuildFSub(ref, left.ref, right.ref, UNNAMED));
  }

  public Value multiplyFloat(Value left, Value right) {
    return value(LLVMBuildFMul(ref, left.ref, right.ref, UNNAMED));
  }

  public Value divideFloat(Value left, Value right) {
    return value(LLVMBuildFDiv(ref, left.ref, right.ref, UNNAMED));
  }

  /// The remainder with the sign of the dividend, as C's `fmod`.
  public Value remainderFloat(Value left, Value right) {
    return value(LLVMBuildFRem(ref, left.ref, right.ref, UNNAMED));
  }

  public Value negateFloat(Value operand) {
    return value(LLVMBuildFNeg(ref, operand.ref, UNNAMED));
  }

  public Value compareFloat(Comparison comparison, Value left, Value right) {
    return value(LLVMBuildFCmp(ref, comparison.floatCode(), left.ref, right.ref, UNNAMED));
  }

  // Conversions

  public Value truncate(Value operand, Type type) {
    return known.value(
        new Known.Key(LLVMTrunc, type.ref.address(), operand.ref.address(), 0, 0),
        () -> value(LLVMBuildTrunc(ref, operand.ref, type.ref, UNNAMED)));
  }

  public Value extendSigned(Value operand, Type type) {
    return value(LLVMBuildSExt(ref, operand.ref, type.ref, UNNAMED));
  }

  public Value extendUnsigned(Value operand, Type type) {
    return value(LLVMBuildZExt(ref, operand.ref, type.ref, UNNAMED));
  }

  public Value signedToFloat(Value operand, Type type) {
    return value(LLVMBuildSIToFP(ref, operand.ref, type.ref, UNNAMED));
  }

  public Value floatToSigned(Value operand, Type type) {
    return value(LLVMBuildFPToSI(ref, operand.ref, type.ref, UNNAMED));
  }

  public Value extendFloat(Value operand, Type type) {
    return value(LLVMBuildFPExt(ref, operand.ref, type.ref, UNNAMED));
  }

  public Value truncateFloat(Value operand, Type type) {
    return value(LLVMBuildFPTrunc(ref, operand.ref, type.ref, UNNAMED));
  }

  /// An address as a number.
  public Value number(Value address, Type type) {
    return value(LLVMBuildPtrToInt(ref, address.ref, type.ref, UNNAMED));
  }

  /// The same bits as another type of the same size.
  public Value reinterpret(Value operand, Type type) {
    return value(LLVMBuildBitCast(ref, operand.ref, type.ref, UNNAMED));
  }

  private Value once(
      int operation, int kind, Value left, Value right, Supplier<LLVMValueRef> written) {
    return known.value(
        new Known.Key(operation, kind, left.ref.address(), right.ref.address(), 0),
        () -> value(written.get()));
  }

  private static Value value(LLVMValueRef ref) {
    return new Value(ref);
  }

  @Override
  public void close() {
    LLVMDisposeBuilder(ref);
  }
}
