package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Names;
import org.einkorn.frontend.syntax.Tree;

/// `Merge[b, p, dm] = concat(Attn[b, h, p, dv])`: `concat` of one tensor merges the axes that the
/// left side lacks into the one that the tensor lacks, the last the fastest.
///
/// It is written `Merge[b, p, (h dv)] = Attn[b, h, p, dv]` otherwise, and that is what becomes of
/// it (Domingos, arXiv 2510.12269, table 2).
final class Merging {
  private Merging() {}

  /// The equation with a group in the place of the merged axis; a complaint, and the equation, if
  /// the two sides do not say which axes are merged.
  static Tree.Equation of(Context context, Tree.Equation equation) {
    if (!(equation.value() instanceof Tree.Call call)
        || !isMerging(call)
        || !(call.arguments().getFirst().value() instanceof Tree.Access access)) {
      return equation;
    }
    Set<String> left = names(equation.head().indices());
    Set<String> right = names(access.indices());
    List<Tree.Name> merged =
        access.indices().stream()
            .flatMap(index -> plain(index).stream())
            .filter(name -> !left.contains(name.text()))
            .toList();
    List<Tree.Index> free =
        equation.head().indices().stream()
            .filter(index -> plain(index).filter(name -> !right.contains(name.text())).isPresent())
            .toList();
    boolean isPlain =
        access.indices().stream().allMatch(index -> plain(index).isPresent())
            && right.size() == access.indices().size()
            && left.stream().filter(name -> !right.contains(name)).count() == free.size();
    if (!isPlain || merged.isEmpty() || free.size() != 1) {
      context.report(
          new Problem.UnclearMerge(
              texts(merged),
              free.stream().flatMap(index -> plain(index).stream()).map(Tree.Name::text).toList(),
              call.origin(),
              Optional.of(equation.head().origin())));
      return equation;
    }
    Tree.Index place = free.getFirst();
    Tree.Index group =
        merged.size() == 1
            ? new Tree.Position(merged.getFirst(), place.origin())
            : new Tree.Group(merged, place.origin());
    Tree.Head head = equation.head();
    List<Tree.Index> indices = new ArrayList<>(head.indices());
    indices.set(indices.indexOf(place), group);
    return new Tree.Equation(
        new Tree.Head(head.name(), head.form(), indices, head.type(), head.origin()),
        equation.operator(),
        equation.semiring(),
        access,
        equation.modifiers(),
        equation.origin());
  }

  /// Whether a call is `concat` of one tensor at its positions.
  static boolean isMerging(Tree.Call call) {
    return call.function().text().equals("concat")
        && call.arguments().size() == 1
        && call.arguments().getFirst().value() instanceof Tree.Access;
  }

  /// Says of a call that is left that it merges nothing, unless that was said.
  static void complain(Context context, Tree.Call call) {
    boolean isKnown =
        context.problems.stream()
            .anyMatch(
                problem ->
                    problem instanceof Problem.UnclearMerge merge
                        && merge.at().equals(call.origin()));
    if (!isKnown) {
      context.report(
          new Problem.UnclearMerge(List.of(), List.of(), call.origin(), Optional.empty()));
    }
  }

  private static List<String> texts(List<Tree.Name> names) {
    return names.stream().map(Tree.Name::text).toList();
  }

  private static Optional<Tree.Name> plain(Tree.Index index) {
    return index instanceof Tree.Position position
            && position.value() instanceof Tree.Name name
            && !Names.isCapital(name.text())
        ? Optional.of(name)
        : Optional.empty();
  }

  private static Set<String> names(List<Tree.Index> indices) {
    Set<String> found = new LinkedHashSet<>();
    new Uses(name -> false)
        .ofIndices(indices)
        .forEach(
            (name, count) -> {
              if (!Names.isCapital(name)) {
                found.add(name);
              }
            });
    return found;
  }
}
