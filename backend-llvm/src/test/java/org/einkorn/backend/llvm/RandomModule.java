package org.einkorn.backend.llvm;

import static org.einkorn.backend.llvm.Samples.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Makes modules at random: nests of loops with blocks, guards, reductions, fetches and every type.
///
/// Functions whose results differ by rounding are left out, since a difference of one unit may grow
/// without bound in what follows; [OperationsTest] covers them.
final class RandomModule {
  private static final List<DType> STORED =
      List.of(
          DType.F64,
          DType.F32,
          DType.F16,
          DType.BF16,
          DType.F8E4M3,
          DType.F8E5M2,
          DType.I64,
          DType.I32,
          DType.I16,
          DType.I8,
          DType.U8,
          DType.I4,
          DType.BOOL);
  private static final List<DType> COMPUTE =
      List.of(DType.F64, DType.F32, DType.I64, DType.I32, DType.BOOL);
  private static final List<IndexExpr> EXTENTS = List.of(s("N"), s("M"), c(1), c(3), c(4), c(21));

  private final SplittableRandom random;
  private final List<Buffer> readable = new ArrayList<>();

  private RandomModule(SplittableRandom random) {
    this.random = random;
  }

  static Module of(SplittableRandom random) {
    return new RandomModule(random).make();
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /// Whether guards leave out elements of the nest that was made last.
  private boolean isPartial = false;

  private TensorType type(DType dtype, int rank) {
    List<IndexExpr> extents = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      extents.add(pick(EXTENTS));
    }
    return new TensorType(dtype, extents);
  }

  private Module make() {
    List<Signature.Input> inputs = new ArrayList<>();
    inputs.add(input("Nn", DType.F32, s("N")));
    inputs.add(input("Mm", DType.F64, s("M")));
    inputs.add(input("P", random.nextBoolean() ? DType.I32 : DType.I64, c(4)));
    for (int number = 0; number < 3; number++) {
      TensorType type = type(pick(STORED), random.nextInt(3));
      inputs.add(new Signature.Input(Signature.Role.INPUT, "A" + number, type, Optional.empty()));
    }
    inputs.forEach(
        input -> readable.add(new Buffer(input.name(), input.type(), Buffer.Scope.GLOBAL)));
    List<Buffer> buffers = new ArrayList<>();
    List<Function> functions = new ArrayList<>();
    for (int number = 0; number < 2; number++) {
      String name = (number == 0 ? "t" : "Y") + number;
      Buffer buffer = new Buffer(name, type(pick(STORED), random.nextInt(3)), Buffer.Scope.GLOBAL);
      Stmt nest = nest(buffer);
      if (isPartial) {
        functions.add(new Function("z" + number, fill(buffer)));
      }
      functions.add(new Function("f" + number, nest));
      buffers.add(buffer);
      readable.add(buffer);
    }
    return Samples.module(List.of("N", "M"), inputs, buffers, functions.toArray(Function[]::new));
  }

  /// Stores every element, so that what guards leave out has a value too.
  private Stmt fill(Buffer buffer) {
    List<IndexExpr> at = new ArrayList<>();
    for (int axis = 0; axis < buffer.type().rank(); axis++) {
      at.add(v("i" + axis));
    }
    DType stored = buffer.type().dtype();
    Stmt body = new Stmt.Store(buffer.name(), at, Scalar.cast(stored, constant(stored.compute())));
    for (int axis = at.size() - 1; axis >= 0; axis--) {
      body = loop(Stmt.LoopOrder.SERIAL, "i" + axis, buffer.type().extents().get(axis), body);
    }
    return body;
  }

