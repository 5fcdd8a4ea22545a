package org.einkorn.differential;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Random values at a point of some axes.
///
/// An *exact* value is the same wherever it is computed. A *curved* one depends on a function that
/// is rounded otherwise elsewhere; it never decides anything: it is not compared, not rounded to an
/// integer, and no position.
final class RandomScalars {
  private static final double[] WILD_FLOATS = {
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    -0.0,
    Double.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MAX_VALUE,
    -Double.MAX_VALUE,
    1e-7,
    65504,
    65520,
    448,
    464,
    0.1,
    2147483647.5,
    -9.3e18,
    1L << 53
  };
  private static final long[] WILD_INTEGERS = {
    Long.MIN_VALUE,
    Long.MAX_VALUE,
    Integer.MIN_VALUE,
    Integer.MAX_VALUE,
    -129,
    -128,
    127,
    128,
    255,
    256,
    32767,
    -32769,
    (1L << 53) + 1,
    16777217
  };

  private final Dice dice;
  private final Scene scene;
  private final RandomIndices indices;

  /// Conditions on points, for the contraction that the expressions stand in.
  private final List<Guard> guards = new ArrayList<>();

  private boolean mayGuard;

  /// Whether no complex number may occur, as in a position from data.
  private boolean isReal;

  RandomScalars(Dice dice, Scene scene) {
    this.dice = dice;
    this.scene = scene;
    this.indices = new RandomIndices(dice, scene);
  }

  RandomIndices indices() {
    return indices;
  }

  /// Lets reads demand guards from now on; see [#takeGuards()].
  void allowGuards(boolean allowed) {
    mayGuard = allowed;
  }

  /// The guards that reads demanded since the last call.
  List<Guard> takeGuards() {
    List<Guard> taken = List.copyOf(guards);
    guards.clear();
    return taken;
  }

  /// A number of a type, or a part of one, small or strange.
  long element(DType numbers) {
    DType type = numbers.part();
    boolean wild = !scene.tame() && dice.chance(0.25);
    if (type == DType.BOOL) {
      return dice.below(2);
    }
    if (type.isFloat()) {
      double value =
          wild ? WILD_FLOATS[dice.below(WILD_FLOATS.length)] : dice.between(-12, 12) * 0.25;
      return Double.doubleToLongBits(value);
    }
    long least = type == DType.U8 ? 0 : -4;
    long value = wild ? WILD_INTEGERS[dice.below(WILD_INTEGERS.length)] : dice.between(-4, 5);
    boolean fits =
        switch (type) {
          case I64 -> true;
          case I32 -> value == (int) value;
          case I16 -> value == (short) value;
          case I8 -> value == (byte) value;
          case U8 -> value >= 0 && value < 256;
          case I4 -> value >= -8 && value < 8;
          case F64, F32, F16, BF16, F8E4M3, F8E5M2, BOOL, C64, C128 -> false;
        };
    return fits ? value : least + dice.below(8);
  }

  Scalar literal(DType type) {
    if (type.isComplex()) {
      Scalar re = literal(type.part());
      return dice.chance(0.3)
          ? Scalar.cast(type, re)
          : new Scalar.Binary(BinaryOp.COMPLEX, re, literal(type.part()));
    }
    long element = element(type);
    return type.isFloat()
        ? Scalar.Literal.of(type, Double.longBitsToDouble(element))
        : new Scalar.Literal(type, element);
  }

  /// An exact value of a compute type.
  Scalar exact(DType type, List<Axis> axes, int depth) {
    if (depth == 0 || dice.chance(0.15)) {
      return leaf(type, axes, depth, false);
    }
    return switch (dice.below(12)) {
      case 0, 1 -> exactUnary(type, axes, depth);
      case 2 ->
          new Scalar.Select(
              exact(DType.BOOL, axes, depth - 1),
              exact(type, axes, depth - 1),
              exact(type, axes, depth - 1));
      case 3 -> conversion(type, axes, depth);
      case 4, 5 -> leaf(type, axes, depth, false);
      default -> exactBinary(type, axes, depth);
    };
  }

