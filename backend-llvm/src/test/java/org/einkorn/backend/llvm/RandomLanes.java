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
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Makes nests at random as schedules make them: local arrays around and inside of vectorized loops
/// `j < E`, with unrolled and serial loops around and inside, elements side by side, apart, and the
/// same for all lanes, of every type.
final class RandomLanes {
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
      List.of(DType.F64, DType.F32, DType.F32, DType.I64, DType.I32, DType.BOOL);
  private static final int ROWS = 3;
  private static final IndexExpr LANE = v("j");
  private static final IndexExpr ROW = v("r");

  private final SplittableRandom random;
  private final IndexExpr extent;
  private final List<Buffer> inputs = new ArrayList<>();

  /// Local arrays in scope: those that lanes share have an axis for them.
  private final List<Buffer> locals = new ArrayList<>();

  private RandomLanes(SplittableRandom random) {
    this.random = random;
    this.extent =
        random.nextInt(3) == 0
            ? s("N")
            : c(pick(List.of(0, 1, 2, 5, 8, 16, 20, 32, 35, 64, 100, 300)));
  }

  static Module of(SplittableRandom random) {
    return new RandomLanes(random).make();
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private Buffer declared(String name, Buffer.Scope scope, IndexExpr... extents) {
    return new Buffer(name, new TensorType(pick(STORED), List.of(extents)), scope);
  }

  private Module make() {
    inputs.add(declared("A", Buffer.Scope.GLOBAL, c(ROWS), extent.plus(2)));
    inputs.add(declared("B", Buffer.Scope.GLOBAL, extent.times(2).plus(1)));
    inputs.add(declared("D", Buffer.Scope.GLOBAL, extent, c(ROWS)));
    inputs.add(declared("S", Buffer.Scope.GLOBAL, c(ROWS)));
    inputs.add(declared("Z", Buffer.Scope.GLOBAL, s("N")));
    Buffer result = declared("Y", Buffer.Scope.GLOBAL, c(ROWS), extent);
    return module(
        List.of("N"),
        inputs.stream()
            .map(
                each ->
                    input(
                        each.name(),
                        each.type().dtype(),
                        each.type().extents().toArray(IndexExpr[]::new)))
            .toList(),
        List.of(result),
        new Function("f", rows(result)));
  }

  private Stmt.LoopKind serialOr(Stmt.LoopKind kind) {
    return random.nextBoolean() ? kind : Stmt.LoopOrder.SERIAL;
  }

  private Stmt rows(Buffer result) {
    Stmt.LoopKind kind = pick(List.of(Stmt.LoopOrder.PARALLEL, serialOr(Stmt.LoopOrder.UNROLLED)));
    Stmt body;
    if (extent instanceof IndexExpr.Constant && random.nextBoolean()) {
      // acc[u, j] with everything stored first, then combined, then read.
      Buffer shared = declared("acc", Buffer.Scope.LOCAL, c(ROWS), extent);
      Stmt first = each("u", stored(shared, v("u"), LANE));
      locals.add(shared);
      Stmt combined = loop("k", c(random.nextInt(0, 4)), each("u", updated(shared, v("u"), LANE)));
      body = new Stmt.Sequence(List.of(first, combined, lanes(stores(result))));
      locals.remove(shared);
      body = new Stmt.Allocate(shared, body);
    } else {
      body = lanes(stores(result));
    }
    return loop(kind, "r", c(ROWS), body);
  }

  private Stmt lanes(Stmt body) {
    return loop(Stmt.LoopOrder.VECTORIZED, "j", extent, body);
  }

  /// Unrolled rows around lanes, or the other way round.
  private Stmt each(String row, Stmt body) {
    Stmt.LoopKind kind = serialOr(Stmt.LoopOrder.UNROLLED);
    return random.nextBoolean()
        ? loop(kind, row, c(ROWS), lanes(body))
        : lanes(loop(kind, row, c(ROWS), body));
  }

  private Stmt stores(Buffer result) {
    return switch (random.nextInt(4)) {
      case 0 -> {
        // An array for each lane.
        Buffer own = declared("own", Buffer.Scope.LOCAL, c(2));
        Stmt filled = loop(serialOr(Stmt.LoopOrder.UNROLLED), "u", c(2), stored(own, v("u")));
        locals.add(own);
        Stmt body = new Stmt.Sequence(List.of(filled, finish(result)));
        locals.remove(own);
        yield new Stmt.Allocate(own, body);
      }
      case 1 -> {
        Buffer sum =
            new Buffer("sum", new TensorType(pick(STORED), List.of()), Buffer.Scope.REGISTER);
        Stmt filled = stored(sum);
        locals.add(sum);
        Stmt combined =
            loop(serialOr(Stmt.LoopOrder.UNROLLED), "k", c(random.nextInt(0, 4)), updated(sum));
        Stmt body = new Stmt.Sequence(List.of(filled, combined, finish(result)));
        locals.remove(sum);
        yield new Stmt.Allocate(sum, body);
      }
      default -> finish(result);
    };
  }

  /// Stores the result and may combine it once more, in a block or not, where a condition holds.
  private Stmt finish(Buffer result) {
    Stmt stored = stored(result, ROW, LANE);
    Stmt more = updated(result, ROW, LANE);
    return switch (random.nextInt(5)) {
      case 0 -> new Stmt.Sequence(List.of(stored, more));
      case 1 ->
          new Stmt.Sequence(
              List.of(
                  stored,
                  block(
                      List.of(spatial("vr", c(ROWS), ROW), spatial("vj", extent, LANE)),
                      List.of(guard()),
                      Optional.empty(),
                      updated(result, v("vr"), v("vj")))));
      case 2 -> new Stmt.Sequence(List.of(stored, new Stmt.If(List.of(guard()), more)));
      case 3 -> new Stmt.Sequence(List.of(stored, new Stmt.When(scalar(DType.BOOL, 2), more)));
      default -> stored;
    };
  }

  private Guard guard() {
    return random.nextBoolean()
        ? new Guard(ROW.plus(random.nextInt(-2, 2)), c(random.nextInt(1, 4)))
        : new Guard(LANE.plus(random.nextInt(-4, 3)), extent.plus(random.nextInt(-3, 1)).max(c(1)));
  }

  private Stmt stored(Buffer buffer, IndexExpr... at) {
    DType type = buffer.type().dtype();
    return store(buffer.name(), Scalar.cast(type, scalar(type.compute(), 3)), at);
  }

  private Stmt updated(Buffer buffer, IndexExpr... at) {
    DType type = buffer.type().dtype();
    DType compute = type.compute();
    Scalar old = Scalar.cast(compute, read(buffer.name(), type, at));
    Scalar value =
        compute.isFloat()
            ? random.nextBoolean()
                ? new Scalar.MultiplyAdd(scalar(compute, 1), scalar(compute, 1), old)
                : binary(BinaryOp.ADD, old, scalar(compute, 2))
            : binary(
                compute == DType.BOOL ? BinaryOp.XOR : BinaryOp.MAXIMUM, old, scalar(compute, 2));
    return store(buffer.name(), Scalar.cast(type, value), at);
  }

  private Scalar scalar(DType type, int depth) {
    int choice = random.nextInt(depth > 0 ? 10 : 4);
    if (choice == 0) {
      return type == DType.I64
          ? new Scalar.Position(pick(List.of(LANE, LANE.floorMod(c(3)), ROW.plus(LANE))))
          : constant(type);
    }
    if (choice < 4) {
      Scalar read = anyRead();
      return Scalar.cast(type, random.nextInt(6) == 0 ? Scalar.cast(pick(STORED), read) : read);
    }
    if (choice == 4) {
      return new Scalar.Select(
          scalar(DType.BOOL, depth - 1), scalar(type, depth - 1), scalar(type, depth - 1));
    }
    if (choice == 5) {
      return Scalar.cast(type, scalar(pick(COMPUTE), depth - 1));
    }
    if (choice == 6) {
      return unary(
          type == DType.BOOL
              ? UnaryOp.NOT
              : type.isFloat()
                  ? pick(List.of(UnaryOp.NEGATE, UnaryOp.ABS, UnaryOp.FLOOR, UnaryOp.SQRT))
                  : pick(List.of(UnaryOp.NEGATE, UnaryOp.ABS, UnaryOp.SIGN)),
          scalar(type, depth - 1));
    }
    if (type == DType.BOOL) {
      BinaryOp op = pick(List.of(BinaryOp.AND, BinaryOp.OR, BinaryOp.LESS, BinaryOp.EQUAL));
      DType operands = op.isComparison() ? pick(COMPUTE.subList(0, 5)) : DType.BOOL;
      return binary(op, scalar(operands, depth - 1), scalar(operands, depth - 1));
    }
    List<BinaryOp> operations =
        List.of(
            BinaryOp.ADD, BinaryOp.SUBTRACT, BinaryOp.MULTIPLY, BinaryOp.MINIMUM, BinaryOp.MAXIMUM);
    return binary(pick(operations), scalar(type, depth - 1), scalar(type, depth - 1));
  }

  private Scalar constant(DType type) {
    return type.isFloat()
        ? literal(type, random.nextInt(-8, 9) / 4.0)
        : literal(type, type == DType.BOOL ? random.nextInt(2) : random.nextInt(-3, 4));
  }

  private Scalar anyRead() {
    if (!locals.isEmpty() && random.nextBoolean()) {
      Buffer local = pick(locals);
      List<IndexExpr> at =
          switch (local.type().rank()) {
            case 0 -> List.of();
            case 1 -> List.of(c(random.nextInt(2)));
            default -> List.of(c(random.nextInt(ROWS)), LANE);
          };
      return new Scalar.Read(local.name(), local.type().dtype(), at);
    }
    Buffer buffer = pick(inputs.subList(0, 4));
    IndexExpr[] at =
        switch (buffer.name()) {
          case "A" -> new IndexExpr[] {row(), LANE.plus(random.nextInt(3))};
          case "B" ->
              new IndexExpr[] {
                pick(
                    List.of(
                        LANE,
                        LANE.plus(extent),
                        LANE.times(2).plus(1),
                        extent.minus(LANE),
                        LANE.floorDiv(c(2)),
                        ROW.min(extent)))
              };
          case "D" -> new IndexExpr[] {LANE, row()};
          default -> new IndexExpr[] {row()};
        };
    return read(buffer.name(), buffer.type().dtype(), at);
  }

  private IndexExpr row() {
    return random.nextBoolean() ? ROW : c(random.nextInt(ROWS));
  }
}
