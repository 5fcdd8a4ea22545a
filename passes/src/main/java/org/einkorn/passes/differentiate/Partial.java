package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.runtime.DType;

/// How an expression changes with one element that it reads: a number times a chain of steps, from
/// the root of the expression to the read.
///
/// @param scale a number that multiplies
/// @param steps outermost first; what stands after a condition is evaluated only where it holds
record Partial(double scale, List<Step> steps, Scalar.Read read) {
  Partial {
    steps = List.copyOf(steps);
  }

  /// What one node of the expression does to the derivative of its operand.
  sealed interface Step {
    record Factor(Scalar by) implements Step {}

    record Divisor(Scalar by) implements Step {}

    /// The derivative is 0 where the condition does not hold.
    record Condition(Scalar holds) implements Step {}
  }

  boolean isConditional() {
    return steps.stream().anyMatch(Step.Condition.class::isInstance);
  }

  /// The widest type among the steps and `least`.
  DType widest(DType least) {
    DType type = least;
    for (Step step : steps) {
      DType other =
          switch (step) {
            case Step.Factor(Scalar by) -> by.type();
            case Step.Divisor(Scalar by) -> by.type();
            case Step.Condition _ -> least;
          };
      type = other == DType.F64 ? DType.F64 : type;
    }
    return type;
  }

  /// The derivative times a value, as factors of a product in `type`: those before the first
  /// condition each by itself, as operands of a contraction, then the rest as one.
  ///
  /// @param value of `type`; nothing for 1
  List<Scalar> times(Optional<Scalar> value, DType type) {
    int firstCondition = 0;
    while (firstCondition < steps.size()
        && !(steps.get(firstCondition) instanceof Step.Condition)) {
      firstCondition++;
    }
    List<Scalar> operands = new ArrayList<>();
    boolean isPlain = firstCondition == steps.size();
    Optional<Scalar> inner = value;
    if (scale == -1) {
      inner = Optional.of(negated(value, type));
    } else if (scale != 1 && isPlain && value.isPresent()) {
      operands.add(Scalar.Literal.of(type, scale));
    } else if (scale != 1) {
      inner = Optional.of(multiplied(inner, Scalar.Literal.of(type, scale)));
    }
    for (Step step : steps.subList(firstCondition, steps.size()).reversed()) {
      inner =
          switch (step) {
            case Step.Factor(Scalar by) -> Optional.of(multiplied(inner, convert(type, by)));
            case Step.Divisor(Scalar by) -> Optional.of(divided(inner, convert(type, by)));
            case Step.Condition(Scalar holds) ->
                Optional.of(
                    new Scalar.Select(holds, inner.orElse(number(type, 1)), number(type, 0)));
          };
    }
    for (Step step : steps.subList(0, firstCondition)) {
      switch (step) {
        case Step.Factor(Scalar by) -> operands.add(convert(type, by));
        case Step.Divisor(Scalar by) -> inner = Optional.of(divided(inner, convert(type, by)));
        case Step.Condition _ -> throw new IllegalStateException("a condition among factors");
      }
    }
    inner.ifPresent(operands::add);
    return operands.isEmpty() ? List.of(number(type, 1)) : List.copyOf(operands);
  }

  private static Scalar negated(Optional<Scalar> value, DType type) {
    return value
        .<Scalar>map(some -> new Scalar.Unary(UnaryOp.NEGATE, some))
        .orElseGet(() -> number(type, -1));
  }

  private static Scalar multiplied(Optional<Scalar> value, Scalar by) {
    return value.<Scalar>map(some -> new Scalar.Binary(BinaryOp.MULTIPLY, some, by)).orElse(by);
  }

  private static Scalar divided(Optional<Scalar> value, Scalar by) {
    return new Scalar.Binary(BinaryOp.DIVIDE, value.orElse(number(by.type(), 1)), by);
  }

  static Scalar number(DType type, double value) {
    return Scalar.Literal.of(type, value);
  }

  /// A float in another type of floats.
  static Scalar convert(DType type, Scalar scalar) {
    return scalar instanceof Scalar.Literal literal
        ? Scalar.Literal.of(type, literal.doubleValue())
        : Scalar.cast(type, scalar);
  }

  /// The product of operands, left to right.
  static Scalar product(List<Scalar> operands) {
    Scalar product = operands.getFirst();
    for (Scalar operand : operands.subList(1, operands.size())) {
      product = new Scalar.Binary(BinaryOp.MULTIPLY, product, operand);
    }
    return product;
  }
}
