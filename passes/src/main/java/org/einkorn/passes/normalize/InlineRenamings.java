package org.einkorn.passes.normalize;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.passes.rewrite.Maps;
import org.einkorn.passes.rewrite.Outcome;
import org.einkorn.passes.rewrite.Rule;
import org.einkorn.passes.rewrite.Site;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.passes.trace.Kind;

/// Reads through tensors that only rename, permute, select or convert the axes of another, or that
/// are constant, wherever they are read and however often: nothing is computed twice. A read at a
/// position from data stays, as that position says which tensor it is of.
final class InlineRenamings {
  /// `… T[e] …, T[i] = X[f(i)] → … X[f(e)] …`
  static final Rule RULE = new Rule("inline-renamings", InlineRenamings::apply);

  private InlineRenamings() {}

  private static Outcome apply(Definition definition, Site site) {
    Set<Definition> renamings = new LinkedHashSet<>();
    for (String tensor : TensorReads.of(definition.body())) {
      site.definition(tensor).filter(InlineRenamings::isRenaming).ifPresent(renamings::add);
    }
    if (renamings.isEmpty()) {
      return Outcome.unchanged();
    }
    Body body =
        Expressions.replace(
            definition.body(),
            read ->
                site.definition(read.tensor())
                    .filter(renamings::contains)
                    .filter(some -> read.indices().stream().noneMatch(Expressions::fetches))
                    .map(renaming -> through(renaming, read))
                    .orElse(read));
    List<Definition> before = new java.util.ArrayList<>(renamings);
    before.add(definition);
    return new Outcome.Rewritten(
        Kind.EXACT, before, List.of(Shapes.withBody(definition, body)), "");
  }

  /// A whole map of one element or constant, stored in the type it is computed in.
  static boolean isRenaming(Definition definition) {
    Optional<Contraction> map = Maps.whole(definition);
    return map.isPresent()
        && map.get().operands().size() == 1
        && map.get().valueType() == definition.type().dtype()
        && isElement(map.get().operands().getFirst());
  }

  private static boolean isElement(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal _, Scalar.Cast(var _, Scalar.Literal _) -> true;
      case Scalar.Read read -> read.indices().stream().noneMatch(Expressions::fetches);
      case Scalar.Cast(var type, Scalar.Read read) ->
          read.indices().stream().noneMatch(Expressions::fetches);
      case Scalar.Cast _,
          Scalar.Position _,
          Scalar.Unary _,
          Scalar.Binary _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _ ->
          false;
    };
  }

  /// What an element of the renaming is an element of.
  private static Scalar through(Definition renaming, Scalar.Read read) {
    Contraction map = Maps.whole(renaming).orElseThrow();
    Map<String, IndexExpr> positions = new HashMap<>();
    for (int axis = 0; axis < map.write().size(); axis++) {
      if (map.write().get(axis) instanceof IndexExpr.Variable(String name)) {
        positions.put(name, read.indices().get(axis));
      }
    }
    return new Substitution(positions).apply(map.operands().getFirst());
  }
}
