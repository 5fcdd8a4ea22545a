package org.einkorn.backend.llvm.binding;

import static org.bytedeco.llvm.global.LLVM.*;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.llvm.LLVM.LLVMContextRef;
import org.bytedeco.llvm.LLVM.LLVMMemoryBufferRef;
import org.bytedeco.llvm.LLVM.LLVMMetadataRef;
import org.bytedeco.llvm.LLVM.LLVMModuleRef;
import org.bytedeco.llvm.LLVM.LLVMTypeRef;
import org.bytedeco.llvm.LLVM.LLVMValueRef;

/// The owner of types, constants and modules. Used by one thread at a time.
public final class Context implements AutoCloseable {
  final LLVMContextRef ref;
  private final Map<Constant, Value> integers = new HashMap<>();

  private record Constant(long type, long value) {}

  public Context() {
    Library.require();
    ref = Library.present(LLVMContextCreate(), "context");
    Diagnostics.collect(ref);
  }

  /// An empty module.
  public IrModule module(String name) {
    return new IrModule(this, LLVMModuleCreateWithNameInContext(name, ref));
  }

  /// Reads the text of a module.
  ///
  /// @throws LlvmException when the text is wrong, with LLVM's message and the place
  public IrModule parse(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (PointerPointer<LLVMModuleRef> module = new PointerPointer<>(1);
        BytePointer data = new BytePointer(bytes);
        BytePointer name = new BytePointer("text")) {
      LLVMMemoryBufferRef buffer =
          LLVMCreateMemoryBufferWithMemoryRangeCopy(data, bytes.length, name);
      BytePointer message = Library.noMessage();
      // The parser takes the buffer.
      int status = LLVMParseIRInContext(ref, buffer, module, message);
      Library.check(status, message, "reading LLVM IR");
      LLVMModuleRef parsed = module.get(LLVMModuleRef.class);
      // Text has no name of the module, but it has that of its source, which is the same here.
      try (SizeTPointer length = new SizeTPointer(1)) {
        BytePointer source = LLVMGetSourceFileName(parsed, length);
        LLVMSetModuleIdentifier(parsed, source, length.get());
      }
      return new IrModule(this, parsed);
    }
  }

  public Type voidType() {
    return new Type(LLVMVoidTypeInContext(ref));
  }

  /// Integers of `bits` bits.
  public Type integer(int bits) {
    return new Type(LLVMIntTypeInContext(ref, bits));
  }

  /// IEEE binary16.
  public Type halfType() {
    return new Type(LLVMHalfTypeInContext(ref));
  }

  /// IEEE binary32.
  public Type floatType() {
    return new Type(LLVMFloatTypeInContext(ref));
  }

  /// IEEE binary64.
  public Type doubleType() {
    return new Type(LLVMDoubleTypeInContext(ref));
  }

  public Type pointer() {
    return new Type(LLVMPointerTypeInContext(ref, 0));
  }

  public Type array(Type element, long count) {
    return new Type(LLVMArrayType2(element.ref, count));
  }

  /// Vectors of `count` elements.
  public Type vector(Type element, int count) {
    return new Type(LLVMVectorType(element.ref, count));
  }

  public Type function(Type result, List<Type> parameters) {
    try (PointerPointer<LLVMTypeRef> types = array(parameters.stream().map(t -> t.ref).toList())) {
      return new Type(LLVMFunctionType(result.ref, types, parameters.size(), 0));
    }
  }

  /// The constant `value` in an integer type, or in each lane of vectors of one.
  public Value constant(Type type, long value) {
    return integers.computeIfAbsent(
        new Constant(type.ref.address(), value),
        _ -> constant(type, element -> LLVMConstInt(element, value, 1)));
  }

  /// The constant `value` in a float type, rounded to it, or in each lane of vectors of one.
  public Value constant(Type type, double value) {
    return constant(type, element -> LLVMConstReal(element, value));
  }

  private static Value constant(Type type, UnaryConstant each) {
    if (LLVMGetTypeKind(type.ref) != LLVMVectorTypeKind) {
      return new Value(each.of(type.ref));
    }
    LLVMValueRef lane = each.of(LLVMGetElementType(type.ref));
    int lanes = LLVMGetVectorSize(type.ref);
    try (PointerPointer<LLVMValueRef> all = array(Collections.nCopies(lanes, lane))) {
      return new Value(LLVMConstVector(all, lanes));
    }
  }

  private interface UnaryConstant {
    LLVMValueRef of(LLVMTypeRef type);
  }

  /// The vector `0, 1, 2, …` of integers.
  public Value lanes(Type type) {
    LLVMTypeRef element = LLVMGetElementType(type.ref);
    List<LLVMValueRef> numbers = new ArrayList<>();
    for (int lane = 0; lane < LLVMGetVectorSize(type.ref); lane++) {
      numbers.add(LLVMConstInt(element, lane, 0));
    }
    try (PointerPointer<LLVMValueRef> all = array(numbers)) {
      return new Value(LLVMConstVector(all, numbers.size()));
    }
  }

  /// Zero, or false, of any type.
  public Value zero(Type type) {
    return new Value(LLVMConstNull(type.ref));
  }

  /// A value of which nothing is known.
  public Value poison(Type type) {
    return new Value(LLVMGetPoison(type.ref));
  }

  public Value nullPointer() {
    return new Value(LLVMConstPointerNull(pointer().ref));
  }

  LLVMMetadataRef text(String value) {
    return LLVMMDStringInContext2(ref, value, value.length());
  }

  LLVMMetadataRef number(int bits, long value) {
    return LLVMValueAsMetadata(constant(integer(bits), value).ref);
  }

  LLVMMetadataRef node(List<LLVMMetadataRef> operands) {
    try (PointerPointer<LLVMMetadataRef> array = array(operands)) {
      return LLVMMDNodeInContext2(ref, array, operands.size());
    }
  }

  static <P extends Pointer> PointerPointer<P> array(List<P> pointers) {
    PointerPointer<P> array = new PointerPointer<>(Math.max(1, pointers.size()));
    for (int index = 0; index < pointers.size(); index++) {
      array.put(index, pointers.get(index));
    }
    return array;
  }

  /// Frees the context. Its modules and builders must be closed.
  @Override
  public void close() {
    LLVMContextDispose(ref);
  }
}
