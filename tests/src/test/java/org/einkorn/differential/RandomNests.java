package org.einkorn.differential;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Random programs whose equations nest: each reads the ones before, mostly once, mostly with the
/// same two operations, so that rewrites of nested contractions have something to do.
///
/// There are two extents, a number and a symbol, so that axes fit each other often; repeated
/// indices on both sides, shifted and reversed ones, factors δ, and constants.
final class RandomNests {
  private final Dice dice;
  private final List<IndexExpr> extents;
  private final Map<String, TensorType> tensors = new LinkedHashMap<>();
  private final DType compute;
  private final Projection projection;
  private final BinaryOp join;

  private record Operations(Projection projection, BinaryOp join) {}

  private RandomNests(long seed) {
    this.dice = new Dice(seed);
    this.extents =
        List.of(IndexExpr.of(dice.pick(List.of(0, 1, 2, 2, 3, 3, 4))), IndexExpr.symbol("N"));
    this.compute =
        dice.pick(
            List.of(
                DType.F64,
                DType.F32,
                DType.F32,
                DType.I64,
                DType.I32,
                DType.BOOL,
                DType.C64,
                DType.C128));
    Operations operations = operations();
    this.projection = operations.projection();
    this.join = operations.join();
  }

  /// The program and the data of a seed.
  static Case of(long seed) {
    return new RandomNests(seed).next(seed);
  }

  private Operations operations() {
    if (compute == DType.BOOL) {
      return dice.pick(
          List.of(
              new Operations(Projection.ANY, BinaryOp.AND),
              new Operations(Projection.XOR, BinaryOp.AND),
              new Operations(Projection.ALL, BinaryOp.OR)));
    }
    if (compute.isComplex()) {
      return dice.pick(
          List.of(
              new Operations(Projection.SUM, BinaryOp.MULTIPLY),
              new Operations(Projection.SUM, BinaryOp.MULTIPLY),
              new Operations(Projection.SUM, BinaryOp.MULTIPLY),
              new Operations(Projection.PRODUCT, BinaryOp.MULTIPLY)));
    }
    return dice.pick(
        List.of(
            new Operations(Projection.SUM, BinaryOp.MULTIPLY),
            new Operations(Projection.SUM, BinaryOp.MULTIPLY),
            new Operations(Projection.SUM, BinaryOp.MULTIPLY),
            new Operations(Projection.MIN, BinaryOp.ADD),
            new Operations(Projection.MAX, BinaryOp.ADD),
            new Operations(Projection.MAX, BinaryOp.MULTIPLY),
            new Operations(Projection.MIN, BinaryOp.MAXIMUM)));
  }

  private Case next(long seed) {
    long size = dice.pick(List.of(0, 1, 2, 3, 3, 4));
    List<Signature.Input> inputs = new ArrayList<>();
    SequencedMap<String, Data> data = new LinkedHashMap<>();
    int count = dice.between(2, 4);
    for (int number = 0; number < count; number++) {
      // the first input gives the symbol its value
      List<IndexExpr> shape =
          number == 0 ? List.of(IndexExpr.symbol("N"), dice.pick(extents)) : shape(3);
      TensorType type = new TensorType(dice.pick(storage()), shape);
      inputs.add(new Signature.Input(Signature.Role.INPUT, "X" + number, type, Optional.empty()));
      tensors.put("X" + number, type);
      data.put("X" + number, data(type, size));
    }
    List<Definition> definitions = new ArrayList<>();
    List<Signature.Output> outputs = new ArrayList<>();
    int last = dice.between(1, 4);
    for (int number = 0; number <= last; number++) {
      Definition definition = definition("T" + number);
      definitions.add(definition);
      tensors.put(definition.name(), definition.type());
      if (number == last || dice.chance(0.15)) {
        outputs.add(new Signature.Output(definition.name(), definition.type(), Optional.empty()));
      }
    }
    Signature signature = new Signature(List.of("N"), inputs, outputs, List.of());
    return new Case(new Program("nest" + seed, signature, definitions), data, seed);
  }

  private List<IndexExpr> shape(int most) {
    List<IndexExpr> shape = new ArrayList<>();
    for (int rank = dice.below(most + 1); rank > 0; rank--) {
      shape.add(dice.pick(extents));
    }
    return shape;
  }

  private List<DType> storage() {
    return switch (compute) {
      case F64 -> List.of(DType.F64, DType.F64, DType.F32, DType.I8, DType.U8);
      case F32 -> List.of(DType.F32, DType.F32, DType.F16, DType.BF16, DType.U8);
      case I64 -> List.of(DType.I64, DType.I4, DType.I8, DType.U8);
      case I32 -> List.of(DType.I32, DType.I4, DType.I8, DType.U8);
      case C64 -> List.of(DType.C64, DType.C64, DType.F32, DType.U8);
      case C128 -> List.of(DType.C128, DType.C64, DType.F64, DType.I8);
      case F16, BF16, F8E4M3, F8E5M2, I16, I8, U8, I4, BOOL -> List.of(DType.BOOL);
    };
  }

  private Data data(TensorType type, long size) {
    long[] shape =
        type.extents().stream()
            .mapToLong(extent -> extent instanceof IndexExpr.Constant(long value) ? value : size)
            .toArray();
    long[] elements = new long[Data.size(type.dtype(), shape)];
    for (int number = 0; number < elements.length; number++) {
      elements[number] = element(type.dtype());
    }
    return new Data(type.dtype(), shape, elements).stored();
  }

