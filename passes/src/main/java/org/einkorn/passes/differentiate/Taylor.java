package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.Scalar;

/// The Taylor series of expressions at the points of one term: the rule of each scalar operation.
///
/// | operation | coefficient of order n |
/// |---|---|
/// | `x y` | `Σ xᵢ yₙ₋ᵢ`, and so `x ^ 2`, `x ^ 3`, … up to 64 |
/// | `h = exp(x)`, `tanh`, `tan`, `sin`, `cos`, `erf` | `Σ (m / n) xₘ slopeₙ₋ₘ`, from `h' = slope · x'` |
/// | `x / y`, `log`, `sqrt`, `x ^ r` | from `h y = x`, `x h' = x'`, `h h = x`, `x h' = r h x'` |
/// | `abs`, `min`, `max`, `where`, `x % y` | that of the side that is taken, as for a first derivative |
///
/// Coefficients of one order read those of lower orders, so they are stored, and an expression
/// costs as many multiplications as `order²` times itself.
final class Taylor {
  private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

  /// The highest whole power that is computed by multiplication.
  private static final int GREATEST_POWER = 64;

  private final Points points;
  private final int order;
  private final Map<Place, Series> known = new HashMap<>();

  /// An expression, and the conditions under which it is looked at.
  private record Place(List<Scalar> conditions, Scalar scalar) {}

  Taylor(Points points) {
    this.points = points;
    this.order = points.order();
  }

  Series of(Scalar scalar) {
    return of(scalar, List.of(), Optional.empty());
  }

  /// @param own where the coefficients may be stored, if this is the whole of a definition
  Series of(Scalar scalar, Part own) {
    return of(scalar, List.of(), Optional.of(own));
  }

  private Series of(Scalar scalar, List<Scalar> conditions, Optional<Part> own) {
    Place place = new Place(conditions, scalar);
    Series before = known.get(place);
    if (before != null) {
      return before;
    }
    Series series = compute(scalar, conditions, own);
    known.put(place, series);
    return series;
  }

  private Series compute(Scalar scalar, List<Scalar> conditions, Optional<Part> own) {
    if (!scalar.type().isFloat()) {
      return constant(scalar);
    }
    return switch (scalar) {
      case Scalar.Literal _, Scalar.Position _ -> constant(scalar);
      case Scalar.Read read -> points.read(read);
      case Scalar.Cast(var type, Scalar operand) -> {
        if (!operand.type().isFloat()) {
          yield constant(scalar);
        }
        Series x = of(operand, conditions, Optional.empty());
        yield x.map(Scalar.cast(type, x.value()), some -> Partial.convert(type.compute(), some));
      }
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          choice(
              condition,
              of(then, with(conditions, condition), Optional.empty()),
              of(
                  otherwise,
                  with(conditions, new Scalar.Unary(UnaryOp.NOT, condition)),
                  Optional.empty()));
      case Scalar.Dot dot -> compute(dot.sums(), conditions, own);
      case Scalar.MultiplyAdd fused -> compute(fused.rounded(), conditions, own);
      case Scalar.Unary unary -> unary(unary, conditions, own);
      case Scalar.Binary binary -> binary(binary, conditions, own);
    };
  }

  private Series constant(Scalar value) {
    return Series.constant(value, order);
  }

  private static List<Scalar> with(List<Scalar> conditions, Scalar condition) {
    List<Scalar> more = new ArrayList<>(conditions);
    more.add(condition);
    return List.copyOf(more);
  }

  private Series choice(Scalar condition, Series then, Series otherwise) {
    return Series.of(
        new Scalar.Select(condition, then.value(), otherwise.value()),
        order,
        n -> select(condition, then.at(n), otherwise.at(n)));
  }

