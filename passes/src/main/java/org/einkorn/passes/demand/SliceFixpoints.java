package org.einkorn.passes.demand;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.EvaluationOrder;
import org.einkorn.ir.tensor.Fixpoint;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Landing;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Step;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.ir.text.ExprPrinter;
import org.einkorn.passes.Pass;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.passes.trace.Kind;
import org.einkorn.passes.trace.Trace;

/// Computes of a fixpoint only the slice that is asked for, where no other slice has a part in it.
///
/// If everything outside reads `Ancestor[7, z]`, and each rule reads `Ancestor` at the first
/// position that it writes, as `Ancestor(x, z) <- Ancestor(x, y), Parent(y, z)` does, the state
/// needs no axis for the ancestors of anyone but 7. This is what the transformation by magic sets
/// comes to where the bound argument is passed on as it is (Bancilhon, Maier, Sagiv, Ullman, PODS
/// 1986).
public final class SliceFixpoints {
  public static final Pass<Program> PASS =
      new Pass<>(
          "slice-fixpoints",
          "computes only those slices of fixpoints that are asked for",
          SliceFixpoints::apply);

  private final Program program;
  private final Fixpoint.State state;
  private final Body.Iterate iterate;
  private final int axis;
  private final IndexExpr position;

  private SliceFixpoints(
      Program program, Fixpoint.State state, Body.Iterate iterate, int axis, IndexExpr position) {
    this.program = program;
    this.state = state;
    this.iterate = iterate;
    this.axis = axis;
    this.position = position;
  }

  private static Program apply(Program program, PassContext context) {
    Program current = program;
    Optional<SliceFixpoints> slice = find(current);
    while (slice.isPresent()) {
      current = slice.get().run(context.trace());
      slice = find(current);
    }
    return current;
  }

  // ------------------------------------------------------------------------- search