  /// Loops over all elements of a buffer, and over up to two reduced axes.
  private Stmt nest(Buffer buffer) {
    List<Stmt.BlockIter> iters = new ArrayList<>();
    List<IndexExpr> written = new ArrayList<>();
    List<String> loops = new ArrayList<>();
    List<IndexExpr> extents = new ArrayList<>();
    for (IndexExpr extent : buffer.type().extents()) {
      String name = "i" + loops.size();
      iters.add(spatial("v" + name, extent, v(name)));
      written.add(v("v" + name));
      loops.add(name);
      extents.add(extent);
    }
    int reduced = random.nextInt(3);
    for (int axis = 0; axis < reduced; axis++) {
      String name = "k" + axis;
      IndexExpr extent = pick(EXTENTS);
      iters.add(reduce("v" + name, extent, v(name)));
      loops.add(name);
      extents.add(extent);
    }
    DType stored = buffer.type().dtype();
    DType compute = stored.compute();
    Scalar term = scalar(compute, iters, 4);
    Scalar old = Scalar.cast(compute, new Scalar.Read(buffer.name(), stored, written));
    Scalar value = reduced == 0 ? term : new Scalar.Binary(combine(compute), old, term);
    List<Guard> guards =
        random.nextInt(3) == 0 ? List.of(new Guard(index(iters, 2), pick(EXTENTS))) : List.of();
    isPartial = !guards.isEmpty();
    Optional<Stmt> init =
        reduced == 0
            ? Optional.empty()
            : Optional.of(
                new Stmt.Store(buffer.name(), written, Scalar.cast(stored, constant(compute))));
    Stmt body =
        block(
            iters,
            guards,
            init,
            new Stmt.Store(buffer.name(), written, Scalar.cast(stored, value)));
    for (int depth = loops.size() - 1; depth >= 0; depth--) {
      Stmt.LoopKind kind =
          switch (random.nextInt(6)) {
            case 0 -> Stmt.LoopOrder.UNROLLED;
            case 1 -> Stmt.LoopOrder.VECTORIZED;
            case 2 ->
                depth == 0 && !written.isEmpty() ? Stmt.LoopOrder.PARALLEL : Stmt.LoopOrder.SERIAL;
            default -> Stmt.LoopOrder.SERIAL;
          };
      body = loop(kind, loops.get(depth), extents.get(depth), body);
    }
    return body;
  }

  private BinaryOp combine(DType compute) {
    if (compute == DType.BOOL) {
      return pick(List.of(BinaryOp.OR, BinaryOp.AND, BinaryOp.XOR));
    }
    return pick(
        List.of(BinaryOp.ADD, BinaryOp.ADD, BinaryOp.MULTIPLY, BinaryOp.MAXIMUM, BinaryOp.MINIMUM));
  }

  private Scalar constant(DType compute) {
    return compute.isFloat()
        ? Scalar.Literal.of(compute, random.nextInt(-8, 9) / 4.0)
        : Scalar.Literal.of(
            compute, compute == DType.BOOL ? random.nextInt(2) : random.nextInt(-3, 6));
  }

  /// An expression of a compute type.
  private Scalar scalar(DType compute, List<Stmt.BlockIter> iters, int depth) {
    int choice = random.nextInt(depth > 0 ? 10 : 3);
    if (choice == 0) {
      return compute == DType.I64 && random.nextBoolean()
          ? new Scalar.Position(index(iters, 2))
          : constant(compute);
    }
    if (choice < 3) {
      return converted(compute, read(iters, depth));
    }
    if (choice == 3) {
      Scalar condition = scalar(DType.BOOL, iters, depth - 1);
      return new Scalar.Select(
          condition, scalar(compute, iters, depth - 1), scalar(compute, iters, depth - 1));
    }
    if (choice == 4) {
      return converted(compute, scalar(pick(COMPUTE), iters, depth - 1));
    }
    if (choice == 5 && compute.isFloat() && random.nextInt(3) == 0) {
      return new Scalar.MultiplyAdd(
          scalar(compute, iters, depth - 1),
          scalar(compute, iters, depth - 1),
          scalar(compute, iters, depth - 1));
    }
    if (choice == 5) {
      return unaryOf(compute, scalar(compute, iters, depth - 1));
    }
    return binaryOf(compute, iters, depth - 1);
  }

