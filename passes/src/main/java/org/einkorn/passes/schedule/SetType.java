package org.einkorn.passes.schedule;

import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.integer.IntegerRange;
import org.einkorn.ir.integer.StoredIntegers;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// `alloc a: f64[] { a = a + f64(x) } → alloc a: f32[] { a = a + x }`
///
/// Values are rounded to the new type as they are stored: a narrower type makes a sum less exact. A
/// wider one changes no bit, since values are still computed in the old type. One operation on two
/// `f32` in `f64`, rounded to `f32`, is that operation in `f32`: f64 has more than twice the digits
/// (Figueroa, *When is double rounding innocuous?*, 1995).
///
/// Sums of integers in `i64` are sums in `i32` where it is proved that none of them, nor of their
/// parts, can be anything but an `i32`: see [StoredIntegers].
final class SetType implements Primitive<Step.SetType> {
  @Override
  public Module apply(Nest nest, Step.SetType step) {
    Stmt.Allocate allocation = nest.allocation(step.buffer());
    DType from = allocation.buffer().type().dtype();
    boolean isNarrower = from == DType.I64 && step.type() == DType.I32;
    if (from != step.type() && !isNarrower && !(isFloat(from) && isFloat(step.type()))) {
      throw nest.refuse(
          Reason.WRONG_TYPE,
          "`%s` holds %s, and only f32 and f64 can stand for one another, and i32 for i64"
              .formatted(step.buffer(), from.text()));
    }
    if (from == step.type()) {
      throw nest.refuse(
          Reason.MALFORMED, "`" + step.buffer() + "` holds " + from.text() + " already");
    }
    if (isNarrower) {
      requireFits(allocation, step.type(), nest);
    } else {
      requireUndecided(step.buffer(), allocation, nest);
    }
    Buffer buffer =
        new Buffer(
            step.buffer(),
            new TensorType(step.type(), allocation.buffer().type().extents()),
            allocation.buffer().scope());
    Stmt body = new Retyping(step.buffer(), from, step.type()).deep(allocation.body());
    return nest.replace(allocation, new Stmt.Allocate(buffer, body));
  }

  /// Whatever is stored is a number of the new type, so that it makes no difference.
  private static void requireFits(Stmt.Allocate allocation, DType type, Nest nest) {
    String way =
        "what is added is known by its type, and how often by loops that count numbers: "
            + "sizes as numbers may help";
    IntegerRange stored =
        StoredIntegers.of(allocation)
            .orElseThrow(
                () ->
                    nest.refuse(
                        Reason.MAY_OVERFLOW,
                        allocation,
                        "it is not known which numbers it holds",
                        way));
    if (!stored.fitsIn(type)) {
      IntegerRange all = IntegerRange.of(type);
      throw nest.refuse(
          Reason.MAY_OVERFLOW,
          allocation,
          "may hold %d … %d".formatted(stored.least(), stored.greatest()),
          "%s holds %d … %d".formatted(type.text(), all.least(), all.greatest()),
          way);
    }
  }

  /// What decides which statements run is not rounded otherwise: they might go on for ever.
  private static void requireUndecided(String buffer, Stmt.Allocate allocation, Nest nest) {
    Statements.forEach(
        allocation.body(),
        each -> {
          Stmt condition =
              switch (each) {
                case Stmt.When(Scalar value, Stmt _) -> new Stmt.When(value, NOTHING);
                case Stmt.While(Scalar value, Stmt _) -> new Stmt.While(value, NOTHING);
                case Stmt.For _,
                    Stmt.Block _,
                    Stmt.Sequence _,
                    Stmt.Allocate _,
                    Stmt.If _,
                    Stmt.Store _ ->
                    NOTHING;
              };
          if (Accesses.renaming(buffer, buffer).isAccessed(condition)) {
            throw nest.refuse(
                Reason.WRONG_TYPE, "a condition inside reads `" + buffer + "`, and may turn");
          }
        });
  }

  private static final Stmt NOTHING = new Stmt.Sequence(List.of());

  private static boolean isFloat(DType type) {
    return type == DType.F32 || type == DType.F64;
  }

