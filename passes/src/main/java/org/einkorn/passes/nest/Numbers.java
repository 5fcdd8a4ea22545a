package org.einkorn.passes.nest;

import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Expressions and statements over `i64` memory that loop nests keep for themselves: counters,
/// positions, links.
public final class Numbers {
  private static final TensorType NUMBER = new TensorType(DType.I64, List.of());

  private Numbers() {}

  public static Scalar of(long value) {
    return Scalar.Literal.of(DType.I64, value);
  }

  public static Scalar of(IndexExpr index) {
    return new Scalar.Position(index);
  }

  public static Scalar read(String buffer, IndexExpr... at) {
    return new Scalar.Read(buffer, DType.I64, List.of(at));
  }

  public static Stmt set(String buffer, Scalar value, IndexExpr... at) {
    return new Stmt.Store(buffer, List.of(at), value);
  }

  public static Scalar plus(Scalar one, Scalar other) {
    return new Scalar.Binary(BinaryOp.ADD, one, other);
  }

  public static Scalar minus(Scalar one, Scalar other) {
    return new Scalar.Binary(BinaryOp.SUBTRACT, one, other);
  }

  public static Scalar equal(Scalar one, Scalar other) {
    return new Scalar.Binary(BinaryOp.EQUAL, one, other);
  }

  public static Scalar differs(Scalar one, Scalar other) {
    return new Scalar.Binary(BinaryOp.NOT_EQUAL, one, other);
  }

  /// `buffer[…] += 1`
  public static Stmt count(String buffer, IndexExpr... at) {
    return set(buffer, plus(read(buffer, at), of(1)), at);
  }

  /// A number that is computed as an index, of a list of so many places.
  public static IndexExpr place(String list, IndexExpr places, Scalar number) {
    return new IndexExpr.Fetch(list, 0, places, number);
  }

  /// Global memory with these extents.
  public static Buffer buffer(String name, IndexExpr... extents) {
    return new Buffer(name, new TensorType(DType.I64, List.of(extents)), Buffer.Scope.GLOBAL);
  }

  /// Adds to each number of a list those before it.
  ///
  /// @param count one less than there are
  public static Stmt accumulate(String buffer, IndexExpr count, String loop) {
    IndexExpr before = IndexExpr.variable(loop);
    IndexExpr here = before.plus(1);
    return loop(loop, count, set(buffer, plus(read(buffer, before), read(buffer, here)), here));
  }

  /// A register that holds a value while a statement runs.
  public static Stmt with(String register, Scalar value, Stmt body) {
    return new Stmt.Allocate(
        new Buffer(register, NUMBER, Buffer.Scope.REGISTER),
        new Stmt.Sequence(List.of(new Stmt.Store(register, List.of(), value), body)));
  }

  /// `body` with a register for a number.
  public static Stmt register(String register, Stmt... body) {
    return register(register, DType.I64, body);
  }

  /// `body` with a register for a value of a type.
  public static Stmt register(String register, DType type, Stmt... body) {
    Buffer buffer = new Buffer(register, new TensorType(type, List.of()), Buffer.Scope.REGISTER);
    return new Stmt.Allocate(buffer, sequence(body));
  }

  /// Statements one after the other.
  public static Stmt sequence(Stmt... statements) {
    return statements.length == 1 ? statements[0] : new Stmt.Sequence(List.of(statements));
  }

  public static Stmt loop(String variable, IndexExpr extent, Stmt... body) {
    return new Stmt.For(Stmt.LoopOrder.SERIAL, variable, extent, sequence(body));
  }
}
