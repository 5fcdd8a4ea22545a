package org.einkorn.passes.rewrite;

import java.util.List;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Definitions of which each element is one element of another tensor.
public final class Maps {
  private Maps() {}

  /// The term of a definition that stores one value for each element, as it is: a map over the
  /// whole tensor.
  public static Optional<Contraction> whole(Definition definition) {
    return definition.body() instanceof Body.Accumulate body
            && body.isMap()
            && covers(body.terms().getFirst(), definition.type())
        ? Optional.of(body.terms().getFirst())
        : Optional.empty();
  }

  /// Whether a term writes every element, by plain axes and at no condition.
  public static boolean covers(Contraction term, TensorType type) {
    return term.guards().isEmpty() && spans(term, type);
  }

  /// Whether a term that has no conditions would write every element, by plain axes.
  public static boolean spans(Contraction term, TensorType type) {
    if (!term.writesPlainAxes()) {
      return false;
    }
    for (int place = 0; place < type.rank(); place++) {
      IndexExpr index = term.write().get(place);
      IndexExpr extent = type.extents().get(place);
      boolean isWhole =
          term.axes().stream()
              .anyMatch(axis -> axis.variable().equals(index) && axis.extent().equals(extent));
      if (!isWhole) {
        return false;
      }
    }
    return true;
  }

  /// A definition whose element at each point of the axes is an element of another tensor, or a
  /// choice of such.
  ///
  /// @param like has its name and its type
  /// @param axes one for each axis of the type, as long as that
  /// @param element of the type's numbers
  public static Definition of(Definition like, List<Axis> axes, Scalar element) {
    DType type = element.type();
    DType compute = type.compute();
    boolean isLogic = type == DType.BOOL;
    Contraction term =
        new Contraction(
            axes,
            List.of(),
            axes.stream().map(Axis::variable).toList(),
            isLogic ? BinaryOp.AND : BinaryOp.MULTIPLY,
            List.of(Scalar.cast(compute, element)));
    Body body = new Body.Accumulate(isLogic ? Projection.ANY : Projection.SUM, List.of(term));
    return new Definition(like.name(), like.type(), body, like.origin());
  }
}
