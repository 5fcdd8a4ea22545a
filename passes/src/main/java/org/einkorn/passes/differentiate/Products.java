package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.runtime.DType;

/// What a value of a product is multiplied with: the product of all others that land on its
/// element.
///
/// Nothing is divided, so the result is right where values are 0, and can be differentiated again.
/// It takes as many multiplications as there are pairs of values.
final class Products {
  private final Contraction term;
  private final Map<String, IndexExpr> renamed = new HashMap<>();
  private final List<Axis> axes;
  private final List<Guard> guards = new ArrayList<>();
  private Optional<Scalar> isOther = Optional.empty();

  private Products(Contraction term) {
    this.term = term;
    this.axes = new ArrayList<>(term.axes());
  }

  /// Stores the product of the other values for each point of a term.
  ///
  /// @param needs receives the definition
  /// @return the product at a point
  static Scalar others(
      Definition definition,
      Body.Accumulate body,
      Contraction term,
      UnaryOperator<String> names,
      List<Definition> needs) {
    List<Contraction> products = new ArrayList<>();
    for (Contraction other : body.terms()) {
      products.add(new Products(term).of(other, other == term));
    }
    DType type = term.valueType();
    Definition others =
        new Definition(
            names.apply(definition.name() + ".others"),
            new TensorType(type, term.axes().stream().map(Axis::extent).toList()),
            new Body.Accumulate(Projection.PRODUCT, products),
            definition.origin());
    needs.add(others);
    return new Scalar.Read(
        others.name(), type, term.axes().stream().<IndexExpr>map(Axis::variable).toList());
  }

  /// The values of a term, with axes of their own but those that its position makes equal.
  private Contraction of(Contraction other, boolean isSame) {
    shareAxes(other);
    List<Scalar> differences = new ArrayList<>();
    for (Axis axis : other.axes()) {
      if (!renamed.containsKey(axis.name())) {
        Axis copy = new Axis(free(axis.name()), axis.extent());
        axes.add(copy);
        renamed.put(axis.name(), copy.variable());
        differences.add(
            new Scalar.Binary(
                BinaryOp.NOT_EQUAL,
                new Scalar.Position(axis.variable()),
                new Scalar.Position(copy.variable())));
      }
    }
    Substitution copy = new Substitution(renamed);
    other.guards().forEach(guard -> guards.add(copy.apply(guard)));
    for (int place = 0; place < other.write().size(); place++) {
      land(term.write().get(place), copy.apply(other.write().get(place)));
    }
    Scalar value = copy.apply(other.joined());
    Scalar one = Partial.number(value.type(), 1);
    if (isSame) {
      Scalar differs =
          differences.stream()
              .reduce((left, right) -> new Scalar.Binary(BinaryOp.OR, left, right))
              .orElse(Scalar.Literal.of(DType.BOOL, 0));
      value = new Scalar.Select(differs, value, one);
    }
    if (isOther.isPresent()) {
      value = new Scalar.Select(isOther.get(), value, one);
    }
    List<IndexExpr> write = term.axes().stream().<IndexExpr>map(Axis::variable).toList();
    return new Contraction(axes, guards, write, BinaryOp.MULTIPLY, List.of(value));
  }

  /// An axis that is a position of the element is what that position is in `term`.
  private void shareAxes(Contraction other) {
    for (int place = 0; place < other.write().size(); place++) {
      IndexExpr mine = term.write().get(place);
      if (other.write().get(place) instanceof IndexExpr.Variable(String name)
          && mine instanceof IndexExpr.Variable
          && !renamed.containsKey(name)) {
        renamed.put(name, mine);
        IndexExpr extent =
            other.axes().stream()
                .filter(axis -> axis.name().equals(name))
                .findFirst()
                .orElseThrow()
                .extent();
        Guard guard = new Guard(mine, extent);
        if (!Positions.isInside(guard, term.axes())) {
          guards.add(guard);
        }
      }
    }
  }

  /// Leaves out the points that land on another element.
  private void land(IndexExpr mine, IndexExpr theirs) {
    if (mine.equals(theirs)) {
      return;
    }
    if (Positions.fetches(mine) || Positions.fetches(theirs)) {
      Scalar same = same(mine, theirs);
      isOther =
          Optional.of(
              isOther
                  .<Scalar>map(before -> new Scalar.Binary(BinaryOp.AND, before, same))
                  .orElse(same));
    } else {
      guards.add(new Guard(theirs.minus(mine), IndexExpr.Constant.ONE));
    }
  }

  /// Whether two positions are the same, of which one comes from data.
  private static Scalar same(IndexExpr mine, IndexExpr theirs) {
    if (mine instanceof IndexExpr.Fetch one
        && theirs instanceof IndexExpr.Fetch two
        && one.source().type() == two.source().type()) {
      return new Scalar.Binary(BinaryOp.EQUAL, one.source(), two.source());
    }
    return new Scalar.Binary(
        BinaryOp.EQUAL, new Scalar.Position(mine), new Scalar.Position(theirs));
  }

  private String free(String name) {
    Set<String> taken = new LinkedHashSet<>();
    axes.forEach(axis -> taken.add(axis.name()));
    String free = name + ".other";
    while (taken.contains(free)) {
      free += ".other";
    }
    return free;
  }
}
