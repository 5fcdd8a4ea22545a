package org.einkorn.differential;

import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.runtime.DType;

/// The errors of expressions, as expressions of type `f64`.
final class ScalarErrors {
  static final DType TYPE = DType.F64;

  /// How many units in the last place two implementations of a function may differ.
  private static final double CURVE_ULPS = 4;

  private static final Scalar NONE = number(0);
  private static final Scalar UNKNOWN = number(Double.NaN);

  private final Set<String> inexact;
  private final Set<String> unbounded;
  private final boolean rounds;
  private boolean lost;

  /// @param inexact the tensors that have errors
  /// @param unbounded those of them whose errors are unknown
  /// @param rounds whether every rounding may go otherwise, not only that of curved functions
  ScalarErrors(Set<String> inexact, Set<String> unbounded, boolean rounds) {
    this.inexact = inexact;
    this.unbounded = unbounded;
    this.rounds = rounds;
  }

  /// Whether an expression that was looked at decides something by an inexact value.
  boolean isLost() {
    return lost;
  }

  boolean isInexact(Definition definition) {
    Body body = definition.body();
    DType value = valueType(body);
    DType stored = definition.type().dtype();
    boolean isRounded =
        rounds
            && stored.part().isFloat()
            && (projection(body) == Projection.SUM && value.part().isFloat() || value != stored);
    boolean[] found = {isCurve(projection(body)) || isRounded};
    body.walk(Walk.ofScalars(part -> found[0] |= isSource(part)));
    return found[0];
  }

  private static DType valueType(Body body) {
    return switch (body) {
      case Body.Accumulate accumulate -> accumulate.terms().getFirst().valueType();
      case Body.Scan scan -> scan.operand().type();
      case Body.Derivative _, Body.Iterate _ -> throw new IllegalArgumentException(body.toString());
    };
  }

  private static Projection projection(Body body) {
    return switch (body) {
      case Body.Accumulate accumulate -> accumulate.projection();
      case Body.Scan scan -> scan.projection();
      case Body.Derivative _, Body.Iterate _ -> throw new IllegalArgumentException(body.toString());
    };
  }

  private static boolean isCurve(Projection projection) {
    return projection == Projection.LOG_SUM_EXP;
  }

  private boolean isInexact(Scalar scalar) {
    boolean[] found = {false};
    Walk.ofScalars(part -> found[0] |= isSource(part)).visit(scalar);
    return found[0];
  }

  /// Whether errors begin at this part of an expression.
  private boolean isSource(Scalar part) {
    return switch (part) {
      case Scalar.Unary(UnaryOp op, var operand) ->
          RandomScalars.isCurve(op) || rounds && op == UnaryOp.ABS && operand.type().isComplex();
      case Scalar.Binary(BinaryOp op, var left, var right) ->
          op == BinaryOp.POWER
              || op == BinaryOp.LOG_ADD_EXP
              || rounds && part.type().part().isFloat() && isArithmetic(op);
      case Scalar.Read read -> inexact.contains(read.tensor());
      case Scalar.MultiplyAdd _ -> rounds;
      case Scalar.Literal _, Scalar.Position _, Scalar.Dot _, Scalar.Select _, Scalar.Cast _ ->
          false;
    };
  }

  private static boolean isArithmetic(BinaryOp op) {
    return switch (op) {
      case ADD, SUBTRACT, MULTIPLY, DIVIDE -> true;
      case MODULO,
          POWER,
          MINIMUM,
          MAXIMUM,
          LOG_ADD_EXP,
          COMPLEX,
          FOLLOW,
          SLOPE,
          AND,
          OR,
          XOR,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_EQUAL ->
          false;
    };
  }

  /// What one point adds to the error of a reduction of `count` points.
  Scalar reduced(Projection projection, Scalar value, IndexExpr count) {
    Scalar error = of(value);
    Scalar points = Scalar.cast(TYPE, new Scalar.Position(count));
    DType type = value.type();
    return switch (projection) {
      case SUM -> {
        Scalar terms = new Scalar.Unary(UnaryOp.SQRT, points);
        yield plus(error, times(terms, unit(value, type, 4)));
      }
      case LOG_SUM_EXP ->
          new Scalar.Select(
              isFinite(value),
              plus(error, times(points, plus(unit(value, type, 8), number(8 * unit(type))))),
              NONE);
      case PRODUCT, ANY, ALL, XOR -> {
        lost |= isInexact(value);
        yield error;
      }
      case MAX, MIN -> error;
    };
  }

