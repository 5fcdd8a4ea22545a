package org.einkorn.passes.sparse;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.ir.algebra.Laws;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.rewrite.Outcome;
import org.einkorn.passes.rewrite.Rule;
import org.einkorn.passes.rewrite.Site;
import org.einkorn.passes.trace.Kind;

/// A list is gone through at axes. Where it is read at another position, an axis takes its place,
/// and a guard leaves one position of it:
///
/// ```text
/// Y[d] = Σ over j of A[7, j] * X[j, d]
///   →  Y[d] = Σ over a, j with a − 7 in 0 … 0 of A[a, j] * X[j, d]
/// ```
///
/// The position depends on nothing, or on other axes at which the same list is read, as in `A[i,
/// i]`: what else there is need not be gone through for each entry.
final class LooseAxes {
  private final Lists lists;
  private final PassContext context;

  private LooseAxes(Lists lists, PassContext context) {
    this.lists = lists;
    this.context = context;
  }

  /// `⊕ A[e] ⊗ r → ⊕ over a with a = e of A[a] ⊗ r` for a list `A` whose other elements are the
  /// zero of the sum.
  static Rule rule(Lists lists, PassContext context) {
    return new Rule("loose-axes", new LooseAxes(lists, context)::step);
  }

  private Outcome step(Definition definition, Site site) {
    if (!(definition.body() instanceof Body.Accumulate body)
        || body.projection() == Projection.ANY
        || body.terms().getFirst().valueType().isComplex()) {
      return Outcome.unchanged();
    }
    Projection plus = body.projection();
    List<Contraction> terms = body.terms();
    boolean isMap = body.isMap();
    // An element that is stored as it is may be −0.0, and is added to +0.0 now.
    Kind kind = isMap && terms.getFirst().valueType().isFloat() ? Kind.REASSOCIATING : Kind.EXACT;
    List<Contraction> loosened = new ArrayList<>();
    for (Contraction term : terms) {
      Optional<Kind> skipping = skipping(plus, term, isMap);
      Contraction after = skipping.isPresent() ? loosened(plus, term) : term;
      kind = after.equals(term) ? kind : kind.and(skipping.orElseThrow());
      loosened.add(after);
    }
    if (loosened.equals(terms) || lists.isBound(definition)) {
      return Outcome.unchanged();
    }
    Definition after =
        new Definition(
            definition.name(),
            definition.type(),
            new Body.Accumulate(plus, loosened),
            definition.origin());
    return new Outcome.Rewritten(kind, List.of(definition), List.of(after), "");
  }

  /// What kind of rewrite it is to pass over the zeros of a term: unless that follows, the axis
  /// would be gone through position by position.
  private static Optional<Kind> skipping(Projection plus, Contraction term, boolean isMap) {
    return term.operands().size() == 1
        ? Optional.of(Kind.EXACT)
        : Laws.of(plus, term.join(), term.valueType()).flatMap(laws -> SkipZeros.kind(laws, isMap));
  }

  private Contraction loosened(Projection plus, Contraction term) {
    double zero = plus.identity(term.valueType()).doubleValue();
    List<Axis> axes = new ArrayList<>(term.axes());
    List<Guard> guards = new ArrayList<>(term.guards());
    List<Scalar> operands = new ArrayList<>();
    for (Scalar operand : term.operands()) {
      Optional<Scalar.Read> read = read(operand);
      Optional<Listed> list =
          read.flatMap(some -> lists.of(some.tensor())).filter(some -> some.background() == zero);
      if (list.isEmpty()) {
        operands.add(operand);
        continue;
      }
      if (!pays(list.get())) {
        return term;
      }
      Scalar.Read at = loosened(read.get(), list.get(), axes, guards);
      operands.add(operand instanceof Scalar.Cast cast ? new Scalar.Cast(cast.type(), at) : at);
    }
    return new Contraction(axes, guards, term.write(), term.join(), operands);
  }

  private static Optional<Scalar.Read> read(Scalar operand) {
    Scalar inner = operand instanceof Scalar.Cast(var type, Scalar of) ? of : operand;
    return inner instanceof Scalar.Read read ? Optional.of(read) : Optional.empty();
  }

  private boolean pays(Listed list) {
    OptionalLong ratio = Lists.positionsPerEntry(list, context::size);
    return ratio.isEmpty() || ratio.getAsLong() >= SkipZeros.POSITIONS_PER_ENTRY;
  }

  private static Scalar.Read loosened(
      Scalar.Read read, Listed list, List<Axis> axes, List<Guard> guards) {
    Set<String> plain = new HashSet<>();
    Set<Integer> loose = new HashSet<>();
    for (int axis = 0; axis < read.indices().size(); axis++) {
      IndexExpr index = read.indices().get(axis);
      boolean isPlain =
          index instanceof IndexExpr.Variable(String name)
              && axes.contains(new Axis(name, list.type().extents().get(axis)))
              && plain.add(name);
      if (!isPlain) {
        loose.add(axis);
      }
    }
    boolean isBound =
        loose.stream()
            .map(read.indices()::get)
            .allMatch(index -> plain.containsAll(Walk.variables(index)) && !Walk.fetches(index));
    if (loose.isEmpty() || !isBound) {
      return read;
    }
    List<IndexExpr> at = new ArrayList<>();
    for (int axis = 0; axis < read.indices().size(); axis++) {
      IndexExpr index = read.indices().get(axis);
      if (loose.contains(axis)) {
        Axis fresh = new Axis(freshName(axes), list.type().extents().get(axis));
        axes.add(fresh);
        guards.add(new Guard(fresh.variable().minus(index), IndexExpr.Constant.ONE));
        at.add(fresh.variable());
      } else {
        at.add(index);
      }
    }
    return new Scalar.Read(read.tensor(), read.type(), at);
  }

  private static String freshName(List<Axis> axes) {
    int number = 0;
    while (true) {
      String name = "at." + number++;
      if (axes.stream().noneMatch(axis -> axis.name().equals(name))) {
        return name;
      }
    }
  }
}
