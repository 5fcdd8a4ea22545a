package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Polynomial;

/// Puts the digits of a loop together that stand as indices side by side.
///
/// Of fused loops that were cut again, `f floordiv 24, f mod 24` may be left as `o + (8 * o + i)
/// floordiv 24, (8 * o + i) mod 24`, of which no part is a digit of `o` or `i`. With the second as
/// the last digit of the first that is `32 * o + i`.
///
/// Indices that are equal make equal numbers, whatever their factors are. So where no number is
/// made twice, no indices are.
final class JoinedIndices {
  private JoinedIndices() {}

  /// Fewer numbers instead of indices; the indices where nothing can be put together.
  ///
  /// @param scope what is known of the variables in them
  static List<IndexExpr> of(List<IndexExpr> indices, Assumptions scope) {
    List<IndexExpr> joined = new ArrayList<>();
    for (IndexExpr index : indices) {
      OptionalLong size = size(index);
      if (joined.isEmpty() || size.isEmpty()) {
        joined.add(index);
      } else {
        IndexExpr before = joined.removeLast();
        joined.add(before.times(IndexExpr.of(size.getAsLong())).plus(index));
      }
    }
    return joined.size() == indices.size()
        ? indices
        : joined.stream().map(scope::simplify).toList();
  }

  /// How many values a digit has: the largest multiple of a remainder in it says.
  private static OptionalLong size(IndexExpr index) {
    OptionalLong size = OptionalLong.empty();
    for (Polynomial.Term term : Polynomial.of(index).terms()) {
      if (term.atoms().size() == 1
          && term.atoms().getFirst()
              instanceof IndexExpr.FloorMod(var _, IndexExpr.Constant(long modulus))
          && term.coefficient() > 0
          && Math.multiplyHigh(term.coefficient(), modulus) == 0) {
        size = OptionalLong.of(Math.max(size.orElse(1), term.coefficient() * modulus));
      }
    }
    return size;
  }
}
