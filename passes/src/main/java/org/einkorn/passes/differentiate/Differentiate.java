package org.einkorn.passes.differentiate;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.differentiate.Workspace.Request;

/// Replaces every request for a derivative by equations.
///
/// It runs right after the frontend, and always: nothing below knows derivatives. The result is the
/// same instance where there is nothing to do.
public final class Differentiate {
  private final Program program;
  private final Workspace space;
  private final boolean isDifferentiated;
  private final Map<Line, Jet> jets = new HashMap<>();

  /// Along what, and how far, jets go that share coefficients.
  private record Line(String variable, String direction, int order) {}

  private Differentiate(Program program) {
    this.program = program;
    this.space = new Workspace(program);
    this.isDifferentiated =
        program.definitions().stream()
            .anyMatch(
                definition ->
                    definition.body() instanceof Body.Derivative derivative
                        && derivative.mode() != Body.Derivative.Mode.ROOT);
  }

  public static Program apply(Program program) {
    boolean hasDerivatives =
        program.definitions().stream()
            .anyMatch(definition -> definition.body() instanceof Body.Derivative);
    Program expanded = hasDerivatives ? new Differentiate(Naming.apply(program)).run() : program;
    return Stops.remove(expanded);
  }

  private Program run() {
    for (Definition definition : program.definitions()) {
      if (definition.body() instanceof Body.Derivative derivative) {
        expand(definition, derivative);
      } else {
        space.add(definition);
      }
    }
    return new Program(
        program.name(), program.signature(), space.definitions(), program.slicings());
  }

  private void expand(Definition definition, Body.Derivative derivative) {
    space.startAt(definition.origin());
    Request request = Request.of(derivative);
    Optional<String> known = space.known(request);
    String name = definition.name();
    if (known.isPresent()) {
      copy(definition, known.get());
      return;
    }
    Rounds.alongAxis(space, derivative);
    switch (derivative.mode()) {
      case GRADIENT, VJP ->
          Reverse.expand(
              space, derivative.function(), derivative.variable(), derivative.direction(), name);
      case JVP ->
          Forward.expand(
              space,
              derivative.function(),
              derivative.variable(),
              derivative.direction().orElseThrow(),
              name);
      case HVP -> hessian(derivative, name);
      case JET ->
          jets.computeIfAbsent(
                  new Line(
                      derivative.variable(),
                      derivative.direction().orElseThrow(),
                      derivative.order()),
                  line -> new Jet(space, line.variable, line.direction, line.order))
              .expand(derivative.function(), name);
      case ROOT -> Root.expand(space, derivative, name, isDifferentiated);
    }
    space.know(request, name);
  }

  /// Forward over reverse: the gradient's change along the direction.
  private void hessian(Body.Derivative derivative, String name) {
    Request gradient =
        new Request(
            Body.Derivative.Mode.GRADIENT,
            derivative.function(),
            derivative.variable(),
            Optional.empty());
    if (space.known(gradient).isEmpty()) {
      String fresh = space.free(gradient.name());
      Reverse.expand(space, derivative.function(), derivative.variable(), Optional.empty(), fresh);
      space.know(gradient, fresh);
    }
    Forward.expand(
        space,
        space.known(gradient).orElseThrow(),
        derivative.variable(),
        derivative.direction().orElseThrow(),
        name);
  }

  private void copy(Definition definition, String known) {
    TensorType type = definition.type();
    space.add(
        new Definition(
            definition.name(),
            type,
            space.map(type, at -> space.read(known, at, type.dtype().compute())),
            definition.origin()));
  }
}
