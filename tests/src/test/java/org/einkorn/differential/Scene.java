package org.einkorn.differential;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// What random expressions can mention: the sizes and the tensors so far.
///
/// @param sizes the symbols and the values they will have
/// @param tensors what can be read
/// @param inexact those of the tensors whose values depend on functions that are not rounded
///   correctly
/// @param tame whether numbers are small, so that few programs fail
record Scene(
    Map<String, Long> sizes,
    SequencedMap<String, TensorType> tensors,
    Set<String> inexact,
    boolean tame) {

  static final List<DType> COMPUTE =
      List.of(DType.F64, DType.F32, DType.I64, DType.I32, DType.BOOL, DType.C64, DType.C128);
  static final List<DType> STORAGE = List.of(DType.values());

  static Scene empty(boolean tame) {
    return new Scene(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashSet<>(), tame);
  }

  /// The value that an extent will have.
  long size(IndexExpr extent) {
    return IndexEvaluator.extent(extent, name -> sizes.getOrDefault(name, 0L));
  }

  long count(List<IndexExpr> extents) {
    long count = 1;
    for (IndexExpr extent : extents) {
      count *= size(extent);
    }
    return count;
  }

  long[] sizesOf(TensorType type) {
    return type.extents().stream().mapToLong(this::size).toArray();
  }

  /// An extent: often one of a tensor, so that its axis can be read plainly.
  IndexExpr extent(Dice dice) {
    List<IndexExpr> known = new ArrayList<>();
    tensors.values().forEach(type -> known.addAll(type.extents()));
    if (!known.isEmpty() && dice.chance(0.5)) {
      return dice.pick(known);
    }
    if (!sizes.isEmpty() && dice.chance(0.5)) {
      IndexExpr symbol = IndexExpr.symbol(dice.pick(List.copyOf(sizes.keySet())));
      return switch (dice.below(10)) {
        case 0 -> symbol.plus(1);
        case 1 -> symbol.times(2);
        case 2 -> symbol.plus(-1).max(IndexExpr.Constant.ZERO);
        case 3 -> symbol.floorDiv(IndexExpr.of(2));
        case 4 -> symbol.min(IndexExpr.of(3));
        default -> symbol;
      };
    }
    return IndexExpr.of(dice.pick(List.of(0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 9, 17)));
  }

  /// Up to `rank` extents with at most `limit` points together.
  List<IndexExpr> extents(Dice dice, int rank, long limit) {
    List<IndexExpr> extents = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      IndexExpr extent = extent(dice);
      boolean fits = count(extents) * size(extent) <= limit;
      extents.add(fits ? extent : IndexExpr.of(dice.between(1, 2)));
    }
    while (count(extents) > limit) {
      extents.removeLast();
    }
    return extents;
  }
}