  /// The error of an expression.
  Scalar of(Scalar scalar) {
    if (!isInexact(scalar)) {
      return NONE;
    }
    if (!scalar.type().part().isFloat()) {
      lost = true;
      return NONE;
    }
    return switch (scalar) {
      case Scalar.Literal _, Scalar.Position _ -> NONE;
      case Scalar.Read read -> read(read);
      case Scalar.Dot _ -> lose();
      case Scalar.MultiplyAdd fused -> of(fused.rounded());
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
        lost |= isInexact(condition);
        yield new Scalar.Select(condition, of(then), of(otherwise));
      }
      case Scalar.Cast(DType type, Scalar operand) ->
          operand.type().part().isFloat() ? rounded(of(operand), operand, type, 1) : lose();
      case Scalar.Unary(UnaryOp op, Scalar operand) -> unary(op, operand, scalar);
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) -> binary(op, left, right, scalar);
    };
  }

  private Scalar lose() {
    lost = true;
    return NONE;
  }

  private Scalar read(Scalar.Read read) {
    for (IndexExpr index : read.indices()) {
      Walk.ofScalars(part -> lost |= isSource(part)).visit(index);
    }
    if (!inexact.contains(read.tensor()) || unbounded.contains(read.tensor())) {
      return lose();
    }
    return new Scalar.Read(read.tensor() + ErrorBounds.SUFFIX, TYPE, read.indices());
  }

  private Scalar unary(UnaryOp op, Scalar operand, Scalar whole) {
    Scalar error = of(operand);
    Scalar own = unit(whole, whole.type(), CURVE_ULPS);
    return switch (op) {
      case ABS -> operand.type().isComplex() ? rounded(error, whole, whole.type(), 4) : error;
      case NEGATE, RE, IM, CONJ, STOP -> error;
      case EXP -> plus(times(error, magnitude(whole), number(4)), own);
      case SIN, COS, TANH -> plus(error, own);
      case ERF -> plus(times(error, number(2)), own);
      case TAN -> {
        Scalar slope = plus(number(1), times(magnitude(whole), magnitude(whole)));
        yield plus(times(error, slope, number(4)), own);
      }
      case LOG -> plus(where(error, divide(error, minus(magnitude(operand), error))), own);
      case SQRT -> rounded(where(error, divide(error, magnitude(whole))), whole, whole.type(), 1);
      case SIGN, FLOOR, CEIL, ROUND, NOT, MIX -> lose();
    };
  }

  private Scalar binary(BinaryOp op, Scalar left, Scalar right, Scalar whole) {
    Scalar a = of(left);
    Scalar b = of(right);
    DType type = whole.type();
    return switch (op) {
      case ADD, SUBTRACT -> rounded(plus(a, b), whole, type, 1);
      case MULTIPLY -> {
        Scalar carried = plus(times(a, magnitude(right)), times(b, magnitude(left)));
        yield rounded(plus(carried, times(a, b)), whole, type, type.isComplex() ? 4 : 1);
      }
      case DIVIDE -> {
        Scalar above = plus(a, times(b, magnitude(whole)));
        Scalar carried = where(above, divide(above, minus(magnitude(right), b)));
        yield rounded(carried, whole, type, type.isComplex() ? 16 : 1);
      }
      case COMPLEX -> plus(a, b);
      case FOLLOW, SLOPE -> a;
      case MINIMUM, MAXIMUM -> new Scalar.Binary(BinaryOp.MAXIMUM, a, b);
      case LOG_ADD_EXP ->
          plus(
              plus(a, b),
              new Scalar.Select(
                  isFinite(whole),
                  plus(unit(left, type, CURVE_ULPS), unit(right, type, CURVE_ULPS)),
                  NONE),
              number(CURVE_ULPS * unit(type)));
      case POWER -> {
        lost |= isInexact(left) || isInexact(right);
        yield unit(whole, type, CURVE_ULPS);
      }
      case MODULO, AND, OR, XOR, EQUAL, NOT_EQUAL, LESS, LESS_EQUAL -> lose();
    };
  }

  // ---- building

  /// `error`, and where there is one or everything rounds, `ulps` units of `value` in `type`.
  Scalar rounded(Scalar error, Scalar value, DType type, double ulps) {
    Scalar unit = unit(value, type, ulps);
    return plus(error, rounds ? unit : where(error, unit));
  }

  /// Takes note of inexact values in the positions of a body and the conditions on its points.
  void lookAtPositions(Body body) {
    if (body instanceof Body.Accumulate accumulate) {
      for (Contraction term : accumulate.terms()) {
        Walk walk = Walk.ofScalars(part -> lost |= isSource(part));
        term.guards().forEach(guard -> walk.visit(guard.index()));
        term.write().forEach(walk::visit);
      }
    }
  }

  /// `ulps` units in the last place of `value`.
  private static Scalar unit(Scalar value, DType type, double ulps) {
    Scalar relative = times(magnitude(value), number(ulps * unit(type.part())));
    return plus(relative, number(ulps * least(type.part())));
  }

  /// The distance from 1 to the next number.
  private static double unit(DType type) {
    return switch (type) {
      case F64 -> 0x1p-52;
      case F32 -> 0x1p-23;
      case F16 -> 0x1p-10;
      case BF16 -> 0x1p-7;
      case F8E4M3 -> 0x1p-3;
      case F8E5M2 -> 0x1p-2;
      case I64, I32, I16, I8, U8, I4, BOOL, C64, C128 -> 0;
    };
  }

  /// The least positive number.
  private static double least(DType type) {
    return switch (type) {
      case F64 -> Double.MIN_VALUE;
      case F32 -> Float.MIN_VALUE;
      case F16 -> 0x1p-24;
      case BF16 -> 0x1p-133;
      case F8E4M3 -> 0x1p-9;
      case F8E5M2 -> 0x1p-16;
      case I64, I32, I16, I8, U8, I4, BOOL, C64, C128 -> 0;
    };
  }

  private static Scalar number(double value) {
    return Scalar.Literal.of(TYPE, value);
  }

  private static Scalar magnitude(Scalar value) {
    return value.type().isComplex()
        ? new Scalar.Unary(UnaryOp.ABS, Scalar.cast(DType.C128, value))
        : new Scalar.Unary(UnaryOp.ABS, Scalar.cast(TYPE, value));
  }

  private static Scalar isFinite(Scalar value) {
    return new Scalar.Binary(BinaryOp.LESS, magnitude(value), number(Double.POSITIVE_INFINITY));
  }

  private static Scalar plus(Scalar first, Scalar... more) {
    Scalar sum = first;
    for (Scalar next : more) {
      sum = sum == NONE ? next : next == NONE ? sum : new Scalar.Binary(BinaryOp.ADD, sum, next);
    }
    return sum;
  }

  private static Scalar minus(Scalar left, Scalar right) {
    return right == NONE ? left : new Scalar.Binary(BinaryOp.SUBTRACT, left, right);
  }

  /// A product that is 0 where its first factor is, even times ∞.
  private static Scalar times(Scalar first, Scalar... more) {
    Scalar product = first;
    for (Scalar next : more) {
      product = new Scalar.Binary(BinaryOp.MULTIPLY, product, next);
    }
    return where(first, product);
  }

  /// A quotient of which nothing is known where the divisor may be 0.
  private static Scalar divide(Scalar left, Scalar right) {
    Scalar isPositive = new Scalar.Binary(BinaryOp.LESS, NONE, right);
    return new Scalar.Select(isPositive, new Scalar.Binary(BinaryOp.DIVIDE, left, right), UNKNOWN);
  }

  /// `then` where `error` is not 0, else 0.
  private static Scalar where(Scalar error, Scalar then) {
    if (error == NONE) {
      return NONE;
    }
    Scalar isNone = new Scalar.Binary(BinaryOp.EQUAL, error, NONE);
    return new Scalar.Select(isNone, NONE, then);
  }
}
