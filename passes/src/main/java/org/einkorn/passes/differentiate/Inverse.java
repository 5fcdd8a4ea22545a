package org.einkorn.passes.differentiate;

import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.runtime.DType;

/// The inverse of a matrix as equations: elimination by Gauss and Jordan, each step with the row
/// whose pivot is largest. In the manner of the language:
///
/// ```text
/// E[0, r, c]   = c < n ? J[c, r] : c - n == r
/// B[k]         = max[r](r >= k ? |E[k, r, k]| : -1)
/// P[k]         = max[r](r >= k and |E[k, r, k]| == B[k] ? r : k)
/// S[k, r, c]   = E[k, r == k ? P[k] : r == P[k] ? k : r, c]
/// E[k+1, r, c] = r == k ? S[k, k, c] / S[k, k, k] : S[k, r, c] - S[k, r, k] S[k, k, c] / S[k, k, k]
/// A[x, r]      = E[n, x, n + r]
/// ```
///
/// Where the matrix has no inverse, elements are infinite or NaN.
final class Inverse {
  private final Workspace space;
  private final DType type;
  private final IndexExpr size;
  private final Axis step;
  private final Axis row;
  private final Axis column;
  private final IndexExpr k = IndexExpr.variable("k");
  private final IndexExpr r = IndexExpr.variable("r");
  private final IndexExpr c = IndexExpr.variable("c");

  private Inverse(Workspace space, DType type, IndexExpr size) {
    this.space = space;
    this.type = type;
    this.size = size;
    this.step = new Axis("k", size);
    this.row = new Axis("r", size);
    this.column = new Axis("c", size.times(2));
  }

  /// Defines the inverse of `matrix`, whose first axes are the variable's: `name[variable…,
  /// function…]`.
  ///
  /// @param extents of the variable and of the function, at most one
  static String define(
      Workspace space, String matrix, List<IndexExpr> extents, DType type, String name) {
    if (extents.isEmpty()) {
      Scalar one = Partial.number(type, 1);
      Scalar slope = new Scalar.Read(matrix, type, List.of());
      space.add(
          name,
          type,
          List.of(),
          Root.sum(List.of(), List.of(), new Scalar.Binary(BinaryOp.DIVIDE, one, slope)));
    } else {
      new Inverse(space, type, extents.getFirst()).run(matrix, name);
    }
    return name;
  }

  private void run(String matrix, String name) {
    String steps = space.free(name + ".steps");
    String best = space.free(name + ".best");
    String pivot = space.free(name + ".pivot");
    String swapped = space.free(name + ".swapped");
    List<IndexExpr> all = List.of(size.plus(1), size, size.times(2));
    space.declare(steps, type, all);
    Scalar here = new Scalar.Unary(UnaryOp.ABS, read(steps, k, r, k));
    Scalar isOpen =
        new Scalar.Binary(BinaryOp.LESS_EQUAL, new Scalar.Position(k), new Scalar.Position(r));
    space.add(
        best,
        type,
        List.of(size),
        reduce(new Scalar.Select(isOpen, here, Partial.number(type, -1))));
    Scalar isBest = new Scalar.Binary(BinaryOp.EQUAL, here, read(best, k));
    space.add(
        pivot,
        DType.I64,
        List.of(size),
        reduce(
            new Scalar.Select(
                new Scalar.Binary(BinaryOp.AND, isOpen, isBest),
                new Scalar.Position(r),
                new Scalar.Position(k))));
    Scalar chosen = new Scalar.Read(pivot, DType.I64, List.of(k));
    Scalar from =
        new Scalar.Select(
            same(r, k),
            chosen,
            new Scalar.Select(
                new Scalar.Binary(BinaryOp.EQUAL, new Scalar.Position(r), chosen),
                new Scalar.Position(k),
                new Scalar.Position(r)));
    space.add(
        swapped,
        type,
        List.of(size, size, size.times(2)),
        Root.sum(
            List.of(step, row, column),
            List.of(k, r, c),
            read(steps, k, new IndexExpr.Fetch(steps, 1, size, from), c)));
    Scalar scaled =
        new Scalar.Binary(BinaryOp.DIVIDE, read(swapped, k, k, c), read(swapped, k, k, k));
    Scalar next =
        new Scalar.Select(
            same(r, k),
            scaled,
            new Scalar.Binary(
                BinaryOp.SUBTRACT,
                read(swapped, k, r, c),
                new Scalar.Binary(BinaryOp.MULTIPLY, read(swapped, k, r, k), scaled)));
    space.add(
        steps,
        type,
        all,
        new Body.Accumulate(
            Projection.SUM,
            List.of(
                term(List.of(row, row("c")), List.of(IndexExpr.of(0), r, c), read(matrix, c, r)),
                term(
                    List.of(row),
                    List.of(IndexExpr.of(0), r, r.plus(size)),
                    Partial.number(type, 1)),
                term(List.of(step, row, column), List.of(k.plus(1), r, c), next))));
    space.add(
        name,
        type,
        List.of(size, size),
        Root.sum(List.of(row, row("c")), List.of(r, c), read(steps, size, r, c.plus(size))));
  }

  private Axis row(String name) {
    return new Axis(name, size);
  }

  private static Contraction term(List<Axis> axes, List<IndexExpr> write, Scalar value) {
    return new Contraction(axes, List.of(), write, BinaryOp.MULTIPLY, List.of(value));
  }

  /// The maximum over the rows, for each step.
  private Body reduce(Scalar value) {
    return new Body.Accumulate(
        Projection.MAX, List.of(term(List.of(step, row), List.of(k), value)));
  }

  private static Scalar same(IndexExpr one, IndexExpr two) {
    return new Scalar.Binary(BinaryOp.EQUAL, new Scalar.Position(one), new Scalar.Position(two));
  }

  private Scalar read(String tensor, IndexExpr... at) {
    return new Scalar.Read(tensor, type, List.of(at));
  }
}
