package org.einkorn.backend.llvm;

import java.util.List;
import org.einkorn.backend.llvm.binding.BasicBlock;
import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Comparison;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.integer.IntegerRange;
import org.einkorn.runtime.DType;

/// Writes the value of positions and scalars.
final class ExpressionLowering {
  private final Code code;
  private final Builder builder;
  private final IntegerOps integers;
  private final FloatOps floats;
  private final Casts casts;
  private final List<IndexExpr.Fetch> fetches;
  private final Value status;
  private final boolean wraps;

  /// @param fetches the fetches of the function in text order: the sites of traps
  /// @param status where a trap says what was wrong
  ExpressionLowering(Code code, List<IndexExpr.Fetch> fetches, Value status) {
    this(code, fetches, status, false);
  }

  private ExpressionLowering(
      Code code, List<IndexExpr.Fetch> fetches, Value status, boolean wraps) {
    this.code = code;
    this.wraps = wraps;
    this.builder = code.builder;
    this.integers = new IntegerOps(code);
    this.floats = new FloatOps(code);
    this.casts = new Casts(code);
    this.fetches = List.copyOf(fetches);
    this.status = status;
  }

  /// The same for other code, with positions of as many lanes as that has.
  ExpressionLowering of(Code other) {
    return new ExpressionLowering(other, fetches, status, wraps);
  }

  /// The same for positions that need not be inside of anything: sums and products of any size are
  /// numbers of 64 bits.
  ExpressionLowering wrapping() {
    return new ExpressionLowering(code, fetches, status, true);
  }

