package org.einkorn.passes.normalize;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.passes.rewrite.Maps;
import org.einkorn.passes.rewrite.Outcome;
import org.einkorn.passes.rewrite.Rule;
import org.einkorn.passes.rewrite.Site;
import org.einkorn.passes.trace.Kind;
import org.einkorn.runtime.DType;

/// Computes once what two definitions compute alike, up to the names of axes.
final class ShareEqualDefinitions {
  /// `T = e, U = e → T = e, U[i] = T[i]`
  static final Rule RULE = new Rule("share-equal-definitions", ShareEqualDefinitions::apply);

  private ShareEqualDefinitions() {}

  private static Outcome apply(Definition definition, Site site) {
    DType type = definition.type().dtype();
    if (!type.isCompute() || isCheap(definition)) {
      return Outcome.unchanged();
    }
    return site.alike(definition, Form.class, Form::of).stream()
        .filter(some -> some.type().equals(definition.type()))
        .findFirst()
        .map(
            some ->
                (Outcome)
                    new Outcome.Rewritten(
                        Kind.EXACT, List.of(some, definition), List.of(copy(definition, some)), ""))
        .orElseGet(Outcome::unchanged);
  }

  /// What a definition computes, whatever its axes are called.
  ///
  /// @param hash of the body, which is asked for more than once
  private record Form(Body body, int hash) {
    static Form of(Definition definition) {
      Body body = CanonicalForm.renamed(definition.body());
      return new Form(body, body.hashCode());
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /// Whether a copy would not be cheaper; it would be read through again.
  private static boolean isCheap(Definition definition) {
    return InlineRenamings.isRenaming(definition)
        || definition.body() instanceof Body.Accumulate body
            && body.isMap()
            && body.terms().getFirst().operands().size() == 1
            && Shapes.element(body.terms().getFirst().operands().getFirst()).isPresent();
  }

  private static Definition copy(Definition definition, Definition from) {
    List<Axis> axes = new ArrayList<>();
    for (int axis = 0; axis < from.type().rank(); axis++) {
      axes.add(new Axis("axis" + axis, from.type().extents().get(axis)));
    }
    List<IndexExpr> here = axes.stream().map(Axis::variable).toList();
    return Maps.of(definition, axes, new Scalar.Read(from.name(), from.type().dtype(), here));
  }
}
