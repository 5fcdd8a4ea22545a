package org.einkorn.passes.lower;

import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Short words for the statements that loops over lists are made of. Numbers are `i64`.
final class Loops {
  private static final TensorType NUMBER = new TensorType(DType.I64, List.of());

  private Loops() {}

  static Buffer numbers(String name, IndexExpr... extents) {
    return new Buffer(name, new TensorType(DType.I64, List.of(extents)), Buffer.Scope.GLOBAL);
  }

  static Scalar number(long value) {
    return Scalar.Literal.of(DType.I64, value);
  }

  static Scalar number(IndexExpr index) {
    return new Scalar.Position(index);
  }

  /// A number in memory or in a register.
  static Scalar read(String buffer, IndexExpr... indices) {
    return new Scalar.Read(buffer, DType.I64, List.of(indices));
  }

  /// A number as a position in a buffer of numbers.
  static IndexExpr place(String buffer, IndexExpr extent, Scalar number) {
    return new IndexExpr.Fetch(buffer, 0, extent, number);
  }

  static Scalar add(Scalar left, Scalar right) {
    return new Scalar.Binary(BinaryOp.ADD, left, right);
  }

  static Stmt set(String buffer, Scalar value, IndexExpr... indices) {
    return new Stmt.Store(buffer, List.of(indices), value);
  }

  /// `buffer[…] += 1`
  static Stmt count(String buffer, IndexExpr... indices) {
    return set(buffer, add(read(buffer, indices), number(1)), indices);
  }

  static Stmt loop(String variable, IndexExpr extent, Stmt... body) {
    return new Stmt.For(Stmt.LoopKind.SERIAL, variable, extent, all(body));
  }

  static Stmt all(Stmt... statements) {
    return statements.length == 1 ? statements[0] : new Stmt.Sequence(List.of(statements));
  }

  /// `body` with a register for a number.
  static Stmt with(String register, Stmt... body) {
    return with(register, DType.I64, body);
  }

  static Stmt with(String register, DType type, Stmt... body) {
    TensorType one = type == DType.I64 ? NUMBER : new TensorType(type, List.of());
    return new Stmt.Allocate(new Buffer(register, one, Buffer.Scope.REGISTER), all(body));
  }
}
