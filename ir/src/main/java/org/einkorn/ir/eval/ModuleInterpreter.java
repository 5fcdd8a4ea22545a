package org.einkorn.ir.eval;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
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
  private final Progress.Runs runs;

  private ModuleInterpreter(Module module) {
    this.module = module;
    this.facts = ModuleFacts.of(module);
    this.runs = new Progress.Runs(module.allBuffers(), module.signature().inputs().size(), facts);
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
    if (begin < end) {
      Progress progress = runs.of(memory, symbols, number, end - begin);
      boolean isDone = false;
      try {
        // Pieces of one loop come from several threads; what they touch is compared.
        synchronized (progress) {
          run(progress, number, symbols, begin, end);
        }
        isDone = true;
      } finally {
        if (!isDone) {
          runs.end(progress);
        }
      }
    }
  }

  private void run(Progress progress, int number, long[] symbols, long begin, long end) {
    Function function = module.functions().get(number);
    ScalarEvaluator evaluator = new ScalarEvaluator(Fetches.of(function.body()));
    List<String> names = module.symbols();
    for (int symbol = 0; symbol < names.size(); symbol++) {
      evaluator.bind(names.get(symbol), symbols[symbol]);
    }
    progress.memories().forEach(memory -> evaluator.bind(memory.name(), memory));
    Run run = new Run(evaluator, progress.rounds());
    if (function.body() instanceof Stmt.For loop && loop.kind() == Stmt.LoopOrder.PARALLEL) {
      run.rounds(loop, progress.outermost(loop), begin, end);
    } else {
      run.execute(function.body());
    }
  }

  @Override
  public void close() {}

  /// One run of one function.
  private static final class Run {
    private final ScalarEvaluator evaluator;
    private final Rounds rounds;

    Run(ScalarEvaluator evaluator, Rounds rounds) {
      this.evaluator = evaluator;
      this.rounds = rounds;
    }

    void execute(Stmt statement) {
      switch (statement) {
        case Stmt.For loop -> loop(loop);
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
        case Stmt.When(Scalar condition, Stmt body) -> {
          if (evaluator.integer(condition) != 0) {
            execute(body);
          }
        }
        case Stmt.While(Scalar condition, Stmt body) -> {
          while (evaluator.integer(condition) != 0) {
            execute(body);
          }
        }
        case Stmt.Store store -> store(store);
      }
    }

    private void loop(Stmt.For loop) {
      long extent = evaluator.index(loop.extent());
      if (loop.kind().isOnThreads()) {
        rounds(loop, new Rounds.Loop(loop), 0, extent);
        return;
      }
      for (long value = 0; value < extent; value++) {
        evaluator.bind(loop.variable(), value);
        execute(loop.body());
      }
    }

    /// Some rounds of a loop that runs on threads.
    void rounds(Stmt.For loop, Rounds.Loop watched, long begin, long end) {
      rounds.enter(watched);
      try {
        for (long value = begin; value < end; value++) {
          watched.begin(value);
          evaluator.bind(loop.variable(), value);
          execute(loop.body());
        }
      } finally {
        rounds.leave();
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
          buffer.name(),
          Memory.undefined(buffer.name(), type, extents, local(count, type), rounds));
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
