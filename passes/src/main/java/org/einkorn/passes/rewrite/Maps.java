package org.einkorn.passes.rewrite;

import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.runtime.DType;

/// Definitions of which each element is one element of another tensor.
public final class Maps {
  private Maps() {}

  /// A definition whose element at each point of the axes is an element of another tensor.
  ///
  /// @param like has its name and its type
  /// @param axes one for each axis of the type, as long as that
  /// @param element of the type's numbers
  public static Definition of(Definition like, List<Axis> axes, Scalar.Read element) {
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
