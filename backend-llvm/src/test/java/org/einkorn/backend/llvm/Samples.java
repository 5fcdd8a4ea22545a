package org.einkorn.backend.llvm;

import java.util.ArrayList;
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
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Small modules built by hand.
final class Samples {
  private Samples() {}

  static IndexExpr v(String name) {
    return IndexExpr.variable(name);
  }

  static IndexExpr s(String name) {
    return IndexExpr.symbol(name);
  }

  static IndexExpr c(long value) {
    return IndexExpr.of(value);
  }

  static Signature.Input input(String name, DType type, IndexExpr... extents) {
    return new Signature.Input(
        Signature.Role.INPUT, name, new TensorType(type, Arrays.asList(extents)), Optional.empty());
  }

  static Buffer buffer(String name, DType type, IndexExpr... extents) {
    return new Buffer(name, new TensorType(type, Arrays.asList(extents)), Buffer.Scope.GLOBAL);
  }

  /// A module whose buffers are all outputs, but those whose name begins with `t`.
  static Module module(
      List<String> symbols,
      List<Signature.Input> inputs,
      List<Buffer> buffers,
      Function... functions) {
    List<Signature.Output> outputs = new ArrayList<>();
    for (Buffer buffer : buffers) {
      if (!buffer.name().startsWith("t")) {
        outputs.add(new Signature.Output(buffer.name(), buffer.type(), Optional.empty()));
      }
    }
    return new Module(
        "sample",
        new Signature(symbols, inputs, outputs, List.of()),
        buffers,
        Arrays.asList(functions));
  }

  static Stmt loop(Stmt.LoopKind kind, String variable, IndexExpr extent, Stmt body) {
    return new Stmt.For(kind, variable, extent, body);
  }

  static Stmt loop(String variable, IndexExpr extent, Stmt body) {
    return loop(Stmt.LoopOrder.SERIAL, variable, extent, body);
  }

  static Stmt.BlockIter spatial(String variable, IndexExpr extent, IndexExpr binding) {
    return new Stmt.BlockIter(Stmt.IterKind.SPATIAL, variable, extent, binding);
  }

  static Stmt.BlockIter reduce(String variable, IndexExpr extent, IndexExpr binding) {
    return new Stmt.BlockIter(Stmt.IterKind.REDUCE, variable, extent, binding);
  }

  static Stmt block(
      List<Stmt.BlockIter> iters, List<Guard> guards, Optional<Stmt> init, Stmt body) {
    return new Stmt.Block("block", iters, guards, List.of(), List.of(), init, body);
  }

  static Scalar read(String tensor, DType type, IndexExpr... indices) {
    return new Scalar.Read(tensor, type, Arrays.asList(indices));
  }

  static Stmt store(String buffer, Scalar value, IndexExpr... indices) {
    return new Stmt.Store(buffer, Arrays.asList(indices), value);
  }

  static Scalar binary(BinaryOp op, Scalar left, Scalar right) {
    return new Scalar.Binary(op, left, right);
  }

  static Scalar literal(DType type, Number value) {
    return Scalar.Literal.of(type, value);
  }

  /// `C[i, j] = Σₖ A[i, k] · B[k, j]` with extents I, K, J, parallel over i.
  static Module matmul(DType type) {
    Scalar product =
        binary(
            BinaryOp.MULTIPLY,
            Scalar.cast(type.compute(), read("A", type, v("vi"), v("vk"))),
            Scalar.cast(type.compute(), read("B", type, v("vk"), v("vj"))));
    Scalar sum =
        binary(
            BinaryOp.ADD, Scalar.cast(type.compute(), read("C", type, v("vi"), v("vj"))), product);
    Stmt init = store("C", Scalar.cast(type, literal(type.compute(), 0)), v("vi"), v("vj"));
    Stmt body =
        block(
            List.of(
                spatial("vi", s("I"), v("i")),
                spatial("vj", s("J"), v("j")),
                reduce("vk", s("K"), v("k"))),
            List.of(),
            Optional.of(init),
            store("C", Scalar.cast(type, sum), v("vi"), v("vj")));
    return module(
        List.of("I", "K", "J"),
        List.of(input("A", type, s("I"), s("K")), input("B", type, s("K"), s("J"))),
        List.of(buffer("C", type, s("I"), s("J"))),
        new Function(
            "matmul",
            loop(
                Stmt.LoopOrder.PARALLEL, "i", s("I"), loop("j", s("J"), loop("k", s("K"), body)))));
  }

  /// `Y[i] = f(X[i])` with extent N.
  static Module map(DType from, DType to, java.util.function.UnaryOperator<Scalar> f) {
    return module(
        List.of("N"),
        List.of(input("X", from, s("N"))),
        List.of(buffer("Y", to, s("N"))),
        new Function(
            "map", loop("i", s("N"), store("Y", f.apply(read("X", from, v("i"))), v("i")))));
  }

  /// `Y[i] = f(A[i], B[i])` with extent N.
  static Module zip(DType from, DType to, java.util.function.BinaryOperator<Scalar> f) {
    return module(
        List.of("N"),
        List.of(input("A", from, s("N")), input("B", from, s("N"))),
        List.of(buffer("Y", to, s("N"))),
        new Function(
            "zip",
            loop(
                "i",
                s("N"),
                store("Y", f.apply(read("A", from, v("i")), read("B", from, v("i"))), v("i")))));
  }

  static Scalar unary(UnaryOp op, Scalar operand) {
    return new Scalar.Unary(op, operand);
  }
}
