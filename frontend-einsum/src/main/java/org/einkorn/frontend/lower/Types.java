package org.einkorn.frontend.lower;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.runtime.DType;

/// The rules of types: what an expression computes in.
///
/// `bool < i32 < i64 < f32 < f64 < c64 < c128`, but `f64` and `c64` meet in `c128`; narrow types
/// compute in `i32` or `f32`. Literals and positions are weak: they take the type of what they
/// meet.
final class Types {
  private final Context context;

  Types(Context context) {
    this.context = context;
  }

  /// The type of a value.
  ///
  /// @param type a compute type
  /// @param isWeak whether it gives way to any other number type
  record Type(DType type, boolean isWeak) {
    static Type of(DType type) {
      return new Type(type, false);
    }
  }

  private static final Type BOOL = Type.of(DType.BOOL);
  private static final Type WEAK_INTEGER = new Type(DType.I64, true);
  private static final Type WEAK_FLOAT = new Type(DType.F32, true);

  Type of(Node node) {
    return switch (node) {
      case Node.Whole(long value) -> value == (int) value ? WEAK_INTEGER : Type.of(DType.I64);
      case Node.Real _ -> WEAK_FLOAT;
      case Node.Truth _, Node.Logic _, Node.Not _ -> BOOL;
      case Node.Place _ -> WEAK_INTEGER;
      case Node.Broken _ -> WEAK_FLOAT;
      case Node.Read read -> {
        TensorInfo tensor = context.tensor(read.tensor());
        yield Type.of(tensor == null ? DType.F32 : tensor.dtype().compute());
      }
      case Node.Shared shared -> of(shared.value().body());
      case Node.Convert convert -> Type.of(convert.type().compute());
      case Node.Unary unary -> {
        Type operand = number(of(unary.operand()));
        yield switch (unary.op()) {
          case NEGATE, SIGN, FLOOR, CEIL, ROUND, CONJ, STOP -> operand;
          case ABS, RE, IM -> new Type(operand.type().part(), operand.isWeak());
          case SQRT, EXP, LOG, SIN, COS, TAN, TANH, ERF -> real(operand);
          case NOT -> BOOL;
          case MIX -> Type.of(DType.I64);
        };
      }
      case Node.Binary binary -> binary(binary);
      // Each part is asked once: twice a level, and nested products would take 2^depth steps.
      case Node.Product product -> join(product.factors());
      case Node.Sum sum -> number(join(sum.terms()));
      case Node.Power power -> power(power);
      case Node.Select select -> join(of(select.then()), of(select.otherwise()));
      case Node.Project project -> {
        Type body = of(project.body());
        yield switch (project.kind()) {
          case SUM, PRODUCT -> strong(number(body));
          case MAX, MIN -> strong(body);
          case LOG_SUM_EXP -> strong(real(number(body)));
          case ANY, ALL, XOR -> BOOL;
        };
      }
      case Node.Average average -> strong(real(number(of(average.body()))));
      case Node.Cumulate cumulate -> strong(number(of(cumulate.body())));
    };
  }

  private Type binary(Node.Binary binary) {
    Type left = of(binary.left());
    Type right = of(binary.right());
    return switch (binary.op()) {
      case EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, AND, OR, XOR -> BOOL;
      case DIVIDE -> real(number(join(left, right)));
      case POWER, LOG_ADD_EXP -> real(number(join(left, right)));
      case FOLLOW -> left;
      case SLOPE -> real(number(join(left, right)));
      case COMPLEX -> {
        Type part = real(number(join(left, right)));
        yield new Type(part.type().complex(), part.isWeak());
      }
      case ADD, SUBTRACT, MULTIPLY, MODULO -> number(join(left, right));
      case MINIMUM, MAXIMUM ->
          left.type == DType.BOOL && right.type == DType.BOOL ? BOOL : join(left, right);
    };
  }

  private Type power(Node.Power power) {
    Type base = number(of(power.base()));
    if (isSmallExponent(power.exponent())) {
      return base;
    }
    return real(number(join(base, of(power.exponent()))));
  }

  static boolean isSmallExponent(Node exponent) {
    return exponent instanceof Node.Whole(long value) && value >= 0 && value <= 64;
  }

  /// The type in which values of both types are computed together.
  Type join(List<? extends Node> nodes) {
    Type type = of(nodes.getFirst());
    for (Node node : nodes.subList(1, nodes.size())) {
      type = join(type, of(node));
    }
    return type;
  }

  static Type join(Type one, Type two) {
    if (one.type == DType.BOOL && two.type == DType.BOOL) {
      return BOOL;
    }
    Type left = number(one);
    Type right = number(two);
    boolean isWider =
        (left.type == DType.F64 && !left.isWeak && right.type == DType.C64)
            || (right.type == DType.F64 && !right.isWeak && left.type == DType.C64);
    if (isWider) {
      return Type.of(DType.C128);
    }
    if (left.isWeak == right.isWeak) {
      return rank(left.type) >= rank(right.type) ? left : right;
    }
    Type strong = left.isWeak ? right : left;
    Type weak = left.isWeak ? left : right;
    if (weak.type.isComplex() && !strong.type.isComplex()) {
      return Type.of(weak.type);
    }
    return weak.type.isFloat() && strong.type.isInteger() ? Type.of(DType.F32) : strong;
  }

  private static int rank(DType type) {
    return switch (type) {
      case BOOL -> 0;
      case I4, I8, U8, I16, I32 -> 1;
      case I64 -> 2;
      case F16, BF16, F8E4M3, F8E5M2, F32 -> 3;
      case F64 -> 4;
      case C64 -> 5;
      case C128 -> 6;
    };
  }

  /// The type of a number: a Boolean counts as `i32`.
  static Type number(Type type) {
    return type.type == DType.BOOL ? Type.of(DType.I32) : type;
  }

  /// The type of a float or complex number: `i32` gives `f32`, `i64` gives `f64`.
  static Type real(Type type) {
    if (type.type.isFloat() || type.type.isComplex()) {
      return type;
    }
    return type.isWeak ? WEAK_FLOAT : Type.of(type.type == DType.I64 ? DType.F64 : DType.F32);
  }

  static Type strong(Type type) {
    return Type.of(type.type);
  }

  /// The type to store a value in: an `f16` stays one where all its operands are.
  DType storage(Node node, DType compute) {
    if (compute != DType.F32) {
      return compute;
    }
    Set<DType> operands = new LinkedHashSet<>();
    collect(node, operands);
    boolean isNarrow = operands.size() == 1 && operands.iterator().next().isFloat();
    return isNarrow ? operands.iterator().next() : compute;
  }

  /// The types that a value comes from. Conditions and literals do not count.
  private void collect(Node node, Set<DType> operands) {
    switch (node) {
      case Node.Read read -> {
        TensorInfo tensor = context.tensor(read.tensor());
        if (tensor != null && tensor.narrow() != DType.BOOL) {
          operands.add(tensor.narrow());
        }
      }
      case Node.Shared shared -> collect(shared.value().body(), operands);
      case Node.Convert convert -> operands.add(convert.type());
      case Node.Select select -> {
        collect(select.then(), operands);
        collect(select.otherwise(), operands);
      }
      default -> Frame.children(node).forEach(child -> collect(child, operands));
    }
  }

  /// Whether a comparison of two Booleans is one of Booleans, not of 0 and 1.
  static boolean comparesBooleans(BinaryOp op) {
    return op == BinaryOp.EQUAL || op == BinaryOp.NOT_EQUAL;
  }
}
