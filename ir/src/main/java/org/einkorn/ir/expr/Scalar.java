package org.einkorn.ir.expr;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.runtime.DType;

/// A value of one element type.
public sealed interface Scalar {
  /// The type of the value: a storage type for a [Read] or a [Cast], else a compute type.
  DType type();

  /// A constant. Floats are kept as the bits of a `double`, so that NaN and −0.0 are values like
  /// any other; integers and Booleans as a `long`.
  record Literal(DType type, long bits) implements Scalar {
    public Literal {
      requireCompute("a literal", type);
      if (type == DType.BOOL && (bits & ~1L) != 0) {
        throw new IllegalArgumentException("a Boolean is 0 or 1, not " + bits);
      }
      if (type == DType.I32 && bits != (int) bits) {
        throw new IllegalArgumentException(bits + " is no i32");
      }
      if (type.isFloat() && Double.isNaN(Double.longBitsToDouble(bits))) {
        bits = Double.doubleToLongBits(Double.NaN);
      }
    }

    /// The constant `value` in `type`, which is real; rounded to `f32` where the type is.
    public static Literal of(DType type, Number value) {
      if (!type.isFloat()) {
        return new Literal(type, value.longValue());
      }
      double real = type == DType.F32 ? (double) value.floatValue() : value.doubleValue();
      return new Literal(type, Double.doubleToLongBits(real));
    }

    /// The value of a float, or of an integer converted.
    public double doubleValue() {
      return type.isFloat() ? Double.longBitsToDouble(bits) : (double) bits;
    }

    /// The value of an integer or Boolean.
    public long longValue() {
      if (type.isFloat()) {
        throw new IllegalStateException("a float has no integer value");
      }
      return bits;
    }
  }

  /// The element of `tensor` at `indices`, in its storage type.
  record Read(String tensor, DType type, List<IndexExpr> indices) implements Scalar {
    public Read {
      Names.require(tensor);
      indices = List.copyOf(indices);
    }
  }

  /// A position as a number.
  record Position(IndexExpr index) implements Scalar {
    @Override
    public DType type() {
      return DType.I64;
    }
  }

  record Unary(UnaryOp op, Scalar operand) implements Scalar {
    public Unary {
      if (!op.domain().contains(operand.type())) {
        throw new IllegalArgumentException(op.text() + " is not defined on " + operand.type());
      }
    }

    @Override
    public DType type() {
      return op.result(operand.type());
    }
  }

  record Binary(BinaryOp op, Scalar left, Scalar right) implements Scalar {
    public Binary {
      if (left.type() != right.type()) {
        throw new IllegalArgumentException(
            op.text() + " of " + left.type() + " and " + right.type());
      }
      if (!op.domain().contains(left.type())) {
        throw new IllegalArgumentException(op.text() + " is not defined on " + left.type());
      }
    }

    @Override
    public DType type() {
      return op.result(left.type());
    }
  }

  /// `left · right + addend` of `f32` or `f64`, rounded once.
  record MultiplyAdd(Scalar left, Scalar right, Scalar addend) implements Scalar {
    public MultiplyAdd {
      DType type = addend.type();
      if (left.type() != type || right.type() != type) {
        throw new IllegalArgumentException(
            "fma of " + left.type() + ", " + right.type() + " and " + type);
      }
      if (type != DType.F32 && type != DType.F64) {
        throw new IllegalArgumentException("fma is not defined on " + type);
      }
    }

    @Override
    public DType type() {
      return addend.type();
    }

    /// The product and the sum, each rounded: what it is but for rounding.
    public Scalar rounded() {
      return new Binary(BinaryOp.ADD, new Binary(BinaryOp.MULTIPLY, left, right), addend);
    }
  }

  /// `((addend + left₀ · right₀) + left₁ · right₁) + …`: four products of 8-bit integers added to
  /// an `i32`, as one instruction of some machines does.
  ///
  /// It is what the sums are that it is written for, also where one of them is no `i32`: that
  /// traps, even if the last one would be an `i32` again.
  record Dot(List<Scalar> lefts, List<Scalar> rights, Scalar addend) implements Scalar {
    /// How many products are added.
    public static final int PRODUCTS = 4;

