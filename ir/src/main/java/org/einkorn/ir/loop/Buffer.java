package org.einkorn.ir.loop;

import java.util.Locale;
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

  /// The kinds of memory.
  public enum Scope {
    /// The caller's memory, seen by every function.
    GLOBAL,
    /// One scalar of the running thread; only by `alloc`.
    REGISTER;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
