package org.einkorn.passes.sparse;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Caveat;
import org.einkorn.ir.algebra.Law;
import org.einkorn.ir.algebra.LawStatus;
import org.einkorn.ir.algebra.Laws;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.passes.rewrite.Site;

/// Sums that an entry does not have to be in, taken out of a product with listed factors:
///
/// ```text
/// Σ over i, j, d, k of R ⊗ Q[i, k] ⊗ K[j, k] ⊗ X[j, d]
///   →  S[i, j] = Σ over k of where(R[i, j], Q[i, k] ⊗ K[j, k], 0),  Σ over i, j, d of S ⊗ X[j, d]
/// ```
///
/// What is taken out lists no more than a factor does, or has one listed axis at most.
final class SplitFactors {
  private final Definition definition;
  private final Contraction term;
  private final Projection plus;
  private final Site site;
  private final List<Scalar> conditions;
  private final List<Scalar> factors;
  private final List<Definition> made;

  /// The axes that are still there.
  private final List<Axis> left;

  /// @param conditions that listed factors are not zero; changed
  /// @param factors changed
  /// @param made receives new definitions
  SplitFactors(
      Definition definition,
      Contraction term,
      Projection plus,
      Site site,
      List<Scalar> conditions,
      List<Scalar> factors,
      List<Definition> made) {
    this.definition = definition;
    this.term = term;
    this.plus = plus;
    this.site = site;
    this.conditions = conditions;
    this.factors = factors;
    this.made = made;
    this.left = new ArrayList<>(term.axes());
  }

  /// Whether a product of floats may be summed in parts.
  private boolean distributes() {
    Optional<LawStatus> status =
        Laws.of(plus, term.join(), term.valueType()).map(laws -> laws.status(Law.LEFT_DISTRIBUTES));
    return status.isPresent()
        && term.valueType().isFloat()
        && !(status.get() instanceof LawStatus.Fails)
        && status.get().caveatsOrNone().stream()
            .noneMatch(caveat -> caveat == Caveat.NEGATIVE_FACTOR || caveat == Caveat.ZERO);
  }

  /// Takes out what can be.
  ///
  /// @return the axes of what is left of the product
  List<Axis> run() {
    if (!term.guards().isEmpty() || !term.writesPlainAxes() || !distributes()) {
      return left;
    }
    for (String axis : term.reducedAxes()) {
      boolean isThere = left.stream().anyMatch(each -> each.name().equals(axis));
      boolean isListed =
          conditions.stream().anyMatch(each -> Expressions.variables(each).contains(axis));
      if (isThere && !isListed) {
        takeOut(axis);
      }
    }
    return left;
  }

  private void takeOut(String axis) {
    List<Scalar> group =
        factors.stream().filter(each -> Expressions.variables(each).contains(axis)).toList();
    List<Scalar> others = factors.stream().filter(each -> !group.contains(each)).toList();
    Set<String> inside = new LinkedHashSet<>();
    group.forEach(each -> inside.addAll(Expressions.variables(each)));
    Set<String> outside = new LinkedHashSet<>();
    others.forEach(each -> outside.addAll(Expressions.variables(each)));
    conditions.forEach(each -> outside.addAll(Expressions.variables(each)));
    Set<String> summed = new LinkedHashSet<>(term.reducedAxes());
    summed.retainAll(inside);
    summed.removeAll(outside);
    Set<String> open = new LinkedHashSet<>(inside);
    open.removeAll(summed);
    Set<String> listed = new LinkedHashSet<>();
    conditions.forEach(each -> listed.addAll(Expressions.variables(each)));
    listed.retainAll(open);
    Optional<Scalar> condition =
        conditions.stream()
            .filter(each -> Expressions.variables(each).equals(open) && open.size() > 1)
            .findFirst();
    boolean isAll = left.stream().allMatch(each -> inside.contains(each.name()));
    if (group.isEmpty()
        || isAll
        || open.isEmpty()
        || !summed.contains(axis)
        || condition.isEmpty() && listed.size() > 1) {
      return;
    }
    List<Axis> axes = new ArrayList<>();
    List<IndexExpr> write = new ArrayList<>();
    List<IndexExpr> extents = new ArrayList<>();
    for (Axis each : term.axes()) {
      if (open.contains(each.name())) {
        axes.add(each);
        write.add(each.variable());
        extents.add(each.extent());
      }
    }
    term.axes().stream().filter(each -> summed.contains(each.name())).forEach(axes::add);
    Scalar identity = Scalar.constant(term.valueType(), plus.identity(term.valueType()));
    Contraction plain = new Contraction(axes, List.of(), write, term.join(), group);
    Contraction restricted =
        condition.isEmpty()
            ? plain
            : new Contraction(
                axes,
                List.of(),
                write,
                term.join(),
                List.of(new Scalar.Select(condition.get(), plain.joined(), identity)));
    String name = fresh();
    TensorType type = new TensorType(term.valueType(), extents);
    made.add(
        new Definition(
            name, type, new Body.Accumulate(plus, List.of(restricted)), definition.origin()));
    Scalar read = new Scalar.Read(name, term.valueType(), write);
    factors.removeAll(group);
    factors.add(read);
    left.removeIf(each -> summed.contains(each.name()));
    condition.ifPresent(
        some -> {
          conditions.remove(some);
          conditions.add(new Scalar.Binary(BinaryOp.NOT_EQUAL, read, identity));
        });
  }

  private String fresh() {
    int number = 1;
    while (isTaken(definition.name() + ".part" + number)) {
      number++;
    }
    return definition.name() + ".part" + number;
  }

  private boolean isTaken(String name) {
    return site.type(name).isPresent()
        || made.stream().anyMatch(definition -> definition.name().equals(name));
  }
}
