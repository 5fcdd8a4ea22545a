package org.einkorn.passes.cases;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.Pass;
import org.einkorn.passes.rewrite.Driver;
import org.einkorn.passes.rewrite.Maps;
import org.einkorn.passes.rewrite.Outcome;
import org.einkorn.passes.rewrite.Rule;
import org.einkorn.passes.rewrite.RuleBook;
import org.einkorn.passes.rewrite.Site;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.passes.sparse.EntryAxes;
import org.einkorn.passes.sparse.Lists;
import org.einkorn.passes.trace.Kind;
import org.einkorn.runtime.DType;

/// Makes two contractions of one whose operand depends on where in an axis it is.
///
/// Where the sum runs over the axis, it becomes one of two terms: over what comes before the cut,
/// and over the rest. Where the axis is one of the result, the parts of the result are tensors of
/// their own, and the result is put together of them: it has fewer elements than the sum has
/// points.
///
/// A term with cases along several axes would become a contraction for each combination of them:
/// where these are more than [#MOST_PARTS], it stays one.
public final class SplitCases {
  /// The most contractions that one becomes.
  private static final int MOST_PARTS = 8;

  /// `Y = Σₖ x[k] · where(k < P, a[k], b[k]) → L = Σₖ x[k] · a[k], U = Σₖ x[P + k] · b[P + k]`, `Y
  /// = L + U`; and `Y[k] = Σⱼ x[j] · where(k < P, a[k, j], b[k, j]) → L[k] = Σⱼ x[j] · a[k, j]`,
  /// `U[k] = Σⱼ x[j] · b[P + k, j], Y[k] = where(k < P, L[k], U[k - P])`
  private static Rule rule(Lists lists) {
    return new Rule(
        "split-cases", (definition, site) -> apply(definition, new EntryAxes(lists, site)));
  }

  public static final Pass<Program> PASS =
      new Pass<>(
          "split-cases",
          "makes two contractions of one whose operand depends on where in an axis it is",
          (program, context) ->
              Driver.apply(RuleBook.of(rule(Lists.of(program))), program, context));

  private SplitCases() {}

  private static Outcome apply(Definition definition, EntryAxes entries) {
    if (!(definition.body() instanceof Body.Accumulate body)) {
      return Outcome.unchanged();
    }
    Contraction term = body.terms().getFirst();
    boolean isSum =
        body.terms().size() == 1
            && !term.reducedAxes().isEmpty()
            && Maps.spans(term, definition.type());
    Optional<Case> found = isSum ? Case.of(term, entries.site()) : Optional.empty();
    if (found.isEmpty()
        || Case.parts(term, entries.site()) > MOST_PARTS
        || entries.of(term).contains(found.get().axis().name())) {
      return Outcome.unchanged();
    }
    int place = term.write().indexOf(found.get().axis().variable());
    return place < 0
        ? summed(definition, body, found.get(), entries.site())
        : joined(definition, body, found.get(), place, entries.site());
  }

  /// The sums are rounded one by one. Integers stay together: each part may leave its type where
  /// the whole does not.
  private static Outcome summed(
      Definition definition, Body.Accumulate body, Case found, Site site) {
    Contraction term = body.terms().getFirst();
    Projection projection = body.projection();
    DType type = term.valueType();
    if (type.isInteger() && !projection.isIdempotent()) {
      return Outcome.unchanged();
    }
    TensorType whole = new TensorType(type, definition.type().extents());
    Definition below = part(definition, projection, "below", whole, below(term, found), site);
    Definition from = part(definition, projection, "from", whole, from(term, found), site);
    Scalar sum =
        new Scalar.Binary(
            projection.combine(), element(below, term.write()), element(from, term.write()));
    return new Outcome.Rewritten(
        projection.isIdempotent() && !type.isFloat() ? Kind.EXACT : Kind.REASSOCIATING,
        List.of(definition),
        List.of(below, from, Maps.of(definition, written(term), sum)),
        "");
  }

  private static Outcome joined(
      Definition definition, Body.Accumulate body, Case found, int place, Site site) {
    Contraction term = body.terms().getFirst();
    IndexExpr cut = found.cut();
    IndexExpr rest = Assumptions.NONE.simplify(found.axis().extent().minus(cut));
    Definition below =
        part(
            definition,
            body.projection(),
            "below",
            with(definition.type(), place, cut),
            below(term, found),
            site);
    Definition from =
        part(
            definition,
            body.projection(),
            "from",
            with(definition.type(), place, rest),
            from(term, found),
            site);
    List<IndexExpr> positions = term.write();
    List<IndexExpr> later = new ArrayList<>(positions);
    later.set(place, positions.get(place).minus(cut));
    Scalar choice =
        new Scalar.Select(
            new Scalar.Binary(
                BinaryOp.LESS, new Scalar.Position(positions.get(place)), new Scalar.Position(cut)),
            element(below, positions),
            element(from, later));
    return new Outcome.Rewritten(
        Kind.EXACT,
        List.of(definition),
        List.of(below, from, Maps.of(definition, written(term), choice)),
        "");
  }

  private static TensorType with(TensorType type, int place, IndexExpr extent) {
    List<IndexExpr> extents = new ArrayList<>(type.extents());
    extents.set(place, extent);
    return new TensorType(type.dtype(), extents);
  }

  /// The axes that a term writes, in the order of the result.
  private static List<Axis> written(Contraction term) {
    return term.write().stream()
        .map(
            index ->
                term.axes().stream()
                    .filter(axis -> axis.variable().equals(index))
                    .findFirst()
                    .orElseThrow())
        .toList();
  }

  private static Scalar element(Definition part, List<IndexExpr> positions) {
    DType type = part.type().dtype();
    return Scalar.cast(type.compute(), new Scalar.Read(part.name(), type, positions));
  }

  /// What one of the two contractions makes.
  private static Definition part(
      Definition definition,
      Projection projection,
      String name,
      TensorType type,
      Contraction term,
      Site site) {
    return new Definition(
        site.free(definition.name() + "." + name),
        type,
        new Body.Accumulate(projection, List.of(term)),
        definition.origin());
  }

  private static Contraction below(Contraction term, Case found) {
    Axis shorter = new Axis(found.axis().name(), found.cut());
    return with(term, found, shorter, shorter.variable(), found.below(), term.write());
  }

  private static Contraction from(Contraction term, Case found) {
    Axis rest =
        new Axis(
            found.axis().name(),
            Assumptions.NONE.simplify(found.axis().extent().minus(found.cut())));
    return with(term, found, rest, rest.variable().plus(found.cut()), found.from(), term.write());
  }

  /// @param index what the index of the axis is now
  private static Contraction with(
      Contraction term,
      Case found,
      Axis axis,
      IndexExpr index,
      Scalar operand,
      List<IndexExpr> write) {
    List<Axis> axes = new ArrayList<>();
    Assumptions inside = Assumptions.NONE;
    for (Axis each : term.axes()) {
      Axis here = each.equals(found.axis()) ? axis : each;
      axes.add(here);
      inside = inside.with(here.name(), here.extent());
    }
    List<Scalar> operands = new ArrayList<>(term.operands());
    operands.set(found.operand(), operand);
    Substitution shifted = Substitution.of(axis.name(), index);
    Assumptions scope = inside;
    return new Contraction(
        axes,
        term.guards().stream()
            .map(guard -> new Guard(scope.simplify(shifted.apply(guard.index())), guard.extent()))
            .toList(),
        write,
        term.join(),
        operands.stream().map(each -> scope.simplify(shifted.apply(each))).toList());
  }
}
