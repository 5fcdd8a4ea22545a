package org.einkorn.ir.eval;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Fetches;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.Manifest;

/// Executes level 2 of the IR, statement by statement.
public final class ModuleInterpreter implements KernelModule {
  private final Module module;
  private final ModuleFacts facts;
  private final List<Buffer> buffers;

  private ModuleInterpreter(Module module) {
    this.module = module;
    this.facts = ModuleFacts.of(module);
    this.buffers = module.allBuffers();
  }

  /// A module ready to run.
  public static KernelModule of(Module module) {
    return new ModuleInterpreter(module);
  }

  @Override
  public Manifest manifest() {
    return facts.manifest();
  }

  @Override
  public long extent(int buffer, int axis, long[] symbols) {
    return facts.extent(buffer, axis, symbols);
  }

  @Override
  public long parallelExtent(int function, long[] symbols) {
    return facts.parallelExtent(function, symbols);
  }

  @Override
  public void run(int number, MemorySegment[] memory, long[] symbols, long begin, long end) {
    Function function = module.functions().get(number);
    ScalarEvaluator evaluator = new ScalarEvaluator(Fetches.of(function.body()));
    List<String> names = module.signature().symbols();
    for (int symbol = 0; symbol < names.size(); symbol++) {
      evaluator.bind(names.get(symbol), symbols[symbol]);
    }
    for (int buffer = 0; buffer < buffers.size(); buffer++) {
      bind(evaluator, buffer, memory[buffer], symbols);
    }
    Run run = new Run(evaluator);
    if (function.body() instanceof Stmt.For loop && loop.kind() == Stmt.LoopKind.PARALLEL) {
      run.loop(loop, begin, end);
    } else if (begin < end) {
      run.execute(function.body());
    }
  }

  private void bind(ScalarEvaluator evaluator, int number, MemorySegment memory, long[] symbols) {
    Buffer buffer = buffers.get(number);
    long[] extents = new long[buffer.type().rank()];
    for (int axis = 0; axis < extents.length; axis++) {
      extents[axis] = extent(number, axis, symbols);
    }
    evaluator.bind(
        buffer.name(), Memory.initialized(buffer.name(), buffer.type().dtype(), extents, memory));
  }

  @Override
  public void close() {}

  /// One run of one function.
  private static final class Run {
    private final ScalarEvaluator evaluator;

    Run(ScalarEvaluator evaluator) {
      this.evaluator = evaluator;
    }

    void execute(Stmt statement) {
      switch (statement) {
        case Stmt.For loop -> loop(loop, 0, evaluator.index(loop.extent()));
        case Stmt.Block block -> block(block);
        case Stmt.Sequence(List<Stmt> statements) -> statements.forEach(this::execute);
        case Stmt.Allocate(Buffer buffer, Stmt body) -> {
          allocate(buffer);
          execute(body);
        }
        case Stmt.If(List<Guard> guards, Stmt body) -> {
          if (holds(guards)) {
            execute(body);
          }
        }
        case Stmt.Store store -> store(store);
      }
    }

    void loop(Stmt.For loop, long begin, long end) {
      for (long value = begin; value < end; value++) {
        evaluator.bind(loop.variable(), value);
        execute(loop.body());
      }
    }

    private void block(Stmt.Block block) {
      boolean first = true;
      for (Stmt.BlockIter iter : block.iters()) {
        long value = evaluator.index(iter.binding());
        long extent = evaluator.index(iter.extent());
        if (value < 0 || value >= extent) {
          throw new IllegalStateException(
              "iterator `" + iter.variable() + "` is " + value + " of " + extent);
        }
        evaluator.bind(iter.variable(), value);
        first &= iter.kind() != Stmt.IterKind.REDUCE || value == 0;
      }
      if (holds(block.guards())) {
        if (first && block.init().isPresent()) {
          execute(block.init().get());
        }
        execute(block.body());
      }
    }

    private void allocate(Buffer buffer) {
      long[] extents = new long[buffer.type().rank()];
      long count = 1;
      for (int axis = 0; axis < extents.length; axis++) {
        extents[axis] = evaluator.index(buffer.type().extents().get(axis));
        count = Math.multiplyExact(count, extents[axis]);
      }
      DType type = buffer.type().dtype();
      evaluator.bind(
          buffer.name(), Memory.undefined(buffer.name(), type, extents, local(count, type)));
    }

    private static MemorySegment local(long count, DType type) {
      long sizeBytes = Math.multiplyExact(count, (long) type.byteSize());
      return MemorySegment.ofArray(new long[Math.toIntExact((sizeBytes + 7) / 8)]);
    }

    private boolean holds(List<Guard> guards) {
      for (Guard guard : guards) {
        IndexExpr index = guard.index();
        long value = evaluator.index(index);
        if (value < 0 || value >= evaluator.index(guard.extent())) {
          return false;
        }
      }
      return true;
    }

    private void store(Stmt.Store store) {
      Memory memory = evaluator.memory(store.buffer());
      if (memory.type() != store.value().type()) {
        throw new IllegalStateException(
            "a store of "
                + store.value().type()
                + " into `"
                + store.buffer()
                + "`, which is "
                + memory.type());
      }
      long number = memory.number(store.indices(), evaluator);
      if (memory.type().isFloat()) {
        memory.setReal(number, evaluator.real(store.value()));
      } else {
        memory.setInteger(number, evaluator.integer(store.value()));
      }
    }
  }
}
