package org.einkorn.cli.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.ir.text.TensorParser;

/// How many elements of its inputs a program reads: of a matrix whose diagonal is asked for, the
/// diagonal.
final class Traffic {
  private final Map<String, Double> elements = new HashMap<>();

  private Traffic() {}

  /// @param text a program at the stage `tensor`, of constant sizes
  static Traffic of(String text) {
    Program program = TensorParser.parse(new SourceFile("tensor", text)).require();
    Traffic traffic = new Traffic();
    for (Definition definition : program.definitions()) {
      switch (definition.body()) {
        case Body.Accumulate accumulate ->
            accumulate.terms().forEach(term -> traffic.addTerm(definition.body(), term));
        case Body.Scan _, Body.Derivative _, Body.Iterate _ ->
            TensorReads.of(definition.body()).forEach(traffic::addWhole);
      }
    }
    return traffic;
  }

  private void addTerm(Body body, Contraction term) {
    Map<String, IndexExpr> extents = new HashMap<>();
    for (Axis axis : term.axes()) {
      extents.put(axis.name(), axis.extent());
    }
    // A read inside of a position, as in `A[I[t]]`, is found by the walk as well.
    Walk walk =
        Walk.of(
            scalar -> {
              if (scalar instanceof Scalar.Read(String tensor, var _, List<IndexExpr> indices)) {
                add(tensor, indices, extents);
              }
            },
            _ -> {});
    term.operands().forEach(walk::visit);
    term.write().forEach(walk::visit);
    TensorReads.of(body).stream()
        .filter(name -> !elements.containsKey(name))
        .forEach(this::addWhole);
  }

  /// At most one element for each value of the variables that stand in the position.
  private void add(String tensor, List<IndexExpr> indices, Map<String, IndexExpr> extents) {
    double count = 1;
    for (String variable :
        indices.stream().map(Walk::variables).flatMap(Set::stream).distinct().toList()) {
      count *=
          extents.get(variable) instanceof IndexExpr.Constant(long extent)
              ? extent
              : Double.POSITIVE_INFINITY;
    }
    elements.merge(tensor, count, Double::sum);
  }

  private void addWhole(String tensor) {
    elements.put(tensor, Double.POSITIVE_INFINITY);
  }

  /// How many bytes are read of an input, each once.
  long bytesRead(Parameter input) {
    double read = elements.getOrDefault(input.name(), Double.POSITIVE_INFINITY);
    long all = input.shape().elementCount();
    return (read < all ? (long) read : all) * input.dtype().byteSize();
  }
}
