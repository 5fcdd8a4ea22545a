package org.einkorn.backend.llvm;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.einkorn.backend.llvm.binding.BasicBlock;
import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Comparison;
import org.einkorn.backend.llvm.binding.Context;
import org.einkorn.backend.llvm.binding.IrModule;
import org.einkorn.backend.llvm.binding.NativeFunction;
import org.einkorn.backend.llvm.binding.Type;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.runtime.DType;
import org.jspecify.annotations.Nullable;

/// The LLVM function that is being written: its types, constants, calls and traps.
///
/// Elements live in registers as `i1` for Booleans, integers of their own width, `float` and
/// `double`; narrow floats as the integers that hold their bits.
final class Code {
  /// As long as the longest vector.
  private static final int ARRAY_ALIGN_BYTES = 64;

  /// As much as a function may have at once of a stack of 1 MiB, which a thread of Java has.
  private static final long MOST_ARRAY_BYTES = 1 << 19;

  /// More would not be registers.
  private static final long MOST_UNDEFINED_BYTES = 1 << 12;

  final Context context;
  final IrModule module;
  final Builder builder;
  final NativeFunction function;
  final CpuTraits traits;

  /// How many elements one value of this code has.
  final int lanes;

  final Type i1;
  final Type i8;
  final Type i16;
  final Type i32;
  final Type i64;
  final Type f32;
  final Type f64;
  final Type half;
  final Type pointer;
  final BasicBlock entry;
  private final Map<Long, Value> hidden = new HashMap<>();

  private final @Nullable Code single;
  private @Nullable Value overflow;
  private @Nullable Value mask;
  private long arrayBytes;
  private boolean fencesAtEnds;

  Code(IrModule module, Builder builder, NativeFunction function, CpuTraits traits) {
    this(module, builder, function, traits, 1, null, function.block("entry"));
  }

  private Code(
      IrModule module,
      Builder builder,
      NativeFunction function,
      CpuTraits traits,
      int lanes,
      @Nullable Code single,
      BasicBlock entry) {
    this.context = module.context();
    this.module = module;
    this.builder = builder;
    this.function = function;
    this.traits = traits;
    this.lanes = lanes;
    this.single = single;
    this.entry = entry;
    i1 = lanes(context.integer(1));
    i8 = lanes(context.integer(8));
    i16 = lanes(context.integer(16));
    i32 = lanes(context.integer(32));
    i64 = lanes(context.integer(64));
    f32 = lanes(context.floatType());
    f64 = lanes(context.doubleType());
    half = lanes(context.halfType());
    pointer = context.pointer();
  }

  private Type lanes(Type element) {
    return lanes == 1 ? element : context.vector(element, lanes);
  }

  /// Code of the same function in which every element is a vector of `count` of them: each
  /// operation does the same in each lane, and constants are the same in all.
  Code wide(int count) {
    return new Code(module, builder, function, traits, count, single(), entry);
  }

  /// The code in which an element is one element.
  Code single() {
    return single == null ? this : single;
  }

  /// Code of another function, with as many lanes.
  Code of(NativeFunction other) {
    Code code = new Code(module, builder, other, traits);
    return lanes == 1 ? code : code.wide(lanes);
  }

  /// The type of an element in a register.
  Type register(DType type) {
    return type == DType.BOOL ? i1 : memory(type);
  }

  /// The type of an element in memory.
  Type memory(DType type) {
    return switch (type) {
      case F64 -> f64;
      case F32 -> f32;
      case I64 -> i64;
      case I32 -> i32;
      case F16, BF16, I16 -> i16;
      case F8E4M3, F8E5M2, I8, U8, I4, BOOL -> i8;
      case C64, C128 -> throw new IllegalStateException(type + " got past the check of types");
    };
  }

  Value bool(boolean value) {
    return context.constant(i1, value ? 1 : 0);
  }

  Value i32(int value) {
    return context.constant(i32, value);
  }

  Value i64(long value) {
    return context.constant(i64, value);
  }

  /// A number that optimizations do not know: of masks that they know they make shuffles, and
  /// vectors of other lengths.
  Value hidden(long value) {
    return single()
        .hidden
        .computeIfAbsent(
            value,
            _ -> {
              BasicBlock here = builder.block();
              builder.at(entry);
              Value slot = builder.stack(single().i64, "hidden");
              builder.store(single().i64(value), slot, Long.BYTES);
              Value number = builder.loadVolatile(single().i64, slot, Long.BYTES);
              builder.at(here);
              return number;
            });
  }

