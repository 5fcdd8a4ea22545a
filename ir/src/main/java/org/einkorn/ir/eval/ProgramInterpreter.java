package org.einkorn.ir.eval;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Fetches;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.EvaluationOrder;
import org.einkorn.ir.tensor.Landing;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.Step;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.Manifest;

/// Executes level 1 of the IR, definition by definition: the oracle.
public final class ProgramInterpreter implements KernelModule {
  private final Program program;
  private final List<Step> steps;
  private final ModuleFacts facts;
  private final List<Buffer> buffers;

  private ProgramInterpreter(Program program) {
    this.program = program;
    this.steps = EvaluationOrder.stepsOf(program);
    this.buffers = buffersOf(program);
    List<ModuleFacts.FunctionFacts> functions = new ArrayList<>();
    for (Step step : steps) {
      Set<String> touched = new HashSet<>();
      step.definitions().forEach(definition -> touched.addAll(touched(definition, program)));
      functions.add(
          new ModuleFacts.FunctionFacts(
              nameOf(step), IndexExpr.Constant.ONE, fetchesOf(step), List.of(touched)));
    }
    this.facts =
        ModuleFacts.of(program.name(), program.signature(), buffers, List.copyOf(functions));
  }

  /// A program ready to run; each definition and each recurrence is a function of the module.
  public static KernelModule of(Program program) {
    return new ProgramInterpreter(program);
  }

  private static String nameOf(Step step) {
    return switch (step) {
      case Step.Compute(Definition definition) -> definition.name();
      case Step.Recurrence recurrence -> recurrence.name();
      case Step.Iteration iteration -> iteration.name();
    };
  }

  private static List<IndexExpr.Fetch> fetchesOf(Step step) {
    return step.definitions().stream()
        .flatMap(definition -> Fetches.of(definition.body()).stream())
        .toList();
  }

  /// The tensors that must still be there. A derivative runs what it is of once more.
  private static Set<String> touched(Definition definition, Program program) {
    Set<String> touched = new HashSet<>(TensorReads.of(definition.body()));
    if (definition.body() instanceof Body.Derivative) {
      int before;
      do {
        before = touched.size();
        for (Definition other : program.definitions().reversed()) {
          if (touched.contains(other.name())) {
            touched.addAll(TensorReads.of(other.body()));
          }
        }
      } while (touched.size() > before);
    }
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
    Step step = steps.get(number);
    ScalarEvaluator evaluator = new ScalarEvaluator(fetchesOf(step));
    List<String> names = program.signature().symbols();
    for (int symbol = 0; symbol < names.size(); symbol++) {
      evaluator.bind(names.get(symbol), symbols[symbol]);
    }
    execute(step, evaluator, memory, symbols);
  }

  private void execute(
      Step step, ScalarEvaluator evaluator, MemorySegment[] memory, long[] symbols) {
    for (int buffer = 0; buffer < buffers.size(); buffer++) {
      bind(evaluator, buffer, memory[buffer], symbols, step);
    }
    switch (step) {
      case Step.Compute(Definition definition) -> compute(definition, evaluator);
      case Step.Recurrence recurrence -> new RecurrenceRun(evaluator).execute(recurrence);
      case Step.Iteration iteration ->
          new IterationRun(evaluator, inner -> execute(inner, evaluator, memory, symbols))
              .execute(iteration, program);
    }
  }

  private void compute(Definition definition, ScalarEvaluator evaluator) {
    if (!(definition.body() instanceof Body.Derivative derivative)) {
      new Run(definition, evaluator).execute(Map.of());
      return;
    }
    double[] elements = new DerivativeEvaluator(program, evaluator).of(derivative);
    Memory target = evaluator.memory(definition.name());
    for (int number = 0; number < elements.length; number++) {
      target.setReal(number, Arithmetic.round(target.type(), elements[number]));
    }
  }

  private void bind(
      ScalarEvaluator evaluator, int number, MemorySegment memory, long[] symbols, Step step) {
    Buffer buffer = buffers.get(number);
    long[] extents = new long[buffer.type().rank()];
    for (int axis = 0; axis < extents.length; axis++) {
      extents[axis] = extent(number, axis, symbols);
    }
    String name = buffer.name();
    DType type = buffer.type().dtype();
    boolean isMember =
        step instanceof Step.Recurrence
            && step.definitions().stream().anyMatch(some -> some.name().equals(name));
    evaluator.bind(
        name,
        isMember
            ? Memory.pending(name, type, extents, memory)
            : Memory.initialized(name, type, extents, memory));
  }

