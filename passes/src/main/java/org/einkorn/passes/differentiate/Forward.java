package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.passes.differentiate.Workspace.Request;
import org.einkorn.runtime.DType;

/// Forward mode: the change of each tensor along a direction, in the order of the program.
final class Forward {
  private final Workspace space;
  private final String variable;
  private final String direction;

  private Forward(Workspace space, String variable, String direction) {
    this.space = space;
    this.variable = variable;
    this.direction = direction;
  }

  /// Defines the directional derivatives on the way to `function`.
  ///
  /// @param name what the last of them is called
  static void expand(
      Workspace space, String function, String variable, String direction, String name) {
    new Forward(space, variable, direction).run(function, name);
  }

  private void run(String function, String name) {
    List<Definition> path = Influence.of(variable, function, space);
    List<Definition> open = new ArrayList<>();
    for (Definition definition : path) {
      String tensor = definition.name();
      if (tensor.equals(function) || space.known(request(tensor)).isEmpty()) {
        String own = tensor.equals(function) ? name : space.free(request(tensor).name());
        space.declare(own, space.slopeType(tensor), space.type(tensor).extents());
        space.know(request(tensor), own);
        open.add(definition);
      }
    }
    open.forEach(this::define);
    if (path.isEmpty()) {
      DType type = space.slopeType(function);
      space.add(
          name,
          type,
          space.type(function).extents(),
          function.equals(variable)
              ? space.map(space.type(function), at -> space.read(direction, at, type))
              : space.constant(space.type(function), 0));
    }
  }

  private Request request(String tensor) {
    return new Request(Body.Derivative.Mode.JVP, tensor, variable, Optional.of(direction));
  }

  /// The tensor that holds the change of another; nothing if that does not change.
  private Optional<String> change(String tensor) {
    return tensor.equals(variable) ? Optional.of(direction) : space.known(request(tensor));
  }

  private void define(Definition definition) {
    String name = change(definition.name()).orElseThrow();
    Linearized linearized = space.stored(definition);
    List<LinearTerm> moving =
        linearized.terms().stream().filter(term -> change(term.source()).isPresent()).toList();
    DType type = space.slopeType(definition.name());
    for (LinearTerm term : moving) {
      type = term.partial().widest(type);
    }
    DType wide = type;
    List<Contraction> terms =
        moving.stream().map(term -> term.forward(reading(term), wide)).toList();
    Body body =
        linearized
            .scan()
            .<Body>map(
                scan -> new Body.Scan(Projection.SUM, scan.axis(), scan.axes(), joined(terms)))
            .orElseGet(() -> accumulate(terms));
    space.add(
        name, space.slopeType(definition.name()), space.type(definition.name()).extents(), body);
  }

  private LinearTerm.Direction reading(LinearTerm term) {
    String change = change(term.source()).orElseThrow();
    return (List<IndexExpr> at, DType type) -> Optional.of(space.read(change, at, type));
  }

  private static Scalar joined(List<Contraction> terms) {
    Scalar sum = terms.getFirst().joined();
    for (Contraction term : terms.subList(1, terms.size())) {
      sum = new Scalar.Binary(BinaryOp.ADD, sum, term.joined());
    }
    return sum;
  }

  /// The changes of an elementwise equation are one elementwise equation.
  private static Body accumulate(List<Contraction> terms) {
    Contraction first = terms.getFirst();
    Body.Accumulate sum = new Body.Accumulate(Projection.SUM, terms);
    boolean isMap =
        terms.stream()
            .allMatch(
                term ->
                    term.axes().equals(first.axes())
                        && term.guards().equals(first.guards())
                        && term.write().equals(first.write())
                        && term.writesPlainAxes()
                        && term.reducedAxes().isEmpty());
    if (!isMap || terms.size() == 1) {
      return sum;
    }
    List<Scalar> value = new ArrayList<>(List.of(joined(terms)));
    return new Body.Accumulate(
        Projection.SUM,
        List.of(
            new Contraction(
                first.axes(), first.guards(), first.write(), BinaryOp.MULTIPLY, value)));
  }
}
