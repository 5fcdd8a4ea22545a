package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.einkorn.frontend.Known;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.runtime.DType;

/// Makes inputs: declared ones, and those that are only read.
final class Inputs {
  private Inputs() {}

  /// A tensor that is read and that no one declares: `f32` unless the data say otherwise, `bool` if
  /// it is a relation.
  static TensorInfo implicit(Context context, Tree.Name name, int rank, boolean isRelation) {
    String text = name.text();
    Optional<Known> known = Optional.ofNullable(context.request.inputs().get(text));
    Context.ImplicitInput uses =
        context.implicit.getOrDefault(
            text, new Context.ImplicitInput(rank, isRelation, false, name.origin()));
    int axes = known.map(Known::rank).orElse(uses.rank() >= 0 ? uses.rank() : rank);
    if (axes < 0) {
      context.needRank(text, name.origin());
      return broken(context, text, name.origin());
    }
    List<Optional<IndexExpr>> extents = new ArrayList<>();
    for (int axis = 0; axis < axes; axis++) {
      extents.add(Optional.empty());
    }
    DType type = known.map(Known::dtype).orElse(uses.type());
    return add(
        context, Signature.Role.INPUT, text, type, extents, known, Optional.empty(), uses.origin());
  }

  static TensorInfo broken(Context context, String name, Origin origin) {
    TensorInfo info = new TensorInfo(name, DType.F32, DType.F32, List.of(), true, true, origin);
    context.tensors.put(name, info);
    return info;
  }

  /// Adds an input.
  ///
  /// @param extents what the program says of each axis
  /// @param known what the data say
  static TensorInfo add(
      Context context,
      Signature.Role role,
      String name,
      DType type,
      List<Optional<IndexExpr>> extents,
      Optional<Known> known,
      Optional<String> file,
      Origin origin) {
    List<IndexExpr> all = new ArrayList<>();
    for (int axis = 0; axis < extents.size(); axis++) {
      IndexExpr fallback = context.extents.unknown(name + "." + axis);
      IndexExpr extent = extents.get(axis).orElse(fallback);
      // Sizes that the program leaves open stay so, but for those of a file that it names, which
      // are
      // known now, and for 1, which may broadcast.
      OptionalLong data =
          known.isPresent() ? known.get().extents().get(axis) : OptionalLong.empty();
      boolean isOpen = extents.get(axis).isEmpty();
      boolean isFixed =
          context.request.specialize()
              || (isOpen && (file.isPresent() || data.equals(OptionalLong.of(1))));
      OptionalLong size = isFixed ? data : OptionalLong.empty();
      if (size.isPresent()) {
        IndexExpr actual = IndexExpr.of(size.getAsLong());
        if (!context.extents.unify(extent, actual)) {
          context.report(
              new Problem.TwoExtents(
                  "axis " + axis + " of `" + name + "`",
                  new Problem.Use(origin, Shapes.text(context.extents.resolve(extent)), ""),
                  new Problem.Use(Origin.UNKNOWN, Shapes.text(actual), "the data"),
                  Problem.Remedy.DECLARATION));
        }
      }
      all.add(extent);
    }
    TensorInfo info = new TensorInfo(name, type, type, all, true, false, origin);
    context.tensors.put(name, info);
    context.inputs.add(new Signature.Input(role, name, info.type(), file));
    return info;
  }
}