  Value f32(double value) {
    return context.constant(f32, value);
  }

  Value f64(double value) {
    return context.constant(f64, value);
  }

  BasicBlock block(String name) {
    return function.block(name);
  }

  /// Goes on in a block that was made earlier, and puts it here in the text.
  void begin(BasicBlock block) {
    function.moveToEnd(block);
    builder.at(block);
  }

  /// A call of an intrinsic that is overloaded on one type and depends on its arguments alone.
  Value intrinsic(String name, Type type, Value... arguments) {
    return builder.callPure(module.intrinsic(name, List.of(type)), List.of(arguments));
  }

  /// A call of a function of the C library that depends on its arguments alone.
  Value pure(String name, Type type, Value... arguments) {
    NativeFunction called =
        module
            .find(name)
            .orElseGet(
                () ->
                    module
                        .function(
                            name,
                            context.function(type, Collections.nCopies(arguments.length, type)))
                        .attributes(List.of("nounwind", "willreturn", "nosync", "nofree"))
                        .pure());
    return builder.callPure(called, List.of(arguments));
  }

  /// Loads an element as it lies in a register.
  Value load(DType type, Value array, Value index) {
    return inRegister(type, loadBytes(type, array, index));
  }

  /// Loads an element as it lies in memory.
  Value loadBytes(DType type, Value array, Value index) {
    return builder.load(memory(type), address(type, array, index), type.byteSize());
  }

  /// What was loaded, as it lies in a register.
  Value inRegister(DType type, Value loaded) {
    return type == DType.BOOL
        ? builder.compare(Comparison.NOT_EQUAL, loaded, context.constant(i8, 0))
        : loaded;
  }

  /// What lies in a register, as it is stored.
  Value inMemory(DType type, Value value) {
    return type == DType.BOOL ? builder.extendUnsigned(value, i8) : value;
  }

  /// The address of one element.
  Value address(DType type, Value array, Value index) {
    return builder.element(single().memory(type), array, index);
  }

  /// Asks for the line of an element, which need not be one of the array: a hint that can't fail.
  void prefetch(DType type, Value array, Value index) {
    Value address = builder.elementAnywhere(single().memory(type), array, index);
    // For reading, into all caches, as data.
    Type number = context.integer(32);
    builder.callPure(
        module.intrinsic("llvm.prefetch", List.of(pointer)),
        List.of(
            address,
            context.constant(number, 0),
            context.constant(number, 3),
            context.constant(number, 1)));
  }

  /// Stores an element from a register.
  void store(DType type, Value array, Value index, Value value) {
    storeBytes(type, array, index, inMemory(type, value));
  }

  /// Stores an element as it lies in memory.
  void storeBytes(DType type, Value array, Value index, Value value) {
    builder.store(value, address(type, array, index), type.byteSize());
  }

  /// A place on the stack for one element, made where the function starts so that it becomes a
  /// register.
  Value stack(Type type, String name) {
    BasicBlock here = builder.block();
    builder.at(entry);
    Value address = builder.stack(type, name);
    builder.at(here);
    return address;
  }

  /// Memory on the stack.
  record Array(Value address, long bytes) {}

  /// Memory for an array of this thread, undefined from here on.
  Array beginArray(Buffer buffer, long elements) {
    DType type = buffer.type().dtype();
    long bytes = Math.max(1, elements) * type.byteSize();
    arrayBytes += bytes;
    if (arrayBytes > MOST_ARRAY_BYTES) {
      throw Refusals.manyLocalArrays(buffer, MOST_ARRAY_BYTES);
    }
    BasicBlock here = builder.block();
    builder.at(entry);
    Type memory = context.array(single().memory(type), Math.max(1, elements));
    Array array = new Array(builder.stack(memory, buffer.name(), ARRAY_ALIGN_BYTES), bytes);
    builder.at(here);
    lives("llvm.lifetime.start", array);
    return array;
  }

