package org.einkorn.ir.warp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.MmaShape;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.text.ExprPrinter;
import org.einkorn.runtime.DType;

/// A store `c[…] = c[…] + a[…] * b[…]`, up to the order of operands and to conversions of factors
/// that lose nothing.
///
/// @param left a factor, as it lies in memory; which of the two has the rows is not known here
record WarpSum(Stmt.Store store, Scalar.Read left, Scalar.Read right) {

  /// @throws WarpSearch.Misfit where a store is something else
  static WarpSum of(Stmt.Store inProgram, WarpScope scope) {
    Stmt.Store store = scope.meaning(inProgram);
    Scalar before = new Scalar.Read(store.buffer(), store.value().type(), store.indices());
    Scalar added =
        added(store.value(), before)
            .orElseThrow(
                () ->
                    new WarpSearch.Misfit(
                        "does not add to what it stores: `%s = %s`"
                            .formatted(
                                ExprPrinter.print(scope.ofProgram(before)),
                                ExprPrinter.print(scope.ofProgram(store.value())))));
    if (!(added instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right))
        || op != BinaryOp.MULTIPLY) {
      throw new WarpSearch.Misfit(
          "adds `%s` to sums of %s"
              .formatted(ExprPrinter.print(scope.ofProgram(added)), store.value().type().text()),
          advice(store, added));
    }
    Scalar.Read first = factor(left, scope);
    Scalar.Read second = factor(right, scope);
    requireKnown(store, first, second);
    return new WarpSum(store, first, second);
  }

  private static Optional<Scalar> added(Scalar value, Scalar before) {
    if (!(value instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right))
        || op != BinaryOp.ADD) {
      return Optional.empty();
    }
    if (left.equals(before)) {
      return Optional.of(right);
    }
    return right.equals(before) ? Optional.of(left) : Optional.empty();
  }

  private static String[] advice(Stmt.Store store, Scalar added) {
    List<String> notes = new ArrayList<>();
    notes.add("`mma` adds products of elements of memory: " + MmaShape.table());
    if (added instanceof Scalar.Cast(DType _, Scalar inner) && inner instanceof Scalar.Binary) {
      notes.add(
          "products are of %s here, and sums of another type: `set-dtype %s …` first"
              .formatted(inner.type().text(), store.buffer()));
    }
    return notes.toArray(String[]::new);
  }

  private static Scalar.Read factor(Scalar value, WarpScope scope) {
    Scalar operand = value;
    while (operand instanceof Scalar.Cast(DType type, Scalar inner) && inner.type().fitsIn(type)) {
      operand = inner;
    }
    if (operand instanceof Scalar.Read read) {
      return read;
    }
    throw new WarpSearch.Misfit(
        "multiplies by `"
            + ExprPrinter.print(scope.ofProgram(value))
            + "`, which is no element of memory",
        "store it first: `cache-read` where it is read from a tensor");
  }

  private static void requireKnown(Stmt.Store store, Scalar.Read left, Scalar.Read right) {
    for (Scalar.Read read :
        List.of(
            new Scalar.Read(store.buffer(), store.value().type(), store.indices()), left, right)) {
      if (read.indices().stream().anyMatch(Walk::fetches)) {
        throw new WarpSearch.Misfit(
            "touches `" + read.tensor() + "` at a position that comes from data");
      }
    }
  }

  MmaShape.Operands types() {
    return new MmaShape.Operands(left.type(), right.type(), store.value().type());
  }

  /// What to do where no instruction has these types.
  List<String> advice() {
    MmaShape.Operands types = types();
    if (types.left() == DType.F32 || types.right() == DType.F32) {
      return List.of(
          "tensor cores round factors of f32 to tf32, which keeps 10 bits of 23; so f32 has no"
              + " `mma`");
    }
    boolean isNarrow = types.left() == types.right() && types.left().isFloat();
    if (isNarrow && types.sum() == DType.F64) {
      return List.of("`set-dtype " + store.buffer() + " f32` first");
    }
    if (types.sum() == DType.I64) {
      return List.of("`set-dtype " + store.buffer() + " i32` first, where the sums fit");
    }
    return List.of();
  }
}