  private static Optional<SliceFixpoints> find(Program program) {
    boolean mayHave =
        program.slicings().isEmpty()
            && program.definitions().stream()
                .anyMatch(definition -> definition.body() instanceof Body.Iterate);
    if (!mayHave
        || !(EvaluationOrder.of(program) instanceof EvaluationOrder.Result.Ordered found)) {
      return Optional.empty();
    }
    for (Step step : found.steps()) {
      if (step instanceof Step.Iteration iteration) {
        Optional<SliceFixpoints> slice =
            Fixpoint.of(iteration).flatMap(fixpoint -> find(program, fixpoint));
        if (slice.isPresent()) {
          return slice;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<SliceFixpoints> find(Program program, Fixpoint fixpoint) {
    if (fixpoint.states().size() != 1) {
      return Optional.empty();
    }
    Fixpoint.State state = fixpoint.states().getFirst();
    if (!(state.definition().body() instanceof Body.Iterate iterate)
        || isNamed(program, state.name(), iterate)) {
      return Optional.empty();
    }
    for (int axis = 0; axis < state.type().rank(); axis++) {
      Optional<IndexExpr> position = asked(program, state, iterate, axis);
      if (position.isPresent() && isPassedOn(state, axis)) {
        return Optional.of(new SliceFixpoints(program, state, iterate, axis, position.get()));
      }
    }
    return Optional.empty();
  }

  /// Whether the state is kept, or something else than elements of it is needed; or what it starts
  /// from is needed by others too, or is no equation.
  private static boolean isNamed(Program program, String state, Body.Iterate iterate) {
    Set<String> whole = new HashSet<>();
    program.signature().outputs().forEach(output -> whole.add(output.name()));
    boolean[] isFetched = {false};
    Walk fetches =
        Walk.ofIndices(
            part ->
                isFetched[0] |=
                    part instanceof IndexExpr.Fetch fetch && fetch.tensor().equals(state));
    boolean isEquation = false;
    for (Definition definition : program.definitions()) {
      definition.body().walk(fetches);
      if (!definition.name().equals(state)) {
        whole.addAll(TensorReads.named(definition.body()));
        if (TensorReads.of(definition.body()).contains(iterate.start())) {
          whole.add(iterate.start());
        }
      }
      isEquation |=
          definition.name().equals(iterate.start()) && definition.body() instanceof Body.Accumulate;
    }
    return !isEquation
        || isFetched[0]
        || whole.contains(state)
        || whole.contains(iterate.start())
        || whole.contains(iterate.next());
  }

  /// The only position on an axis at which other equations read the state, if it is one.
  private static Optional<IndexExpr> asked(
      Program program, Fixpoint.State state, Body.Iterate iterate, int axis) {
    Set<IndexExpr> positions = new HashSet<>();
    Set<String> inside = Set.of(state.name(), iterate.next(), iterate.until().orElse(""));
    for (Definition definition : program.definitions()) {
      if (!inside.contains(definition.name())) {
        definition
            .body()
            .walk(
                Walk.ofScalars(
                    part -> {
                      if (part instanceof Scalar.Read read && read.tensor().equals(state.name())) {
                        positions.add(read.indices().get(axis));
                      }
                    }));
      }
    }
    return positions.stream()
        .filter(position -> positions.size() == 1 && isFixed(position))
        .findFirst();
  }

  private static boolean isFixed(IndexExpr position) {
    return Walk.variables(position).isEmpty() && !Expressions.fetches(position);
  }

  /// Whether each term reads the state at the position that it writes.
  private static boolean isPassedOn(Fixpoint.State state, int axis) {
    for (Contraction term : state.terms()) {
      IndexExpr written = term.write().get(axis);
      boolean isWhole =
          term.axes().stream()
              .anyMatch(
                  each ->
                      each.variable().equals(written)
                          && each.extent().equals(state.type().extents().get(axis)));
      boolean[] isPassed = {isWhole};
      Walk reads =
          Walk.ofScalars(
              part -> {
                if (part instanceof Scalar.Read read && read.tensor().equals(state.name())) {
                  isPassed[0] &= read.indices().get(axis).equals(written);
                }
              });
      term.operands().forEach(reads::visit);
      term.guards().forEach(guard -> reads.visit(guard.index()));
      term.write().forEach(reads::visit);
      if (!isPassed[0]) {
        return false;
      }
    }
    return true;
  }

  // ------------------------------------------------------------------------ rewrite

  private Program run(Trace.Recorder trace) {
    TensorType type = new TensorType(state.type().dtype(), without(state.type().extents()));
    Map<String, UnaryOperator<Definition>> changes = new LinkedHashMap<>();
    changes.put(state.name(), old -> with(old, type, old.body()));
    changes.put(iterate.start(), old -> with(old, type, start((Body.Accumulate) old.body())));
    changes.put(iterate.next(), old -> with(old, type, next(type, old)));
    iterate
        .until()
        .ifPresent(
            settled ->
                changes.put(
                    settled,
                    old ->
                        with(
                            old,
                            old.type(),
                            new Body.Accumulate(
                                Projection.ALL,
                                List.of(Fixpoint.unchanged(type, state.name(), iterate.next()))))));
    List<Definition> definitions = new ArrayList<>();
    for (Definition definition : program.definitions()) {
      UnaryOperator<Definition> change = changes.get(definition.name());
      Definition after =
          change == null
              ? with(definition, definition.type(), reading(definition.body()))
              : change.apply(definition);
      definitions.add(after);
      if (definition.name().equals(iterate.next())) {
        trace.record(
            new Trace.Applied(
                state.name(),
                PASS.name(),
                Kind.EXACT,
                List.of(definition),
                List.of(after),
                "on axis " + axis + " only position " + ExprPrinter.print(position) + " is read"));
      }
    }
    return new Program(program.name(), program.signature(), definitions, program.slicings());
  }

  private static Definition with(Definition old, TensorType type, Body body) {
    return old.type().equals(type) && old.body().equals(body)
        ? old
        : new Definition(old.name(), type, body, old.origin());
  }

  private <T> List<T> without(List<T> all) {
    List<T> rest = new ArrayList<>(all);
    rest.remove(axis);
    return rest;
  }

  /// The body with reads of the slice in the place of reads of the state.
  private Body reading(Body body) {
    return Expressions.replace(
        body,
        read ->
            read.tensor().equals(state.name())
                ? new Scalar.Read(read.tensor(), read.type(), without(read.indices()))
                : read);
  }

  private Body next(TensorType type, Definition old) {
    Body.Accumulate body = (Body.Accumulate) old.body();
    List<Contraction> terms = new ArrayList<>();
    terms.add(Fixpoint.itself(state.name(), type, body.terms().getFirst().valueType()));
    for (Contraction term : state.terms()) {
      Body sliced = new Body.Accumulate(body.projection(), List.of(slice(term)));
      terms.addAll(((Body.Accumulate) reading(sliced)).terms());
    }
    return new Body.Accumulate(body.projection(), terms);
  }

  private Body start(Body.Accumulate body) {
    return new Body.Accumulate(body.projection(), body.terms().stream().map(this::slice).toList());
  }

  /// What a term writes at the position.
  private Contraction slice(Contraction term) {
    IndexExpr written = term.write().get(axis);
    Map<String, IndexExpr> values = new HashMap<>();
    List<Guard> guards = new ArrayList<>();
    if (Landing.of(written) instanceof Landing.Moving(String variable, long shift)) {
      IndexExpr value = position.plus(-shift);
      values.put(variable, value);
      Axis own =
          term.axes().stream()
              .filter(each -> each.name().equals(variable))
              .findFirst()
              .orElseThrow();
      boolean isInside = shift == 0 && own.extent().equals(state.type().extents().get(axis));
      if (!isInside) {
        guards.add(new Guard(value, own.extent()));
      }
    } else if (!written.equals(position)) {
      guards.add(new Guard(position.minus(written), IndexExpr.Constant.ONE));
    }
    Substitution substitution = new Substitution(values);
    guards.addAll(substitution.guards(term.guards()));
    return new Contraction(
        term.axes().stream().filter(each -> !values.containsKey(each.name())).toList(),
        guards,
        substitution.positions(without(term.write())),
        term.join(),
        substitution.operands(term.operands()));
  }
}
