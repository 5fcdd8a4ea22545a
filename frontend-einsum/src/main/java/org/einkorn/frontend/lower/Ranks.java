package org.einkorn.frontend.lower;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;

/// How many axes a defined tensor has.
final class Ranks {
  private final Context context;
  private final String target;
  private final List<Item> items;
  private final Optional<Equations.Declared> declared;

  Ranks(Context context, String target, List<Item> items, Optional<Equations.Declared> declared) {
    this.context = context;
    this.target = target;
    this.items = items;
    this.declared = declared;
  }

  /// How many axes `...` stands for: the most of any read with an ellipsis, or of a whole tensor
  /// where the left side is bare.
  int ellipsisWidth() {
    int width = 0;
    for (Item item : items) {
      if (item.value().isPresent()) {
        width = Math.max(width, width(item.value().get(), item));
      }
    }
    return width;
  }

  private int width(Tree.Expression value, Item item) {
    int width = 0;
    if (value instanceof Tree.Access access
        && access.indices().stream().anyMatch(Tree.Ellipsis.class::isInstance)) {
      int named = access.indices().size() - 1;
      TensorInfo known = context.tensor(access.tensor().text());
      TensorInfo tensor =
          known != null ? known : Inputs.implicit(context, access.tensor(), -1, false);
      width = Math.max(0, tensor.rank() - named);
    }
    boolean isBare = item.head().form() == Tree.Form.BARE;
    if (isBare && declaredRank() < 0) {
      Elaborator elaborator = new Elaborator(context, new Frame(), new Uses(name -> false));
      if (value instanceof Tree.Name name && isTensor(name)) {
        width = Math.max(width, elaborator.reader().tensor(name, 0, false).rank());
      }
      if (value instanceof Tree.Call call && Structures.NAMES.contains(call.function().text())) {
        int before = context.problems.size();
        List<IndexExpr> shape =
            new Structures(elaborator).shape(call, Env.empty()).orElse(List.of());
        // The same complaint comes again when the right side is resolved, but for one of an open
        // tensor, which comes once.
        List<Problem> again = context.problems.subList(before, context.problems.size());
        again.removeIf(problem -> !(problem instanceof Problem.OpenRank));
        return Math.max(width, shape.size());
      }
    }
    List<Tree.Expression> children = Uses.children(value);
    for (Tree.Expression child : children) {
      // Brackets behind an expression, and parameters with axes, take whole tensors in.
      boolean isBody =
          value instanceof Tree.Indexed
              || (value instanceof Tree.Call call
                  && child instanceof Tree.Name
                  && Calls.takesAxes(context, call, children.indexOf(child)));
      width = Math.max(width, isBody ? 0 : width(child, item));
    }
    return width;
  }

  private boolean isTensor(Tree.Name name) {
    boolean isKnown =
        context.tensor(name.text()) != null || context.request.inputs().containsKey(name.text());
    return isKnown && !context.constants.containsKey(name.text());
  }

  private int declaredRank() {
    return declared.flatMap(Equations.Declared::extents).map(List::size).orElse(-1);
  }

  /// The number of axes that all left sides agree on; −1 after a complaint.
  ///
  /// @param width how many axes `...` stands for
  int of(int width) {
    int rank = -1;
    Origin first = declared.map(Equations.Declared::origin).orElse(Origin.UNKNOWN);
    if (declaredRank() >= 0) {
      rank = declaredRank();
    }
    for (Item item : items) {
      Tree.Head head = item.head();
      int here = head.form() == Tree.Form.BARE ? Math.max(width, 0) : Heads.rank(head, width);
      if (head.form() == Tree.Form.BARE && declaredRank() >= 0) {
        here = declaredRank();
      }
      if (rank >= 0 && here != rank) {
        context.report(new Problem.TwoRanks(target, head.origin(), here, first, rank));
        return -1;
      }
      if (rank < 0) {
        rank = here;
        first = head.origin();
      }
    }
    return rank;
  }

  /// The number of axes, as far as the declaration or the left sides alone say it.
  OptionalInt plain() {
    if (declaredRank() >= 0) {
      return OptionalInt.of(declaredRank());
    }
    boolean isPlain =
        items.stream()
            .map(Item::head)
            .allMatch(
                head ->
                    head.form() != Tree.Form.BARE
                        && head.indices().stream().noneMatch(Tree.Ellipsis.class::isInstance));
    return isPlain ? OptionalInt.of(items.getFirst().head().indices().size()) : OptionalInt.empty();
  }
}