  /// One of two coefficients.
  private static Optional<Scalar> select(
      Scalar condition, Optional<Scalar> then, Optional<Scalar> otherwise) {
    if (then.isEmpty() && otherwise.isEmpty()) {
      return Optional.empty();
    }
    Scalar zero = Partial.number(then.or(() -> otherwise).orElseThrow().type(), 0);
    return Optional.of(new Scalar.Select(condition, then.orElse(zero), otherwise.orElse(zero)));
  }

  /// The same series, with what is dear to compute stored, since it is read several times.
  private Series light(Series series, List<Scalar> conditions) {
    boolean isLight =
        series.coefficients().stream().flatMap(Optional::stream).allMatch(Taylor::isLight);
    if (isLight || series.isConstant()) {
      return series;
    }
    Part part = points.part(series.value(), conditions);
    for (int n = 1; n <= order; n++) {
      part.put(series.at(n));
    }
    return part.series();
  }

  /// Whether this is no more than a sum of elements.
  private static boolean isLight(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal _, Scalar.Position _, Scalar.Read _ -> true;
      case Scalar.Cast(var type, Scalar operand) -> isLight(operand);
      case Scalar.Unary(UnaryOp op, Scalar operand) -> op == UnaryOp.NEGATE && isLight(operand);
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) ->
          (op == BinaryOp.ADD || op == BinaryOp.SUBTRACT) && isLight(left) && isLight(right);
      case Scalar.Select _, Scalar.MultiplyAdd _, Scalar.Dot _ -> false;
    };
  }

  /// Stores coefficients of which each may read those before it.
  private Series solve(Part part, IntFunction<Optional<Scalar>> coefficient) {
    for (int n = 1; n <= order; n++) {
      part.put(coefficient.apply(n));
    }
    return part.series();
  }

  private static Scalar unary(UnaryOp op, Scalar x) {
    return new Scalar.Unary(op, x);
  }

  private static Scalar binary(BinaryOp op, Scalar x, Scalar y) {
    return new Scalar.Binary(op, x, y);
  }

  private static Scalar number(Scalar like, double value) {
    return Partial.number(like.type(), value);
  }

  // ------------------------------------------------------------------- one operand

  private Series unary(Scalar.Unary unary, List<Scalar> conditions, Optional<Part> own) {
    switch (unary.op()) {
      case SIGN, FLOOR, CEIL, ROUND, STOP, RE, IM, CONJ, NOT, MIX -> {
        return constant(unary);
      }
      case NEGATE, ABS, SQRT, EXP, LOG, SIN, COS, TAN, TANH, ERF -> {}
    }
    if (!unary.operand().type().isFloat()) {
      return constant(unary);
    }
    Series x = of(unary.operand(), conditions, Optional.empty());
    Scalar value = unary(unary.op(), x.value());
    if (x.isConstant()) {
      return constant(value);
    }
    if (unary.op() == UnaryOp.NEGATE) {
      return x.map(value, Series::negated);
    }
    if (unary.op() == UnaryOp.ABS) {
      Scalar sign = unary(UnaryOp.SIGN, x.value());
      return x.map(value, some -> binary(BinaryOp.MULTIPLY, sign, some));
    }
    Series moving = light(x, conditions);
    Part result = own.orElseGet(() -> points.part(unary(unary.op(), moving.value()), conditions));
    return curve(unary.op(), moving, result, conditions);
  }

  private Series curve(UnaryOp op, Series x, Part h, List<Scalar> conditions) {
    return switch (op) {
      case EXP -> solve(h, n -> Series.integral(x, h::at, n));
      case LOG ->
          solve(
              h,
              n ->
                  over(
                      Series.minus(
                          x.at(n),
                          Series.weighted(x, h::at, n, m -> m == n ? 0 : (double) (n - m) / n)),
                      x.value()));
      case SQRT ->
          solve(
              h,
              n ->
                  over(
                      Series.minus(x.at(n), Series.product(h::at, h::at, n, 1, n - 1)),
                      Series.times(2, h.value())));
      case SIN, COS -> {
        UnaryOp derivative = op == UnaryOp.SIN ? UnaryOp.COS : UnaryOp.SIN;
        Part slope = points.part(unary(derivative, x.value()), conditions);
        for (int n = 1; n <= order; n++) {
          Optional<Scalar> mine = Series.integral(x, slope::at, n);
          h.put(op == UnaryOp.SIN ? mine : mine.map(Series::negated));
          if (n < order) {
            Optional<Scalar> other = Series.integral(x, h::at, n);
            slope.put(op == UnaryOp.SIN ? other.map(Series::negated) : other);
          }
        }
        yield h.series();
      }
      case TAN, TANH -> {
        BinaryOp sign = op == UnaryOp.TAN ? BinaryOp.ADD : BinaryOp.SUBTRACT;
        Scalar square = binary(BinaryOp.MULTIPLY, h.value(), h.value());
        Part slope = points.part(binary(sign, number(square, 1), square), conditions);
        for (int n = 1; n <= order; n++) {
          h.put(Series.integral(x, slope::at, n));
          if (n < order) {
            Optional<Scalar> change = square(h::at, n);
            slope.put(op == UnaryOp.TAN ? change : change.map(Series::negated));
          }
        }
        yield h.series();
      }
      case ERF -> {
        Scalar square = binary(BinaryOp.MULTIPLY, x.value(), x.value());
        Series exponent =
            light(
                Series.of(
                    unary(UnaryOp.NEGATE, square),
                    order,
                    n -> square(x::at, n).map(Series::negated)),
                conditions);
        Part bell = points.part(unary(UnaryOp.EXP, exponent.value()), conditions);
        solve(bell, n -> Series.integral(exponent, bell::at, n));
        yield solve(
            h,
            n -> Series.integral(x, bell::at, n).map(some -> Series.times(TWO_OVER_ROOT_PI, some)));
      }
      case NEGATE, ABS, SIGN, FLOOR, CEIL, ROUND, STOP, RE, IM, CONJ, NOT, MIX ->
          throw new IllegalStateException(op.text());
    };
  }

  private static Optional<Scalar> over(Optional<Scalar> value, Scalar by) {
    return value.map(some -> binary(BinaryOp.DIVIDE, some, by));
  }

  /// What `x x` has at an order: pairs of different factors count twice.
  private static Optional<Scalar> square(IntFunction<Optional<Scalar>> x, int n) {
    Optional<Scalar> pairs = Series.product(x, x, n, 0, (n - 1) / 2);
    Optional<Scalar> twice = pairs.map(some -> Series.times(2, some));
    return n % 2 == 0 ? Series.plus(twice, Series.times(x.apply(n / 2), x.apply(n / 2))) : twice;
  }

  // ------------------------------------------------------------------ two operands

  private Series binary(Scalar.Binary binary, List<Scalar> conditions, Optional<Part> own) {
    Series x =
        binary.op() == BinaryOp.FOLLOW
            ? constant(binary.left())
            : of(binary.left(), conditions, Optional.empty());
    if (binary.op() == BinaryOp.SLOPE && x.isConstant()) {
      return constant(binary);
    }
    Series y = of(binary.right(), conditions, Optional.empty());
    Scalar value = binary(binary.op(), x.value(), y.value());
    if (x.isConstant() && y.isConstant()) {
      return constant(value);
    }
    return switch (binary.op()) {
      case ADD -> Series.of(value, order, n -> Series.plus(x.at(n), y.at(n)));
      case SUBTRACT -> Series.of(value, order, n -> Series.minus(x.at(n), y.at(n)));
      case MULTIPLY -> product(light(x, conditions), light(y, conditions));
      case DIVIDE -> quotient(x, y, conditions, own);
      case MODULO -> {
        Scalar times = unary(UnaryOp.FLOOR, binary(BinaryOp.DIVIDE, x.value(), y.value()));
        yield Series.of(
            value, order, n -> Series.minus(x.at(n), Series.times(Optional.of(times), y.at(n))));
      }
      case POWER -> power(x, y, conditions, own);
      case MINIMUM, MAXIMUM -> extremum(binary, light(x, conditions), light(y, conditions));
      case LOG_ADD_EXP -> logAddExp(light(x, conditions), light(y, conditions), conditions, own);
      case FOLLOW -> new Series(binary, y.coefficients());
      case SLOPE -> {
        Series moving = light(x, conditions);
        Series slope = light(y, conditions);
        yield Series.of(binary, order, n -> Series.integral(moving, slope::at, n));
      }
      case COMPLEX, AND, OR, XOR, EQUAL, NOT_EQUAL, LESS, LESS_EQUAL ->
          throw new IllegalStateException(binary.op().text());
    };
  }

  private Series product(Series x, Series y) {
    boolean isSquare = x.equals(y);
    return Series.of(
        binary(BinaryOp.MULTIPLY, x.value(), y.value()),
        order,
        n -> isSquare ? square(x::at, n) : Series.product(x::at, y::at, n, 0, n));
  }

  private Series quotient(
      Series dividend, Series divisor, List<Scalar> conditions, Optional<Part> own) {
    if (divisor.isConstant()) {
      return dividend.map(
          binary(BinaryOp.DIVIDE, dividend.value(), divisor.value()),
          some -> binary(BinaryOp.DIVIDE, some, divisor.value()));
    }
    Series y = light(divisor, conditions);
    Part h =
        own.orElseGet(
            () -> points.part(binary(BinaryOp.DIVIDE, dividend.value(), y.value()), conditions));
    return solve(
        h,
        n -> over(Series.minus(dividend.at(n), Series.product(y::at, h::at, n, 1, n)), y.value()));
  }

  private Series power(Series base, Series exponent, List<Scalar> conditions, Optional<Part> own) {
    Series x = light(base, conditions);
    if (exponent.value() instanceof Scalar.Literal literal) {
      double r = literal.doubleValue();
      if (r >= 0 && r <= GREATEST_POWER && r == Math.rint(r)) {
        return whole(x, (int) r, conditions);
      }
    }
    Scalar value = binary(BinaryOp.POWER, x.value(), exponent.value());
    Part h = own.orElseGet(() -> points.part(value, conditions));
    if (exponent.isConstant()) {
      return solve(h, n -> Optional.of(power(x, exponent.value(), h, n)));
    }
    // h' = z' h for z = y log(x)
    Series logarithm =
        x.isConstant()
            ? constant(unary(UnaryOp.LOG, x.value()))
            : curve(
                UnaryOp.LOG, x, points.part(unary(UnaryOp.LOG, x.value()), conditions), conditions);
    Series z = light(product(light(exponent, conditions), logarithm), conditions);
    return solve(h, n -> Series.integral(z, h::at, n));
  }

  /// `x ^ r` for a whole `r`, by multiplication, so that it is right where `x` is 0.
  private Series whole(Series x, int r, List<Scalar> conditions) {
    Scalar value = binary(BinaryOp.POWER, x.value(), number(x.value(), r));
    if (r == 0) {
      return constant(value);
    }
    if (r == 1) {
      return new Series(value, x.coefficients());
    }
    Series product;
    if (r % 2 == 0) {
      Series root = light(whole(x, r / 2, conditions), conditions);
      product = product(root, root);
    } else {
      product = product(x, light(whole(x, r - 1, conditions), conditions));
    }
    return new Series(value, product.coefficients());
  }

  /// `x ^ r` for any `r` that does not change: `n x₀ hₙ = Σ (r m - (n - m)) xₘ hₙ₋ₘ`. Where `x` is
  /// 0 the orders below `r` are 0, and where `r` is 0 all are.
  private static Scalar power(Series x, Scalar r, Part h, int n) {
    Scalar zero = number(r, 0);
    Optional<Scalar> sum = Optional.empty();
    for (int m = 1; m <= n; m++) {
      // r m / n - (n - m) / n
      Scalar by =
          r instanceof Scalar.Literal literal
              ? number(r, (literal.doubleValue() * m - (n - m)) / n)
              : binary(
                  BinaryOp.SUBTRACT,
                  Series.times((double) m / n, r),
                  number(r, (double) (n - m) / n));
      sum = Series.plus(sum, Series.times(Optional.of(by), Series.times(x.at(m), h.at(n - m))));
    }
    Scalar general = binary(BinaryOp.DIVIDE, sum.orElse(zero), x.value());
    if (r instanceof Scalar.Literal literal) {
      return n < literal.doubleValue()
          ? new Scalar.Select(
              binary(BinaryOp.EQUAL, x.value(), number(r, 0)), number(r, 0), general)
          : general;
    }
    Scalar isFlat = binary(BinaryOp.EQUAL, r, zero);
    Scalar isZero = binary(BinaryOp.EQUAL, x.value(), zero);
    Scalar isBelow = binary(BinaryOp.LESS, number(r, n), r);
    Scalar isNothing = binary(BinaryOp.OR, isFlat, binary(BinaryOp.AND, isZero, isBelow));
    return new Scalar.Select(isNothing, zero, general);
  }

  private Series extremum(Scalar.Binary binary, Series x, Series y) {
    boolean isLeast = binary.op() == BinaryOp.MINIMUM;
    Scalar first = isLeast ? x.value() : y.value();
    Scalar second = isLeast ? y.value() : x.value();
    Scalar isLeft = binary(BinaryOp.LESS, first, second);
    Scalar isRight = binary(BinaryOp.LESS, second, first);
    Scalar isTie = binary(BinaryOp.EQUAL, x.value(), y.value());
    Scalar value = binary(binary.op(), x.value(), y.value());
    if (binary.right() instanceof Scalar.Literal) {
      return x.map(
          value, some -> select(isLeft, Optional.of(some), Optional.empty()).orElseThrow());
    }
    if (binary.left() instanceof Scalar.Literal) {
      return y.map(
          value, some -> select(isRight, Optional.of(some), Optional.empty()).orElseThrow());
    }
    return Series.of(
        value,
        order,
        n -> {
          Optional<Scalar> both =
              Series.plus(x.at(n), y.at(n)).map(some -> Series.times(0.5, some));
          return select(
              isLeft, x.at(n), select(isRight, y.at(n), select(isTie, both, Optional.empty())));
        });
  }

  /// `h' = w x' + v y'`, with the weights `w = exp(x - h)` and `v = exp(y - h)`.
  private Series logAddExp(Series x, Series y, List<Scalar> conditions, Optional<Part> own) {
    Scalar value = binary(BinaryOp.LOG_ADD_EXP, x.value(), y.value());
    Part h = own.orElseGet(() -> points.part(value, conditions));
    Part left = points.part(Partials.share(x.value(), h.value()), conditions);
    Part right = points.part(Partials.share(y.value(), h.value()), conditions);
    for (int n = 1; n <= order; n++) {
      h.put(Series.plus(Series.integral(x, left::at, n), Series.integral(y, right::at, n)));
      if (n < order) {
        left.put(share(x, h::at, left, n));
        right.put(share(y, h::at, right, n));
      }
    }
    return h.series();
  }

  /// What `w = exp(x - h)` has at an order: `Σ (m / n) (xₘ - hₘ) wₙ₋ₘ`.
  static Optional<Scalar> share(Series x, IntFunction<Optional<Scalar>> h, Part w, int n) {
    Optional<Scalar> sum = Optional.empty();
    for (int m = 1; m <= n; m++) {
      double factor = (double) m / n;
      Optional<Scalar> difference = Series.minus(x.at(m), h.apply(m));
      sum =
          Series.plus(
              sum, Series.times(difference, w.at(n - m)).map(some -> Series.times(factor, some)));
    }
    return sum;
  }
}
