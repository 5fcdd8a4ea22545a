package org.einkorn.ir.eval;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Fetches;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.Manifest;

/// Executes level 1 of the IR, definition by definition: the oracle.
public final class ProgramInterpreter implements KernelModule {
  private final Program program;
  private final ModuleFacts facts;
  private final List<Buffer> buffers;

  private ProgramInterpreter(Program program) {
    this.program = program;
    this.buffers = buffersOf(program);
    List<ModuleFacts.FunctionFacts> functions = new ArrayList<>();
    for (Definition definition : program.definitions()) {
      functions.add(
          new ModuleFacts.FunctionFacts(
              definition.name(),
              IndexExpr.Constant.ONE,
              Fetches.of(definition.body()),
              List.of(touched(definition))));
    }
    this.facts =
        ModuleFacts.of(program.name(), program.signature(), buffers, List.copyOf(functions));
  }

  /// A program ready to run; each definition is a function of the module.
  public static KernelModule of(Program program) {
    return new ProgramInterpreter(program);
  }

  private static Set<String> touched(Definition definition) {
    Set<String> touched = new HashSet<>(TensorReads.of(definition.body()));
    touched.add(definition.name());
    return touched;
  }

  private static List<Buffer> buffersOf(Program program) {
    List<Buffer> all = new ArrayList<>();
    for (Signature.Input input : program.signature().inputs()) {
      all.add(new Buffer(input.name(), input.type(), Buffer.Scope.GLOBAL));
    }
    for (Definition definition : program.definitions()) {
      all.add(new Buffer(definition.name(), definition.type(), Buffer.Scope.GLOBAL));
    }
    return List.copyOf(all);
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
    return 1;
  }