  /// Reads the new type where the old one was read, and stores it.
  private record Retyping(String buffer, DType from, DType to) {
    Stmt deep(Stmt statement) {
      return switch (statement) {
        case Stmt.When(Scalar condition, Stmt body) -> new Stmt.When(read(condition), deep(body));
        case Stmt.While(Scalar condition, Stmt body) -> new Stmt.While(read(condition), deep(body));
        case Stmt.Store(String name, List<IndexExpr> indices, Scalar value) -> {
          List<IndexExpr> positions = indices.stream().map(this::read).toList();
          yield name.equals(buffer)
              ? new Stmt.Store(name, positions, stored(to, read(value)))
              : new Stmt.Store(name, positions, read(value));
        }
        case Stmt.For _, Stmt.Block _, Stmt.Sequence _, Stmt.Allocate _, Stmt.If _ ->
            statement.mapChildren(this::deep);
      };
    }

    private IndexExpr read(IndexExpr index) {
      return index.mapParts(this::read, this::read);
    }

    private Scalar read(Scalar scalar) {
      Scalar mapped = scalar.mapParts(this::read, this::read);
      return switch (mapped) {
        case Scalar.Read(String tensor, var type, List<IndexExpr> indices)
            when tensor.equals(buffer) ->
            Scalar.cast(from, new Scalar.Read(tensor, to, indices));
        case Scalar.Cast(DType type, Scalar operand) -> rounded(type, operand);
        case Scalar.Literal _,
            Scalar.Read _,
            Scalar.Position _,
            Scalar.Unary _,
            Scalar.Binary _,
            Scalar.MultiplyAdd _,
            Scalar.Dot _,
            Scalar.Select _ ->
            mapped;
      };
    }
  }

  /// A value as it is stored; a sum of which it is proved that it is an `i32`, added up as one.
  private static Scalar stored(DType type, Scalar value) {
    return type == DType.I32
            && value instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
            && op == BinaryOp.ADD
            && isI32(left)
            && isI32(right)
        ? new Scalar.Binary(op, rounded(type, left), rounded(type, right))
        : rounded(type, value);
  }

  /// Whether an `i64` is an `i32`.
  private static boolean isI32(Scalar value) {
    return value instanceof Scalar.Cast(var type, Scalar operand)
            && operand.type().isInteger()
            && operand.type().fitsIn(DType.I32)
        || value instanceof Scalar.Literal literal && IntegerRange.of(literal).fitsIn(DType.I32);
  }

  /// A value rounded to a type, with as few conversions as that needs.
  private static Scalar rounded(DType type, Scalar value) {
    if (value.type() == type) {
      return value;
    }
    if (value instanceof Scalar.Cast(DType wide, Scalar operand)
        && wide == DType.I64
        && operand.type().isInteger()) {
      return Scalar.cast(type, operand);
    }
    if (value instanceof Scalar.Literal literal && type == DType.I32 && isI32(value)) {
      return Scalar.Literal.of(type, literal.longValue());
    }
    if (value instanceof Scalar.Cast(DType wide, Scalar operand)
        && wide == DType.F64
        && operand.type() == DType.F32) {
      return Scalar.cast(type, operand);
    }
    if (type != DType.F32 || value.type() != DType.F64) {
      return Scalar.cast(type, value);
    }
    return switch (value) {
      case Scalar.Literal literal -> Scalar.Literal.of(type, literal.doubleValue());
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
          when isOnce(op) && isF32(left) && isF32(right) ->
          new Scalar.Binary(op, rounded(type, left), rounded(type, right));
      case Scalar.Unary(UnaryOp op, Scalar operand)
          when (op == UnaryOp.NEGATE || op == UnaryOp.ABS || op == UnaryOp.SQRT)
              && isF32(operand) ->
          new Scalar.Unary(op, rounded(type, operand));
      case Scalar.Read _,
          Scalar.Position _,
          Scalar.Unary _,
          Scalar.Binary _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _,
          Scalar.Cast _ ->
          Scalar.cast(type, value);
    };
  }

  /// Whether the operation rounded twice is the operation rounded once.
  private static boolean isOnce(BinaryOp op) {
    return switch (op) {
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, MINIMUM, MAXIMUM -> true;
      case MODULO,
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
          false;
    };
  }

  /// Whether an `f64` is an `f32`.
  private static boolean isF32(Scalar value) {
    return value instanceof Scalar.Cast(var type, Scalar operand) && operand.type() == DType.F32
        || value instanceof Scalar.Literal literal
            && ((float) literal.doubleValue() == literal.doubleValue()
                || Double.isNaN(literal.doubleValue()));
  }
}
