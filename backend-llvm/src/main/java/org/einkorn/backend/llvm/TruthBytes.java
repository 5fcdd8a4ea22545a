package org.einkorn.backend.llvm;

import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.runtime.DType;

/// Writes Booleans of several lanes as they lie in memory, a byte of 0 or 1 each.
///
/// As conditions they would be bits, of which a register for masks holds one vector, and there are
/// eight of those. As bytes they are vectors as all others: a tile of a Boolean product stays in
/// registers, and nothing is converted on the way.
final class TruthBytes {
  private final Code single;
  private final Code wide;
  private final Builder builder;
  private final LaneExpressions lanes;

  TruthBytes(Code single, Code wide, LaneExpressions lanes) {
    this.single = single;
    this.wide = wide;
    this.builder = single.builder;
    this.lanes = lanes;
  }

  /// A Boolean in each lane, as a byte.
  Value write(Scalar scalar, LaneExpressions.Place place) {
    return switch (scalar) {
      case Scalar.Read read -> read(read, place);
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
          when op == BinaryOp.AND || op == BinaryOp.OR || op == BinaryOp.XOR -> {
        Value first = write(left, place);
        Value second = write(right, place);
        yield op == BinaryOp.AND
            ? builder.and(first, second)
            : op == BinaryOp.OR ? builder.or(first, second) : builder.xor(first, second);
      }
      case Scalar.Unary(UnaryOp op, Scalar operand) when op == UnaryOp.NOT ->
          builder.xor(write(operand, place), one());
      case Scalar.Literal _,
          Scalar.Position _,
          Scalar.Unary _,
          Scalar.Binary _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _,
          Scalar.Cast _ ->
          converted(scalar, place);
    };
  }

  private Value one() {
    return wide.context.constant(wide.i8, 1);
  }

  private Value converted(Scalar scalar, LaneExpressions.Place place) {
    return builder.extendUnsigned(lanes.value(scalar, place), wide.i8);
  }

  private Value read(Scalar.Read read, LaneExpressions.Place place) {
    DType type = DType.BOOL;
    Scope.Place source = place.scope().place(read.tensor());
    if (place.names().varies(read)) {
      boolean isOwn = source.buffer().scope() != Buffer.Scope.GLOBAL;
      Value loaded = lanes.loaded(read, place);
      return isOwn ? loaded : oneOrZero(loaded);
    }
    if (!wide.mask().equals(place.mask()) || read.indices().stream().anyMatch(Walk::fetches)) {
      return converted(read, place);
    }
    Value value = single.loadBytes(type, source.address(), lanes.firstNumber(read, place));
    return oneOrZero(wide.splat(value, wide.i8));
  }

  /// Others than we may have stored a byte: it is true unless it is 0.
  private Value oneOrZero(Value bytes) {
    return wide.intrinsic("llvm.umin", wide.i8, bytes, one());
  }
}
