package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.einkorn.frontend.syntax.FactorOperator;
import org.einkorn.frontend.syntax.Names;
import org.einkorn.frontend.syntax.ProjectionKind;
import org.einkorn.frontend.syntax.Tree;

/// Counts where index names occur in an expression, and finds the place where an implicit index is
/// projected: see "Where an implicit index is projected" in the language reference.
final class Uses {
  private final Predicate<String> isIndex;
  private final IdentityHashMap<Tree.Expression, Map<String, Integer>> counts =
      new IdentityHashMap<>();

  /// @param isIndex whether a name that stands alone, outside of brackets, is an index
  Uses(Predicate<String> isIndex) {
    this.isIndex = isIndex;
  }

  /// Where an index is projected.
  ///
  /// @param at the product, or the top of the scope
  /// @param inFunction whether the scope is the argument of a function
  /// @param isLone whether the index occurs in one read only, so that it is no contraction
  /// @param caller the call whose argument the scope is
  record Placement(
      Tree.Expression at, boolean inFunction, boolean isLone, Optional<Tree.Call> caller) {}

  /// How often each index occurs, those bound inside left out.
  Map<String, Integer> of(Tree.Expression expression) {
    Map<String, Integer> known = counts.get(expression);
    if (known == null) {
      known = count(expression);
      counts.put(expression, known);
    }
    return known;
  }

  private Map<String, Integer> count(Tree.Expression expression) {
    Map<String, Integer> found = new LinkedHashMap<>();
    switch (expression) {
      case Tree.Name(String text, _) -> {
        if (isIndex.test(text)) {
          found.put(text, 1);
        }
      }
      case Tree.Access access -> access.indices().forEach(index -> addIndex(index, found));
      case Tree.Indexed indexed -> {
        merge(found, of(indexed.value()));
        indexed.indices().forEach(index -> addIndex(index, found));
      }
      case Tree.Projection projection -> {
        Map<String, Integer> inside = new LinkedHashMap<>(of(projection.body()));
        if (!isCumulative(projection.kind())) {
          projection.indices().forEach(name -> inside.remove(name.text()));
        }
        merge(found, inside);
      }
      case Tree.IntegerLiteral _,
          Tree.DecimalLiteral _,
          Tree.TruthLiteral _,
          Tree.Text _,
          Tree.Call _,
          Tree.Product _,
          Tree.Sum _,
          Tree.Negate _,
          Tree.Power _,
          Tree.Comparison _,
          Tree.Logic _,
          Tree.Not _ ->
          children(expression).forEach(child -> merge(found, of(child)));
    }
    return found;
  }

  static boolean isCumulative(ProjectionKind kind) {
    return switch (kind) {
      case CUMSUM, CUMPROD, CUMMAX, CUMMIN -> true;
      case SUM, MAX, MIN, PROD, AVG, ANY, ALL, LSE, XOR, ARGMAX, ARGMIN -> false;
    };
  }

  private void addIndex(Tree.Index index, Map<String, Integer> found) {
    switch (index) {
      case Tree.Position(Tree.Expression value, _) -> addPosition(value, found);
      case Tree.Dotted(Tree.Name name, _) -> found.merge(name.text(), 1, Integer::sum);
      case Tree.Virtual(Tree.Name name, _, _) -> found.merge(name.text(), 1, Integer::sum);
      case Tree.Sized(Tree.Name name, _, _) -> found.merge(name.text(), 1, Integer::sum);
      case Tree.Group(List<Tree.Name> names, _) ->
          names.forEach(name -> found.merge(name.text(), 1, Integer::sum));
      case Tree.Slice slice -> {
        slice.start().ifPresent(part -> addPosition(part, found));
        slice.stop().ifPresent(part -> addPosition(part, found));
      }
      case Tree.Ellipsis _ -> found.merge("...", 1, Integer::sum);
    }
  }

