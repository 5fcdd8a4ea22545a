package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.passes.differentiate.Partial.Step;
import org.einkorn.runtime.DType;

/// The derivative of an expression with respect to every element of floats that it reads: the rule
/// of each scalar operation.
///
/// What is structurally 0 is not there: integers, Booleans, comparisons, positions, and the
/// operations `sign floor ceil round stop`. At points without a derivative: `abs` has 0 at 0;
/// between two equal values `min` and `max` halve it, and a literal that equals the value takes it
/// all, so that `max(x, 0)` has 0 at 0; `x ^ y` has 0 by `x` where `y` is 0, and by `y` where `x`
/// is 0; `logaddexp` has 0 where both are −∞. `follow` and `slope` say themselves what they have.
final class Partials {
  private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

  private final List<Partial> found = new ArrayList<>();

  private Partials() {}

  /// The partial derivatives of `expression`, one for each element read.
  ///
  /// @param outer steps around the expression
  /// @param value the value of the expression where it is stored
  static List<Partial> of(Scalar expression, List<Step> outer, Optional<Scalar> value) {
    Partials partials = new Partials();
    partials.visit(expression, 1, outer, value);
    return merged(partials.found);
  }

  private void visit(Scalar scalar, double scale, List<Step> path, Optional<Scalar> value) {
    if (!scalar.type().isFloat()) {
      return;
    }
    switch (scalar) {
      case Scalar.Literal _, Scalar.Position _ -> {}
      case Scalar.Read read -> found.add(new Partial(scale, path, read));
      case Scalar.Cast(var type, Scalar operand) -> visit(operand, scale, path, Optional.empty());
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
        visit(then, scale, with(path, new Step.Condition(condition)), value);
        Scalar not = new Scalar.Unary(UnaryOp.NOT, condition);
        visit(otherwise, scale, with(path, new Step.Condition(not)), value);
      }
      case Scalar.Dot dot -> visit(dot.sums(), scale, path, value);
      case Scalar.MultiplyAdd fused -> visit(fused.rounded(), scale, path, value);
      case Scalar.Unary unary -> unary(unary, scale, path, value.orElse(unary));
      case Scalar.Binary binary -> binary(binary, scale, path, value.orElse(binary));
    }
  }

  private void visit(Scalar operand, double scale, List<Step> path) {
    visit(operand, scale, path, Optional.empty());
  }

  private static List<Step> with(List<Step> path, Step... steps) {
    List<Step> longer = new ArrayList<>(path);
    longer.addAll(List.of(steps));
    return List.copyOf(longer);
  }

  /// The operand, whose derivative is multiplied by a factor: a product factor by factor.
  private void scaled(Scalar operand, double scale, List<Step> path, Scalar factor) {
    List<Step> steps = new ArrayList<>(path);
    visit(operand, scale * split(factor, steps), List.copyOf(steps));
  }

  /// Adds the factors of a product, and gives the number among them.
  private static double split(Scalar factor, List<Step> steps) {
    return switch (factor) {
      case Scalar.Literal literal -> literal.doubleValue();
      case Scalar.Unary(UnaryOp op, Scalar operand) when op == UnaryOp.NEGATE ->
          -split(operand, steps);
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) when op == BinaryOp.MULTIPLY -> {
        double first = split(left, steps);
        yield first * split(right, steps);
      }
      case Scalar.Unary _,
          Scalar.Binary _,
          Scalar.Read _,
          Scalar.Position _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _,
          Scalar.Cast _ -> {
        steps.add(new Step.Factor(factor));
        yield 1;
      }
    };
  }

  // ------------------------------------------------------------------- one operand

  /// @param result the value of the whole
  private void unary(Scalar.Unary unary, double scale, List<Step> path, Scalar result) {
    Scalar x = unary.operand();
    if (!x.type().isFloat()) {
      return;
    }
    switch (unary.op()) {
      case NEGATE -> visit(x, -scale, path);
      case SIGN, FLOOR, CEIL, ROUND, STOP, RE, IM, CONJ, NOT, MIX -> {}
      case ABS -> scaled(x, scale, path, unary(UnaryOp.SIGN, x));
      case SQRT -> visit(x, scale / 2, with(path, new Step.Divisor(result)));
      case EXP -> scaled(x, scale, path, result);
      case LOG -> visit(x, scale, with(path, new Step.Divisor(x)));
      case SIN -> scaled(x, scale, path, unary(UnaryOp.COS, x));
      case COS -> scaled(x, -scale, path, unary(UnaryOp.SIN, x));
      case TAN -> scaled(x, scale, path, binary(BinaryOp.ADD, one(x), square(result)));
      case TANH -> scaled(x, scale, path, binary(BinaryOp.SUBTRACT, one(x), square(result)));
      case ERF -> {
        Scalar bell = unary(UnaryOp.EXP, unary(UnaryOp.NEGATE, square(x)));
        scaled(x, scale * TWO_OVER_ROOT_PI, path, bell);
      }
    }
  }

  private static Scalar one(Scalar like) {
    return Partial.number(like.type(), 1);
  }

  private static Scalar zero(Scalar like) {
    return Partial.number(like.type(), 0);
  }

  private static Scalar unary(UnaryOp op, Scalar x) {
    return new Scalar.Unary(op, x);
  }

  private static Scalar binary(BinaryOp op, Scalar x, Scalar y) {
    return new Scalar.Binary(op, x, y);
  }

  private static Scalar square(Scalar x) {
    return binary(BinaryOp.MULTIPLY, x, x);
  }

  // ------------------------------------------------------------------ two operands

  private void binary(Scalar.Binary binary, double scale, List<Step> path, Scalar result) {
    Scalar x = binary.left();
    Scalar y = binary.right();
    switch (binary.op()) {
      case ADD -> {
        visit(x, scale, path);
        visit(y, scale, path);
      }
      case SUBTRACT -> {
        visit(x, scale, path);
        visit(y, -scale, path);
      }
      case MULTIPLY -> {
        scaled(x, scale, path, y);
        scaled(y, scale, path, x);
      }
      case DIVIDE -> {
        List<Step> divided = with(path, new Step.Divisor(y));
        visit(x, scale, divided);
        scaled(y, -scale, divided, result);
      }
      case MODULO -> {
        visit(x, scale, path);
        scaled(y, -scale, path, unary(UnaryOp.FLOOR, binary(BinaryOp.DIVIDE, x, y)));
      }
      case POWER -> power(x, y, scale, path, result);
      case MINIMUM -> {
        extremum(x, y, binary(BinaryOp.LESS, x, y), scale, path);
        extremum(y, x, binary(BinaryOp.LESS, y, x), scale, path);
      }
      case MAXIMUM -> {
        extremum(x, y, binary(BinaryOp.LESS, y, x), scale, path);
        extremum(y, x, binary(BinaryOp.LESS, x, y), scale, path);
      }
      case LOG_ADD_EXP -> {
        scaled(x, scale, path, share(x, result));
        scaled(y, scale, path, share(y, result));
      }
      case FOLLOW -> visit(y, scale, path);
      case SLOPE -> scaled(x, scale, path, y);
      case COMPLEX, AND, OR, XOR, EQUAL, NOT_EQUAL, LESS, LESS_EQUAL -> {}
    }
  }

  private void power(Scalar x, Scalar y, double scale, List<Step> path, Scalar result) {
    if (y instanceof Scalar.Literal literal) {
      double exponent = literal.doubleValue();
      if (exponent != 0) {
        Scalar lower = binary(BinaryOp.POWER, x, Partial.number(x.type(), exponent - 1));
        Scalar slope = exponent == 1 ? one(x) : exponent == 2 ? x : lower;
        scaled(x, scale * exponent, path, slope);
      }
      return;
    }
    Scalar lower = binary(BinaryOp.POWER, x, binary(BinaryOp.SUBTRACT, y, one(y)));
    Scalar byBase = binary(BinaryOp.MULTIPLY, y, lower);
    scaled(x, scale, path, new Scalar.Select(binary(BinaryOp.EQUAL, y, zero(y)), zero(y), byBase));
    Scalar byExponent = binary(BinaryOp.MULTIPLY, result, unary(UnaryOp.LOG, x));
    scaled(
        y, scale, path, new Scalar.Select(binary(BinaryOp.EQUAL, x, zero(x)), zero(x), byExponent));
  }

  /// @param wins whether `x` alone is the extremum
  private void extremum(Scalar x, Scalar other, Scalar wins, double scale, List<Step> path) {
    if (other instanceof Scalar.Literal) {
      visit(x, scale, with(path, new Step.Condition(wins)));
      return;
    }
    Scalar tie =
        new Scalar.Select(binary(BinaryOp.EQUAL, x, other), Partial.number(x.type(), 0.5), zero(x));
    scaled(x, scale, path, new Scalar.Select(wins, one(x), tie));
  }

  /// `exp(x - sum)`, the share of one term in a logarithm of a sum; 0 where the sum is 0.
  static Scalar share(Scalar x, Scalar sum) {
    Scalar nothing = Partial.number(sum.type(), Double.NEGATIVE_INFINITY);
    return new Scalar.Select(
        binary(BinaryOp.EQUAL, sum, nothing),
        zero(sum),
        unary(UnaryOp.EXP, binary(BinaryOp.SUBTRACT, x, sum)));
  }

  // ------------------------------------------------------------- one for each read

  /// One partial for each element read: `x · x` changes by `2 x`, not by `x` twice.
  private static List<Partial> merged(List<Partial> partials) {
    Map<Scalar.Read, List<Partial>> byRead = new LinkedHashMap<>();
    for (Partial partial : partials) {
      byRead.computeIfAbsent(partial.read(), _ -> new ArrayList<>()).add(partial);
    }
    List<Partial> merged = new ArrayList<>();
    byRead.values().forEach(group -> merged.addAll(mergedGroup(group)));
    return List.copyOf(merged);
  }

  private static List<Partial> mergedGroup(List<Partial> group) {
    List<Step> common = common(group);
    boolean canMerge =
        group.size() > 1
            && group.stream()
                .allMatch(
                    partial ->
                        common.containsAll(
                            partial.steps().stream()
                                .filter(Step.Condition.class::isInstance)
                                .toList()));
    if (!canMerge) {
      return group;
    }
    Scalar.Read read = group.getFirst().read();
    double plain = 0;
    List<Partial> rest = new ArrayList<>();
    for (Partial partial : group) {
      List<Step> steps = new ArrayList<>(partial.steps());
      common.forEach(steps::remove);
      if (steps.isEmpty()) {
        plain += partial.scale();
      } else {
        rest.add(new Partial(partial.scale(), steps, read));
      }
    }
    if (rest.isEmpty()) {
      return plain == 0 ? List.of() : List.of(new Partial(plain, common, read));
    }
    return List.of(new Partial(1, with(common, new Step.Factor(sum(plain, rest))), read));
  }

  private static Scalar sum(double plain, List<Partial> partials) {
    DType type = DType.F32;
    for (Partial partial : partials) {
      type = partial.widest(type);
    }
    List<Scalar> terms = new ArrayList<>();
    if (plain != 0) {
      terms.add(Partial.number(type, plain));
    }
    for (Partial partial : partials) {
      terms.add(Partial.product(partial.times(Optional.empty(), type)));
    }
    Scalar sum = terms.getFirst();
    for (Scalar term : terms.subList(1, terms.size())) {
      sum = binary(BinaryOp.ADD, sum, term);
    }
    return sum;
  }

  /// The steps that all have in common: as far as the first condition in any order, after it in the
  /// same order.
  private static List<Step> common(List<Partial> group) {
    boolean isPlain = group.stream().noneMatch(Partial::isConditional);
    List<Step> common = new ArrayList<>(group.getFirst().steps());
    for (Partial partial : group.subList(1, group.size())) {
      if (isPlain) {
        List<Step> left = new ArrayList<>(partial.steps());
        common.removeIf(step -> !left.remove(step));
      } else {
        int same = 0;
        while (same < Math.min(common.size(), partial.steps().size())
            && common.get(same).equals(partial.steps().get(same))) {
          same++;
        }
        common = new ArrayList<>(common.subList(0, same));
      }
    }
    return List.copyOf(common);
  }
}
