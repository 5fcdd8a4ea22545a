package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.CountedRounds;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Replacement;
import org.einkorn.runtime.DType;

/// An iteration of `N` rounds as a recurrence along an axis of `N + 1` positions, through which
/// derivatives go like through any other.
///
/// ```text
/// X = iterate S by T for N      →   X.rounds[0, i] = S[i]
/// T[i] = f(X)                       X.rounds[t+1, i] = T.rounds[t, i]
///                                   T.rounds[t, i] = f(X.rounds[t])
///                                   X[i] = X.rounds[N, i]
/// ```
///
/// Where a condition ends it before, the rounds that follow change nothing: `X.rounds[t+1, i] =
/// where(C.rounds[t], X.rounds[t, i], T.rounds[t, i])`. That the condition holds in the end is
/// still tested, by an iteration `C.ended` of that alone, which every use of the outcome and of its
/// derivative reads.
final class Rounds {
  private final Workspace space;
  private final CountedRounds iteration;
  private final Map<String, String> rows = new HashMap<>();
  private final Map<String, String> last = new HashMap<>();
  private final List<Definition> made = new ArrayList<>();

  private Rounds(Workspace space, CountedRounds iteration) {
    this.space = space;
    this.iteration = iteration;
  }

  /// Turns each iteration between the variable and the function of a request.
  static void alongAxis(Workspace space, Body.Derivative request) {
    Optional<Definition> state = Influence.iteration(request.variable(), request.function(), space);
    while (state.isPresent()) {
      CountedRounds iteration =
          CountedRounds.of(state.get(), space.definitions())
              .orElseThrow(
                  () -> new IllegalStateException("no derivative of " + request.function()));
      new Rounds(space, iteration).run();
      state = Influence.iteration(request.variable(), request.function(), space);
    }
  }

  private void run() {
    for (Definition member : iteration.members()) {
      String name = space.free(member.name() + ".rounds");
      rows.put(member.name(), name);
      IndexExpr count =
          member.body() instanceof Body.Iterate ? iteration.rounds().plus(1) : iteration.rounds();
      List<IndexExpr> extents = new ArrayList<>(List.of(count));
      extents.addAll(member.type().extents());
      space.declare(name, member.type().dtype(), extents);
    }
    Optional<String> ended = iterate(iteration.states().getFirst()).until().map(this::ended);
    for (Definition member : iteration.members()) {
      if (member.body() instanceof Body.Iterate iterate) {
        add(row(member.name()), states(member, iterate), member.origin());
        made.add(
            new Definition(member.name(), member.type(), outcome(member, ended), member.origin()));
      } else {
        add(row(member.name()), along(member.body()), member.origin());
      }
    }
    space.replace(made);
  }

  private static Body.Iterate iterate(Definition state) {
    return (Body.Iterate) state.body();
  }

  private void add(String name, Body body, Origin origin) {
    made.add(new Definition(name, space.type(name), body, origin));
  }

  private String row(String member) {
    return rows.getOrDefault(member, member);
  }

  // ---------------------------------------------------------------------- states

  private Body states(Definition state, Body.Iterate iterate) {
    DType type = state.type().dtype().compute();
    Axis round = new Axis("t", iteration.rounds());
    IndexExpr here = round.variable();
    Contraction first = shifted(state.type(), List.of(), IndexExpr.of(0), iterate.start(), type);
    Contraction plain = shifted(state.type(), List.of(round), here.plus(1), "", type);
    List<IndexExpr> at = plain.write().subList(1, plain.write().size());
    Scalar next = value(iterate.next(), here, at, type);
    if (iterate.until().isPresent()) {
      Scalar ended = value(iterate.until().get(), here, List.of(), DType.BOOL);
      next = new Scalar.Select(ended, value(state.name(), here, at, type), next);
    }
    Contraction rest =
        new Contraction(plain.axes(), List.of(), plain.write(), plain.join(), List.of(next));
    Projection projection = type == DType.BOOL ? Projection.ANY : Projection.SUM;
    return new Body.Accumulate(projection, List.of(first, rest));
  }

  /// A term that writes a row; what of, is given by a tensor of the shape of the state, or not yet.
  private Contraction shifted(
      TensorType type, List<Axis> outer, IndexExpr row, String tensor, DType value) {
    List<Axis> axes = new ArrayList<>(outer);
    List<IndexExpr> at = new ArrayList<>();
    for (IndexExpr extent : type.extents()) {
      Axis axis = new Axis("at." + at.size(), extent);
      axes.add(axis);
      at.add(axis.variable());
    }
    List<IndexExpr> write = new ArrayList<>(List.of(row));
    write.addAll(at);
    Scalar operand = tensor.isEmpty() ? zero(value) : space.read(tensor, at, value);
    BinaryOp join = value == DType.BOOL ? BinaryOp.AND : BinaryOp.MULTIPLY;
    return new Contraction(axes, List.of(), write, join, List.of(operand));
  }

  /// An element in a round, of what is computed anew in each or once before.
  private Scalar value(String tensor, IndexExpr round, List<IndexExpr> at, DType type) {
    if (!iteration.hasMember(tensor)) {
      return space.read(tensor, at, type);
    }
    List<IndexExpr> indices = new ArrayList<>(List.of(round));
    indices.addAll(at);
    return space.read(row(tensor), indices, type);
  }