  private Scalar exactUnary(DType type, List<Axis> axes, int depth) {
    boolean isOfComplex = type.isFloat() && !isReal && dice.chance(0.3);
    DType operand = isOfComplex ? type.complex() : type;
    List<UnaryOp> ops =
        Arrays.stream(UnaryOp.values())
            .filter(op -> op.domain().contains(operand) && op.result(operand) == type)
            .filter(op -> !isCurve(op))
            .toList();
    return new Scalar.Unary(dice.pick(ops), exact(operand, axes, depth - 1));
  }

  private Scalar exactBinary(DType type, List<Axis> axes, int depth) {
    DType operands =
        type == DType.BOOL
            ? computeType()
            : type.isComplex() && dice.chance(0.2) ? type.part() : type;
    List<BinaryOp> ops =
        Arrays.stream(BinaryOp.values())
            .filter(op -> op.domain().contains(operands) && op.result(operands) == type)
            .filter(op -> op != BinaryOp.POWER && op != BinaryOp.LOG_ADD_EXP)
            // No equation says what only derivatives are for.
            .filter(op -> (op != BinaryOp.FOLLOW && op != BinaryOp.SLOPE) || dice.chance(0.1))
            .toList();
    Scalar left = exact(operands, axes, depth - 1);
    return new Scalar.Binary(dice.pick(ops), left, exact(operands, axes, depth - 1));
  }

  static boolean isCurve(UnaryOp op) {
    return switch (op) {
      case EXP, LOG, SIN, COS, TAN, TANH, ERF -> true;
      case NEGATE, ABS, SIGN, FLOOR, CEIL, ROUND, SQRT, RE, IM, CONJ, NOT, STOP, MIX -> false;
    };
  }

  private DType computeType() {
    return dice.pick(Scene.COMPUTE.stream().filter(type -> !(isReal && type.isComplex())).toList());
  }

  /// A conversion from any compute type, perhaps by way of a storage type.
  private Scalar conversion(DType type, List<Axis> axes, int depth) {
    DType from =
        dice.pick(
            Scene.COMPUTE.stream()
                .filter(some -> Scalar.converts(some, type) && !(isReal && some.isComplex()))
                .toList());
    Scalar value = exact(from, axes, depth - 1);
    List<DType> ways =
        Scene.STORAGE.stream()
            .filter(some -> Scalar.converts(from, some) && Scalar.converts(some, type))
            .filter(some -> !(isReal && some.isComplex()))
            .toList();
    DType way = dice.chance(0.5) ? dice.pick(ways) : type;
    if (from.isFloat() && type.isInteger() && dice.chance(0.8)) {
      value = clamped(value);
    }
    return Scalar.cast(type, Scalar.cast(way, value));
  }

  /// `value` where it is a small number, else 1.
  private static Scalar clamped(Scalar value) {
    Scalar limit = Scalar.Literal.of(value.type(), 7);
    Scalar small = new Scalar.Binary(BinaryOp.LESS, new Scalar.Unary(UnaryOp.ABS, value), limit);
    return new Scalar.Select(small, value, Scalar.Literal.of(value.type(), 1));
  }

  /// A value of `f32` or `f64` that may be curved.
  Scalar curved(DType type, List<Axis> axes, int depth) {
    if (depth == 0) {
      return leaf(type, axes, depth, true);
    }
    return switch (dice.below(10)) {
      case 0, 1, 2 -> curve(type, axes, depth);
      case 3 ->
          new Scalar.Select(
              exact(DType.BOOL, axes, depth - 1),
              curved(type, axes, depth - 1),
              exact(type, axes, depth - 1));
      case 4 -> {
        DType other = type == DType.F32 ? DType.F64 : DType.F32;
        yield Scalar.cast(type, curved(other, axes, depth - 1));
      }
      case 5 -> leaf(type, axes, depth, true);
      default -> {
        List<BinaryOp> ops =
            List.of(
                BinaryOp.ADD,
                BinaryOp.SUBTRACT,
                BinaryOp.MULTIPLY,
                BinaryOp.MULTIPLY,
                BinaryOp.DIVIDE,
                BinaryOp.MINIMUM,
                BinaryOp.MAXIMUM);
        Scalar left = curved(type, axes, depth - 1);
        yield new Scalar.Binary(dice.pick(ops), left, exact(type, axes, depth - 1));
      }
    };
  }

