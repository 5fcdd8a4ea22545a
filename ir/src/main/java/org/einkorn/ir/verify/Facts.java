package org.einkorn.ir.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.einkorn.ir.expr.Heights;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.ir.text.ExprPrinter;
import org.einkorn.runtime.DType;

/// The expressions of a program, each with what surrounds it, in text order; and the places where
/// it nests so deep that nothing was collected.
final class Facts {
  private final List<Index> indices = new ArrayList<>();
  private final List<Value> values = new ArrayList<>();
  private final List<Access> accesses = new ArrayList<>();
  private final List<Place> tooDeep = new ArrayList<>();

  /// What an index expression is for.
  enum Role {
    /// An extent of a tensor.
    TYPE,
    /// An extent of an axis of a contraction.
    AXIS,
    /// Anything else: a position, the extent of a loop, a side of a guard.
    POSITION
  }

  /// An index expression that is no part of another expression.
  record Index(IndexExpr expr, Role role, Context context) {}

  /// A scalar that is no part of another expression.
  record Value(Scalar scalar, Context context) {}

  /// A read or a store of elements.
  ///
  /// @param readType the type a read claims; absent for a store
  record Access(String tensor, List<IndexExpr> indices, Optional<DType> readType, Context context) {
    boolean isStore() {
      return readType.isEmpty();
    }

    /// `S[i, j + 1]`
    String text() {
      return tensor + ExprPrinter.printIndices(indices);
    }
  }

  List<Index> indices() {
    return indices;
  }

  List<Value> values() {
    return values;
  }

  List<Access> accesses() {
    return accesses;
  }

  List<Place> tooDeep() {
    return tooDeep;
  }

  // ---- collecting

  void addTooDeep(Place place) {
    tooDeep.add(place);
  }

  void addType(TensorType type, Context context) {
    type.extents().forEach(extent -> addIndex(extent, Role.TYPE, context));
  }

  void addIndex(IndexExpr expr, Role role, Context context) {
    if (Heights.isTooDeep(expr)) {
      addTooDeep(context.place());
      return;
    }
    indices.add(new Index(expr, role, context));
    index(expr, context);
  }

  /// A position that is written: a fetch in it is one of the target, which it can't read.
  void addWrite(IndexExpr expr, Context target, Context reads) {
    if (Heights.isTooDeep(expr)) {
      addTooDeep(target.place());
      return;
    }
    indices.add(new Index(expr, Role.POSITION, target));
    index(expr, reads);
  }

  /// An index expression that describes and is not evaluated.
  void addDescription(IndexExpr expr, Context context) {
    if (Heights.isTooDeep(expr)) {
      addTooDeep(context.place());
      return;
    }
    indices.add(new Index(expr, Role.POSITION, context));
  }

  void addGuards(List<Guard> guards, Context context) {
    for (Guard guard : guards) {
      addIndex(guard.index(), Role.POSITION, context);
      addIndex(guard.extent(), Role.POSITION, context);
    }
  }

  void addValue(Scalar scalar, Context context) {
    if (Heights.isTooDeep(scalar)) {
      addTooDeep(context.place());
      return;
    }
    values.add(new Value(scalar, context));
    scalar(scalar, context);
  }

  /// A store, after its indices and its value.
  void addStore(String tensor, List<IndexExpr> positions, Context context) {
    if (positions.stream().noneMatch(Heights::isTooDeep)) {
      accesses.add(new Access(tensor, positions, Optional.empty(), context));
    }
  }

  private void index(IndexExpr expr, Context context) {
    switch (expr) {
      case IndexExpr.Constant _, IndexExpr.Variable _, IndexExpr.Symbol _ -> {}
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> both(left, right, context);
      case IndexExpr.Product(IndexExpr left, IndexExpr right) -> both(left, right, context);
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) -> both(left, right, context);
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) -> both(left, right, context);
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) -> both(left, right, context);
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) -> both(left, right, context);
      case IndexExpr.Fetch fetch -> scalar(fetch.source(), context);
    }
  }

  private void both(IndexExpr left, IndexExpr right, Context context) {
    index(left, context);
    index(right, context);
  }

  private void scalar(Scalar scalar, Context context) {
    switch (scalar) {
      case Scalar.Literal _ -> {}
      case Scalar.Read(String tensor, DType type, List<IndexExpr> positions) -> {
        positions.forEach(position -> index(position, context));
        accesses.add(new Access(tensor, positions, Optional.of(type), context));
      }
      case Scalar.Position(IndexExpr position) -> index(position, context);
      case Scalar.Unary(var op, Scalar operand) -> scalar(operand, context);
      case Scalar.Binary(var op, Scalar left, Scalar right) -> {
        scalar(left, context);
        scalar(right, context);
      }
      case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) -> {
        scalar(left, context);
        scalar(right, context);
        scalar(addend, context);
      }
      case Scalar.Dot dot -> dot.parts().forEach(part -> scalar(part, context));
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
        scalar(condition, context);
        scalar(then, context.under(Context.Condition.SELECTED));
        scalar(otherwise, context.under(Context.Condition.SELECTED));
      }
      case Scalar.Cast(var type, Scalar operand) -> scalar(operand, context);
    }
  }

  // ---- every part of every expression

  /// Each index expression and each of its parts.
  void forEachIndex(BiConsumer<IndexExpr, Context> action) {
    for (Index index : indices) {
      Walk.ofIndices(part -> action.accept(part, index.context())).visit(index.expr());
    }
    for (Value value : values) {
      Walk.ofIndices(part -> action.accept(part, value.context())).visit(value.scalar());
    }
  }

  /// Each scalar and each of its parts.
  void forEachScalar(BiConsumer<Scalar, Context> action) {
    for (Index index : indices) {
      Walk.ofScalars(part -> action.accept(part, index.context())).visit(index.expr());
    }
    for (Value value : values) {
      Walk.ofScalars(part -> action.accept(part, value.context())).visit(value.scalar());
    }
  }
}
