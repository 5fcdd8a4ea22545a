package org.einkorn.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Random expressions over declared symbols, tensors and axes. Positions lie inside the extents
/// they are made for, as long as every symbol is at least 1.
final class RandomExprs {
  private static final List<DType> COMPUTE =
      List.of(DType.F64, DType.F32, DType.I64, DType.I32, DType.BOOL);
  private static final double[] NUMBERS = {
    0.0,
    -0.0,
    1,
    -1,
    0.5,
    0.1,
    1e-30,
    -3.25e30,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    Float.MAX_VALUE,
    1.0 / 3
  };
  private static final long[] INTEGERS = {
    0, 1, -1, 7, Integer.MIN_VALUE, Integer.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE
  };

  private final RandomGenerator random;
  final List<String> symbols = new ArrayList<>();
  final Map<String, TensorType> tensors = new LinkedHashMap<>();

  /// Whether values are real throughout.
  boolean isReal;

  RandomExprs(RandomGenerator random) {
    this.random = random;
  }

  <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  DType computeType() {
    return isReal || chance(0.8) ? pick(COMPUTE) : pick(List.of(DType.C64, DType.C128));
  }

  /// A type whose values convert to `type`.
  private DType convertible(DType type) {
    DType from = computeType();
    return Scalar.converts(from, type) ? from : type;
  }

  /// A type that is computed in `compute`, or that itself.
  DType storage(DType compute) {
    return pick(Arrays.stream(DType.values()).filter(type -> type.compute() == compute).toList());
  }

  /// At least 1 where every symbol is.
  IndexExpr extent() {
    IndexExpr small = IndexExpr.of(1 + random.nextInt(6));
    if (symbols.isEmpty() || chance(0.4)) {
      return small;
    }
    IndexExpr symbol = IndexExpr.symbol(pick(symbols));
    return switch (random.nextInt(8)) {
      case 0 -> new IndexExpr.Sum(symbol, small);
      case 1 -> new IndexExpr.Product(small, symbol);
      case 2 -> new IndexExpr.Maximum(symbol, small);
      case 3 -> new IndexExpr.FloorDiv(new IndexExpr.Sum(symbol, IndexExpr.of(3)), IndexExpr.of(4));
      default -> symbol;
    };
  }