  private long element(DType type) {
    if (type == DType.BOOL) {
      return dice.below(2);
    }
    if (type.part().isFloat()) {
      return Double.doubleToLongBits(dice.between(-9, 9) * 0.375);
    }
    return type == DType.U8 ? dice.below(4) : dice.between(-3, 3);
  }

  private Definition definition(String name) {
    boolean isUsual = dice.chance(0.85);
    Operations operations = isUsual ? new Operations(projection, join) : operations();
    Terms terms = new Terms(operations);
    List<Contraction> all = new ArrayList<>();
    all.add(terms.term());
    TensorType type = new TensorType(stored(), terms.shape);
    return new Definition(name, type, new Body.Accumulate(operations.projection(), all));
  }

  private DType stored() {
    if (dice.chance(0.85)) {
      return compute;
    }
    return switch (compute) {
      case F64 -> DType.F32;
      case F32 -> dice.pick(List.of(DType.F16, DType.F64));
      case I32 -> DType.I64;
      case C64 -> DType.C128;
      case C128 -> DType.C64;
      case I64, F16, BF16, F8E4M3, F8E5M2, I16, I8, U8, I4, BOOL -> compute;
    };
  }

  /// One contraction under construction.
  private final class Terms {
    private static final int AXES = 4;

    private final Operations operations;
    private final List<Axis> axes = new ArrayList<>();
    private final List<Guard> guards = new ArrayList<>();
    private List<IndexExpr> shape = List.of();

    Terms(Operations operations) {
      this.operations = operations;
    }

    Contraction term() {
      List<Scalar> operands = new ArrayList<>();
      int count = dice.pick(List.of(1, 1, 2, 2, 2, 3));
      for (int number = 0; number < count; number++) {
        operands.add(dice.below(operands.size() + 1), operand(number));
      }
      List<IndexExpr> write = write();
      return new Contraction(axes, guards, write, operations.join(), operands);
    }

    private Scalar operand(int number) {
      if (number > 0 && dice.chance(0.12)) {
        return compute == DType.BOOL
            ? Scalar.Literal.of(compute, dice.below(2))
            : Scalar.constant(compute, dice.between(0, 2));
      }
      if (number > 0 && axes.size() > 1 && dice.chance(0.15)) {
        Scalar equal =
            new Scalar.Binary(
                BinaryOp.EQUAL,
                new Scalar.Position(dice.pick(axes).variable()),
                new Scalar.Position(dice.pick(axes).variable()));
        return Scalar.cast(compute, equal);
      }
      List<String> names = List.copyOf(tensors.keySet());
      String name = number == 0 || dice.chance(0.4) ? names.getLast() : dice.pick(names);
      TensorType type = java.util.Objects.requireNonNull(tensors.get(name));
      List<IndexExpr> indices = new ArrayList<>();
      for (IndexExpr extent : type.extents()) {
        indices.add(index(extent));
      }
      Scalar read = new Scalar.Read(name, type.dtype(), indices);
      boolean isSilent = type.dtype() == compute || type.dtype().compute() == compute;
      return isSilent || compute.part().isFloat() || compute == DType.I64
          ? Scalar.cast(compute, read)
          : Scalar.Literal.of(compute, 1);
    }

    private IndexExpr index(IndexExpr extent) {
      IndexExpr variable = axis(extent);
      if (dice.chance(0.08)) {
        return extent.minus(variable).plus(-1);
      }
      if (dice.chance(0.06)) {
        guards.add(new Guard(variable.plus(1), extent));
        return variable.plus(1);
      }
      return variable;
    }

    private IndexExpr axis(IndexExpr extent) {
      List<Axis> same = axes.stream().filter(axis -> axis.extent().equals(extent)).toList();
      boolean isFull = axes.size() >= AXES;
      if (!same.isEmpty() && (isFull || dice.chance(0.55))) {
        return dice.pick(same).variable();
      }
      if (isFull) {
        // a position that is inside whatever the extent: the first, where there is one
        guards.add(new Guard(IndexExpr.Constant.ZERO, extent));
        return IndexExpr.Constant.ZERO;
      }
      Axis fresh = new Axis("ijklmnop".substring(axes.size(), axes.size() + 1), extent);
      axes.add(fresh);
      return fresh.variable();
    }

    private List<IndexExpr> write() {
      List<IndexExpr> write = new ArrayList<>();
      List<IndexExpr> extentsWritten = new ArrayList<>();
      List<Axis> all = List.copyOf(axes);
      Set<Axis> left = new LinkedHashSet<>(axes);
      int rank = axes.isEmpty() ? 0 : dice.below(4);
      for (int axis = 0; axis < rank && !left.isEmpty(); axis++) {
        Axis chosen = dice.pick(List.copyOf(dice.chance(0.12) ? all : left));
        left.remove(chosen);
        boolean isShifted = dice.chance(0.06) && axes.contains(chosen);
        if (isShifted) {
          IndexExpr shorter = chosen.extent().plus(-1).max(IndexExpr.Constant.ZERO);
          axes.set(axes.indexOf(chosen), new Axis(chosen.name(), shorter));
        }
        write.add(isShifted ? chosen.variable().plus(1) : chosen.variable());
        extentsWritten.add(chosen.extent());
      }
      shape = extentsWritten;
      return write;
    }
  }
}
