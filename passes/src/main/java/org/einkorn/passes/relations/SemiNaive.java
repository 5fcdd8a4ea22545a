package org.einkorn.passes.relations;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Repeat;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.TupleCount;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Fixpoint;
import org.einkorn.ir.tensor.Step;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// The semi-naive evaluation of a fixpoint: a round looks only at the elements that the round
/// before changed, and at what follows from each.
///
/// For each place where a term reads a state there is a nest over the queued elements of that state
/// ([Frontier]). The element fixes some axes of the term; for the others the nest goes along
/// relations where it can ([RuleNest]). What comes out goes into the target at once, so that later
/// steps of the same round use it. As ⊕ is idempotent and ⊗ monotone, all orders come to the same
/// least fixpoint (the chaotic iteration of Cousot and Cousot, 1977).
public final class SemiNaive {
  private final Fixpoint fixpoint;
  private final Map<String, Frontier> frontiers = new LinkedHashMap<>();
  private final Relations relations;

  private SemiNaive(Fixpoint fixpoint, Relations relations) {
    this.fixpoint = fixpoint;
    this.relations = relations;
    for (Fixpoint.State state : fixpoint.states()) {
      Optional<TupleTable> table = relations.table(state.name());
      frontiers.put(
          state.name(), table.isPresent() ? new TableFrontier(table.get()) : new Worklist(state));
    }
  }

  /// Loops, their memory, and which of them repeat.
  ///
  /// @param functions after the states have the values that they start from
  public record Lowered(
      List<Buffer> buffers, List<Function> functions, Repeat repeat, List<TupleCount> tupleCounts) {
    public Lowered {
      buffers = List.copyOf(buffers);
      functions = List.copyOf(functions);
      tupleCounts = List.copyOf(tupleCounts);
    }
  }

  /// The loops of an iteration that is a [monotone][Fixpoint#isMonotone] fixpoint.
  ///
  /// @param relations those that no round changes, and the states that are tables
  public static Lowered lower(Step.Iteration iteration, Relations relations) {
    return new SemiNaive(Fixpoint.of(iteration).orElseThrow(), relations).run(iteration);
  }

  // ------------------------------------------------------------------ functions

  private Lowered run(Step.Iteration iteration) {
    Origin origin = fixpoint.states().getFirst().definition().origin();
    List<Function> before = new ArrayList<>();
    List<Function> round = new ArrayList<>();
    String settled = iteration.until().orElseThrow();
    Scalar isEmpty =
        frontiers.values().stream()
            .map(Frontier::isEmpty)
            .reduce((one, other) -> new Scalar.Binary(BinaryOp.AND, one, other))
            .orElseThrow();
    round.add(new Function(settled, new Stmt.Store(settled, List.of(), isEmpty), origin));
    List<Stmt> opening = new ArrayList<>();
    frontiers.values().forEach(list -> opening.add(list.open()));
    round.add(new Function(iteration.name() + ".open", new Stmt.Sequence(opening), origin));
    for (Fixpoint.State state : fixpoint.states()) {
      Definition definition = state.definition();
      Frontier list = Objects.requireNonNull(frontiers.get(state.name()));
      before.add(new Function(state.name() + ".seed", list.seed(), definition.origin()));
      int number = 0;
      for (Contraction term : state.terms()) {
        for (int operand = 0; operand < term.operands().size(); operand++) {
          if (fixpoint.source(term.operands().get(operand)).isPresent()) {
            String name = state.name() + ".from" + number++;
            round.add(new Function(name, nest(state, term, operand), definition.origin()));
          }
        }
      }
    }
    List<Stmt> closing = new ArrayList<>();
    frontiers.values().forEach(list -> closing.add(list.close()));
    round.add(new Function(iteration.name() + ".close", new Stmt.Sequence(closing), origin));
    List<Buffer> buffers = new ArrayList<>();
    buffers.add(new Buffer(settled, new TensorType(DType.BOOL, List.of()), Buffer.Scope.GLOBAL));
    frontiers.values().forEach(list -> buffers.addAll(list.buffers()));
    List<Function> functions = new ArrayList<>(relations.takeFunctions());
    functions.addAll(before);
    functions.addAll(round);
    Repeat repeat =
        new Repeat(
            round.getFirst().name(),
            Optional.of(round.getFirst().name()),
            round.getLast().name(),
            iteration.until(),
            iteration.limit());
    List<TupleCount> counts = new ArrayList<>();
    frontiers.forEach(
        (name, list) -> list.derived().ifPresent(count -> counts.add(new TupleCount(name, count))));
    return new Lowered(buffers, functions, repeat, counts);
  }

  // ----------------------------------------------------------------------- nests

  /// What follows by a term from the elements that changed, read by one of its operands.
  private Stmt nest(Fixpoint.State target, Contraction term, int operand) {
    Scalar.Read read = fixpoint.source(term.operands().get(operand)).orElseThrow();
    Frontier list = Objects.requireNonNull(frontiers.get(read.tensor()));
    Frontier targets = Objects.requireNonNull(frontiers.get(target.name()));
    List<Scalar> conditions = new ArrayList<>();
    if (targets.isRelation()) {
      // The element that changed holds.
      conditions.addAll(term.operands());
      conditions.remove(operand);
    }
    return list.forEachInBatch(
        at -> {
          RuleNest nest = new RuleNest(term, conditions, relations, targets::improve);
          for (int axis = 0; axis < at.size(); axis++) {
            nest.match(read.indices().get(axis), at.get(axis));
          }
          return nest.emit();
        });
  }
}
