package org.einkorn.passes.layout;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Expressions;

/// Rewrites a program so that it reads its inputs, and writes its outputs, where they lie: an exact
/// rewrite, since the same elements meet in the same order.
public final class InPlace {
  private final Map<String, Storage> storages;
  private final Map<String, List<IndexExpr>> extents = new HashMap<>();

  private InPlace(Map<String, Storage> storages) {
    this.storages = Map.copyOf(storages);
  }

  /// The program over the memory tensors of its inputs and outputs, under the names of the views.
  ///
  /// @param storages how inputs lie, and outputs that nothing reads; others are dense
  public static Program of(Program program, Map<String, Storage> storages) {
    boolean isDense = storages.values().stream().allMatch(Storage.Dense.class::isInstance);
    return isDense ? program : new InPlace(storages).rewrite(program);
  }

  private Program rewrite(Program program) {
    Signature signature = program.signature();
    signature.inputs().forEach(input -> extents.put(input.name(), input.type().extents()));
    signature.outputs().forEach(output -> extents.put(output.name(), output.type().extents()));
    List<Signature.Input> inputs =
        signature.inputs().stream()
            .map(input -> input.with(type(input.name(), input.type()), UnaryOperator.identity()))
            .toList();
    List<Signature.Output> outputs =
        signature.outputs().stream()
            .map(output -> output.with(type(output.name(), output.type())))
            .toList();
    return new Program(
        program.name(),
        new Signature(signature.symbols(), inputs, outputs, signature.queries()),
        program.definitions().stream().map(this::definition).toList(),
        program.slicings());
  }

  private Storage storage(String name) {
    return storages.getOrDefault(name, new Storage.Dense());
  }

  private TensorType type(String name, TensorType type) {
    return new TensorType(type.dtype(), storage(name).extents(type.extents()));
  }

  private Definition definition(Definition definition) {
    Body body = Expressions.replace(definition.body(), this::read);
    return new Definition(
        definition.name(),
        type(definition.name(), definition.type()),
        written(definition.name(), body),
        definition.origin());
  }

  private Scalar read(Scalar.Read read) {
    List<IndexExpr> view = extents.getOrDefault(read.tensor(), List.of());
    Storage storage = storage(read.tensor());
    return storage instanceof Storage.Dense
        ? read
        : new Scalar.Read(read.tensor(), read.type(), storage.position(view, read.indices()));
  }

  private Body written(String name, Body body) {
    Storage storage = storage(name);
    if (storage instanceof Storage.Dense) {
      return body;
    }
    if (!(body instanceof Body.Accumulate accumulate)) {
      throw new IllegalArgumentException("only contractions are written in place");
    }
    List<IndexExpr> view = extents.getOrDefault(name, List.of());
    List<Contraction> terms = new ArrayList<>();
    for (Contraction term : accumulate.terms()) {
      terms.add(
          new Contraction(
              term.axes(),
              term.guards(),
              storage.position(view, term.write()),
              term.join(),
              term.operands()));
    }
    return new Body.Accumulate(accumulate.projection(), terms);
  }
}