  @Override
  public void run(int number, MemorySegment[] memory, long[] symbols, long begin, long end) {
    if (begin >= end) {
      return;
    }
    Definition definition = program.definitions().get(number);
    ScalarEvaluator evaluator = new ScalarEvaluator(Fetches.of(definition.body()));
    List<String> names = program.signature().symbols();
    for (int symbol = 0; symbol < names.size(); symbol++) {
      evaluator.bind(names.get(symbol), symbols[symbol]);
    }
    for (int buffer = 0; buffer < buffers.size(); buffer++) {
      bind(evaluator, buffer, memory[buffer], symbols);
    }
    new Run(definition, evaluator).execute();
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

  /// One run of one definition: accumulate in the value type, then convert each element once.
  private static final class Run {
    private final Definition definition;
    private final ScalarEvaluator evaluator;
    private final Memory target;

    Run(Definition definition, ScalarEvaluator evaluator) {
      this.definition = definition;
      this.evaluator = evaluator;
      this.target = evaluator.memory(definition.name());
    }

    void execute() {
      switch (definition.body()) {
        case Body.Accumulate accumulate -> accumulate(accumulate);
        case Body.Scan scan -> scan(scan);
      }
    }

    private void accumulate(Body.Accumulate body) {
      Accumulator accumulator =
          new Accumulator(
              body.projection(), body.terms().getFirst().valueType(), body.isMap(), count());
      boolean isMap = body.isMap();
      for (Contraction term : body.terms()) {
        Scalar value = term.joined();
        forEachPoint(
            term.axes(),
            0,
            () -> {
              if (holds(term.guards())) {
                long number = target.number(term.write(), evaluator);
                if (isMap) {
                  accumulator.set(number, value, evaluator);
                } else {
                  accumulator.add(number, value, evaluator);
                }
              }
            });
      }
      accumulator.storeInto(target);
    }

    private void scan(Body.Scan body) {
      Accumulator accumulator =
          new Accumulator(body.projection(), body.operand().type(), false, count());
      List<IndexExpr> here = body.axes().stream().map(Axis::variable).toList();
      List<IndexExpr> before = new ArrayList<>(here);
      before.set(body.axis(), here.get(body.axis()).plus(-1));
      forEachPoint(
          body.axes(),
          0,
          () -> {
            long number = target.number(here, evaluator);
            accumulator.add(number, body.operand(), evaluator);
            if (evaluator.index(here.get(body.axis())) > 0) {
              accumulator.addFrom(target.number(before, evaluator), number);
            }
          });
      accumulator.storeInto(target);
    }

    private long count() {
      long count = 1;
      for (long extent : target.extents()) {
        count = Math.multiplyExact(count, extent);
      }
      return count;
    }

    private void forEachPoint(List<Axis> axes, int depth, Runnable body) {
      if (depth == axes.size()) {
        body.run();
        return;
      }
      Axis axis = axes.get(depth);
      long extent = evaluator.index(axis.extent());
      for (long value = 0; value < extent; value++) {
        evaluator.bind(axis.name(), value);
        forEachPoint(axes, depth + 1, body);
      }
    }

    private boolean holds(List<Guard> guards) {
      for (Guard guard : guards) {
        long value = evaluator.index(guard.index());
        if (value < 0 || value >= evaluator.index(guard.extent())) {
          return false;
        }
      }
      return true;
    }
  }

  /// The running values of all elements, in the projection's accumulator type.
  private static final class Accumulator {
    private final Projection projection;
    private final DType type;
    private final double[] reals;
    private final long[] integers;

    /// @param isMap whether values are stored as they are, and so in their own type
    Accumulator(Projection projection, DType valueType, boolean isMap, long count) {
      this.projection = projection;
      this.type = isMap ? valueType : projection.accumulator(valueType);
      int size = Math.toIntExact(count);
      this.reals = new double[type.isFloat() ? size : 0];
      this.integers = new long[type.isFloat() ? 0 : size];
      Arrays.fill(reals, projection.identity(type).doubleValue());
      java.util.Arrays.fill(integers, projection.identity(type).longValue());
    }

    void set(long number, Scalar value, ScalarEvaluator evaluator) {
      int at = Math.toIntExact(number);
      if (type.isFloat()) {
        reals[at] = evaluator.real(value);
      } else {
        integers[at] = evaluator.integer(value);
      }
    }

    void add(long number, Scalar value, ScalarEvaluator evaluator) {
      int at = Math.toIntExact(number);
      if (type.isFloat()) {
        combine(at, evaluator.real(value));
      } else {
        combine(at, evaluator.integer(value));
      }
    }

    /// Combines the element before with the element at `number`, in the order of the scan.
    void addFrom(long before, long number) {
      int from = Math.toIntExact(before);
      int at = Math.toIntExact(number);
      if (type.isFloat()) {
        double value = reals[at];
        reals[at] = reals[from];
        combine(at, value);
      } else {
        long value = integers[at];
        integers[at] = integers[from];
        combine(at, value);
      }
    }

    private void combine(int at, double value) {
      reals[at] = Arithmetic.round(type, Arithmetic.apply(projection.combine(), reals[at], value));
    }

    private void combine(int at, long value) {
      integers[at] =
          Arithmetic.require(type, Arithmetic.apply(projection.combine(), integers[at], value));
    }

    void storeInto(Memory target) {
      DType to = target.type();
      for (int number = 0; number < reals.length + integers.length; number++) {
        if (type.isFloat()) {
          store(target, to, number, reals[number]);
        } else if (to.isFloat()) {
          target.setReal(number, Arithmetic.round(to, integers[number]));
        } else if (to == DType.BOOL) {
          target.setInteger(number, integers[number] != 0 ? 1 : 0);
        } else {
          target.setInteger(number, Arithmetic.require(to, integers[number]));
        }
      }
    }

    private static void store(Memory target, DType to, int number, double value) {
      if (to.isFloat()) {
        target.setReal(number, value);
      } else if (to == DType.BOOL) {
        target.setInteger(number, value != 0 ? 1 : 0);
      } else {
        target.setInteger(number, Arithmetic.truncate(to, value));
      }
    }
  }
}
