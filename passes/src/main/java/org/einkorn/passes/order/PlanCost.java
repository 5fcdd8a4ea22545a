package org.einkorn.passes.order;

import java.math.BigInteger;
import java.util.List;

/// What a plan costs, counted exactly.
///
/// @param flops the sum over the steps of the product of the extents of all their indices, times
///   the number of slices
/// @param multiplies multiplications: one a point of a step; none for a single operand
/// @param adds additions: one a point of a step that sums or adds to what other slices left
/// @param largestIntermediate elements of the largest tensor that a step makes; with slices the
///   whole result counts too
/// @param peak the most elements of tensors made by steps that are live at once: those a step
///   reads, and the one it writes. Operands don't count. With slices the whole result is live
///   throughout and the last step adds into it.
/// @param written elements that all steps write, over all slices
/// @param seconds what [CostModel] predicts
public record PlanCost(
    BigInteger flops,
    BigInteger multiplies,
    BigInteger adds,
    BigInteger largestIntermediate,
    BigInteger peak,
    BigInteger written,
    double seconds) {

  /// The cost of carrying out steps as they are listed.
  static PlanCost of(Network network, List<Step> steps, List<Integer> slices) {
    return new PlanCounter(network, steps, slices).count();
  }

  /// The decimal logarithm of [#flops]; 0 where there are none.
  public double log10Flops() {
    return log2(flops) * Math.log10(2);
  }

  /// The binary logarithm of [#largestIntermediate]; 0 where it is empty.
  public double log2Size() {
    return log2(largestIntermediate);
  }

  /// The binary logarithm of [#peak]; 0 where it is empty.
  public double log2Peak() {
    return log2(peak);
  }

  private static double log2(BigInteger count) {
    if (count.signum() == 0) {
      return 0;
    }
    // Of a power of two, exactly its exponent.
    int exponent = count.bitLength() - 1;
    int shift = Math.max(0, exponent - 1_000);
    double mantissa = Math.scalb(count.shiftRight(shift).doubleValue(), shift - exponent);
    return exponent + Math.log(mantissa) / Math.log(2);
  }
}
