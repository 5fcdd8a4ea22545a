package org.einkorn.passes.normalize;

import java.util.Map;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.passes.rewrite.Site;

/// Whether values are certainly not negative; NaN and −0.0 are not counted as negative.
final class Signs {
  private final Site site;
  private final Ranges ranges = new Ranges(Map.of());

  Signs(Site site) {
    this.site = site;
  }

  boolean isNonNegative(Scalar scalar) {
    return scalar.type().isFloat()
        ? isNonNegativeFloat(scalar)
        : !scalar.type().isComplex() && ranges.of(scalar).isNonNegative();
  }

  private boolean isNonNegativeFloat(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal literal -> literal.doubleValue() >= 0;
      case Scalar.Read read ->
          site.definition(read.tensor()).filter(this::isNonNegative).isPresent();
      case Scalar.Position _ -> false;
      case Scalar.Unary(var op, Scalar operand) ->
          switch (op) {
            case ABS, EXP, SQRT -> true;
            case SIGN, FLOOR, CEIL, ROUND, TANH, ERF -> isNonNegative(operand);
            case NEGATE, LOG, SIN, COS, TAN, NOT -> false;
          };
      case Scalar.Binary(var op, Scalar left, Scalar right) ->
          switch (op) {
            case ADD, MINIMUM -> isNonNegative(left) && isNonNegative(right);
            case MULTIPLY -> left.equals(right) || isNonNegative(left) && isNonNegative(right);
            case MAXIMUM -> isNonNegative(left) || isNonNegative(right);
            case SUBTRACT, DIVIDE, MODULO, POWER, LOG_ADD_EXP -> false;
            case AND, OR, XOR, EQUAL, NOT_EQUAL, LESS, LESS_EQUAL -> false;
          };
      case Scalar.Select(var condition, Scalar then, Scalar otherwise) ->
          isNonNegative(then) && isNonNegative(otherwise);
      case Scalar.Cast(var type, Scalar operand) -> isNonNegative(operand);
    };
  }

  /// Sums and products of what is not negative, `max` that starts at −∞ and covers every element,
  /// and `min`.
  private boolean isNonNegative(Definition definition) {
    return switch (definition.body()) {
      case Body.Scan _ -> false;
      case Body.Accumulate body ->
          startsNonNegative(body)
              && body.terms().stream().allMatch(term -> isNonNegative(term.joined()));
    };
  }

  private static boolean startsNonNegative(Body.Accumulate body) {
    return switch (body.projection()) {
      case SUM, PRODUCT, MIN, ANY, ALL, XOR -> true;
      case MAX, LOG_SUM_EXP -> false;
    };
  }
}
