package org.einkorn.passes.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Regions;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Writes loops over complex numbers as loops over their parts, so that nothing below knows of
/// complex numbers.
///
/// A tensor `c64[i]` is the buffer `f32[i, 2]`: the same memory. A register becomes two. A store
/// becomes two stores, after what the parts have in common: see [ComplexParts].
final class SplitComplex {
  private final Module module;
  private final Set<String> complex = new HashSet<>();
  private final Set<String> registers = new HashSet<>();
  private final Set<String> taken = new HashSet<>();
  private final Map<String, Buffer> buffers = new HashMap<>();

  private SplitComplex(Module module) {
    this.module = module;
    module
        .signature()
        .inputs()
        .forEach(input -> add(new Buffer(input.name(), input.type(), Buffer.Scope.GLOBAL)));
    module.buffers().forEach(this::add);
    module.functions().forEach(function -> collect(function.body()));
  }

  /// The module with real numbers only; the same instance where it has no others.
  static Module apply(Module module) {
    return new SplitComplex(module).run();
  }

  private void add(Buffer buffer) {
    taken.add(buffer.name());
    if (buffer.type().dtype().isComplex()) {
      complex.add(buffer.name());
    }
    buffers.put(buffer.name(), new Buffer(buffer.name(), buffer.type().parts(), buffer.scope()));
  }

  /// The registers, which are there while a statement runs.
  private void collect(Stmt statement) {
    switch (statement) {
      case Stmt.For loop -> collect(loop.body());
      case Stmt.Block block -> {
        block.init().ifPresent(this::collect);
        collect(block.body());
      }
      case Stmt.Sequence(List<Stmt> statements) -> statements.forEach(this::collect);
      case Stmt.If(var guards, Stmt body) -> collect(body);
      case Stmt.When(var condition, Stmt body) -> collect(body);
      case Stmt.While(var condition, Stmt body) -> collect(body);
      case Stmt.Store _ -> {}
      case Stmt.Allocate(Buffer buffer, Stmt body) -> {
        taken.add(buffer.name());
        if (buffer.type().dtype().isComplex()) {
          complex.add(buffer.name());
          registers.add(buffer.name());
          parts(buffer).forEach(part -> buffers.put(part.name(), part));
          parts(buffer).forEach(part -> taken.add(part.name()));
        } else {
          buffers.put(buffer.name(), buffer);
        }
        collect(body);
      }
    }
  }

  private static List<Buffer> parts(Buffer register) {
    TensorType part = new TensorType(register.type().dtype().part(), List.of());
    return List.of(
        new Buffer(ComplexParts.re(register.name()), part, register.scope()),
        new Buffer(ComplexParts.im(register.name()), part, register.scope()));
  }

  private Module run() {
    if (module.functions().stream().noneMatch(function -> isComplex(function.body()))) {
      return module;
    }
    return module.with(
        module.signature(),
        module.buffers().stream()
            .map(buffer -> new Buffer(buffer.name(), buffer.type().parts(), buffer.scope()))
            .toList(),
        module.functions().stream().map(this::function).toList());
  }

  private Function function(Function function) {
    return isComplex(function.body())
        ? new Function(function.name(), split(function.body()), function.origin())
        : function;
  }

  private boolean isComplex(Stmt statement) {
    return switch (statement) {
      case Stmt.For loop -> isComplex(loop.body());
      case Stmt.Block block ->
          isComplex(block.body()) || block.init().filter(this::isComplex).isPresent();
      case Stmt.Sequence(List<Stmt> statements) -> statements.stream().anyMatch(this::isComplex);
      case Stmt.If(var guards, Stmt body) -> isComplex(body);
      case Stmt.When(Scalar condition, Stmt body) -> isComplex(body) || Walk.isComplex(condition);
      case Stmt.While(Scalar condition, Stmt body) -> isComplex(body) || Walk.isComplex(condition);
      case Stmt.Allocate(var buffer, Stmt body) -> isComplex(body);
      case Stmt.Store store -> complex.contains(store.buffer()) || Walk.isComplex(store.value());
    };
  }

