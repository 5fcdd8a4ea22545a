package org.einkorn.passes.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Repeat;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Fixpoint;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Landing;
import org.einkorn.ir.tensor.Step;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.runtime.DType;

/// The semi-naive evaluation of a fixpoint: a round looks only at the elements that the round
/// before changed, and at what follows from each.
///
/// For each place where a term reads a state there is a nest over the queued elements of that state
/// ([Worklist]). The element fixes some axes of the term; the others are loops, along the rows of a
/// relation ([Rows]) where there is one. What comes out goes into the target at once, so that later
/// steps of the same round use it. As ⊕ is idempotent and ⊗ monotone, all orders come to the same
/// least fixpoint (the chaotic iteration of Cousot and Cousot, 1977).
final class SemiNaive {
  private final Fixpoint fixpoint;
  private final Map<String, Worklist> lists = new LinkedHashMap<>();
  private final Map<String, Rows> rows = new LinkedHashMap<>();

  /// The types of relations that no round changes.
  private final Map<String, TensorType> relations;

  /// What rows there are already.
  private final Set<String> known;

  /// Those of them that are lists of tuples.
  private final Map<String, TupleRelation> tuples;

  private SemiNaive(
      Fixpoint fixpoint,
      Map<String, TensorType> relations,
      Map<String, TupleRelation> tuples,
      Set<String> known) {
    this.fixpoint = fixpoint;
    this.known = known;
    this.tuples = Map.copyOf(tuples);
    this.relations = Map.copyOf(relations);
    fixpoint.states().forEach(state -> lists.put(state.name(), new Worklist(state)));
  }

  /// Loops, their memory, and which of them repeat.
  ///
  /// @param functions after the states have the values that they start from
  record Lowered(List<Buffer> buffers, List<Function> functions, Repeat repeat) {
    Lowered {
      buffers = List.copyOf(buffers);
      functions = List.copyOf(functions);
    }
  }

  /// The loops of an iteration; nothing where it is no fixpoint over a monotone semiring, or an
  /// element of a state does not tell where a term reads it.
  ///
  /// @param buffers all memory so far, by name
  /// @param tuples relations that are lists of tuples
  /// @param known the names of the rows that earlier functions make; those of this one are added
  static Optional<Lowered> lower(
      Step.Iteration iteration,
      Map<String, Buffer> buffers,
      Map<String, TupleRelation> tuples,
      Set<String> known) {
    Optional<Fixpoint> fixpoint = Fixpoint.of(iteration);
    if (fixpoint.isEmpty()) {
      return Optional.empty();
    }
    Map<String, TensorType> relations = new HashMap<>();
    buffers.forEach(
        (name, buffer) -> {
          if (buffer.type().dtype() == DType.BOOL) {
            relations.put(name, buffer.type());
          }
        });
    fixpoint.get().states().forEach(state -> relations.remove(state.name()));
    SemiNaive lowering = new SemiNaive(fixpoint.get(), relations, tuples, known);
    boolean isSuited = fixpoint.get().states().stream().allMatch(lowering::isSuited);
    return isSuited ? Optional.of(lowering.run(iteration)) : Optional.empty();
  }

  // ------------------------------------------------------------- what is suited

  private boolean isSuited(Fixpoint.State state) {
    DType type = state.type().dtype();
    return type.isCompute()
        && !type.isInteger()
        && state.terms().stream()
            .allMatch(term -> term.valueType() == type && isMonotone(state.projection(), term));
  }

  private boolean isMonotone(Projection projection, Contraction term) {
    boolean isJoin =
        term.operands().size() == 1
            || switch (projection) {
              case MIN, MAX ->
                  term.join() == BinaryOp.ADD
                      || term.join() == BinaryOp.MINIMUM
                      || term.join() == BinaryOp.MAXIMUM;
              case ANY, ALL -> term.join() == BinaryOp.AND || term.join() == BinaryOp.OR;
              case SUM, PRODUCT, XOR, LOG_SUM_EXP -> false;
            };
    boolean isPlain =
        term.operands().stream()
            .allMatch(operand -> !readsState(operand) || source(operand).isPresent());
    boolean isFixed =
        term.guards().stream().noneMatch(guard -> readsState(guard.index()))
            && term.write().stream().noneMatch(this::readsState)
            && term.operands().stream()
                .flatMap(operand -> source(operand).stream())
                .allMatch(read -> read.indices().stream().noneMatch(this::isScattered));
    // Where operands are joined by `or`, a term holds without any one of them.
    boolean isFiltered =
        projection != Projection.ANY || term.join() == BinaryOp.AND || term.operands().size() == 1;
    return isJoin && isPlain && isFixed && isFiltered;
  }

