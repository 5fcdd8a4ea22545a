package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.runtime.DType;

/// All derivatives of a tensor by the elements of another: forward mode with one more axis in front
/// for each axis of the variable, along which the direction is each unit vector.
final class Jacobian {
  private final Workspace space;
  private final String variable;
  private final List<Axis> directions = new ArrayList<>();
  private final Map<String, String> names = new HashMap<>();

  Jacobian(Workspace space, String variable) {
    this.space = space;
    this.variable = variable;
    for (IndexExpr extent : space.type(variable).extents()) {
      directions.add(new Axis("along." + directions.size(), extent));
    }
  }

  /// Defines `name[variable's axes…, function's axes…]`.
  ///
  /// @param definitions those from the variable to the function, in order
  String of(List<Definition> definitions, String function, String name) {
    int start = space.size();
    for (Definition definition : definitions) {
      String own =
          definition.name().equals(function)
              ? name
              : space.free(definition.name() + ".slope." + variable);
      names.put(definition.name(), own);
      List<IndexExpr> extents = new ArrayList<>(space.type(variable).extents());
      extents.addAll(definition.type().extents());
      space.declare(own, space.slopeType(definition.name()), extents);
    }
    definitions.forEach(this::define);
    space.sortFrom(start);
    return name;
  }

  private void define(Definition definition) {
    Linearized linearized = space.stored(definition);
    List<LinearTerm> moving =
        linearized.terms().stream()
            .filter(term -> term.source().equals(variable) || names.containsKey(term.source()))
            .toList();
    DType type = space.slopeType(definition.name());
    for (LinearTerm term : moving) {
      type = term.partial().widest(type);
    }
    DType wide = type;
    List<Contraction> terms = moving.stream().map(term -> forward(term, wide)).toList();
    String name = Objects.requireNonNull(names.get(definition.name()));
    space.add(
        name,
        space.slopeType(definition.name()),
        space.type(name).extents(),
        linearized
            .scan()
            .map(scan -> prefix(scan, terms))
            .orElseGet(() -> new Body.Accumulate(Projection.SUM, terms)));
  }

  private Contraction forward(LinearTerm term, DType type) {
    Contraction one =
        term.forward((at, wide) -> Optional.of(change(term.source(), at, wide)), type);
    List<Axis> axes = new ArrayList<>(directions);
    axes.addAll(one.axes());
    List<IndexExpr> write = new ArrayList<>(Jet.variables(directions));
    write.addAll(one.write());
    return new Contraction(axes, one.guards(), write, one.join(), one.operands());
  }

  private Scalar change(String source, List<IndexExpr> at, DType type) {
    if (!source.equals(variable)) {
      List<IndexExpr> all = new ArrayList<>(Jet.variables(directions));
      all.addAll(at);
      return space.read(Objects.requireNonNull(names.get(source)), all, type);
    }
    Scalar unit = Partial.number(type, 1);
    for (int axis = 0; axis < at.size(); axis++) {
      Scalar isHere =
          new Scalar.Binary(
              BinaryOp.EQUAL,
              ProductJet.position(at.get(axis)),
              new Scalar.Position(directions.get(axis).variable()));
      unit = new Scalar.Select(isHere, unit, Partial.number(type, 0));
    }
    return unit;
  }

  private Body prefix(Body.Scan scan, List<Contraction> terms) {
    List<Axis> axes = new ArrayList<>(directions);
    axes.addAll(scan.axes());
    Scalar sum = terms.getFirst().joined();
    for (Contraction term : terms.subList(1, terms.size())) {
      sum = new Scalar.Binary(BinaryOp.ADD, sum, term.joined());
    }
    return new Body.Scan(Projection.SUM, scan.axis() + directions.size(), axes, sum);
  }
}
