package org.einkorn.passes.rewrite;

import java.math.BigInteger;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.runtime.DType;
import org.jspecify.annotations.Nullable;

/// Between which integers a value lies, whatever the data are.
///
/// What is asked for is whether integer arithmetic can overflow. All that is known of an element is
/// the type it is stored in, and for some tensors what the caller says; so a sum of products of
/// `i8` is known to fit where the extents are numbers, and one of `i64` is not.
public final class Ranges {
  private final Map<String, Range> known;

  /// @param known ranges of the elements of some tensors
  public Ranges(Map<String, Range> known) {
    this.known = Map.copyOf(known);
  }

  /// All integers from `least` to `greatest`.
  public record Range(BigInteger least, BigInteger greatest) {
    public static Range of(long least, long greatest) {
      return new Range(BigInteger.valueOf(least), BigInteger.valueOf(greatest));
    }

    public boolean isIn(Range other) {
      return least.compareTo(other.least) >= 0 && greatest.compareTo(other.greatest) <= 0;
    }

    boolean isNonNegative() {
      return least.signum() >= 0;
    }

    public Range plus(Range other) {
      return new Range(least.add(other.least), greatest.add(other.greatest));
    }

    Range negated() {
      return new Range(greatest.negate(), least.negate());
    }

    Range times(Range other) {
      BigInteger a = least.multiply(other.least);
      BigInteger b = least.multiply(other.greatest);
      BigInteger c = greatest.multiply(other.least);
      BigInteger d = greatest.multiply(other.greatest);
      return new Range(a.min(b).min(c.min(d)), a.max(b).max(c.max(d)));
    }

    Range or(Range other) {
      return new Range(least.min(other.least), greatest.max(other.greatest));
    }

    Range and(Range other) {
      BigInteger low = least.max(other.least);
      return new Range(low, greatest.min(other.greatest).max(low));
    }

    /// The smaller of two values.
    Range min(Range other) {
      return new Range(least.min(other.least), greatest.min(other.greatest));
    }

    Range magnitude() {
      return isNonNegative()
          ? this
          : greatest.signum() <= 0
              ? negated()
              : new Range(BigInteger.ZERO, least.negate().max(greatest));
    }
  }

  private static final Range BIT = Range.of(0, 1);

  /// The numbers of an integer type or `bool`; nothing for floats.
  public static Optional<Range> of(DType type) {
    return switch (type) {
      case BOOL -> Optional.of(BIT);
      case I4 -> Optional.of(Range.of(-8, 7));
      case I8 -> Optional.of(Range.of(Byte.MIN_VALUE, Byte.MAX_VALUE));
      case U8 -> Optional.of(Range.of(0, 255));
      case I16 -> Optional.of(Range.of(Short.MIN_VALUE, Short.MAX_VALUE));
      case I32 -> Optional.of(Range.of(Integer.MIN_VALUE, Integer.MAX_VALUE));
      case I64 -> Optional.of(Range.of(Long.MIN_VALUE, Long.MAX_VALUE));
      case F64, F32, F16, BF16, F8E4M3, F8E5M2, C64, C128 -> Optional.empty();
    };
  }

  /// The range of an integer or Boolean value, as far as it gets to be one at all.
  public Range of(Scalar scalar) {
    Range type = of(scalar.type()).orElseThrow();
    return switch (scalar) {
      case Scalar.Literal literal -> Range.of(literal.longValue(), literal.longValue());
      case Scalar.Read read -> known.getOrDefault(read.tensor(), type);
      case Scalar.Position(IndexExpr index) ->
          index instanceof IndexExpr.Constant(long value) ? Range.of(value, value) : type;
      case Scalar.Unary(UnaryOp op, Scalar operand) ->
          switch (op) {
            case NEGATE -> of(operand).negated().and(type);
            case ABS -> of(operand).magnitude().and(type);
            case SIGN -> Range.of(-1, 1);
            case NOT -> BIT;
            case STOP -> of(operand);
            case FLOOR, CEIL, ROUND, SQRT, EXP, LOG, SIN, COS, TAN, TANH, ERF, RE, IM, CONJ, MIX ->
                type;
          };
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) ->
          op.isComparison() ? BIT : joined(op, of(left), of(right)).orElse(type).and(type);
      case Scalar.MultiplyAdd _ -> type;
      case Scalar.Dot dot -> of(dot.sums());
      case Scalar.Select(var condition, Scalar then, Scalar otherwise) ->
          of(then).or(of(otherwise));
      case Scalar.Cast(DType to, Scalar operand) ->
          to == DType.BOOL || operand.type().isFloat() ? type : of(operand).and(type);
    };
  }

  /// Whether an operation can't leave its type, whatever its operands do.
  public boolean isExact(Scalar.Binary operation) {
    return joined(operation.op(), of(operation.left()), of(operation.right()))
        .filter(range -> range.isIn(of(operation.type()).orElseThrow()))
        .isPresent();
  }

  private static Optional<Range> joined(BinaryOp op, Range left, Range right) {
    return switch (op) {
      case ADD -> Optional.of(left.plus(right));
      case SUBTRACT -> Optional.of(left.plus(right.negated()));
      case MULTIPLY -> Optional.of(left.times(right));
      case MINIMUM -> Optional.of(left.min(right));
      case MAXIMUM -> Optional.of(left.negated().min(right.negated()).negated());
      case DIVIDE,
          MODULO,
          POWER,
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
          Optional.empty();
    };
  }

  /// The range of each element that a contraction makes, if no join and no combination on the way
  /// can leave its type.
  ///
  /// @param isMap whether values are stored as they are
  public Optional<Range> result(Projection projection, boolean isMap, Contraction term) {
    DType type = term.valueType();
    @Nullable Range product = null;
    for (Scalar operand : term.operands()) {
      Range factor = of(operand);
      if (product == null) {
        product = factor;
      } else {
        Optional<Range> next = joined(term.join(), product, factor);
        if (next.isEmpty() || !next.get().isIn(of(type).orElseThrow())) {
          return Optional.empty();
        }
        product = next.get();
      }
    }
    Range value = Objects.requireNonNull(product);
    return isMap ? Optional.of(value) : combined(projection, value, term);
  }

  private static Optional<Range> combined(Projection projection, Range value, Contraction term) {
    Range accumulator = of(projection.accumulator(term.valueType())).orElseThrow();
    return switch (projection) {
      case SUM -> {
        OptionalLong count = count(term);
        if (count.isEmpty()) {
          yield Optional.empty();
        }
        Range total = value.times(Range.of(0, count.getAsLong())).or(Range.of(0, 0));
        yield total.isIn(accumulator) ? Optional.of(total) : Optional.empty();
      }
      case MAX, MIN -> Optional.of(value);
      case PRODUCT, LOG_SUM_EXP, ANY, ALL, XOR -> Optional.empty();
    };
  }

  /// How many points at most are combined into one element; nothing where a size is open.
  private static OptionalLong count(Contraction term) {
    long count = 1;
    for (Axis axis : term.axes()) {
      if (term.writesPlainAxes() && term.write().contains(axis.variable())) {
        continue;
      }
      if (!(axis.extent() instanceof IndexExpr.Constant(long extent)) || extent > 1L << 31) {
        return OptionalLong.empty();
      }
      count = count > 1L << 31 ? Long.MAX_VALUE : count * Math.max(extent, 1);
    }
    return OptionalLong.of(count);
  }
}
