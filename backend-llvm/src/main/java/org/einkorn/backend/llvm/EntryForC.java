package org.einkorn.backend.llvm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.einkorn.backend.llvm.binding.BasicBlock;
import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Comparison;
import org.einkorn.backend.llvm.binding.Context;
import org.einkorn.backend.llvm.binding.IrModule;
import org.einkorn.backend.llvm.binding.NativeFunction;
import org.einkorn.backend.llvm.binding.Type;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Fetches;
import org.einkorn.ir.loop.Growth;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.Manifest;

/// Writes the function that C calls: all functions of a module in order, with temporaries of its
/// own. Each temporary has memory from the first step that touches it to the last: sizes are known
/// only as the function runs, and placing blocks is what `malloc` is for. Where a list that grows
/// has no place for more, all is begun anew with more places.
///
/// Parameters are the inputs, then the outputs that are no inputs, then the symbols.
final class EntryForC {
  private final Module source;

  /// Places of a list that grows: to begin with, and how many times as many when it is full.
  private static final long FIRST_PLACES = 1 << 10;

  private static final long GROWTH = 4;

  private final IrModule target;
  private final CpuTraits traits;
  private final Builder builder;
  private final List<Buffer> buffers;

  EntryForC(Module source, IrModule target, CpuTraits traits, Builder builder) {
    this.source = source;
    this.target = target;
    this.traits = traits;
    this.builder = builder;
    this.buffers = source.allBuffers();
  }

  /// The buffers a caller hands over, by number: inputs, then outputs.
  static List<Integer> parameters(Module source) {
    if (!source.listings().isEmpty()) {
      throw new IllegalStateException("code made ahead of time hands out tensors, not lists");
    }
    Set<String> outputs =
        source.signature().outputs().stream()
            .map(Signature.Output::name)
            .collect(Collectors.toSet());
    int inputs = source.signature().inputs().size();
    List<Buffer> buffers = source.allBuffers();
    List<Integer> numbers = new ArrayList<>();
    for (int number = 0; number < buffers.size(); number++) {
      if (number < inputs || outputs.contains(buffers.get(number).name())) {
        numbers.add(number);
      }
    }
    return List.copyOf(numbers);
  }

  void write(String name, List<ModuleLowering.Loops> functions) {
    Context context = target.context();
    List<Integer> given = parameters(source);
    List<String> symbols = source.signature().symbols();
    List<Type> types = new ArrayList<>();
    given.forEach(number -> types.add(context.pointer()));
    symbols.forEach(symbol -> types.add(context.integer(64)));
    NativeFunction entry =
        target
            .function(name, context.function(context.integer(32), types))
            .attributes(List.of("nounwind"));
    Code code = new Code(target, builder, entry, traits);
    builder.at(code.entry);
    Scope scope = new Scope();
    Map<Integer, Value> addresses = new HashMap<>();
    for (int position = 0; position < given.size(); position++) {
      int number = given.get(position);
      addresses.put(number, entry.parameter(position, buffers.get(number).name()));
    }
    List<Value> sizes = new ArrayList<>();
    for (int position = 0; position < symbols.size(); position++) {
      Value size = entry.parameter(given.size() + position, symbols.get(position));
      scope.bind(symbols.get(position), size);
      sizes.add(size);
    }
    Value status = builder.stack(context.array(code.i64, 3), "status");
    new Body(code, scope, addresses, sizes, status, functions).write();
  }

  /// The calls of the functions, each after getting the temporaries that it is the first to touch,
  /// and before freeing those that it is the last to touch.
  private final class Body {
    private final Code code;
    private final Scope scope;
    private final Map<Integer, Value> addresses;
    private final List<Value> sizes;
    private final Value status;
    private final ModuleFacts facts = ModuleFacts.of(source);
    private final List<Manifest.BufferSpec> specs = facts.manifest().buffers();

    /// For each temporary where its address is kept, null while it has no memory.
    private final Map<Integer, Value> temporaries = new TreeMap<>();

    private final BasicBlock leave;
    private final ExpressionLowering expressions;
    private final List<ModuleLowering.Loops> functions;

    /// Where the sizes that grow are kept.
    private final Map<Growth, Value> growing = new LinkedHashMap<>();

    private final BasicBlock start;

