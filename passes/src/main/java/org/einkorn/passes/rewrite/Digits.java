package org.einkorn.passes.rewrite;

import java.util.ArrayList;
import java.util.HashSet;
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
import org.einkorn.ir.tensor.Guard;

/// An axis as a number of two digits: `v = base · high + low`, `0 ≤ low < base`.
///
/// @param axis is as long as both digits' axes multiplied
/// @param high an axis of the high digits
/// @param low an axis of the low digits, as long as the base
public record Digits(Axis axis, Axis high, Axis low) {
  /// Digits of an axis of which one operand reads the high one and another one the low one. The
  /// axis must be divided without a rest.
  public static Optional<Digits> of(Axis axis, Contraction term) {
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
        Optional<Digits> digits = isApart ? dividing(axis, base, term, Set.of()) : Optional.empty();
        if (digits.isPresent()) {
          return digits;
        }
      }
    }
    return Optional.empty();
  }

  /// Digits of an axis of which operands read nothing but these. The axis must be divided without a
  /// rest.
  ///
  /// @param taken names that no digit may have, beside those of the term
  public static Optional<Digits> ofAll(Axis axis, Contraction term, Set<String> taken) {
    Set<IndexExpr> bases = new LinkedHashSet<>();
    for (Scalar operand : term.operands()) {
      Use use = Use.of(operand, axis.name());
      if (use.isPlain) {
        return Optional.empty();
      }
      bases.addAll(use.quotients);
      bases.addAll(use.remainders);
    }
    return bases.size() == 1
        ? dividing(axis, bases.iterator().next(), term, taken)
        : Optional.empty();
  }

  /// A term that runs over the digits instead.
  public Contraction apply(Contraction term) {
    List<Axis> axes = new ArrayList<>();
    Assumptions scope = Assumptions.NONE;
    for (Axis each : term.axes()) {
      for (Axis here : each.equals(axis) ? List.of(high, low) : List.of(each)) {
        axes.add(here);
        scope = scope.with(here.name(), here.extent());
      }
    }
    Substitution digits = Substitution.of(axis.name(), index());
    Assumptions inside = scope;
    return new Contraction(
        axes,
        term.guards().stream()
            .map(digits::apply)
            .map(
                guard -> new Guard(inside.simplify(guard.index()), inside.simplify(guard.extent())))
            .toList(),
        term.write().stream().map(digits::apply).toList(),
        term.join(),
        term.operands().stream().map(each -> inside.simplify(digits.apply(each))).toList());
  }

  /// An axis that is divided without a rest, whatever the sizes are.
  private static Optional<Digits> dividing(
      Axis axis, IndexExpr base, Contraction term, Set<String> others) {
    if (!Walk.variables(base).isEmpty() || Walk.fetches(base)) {
      return Optional.empty();
    }
    // Divisors are positive wherever something is divided, but an axis may be empty because its
    // base is 0. So the quotient is simplified for a positive base, and what it is good for is
    // proved for any: otherwise points at which the program divides by 0 would just be gone.
    Assumptions divided = Assumptions.NONE.and(Condition.atMost(IndexExpr.Constant.ONE, base));
    IndexExpr quotient = divided.simplify(new IndexExpr.FloorDiv(axis.extent(), base));
    boolean isWhole = Assumptions.NONE.proves(Condition.equal(quotient.times(base), axis.extent()));
    Set<String> taken = new HashSet<>(others);
    term.axes().forEach(each -> taken.add(each.name()));
    return isWhole && !quotient.equals(IndexExpr.Constant.ONE)
        ? Optional.of(
            new Digits(
                axis,
                new Axis(free(axis.name() + ".h", taken), quotient),
                new Axis(free(axis.name() + ".l", taken), base)))
        : Optional.empty();
  }

  private static String free(String wanted, Set<String> taken) {
    String name = wanted;
    for (int number = 1; taken.contains(name); number++) {
      name = wanted + "." + number;
    }
    return name;
  }

  public IndexExpr base() {
    return low.extent();
  }

  /// The index of which these are the digits.
  public IndexExpr index() {
    return high.variable().times(base()).plus(low.variable());
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