    public Dot {
      lefts = List.copyOf(lefts);
      rights = List.copyOf(rights);
      requireFactors(lefts);
      requireFactors(rights);
      if (addend.type() != DType.I32) {
        throw new IllegalArgumentException("dot adds to an i32, not to " + addend.type());
      }
    }

    private static void requireFactors(List<Scalar> factors) {
      if (factors.size() != PRODUCTS) {
        throw new IllegalArgumentException(
            "dot has " + PRODUCTS + " factors on each side, not " + factors.size());
      }
      DType type = factors.getFirst().type();
      if (type != DType.I8 && type != DType.U8) {
        throw new IllegalArgumentException("dot of " + type);
      }
      for (Scalar factor : factors) {
        if (factor.type() != type) {
          throw new IllegalArgumentException("dot of " + type + " and " + factor.type());
        }
      }
    }

    @Override
    public DType type() {
      return DType.I32;
    }

    /// One of the products.
    public Scalar product(int number) {
      return new Binary(
          BinaryOp.MULTIPLY,
          cast(DType.I32, lefts.get(number)),
          cast(DType.I32, rights.get(number)));
    }

    /// The same by products and sums.
    public Scalar sums() {
      Scalar sum = addend;
      for (int number = 0; number < PRODUCTS; number++) {
        sum = new Binary(BinaryOp.ADD, sum, product(number));
      }
      return sum;
    }

    /// All parts, as they stand in the text.
    public List<Scalar> parts() {
      List<Scalar> parts = new ArrayList<>(lefts);
      parts.addAll(rights);
      parts.add(addend);
      return parts;
    }
  }

  /// `condition ? then : otherwise`; the other side is not evaluated.
  record Select(Scalar condition, Scalar then, Scalar otherwise) implements Scalar {
    public Select {
      if (condition.type() != DType.BOOL) {
        throw new IllegalArgumentException("a condition must be bool, not " + condition.type());
      }
      if (then.type() != otherwise.type()) {
        throw new IllegalArgumentException(
            "the sides of a select are " + then.type() + " and " + otherwise.type());
      }
    }

    @Override
    public DType type() {
      return then.type();
    }
  }

  /// `operand` converted to `type`.
  ///
  /// To a float: rounded to nearest, ties to even. From a float to an integer: truncated toward
  /// zero; NaN and values outside the type trap. Between integers: values outside the type trap. To
  /// `bool`: `operand != 0` (NaN is true); from `bool`: 0 or 1. To a complex type: the real part is
  /// converted and the imaginary part is 0, or both parts are converted. From a complex type to a
  /// real one there is no conversion but to `bool`: see [UnaryOp#RE].
  record Cast(DType type, Scalar operand) implements Scalar {
    public Cast {
      if (!converts(operand.type(), type)) {
        throw new IllegalArgumentException(
            "a conversion from " + operand.type() + " to " + type + " would lose a part");
      }
    }
  }

