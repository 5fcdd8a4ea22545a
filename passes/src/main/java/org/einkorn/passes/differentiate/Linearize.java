package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
import org.einkorn.passes.differentiate.Partial.Step;
import org.einkorn.runtime.DType;

/// The rule of each kind of definition: how its elements change with what one point contributes.
///
/// | projection | change of the element by the change of one value |
/// |---|---|
/// | `sum`, and a map | 1 |
/// | `max`, `min` | 1 / n for each of the n values that equal the element, else 0 |
/// | `lse` | `exp(value - element)`, the weights of softmax; 0 where the element is −∞ |
/// | `prod` | the product of all other values, so it is right where values are 0 |
/// | prefix sum | 1 for every later element; the other prefixes as projections over `k ≤ i` |
final class Linearize {
  private final Definition definition;
  private final UnaryOperator<String> names;
  private final List<Definition> needs = new ArrayList<>();
  private final List<LinearTerm> terms = new ArrayList<>();

  private Linearize(Definition definition, UnaryOperator<String> names) {
    this.definition = definition;
    this.names = names;
  }

  /// @param names makes a free name out of a wish
  static Linearized of(Definition definition, UnaryOperator<String> names) {
    // What an iteration does is on no way from the variable: see [Rounds].
    if (!definition.type().dtype().isFloat() || definition.body() instanceof Body.Iterate) {
      return Linearized.CONSTANT;
    }
    return new Linearize(definition, names).run();
  }

  private Linearized run() {
    Optional<Body.Scan> scan =
        definition.body() instanceof Body.Scan body && body.projection() == Projection.SUM
            ? Optional.of(body)
            : Optional.empty();
    switch (definition.body()) {
      case Body.Accumulate accumulate -> accumulate(accumulate);
      case Body.Scan body -> {
        if (scan.isPresent()) {
          add(body.axes(), List.of(), variables(body.axes()), body.operand(), List.of());
        } else {
          accumulate(prefix(body));
        }
      }
      case Body.Derivative _, Body.Iterate _ ->
          throw new IllegalStateException("no linear terms: " + definition.body());
    }
    return new Linearized(needs, terms, scan);
  }

  private static List<IndexExpr> variables(List<Axis> axes) {
    return axes.stream().map(Axis::variable).toList();
  }

  private void accumulate(Body.Accumulate body) {
    DType type = body.terms().getFirst().valueType();
    if (!type.isFloat()) {
      return;
    }
    if (body.isMap()) {
      Contraction term = body.terms().getFirst();
      Optional<Scalar> stored =
          type == definition.type().dtype() ? Optional.of(element(term, type)) : Optional.empty();
      for (Partial partial : Partials.of(term.joined(), List.of(), stored)) {
        terms.add(new LinearTerm(term.axes(), term.guards(), term.write(), partial));
      }
      return;
    }
    switch (body.projection()) {
      case SUM -> {
        for (Contraction term : body.terms()) {
          add(term, List.of());
        }
      }
      case MAX, MIN -> extremum(body, type);
      case LOG_SUM_EXP -> {
        for (Contraction term : body.terms()) {
          Scalar weight = Partials.share(term.joined(), element(term, type));
          add(term, List.of(new Step.Factor(weight)));
        }
      }
      case PRODUCT -> {
        for (Contraction term : body.terms()) {
          Scalar others = Products.others(definition, body, term, names, needs);
          add(term, List.of(new Step.Factor(others)));
        }
      }
      case ANY, ALL, XOR -> {}
    }
  }

  private void add(Contraction term, List<Step> outer) {
    add(term.axes(), term.guards(), term.write(), term.joined(), outer);
  }

  private void add(
      List<Axis> axes, List<Guard> guards, List<IndexExpr> write, Scalar value, List<Step> outer) {
    for (Partial partial : Partials.of(value, outer, Optional.empty())) {
      terms.add(new LinearTerm(axes, guards, write, partial));
    }
  }

  private Scalar element(Contraction term, DType type) {
    return element(definition, term, type);
  }

  /// The element that a term writes to, in the type of the values.
  static Scalar element(Definition definition, Contraction term, DType type) {
    return Scalar.cast(
        type, new Scalar.Read(definition.name(), definition.type().dtype(), term.write()));
  }

  /// How many values equal each element of a maximum or minimum.
  static Definition ties(
      Definition definition, Body.Accumulate body, DType type, UnaryOperator<String> names) {
    List<Contraction> counts = new ArrayList<>();
    for (Contraction term : body.terms()) {
      Scalar one =
          new Scalar.Select(
              isExtreme(definition, term, type), Partial.number(type, 1), Partial.number(type, 0));
      counts.add(
          new Contraction(
              term.axes(), term.guards(), term.write(), BinaryOp.MULTIPLY, List.of(one)));
    }
    return new Definition(
        names.apply(definition.name() + ".ties"),
        new TensorType(type, definition.type().extents()),
        new Body.Accumulate(Projection.SUM, counts),
        definition.origin());
  }

  private void extremum(Body.Accumulate body, DType type) {
    Definition ties = ties(definition, body, type, names);
    needs.add(ties);
    for (Contraction term : body.terms()) {
      Scalar count = new Scalar.Read(ties.name(), type, term.write());
      add(
          term,
          List.of(new Step.Condition(isExtreme(definition, term, type)), new Step.Divisor(count)));
    }
  }

  /// Whether the value of a point is the element, as that was rounded when it was stored.
  static Scalar isExtreme(Definition definition, Contraction term, DType type) {
    Scalar rounded = Scalar.cast(type, Scalar.cast(definition.type().dtype(), term.joined()));
    return new Scalar.Binary(BinaryOp.EQUAL, rounded, element(definition, term, type));
  }

  /// A prefix reduction as a projection: `T[…, i, …] = ⊕ over k of X[…, k, …]` where `k ≤ i`.
  static Body.Accumulate prefix(Body.Scan scan) {
    Axis along = scan.axes().get(scan.axis());
    List<String> taken = scan.axes().stream().map(Axis::name).toList();
    String name = along.name() + ".to";
    while (taken.contains(name)) {
      name += ".to";
    }
    Axis upTo = new Axis(name, along.extent());
    List<Axis> axes = new ArrayList<>(scan.axes());
    axes.set(scan.axis(), upTo);
    List<IndexExpr> write = variables(axes);
    axes.add(along);
    Guard soFar = new Guard(upTo.variable().minus(along.variable()), along.extent());
    return new Body.Accumulate(
        scan.projection(),
        List.of(
            new Contraction(
                axes, List.of(soFar), write, BinaryOp.MULTIPLY, List.of(scan.operand()))));
  }
}