    Body(
        Code code,
        Scope scope,
        Map<Integer, Value> addresses,
        List<Value> sizes,
        Value status,
        List<ModuleLowering.Loops> functions) {
      this.functions = List.copyOf(functions);
      this.code = code;
      this.scope = scope;
      this.addresses = addresses;
      this.sizes = sizes;
      this.status = status;
      this.leave = code.block("leave");
      this.start = code.block("start");
      this.expressions = new ExpressionLowering(code, List.of(), status);
    }

    void write() {
      Value result = builder.stack(code.i32, "result");
      for (int number = 0; number < buffers.size(); number++) {
        if (!addresses.containsKey(number)) {
          Value kept = builder.stack(code.pointer, buffers.get(number).name() + ".address");
          builder.store(code.context.nullPointer(), kept, 8);
          temporaries.put(number, kept);
        }
      }
      begin();
      Map<Integer, List<Integer>> gotten = byFunction(Manifest.Steps::first);
      Map<Integer, List<Integer>> freed = byFunction(Manifest.Steps::last);
      Map<Integer, Manifest.RepeatSpec> repeats = new HashMap<>();
      facts.manifest().repeats().forEach(repeat -> repeats.put(repeat.first(), repeat));
      for (int function = 0; function < functions.size(); function++) {
        Manifest.RepeatSpec repeat = repeats.get(function);
        int last = repeat == null ? function : repeat.last();
        builder.store(code.i32(KernelStatus.OUT_OF_MEMORY.code()), result, 4);
        // What lives in one round lives in all.
        gotten.getOrDefault(function, List.of()).forEach(this::allocate);
        if (repeat == null) {
          call(functions.get(function), result);
        } else {
          repeat(repeat, result);
        }
        freed.getOrDefault(last, List.of()).forEach(this::free);
        function = last;
      }
      builder.store(code.i32(KernelStatus.DONE.code()), result, 4);
      builder.jump(leave);
      code.begin(leave);
      temporaries.values().forEach(this::free);
      builder.giveBack(builder.load(code.i32, result, 4));
    }

    /// The place to which all comes back with larger sizes.
    private void begin() {
      for (Growth growth : source.growths()) {
        Value kept = builder.stack(code.i64, growth.symbol());
        builder.store(code.i64(FIRST_PLACES), kept, 8);
        growing.put(growth, kept);
      }
      builder.jump(start);
      code.begin(start);
      growing.forEach(
          (growth, kept) -> {
            Value size = builder.load(code.i64, kept, 8);
            scope.bind(growth.symbol(), size);
            sizes.add(size);
          });
    }

    /// What a function that has failed comes to: it has found a list full, or has failed for good.
    private void growOrLeave(ModuleLowering.Loops loops, Value returned) {
      List<IndexExpr.Fetch> fetches =
          Fetches.of(source.functions().get(functions.indexOf(loops)).body());
      growing.forEach(
          (growth, kept) -> {
            for (int site = 0; site < fetches.size(); site++) {
              if (fetches.get(site).tensor().equals(growth.buffer())) {
                growIfFull(returned, site, kept);
              }
            }
          });
      builder.jump(leave);
    }

    private void growIfFull(Value returned, int site, Value kept) {
      Value places = builder.load(code.i64, kept, 8);
      Value isPosition =
          builder.compare(Comparison.EQUAL, returned, code.i32(KernelStatus.POSITION.code()));
      Value isHere =
          builder.compare(Comparison.EQUAL, builder.load(code.i64, status, 8), code.i64(site));
      Value position = builder.load(code.i64, builder.element(code.i64, status, code.i64(1)), 8);
      Value isBeyond = builder.compare(Comparison.GREATER_EQUAL, position, places);
      BasicBlock grow = code.block("grow");
      BasicBlock further = code.block("further");
      builder.branch(builder.and(isPosition, builder.and(isHere, isBeyond)), grow, further);
      code.begin(grow);
      temporaries.keySet().forEach(this::free);
      builder.store(builder.multiplyIndex(places, code.i64(GROWTH)), kept, 8);
      builder.jump(start);
      code.begin(further);
    }

    /// The temporaries by the function in whose steps an end of their lives lies.
    private Map<Integer, List<Integer>> byFunction(ToIntFunction<Manifest.Steps> end) {
      NavigableMap<Integer, Integer> functionAt = new TreeMap<>();
      for (int function = 0; function < source.functions().size(); function++) {
        functionAt.put(facts.stepsOf(function).first(), function);
      }
      return temporaries.keySet().stream()
          .collect(
              Collectors.groupingBy(
                  number ->
                      functionAt.floorEntry(end.applyAsInt(specs.get(number).live())).getValue()));
    }

