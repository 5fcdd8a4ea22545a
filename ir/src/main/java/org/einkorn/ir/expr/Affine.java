package org.einkorn.ir.expr;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;

/// An index expression as `constant + Σ coefficient · atom`, to decide simple questions about it.
///
/// Atoms are variables, symbols, and whatever is not affine (a quotient, a minimum, a fetch), which
/// is taken as it stands.
public record Affine(long constant, Map<IndexExpr, Long> coefficients) {
  private static final Affine ONE = new Affine(1, Map.of());

  public Affine {
    coefficients = Map.copyOf(coefficients);
  }

  /// The expression in this form.
  public static Affine of(IndexExpr expr) {
    try {
      return switch (expr) {
        case IndexExpr.Constant(long value) -> new Affine(value, Map.of());
        case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> of(left).plus(of(right), 1);
        case IndexExpr.Product(IndexExpr left, IndexExpr right) ->
            product(of(left), of(right), expr);
        case IndexExpr.Variable _,
            IndexExpr.Symbol _,
            IndexExpr.FloorDiv _,
            IndexExpr.FloorMod _,
            IndexExpr.Minimum _,
            IndexExpr.Maximum _,
            IndexExpr.Fetch _ ->
            atom(expr);
      };
    } catch (ArithmeticException overflow) {
      // Too large to reason about in 64 bits; as an atom it is left alone.
      return atom(expr);
    }
  }

  private static Affine atom(IndexExpr expr) {
    return new Affine(0, Map.of(expr, 1L));
  }

  private static Affine product(Affine left, Affine right, IndexExpr whole) {
    if (left.isConstant()) {
      return new Affine(0, Map.of()).plus(right, left.constant);
    }
    return right.isConstant() ? new Affine(0, Map.of()).plus(left, right.constant) : atom(whole);
  }

  /// Whether this is a number.
  public boolean isConstant() {
    return coefficients.isEmpty();
  }

  /// `this + factor · other`
  public Affine plus(Affine other, long factor) {
    Map<IndexExpr, Long> sum = new LinkedHashMap<>(coefficients);
    other.coefficients.forEach(
        (atom, coefficient) ->
            sum.merge(atom, Math.multiplyExact(coefficient, factor), Math::addExact));
    sum.values().removeIf(coefficient -> coefficient == 0);
    return new Affine(Math.addExact(constant, Math.multiplyExact(other.constant, factor)), sum);
  }

  /// `this − other`
  public Affine minus(Affine other) {
    return plus(other, -1);
  }

  /// This with variables replaced; nothing where one stands inside an atom that is not affine.
  public Optional<Affine> substitute(Map<String, Affine> values) {
    Affine result = new Affine(constant, Map.of());
    for (var term : coefficients.entrySet()) {
      IndexExpr atom = term.getKey();
      if (atom instanceof IndexExpr.Variable(String name)) {
        Affine value = values.getOrDefault(name, atom(atom));
        result = result.plus(value, term.getValue());
      } else if (mentions(atom, values)) {
        return Optional.empty();
      } else {
        result = result.plus(atom(atom), term.getValue());
      }
    }
    return Optional.of(result);
  }

  private static boolean mentions(IndexExpr atom, Map<String, Affine> values) {
    boolean[] found = {false};
    Walk.ofIndices(
            part ->
                found[0] |=
                    part instanceof IndexExpr.Variable(String name) && values.containsKey(name))
        .visit(atom);
    return found[0];
  }

  /// A number that the greatest value over the ranges of all variables reaches, for every size of
  /// the symbols from 1 on at which the loops run.
  ///
  /// @param ranges extents of variables, outermost first; an extent may mention earlier variables
  public OptionalLong greatest(SequencedMap<String, Affine> ranges) {
    return extreme(ranges, 1);
  }

  /// A number that the least value is not above, likewise.
  public OptionalLong least(SequencedMap<String, Affine> ranges) {
    return extreme(ranges, -1);
  }

  private OptionalLong extreme(SequencedMap<String, Affine> ranges, int direction) {
    Affine value = this;
    for (var range : ranges.reversed().entrySet()) {
      IndexExpr variable = new IndexExpr.Variable(range.getKey());
      long coefficient = value.coefficients.getOrDefault(variable, 0L);
      Affine last = range.getValue().minus(ONE);
      if (last.isConstant() && last.constant < 0) {
        // No round of this loop is ever run, so nothing can go wrong in it.
        return OptionalLong.empty();
      }
      value = value.plus(atom(variable), Math.negateExact(coefficient));
      if (coefficient * direction > 0) {
        value = value.plus(last, coefficient);
      }
    }
    return value.atSizesOfOne(direction);
  }

  /// The value where every symbol is 1, if larger symbols only move it further in `direction`.
  private OptionalLong atSizesOfOne(int direction) {
    long value = constant;
    for (var term : coefficients.entrySet()) {
      if (!(term.getKey() instanceof IndexExpr.Symbol) || term.getValue() * direction < 0) {
        return OptionalLong.empty();
      }
      value = Math.addExact(value, term.getValue());
    }
    return OptionalLong.of(value);
  }
}
