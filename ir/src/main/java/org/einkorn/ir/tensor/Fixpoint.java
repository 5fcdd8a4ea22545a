package org.einkorn.ir.tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.runtime.DType;

/// An iteration that takes in what follows from its states until nothing changes.
///
/// @param states in the order of the iteration
public record Fixpoint(List<State> states) {
  public Fixpoint {
    states = List.copyOf(states);
  }

  /// One of its states, which in each round becomes `state ⊕ terms`.
  public record State(Definition definition, Projection projection, List<Contraction> terms) {
    public State {
      terms = List.copyOf(terms);
    }

    public String name() {
      return definition.name();
    }

    public TensorType type() {
      return definition.type();
    }
  }

  /// The fixpoint that an iteration is; nothing if it is something else, or more.
  public static Optional<Fixpoint> of(Step.Iteration iteration) {
    Map<String, Definition> inside = new HashMap<>();
    for (Step step : iteration.steps()) {
      if (!(step instanceof Step.Compute(Definition definition))) {
        return Optional.empty();
      }
      inside.put(definition.name(), definition);
    }
    List<State> states = new ArrayList<>();
    List<Contraction> unchanged = new ArrayList<>();
    for (Definition state : iteration.states()) {
      Definition next = inside.remove(Step.Iteration.next(state));
      if (next == null
          || !(next.body() instanceof Body.Accumulate(Projection projection, var terms))
          || !projection.isIdempotent()
          || !terms
              .getFirst()
              .equals(itself(state.name(), state.type(), terms.getFirst().valueType()))) {
        return Optional.empty();
      }
      states.add(new State(state, projection, terms.subList(1, terms.size())));
      unchanged.add(unchanged(state.type(), state.name(), next.name()));
    }
    Definition settled = iteration.until().map(inside::remove).orElse(null);
    boolean isSettled =
        settled != null && settled.body().equals(new Body.Accumulate(Projection.ALL, unchanged));
    return isSettled && inside.isEmpty() ? Optional.of(new Fixpoint(states)) : Optional.empty();
  }

  /// The term of a next state that is the state itself.
  ///
  /// @param value the type that terms are combined in
  public static Contraction itself(String state, TensorType type, DType value) {
    Scalar read = Scalar.cast(value, new Scalar.Read(state, type.dtype(), here(type)));
    BinaryOp join = value == DType.BOOL ? BinaryOp.AND : BinaryOp.MULTIPLY;
    return new Contraction(axes(type), List.of(), here(type), join, List.of(read));
  }

  /// The term of a condition that a state does not change any more; a NaN that stays one does not.
  public static Contraction unchanged(TensorType type, String state, String next) {
    Scalar before = read(state, type);
    Scalar after = read(next, type);
    Scalar isEqual = new Scalar.Binary(BinaryOp.EQUAL, before, after);
    if (type.dtype().isFloat()) {
      Scalar both =
          new Scalar.Binary(
              BinaryOp.AND,
              new Scalar.Binary(BinaryOp.NOT_EQUAL, before, before),
              new Scalar.Binary(BinaryOp.NOT_EQUAL, after, after));
      isEqual = new Scalar.Binary(BinaryOp.OR, isEqual, both);
    }
    return new Contraction(axes(type), List.of(), List.of(), BinaryOp.AND, List.of(isEqual));
  }

  private static Scalar read(String tensor, TensorType type) {
    return Scalar.cast(type.dtype().compute(), new Scalar.Read(tensor, type.dtype(), here(type)));
  }

  private static List<Axis> axes(TensorType type) {
    List<Axis> axes = new ArrayList<>();
    for (IndexExpr extent : type.extents()) {
      axes.add(new Axis("at." + axes.size(), extent));
    }
    return axes;
  }

  private static List<IndexExpr> here(TensorType type) {
    return axes(type).stream().map(Axis::variable).toList();
  }

  /// Whether an iteration is a fixpoint that is [monotone][#isMonotone].
  public static boolean isMonotone(Step.Iteration iteration) {
    return of(iteration).filter(Fixpoint::isMonotone).isPresent();
  }

  /// Whether it is one over a monotone semiring in which an element of a state tells where a term
  /// reads it. What follows from elements that changed can then be found from these alone.
  public boolean isMonotone() {
    return states.stream().allMatch(this::isMonotone);
  }

  private boolean isMonotone(State state) {
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
        part -> found[0] |= part instanceof Scalar.Read read && isState(read.tensor()));
  }

  /// Whether a tensor is one of the states.
  public boolean isState(String tensor) {
    return states.stream().anyMatch(state -> state.name().equals(tensor));
  }

  /// The element of a state that an operand is.
  public Optional<Scalar.Read> source(Scalar operand) {
    return operand instanceof Scalar.Read read && isState(read.tensor())
        ? Optional.of(read)
        : Optional.empty();
  }
}