    /// Rounds until the condition holds, or as many as there may be.
    private void repeat(Manifest.RepeatSpec repeat, Value result) {
      Value round = builder.stack(code.i64, "round");
      builder.store(code.i64(0), round, 8);
      BasicBlock start = code.block("round");
      BasicBlock end = code.block("settled");
      builder.jump(start);
      code.begin(start);
      functions.subList(repeat.first(), repeat.test() + 1).forEach(each -> call(each, result));
      if (repeat.until() >= 0) {
        Value condition = builder.load(code.memory(DType.BOOL), address(repeat.until()), 1);
        BasicBlock further = code.block("unsettled");
        Value holds =
            builder.compare(
                Comparison.NOT_EQUAL, condition, code.context.constant(code.memory(DType.BOOL), 0));
        builder.branch(holds, end, further);
        code.begin(further);
      }
      Value done = builder.load(code.i64, round, 8);
      if (repeat.limit() >= 0) {
        BasicBlock further = code.block("another");
        Value limit = builder.load(code.i64, address(repeat.limit()), 8);
        KernelStatus status = repeat.until() >= 0 ? KernelStatus.UNSETTLED : KernelStatus.DONE;
        builder.store(code.i32(status.code()), result, 4);
        Value isOver = builder.compare(Comparison.GREATER_EQUAL, done, limit);
        builder.branch(isOver, repeat.until() >= 0 ? leave : end, further);
        code.begin(further);
      }
      functions.subList(repeat.test() + 1, repeat.last() + 1).forEach(each -> call(each, result));
      builder.store(builder.addIndex(done, code.i64(1)), round, 8);
      builder.jump(start);
      code.begin(end);
    }

    private void call(ModuleLowering.Loops loops, Value result) {
      List<Value> arguments = new ArrayList<>();
      loops.buffers().forEach(number -> arguments.add(address(number)));
      arguments.addAll(sizes);
      arguments.add(code.i64(0));
      arguments.add(expressions.index(loops.parallelExtent(), scope));
      arguments.add(status);
      Value returned = builder.call(loops.function(), arguments);
      builder.store(returned, result, 4);
      BasicBlock next = code.block("done");
      BasicBlock failed = growing.isEmpty() ? leave : code.block("failed");
      builder.branchUnlikely(
          builder.compare(Comparison.NOT_EQUAL, returned, code.i32(0)), failed, next);
      if (!growing.isEmpty()) {
        code.begin(failed);
        growOrLeave(loops, returned);
      }
      code.begin(next);
    }

    /// Gets memory for a temporary; one without elements gets a byte, since a null pointer says
    /// that there is no memory.
    private void allocate(int number) {
      Buffer buffer = buffers.get(number);
      Value sizeBytes = code.i64(buffer.type().dtype().byteSize());
      for (IndexExpr extent : buffer.type().extents()) {
        sizeBytes = builder.multiplyIndex(sizeBytes, expressions.index(extent, scope));
      }
      Value atLeastOne = code.intrinsic("llvm.smax", code.i64, sizeBytes, code.i64(1));
      Value address = builder.call(library("malloc", code.pointer, code.i64), List.of(atLeastOne));
      builder.store(address, Objects.requireNonNull(temporaries.get(number)), 8);
      addresses.put(number, address);
      BasicBlock next = code.block("allocated");
      builder.branchUnlikely(
          builder.compare(Comparison.EQUAL, address, code.context.nullPointer()), leave, next);
      code.begin(next);
    }

    private void free(int number) {
      Value kept = Objects.requireNonNull(temporaries.get(number));
      free(kept);
      builder.store(code.context.nullPointer(), kept, 8);
    }

    private void free(Value kept) {
      Value address = builder.load(code.pointer, kept, 8);
      builder.call(library("free", code.context.voidType(), code.pointer), List.of(address));
    }

    private Value address(int number) {
      return Objects.requireNonNull(addresses.get(number));
    }

    private NativeFunction library(String name, Type result, Type parameter) {
      return target
          .find(name)
          .orElseGet(
              () -> target.function(name, code.context.function(result, List.of(parameter))));
    }
  }
}
