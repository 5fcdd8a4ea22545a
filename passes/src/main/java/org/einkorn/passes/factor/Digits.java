package org.einkorn.passes.factor;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Contraction;

/// An axis as a number of two digits: `v = base · high + low`, `0 ≤ low < base`.
///
/// @param axis is as long as `base` times the range of the high digit
/// @param base the range of the low digit
/// @param high how many high digits there are
record Digits(Axis axis, IndexExpr base, IndexExpr high) {

  /// Digits of an axis of which one operand reads the high one and another one the low one. The
  /// axis must be divided without a rest.
  static Optional<Digits> of(Axis axis, Contraction term) {
    List<Use> uses =
        term.operands().stream()
            .map(operand -> Use.of(operand, axis.name()))
            .filter(use -> !use.isEmpty())
            .toList();
    for (Use use : uses) {
      for (IndexExpr base : use.remainders) {
        boolean isApart =
            !use.isMixed(base)
                && uses.stream()
                    .anyMatch(other -> other.quotients.contains(base) && !other.isMixed(base));
        Optional<Digits> digits = isApart ? dividing(axis, base) : Optional.empty();
        if (digits.isPresent()) {
          return digits;
        }
      }
    }
    return Optional.empty();
  }

  /// An axis that is divided without a rest.
  private static Optional<Digits> dividing(Axis axis, IndexExpr base) {
    if (!Walk.variables(base).isEmpty()) {
      return Optional.empty();
    }
    // Inside of the loop the axis is not empty, and so neither is a divisor of its extent.
    Assumptions inside = Assumptions.NONE.and(Condition.atMost(IndexExpr.Constant.ONE, base));
    IndexExpr extent = inside.simplify(axis.extent());
    IndexExpr high = inside.simplify(new IndexExpr.FloorDiv(extent, base));
    boolean isWhole = inside.proves(Condition.equal(high.times(base), extent));
    return isWhole && !(high.equals(IndexExpr.Constant.ONE))
        ? Optional.of(new Digits(axis, base, high))
        : Optional.empty();
  }

  Axis highAxis() {
    return new Axis(axis.name() + ".h", high);
  }

  Axis lowAxis() {
    return new Axis(axis.name() + ".l", base);
  }

  /// The index of which these are the digits.
  IndexExpr index() {
    return highAxis().variable().times(base).plus(lowAxis().variable());
  }

  /// What an operand reads of an axis.
  ///
  /// @param quotients the divisors of which it reads a quotient, itself or a digit of that
  /// @param remainders likewise
  /// @param isPlain whether it reads the index itself
  private record Use(Set<IndexExpr> quotients, Set<IndexExpr> remainders, boolean isPlain) {
    boolean isEmpty() {
      return quotients.isEmpty() && remainders.isEmpty() && !isPlain;
    }

    /// Whether it reads more than one digit to a base.
    boolean isMixed(IndexExpr base) {
      return isPlain || quotients.contains(base) && remainders.contains(base);
    }

    static Use of(Scalar operand, String variable) {
      Finder finder = new Finder(variable);
      Walk.ofIndices(finder::note).visit(operand);
      return new Use(finder.quotients, finder.remainders, finder.plain > 0);
    }
  }

  /// Notes divisions of a variable. A walk comes to the division and to the variable in it.
  private static final class Finder {
    private final IndexExpr variable;
    private final Set<IndexExpr> quotients = new LinkedHashSet<>();
    private final Set<IndexExpr> remainders = new LinkedHashSet<>();
    private int plain;

    Finder(String variable) {
      this.variable = IndexExpr.variable(variable);
    }

    void note(IndexExpr expr) {
      if (expr.equals(variable)) {
        plain++;
      } else if (expr instanceof IndexExpr.FloorDiv(IndexExpr of, IndexExpr base)
          && of.equals(variable)) {
        quotients.add(base);
        plain--;
      } else if (expr instanceof IndexExpr.FloorMod(IndexExpr of, IndexExpr base)
          && of.equals(variable)) {
        remainders.add(base);
        plain--;
      }
    }
  }
}