  private Stmt split(Stmt statement) {
    return switch (statement) {
      case Stmt.For loop -> loop.with(split(loop.body()));
      case Stmt.Block block -> block(block);
      case Stmt.Sequence(List<Stmt> statements) ->
          new Stmt.Sequence(statements.stream().map(this::split).toList());
      case Stmt.If(var guards, Stmt body) -> new Stmt.If(guards, split(body));
      case Stmt.When(Scalar condition, Stmt body) when Walk.isComplex(condition) ->
          inRegister(condition, split(body));
      case Stmt.When(Scalar condition, Stmt body) -> new Stmt.When(condition, split(body));
      case Stmt.While(Scalar condition, Stmt body) ->
          new Stmt.While(realCondition(condition), split(body));
      case Stmt.Allocate(Buffer buffer, Stmt body) ->
          registers.contains(buffer.name())
              ? allocated(parts(buffer), split(body))
              : new Stmt.Allocate(buffer, split(body));
      case Stmt.Store store -> isComplex(store) ? store(store) : store;
    };
  }

  /// `body` where a condition of complex numbers holds, which is computed as a value.
  private Stmt inRegister(Scalar condition, Stmt body) {
    String register = "condition";
    while (!taken.add(register)) {
      register += ".x";
    }
    return new Stmt.Allocate(
        new Buffer(register, new TensorType(DType.BOOL, List.of()), Buffer.Scope.REGISTER),
        new Stmt.Sequence(
            List.of(
                split(new Stmt.Store(register, List.of(), condition)),
                new Stmt.When(new Scalar.Read(register, DType.BOOL, List.of()), body))));
  }

  private static Scalar realCondition(Scalar condition) {
    if (Walk.isComplex(condition)) {
      throw new IllegalStateException("a condition of complex numbers: " + condition);
    }
    return condition;
  }

  private Stmt block(Stmt.Block block) {
    Stmt body = split(block.body());
    Regions.Access access =
        Regions.of(body, block.guards(), name -> Optional.ofNullable(buffers.get(name)));
    return new Stmt.Block(
        block.name(),
        block.iters(),
        block.guards(),
        access.reads(),
        access.writes(),
        block.init().map(this::split),
        body);
  }

  private static Stmt allocated(List<Buffer> registers, Stmt body) {
    Stmt inside = body;
    for (Buffer register : registers.reversed()) {
      inside = new Stmt.Allocate(register, inside);
    }
    return inside;
  }

  private Stmt store(Stmt.Store store) {
    ComplexParts parts = new ComplexParts(store.buffer(), registers, taken);
    List<Stmt> stores = new ArrayList<>();
    if (complex.contains(store.buffer())) {
      ComplexParts.Pair target =
          parts.element(store.buffer(), store.value().type(), store.indices());
      ComplexParts.Pair value = parts.of(store.value());
      if (reads(value.im(), (Scalar.Read) target.re())) {
        value = parts.kept(value);
      }
      stores.add(store((Scalar.Read) target.re(), value.re()));
      stores.add(store((Scalar.Read) target.im(), value.im()));
    } else {
      stores.add(new Stmt.Store(store.buffer(), store.indices(), parts.real(store.value())));
    }
    List<Stmt> all = new ArrayList<>(parts.statements());
    all.addAll(stores);
    return allocated(
        parts.temporaries(), all.size() == 1 ? all.getFirst() : new Stmt.Sequence(all));
  }

  private static Stmt store(Scalar.Read element, Scalar value) {
    return new Stmt.Store(element.tensor(), element.indices(), value);
  }

  /// Whether a value may read an element: it reads that tensor, and not at the other part.
  private static boolean reads(Scalar value, Scalar.Read element) {
    boolean[] found = {false};
    Walk.ofScalars(
            part ->
                found[0] |=
                    part instanceof Scalar.Read read
                        && read.tensor().equals(element.tensor())
                        && lastOf(read.indices()).equals(lastOf(element.indices())))
        .visit(value);
    return found[0];
  }

  private static List<IndexExpr> lastOf(List<IndexExpr> indices) {
    return indices.isEmpty() ? indices : indices.subList(indices.size() - 1, indices.size());
  }
}