  private Body outcome(Definition state, Optional<String> ended) {
    DType type = state.type().dtype().compute();
    return space.map(
        state.type(),
        at -> {
          Scalar value = value(state.name(), iteration.rounds(), at, type);
          return ended
              .<Scalar>map(
                  end ->
                      new Scalar.Select(space.read(end, List.of(), DType.BOOL), value, zero(type)))
              .orElse(value);
        });
  }

  private static Scalar zero(DType type) {
    return type.isComplex()
        ? Scalar.cast(type, Scalar.constant(DType.F64, 0))
        : Scalar.constant(type, 0);
  }

  // ---------------------------------------------------------------------- the end

  /// The test that the condition holds after the last round.
  private String ended(String until) {
    List<Definition> needed = new ArrayList<>();
    Set<String> names = new HashSet<>(Set.of(until));
    for (int before = -1; before < names.size(); ) {
      before = names.size();
      for (Definition member : iteration.members()) {
        if (names.contains(member.name()) && !(member.body() instanceof Body.Iterate)) {
          names.addAll(TensorReads.of(member.body()));
        }
      }
    }
    for (Definition member : iteration.members()) {
      if (names.contains(member.name()) && !(member.body() instanceof Body.Iterate)) {
        String name = space.free(member.name() + ".last");
        last.put(member.name(), name);
        space.declare(name, member.type().dtype(), member.type().extents());
        needed.add(member);
      }
    }
    for (Definition member : needed) {
      add(
          last.getOrDefault(member.name(), member.name()),
          new Replacement(this::inTheEnd, this::inTheEnd).apply(member.body()),
          member.origin());
    }
    String condition = last.getOrDefault(until, until);
    String name = space.free(until + ".ended");
    Definition state = iteration.states().getFirst();
    Origin origin =
        iteration.members().stream()
            .filter(member -> member.name().equals(until))
            .findFirst()
            .orElse(state)
            .origin();
    space.declare(name, DType.BOOL, List.of());
    String next = space.free(name + ".next");
    space.declare(next, DType.BOOL, List.of());
    add(name, new Body.Iterate(condition, next, Optional.of(name), iterate(state).limit()), origin);
    TensorType truth = new TensorType(DType.BOOL, List.of());
    add(next, space.map(truth, at -> space.read(name, at, DType.BOOL)), origin);
    return name;
  }

  private Scalar inTheEnd(Scalar.Read read) {
    String copy = last.get(read.tensor());
    if (copy != null) {
      return new Scalar.Read(copy, read.type(), read.indices());
    }
    return iteration.hasMember(read.tensor()) ? in(iteration.rounds(), read) : read;
  }

  private IndexExpr inTheEnd(IndexExpr.Fetch fetch) {
    String copy = last.get(fetch.tensor());
    return copy == null
        ? in(fetch)
        : new IndexExpr.Fetch(copy, fetch.axis(), fetch.extent(), fetch.source());
  }

  // ---------------------------------------------------------------------- members

  private Scalar in(IndexExpr round, Scalar.Read read) {
    List<IndexExpr> indices = new ArrayList<>(List.of(round));
    indices.addAll(read.indices());
    return new Scalar.Read(row(read.tensor()), read.type(), indices);
  }

  private IndexExpr in(IndexExpr.Fetch fetch) {
    return iteration.hasMember(fetch.tensor())
        ? new IndexExpr.Fetch(row(fetch.tensor()), fetch.axis() + 1, fetch.extent(), fetch.source())
        : fetch;
  }

  /// What a member is in each round, along a first axis.
  private Body along(Body body) {
    return switch (body) {
      case Body.Accumulate(Projection projection, List<Contraction> terms) ->
          new Body.Accumulate(projection, terms.stream().map(this::along).toList());
      case Body.Scan(Projection projection, int axis, List<Axis> axes, Scalar operand) -> {
        Axis round = round(axes);
        List<Axis> all = new ArrayList<>(List.of(round));
        all.addAll(axes);
        Scalar value = new Replacement(read -> inRound(round, read), this::in).apply(operand);
        yield new Body.Scan(projection, axis + 1, all, value);
      }
      case Body.Derivative _, Body.Iterate _ ->
          throw new IllegalStateException("not a member of a round: " + body);
    };
  }

  private Contraction along(Contraction term) {
    Axis round = round(term.axes());
    List<Axis> axes = new ArrayList<>(List.of(round));
    axes.addAll(term.axes());
    List<IndexExpr> write = new ArrayList<>(List.of(round.variable()));
    write.addAll(term.write());
    Contraction wider = new Contraction(axes, term.guards(), write, term.join(), term.operands());
    return new Replacement(read -> inRound(round, read), this::in).apply(wider);
  }

  private Scalar inRound(Axis round, Scalar.Read read) {
    return iteration.hasMember(read.tensor()) ? in(round.variable(), read) : read;
  }

  private Axis round(List<Axis> others) {
    String name = "t";
    List<String> taken = others.stream().map(Axis::name).toList();
    for (int number = 1; taken.contains(name); number++) {
      name = "t." + number;
    }
    return new Axis(name, iteration.rounds());
  }
}