  @Override
  public void close() {}

  /// The run of one definition: accumulate in the value type, then convert each element once.
  static final class Run {
    private final Definition definition;
    private final ScalarEvaluator evaluator;
    private final Memory target;
    private final Accumulator accumulator;

    Run(Definition definition, ScalarEvaluator evaluator) {
      this.definition = definition;
      this.evaluator = evaluator;
      this.target = evaluator.memory(definition.name());
      this.accumulator =
          switch (definition.body()) {
            case Body.Accumulate body ->
                new Accumulator(
                    body.projection(),
                    body.terms().getFirst().valueType(),
                    body.isMap(),
                    target.count());
            case Body.Scan body ->
                new Accumulator(body.projection(), body.operand().type(), false, target.count());
            case Body.Derivative _, Body.Iterate _ -> throw notByElement(definition.body());
          };
    }

    private static IllegalArgumentException notByElement(Body body) {
      return new IllegalArgumentException("no part of a recurrence: " + body);
    }

    /// Computes the elements that lie at the given positions of some axes; all, if there are none.
    ///
    /// @param at a position for each such axis
    void execute(Map<Integer, Long> at) {
      switch (definition.body()) {
        case Body.Accumulate accumulate -> accumulate(accumulate, at);
        case Body.Scan scan -> scan(scan, at);
        case Body.Derivative _, Body.Iterate _ -> throw notByElement(definition.body());
      }
      target.forEachAt(at, number -> accumulator.storeInto(target, Math.toIntExact(number)));
    }

    private void accumulate(Body.Accumulate body, Map<Integer, Long> at) {
      boolean isMap = body.isMap();
      for (Contraction term : body.terms()) {
        Scalar value = term.joined();
        forEachPoint(
            term.axes(),
            term.write(),
            at,
            () -> {
              if (evaluator.holds(term.guards())) {
                long number = target.number(term.write(), evaluator);
                if (isMap) {
                  accumulator.set(number, value, evaluator);
                } else {
                  accumulator.add(number, value, evaluator);
                }
              }
            });
      }
    }

    private void scan(Body.Scan body, Map<Integer, Long> at) {
      List<IndexExpr> here = body.axes().stream().map(Axis::variable).toList();
      List<IndexExpr> before = new ArrayList<>(here);
      before.set(body.axis(), here.get(body.axis()).plus(-1));
      forEachPoint(
          body.axes(),
          here,
          at,
          () -> {
            long number = target.number(here, evaluator);
            if (evaluator.index(here.get(body.axis())) > 0) {
              accumulator.start(number, target.number(before, evaluator));
            }
            accumulator.add(number, body.operand(), evaluator);
          });
    }

    /// Visits the points of a domain that write at the given positions.
    private void forEachPoint(
        List<Axis> axes, List<IndexExpr> write, Map<Integer, Long> at, Runnable body) {
      Map<String, Long> fixed = new HashMap<>();
      for (Map.Entry<Integer, Long> place : at.entrySet()) {
        IndexExpr position = write.get(place.getKey());
        switch (Landing.of(position)) {
          case Landing.Moving(String variable, long shift) -> {
            long value = place.getValue() - shift;
            Long other = fixed.putIfAbsent(variable, value);
            if (other != null && other != value) {
              return;
            }
          }
          case Landing.Fixed() -> {
            if (evaluator.index(position) != place.getValue()) {
              return;
            }
          }
          case Landing.Scattered() ->
              throw new IllegalStateException("`" + definition.name() + "` has no such slices");
        }
      }
      forEachPoint(axes, 0, fixed, body);
    }

    private void forEachPoint(List<Axis> axes, int depth, Map<String, Long> fixed, Runnable body) {
      if (depth == axes.size()) {
        body.run();
        return;
      }
      Axis axis = axes.get(depth);
      long extent = evaluator.index(axis.extent());
      Long only = fixed.get(axis.name());
      long first = only == null ? 0 : only;
      long end = only == null ? extent : Math.min(only + 1, extent);
      for (long value = first; 0 <= value && value < end; value++) {
        evaluator.bind(axis.name(), value);
        forEachPoint(axes, depth + 1, fixed, body);
      }
    }
  }
}