  List<IndexExpr> extents(int rank) {
    List<IndexExpr> extents = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      extents.add(extent());
    }
    return extents;
  }

  /// Any integer of the axes and symbols, built by constructors, so that nothing folds.
  IndexExpr index(List<Axis> axes, int depth) {
    if (depth == 0 || chance(0.3)) {
      if (!axes.isEmpty() && chance(0.6)) {
        return pick(axes).variable();
      }
      return symbols.isEmpty() || chance(0.6)
          ? IndexExpr.of(random.nextInt(-9, 10))
          : IndexExpr.symbol(pick(symbols));
    }
    IndexExpr left = index(axes, depth - 1);
    IndexExpr right = index(axes, depth - 1);
    return switch (random.nextInt(8)) {
      case 0, 1 -> new IndexExpr.Sum(left, right);
      case 2 -> new IndexExpr.Product(left, right);
      case 3 -> new IndexExpr.Product(IndexExpr.of(-1), right);
      case 4 -> new IndexExpr.FloorDiv(left, extent());
      case 5 -> new IndexExpr.FloorMod(left, extent());
      case 6 -> new IndexExpr.Minimum(left, right);
      default -> new IndexExpr.Maximum(left, right);
    };
  }

  /// A position in `0 … extent − 1`.
  IndexExpr position(String tensor, int axis, IndexExpr extent, List<Axis> axes, int depth) {
    List<Axis> fitting = axes.stream().filter(some -> some.extent().equals(extent)).toList();
    if (!fitting.isEmpty() && chance(0.8)) {
      return pick(fitting).variable();
    }
    if (depth > 0 && chance(0.1)) {
      Scalar source = new Scalar.Position(new IndexExpr.FloorMod(index(axes, depth - 1), extent));
      return new IndexExpr.Fetch(tensor, axis, extent, source);
    }
    return extent instanceof IndexExpr.Constant(long size) && chance(0.3)
        ? IndexExpr.of(random.nextLong(size))
        : new IndexExpr.FloorMod(index(axes, depth), extent);
  }

  /// A value of `type`, a compute type.
  Scalar scalar(DType type, List<Axis> axes, int depth) {
    if (depth == 0 || chance(0.2)) {
      Scalar leaf = leaf(type, axes, depth);
      return chance(0.3) || !Scalar.converts(leaf.type(), type)
          ? literal(type)
          : Scalar.cast(type, leaf);
    }
    if (type.isComplex()) {
      return complex(type, axes, depth);
    }
    return switch (random.nextInt(6)) {
      case 0 -> unary(type, axes, depth);
      case 1 -> {
        Scalar condition = scalar(DType.BOOL, axes, depth - 1);
        Scalar then = scalar(type, axes, depth - 1);
        yield new Scalar.Select(condition, then, scalar(type, axes, depth - 1));
      }
      case 2 -> Scalar.cast(type, scalar(convertible(type), axes, depth - 1));
      case 3 ->
          type == DType.F32 || type == DType.F64
              ? new Scalar.MultiplyAdd(
                  scalar(type, axes, depth - 1),
                  scalar(type, axes, depth - 1),
                  scalar(type, axes, depth - 1))
              : type == DType.I32 ? dot(axes, depth) : binary(type, axes, depth);
      default -> binary(type, axes, depth);
    };
  }

  private Scalar dot(List<Axis> axes, int depth) {
    return new Scalar.Dot(
        factors(axes, depth), factors(axes, depth), scalar(DType.I32, axes, depth - 1));
  }

  private List<Scalar> factors(List<Axis> axes, int depth) {
    DType type = random.nextBoolean() ? DType.I8 : DType.U8;
    return Stream.generate(() -> Scalar.cast(type, scalar(DType.I32, axes, depth - 1)))
        .limit(Scalar.Dot.PRODUCTS)
        .toList();
  }

  private Scalar complex(DType type, List<Axis> axes, int depth) {
    Scalar one = scalar(type, axes, depth - 1);
    return switch (random.nextInt(6)) {
      case 0 ->
          new Scalar.Binary(
              BinaryOp.COMPLEX,
              scalar(type.part(), axes, depth - 1),
              scalar(type.part(), axes, depth - 1));
      case 1 -> new Scalar.Unary(pick(List.of(UnaryOp.NEGATE, UnaryOp.CONJ, UnaryOp.EXP)), one);
      case 2 -> Scalar.cast(type, scalar(convertible(type), axes, depth - 1));
      case 3 -> new Scalar.Select(scalar(DType.BOOL, axes, depth - 1), one, one);
      default ->
          new Scalar.Binary(
              pick(List.of(BinaryOp.ADD, BinaryOp.SUBTRACT, BinaryOp.MULTIPLY, BinaryOp.DIVIDE)),
              one,
              scalar(type, axes, depth - 1));
    };
  }

  private Scalar unary(DType type, List<Axis> axes, int depth) {
    if (type.isFloat() && !isReal && chance(0.2)) {
      List<UnaryOp> ofComplex = List.of(UnaryOp.RE, UnaryOp.IM, UnaryOp.ABS);
      return new Scalar.Unary(pick(ofComplex), scalar(type.complex(), axes, depth - 1));
    }
    List<UnaryOp> ops =
        Arrays.stream(UnaryOp.values()).filter(op -> op.domain().contains(type)).toList();
    return new Scalar.Unary(pick(ops), scalar(type, axes, depth - 1));
  }

  private Scalar binary(DType type, List<Axis> axes, int depth) {
    DType operands = type == DType.BOOL ? computeType() : type;
    List<BinaryOp> ops =
        Arrays.stream(BinaryOp.values())
            .filter(op -> op.domain().contains(operands) && op.result(operands) == type)
            .toList();
    Scalar left = scalar(operands, axes, depth - 1);
    return new Scalar.Binary(pick(ops), left, scalar(operands, axes, depth - 1));
  }

  Scalar literal(DType type) {
    if (type == DType.BOOL) {
      return Scalar.Literal.of(type, random.nextInt(2));
    }
    if (type.isComplex()) {
      return Scalar.constant(type, NUMBERS[random.nextInt(NUMBERS.length)]);
    }
    if (type.isFloat()) {
      return Scalar.Literal.of(type, NUMBERS[random.nextInt(NUMBERS.length)]);
    }
    long value = INTEGERS[random.nextInt(INTEGERS.length)];
    return Scalar.Literal.of(type, type == DType.I32 ? (int) value : value);
  }

  /// A read of any tensor, or a position.
  private Scalar leaf(DType wanted, List<Axis> axes, int depth) {
    List<String> names =
        tensors.keySet().stream()
            .filter(name -> Scalar.converts(type(name).dtype(), wanted))
            .toList();
    if (names.isEmpty() || chance(0.1)) {
      return new Scalar.Position(index(axes, depth));
    }
    List<String> fitting =
        names.stream().filter(name -> type(name).dtype().compute() == wanted).toList();
    return read(pick(fitting.isEmpty() ? names : fitting), axes, depth);
  }

  private TensorType type(String tensor) {
    return Objects.requireNonNull(tensors.get(tensor), tensor);
  }

  Scalar read(String tensor, List<Axis> axes, int depth) {
    TensorType type = type(tensor);
    List<IndexExpr> indices = new ArrayList<>();
    for (int axis = 0; axis < type.rank(); axis++) {
      indices.add(position(tensor, axis, type.extents().get(axis), axes, depth));
    }
    return new Scalar.Read(tensor, type.dtype(), indices);
  }
}