  /// Inside brackets every name in lower case is an index.
  private void addPosition(Tree.Expression value, Map<String, Integer> found) {
    switch (value) {
      case Tree.Name(String text, _) -> {
        if (!Names.isCapital(text)) {
          found.merge(text, 1, Integer::sum);
        }
      }
      case Tree.Access _, Tree.Indexed _, Tree.Projection _ -> merge(found, of(value));
      case Tree.Call call -> merge(found, of(call));
      case Tree.IntegerLiteral _,
          Tree.DecimalLiteral _,
          Tree.TruthLiteral _,
          Tree.Text _,
          Tree.Product _,
          Tree.Sum _,
          Tree.Negate _,
          Tree.Power _,
          Tree.Comparison _,
          Tree.Logic _,
          Tree.Not _ ->
          children(value).forEach(child -> addPosition(child, found));
    }
  }

  /// The index names between the brackets of a left side.
  Map<String, Integer> ofIndices(List<Tree.Index> indices) {
    Map<String, Integer> found = new LinkedHashMap<>();
    indices.forEach(index -> addIndex(index, found));
    return found;
  }

  private static void merge(Map<String, Integer> into, Map<String, Integer> from) {
    from.forEach((name, count) -> into.merge(name, count, Integer::sum));
  }

  /// The expressions directly under an expression, those between brackets left out.
  static List<Tree.Expression> children(Tree.Expression expression) {
    return switch (expression) {
      case Tree.Name _,
          Tree.IntegerLiteral _,
          Tree.DecimalLiteral _,
          Tree.TruthLiteral _,
          Tree.Text _,
          Tree.Access _ ->
          List.of();
      case Tree.Indexed indexed -> List.of(indexed.value());
      case Tree.Call call -> call.arguments().stream().map(Tree.Argument::value).toList();
      case Tree.Projection projection -> List.of(projection.body());
      case Tree.Product product -> {
        List<Tree.Expression> all = new ArrayList<>(List.of(product.first()));
        product.rest().forEach(factor -> all.add(factor.value()));
        yield all;
      }
      case Tree.Sum sum -> {
        List<Tree.Expression> all = new ArrayList<>(List.of(sum.first()));
        sum.rest().forEach(term -> all.add(term.value()));
        yield all;
      }
      case Tree.Negate negate -> List.of(negate.operand());
      case Tree.Power power -> List.of(power.base(), power.exponent());
      case Tree.Comparison comparison -> List.of(comparison.left(), comparison.right());
      case Tree.Logic logic -> logic.operands();
      case Tree.Not not -> List.of(not.operand());
    };
  }

  /// Whether a product has no `%`.
  static boolean isJoin(Tree.Product product) {
    return product.rest().stream()
        .allMatch(factor -> factor.operator() != FactorOperator.REMAINDER);
  }

  /// Where `name` is projected in `root`, which holds all its uses.
  Placement place(Tree.Expression root, String name) {
    int total = of(root).getOrDefault(name, 0);
    Tree.Expression scope = root;
    Tree.Expression smallest = root;
    Optional<Tree.Call> caller = Optional.empty();
    while (true) {
      Optional<Tree.Expression> next = Optional.empty();
      for (Tree.Expression child : children(smallest)) {
        if (of(child).getOrDefault(name, 0) == total) {
          next = Optional.of(child);
          break;
        }
      }
      if (next.isEmpty()) {
        break;
      }
      boolean cuts = smallest instanceof Tree.Call || smallest instanceof Tree.Projection;
      if (cuts) {
        scope = next.get();
        caller = smallest instanceof Tree.Call call ? Optional.of(call) : Optional.empty();
      }
      smallest = next.get();
    }
    // A remainder is no join: an index does not move into a product that has one.
    boolean isProduct = smallest instanceof Tree.Product product && isJoin(product);
    return new Placement(
        isProduct ? smallest : scope,
        scope != root,
        smallest instanceof Tree.Access,
        isProduct ? Optional.empty() : caller);
  }
}