  /// The value with other parts; itself where they are the same.
  ///
  /// @param indices what stands for a position
  /// @param scalars what stands for an operand
  default Scalar mapParts(UnaryOperator<IndexExpr> indices, UnaryOperator<Scalar> scalars) {
    return switch (this) {
      case Literal _ -> this;
      case Read(String tensor, DType type, List<IndexExpr> positions) -> {
        List<IndexExpr> mapped = new ArrayList<>();
        boolean isSame = true;
        for (IndexExpr position : positions) {
          IndexExpr other = indices.apply(position);
          isSame &= other == position;
          mapped.add(other);
        }
        yield isSame ? this : new Read(tensor, type, mapped);
      }
      case Position(IndexExpr index) -> {
        IndexExpr other = indices.apply(index);
        yield other == index ? this : new Position(other);
      }
      case Unary(UnaryOp op, Scalar operand) -> {
        Scalar other = scalars.apply(operand);
        yield other == operand ? this : new Unary(op, other);
      }
      case Binary(BinaryOp op, Scalar left, Scalar right) -> {
        Scalar first = scalars.apply(left);
        Scalar second = scalars.apply(right);
        yield first == left && second == right ? this : new Binary(op, first, second);
      }
      case MultiplyAdd(Scalar left, Scalar right, Scalar addend) -> {
        Scalar first = scalars.apply(left);
        Scalar second = scalars.apply(right);
        Scalar third = scalars.apply(addend);
        yield first == left && second == right && third == addend
            ? this
            : new MultiplyAdd(first, second, third);
      }
      case Dot(List<Scalar> lefts, List<Scalar> rights, Scalar addend) -> {
        List<Scalar> first = mapped(lefts, scalars);
        List<Scalar> second = mapped(rights, scalars);
        Scalar third = scalars.apply(addend);
        yield first == lefts && second == rights && third == addend
            ? this
            : new Dot(first, second, third);
      }
      case Select(Scalar condition, Scalar then, Scalar otherwise) -> {
        Scalar holds = scalars.apply(condition);
        Scalar first = scalars.apply(then);
        Scalar second = scalars.apply(otherwise);
        yield holds == condition && first == then && second == otherwise
            ? this
            : new Select(holds, first, second);
      }
      case Cast(DType type, Scalar operand) -> {
        Scalar other = scalars.apply(operand);
        yield other == operand ? this : new Cast(type, other);
      }
    };
  }

  private static List<Scalar> mapped(List<Scalar> parts, UnaryOperator<Scalar> map) {
    List<Scalar> mapped = new ArrayList<>();
    boolean isSame = true;
    for (Scalar part : parts) {
      Scalar other = map.apply(part);
      isSame &= other == part;
      mapped.add(other);
    }
    return isSame ? parts : mapped;
  }

  /// An integer as an index expression, where it is one: made of positions and of numbers that stay
  /// far from overflow.
  default Optional<IndexExpr> asIndex() {
    if (!type().isInteger()) {
      return Optional.empty();
    }
    return switch (this) {
      case Literal literal when Math.abs(literal.bits) < 1L << 40 ->
          Optional.of(IndexExpr.of(literal.bits));
      case Position(IndexExpr index) -> Optional.of(index);
      case Cast(DType _, Scalar operand) -> operand.asIndex();
      case Unary(UnaryOp op, Scalar operand) when op == UnaryOp.NEGATE ->
          operand.asIndex().map(index -> index.times(-1));
      case Binary(BinaryOp op, Scalar left, Scalar right) ->
          left.asIndex()
              .flatMap(first -> right.asIndex().flatMap(second -> index(op, first, second)));
      case Literal _, Read _, Unary _, Select _, MultiplyAdd _, Dot _ -> Optional.empty();
    };
  }

  private static Optional<IndexExpr> index(BinaryOp op, IndexExpr left, IndexExpr right) {
    try {
      return switch (op) {
        case ADD -> Optional.of(left.plus(right));
        case SUBTRACT -> Optional.of(left.minus(right));
        case MULTIPLY -> Optional.of(left.times(right));
        default -> Optional.empty();
      };
    } catch (ArithmeticException tooLarge) {
      return Optional.empty();
    }
  }

  /// `scalar` in `type`: itself where it already is.
  static Scalar cast(DType type, Scalar scalar) {
    return scalar.type() == type ? scalar : new Cast(type, scalar);
  }

  /// Whether values of one type convert to another.
  static boolean converts(DType from, DType to) {
    return !from.isComplex() || to.isComplex() || to == DType.BOOL;
  }

  /// The constant `value` in a compute type: a literal, or one made complex.
  static Scalar constant(DType type, Number value) {
    return cast(type, Literal.of(type.part(), value));
  }

  /// `0 ≤ index < extent` as a Boolean.
  static Scalar inBounds(IndexExpr index, IndexExpr extent) {
    Scalar position = new Position(index);
    return new Binary(
        BinaryOp.AND,
        new Binary(BinaryOp.LESS_EQUAL, Literal.of(DType.I64, 0), position),
        new Binary(BinaryOp.LESS, position, new Position(extent)));
  }

  private static void requireCompute(String what, DType type) {
    if (!type.isCompute() || type.isComplex()) {
      throw new IllegalArgumentException(what + " can't be of type " + type);
    }
  }
}
