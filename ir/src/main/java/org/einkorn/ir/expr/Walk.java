package org.einkorn.ir.expr;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/// Visits every part of an expression, each part after the parts it is made of, left to right.
///
/// This is the order in which a reader meets the *ends* of the parts in the text, and in which they
/// are evaluated.
public final class Walk {
  private final Consumer<Scalar> onScalar;
  private final Consumer<IndexExpr> onIndex;

  private Walk(Consumer<Scalar> onScalar, Consumer<IndexExpr> onIndex) {
    this.onScalar = onScalar;
    this.onIndex = onIndex;
  }

  /// A walk that calls `onScalar` for each scalar and `onIndex` for each index expression.
  public static Walk of(Consumer<Scalar> onScalar, Consumer<IndexExpr> onIndex) {
    return new Walk(onScalar, onIndex);
  }

  /// A walk over index expressions only.
  public static Walk ofIndices(Consumer<IndexExpr> onIndex) {
    return new Walk(scalar -> {}, onIndex);
  }

  /// A walk over scalars only.
  public static Walk ofScalars(Consumer<Scalar> onScalar) {
    return new Walk(onScalar, index -> {});
  }

  /// The iteration variables that stand in a position, in the order of the walk.
  public static Set<String> variables(IndexExpr expr) {
    Set<String> found = new LinkedHashSet<>();
    variablesInto(found).visit(expr);
    return found;
  }

  /// The iteration variables that stand in a value, in the order of the walk.
  public static Set<String> variables(Scalar scalar) {
    Set<String> found = new LinkedHashSet<>();
    variablesInto(found).visit(scalar);
    return found;
  }

  /// Whether a position comes from data.
  public static boolean fetches(IndexExpr expr) {
    boolean[] found = {false};
    ofIndices(part -> found[0] |= part instanceof IndexExpr.Fetch).visit(expr);
    return found[0];
  }

  /// Whether a value is complex or is computed from one that is.
  public static boolean isComplex(Scalar scalar) {
    boolean[] found = {false};
    ofScalars(part -> found[0] |= part.type().isComplex()).visit(scalar);
    return found[0];
  }

  private static Walk variablesInto(Set<String> found) {
    return ofIndices(
        part -> {
          if (part instanceof IndexExpr.Variable(String name)) {
            found.add(name);
          }
        });
  }

  public void visit(IndexExpr expr) {
    switch (expr) {
      case IndexExpr.Constant _, IndexExpr.Variable _, IndexExpr.Symbol _ -> {}
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> visitBoth(left, right);
      case IndexExpr.Product(IndexExpr left, IndexExpr right) -> visitBoth(left, right);
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) -> visitBoth(left, right);
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) -> visitBoth(left, right);
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) -> visitBoth(left, right);
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) -> visitBoth(left, right);
      case IndexExpr.Fetch fetch -> visit(fetch.source());
    }
    onIndex.accept(expr);
  }

  private void visitBoth(IndexExpr left, IndexExpr right) {
    visit(left);
    visit(right);
  }

  public void visit(Scalar scalar) {
    switch (scalar) {
      case Scalar.Literal _ -> {}
      case Scalar.Read read -> read.indices().forEach(this::visit);
      case Scalar.Position(IndexExpr index) -> visit(index);
      case Scalar.Unary(var op, Scalar operand) -> visit(operand);
      case Scalar.Binary(var op, Scalar left, Scalar right) -> {
        visit(left);
        visit(right);
      }
      case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) -> {
        visit(left);
        visit(right);
        visit(addend);
      }
      case Scalar.Dot dot -> dot.parts().forEach(this::visit);
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
        visit(condition);
        visit(then);
        visit(otherwise);
      }
      case Scalar.Cast(var type, Scalar operand) -> visit(operand);
    }
    onScalar.accept(scalar);
  }
}