  /// A position or extent, in 64 bits.
  Value index(IndexExpr expr, Scope scope) {
    return switch (expr) {
      case IndexExpr.Constant(long value) -> code.i64(value);
      case IndexExpr.Variable(String name) -> scope.number(name);
      case IndexExpr.Symbol(String name) -> scope.number(name);
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) ->
          sum(index(left, scope), index(right, scope));
      case IndexExpr.Product(IndexExpr left, IndexExpr right) ->
          product(index(left, scope), index(right, scope));
      case IndexExpr.FloorDiv(IndexExpr dividend, IndexExpr divisor) ->
          floorDiv(index(dividend, scope), divisor, scope);
      case IndexExpr.FloorMod(IndexExpr dividend, IndexExpr divisor) ->
          floorMod(index(dividend, scope), divisor, scope);
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) ->
          code.intrinsic("llvm.smin", code.i64, index(left, scope), index(right, scope));
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) ->
          code.intrinsic("llvm.smax", code.i64, index(left, scope), index(right, scope));
      case IndexExpr.Fetch fetch -> fetch(fetch, scope);
    };
  }

  private Value sum(Value left, Value right) {
    return wraps ? builder.add(left, right) : builder.addIndex(left, right);
  }

  private Value product(Value left, Value right) {
    return wraps ? builder.multiply(left, right) : builder.multiplyIndex(left, right);
  }

  private Value floorDiv(Value dividend, IndexExpr divisor, Scope scope) {
    if (divisor instanceof IndexExpr.Constant(long number) && Long.bitCount(number) == 1) {
      return builder.shiftRightSigned(dividend, code.i64(Long.numberOfTrailingZeros(number)));
    }
    Value positive = positive(divisor, scope);
    Value quotient = builder.divide(dividend, positive);
    Value isBelow =
        builder.compare(Comparison.LESS, builder.remainder(dividend, positive), code.i64(0));
    return builder.subtract(quotient, builder.extendUnsigned(isBelow, code.i64));
  }

  private Value floorMod(Value dividend, IndexExpr divisor, Scope scope) {
    if (divisor instanceof IndexExpr.Constant(long number) && Long.bitCount(number) == 1) {
      return builder.and(dividend, code.i64(number - 1));
    }
    Value positive = positive(divisor, scope);
    Value remainder = builder.remainder(dividend, positive);
    Value isBelow = builder.compare(Comparison.LESS, remainder, code.i64(0));
    return builder.select(isBelow, builder.add(remainder, positive), remainder);
  }

  /// A divisor. A size of 0 becomes 1: over an empty axis nothing is computed, but a bound that is
  /// worked out before the loop must not make the CPU fault.
  private Value positive(IndexExpr divisor, Scope scope) {
    Value value = index(divisor, scope);
    return divisor instanceof IndexExpr.Constant
        ? value
        : code.intrinsic("llvm.smax", code.i64, value, code.i64(1));
  }

  private Value fetch(IndexExpr.Fetch fetch, Scope scope) {
    Value source = scalar(fetch.source(), scope);
    Value position = casts.cast(source, fetch.source().type(), DType.I64);
    Value extent = index(fetch.extent(), scope);
    code.trapUnlessInside(status, fetches.indexOf(fetch), position, extent);
    return position;
  }

  /// The row-major number of an element.
  Value number(Scope.Place place, List<IndexExpr> indices, Scope scope) {
    if (indices.size() != place.extents().size()) {
      throw new IllegalStateException(
          indices.size() + " positions for " + place.extents().size() + " axes");
    }
    Value number = code.i64(0);
    for (int axis = 0; axis < indices.size(); axis++) {
      Value position = index(indices.get(axis), scope);
      number = axis == 0 ? position : sum(product(number, place.extents().get(axis)), position);
    }
    return number;
  }

  /// A value, as it lies in a register.
  Value scalar(Scalar scalar, Scope scope) {
    return switch (scalar) {
      case Scalar.Literal literal -> literal(literal);
      case Scalar.Read(String tensor, DType type, List<IndexExpr> indices) -> {
        Scope.Place place = scope.place(tensor);
        if (place.type() != type) {
          throw new IllegalStateException(
              "`" + tensor + "` is read as " + type + ", but is " + place.type());
        }
        yield code.load(type, place.address(), number(place, indices, scope));
      }
      case Scalar.Position(IndexExpr index) -> index(index, scope);
      case Scalar.Unary(UnaryOp op, Scalar operand) -> {
        Value value = scalar(operand, scope);
        yield operand.type().isFloat()
            ? floats.unary(op, operand.type(), value)
            : integers.unary(op, operand.type(), value, range(operand, scope));
      }
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) -> {
        Value first = scalar(left, scope);
        Value second = scalar(right, scope);
        yield left.type().isFloat()
            ? floats.binary(op, left.type(), first, second)
            : integers.binary(
                op, left.type(), first, second, range(left, scope), range(right, scope));
      }
      case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) ->
          floats.multiplyAdd(
              scalar.type(), scalar(left, scope), scalar(right, scope), scalar(addend, scope));
      case Scalar.Dot dot -> scalar(dot.sums(), scope);
      case Scalar.Select select -> select(select, scope);
      case Scalar.Cast(DType type, Scalar operand) ->
          operand.type().isFloat()
              ? casts.cast(scalar(operand, scope), operand.type(), type)
              : casts.cast(scalar(operand, scope), operand.type(), type, range(operand, scope));
    };
  }

  private static IntegerRange range(Scalar scalar, Scope scope) {
    return IntegerRange.of(scalar, scope::elements);
  }

  private Value literal(Scalar.Literal literal) {
    return literal.type().isFloat()
        ? code.context.constant(code.register(literal.type()), literal.doubleValue())
        : code.context.constant(code.register(literal.type()), literal.longValue());
  }

  /// Evaluates the chosen side only; where both are harmless LLVM makes one instruction of it.
  private Value select(Scalar.Select select, Scope scope) {
    Value condition = scalar(select.condition(), scope);
    BasicBlock then = code.block("then");
    BasicBlock otherwise = code.block("else");
    BasicBlock joined = code.block("joined");
    builder.branch(condition, then, otherwise);
    code.begin(then);
    Value first = scalar(select.then(), scope);
    BasicBlock afterThen = builder.block();
    builder.jump(joined);
    code.begin(otherwise);
    Value second = scalar(select.otherwise(), scope);
    BasicBlock afterOtherwise = builder.block();
    builder.jump(joined);
    code.begin(joined);
    Value result = builder.phi(code.register(select.type()), "");
    builder.incoming(result, first, afterThen);
    builder.incoming(result, second, afterOtherwise);
    return result;
  }
}
