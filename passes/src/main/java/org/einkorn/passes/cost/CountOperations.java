package org.einkorn.passes.cost;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.TupleCount;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Makes loops count what they execute.
///
/// Before each store two counters grow by what evaluating its value takes; where a `select` decides
/// that, the counters grow by what the chosen side takes. Both are outputs of the new module, and
/// its first function sets them to 0. All its loops are serial, as all rounds count in the same
/// place. A counter is an `i64`, whose overflow is an error of the run like any other.
public final class CountOperations {
  private final String multiplies;
  private final String adds;

  private CountOperations(String multiplies, String adds) {
    this.multiplies = multiplies;
    this.adds = adds;
  }

  /// A module that counts.
  ///
  /// @param multiplies the name of the counter of multiplications, an `i64` without axes
  /// @param adds the name of the counter of additions
  /// @param tuples for each relation that a fixpoint derives the name of the counter of its tuples
  public record Counting(
      Module module, String multiplies, String adds, SequencedMap<String, String> tuples) {}

  /// The module with counters.
  public static Counting apply(Module module) {
    Set<String> taken = module.allBuffers().stream().map(Buffer::name).collect(Collectors.toSet());
    String prefix = "executed";
    while (taken.contains(prefix + ".mul") || taken.contains(prefix + ".add")) {
      prefix += ".x";
    }
    CountOperations count = new CountOperations(prefix + ".mul", prefix + ".add");
    SequencedMap<String, String> tuples = new LinkedHashMap<>();
    for (TupleCount each : module.tupleCounts()) {
      tuples.put(each.relation(), prefix + ".tuples." + each.relation());
    }
    return new Counting(count.module(module, tuples), count.multiplies, count.adds, tuples);
  }

  private Module module(Module module, Map<String, String> tuples) {
    TensorType number = new TensorType(DType.I64, List.of());
    List<Buffer> buffers = new ArrayList<>(module.buffers());
    List<Signature.Output> outputs = new ArrayList<>(module.signature().outputs());
    List<String> counters = new ArrayList<>(List.of(multiplies, adds));
    counters.addAll(tuples.values());
    for (String counter : counters) {
      buffers.add(new Buffer(counter, number, Buffer.Scope.GLOBAL));
      outputs.add(new Signature.Output(counter, number, Optional.empty()));
    }
    Signature signature =
        new Signature(
            module.signature().symbols(),
            module.signature().inputs(),
            outputs,
            module.signature().queries());
    List<Function> functions = new ArrayList<>();
    functions.add(new Function(multiplies, zero()));
    for (Function function : module.functions()) {
      functions.add(new Function(function.name(), counted(function.body()), function.origin()));
    }
    for (TupleCount count : module.tupleCounts()) {
      String counter = Objects.requireNonNull(tuples.get(count.relation()));
      functions.add(new Function(counter, new Stmt.Store(counter, List.of(), count.count())));
    }
    return module.with(signature, buffers, functions);
  }

  private Stmt zero() {
    Scalar none = Scalar.Literal.of(DType.I64, 0);
    return new Stmt.Block(
        multiplies,
        List.of(),
        List.of(),
        List.of(),
        regions(),
        Optional.empty(),
        new Stmt.Sequence(
            List.of(
                new Stmt.Store(multiplies, List.of(), none),
                new Stmt.Store(adds, List.of(), none))));
  }

  private List<Stmt.Region> regions() {
    return List.of(new Stmt.Region(multiplies, List.of()), new Stmt.Region(adds, List.of()));
  }

  private Stmt counted(Stmt statement) {
    return switch (statement) {
      // Annotations are about memory, and here operations are counted alone.
      case Stmt.For(var kind, var variable, var extent, var _, Stmt body) ->
          new Stmt.For(serial(kind), variable, extent, counted(body));
      case Stmt.Block block ->
          new Stmt.Block(
              block.name(),
              block.iters(),
              block.guards(),
              with(block.reads()),
              with(block.writes()),
              block.init().map(this::counted),
              counted(block.body()));
      case Stmt.Sequence(List<Stmt> statements) ->
          new Stmt.Sequence(statements.stream().map(this::counted).toList());
      case Stmt.Allocate(Buffer buffer, Stmt body) -> new Stmt.Allocate(buffer, counted(body));
      case Stmt.If(var guards, Stmt body) -> new Stmt.If(guards, counted(body));
      case Stmt.When(var condition, Stmt body) -> new Stmt.When(condition, counted(body));
      case Stmt.While(var condition, Stmt body) -> new Stmt.While(condition, counted(body));
      case Stmt.Store store -> counted(store);
    };
  }

  private static Stmt.LoopKind serial(Stmt.LoopKind kind) {
    return kind.isAtOnce() ? Stmt.LoopOrder.SERIAL : kind;
  }

  private List<Stmt.Region> with(List<Stmt.Region> regions) {
    List<Stmt.Region> more = new ArrayList<>(regions);
    more.addAll(regions());
    return more;
  }

  private Stmt counted(Stmt.Store store) {
    ScalarCost cost = ScalarCost.of(store);
    if (cost.isFree()) {
      return store;
    }
    List<Stmt> statements = new ArrayList<>();
    grow(multiplies, number(cost, true), statements);
    grow(adds, number(cost, false), statements);
    statements.add(store);
    return new Stmt.Sequence(statements);
  }

  private static void grow(String counter, Scalar number, List<Stmt> statements) {
    if (!isZero(number)) {
      Scalar before = new Scalar.Read(counter, DType.I64, List.of());
      statements.add(
          new Stmt.Store(counter, List.of(), new Scalar.Binary(BinaryOp.ADD, before, number)));
    }
  }

  private static boolean isZero(Scalar number) {
    return number.equals(Scalar.Literal.of(DType.I64, 0));
  }

  /// What a value takes, as an expression.
  private static Scalar number(ScalarCost cost, boolean ofMultiplies) {
    Scalar sum = Scalar.Literal.of(DType.I64, ofMultiplies ? cost.multiplies() : cost.adds());
    for (ScalarCost.Choice choice : cost.choices()) {
      Scalar then = number(choice.then(), ofMultiplies);
      Scalar otherwise = number(choice.otherwise(), ofMultiplies);
      if (!then.equals(otherwise)) {
        Scalar chosen = new Scalar.Select(choice.condition(), then, otherwise);
        sum = isZero(sum) ? chosen : new Scalar.Binary(BinaryOp.ADD, sum, chosen);
      } else if (!isZero(then)) {
        sum = isZero(sum) ? then : new Scalar.Binary(BinaryOp.ADD, sum, then);
      }
    }
    return sum;
  }
}
