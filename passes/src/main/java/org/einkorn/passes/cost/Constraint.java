package org.einkorn.passes.cost;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Guard;

/// A condition on the values of variables.
///
/// @param variables those that it depends on
/// @param affine an expression that is not negative where the condition holds, if there is one
/// @param test whether it holds, given the values of variables and symbols
record Constraint(
    Set<String> variables, Optional<Affine> affine, Predicate<ToLongFunction<String>> test) {

  /// `constant + Σ slope · variable`
  record Affine(long constant, Map<String, Long> slopes) {
    Affine plus(Affine other, long factor) {
      Map<String, Long> sum = new LinkedHashMap<>(slopes);
      other.slopes.forEach(
          (name, slope) -> sum.merge(name, Math.multiplyExact(slope, factor), Math::addExact));
      return new Affine(Math.addExact(constant, Math.multiplyExact(other.constant, factor)), sum);
    }

    boolean isConstant() {
      return slopes.values().stream().allMatch(slope -> slope == 0);
    }
  }

  boolean isAffine() {
    return affine.isPresent();
  }

  boolean holds(ToLongFunction<String> names) {
    return test.test(names);
  }

  /// How fast the affine expression grows with a variable.
  long slope(String variable) {
    return affine.orElseThrow().slopes().getOrDefault(variable, 0L);
  }

  /// The affine expression where the variable is 0.
  long rest(String variable, ToLongFunction<String> names) {
    Affine all = affine.orElseThrow();
    long sum = all.constant();
    for (var term : all.slopes().entrySet()) {
      if (!term.getKey().equals(variable) && term.getValue() != 0) {
        sum =
            Math.addExact(
                sum, Math.multiplyExact(term.getValue(), names.applyAsLong(term.getKey())));
      }
    }
    return sum;
  }

  /// The conditions of a domain.
  ///
  /// @param symbols the value of each symbol
  static List<Constraint> of(Domain domain, ToLongFunction<String> symbols) {
    List<Constraint> all = new ArrayList<>();
    for (Guard guard : domain.guards()) {
      notNegative(guard.index(), symbols, all);
      notNegative(guard.extent().minus(guard.index()).plus(-1), symbols, all);
    }
    domain.conditions().forEach(condition -> add(condition, symbols, all));
    return List.copyOf(all);
  }

  private static void notNegative(
      IndexExpr expr, ToLongFunction<String> symbols, List<Constraint> all) {
    all.add(
        new Constraint(
            Walk.variables(expr),
            affine(expr, symbols),
            names -> IndexEvaluator.extent(expr, names) >= 0));
  }

  private static void add(Scalar condition, ToLongFunction<String> symbols, List<Constraint> all) {
    if (condition instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right)) {
      if (op == BinaryOp.AND) {
        add(left, symbols, all);
        add(right, symbols, all);
        return;
      }
      boolean isOrder = op == BinaryOp.LESS || op == BinaryOp.LESS_EQUAL || op == BinaryOp.EQUAL;
      Optional<IndexExpr> first = isOrder ? left.asIndex() : Optional.empty();
      Optional<IndexExpr> second = isOrder ? right.asIndex() : Optional.empty();
      if (first.isPresent() && second.isPresent()) {
        IndexExpr difference = second.get().minus(first.get());
        notNegative(op == BinaryOp.LESS ? difference.plus(-1) : difference, symbols, all);
        if (op == BinaryOp.EQUAL) {
          notNegative(first.get().minus(second.get()), symbols, all);
        }
        return;
      }
    }
    all.add(
        new Constraint(
            Walk.variables(condition),
            Optional.empty(),
            names -> PositionConditions.evaluate(condition, names) != 0));
  }

  private static Optional<Affine> affine(IndexExpr expr, ToLongFunction<String> symbols) {
    return switch (expr) {
      case IndexExpr.Constant(long value) -> Optional.of(new Affine(value, Map.of()));
      case IndexExpr.Symbol(String name) ->
          Optional.of(new Affine(symbols.applyAsLong(name), Map.of()));
      case IndexExpr.Variable(String name) -> Optional.of(new Affine(0, Map.of(name, 1L)));
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) ->
          affine(left, symbols)
              .flatMap(first -> affine(right, symbols).map(second -> first.plus(second, 1)));
      case IndexExpr.Product(IndexExpr left, IndexExpr right) ->
          affine(left, symbols)
              .flatMap(first -> affine(right, symbols).flatMap(second -> product(first, second)));
      case IndexExpr.FloorDiv _,
          IndexExpr.FloorMod _,
          IndexExpr.Minimum _,
          IndexExpr.Maximum _,
          IndexExpr.Fetch _ ->
          Walk.variables(expr).isEmpty() && !(expr instanceof IndexExpr.Fetch)
              ? Optional.of(new Affine(IndexEvaluator.extent(expr, symbols), Map.of()))
              : Optional.empty();
    };
  }

  private static Optional<Affine> product(Affine left, Affine right) {
    Affine zero = new Affine(0, Map.of());
    if (left.isConstant()) {
      return Optional.of(zero.plus(right, left.constant()));
    }
    return right.isConstant() ? Optional.of(zero.plus(left, right.constant())) : Optional.empty();
  }
}
