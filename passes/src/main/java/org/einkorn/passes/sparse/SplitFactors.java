package org.einkorn.passes.sparse;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Caveat;
import org.einkorn.ir.algebra.Law;
import org.einkorn.ir.algebra.LawStatus;
import org.einkorn.ir.algebra.Laws;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.TensorType;

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
  private final Predicate<String> isTaken;

  /// The axes that are still there.
  private final List<Axis> axes;

  private final List<Scalar> conditions;
  private final List<Scalar> factors;
  private final List<Definition> parts = new ArrayList<>();

  /// @param isTaken whether a name is one of the program's
  private SplitFactors(
      Definition definition, Projection plus, Product product, Predicate<String> isTaken) {
    this.definition = definition;
    this.term = product.term;
    this.plus = plus;
    this.isTaken = isTaken;
    this.axes = new ArrayList<>(term.axes());
    this.conditions = new ArrayList<>(product.conditions);
    this.factors = new ArrayList<>(product.factors);
  }

  /// A term as what it multiplies where conditions hold.
  ///
  /// @param term whose operands do not count
  /// @param conditions that listed factors are not zero
  record Product(Contraction term, List<Scalar> conditions, List<Scalar> factors) {
    Product {
      conditions = List.copyOf(conditions);
      factors = List.copyOf(factors);
    }
  }

  /// What is left of a product, and the definitions of what was taken out of it.
  record Split(Product rest, List<Definition> parts) {
    Split {
      parts = List.copyOf(parts);
    }
  }

  /// Takes out what can be.
  ///
  /// @param isTaken whether a name is one of the program's
  static Split split(
      Definition definition, Projection plus, Product product, Predicate<String> isTaken) {
    SplitFactors split = new SplitFactors(definition, plus, product, isTaken);
    split.run();
    Contraction term = product.term;
    Contraction rest =
        new Contraction(split.axes, term.guards(), term.write(), term.join(), term.operands());
    return new Split(new Product(rest, split.conditions, split.factors), split.parts);
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

  private void run() {
    if (!term.guards().isEmpty() || !term.writesPlainAxes() || !distributes()) {
      return;
    }
    for (String axis : term.reducedAxes()) {
      boolean isThere = axes.stream().anyMatch(each -> each.name().equals(axis));
      if (isThere && !variables(conditions).contains(axis)) {
        takeOut(axis);
      }
    }
  }

  private static Set<String> variables(List<Scalar> scalars) {
    Set<String> all = new LinkedHashSet<>();
    scalars.forEach(each -> all.addAll(Walk.variables(each)));
    return all;
  }

  /// Sums the factors with an axis over all axes that only they have.
  private void takeOut(String axis) {
    List<Scalar> group =
        factors.stream().filter(each -> Walk.variables(each).contains(axis)).toList();
    List<Scalar> others = factors.stream().filter(each -> !group.contains(each)).toList();
    Set<String> inside = variables(group);
    Set<String> summed = new LinkedHashSet<>(term.reducedAxes());
    summed.retainAll(inside);
    summed.removeAll(variables(others));
    summed.removeAll(variables(conditions));
    Set<String> open = new LinkedHashSet<>(inside);
    open.removeAll(summed);
    Set<String> listed = variables(conditions);
    listed.retainAll(open);
    Optional<Scalar> condition =
        conditions.stream()
            .filter(each -> Walk.variables(each).equals(open) && open.size() > 1)
            .findFirst();
    boolean isAll = axes.stream().allMatch(each -> inside.contains(each.name()));
    if (group.isEmpty()
        || isAll
        || open.isEmpty()
        || !summed.contains(axis)
        || condition.isEmpty() && listed.size() > 1) {
      return;
    }
    Scalar identity = Scalar.constant(term.valueType(), plus.identity(term.valueType()));
    Scalar part = part(group, named(open), named(summed), condition, identity);
    factors.removeAll(group);
    factors.add(part);
    axes.removeIf(each -> summed.contains(each.name()));
    condition.ifPresent(
        some -> {
          conditions.remove(some);
          conditions.add(new Scalar.Binary(BinaryOp.NOT_EQUAL, part, identity));
        });
  }

  /// The axes of the term with some names, in its order.
  private List<Axis> named(Set<String> names) {
    return term.axes().stream().filter(each -> names.contains(each.name())).toList();
  }

  /// Defines the sum of a product over some axes.
  ///
  /// @param condition where it holds; elsewhere the sum is the identity
  /// @return a read of the sum
  private Scalar part(
      List<Scalar> product,
      List<Axis> open,
      List<Axis> summed,
      Optional<Scalar> condition,
      Scalar identity) {
    List<Axis> all = new ArrayList<>(open);
    all.addAll(summed);
    List<IndexExpr> write = open.stream().map(Axis::variable).toList();
    Contraction plain = new Contraction(all, List.of(), write, term.join(), product);
    Contraction restricted =
        condition
            .map(some -> List.<Scalar>of(new Scalar.Select(some, plain.joined(), identity)))
            .map(operands -> new Contraction(all, List.of(), write, term.join(), operands))
            .orElse(plain);
    String name = fresh();
    TensorType type = new TensorType(term.valueType(), open.stream().map(Axis::extent).toList());
    Body body = new Body.Accumulate(plus, List.of(restricted));
    parts.add(new Definition(name, type, body, definition.origin()));
    return new Scalar.Read(name, term.valueType(), write);
  }

  private String fresh() {
    int number = 1;
    while (isUsed(definition.name() + ".part" + number)) {
      number++;
    }
    return definition.name() + ".part" + number;
  }

  private boolean isUsed(String name) {
    return isTaken.test(name) || parts.stream().anyMatch(part -> part.name().equals(name));
  }
}