  private Scalar curve(DType type, List<Axis> axes, int depth) {
    if (dice.chance(0.25)) {
      BinaryOp op = dice.chance(0.5) ? BinaryOp.POWER : BinaryOp.LOG_ADD_EXP;
      Scalar left = exact(type, axes, depth - 1);
      return new Scalar.Binary(op, left, exact(type, axes, depth - 1));
    }
    List<UnaryOp> ops = Arrays.stream(UnaryOp.values()).filter(RandomScalars::isCurve).toList();
    Scalar operand =
        dice.chance(0.8) ? exact(type, axes, depth - 1) : curved(type, axes, depth - 1);
    return new Scalar.Unary(dice.pick(ops), operand);
  }

  /// A literal, a position, or a read.
  private Scalar leaf(DType wanted, List<Axis> axes, int depth, boolean mayCurve) {
    if (dice.chance(0.15)) {
      return literal(wanted);
    }
    if (dice.chance(0.1) && !wanted.part().isFloat()) {
      return Scalar.cast(wanted, new Scalar.Position(indices.any(axes, Math.min(depth, 2))));
    }
    List<Map.Entry<String, TensorType>> all =
        scene.tensors().entrySet().stream()
            .filter(tensor -> mayCurve || !scene.inexact().contains(tensor.getKey()))
            .filter(tensor -> isMild(tensor.getValue().dtype(), wanted))
            .toList();
    List<Map.Entry<String, TensorType>> fitting =
        all.stream().filter(tensor -> tensor.getValue().dtype().compute() == wanted).toList();
    if (!fitting.isEmpty() && dice.chance(0.9)) {
      return read(dice.pick(fitting), wanted, axes, depth);
    }
    return all.isEmpty() ? literal(wanted) : read(dice.pick(all), wanted, axes, depth);
  }

  /// Whether a conversion seldom fails: most floats are no integers of a type.
  private boolean isMild(DType from, DType to) {
    return Scalar.converts(from, to)
        && !(isReal && from.isComplex())
        && (!from.isFloat() || !to.isInteger() || dice.chance(0.1));
  }

  private Scalar read(
      Map.Entry<String, TensorType> tensor, DType wanted, List<Axis> axes, int depth) {
    TensorType type = tensor.getValue();
    List<IndexExpr> positions = new ArrayList<>();
    List<Guard> conditions = new ArrayList<>();
    for (int axis = 0; axis < type.rank(); axis++) {
      IndexExpr extent = type.extents().get(axis);
      if (depth > 0 && dice.chance(0.06)) {
        positions.add(fetch(tensor.getKey(), axis, extent, axes, depth - 1));
        continue;
      }
      Optional<IndexExpr> safe = dice.chance(0.8) ? indices.inside(extent, axes) : Optional.empty();
      IndexExpr position = safe.orElseGet(() -> indices.any(axes, 2));
      if (safe.isEmpty()) {
        conditions.add(new Guard(position, extent));
      }
      positions.add(position);
    }
    Scalar value = Scalar.cast(wanted, new Scalar.Read(tensor.getKey(), type.dtype(), positions));
    if (mayGuard && dice.chance(0.5)) {
      guards.addAll(conditions);
      return value;
    }
    Optional<Scalar> inBounds =
        conditions.stream()
            .map(guard -> Scalar.inBounds(guard.index(), guard.extent()))
            .reduce((left, right) -> new Scalar.Binary(BinaryOp.AND, left, right));
    return inBounds.isEmpty() ? value : new Scalar.Select(inBounds.get(), value, literal(wanted));
  }

  /// A position from data, mostly one that exists.
  IndexExpr fetch(String tensor, int axis, IndexExpr extent, List<Axis> axes, int depth) {
    DType type = dice.chance(0.5) ? DType.I32 : DType.I64;
    boolean before = isReal;
    isReal = true;
    Scalar source = exact(type, axes, Math.min(depth, 1));
    isReal = before;
    if (dice.chance(0.8)) {
      Scalar size = Scalar.cast(type, new Scalar.Position(extent));
      source = new Scalar.Binary(BinaryOp.MODULO, source, size);
    }
    return new IndexExpr.Fetch(tensor, axis, extent, source);
  }
}
