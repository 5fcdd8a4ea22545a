package org.einkorn.ir.expr;

import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.einkorn.runtime.DType;

/// An integer expression over iteration variables and symbols: a position or an extent.
///
/// Values are 64-bit; the extents of real tensors keep them far from overflow. The methods [#plus],
/// [#times], [#floorDiv] and [#floorMod] fold constants and neutral operands; the record
/// constructors build exactly what they are given, which is what the text parser needs.
public sealed interface IndexExpr {
  /// A number.
  record Constant(long value) implements IndexExpr {
    // Were they constants of the interface, its class and this one would initialize each other, and
    // two threads that touch one each would wait for ever.
    public static final IndexExpr ZERO = new Constant(0);
    public static final IndexExpr ONE = new Constant(1);
  }

  /// An iteration variable: an axis of a contraction, a loop or a block.
  record Variable(String name) implements IndexExpr {
    public Variable {
      Names.require(name);
    }
  }

  /// A size that is fixed when data arrive.
  record Symbol(String name) implements IndexExpr {
    public Symbol {
      Names.require(name);
    }
  }

  record Sum(IndexExpr left, IndexExpr right) implements IndexExpr {}

  record Product(IndexExpr left, IndexExpr right) implements IndexExpr {}

  /// Rounds toward −∞. The divisor is positive.
  record FloorDiv(IndexExpr dividend, IndexExpr divisor) implements IndexExpr {}

  /// In `0 … divisor − 1`. The divisor is positive.
  record FloorMod(IndexExpr dividend, IndexExpr divisor) implements IndexExpr {}

  record Minimum(IndexExpr left, IndexExpr right) implements IndexExpr {}

  record Maximum(IndexExpr left, IndexExpr right) implements IndexExpr {}

  /// A position taken from data: the value of `source`, an integer of type `i32` or `i64`.
  ///
  /// Traps unless `0 ≤ value < extent`; negative positions do not count from the end.
  ///
  /// @param tensor the tensor that is read at this position, for the message
  /// @param axis the axis of that tensor
  /// @param extent the extent of that axis
  record Fetch(String tensor, int axis, IndexExpr extent, Scalar source) implements IndexExpr {
    public Fetch {
      Objects.requireNonNull(extent);
      if (source.type() != DType.I32 && source.type() != DType.I64) {
        throw new IllegalArgumentException("a position must be i32 or i64, not " + source.type());
      }
    }
  }

  static IndexExpr of(long value) {
    return new Constant(value);
  }

  static IndexExpr variable(String name) {
    return new Variable(name);
  }

  static IndexExpr symbol(String name) {
    return new Symbol(name);
  }

  default IndexExpr plus(IndexExpr other) {
    if (this instanceof Constant(long a)) {
      if (other instanceof Constant(long b)) {
        return of(Math.addExact(a, b));
      }
      return a == 0 ? other : other.plus(this);
    }
    if (other instanceof Constant(long b)) {
      if (b == 0) {
        return this;
      }
      if (this instanceof Sum(IndexExpr inner, Constant(long a))) {
        return inner.plus(of(Math.addExact(a, b)));
      }
    }
    return new Sum(this, other);
  }

  default IndexExpr plus(long other) {
    return plus(of(other));
  }

  default IndexExpr minus(IndexExpr other) {
    return equals(other) ? Constant.ZERO : plus(other.times(-1));
  }

  default IndexExpr times(IndexExpr other) {
    if (this instanceof Constant(long a)) {
      if (other instanceof Constant(long b)) {
        return of(Math.multiplyExact(a, b));
      }
      if (a == 0) {
        return Constant.ZERO;
      }
      return a == 1 ? other : new Product(this, other);
    }
    return other instanceof Constant ? other.times(this) : new Product(this, other);
  }

  default IndexExpr times(long other) {
    return times(of(other));
  }

  default IndexExpr floorDiv(IndexExpr divisor) {
    if (divisor.equals(Constant.ONE)) {
      return this;
    }
    return this instanceof Constant(long a) && divisor instanceof Constant(long b)
        ? of(Math.floorDiv(a, b))
        : new FloorDiv(this, divisor);
  }

  default IndexExpr floorMod(IndexExpr divisor) {
    if (divisor.equals(Constant.ONE)) {
      return Constant.ZERO;
    }
    return this instanceof Constant(long a) && divisor instanceof Constant(long b)
        ? of(Math.floorMod(a, b))
        : new FloorMod(this, divisor);
  }

  default IndexExpr min(IndexExpr other) {
    if (equals(other)) {
      return this;
    }
    return this instanceof Constant(long a) && other instanceof Constant(long b)
        ? of(Math.min(a, b))
        : new Minimum(this, other);
  }

  default IndexExpr max(IndexExpr other) {
    if (equals(other)) {
      return this;
    }
    return this instanceof Constant(long a) && other instanceof Constant(long b)
        ? of(Math.max(a, b))
        : new Maximum(this, other);
  }

  /// The expression with other parts; itself where they are the same.
  ///
  /// @param indices what stands for an operand or for the extent of a fetch
  /// @param scalars what stands for the source of a fetch
  default IndexExpr mapParts(UnaryOperator<IndexExpr> indices, UnaryOperator<Scalar> scalars) {
    return switch (this) {
      case Constant _, Variable _, Symbol _ -> this;
      case Sum(IndexExpr left, IndexExpr right) -> map(left, right, indices, Sum::new);
      case Product(IndexExpr left, IndexExpr right) -> map(left, right, indices, Product::new);
      case FloorDiv(IndexExpr left, IndexExpr right) -> map(left, right, indices, FloorDiv::new);
      case FloorMod(IndexExpr left, IndexExpr right) -> map(left, right, indices, FloorMod::new);
      case Minimum(IndexExpr left, IndexExpr right) -> map(left, right, indices, Minimum::new);
      case Maximum(IndexExpr left, IndexExpr right) -> map(left, right, indices, Maximum::new);
      case Fetch(String tensor, int axis, IndexExpr extent, Scalar source) -> {
        IndexExpr size = indices.apply(extent);
        Scalar value = scalars.apply(source);
        yield size == extent && value == source ? this : new Fetch(tensor, axis, size, value);
      }
    };
  }

  private IndexExpr map(
      IndexExpr left,
      IndexExpr right,
      UnaryOperator<IndexExpr> parts,
      BinaryOperator<IndexExpr> make) {
    IndexExpr first = parts.apply(left);
    IndexExpr second = parts.apply(right);
    return first == left && second == right ? this : make.apply(first, second);
  }

  /// The expression with the constants folded that its operation stands between: what [#plus] and
  /// the like make of its operands.
  default IndexExpr folded() {
    return switch (this) {
      case Constant _, Variable _, Symbol _, Fetch _ -> this;
      case Sum(IndexExpr left, IndexExpr right) -> left.plus(right);
      case Product(IndexExpr left, IndexExpr right) -> left.times(right);
      case FloorDiv(IndexExpr left, IndexExpr right) -> left.floorDiv(right);
      case FloorMod(IndexExpr left, IndexExpr right) -> left.floorMod(right);
      case Minimum(IndexExpr left, IndexExpr right) -> left.min(right);
      case Maximum(IndexExpr left, IndexExpr right) -> left.max(right);
    };
  }
}
