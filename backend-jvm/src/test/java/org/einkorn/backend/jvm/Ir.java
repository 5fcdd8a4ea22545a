package org.einkorn.backend.jvm;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.IterKind;
import org.einkorn.ir.loop.Stmt.LoopOrder;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Short names to build modules with.
final class Ir {
  private Ir() {}

  static IndexExpr at(String name) {
    return IndexExpr.variable(name);
  }

  static IndexExpr size(String name) {
    return IndexExpr.symbol(name);
  }

  static IndexExpr num(long value) {
    return IndexExpr.of(value);
  }

  static Buffer tensor(String name, DType type, IndexExpr... extents) {
    return new Buffer(name, new TensorType(type, List.of(extents)), Buffer.Scope.GLOBAL);
  }

  static Buffer register(String name, DType type) {
    return new Buffer(name, new TensorType(type, List.of()), Buffer.Scope.REGISTER);
  }

  static Buffer local(String name, DType type, long... extents) {
    List<IndexExpr> axes = Arrays.stream(extents).mapToObj(Ir::num).toList();
    return new Buffer(name, new TensorType(type, axes), Buffer.Scope.LOCAL);
  }

  static Scalar read(Buffer buffer, IndexExpr... indices) {
    return new Scalar.Read(buffer.name(), buffer.type().dtype(), List.of(indices));
  }

  static Scalar constant(DType type, Number value) {
    return Scalar.Literal.of(type, value);
  }

  static Scalar binary(BinaryOp op, Scalar left, Scalar right) {
    return new Scalar.Binary(op, left, right);
  }

  static Scalar plus(Scalar left, Scalar right) {
    return binary(BinaryOp.ADD, left, right);
  }

  static Scalar times(Scalar left, Scalar right) {
    return binary(BinaryOp.MULTIPLY, left, right);
  }

  static Scalar fma(Scalar left, Scalar right, Scalar addend) {
    return new Scalar.MultiplyAdd(left, right, addend);
  }

  static Scalar unary(UnaryOp op, Scalar operand) {
    return new Scalar.Unary(op, operand);
  }

  static Stmt store(Buffer buffer, Scalar value, IndexExpr... indices) {
    return new Stmt.Store(buffer.name(), List.of(indices), value);
  }

  static Stmt loop(String variable, IndexExpr extent, Stmt body) {
    return new Stmt.For(LoopOrder.SERIAL, variable, extent, body);
  }

  static Stmt unrolled(String variable, IndexExpr extent, Stmt body) {
    return new Stmt.For(LoopOrder.UNROLLED, variable, extent, body);
  }

  static Stmt vectorized(String variable, IndexExpr extent, Stmt body) {
    return new Stmt.For(LoopOrder.VECTORIZED, variable, extent, body);
  }

  static Stmt parallel(String variable, IndexExpr extent, Stmt body) {
    return new Stmt.For(LoopOrder.PARALLEL, variable, extent, body);
  }

  static Stmt sequence(Stmt... statements) {
    return new Stmt.Sequence(List.of(statements));
  }

  static Stmt.BlockIter spatial(String variable, IndexExpr extent, IndexExpr binding) {
    return new Stmt.BlockIter(IterKind.SPATIAL, variable, extent, binding);
  }

  static Stmt.BlockIter reduce(String variable, IndexExpr extent, IndexExpr binding) {
    return new Stmt.BlockIter(IterKind.REDUCE, variable, extent, binding);
  }

  static Stmt block(
      List<Stmt.BlockIter> iters, List<Guard> guards, Optional<Stmt> init, Stmt body) {
    return new Stmt.Block("block", iters, guards, List.of(), List.of(), init, body);
  }

  static Function function(String name, Stmt body) {
    return new Function(name, body);
  }

  /// A module whose buffers all are outputs.
  static Module module(
      List<String> symbols, List<Buffer> inputs, List<Buffer> outputs, Function... functions) {
    return new Module(
        "test",
        new Signature(
            symbols,
            inputs.stream()
                .map(
                    input ->
                        new Signature.Input(
                            Signature.Role.INPUT, input.name(), input.type(), Optional.empty()))
                .toList(),
            outputs.stream()
                .map(output -> new Signature.Output(output.name(), output.type(), Optional.empty()))
                .toList(),
            List.of()),
        outputs,
        Arrays.asList(functions));
  }
}
