package org.einkorn.differential;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Layout;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.TupleSet;
import org.einkorn.runtime.exec.FunctionOrder;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.KernelTrap;
import org.einkorn.runtime.exec.Manifest;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.RunOptions;
import org.einkorn.runtime.exec.Workers;

/// Runs a module on data, in memory whose surroundings are watched and whose results hold rubbish
/// before.
final class Run {
  /// How the iterations of parallel loops are shared out.
  enum Order {
    /// All at once.
    WHOLE,
    /// In three pieces, the last first.
    PIECES,
    /// In two pieces, on two threads.
    THREADS
  }

  private static final byte RUBBISH = 0x5A;
  private static final long FENCE_BYTES = 64;

  /// Room for all tensors of a program, used again by the next one on the same thread.
  private static final ThreadLocal<MemorySegment> ROOM =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(1 << 22, 64));

  private final KernelModule module;
  private final Case data;
  private final long[] symbols;
  private final List<Manifest.BufferSpec> specs;
  private final MemorySegment[] buffers;
  private final MemorySegment room = ROOM.get();
  private long used;

  private Run(KernelModule module, Case data) {
    this.module = module;
    this.data = data;
    this.symbols = symbols(module.manifest(), data.symbolValues());
    this.specs = module.manifest().buffers();
    this.buffers = new MemorySegment[specs.size()];
  }

  static Outcome of(KernelModule module, Case data, Order order) {
    try {
      return new Run(module, data).run(order);
    } catch (RuntimeException | LinkageError failure) {
      return new Outcome.Broken(describe(failure));
    }
  }

  /// The same by [ModuleRunner], as users run modules: sizes read off the data, outputs only.
  static Outcome byRunner(KernelModule module, Case data) {
    try (Arena arena = Arena.ofConfined()) {
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      data.inputs().forEach((name, input) -> inputs.put(name, tensor(arena, input)));
      ModuleRunner.Result result =
          new ModuleRunner(module).run(arena, inputs, RunOptions.defaults().withThreads(2));
      Map<String, Data> outputs = new LinkedHashMap<>();
      result
          .outputs()
          .forEach(
              (name, output) ->
                  outputs.put(
                      name, Data.read(output.dtype(), output.shape().extents(), output.segment())));
      result
          .made()
          .relations()
          .forEach(
              (name, relation) ->
                  outputs.put(
                      name,
                      Data.read(
                          DType.BOOL, relation.extents(), relation.toTensor(arena).segment())));
      return new Outcome.Finished(outputs);
    } catch (DataException failure) {
      return new Outcome.Failed(failure.fault(), failure.detail("at").orElse(""));
    } catch (RuntimeException | LinkageError failure) {
      return new Outcome.Broken(describe(failure));
    }
  }

  private static Tensor tensor(Arena arena, Data data) {
    Tensor tensor = Tensor.allocate(arena, data.type(), data.extents());
    data.writeTo(tensor.segment());
    return tensor;
  }

  /// The failure and where it came from, first line first.
  static String describe(Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    return trace.toString().lines().limit(12).collect(java.util.stream.Collectors.joining("\n"));
  }

  /// The sizes that inputs fix, and few places for what grows.
  private static long[] symbols(Manifest manifest, long[] fixed) {
    long[] symbols = Arrays.copyOf(fixed, manifest.symbols().size());
    Arrays.fill(symbols, fixed.length, symbols.length, 2);
    return symbols;
  }

  private Outcome run(Order order) {
    Optional<Outcome> outcome = runOnce(order);
    while (outcome.isEmpty()) {
      outcome = runOnce(order);
    }
    return outcome.get();
  }

  /// Whether a trap is about a place beyond those of a list that grows, which then has more.
  private boolean hasGrown(KernelTrap trap, Manifest.FunctionSpec function) {
    if (trap.kind() != KernelTrap.Kind.POSITION) {
      return false;
    }
    String tensor = function.fetches().get(trap.site()).tensor();
    List<Manifest.SymbolSpec> known = module.manifest().symbols();
    for (int symbol = 0; symbol < symbols.length; symbol++) {
      boolean isFull = module.manifest().grows(known.get(symbol)) && trap.value() == trap.bound();
      if (isFull && specs.get(known.get(symbol).buffer()).name().equals(tensor)) {
        symbols[symbol] *= 2;
        return true;
      }
    }
    return false;
  }

  private Optional<Outcome> runOnce(Order order) {
    allocate();
    int[] running = {0};
    try {
      FunctionOrder.run(
          module.manifest(),
          buffers,
          function -> {
            running[0] = function;
            run(function, order);
          });
    } catch (KernelTrap trap) {
      Manifest.FunctionSpec function = module.manifest().functions().get(running[0]);
      return hasGrown(trap, function) ? Optional.empty() : Optional.of(trapped(trap, function));
    }
    return Optional.of(finished());
  }

  private Outcome finished() {
    Map<String, Data> tensors = new LinkedHashMap<>();
    for (int number = 0; number < buffers.length; number++) {
      Manifest.BufferSpec spec = specs.get(number);
      Data result = Data.read(spec.dtype(), extents(number), buffers[number]);
      if (spec.role().isInput() && !result.equals(data.inputs().get(spec.name()))) {
        return new Outcome.Broken("the input `" + spec.name() + "` was changed");
      }
      tensors.put(spec.name(), result);
    }
    for (Manifest.ListingSpec listing : module.manifest().listings()) {
      tensors.put(listing.name(), unfolded(listing));
    }
    return fencesHold()
        ? new Outcome.Finished(tensors)
        : new Outcome.Broken("memory outside the tensors was changed");
  }

  /// An output that is a list, as a tensor; each of its tuples is there once.
  private Data unfolded(Manifest.ListingSpec listing) {
    Map<String, Long> sizes = new HashMap<>();
    for (int number = 0; number < symbols.length; number++) {
      sizes.put(module.manifest().symbols().get(number).name(), symbols[number]);
    }
    long[] extents = listing.extents(sizes);
    Tensor tuples =
        Tensor.wrap(
            buffers[listing.tuples()],
            DType.I64,
            Layout.rowMajor(Shape.of(extents(listing.tuples()))));
    long end = buffers[listing.count()].get(ValueLayout.JAVA_LONG, 0);
    try (Arena arena = Arena.ofConfined()) {
      TupleSet relation = TupleSet.of(arena, tuples, 1, end, extents);
      if (relation.count() != end - 1) {
        throw new IllegalStateException("`" + listing.name() + "` has a tuple twice");
      }
      return Data.read(DType.BOOL, extents, relation.toTensor(arena).segment());
    }
  }

  private static Outcome trapped(KernelTrap trap, Manifest.FunctionSpec function) {
    boolean isFetch = trap.kind() == KernelTrap.Kind.POSITION;
    String fetch = !isFetch ? "" : function.fetches().get(trap.site()).toString();
    return new Outcome.Trapped(function.name(), trap.kind(), fetch, trap.value(), trap.bound());
  }

  private void run(int function, Order order) {
    long extent = module.parallelExtent(function, symbols);
    switch (order) {
      case WHOLE -> module.run(function, buffers, symbols, 0, extent);
      case PIECES -> {
        long first = extent / 3;
        long second = extent - extent / 3;
        module.run(function, buffers, symbols, second, extent);
        module.run(function, buffers, symbols, 0, first);
        module.run(function, buffers, symbols, first, second);
      }
      case THREADS ->
          Workers.forEachRange(
              extent, 2, (begin, end) -> module.run(function, buffers, symbols, begin, end));
    }
  }

  private long[] extents(int number) {
    long[] extents = new long[specs.get(number).rank()];
    for (int axis = 0; axis < extents.length; axis++) {
      extents[axis] = module.extent(number, axis, symbols);
    }
    return extents;
  }

  private void allocate() {
    List<Long> starts = new ArrayList<>();
    List<Long> sizes = new ArrayList<>();
    long next = FENCE_BYTES;
    for (int number = 0; number < buffers.length; number++) {
      long size = (long) Data.count(extents(number)) * specs.get(number).dtype().byteSize();
      starts.add(next);
      sizes.add(size);
      next = (next + size + FENCE_BYTES + 63) / 64 * 64;
    }
    used = next;
    room.asSlice(0, used).fill(RUBBISH);
    for (int number = 0; number < buffers.length; number++) {
      buffers[number] = room.asSlice(starts.get(number), sizes.get(number));
      Data input = data.inputs().get(specs.get(number).name());
      if (input != null) {
        input.writeTo(buffers[number]);
      }
    }
  }

  /// Whether everything between the tensors is as it was before the run.
  private boolean fencesHold() {
    long from = 0;
    for (MemorySegment buffer : buffers) {
      long start = buffer.address() - room.address();
      if (!isRubbish(from, start)) {
        return false;
      }
      from = start + buffer.byteSize();
    }
    return isRubbish(from, used);
  }

  private boolean isRubbish(long from, long to) {
    for (long at = from; at < to; at++) {
      if (room.get(java.lang.foreign.ValueLayout.JAVA_BYTE, at) != RUBBISH) {
        return false;
      }
    }
    return true;
  }
}