  private boolean isScattered(IndexExpr position) {
    return Landing.of(position) instanceof Landing.Scattered || readsState(position);
  }

  private boolean readsState(Scalar scalar) {
    boolean[] found = {false};
    stateReads(found).visit(scalar);
    return found[0];
  }

  private boolean readsState(IndexExpr index) {
    boolean[] found = {false};
    stateReads(found).visit(index);
    return found[0];
  }

  private Walk stateReads(boolean[] found) {
    return Walk.ofScalars(
        part -> found[0] |= part instanceof Scalar.Read read && lists.containsKey(read.tensor()));
  }

  /// The element of a state that an operand is.
  private Optional<Scalar.Read> source(Scalar operand) {
    return operand instanceof Scalar.Read read && lists.containsKey(read.tensor())
        ? Optional.of(read)
        : Optional.empty();
  }

  // ------------------------------------------------------------------ functions

  private Lowered run(Step.Iteration iteration) {
    Origin origin = fixpoint.states().getFirst().definition().origin();
    List<Function> before = new ArrayList<>();
    List<Function> round = new ArrayList<>();
    String settled = iteration.until().orElseThrow();
    Scalar isEmpty =
        lists.values().stream()
            .map(Worklist::isEmpty)
            .reduce((one, other) -> new Scalar.Binary(BinaryOp.AND, one, other))
            .orElseThrow();
    round.add(new Function(settled, new Stmt.Store(settled, List.of(), isEmpty), origin));
    List<Stmt> opening = new ArrayList<>();
    lists.values().forEach(list -> opening.add(list.open()));
    round.add(new Function(iteration.name() + ".open", new Stmt.Sequence(opening), origin));
    for (Fixpoint.State state : fixpoint.states()) {
      Definition definition = state.definition();
      Worklist list = Objects.requireNonNull(lists.get(state.name()));
      before.add(new Function(state.name() + ".seed", list.seed(), definition.origin()));
      int number = 0;
      for (Contraction term : state.terms()) {
        for (int operand = 0; operand < term.operands().size(); operand++) {
          if (source(term.operands().get(operand)).isPresent()) {
            String name = state.name() + ".from" + number++;
            round.add(new Function(name, nest(state, term, operand), definition.origin()));
          }
        }
      }
    }
    List<Stmt> closing = new ArrayList<>();
    lists.values().forEach(list -> closing.add(list.close()));
    round.add(new Function(iteration.name() + ".close", new Stmt.Sequence(closing), origin));
    List<Buffer> buffers = new ArrayList<>();
    buffers.add(new Buffer(settled, new TensorType(DType.BOOL, List.of()), Buffer.Scope.GLOBAL));
    lists.values().forEach(list -> buffers.addAll(list.buffers()));
    rows.values().forEach(each -> buffers.addAll(each.buffers()));
    List<Function> functions = new ArrayList<>();
    rows.values().forEach(each -> functions.add(new Function(each.name(), each.build(), origin)));
    functions.addAll(before);
    functions.addAll(round);
    Repeat repeat =
        new Repeat(
            round.getFirst().name(),
            Optional.of(round.getFirst().name()),
            round.getLast().name(),
            iteration.until(),
            iteration.limit());
    return new Lowered(buffers, functions, repeat);
  }

  // ----------------------------------------------------------------------- nests

  /// What follows by a term from the elements that changed, read by one of its operands.
  private Stmt nest(Fixpoint.State target, Contraction term, int operand) {
    Scalar.Read read = source(term.operands().get(operand)).orElseThrow();
    Worklist list = Objects.requireNonNull(lists.get(read.tensor()));
    return list.forEachInBatch(
        at -> {
          Scope scope = new Scope(target, term, operand);
          for (int axis = 0; axis < at.size(); axis++) {
            scope.match(read.indices().get(axis), at.get(axis));
          }
          return scope.emit();
        });
  }

  /// A nest while it is made: which axes have a value, and what is still to be checked.
  private final class Scope {
    private final Fixpoint.State target;
    private final Contraction term;
    private final Map<String, IndexExpr> values = new HashMap<>();
    private final List<Axis> open;
    private final List<Guard> guards = new ArrayList<>();
    private final List<Scalar> conditions = new ArrayList<>();

    Scope(Fixpoint.State target, Contraction term, int operand) {
      this.target = target;
      this.term = term;
      this.open = new ArrayList<>(term.axes());
      this.guards.addAll(term.guards());
      if (isFilter()) {
        // The element that changed holds.
        for (int other = 0; other < term.operands().size(); other++) {
          if (other != operand) {
            conditions.add(term.operands().get(other));
          }
        }
      }
    }

