package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;

/// Keeps indices from being divided by sizes that are not positive.
///
/// `z[i % N]` has no position where `N` is 0. Its points are left out, as those are whose position
/// lies outside: by a condition `0 ≤ 0 < N`, and the divisor is at least 1 whatever is evaluated
/// when. Nothing is to be done where an axis that has points shows that the divisor is positive,
/// such as the axis of `(i + k) % N` that runs over `N`.
final class Divisors {
  private final Assumptions inside;
  private final Set<IndexExpr> unsure = new LinkedHashSet<>();

  /// Divisors that the axes prove to be positive.
  private final Set<IndexExpr> sure = new HashSet<>();

  private Divisors(List<Axis> axes) {
    Assumptions all = Assumptions.NONE;
    for (Axis axis : axes) {
      all = all.and(Condition.atMost(IndexExpr.Constant.ONE, axis.extent()));
      for (IndexExpr factor : factors(axis.extent())) {
        all = all.and(Condition.atMost(IndexExpr.Constant.ONE, factor));
      }
    }
    this.inside = all;
  }

  /// The symbols without which a product of sizes is 0.
  private static List<IndexExpr> factors(IndexExpr extent) {
    return switch (extent) {
      case IndexExpr.Symbol _ -> List.of(extent);
      case IndexExpr.Product(IndexExpr left, IndexExpr right) -> {
        List<IndexExpr> factors = new ArrayList<>(factors(left));
        factors.addAll(factors(right));
        yield factors;
      }
      case IndexExpr.Constant _,
          IndexExpr.Variable _,
          IndexExpr.Sum _,
          IndexExpr.FloorDiv _,
          IndexExpr.FloorMod _,
          IndexExpr.Minimum _,
          IndexExpr.Maximum _,
          IndexExpr.Fetch _ ->
          List.of();
    };
  }

  /// A term without the points at which an index is divided by what is not positive.
  static Contraction guarded(Contraction term) {
    Divisors divisors = new Divisors(term.axes());
    Contraction safe = divisors.safe(term);
    Set<Guard> guards = divisors.guards();
    for (Guard guard : safe.guards()) {
      boolean holds =
          guard.index().equals(IndexExpr.Constant.ZERO) && divisors.sure.contains(guard.extent());
      if (!holds) {
        guards.add(guard);
      }
    }
    Contraction result = with(safe, guards);
    return result.equals(term) ? term : result;
  }

  /// A term that says which points [#guarded] leaves out, for what counts and marks its points
  /// without its operands. Its extents may be open yet: a condition that they turn out to fulfil is
  /// dropped there.
  static Contraction marked(Contraction term) {
    Divisors divisors = new Divisors(term.axes());
    divisors.safe(term);
    if (divisors.unsure.isEmpty()) {
      return term;
    }
    Set<Guard> guards = divisors.guards();
    guards.addAll(term.guards());
    return with(term, guards);
  }

  private static Contraction with(Contraction term, Set<Guard> guards) {
    return new Contraction(
        term.axes(), List.copyOf(guards), term.write(), term.join(), term.operands());
  }

  private Contraction safe(Contraction term) {
    return term.mapParts(index -> index(index, inside), operand -> scalar(operand, inside));
  }

  /// The conditions that divisors are positive.
  private Set<Guard> guards() {
    Set<Guard> guards = new LinkedHashSet<>();
    unsure.forEach(divisor -> guards.add(new Guard(IndexExpr.Constant.ZERO, divisor)));
    return guards;
  }

  /// A scan whose value is neutral where an index is divided by what is not positive.
  static Body.Scan guarded(Body.Scan scan) {
    Divisors divisors = new Divisors(scan.axes());
    Scalar value = divisors.scalar(scan.operand(), divisors.inside);
    for (IndexExpr divisor : divisors.unsure) {
      Projection projection = scan.projection();
      value =
          new Scalar.Select(
              new Scalar.Binary(
                  BinaryOp.LESS, Scalar.Literal.of(DType.I64, 0), new Scalar.Position(divisor)),
              value,
              Scalar.constant(value.type(), projection.identity(value.type())));
    }
    return value.equals(scan.operand())
        ? scan
        : new Body.Scan(scan.projection(), scan.axis(), scan.axes(), value);
  }

  private IndexExpr index(IndexExpr index, Assumptions known) {
    IndexExpr safe = index.mapParts(part -> index(part, known), part -> scalar(part, known));
    return switch (safe) {
      case IndexExpr.FloorDiv(IndexExpr dividend, IndexExpr divisor) when !isSure(divisor) ->
          new IndexExpr.FloorDiv(dividend, positive(divisor, known));
      case IndexExpr.FloorMod(IndexExpr dividend, IndexExpr divisor) when !isSure(divisor) ->
          new IndexExpr.FloorMod(dividend, positive(divisor, known));
      case IndexExpr.FloorDiv _,
          IndexExpr.FloorMod _,
          IndexExpr.Constant _,
          IndexExpr.Variable _,
          IndexExpr.Symbol _,
          IndexExpr.Sum _,
          IndexExpr.Product _,
          IndexExpr.Minimum _,
          IndexExpr.Maximum _,
          IndexExpr.Fetch _ ->
          safe;
    };
  }

  /// @param known what holds where the divisor is wanted: a choice may have looked already
  private IndexExpr positive(IndexExpr divisor, Assumptions known) {
    if (!isPositive(divisor, known)) {
      unsure.add(divisor);
    }
    return divisor.max(IndexExpr.Constant.ONE);
  }

  private boolean isSure(IndexExpr divisor) {
    boolean isPositive = isPositive(divisor, inside);
    if (isPositive) {
      sure.add(divisor);
    }
    return isPositive;
  }

  private static boolean isPositive(IndexExpr divisor, Assumptions known) {
    return known.proves(Condition.atMost(IndexExpr.Constant.ONE, divisor));
  }

  private Scalar scalar(Scalar scalar, Assumptions known) {
    if (!(scalar instanceof Scalar.Select(Scalar condition, Scalar then, Scalar otherwise))) {
      return scalar.mapParts(index -> index(index, known), part -> scalar(part, known));
    }
    Optional<Condition> holds = Condition.of(condition);
    Scalar first = scalar(condition, known);
    Scalar second = scalar(then, holds.map(known::and).orElse(known));
    Scalar third = scalar(otherwise, holds.map(Condition::not).map(known::and).orElse(known));
    return first == condition && second == then && third == otherwise
        ? scalar
        : new Scalar.Select(first, second, third);
  }
}