  /// Converts by way of a narrower type now and then.
  private Scalar converted(DType compute, Scalar operand) {
    Scalar value = operand;
    if (random.nextInt(4) == 0) {
      value = Scalar.cast(pick(STORED), value);
    }
    return Scalar.cast(compute, value);
  }

  private Scalar unaryOf(DType compute, Scalar operand) {
    if (compute == DType.BOOL) {
      return unary(UnaryOp.NOT, operand);
    }
    if (!compute.isFloat()) {
      return unary(pick(List.of(UnaryOp.NEGATE, UnaryOp.ABS, UnaryOp.SIGN)), operand);
    }
    return unary(
        pick(
            List.of(
                UnaryOp.NEGATE,
                UnaryOp.ABS,
                UnaryOp.SIGN,
                UnaryOp.FLOOR,
                UnaryOp.CEIL,
                UnaryOp.ROUND,
                UnaryOp.SQRT)),
        operand);
  }

  private Scalar binaryOf(DType compute, List<Stmt.BlockIter> iters, int depth) {
    if (compute == DType.BOOL) {
      BinaryOp op =
          pick(
              List.of(
                  BinaryOp.AND,
                  BinaryOp.OR,
                  BinaryOp.XOR,
                  BinaryOp.EQUAL,
                  BinaryOp.NOT_EQUAL,
                  BinaryOp.LESS,
                  BinaryOp.LESS_EQUAL));
      DType operand = DType.BOOL;
      if (op.isComparison()) {
        operand = pick(List.of(DType.F64, DType.F32, DType.I64, DType.I32));
      }
      return binary(op, scalar(operand, iters, depth), scalar(operand, iters, depth));
    }
    BinaryOp op =
        pick(
            List.of(
                BinaryOp.ADD,
                BinaryOp.SUBTRACT,
                BinaryOp.MULTIPLY,
                BinaryOp.MODULO,
                BinaryOp.MINIMUM,
                BinaryOp.MAXIMUM));
    if (compute.isFloat() && random.nextInt(5) == 0) {
      op = BinaryOp.DIVIDE;
    }
    return binary(op, scalar(compute, iters, depth), scalar(compute, iters, depth));
  }

  private Scalar read(List<Stmt.BlockIter> iters, int depth) {
    Buffer buffer = pick(readable);
    List<IndexExpr> indices = new ArrayList<>();
    for (IndexExpr extent : buffer.type().extents()) {
      indices.add(inside(buffer.name(), indices.size(), extent, iters, depth));
    }
    return new Scalar.Read(buffer.name(), buffer.type().dtype(), indices);
  }

  /// A position on an axis: one that fits, one that is made to fit, or one from data.
  private IndexExpr inside(
      String tensor, int axis, IndexExpr extent, List<Stmt.BlockIter> iters, int depth) {
    for (Stmt.BlockIter iter : iters) {
      if (iter.extent().equals(extent) && random.nextInt(3) > 0) {
        return v(iter.variable());
      }
    }
    if (depth > 1 && random.nextInt(4) == 0) {
      DType type = readable.get(2).type().dtype();
      IndexExpr position = inside("P", 0, c(4), iters, depth - 2);
      return new IndexExpr.Fetch(
          tensor, axis, extent, new Scalar.Read("P", type, List.of(position)));
    }
    return index(iters, 2).floorMod(extent);
  }

  private IndexExpr index(List<Stmt.BlockIter> iters, int depth) {
    if (depth == 0 || random.nextInt(3) == 0) {
      return iters.isEmpty() || random.nextInt(4) == 0
          ? c(random.nextInt(-2, 5))
          : v(pick(iters).variable());
    }
    IndexExpr left = index(iters, depth - 1);
    IndexExpr right = index(iters, depth - 1);
    return switch (random.nextInt(6)) {
      case 0 -> left.times(random.nextInt(-2, 4));
      case 1 -> left.floorDiv(c(random.nextInt(1, 5)));
      case 2 -> left.floorMod(pick(EXTENTS));
      case 3 -> left.min(right);
      case 4 -> left.max(right);
      default -> left.plus(right);
    };
  }
}
