package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;

/// Makes random modules that read only elements that are there. They may trap.
final class RandomModule {
  private static final List<DType> STORAGE =
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
  private static final List<String> SYMBOLS = List.of("M", "N");

  private final Random random;
  private final List<Buffer> inputs = new ArrayList<>();
  private final List<Buffer> outputs = new ArrayList<>();
  private final List<Buffer> registers = new ArrayList<>();
  private final List<Buffer> arrays = new ArrayList<>();
  private final List<String> variables = new ArrayList<>();
  private int names;

  private RandomModule(Random random) {
    this.random = random;
  }

  /// A module over the symbols `M` and `N`, both of them at least 1.
  static Module next(Random random) {
    return new RandomModule(random).make();
  }

  private Module make() {
    inputs.add(Ir.tensor("X0", pick(STORAGE), Ir.size("M"), Ir.size("N")));
    for (int number = 1; number < 4; number++) {
      inputs.add(Ir.tensor("X" + number, pick(STORAGE), extents()));
    }
    for (int number = 0; number < 2; number++) {
      outputs.add(Ir.tensor("Y" + number, pick(STORAGE), extents()));
    }
    Stmt body = statement(4);
    if (random.nextInt(3) == 0) {
      // One round does it all: two would store to the same elements.
      Guard isFirst = new Guard(IndexExpr.variable("p"), Ir.num(1));
      body = Ir.parallel("p", extent(), new Stmt.If(List.of(isFirst), body));
    }
    return Ir.module(
        SYMBOLS,
        inputs,
        outputs,
        Ir.function("f'1.a", body),
        Ir.function("g", Ir.loop(name("q"), extent(), statement(2))));
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  private String name(String prefix) {
    return prefix + names++;
  }

  private IndexExpr[] extents() {
    IndexExpr[] extents = new IndexExpr[random.nextInt(3)];
    for (int axis = 0; axis < extents.length; axis++) {
      extents[axis] = extent();
    }
    return extents;
  }

  /// At least 1.
  private IndexExpr extent() {
    return switch (random.nextInt(5)) {
      case 0 -> Ir.size("M");
      case 1 -> Ir.size("N");
      case 2 -> Ir.size("M").plus(Ir.size("N"));
      default -> Ir.num(1 + random.nextInt(4));
    };
  }

  private Stmt statement(int depth) {
    if (depth == 0) {
      return store();
    }
    return switch (random.nextInt(10)) {
      case 0, 1 -> {
        String variable = name("i");
        IndexExpr extent = loopExtent();
        yield Ir.loop(variable, extent, within(variable, depth - 1));
      }
      case 8 -> {
        String variable = name("u");
        IndexExpr extent = random.nextInt(3) == 0 ? loopExtent() : Ir.num(random.nextInt(5));
        yield Ir.unrolled(variable, extent, within(variable, depth - 1));
      }
      case 9 -> array(depth - 1);
      case 2 -> block(depth - 1);
      case 3 -> {
        List<Stmt> statements = new ArrayList<>();
        for (int count = random.nextInt(3); count >= 0; count--) {
          statements.add(statement(depth - 1));
        }
        yield new Stmt.Sequence(statements);
      }
      case 4 -> {
        Buffer register = Ir.register(name("r"), pick(COMPUTE));
        Stmt first = Ir.store(register, scalar(register.type().dtype(), 1));
        registers.add(register);
        Stmt rest = statement(depth - 1);
        registers.remove(register);
        yield new Stmt.Allocate(register, Ir.sequence(first, rest));
      }
      case 5 -> new Stmt.If(guards(), statement(depth - 1));
      case 6 -> new Stmt.When(scalar(DType.BOOL, 1), statement(depth - 1));
      default -> store();
    };
  }

  /// An array, each element stored before anything else.
  private Stmt array(int depth) {
    long[] extents = new long[random.nextInt(3)];
    for (int axis = 0; axis < extents.length; axis++) {
      extents[axis] = 1L + random.nextInt(4);
    }
    Buffer array = Ir.local(name("a"), pick(STORAGE), extents);
    List<String> axes = new ArrayList<>();
    for (int axis = 0; axis < extents.length; axis++) {
      axes.add(name("e"));
    }
    variables.addAll(axes);
    Stmt first =
        Ir.store(
            array,
            scalar(array.type().dtype(), 1),
            axes.stream().map(Ir::at).toArray(IndexExpr[]::new));
    variables.removeAll(axes);
    for (int axis = extents.length - 1; axis >= 0; axis--) {
      IndexExpr extent = Ir.num(extents[axis]);
      first =
          random.nextBoolean()
              ? Ir.loop(axes.get(axis), extent, first)
              : Ir.unrolled(axes.get(axis), extent, first);
    }
    arrays.add(array);
    Stmt rest = statement(depth);
    arrays.remove(array);
    return new Stmt.Allocate(array, Ir.sequence(first, rest));
  }

  private IndexExpr loopExtent() {
    return switch (random.nextInt(6)) {
      case 0 -> Ir.num(0);
      case 1 -> index(1).min(Ir.num(3));
      case 2 -> Ir.size("M").minus(Ir.size("N"));
      default -> extent();
    };
  }

  private Stmt within(String variable, int depth) {
    variables.add(variable);
    Stmt body = statement(depth);
    variables.removeLast();
    return body;
  }

  private Stmt block(int depth) {
    List<Stmt.BlockIter> iters = new ArrayList<>();
    int before = variables.size();
    for (int count = random.nextInt(3); count > 0; count--) {
      IndexExpr extent = extent();
      Stmt.IterKind kind = random.nextBoolean() ? Stmt.IterKind.REDUCE : Stmt.IterKind.SPATIAL;
      iters.add(new Stmt.BlockIter(kind, name("b"), extent, position(extent)));
    }
    iters.forEach(iter -> variables.add(iter.variable()));
    List<Guard> guards = random.nextBoolean() ? guards() : List.of();
    Optional<Stmt> init = random.nextBoolean() ? Optional.of(store()) : Optional.empty();
    Stmt body = statement(depth);
    while (variables.size() > before) {
      variables.removeLast();
    }
    return Ir.block(iters, guards, init, body);
  }

  private List<Guard> guards() {
    List<Guard> guards = new ArrayList<>();
    for (int count = random.nextInt(2); count >= 0; count--) {
      guards.add(new Guard(index(2), extent()));
    }
    return guards;
  }

  private Stmt store() {
    if (!registers.isEmpty() && random.nextInt(3) == 0) {
      Buffer register = pick(registers);
      return Ir.store(register, scalar(register.type().dtype(), 3));
    }
    Buffer output = !arrays.isEmpty() && random.nextBoolean() ? pick(arrays) : pick(outputs);
    return Ir.store(output, scalar(output.type().dtype(), 4), positions(output));
  }

  private IndexExpr[] positions(Buffer buffer) {
    return buffer.type().extents().stream().map(this::position).toArray(IndexExpr[]::new);
  }

  /// In `0 … extent − 1`.
  private IndexExpr position(IndexExpr extent) {
    return index(2).floorMod(extent);
  }

  /// Any small number.
  private IndexExpr index(int depth) {
    if (depth == 0 || random.nextInt(3) == 0) {
      return switch (random.nextInt(4)) {
        case 0 -> Ir.num(random.nextInt(7) - 3);
        case 1 -> Ir.size(pick(SYMBOLS));
        default -> variables.isEmpty() ? Ir.num(1) : Ir.at(pick(variables));
      };
    }
    return switch (random.nextInt(9)) {
      case 0, 1, 2 -> index(depth - 1).plus(index(depth - 1));
      case 3 -> index(depth - 1).times(index(depth - 1));
      case 4 -> index(depth - 1).floorDiv(divisor());
      case 5 -> index(depth - 1).floorMod(divisor());
      case 6 -> index(depth - 1).min(index(depth - 1));
      case 7 -> index(depth - 1).max(index(depth - 1));
      default -> {
        DType type = random.nextBoolean() ? DType.I64 : DType.I32;
        Scalar source = Scalar.cast(type, new Scalar.Position(index(depth - 1)));
        if (random.nextInt(3) == 0) {
          source = scalar(type, 1);
        }
        yield new IndexExpr.Fetch("X0", 0, Ir.size("M").plus(8), source);
      }
    };
  }

  private IndexExpr divisor() {
    return random.nextInt(3) == 0 ? Ir.size(pick(SYMBOLS)) : Ir.num(1 + random.nextInt(4));
  }

  private Scalar scalar(DType type, int depth) {
    if (!type.isCompute()) {
      return switch (random.nextInt(4)) {
        case 0 -> {
          for (Buffer input : inputs) {
            if (input.type().dtype() == type) {
              yield Ir.read(input, positions(input));
            }
          }
          yield new Scalar.Cast(type, scalar(pick(COMPUTE), depth));
        }
        case 1 -> new Scalar.Cast(type, scalar(pick(COMPUTE), depth));
        default -> new Scalar.Cast(type, scalar(type.compute(), depth));
      };
    }
    if (depth == 0) {
      return leaf(type);
    }
    return switch (random.nextInt(8)) {
      case 0 -> leaf(type);
      case 1 ->
          new Scalar.Select(
              scalar(DType.BOOL, depth - 1), scalar(type, depth - 1), scalar(type, depth - 1));
      case 2 -> new Scalar.Cast(type, scalar(pick(COMPUTE), depth - 1));
      case 5 ->
          type == DType.F32 || type == DType.F64
              ? Ir.fma(scalar(type, depth - 1), scalar(type, depth - 1), scalar(type, depth - 1))
              : binary(type, depth - 1);
      case 3, 4 -> {
        List<UnaryOp> operations = new ArrayList<>(List.of(UnaryOp.values()));
        operations.removeIf(op -> !op.domain().contains(type));
        yield new Scalar.Unary(pick(operations), scalar(type, depth - 1));
      }
      default -> binary(type, depth - 1);
    };
  }

  private Scalar binary(DType type, int depth) {
    DType operands = type == DType.BOOL ? pick(COMPUTE) : type;
    List<BinaryOp> operations = new ArrayList<>(List.of(BinaryOp.values()));
    operations.removeIf(op -> !op.domain().contains(operands) || op.result(operands) != type);
    if (operations.isEmpty()) {
      return leaf(type);
    }
    return new Scalar.Binary(pick(operations), scalar(operands, depth), scalar(operands, depth));
  }

  private Scalar leaf(DType type) {
    List<Buffer> readable = new ArrayList<>(inputs);
    readable.addAll(registers);
    readable.addAll(arrays);
    readable.addAll(arrays);
    if (type == DType.I64 && random.nextInt(4) == 0) {
      return new Scalar.Position(index(1));
    }
    if (random.nextInt(4) == 0) {
      return Ir.constant(type, type == DType.BOOL ? random.nextInt(2) : literal());
    }
    Buffer buffer = pick(readable);
    return Scalar.cast(type, Ir.read(buffer, positions(buffer)));
  }

  private Number literal() {
    double[] values = {0, 1, -1, 2, 0.5, -3, 7};
    return values[random.nextInt(values.length)];
  }
}
