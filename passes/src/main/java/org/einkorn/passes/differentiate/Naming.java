package org.einkorn.passes.differentiate;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.passes.rewrite.Expressions;

/// Gives a derivative the name of the tensor that is nothing but a copy of it.
///
/// ```text
/// Loss.grad.W = grad(Loss, W)            G = grad(Loss, W)
/// G[i] = Loss.grad.W[i]              →
/// ```
final class Naming {
  private Naming() {}

  static Program apply(Program program) {
    Map<String, Definition> requests = new HashMap<>();
    Map<String, Definition> copies = new HashMap<>();
    Set<String> dropped = new HashSet<>();
    for (Definition definition : program.definitions()) {
      if (definition.body() instanceof Body.Derivative) {
        requests.put(definition.name(), definition);
      }
      Optional<Definition> original =
          copied(definition).map(requests::get).filter(some -> !isKept(program, some.name()));
      if (original.isPresent()
          && original.get().type().equals(definition.type())
          && copies.putIfAbsent(original.get().name(), definition) == null) {
        dropped.add(definition.name());
      }
    }
    if (copies.isEmpty()) {
      return program;
    }
    List<Definition> renamed =
        program.definitions().stream()
            .filter(definition -> !dropped.contains(definition.name()))
            .map(definition -> renamed(definition, copies))
            .toList();
    return new Program(program.name(), program.signature(), renamed, program.slicings());
  }

  private static boolean isKept(Program program, String tensor) {
    return program.signature().hasOutput(tensor);
  }

  /// The tensor that a definition copies element by element.
  private static Optional<String> copied(Definition definition) {
    if (!(definition.body() instanceof Body.Accumulate body) || !body.isMap()) {
      return Optional.empty();
    }
    Contraction term = body.terms().getFirst();
    boolean isWhole =
        term.guards().isEmpty()
            && term.axes().stream()
                .allMatch(
                    axis ->
                        axis.extent()
                            .equals(
                                definition
                                    .type()
                                    .extents()
                                    .get(term.write().indexOf(axis.variable()))));
    return isWhole
            && term.operands().size() == 1
            && term.operands().getFirst() instanceof Scalar.Read read
            && read.indices().equals(term.write())
        ? Optional.of(read.tensor())
        : Optional.empty();
  }

  private static Definition renamed(Definition definition, Map<String, Definition> copies) {
    Definition named = copies.getOrDefault(definition.name(), definition);
    return new Definition(
        named.name(), definition.type(), renamed(definition.body(), copies), named.origin());
  }

  private static Body renamed(Body body, Map<String, Definition> copies) {
    if (body instanceof Body.Derivative derivative) {
      return new Body.Derivative(
          derivative.mode(),
          name(derivative.function(), copies),
          name(derivative.variable(), copies),
          derivative.direction().map(direction -> name(direction, copies)),
          derivative.order());
    }
    return Expressions.replace(
        body, read -> new Scalar.Read(name(read.tensor(), copies), read.type(), read.indices()));
  }

  private static String name(String tensor, Map<String, Definition> copies) {
    Definition copy = copies.get(tensor);
    return copy == null ? tensor : copy.name();
  }
}
