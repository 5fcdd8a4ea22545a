package org.einkorn.ir.eval;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Integers;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelTrap;

/// Evaluates expressions at one point: the meaning of every scalar operation.
///
/// Floats travel as `double`, rounded to their type after each operation; integers and Booleans as
/// `long`; complex numbers as [Complex]. Which of [#real], [#integer] and [#complex] applies
/// follows from the type of the expression.
final class ScalarEvaluator {
  private final Map<String, Long> names = new HashMap<>();
  private final Map<String, Memory> memories = new HashMap<>();
  private final List<IndexExpr.Fetch> fetches;

  /// @param fetches the fetches of the function, in text order: the sites of traps
  ScalarEvaluator(List<IndexExpr.Fetch> fetches) {
    this.fetches = List.copyOf(fetches);
  }

  void bind(String name, long value) {
    names.put(name, value);
  }

  void bind(String tensor, Memory memory) {
    memories.put(tensor, memory);
  }

  Memory memory(String tensor) {
    Memory memory = memories.get(tensor);
    if (memory == null) {
      throw new IllegalStateException("`" + tensor + "` has no memory");
    }
    return memory;
  }

  long index(IndexExpr expr) {
    return IndexEvaluator.evaluate(expr, this::name, this::fetch);
  }

  /// Runs `body` for each point of a box, in row-major order, with its axes bound.
  void forEachPoint(List<Axis> axes, Runnable body) {
    if (axes.isEmpty()) {
      body.run();
      return;
    }
    Axis axis = axes.getFirst();
    long extent = index(axis.extent());
    for (long value = 0; value < extent; value++) {
      bind(axis.name(), value);
      forEachPoint(axes.subList(1, axes.size()), body);
    }
  }

  /// Whether no guard leaves the point out.
  boolean holds(List<Guard> guards) {
    for (Guard guard : guards) {
      long value = index(guard.index());
      if (value < 0 || value >= index(guard.extent())) {
        return false;
      }
    }
    return true;
  }

  private long name(String name) {
    Long value = names.get(name);
    if (value == null) {
      throw new IllegalStateException("`" + name + "` has no value here");
    }
    return value;
  }

  private long fetch(IndexExpr.Fetch fetch) {
    long value = integer(fetch.source());
    return KernelTrap.requirePosition(value, index(fetch.extent()), fetches.indexOf(fetch));
  }

  /// The value of an expression of a float type.
  double real(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal literal -> literal.doubleValue();
      case Scalar.Read read -> {
        Memory memory = memory(read.tensor());
        yield memory.real(memory.number(read.indices(), this));
      }
      case Scalar.Position _, Scalar.Dot _ ->
          throw new IllegalStateException("`real` of an integer");
      case Scalar.Unary(UnaryOp op, Scalar operand) when operand.type().isComplex() ->
          realOf(op, operand.type(), complex(operand));
      case Scalar.Unary(UnaryOp op, Scalar operand) ->
          Arithmetic.round(scalar.type(), Arithmetic.apply(op, real(operand)));
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) ->
          Arithmetic.round(scalar.type(), Arithmetic.apply(op, real(left), real(right)));
      case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) ->
          Arithmetic.multiplyAdd(scalar.type(), real(left), real(right), real(addend));
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          real(integer(condition) != 0 ? then : otherwise);
      case Scalar.Cast(DType type, Scalar operand) ->
          operand.type().isFloat()
              ? Arithmetic.round(type, real(operand))
              : Arithmetic.round(type, integer(operand));
    };
  }

  private static double realOf(UnaryOp op, DType type, Complex value) {
    return switch (op) {
      case RE -> value.re();
      case IM -> value.im();
      case ABS -> Complex.abs(type, value);
      case NEGATE,
          SIGN,
          FLOOR,
          CEIL,
          ROUND,
          SQRT,
          EXP,
          LOG,
          SIN,
          COS,
          TAN,
          TANH,
          ERF,
          CONJ,
          NOT,
          STOP,
          MIX ->
          throw new IllegalStateException("`" + op.text() + "` of a complex number gives no float");
    };
  }

  /// The value of an expression of a complex type.
  Complex complex(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal _, Scalar.Position _, Scalar.MultiplyAdd _, Scalar.Dot _ ->
          throw new IllegalStateException(scalar.type() + " is not complex");
      case Scalar.Read read -> {
        Memory memory = memory(read.tensor());
        yield memory.complex(memory.number(read.indices(), this));
      }
      case Scalar.Unary(UnaryOp op, Scalar operand) ->
          Complex.apply(op, scalar.type(), complex(operand));
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) when op == BinaryOp.COMPLEX ->
          new Complex(real(left), real(right));
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) ->
          Complex.apply(op, scalar.type(), complex(left), complex(right));
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          complex(integer(condition) != 0 ? then : otherwise);
      case Scalar.Cast(DType type, Scalar operand) ->
          operand.type().isComplex()
              ? complex(operand).rounded(type)
              : new Complex(
                  operand.type().isFloat()
                      ? Arithmetic.round(type.part(), real(operand))
                      : Arithmetic.round(type.part(), integer(operand)),
                  0);
    };
  }

  /// The value of an expression of an integer type or `bool`.
  long integer(Scalar scalar) {
    return switch (scalar) {
      case Scalar.MultiplyAdd _ -> throw new IllegalStateException("fma gives a float");
      case Scalar.Literal literal -> literal.longValue();
      case Scalar.Read read -> {
        Memory memory = memory(read.tensor());
        yield memory.integer(memory.number(read.indices(), this));
      }
      case Scalar.Position(IndexExpr index) -> index(index);
      case Scalar.Unary(UnaryOp op, Scalar operand) ->
          Arithmetic.require(scalar.type(), Arithmetic.apply(op, integer(operand)));
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) -> {
        if (op.isComparison()) {
          yield compare(op, left, right) ? 1 : 0;
        }
        yield Arithmetic.require(
            scalar.type(), Arithmetic.apply(op, integer(left), integer(right)));
      }
      case Scalar.Dot(List<Scalar> lefts, List<Scalar> rights, Scalar addend) -> {
        long sum = integer(addend);
        for (int product = 0; product < lefts.size(); product++) {
          long left = integer(lefts.get(product));
          sum = Arithmetic.require(DType.I32, sum + left * integer(rights.get(product)));
        }
        yield sum;
      }
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          integer(integer(condition) != 0 ? then : otherwise);
      case Scalar.Cast(DType type, Scalar operand) -> castToInteger(type, operand);
    };
  }

  private boolean compare(BinaryOp op, Scalar left, Scalar right) {
    if (left.type().isComplex()) {
      return op.holds(false, complex(left).isEqual(complex(right)));
    }
    if (left.type().isFloat()) {
      double x = real(left);
      double y = real(right);
      return op.holds(x < y, x == y);
    }
    return Integers.apply(op, integer(left), integer(right)) != 0;
  }

  private long castToInteger(DType type, Scalar operand) {
    if (type == DType.BOOL) {
      boolean isTrue =
          operand.type().isComplex()
              ? !complex(operand).isZero()
              : operand.type().isFloat() ? real(operand) != 0 : integer(operand) != 0;
      return isTrue ? 1 : 0;
    }
    return operand.type().isFloat()
        ? Arithmetic.truncate(type, real(operand))
        : Arithmetic.require(type, integer(operand));
  }
}
