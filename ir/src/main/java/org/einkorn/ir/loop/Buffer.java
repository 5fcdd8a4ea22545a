package org.einkorn.ir.loop;

import java.util.Locale;
import java.util.OptionalLong;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.TensorType;

/// Memory for the elements of one tensor, row-major.
///
/// @param scope where the memory lies
public record Buffer(String name, TensorType type, Scope scope) {
  public Buffer {
    var unused = new IndexExpr.Variable(name);
    if (scope == Scope.REGISTER && type.rank() != 0) {
      throw new IllegalArgumentException("a register holds one element");
    }
  }

  /// The most that a local array may take.
  public static final long MAX_LOCAL_BYTES = 1 << 16;

  /// The most that the shared memory of a function may take: what a block of threads can have on a
  /// GPU of compute capability 9.0.
  public static final long MAX_SHARED_BYTES = 227 << 10;

  /// How many elements an array has whose extents are numbers; nothing where one is not, or where
  /// the count leaves 64 bits.
  public OptionalLong constantElements() {
    long elements = 1;
    for (IndexExpr extent : type.extents()) {
      if (!(extent instanceof IndexExpr.Constant(long value))
          || value < 0
          || Math.multiplyHigh(elements, value) != 0
          || elements * value < 0) {
        return OptionalLong.empty();
      }
      elements *= value;
    }
    return OptionalLong.of(elements);
  }

  /// The kinds of memory.
  public enum Scope {
    /// The caller's memory, seen by every function.
    GLOBAL,
    /// An array that the threads of a block of a [grid][GridAxis] share, whose extents are numbers;
    /// only by `alloc`, outside of the loops over threads.
    SHARED,
    /// An array of the running thread whose extents are numbers, in registers where every position
    /// is known as code is made; only by `alloc`.
    LOCAL,
    /// One scalar of the running thread; only by `alloc`.
    REGISTER;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