    private boolean isFilter() {
      return Objects.requireNonNull(lists.get(target.name())).isRelation();
    }

    /// Notes that a read at `index` is one at `position`.
    void match(IndexExpr index, IndexExpr position) {
      if (Landing.of(index) instanceof Landing.Moving(String variable, long shift)) {
        Optional<Axis> axis =
            open.stream().filter(each -> each.name().equals(variable)).findFirst();
        if (axis.isPresent()) {
          open.remove(axis.get());
          IndexExpr value = position.plus(-shift);
          values.put(variable, value);
          boolean isInside =
              position instanceof IndexExpr.Fetch fetch
                  && shift == 0
                  && fetch.extent().equals(axis.get().extent());
          if (!isInside) {
            guards.add(new Guard(value, axis.get().extent()));
          }
          return;
        }
      }
      guards.add(Worklist.equal(position, new Substitution(values).apply(index)));
    }

    Stmt emit() {
      Substitution substitution = new Substitution(values);
      List<Guard> now = guards.stream().filter(this::isKnown).toList();
      guards.removeAll(now);
      if (!now.isEmpty()) {
        return new Stmt.If(substitution.guards(now), emit());
      }
      Optional<Scalar> condition = conditions.stream().filter(this::isKnown).findFirst();
      if (condition.isPresent()) {
        conditions.remove(condition.get());
        return new Stmt.When(substitution.apply(condition.get()), emit());
      }
      if (open.isEmpty()) {
        List<IndexExpr> at = substitution.positions(term.write());
        Scalar value = substitution.apply(term.joined());
        return Objects.requireNonNull(lists.get(target.name())).improve(at, value);
      }
      return alongRows(substitution).orElseGet(this::loop);
    }

    private Stmt loop() {
      Axis axis = open.removeFirst();
      String name = axis.name() + ".0";
      values.put(axis.name(), IndexExpr.variable(name));
      IndexExpr extent = new Substitution(values).apply(axis.extent());
      return new Stmt.For(Stmt.LoopKind.SERIAL, name, extent, emit());
    }

    /// A loop over the positions at which a condition holds, where they are known by rows.
    private Optional<Stmt> alongRows(Substitution substitution) {
      for (Scalar condition : List.copyOf(conditions)) {
        if (!(condition instanceof Scalar.Read read) || !isListed(read)) {
          continue;
        }
        List<Integer> free = new ArrayList<>();
        for (int axis = 0; axis < read.indices().size(); axis++) {
          if (!isKnown(read.indices().get(axis))) {
            free.add(axis);
          }
        }
        if (free.size() != 1) {
          continue;
        }
        int along = free.getFirst();
        String variable = ((IndexExpr.Variable) read.indices().get(along)).name();
        TensorType type = Objects.requireNonNull(relations.get(read.tensor()));
        Rows listed =
            new Rows(read.tensor(), type, along, Optional.ofNullable(tuples.get(read.tensor())));
        if (known.add(listed.name())) {
          rows.put(listed.name(), listed);
        }
        conditions.remove(condition);
        open.removeIf(axis -> axis.name().equals(variable));
        return Optional.of(
            listed.forEach(
                substitution.positions(withZero(read.indices(), along)),
                variable + ".0",
                position -> {
                  values.put(variable, position);
                  return emit();
                }));
      }
      return Optional.empty();
    }

    private List<IndexExpr> withZero(List<IndexExpr> indices, int axis) {
      List<IndexExpr> changed = new ArrayList<>(indices);
      changed.set(axis, IndexExpr.Constant.ZERO);
      return changed;
    }

    /// Whether a relation that no round changes is read at plain axes of its own extents.
    private boolean isListed(Scalar.Read read) {
      TensorType type = relations.get(read.tensor());
      boolean isLong = tuples.containsKey(read.tensor()) && read.indices().size() > 2;
      if (type == null || isLong || new HashSet<>(read.indices()).size() != read.indices().size()) {
        return false;
      }
      for (int axis = 0; axis < read.indices().size(); axis++) {
        IndexExpr extent = type.extents().get(axis);
        IndexExpr index = read.indices().get(axis);
        boolean isOwn =
            term.axes().stream()
                .anyMatch(each -> each.variable().equals(index) && each.extent().equals(extent));
        if (!isOwn) {
          return false;
        }
      }
      return true;
    }

    private boolean isKnown(Guard guard) {
      return isKnown(guard.index());
    }

    private boolean isKnown(IndexExpr index) {
      return areKnown(Walk.variables(index));
    }

    private boolean isKnown(Scalar scalar) {
      return areKnown(Expressions.variables(scalar));
    }

    private boolean areKnown(Set<String> variables) {
      return variables.stream().allMatch(values::containsKey);
    }
  }
}
