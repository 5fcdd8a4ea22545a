package org.einkorn.passes.rewrite;

import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Definition;

/// Whether values are certainly not negative, whatever the data are.
///
/// As for the caveats of a law, −0.0 is negative. NaN is not: every rewrite that asks carries NaN
/// through.
public final class Signs {
  private final Site site;
  private final Ranges ranges = new Ranges(Map.of());

  public Signs(Site site) {
    this.site = site;
  }

  public boolean isNonNegative(Scalar scalar) {
    return scalar.type().isFloat()
        ? isNonNegativeFloat(scalar)
        : !scalar.type().isComplex() && ranges.of(scalar).isNonNegative();
  }

  private boolean isNonNegativeFloat(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal literal -> isNonNegative(literal.doubleValue());
      case Scalar.Read read ->
          site.definition(read.tensor()).filter(this::isKnownNonNegative).isPresent();
      case Scalar.Position _ -> false;
      case Scalar.Unary(var op, Scalar operand) ->
          switch (op) {
            case ABS, EXP -> true;
            // The root of −0.0 is −0.0.
            case SQRT, SIGN, FLOOR, CEIL, ROUND, TANH, ERF, STOP -> isNonNegative(operand);
            case NEGATE, LOG, SIN, COS, TAN, RE, IM, CONJ, NOT, MIX -> false;
          };
      case Scalar.Binary(var op, Scalar left, Scalar right) ->
          switch (op) {
            case ADD, MINIMUM -> isNonNegative(left) && isNonNegative(right);
            case MULTIPLY -> left.equals(right) || isNonNegative(left) && isNonNegative(right);
            case MAXIMUM -> isNonNegative(left) || isNonNegative(right);
            case SUBTRACT, DIVIDE, MODULO, POWER, LOG_ADD_EXP, COMPLEX, FOLLOW, SLOPE -> false;
            case AND, OR, XOR, EQUAL, NOT_EQUAL, LESS, LESS_EQUAL -> false;
          };
      case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) ->
          isNonNegative(addend)
              && (left.equals(right) || isNonNegative(left) && isNonNegative(right));
      case Scalar.Dot dot -> isNonNegative(dot.sums());
      case Scalar.Select(var condition, Scalar then, Scalar otherwise) ->
          isNonNegative(then) && isNonNegative(otherwise);
      case Scalar.Cast(var type, Scalar operand) -> isNonNegative(operand);
    };
  }

  private static boolean isNonNegative(double value) {
    return value > 0 || Double.isNaN(value) || Double.doubleToRawLongBits(value) == 0;
  }

  /// Decides for the definitions before first, so that a long chain of definitions is no deep
  /// recursion, and once for each, so that one that is read twice is not looked at twice.
  private boolean isKnownNonNegative(Definition definition) {
    Optional<Sign> known = site.known(definition, Sign.class);
    if (known.isPresent()) {
      return known.get().isNonNegative;
    }
    for (Definition before : site.before(definition)) {
      sign(before);
    }
    return sign(definition).isNonNegative;
  }

  private Sign sign(Definition definition) {
    return site.note(definition, Sign.class, some -> new Sign(isNonNegative(some)));
  }

  /// What is noted of a definition.
  private record Sign(boolean isNonNegative) {}

  /// Sums and products of what is not negative, `max` that starts at −∞ and covers every element,
  /// and `min`. Of what needs itself nothing is known.
  private boolean isNonNegative(Definition definition) {
    if (site.isBound(definition)) {
      return false;
    }
    return switch (definition.body()) {
      case Body.Scan _, Body.Derivative _, Body.Iterate _ -> false;
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
