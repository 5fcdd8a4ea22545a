package org.einkorn.frontend.lower;

import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.einkorn.runtime.DType;

/// A right side whose names are resolved, whose functions are expanded and whose projections stand
/// where they happen; types are still open.
///
/// Index variables are `IndexExpr.Variable`s whose names are unique in their equation; what they
/// run over is kept by [Frame]. A position taken from data is a variable too, see [Frame.Gather].
sealed interface Node {
  /// An integer literal: takes the type of what it meets.
  record Whole(long value) implements Node {}

  /// A decimal literal: takes the float type of what it meets.
  record Real(double value) implements Node {}

  record Truth(boolean value) implements Node {}

  /// The element of a tensor.
  ///
  /// @param checks for each axis which sides of it still have to be checked
  record Read(String tensor, List<IndexExpr> at, List<Check> checks, Origin origin)
      implements Node {
    public Read {
      at = List.copyOf(at);
      checks = List.copyOf(checks);
    }
  }

  /// Whether a point at which a position is outside, before the start or past the end, is left out
  /// of the equation. Where a side is not checked, a condition around the read keeps it inside.
  record Check(boolean start, boolean end) {
    static final Check BOTH = new Check(true, true);
    static final Check NONE = new Check(false, false);

    boolean isNeeded() {
      return start || end;
    }
  }

  /// An index, or a size, as a number.
  record Place(IndexExpr index) implements Node {}

  record Unary(UnaryOp op, Node operand, Origin origin) implements Node {}

  /// Division is float division here; comparisons give Booleans.
  record Binary(BinaryOp op, Node left, Node right, Origin origin) implements Node {}

  /// The join of two or more factors.
  record Product(List<Node> factors, Origin origin) implements Node {
    public Product {
      factors = List.copyOf(factors);
    }
  }

  /// Two or more terms.
  record Sum(List<Node> terms, Origin origin) implements Node {
    public Sum {
      terms = List.copyOf(terms);
    }
  }

  /// `and` or `or` of two or more conditions.
  record Logic(BinaryOp op, List<Node> operands, Origin origin) implements Node {
    public Logic {
      operands = List.copyOf(operands);
    }
  }

  record Not(Node operand, Origin origin) implements Node {}

  record Power(Node base, Node exponent, Origin origin) implements Node {}

  record Select(Node condition, Node then, Node otherwise, Origin origin) implements Node {}

  record Convert(DType type, Node operand, Origin origin) implements Node {}

  /// A projection over local variables.
  record Project(Projection kind, List<String> over, Node body, Origin origin) implements Node {
    public Project {
      over = List.copyOf(over);
    }
  }

  /// The mean over local variables of the points that count.
  record Average(List<String> over, Node body, Origin origin) implements Node {
    public Average {
      over = List.copyOf(over);
    }
  }

  /// The prefix reduction along a variable, which stays free.
  record Cumulate(Projection kind, String along, Node body, Origin origin) implements Node {}

  /// A value that is computed once and read at several places.
  ///
  /// @param value read through `variables`
  /// @param at where it is read: one position for each variable
  record Shared(Store value, List<IndexExpr> at) implements Node {
    public Shared {
      at = List.copyOf(at);
    }
  }

  /// The value behind [Shared]; two reads of one value hold the same instance.
  final class Store {
    private final Node body;
    private final List<String> variables;

    Store(Node body, List<String> variables) {
      this.body = body;
      this.variables = List.copyOf(variables);
    }

    Node body() {
      return body;
    }

    /// The axes of the stored value, in order.
    List<String> variables() {
      return variables;
    }
  }

  /// What an error left behind: it has any type, and no one complains about it again.
  record Broken() implements Node {}
}