  /// Says of each vector of an array that its elements are undefined. LLVM forgets what
  /// `lifetime.start` says once the array is registers, and would carry those over from round to
  /// round for lanes that are not stored to.
  void undefine(Array array, DType type) {
    Code single = single();
    int width = traits.vectorBytes() / type.byteSize();
    if (array.bytes % traits.vectorBytes() != 0 || array.bytes > MOST_UNDEFINED_BYTES) {
      return;
    }
    Value undefined = context.poison(context.vector(single.memory(type), width));
    for (long first = 0; first < array.bytes / type.byteSize(); first += width) {
      builder.store(undefined, single.address(type, array.address, i64(first)), type.byteSize());
    }
  }

  /// Gives the memory of an array back, for others.
  void endArray(Array array) {
    arrayBytes -= array.bytes;
    lives("llvm.lifetime.end", array);
  }

  private void lives(String intrinsic, Array array) {
    builder.call(
        module.intrinsic(intrinsic, List.of(pointer)),
        List.of(context.constant(context.integer(64), array.bytes), array.address));
  }

  /// `value` in every lane.
  Value splat(Value value, Type type) {
    return lanes == 1 ? value : builder.splat(value, type);
  }

  /// The lanes for which it counts what is computed; all of them where there is none.
  Optional<Value> mask() {
    return Optional.ofNullable(mask);
  }

  /// Does `work` for those lanes alone for which `condition` holds too.
  Value masked(Value condition, Supplier<Value> work) {
    @Nullable Value outer = mask;
    mask = outer == null ? condition : builder.and(outer, condition);
    try {
      return work.get();
    } finally {
      mask = outer;
    }
  }

  /// Whether a condition holds in any lane.
  Value any(Value condition) {
    return lanes == 1 ? condition : intrinsic("llvm.vector.reduce.or", i1, condition);
  }

  /// Whether a condition holds in every lane.
  Value all(Value condition) {
    return lanes == 1 ? condition : intrinsic("llvm.vector.reduce.and", i1, condition);
  }

  /// Makes the function end in a trap if the condition ever holds, as it does where integer
  /// arithmetic has no exact result.
  ///
  /// It goes on for now: a branch out of every addition would keep loops from becoming vector code.
  void overflowIf(Value condition) {
    Value flag = overflowFlag();
    Value counted = mask == null ? condition : builder.and(mask, condition);
    builder.store(builder.or(builder.load(i1, flag, 1), counted), flag, 1);
  }

  /// Keeps account of overflow from the start of the function; lanes, of their own.
  Value overflowFlag() {
    if (overflow == null) {
      BasicBlock here = builder.block();
      builder.at(entry);
      overflow = builder.stack(i1, "overflow");
      builder.store(bool(false), overflow, 1);
      builder.at(here);
    }
    return overflow;
  }

  /// Adds what overflowed in lanes to what did elsewhere.
  void countOverflow() {
    if (single != null && overflow != null) {
      single.overflowIf(any(builder.load(i1, overflow, 1)));
      builder.store(bool(false), overflow, 1);
    }
  }

  /// From here on no end of the function is reached before others see what it stored.
  void fenceAtEnds() {
    fencesAtEnds = true;
  }

  /// Gives back a status, or an overflow that came before it.
  void giveBack(KernelStatus status) {
    if (fencesAtEnds) {
      builder.call(module.intrinsic("llvm.x86.sse.sfence", List.of()), List.of());
    }
    Value result = i32(status.code());
    if (overflow != null) {
      result =
          builder.select(builder.load(i1, overflow, 1), i32(KernelStatus.OVERFLOW.code()), result);
    }
    builder.giveBack(result);
  }

  /// Leaves the function unless `0 ≤ position < bound`.
  ///
  /// @param status the array of three numbers that says what was wrong
  void trapUnlessInside(Value status, int site, Value position, Value bound) {
    BasicBlock outside = block("outside");
    BasicBlock inside = block("inside");
    Value isInside =
        builder.and(
            builder.compare(Comparison.GREATER_EQUAL, position, i64(0)),
            builder.compare(Comparison.LESS, position, bound));
    builder.branchUnlikely(builder.not(isInside), outside, inside);
    begin(outside);
    store(DType.I64, status, i64(0), i64(site));
    store(DType.I64, status, i64(1), position);
    store(DType.I64, status, i64(2), bound);
    giveBack(KernelStatus.POSITION);
    begin(inside);
  }
}
