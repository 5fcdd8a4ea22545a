package org.einkorn.passes.order;

/// How large the tensors are that subsets of a few tensors make, and what a step costs that makes
/// one.
///
/// For a subset S let T(S) be the product of the extents of all indices that touch it and C(S) that
/// of the indices already summed when S is one tensor. The tensor then has T(S)/C(S) elements, and
/// the step that makes it from A and B has T(S)/(C(A)·C(B)) points.
final class SubsetCounts {
  /// Products of more bits than this are kept as logarithms.
  private static final double WIDEST = 900;

  private final IndexClasses classes;
  private final Pricing pricing;
  private final double pointFactor;
  private final boolean isWide;

  SubsetCounts(Hypergraph graph, Legs[] legs, Pricing pricing) {
    classes = new IndexClasses(graph, legs);
    this.pricing = pricing;
    pointFactor = pricing.pointFactor();
    double total = Math.abs(pricing.scale());
    for (int slot = 0; slot < classes.count(); slot++) {
      total += Math.abs(classes.bits(slot));
    }
    isWide = total > WIDEST;
  }

  /// Writes T(S) scaled and C(S), both as logarithms where they are large, and the number of
  /// elements, scaled, to a place of three tables.
  void tabulate(int subset, int place, double[] touched, double[] closed, double[] sizes) {
    boolean isSingle = (subset & (subset - 1)) == 0;
    double all = isWide ? -pricing.scale() : pricing.linear(0);
    double summed = isWide ? 0 : 1;
    for (int slot = 0; slot < classes.count(); slot++) {
      int mask = classes.mask(slot);
      if ((mask & subset) != 0) {
        all = isWide ? all + classes.bits(slot) : all * classes.extent(slot);
        if (!isSingle && classes.isClosing(slot) && (mask & ~subset) == 0) {
          summed = isWide ? summed + classes.bits(slot) : summed * classes.extent(slot);
        }
      }
    }
    touched[place] = all;
    closed[place] = summed;
    sizes[place] = isWide ? Pricing.power(all - summed) : all / summed;
  }

  /// What the points of the step cost that makes a subset's tensor from two halves.
  ///
  /// @param touched of the subset, as tabulated
  /// @param one what is closed in one half, as tabulated
  /// @param other the same of the other half
  double points(double touched, double one, double other) {
    return isWide
        ? pointFactor * Pricing.power(touched - one - other)
        : touched * pointFactor / (one * other);
  }
}
