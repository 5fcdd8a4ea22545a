package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Names;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.EvaluationOrder;
import org.einkorn.runtime.DType;

/// Lowers tensors that need each other, or themselves.
///
/// Each is known with its axes before any equation is read. Its type is the declared one, or the
/// one that its equations give if it is assumed for the tensor itself; the search for it begins at
/// the equations that need none of the tensors. In which order the elements are computed follows
/// from the definitions, when all extents are known.
final class Recursion {
  /// More rounds than the types that all tensors of a group can go through one after the other.
  private static final int ROUNDS = 1000;

  private final Context context;
  private final List<Equations> all = new ArrayList<>();
  private final Map<String, List<Item>> group;
  private final Set<String> names;

  private Recursion(
      Context context, Map<String, List<Item>> group, Map<String, Equations.Declared> declared) {
    this.context = context;
    this.group = group;
    this.names = group.keySet();
    group.forEach(
        (target, items) ->
            all.add(
                new Equations(context, target, items, Optional.ofNullable(declared.get(target)))));
    context.addRecursion(names);
    group.values().forEach(items -> items.forEach(this::noteMoving));
  }

  /// Adds the definitions of the tensors.
  ///
  /// @param group the equations of each
  static void lower(
      Context context, Map<String, List<Item>> group, Map<String, Equations.Declared> declared) {
    Recursion recursion = new Recursion(context, group, declared);
    int before = context.problems.size();
    boolean isSound = false;
    try {
      isSound = recursion.run();
    } catch (ArithmeticException overflow) {
      context.report(new Problem.TooLarge(recursion.all.getFirst().origin()));
    }
    if (!isSound) {
      recursion.explainExtents(before);
      recursion.all.forEach(Equations::breakTarget);
    }
  }

  /// Where no tensor of the group stands with a function of an index, how far an index runs is not
  /// what is wrong: there are no steps.
  private void explainExtents(int before) {
    List<Problem> found = context.problems.subList(before, context.problems.size());
    boolean hasSteps = names.stream().anyMatch(context::isMoving);
    if (!hasSteps && found.removeIf(Problem.UnknownExtent.class::isInstance)) {
      report(List.copyOf(names));
    }
  }

  private void report(List<String> definitions) {
    Set<String> tensors = new LinkedHashSet<>();
    definitions.forEach(name -> tensors.add(Context.targetOf(name)));
    List<String> cycle = new ArrayList<>(tensors);
    cycle.add(cycle.getFirst());
    context.report(new Problem.Recursion(cycle, needing(cycle)));
  }

  /// The equation of the first tensor of a cycle that needs the second.
  private Origin needing(List<String> cycle) {
    List<Item> items = group.getOrDefault(cycle.getFirst(), List.of());
    return items.stream()
        .filter(item -> item.needs().stream().anyMatch(name -> name.text().equals(cycle.get(1))))
        .findFirst()
        .map(Item::origin)
        .orElse(all.getFirst().origin());
  }

  /// Whether there is an order in which the elements can be computed; a complaint if there is none.
  private boolean hasOrder(List<Definition> definitions) {
    if (EvaluationOrder.of(definitions, names)
        instanceof EvaluationOrder.Result.Circular(List<String> cycle)) {
      report(cycle);
      return false;
    }
    return true;
  }

  private boolean run() {
    boolean isSound = true;
    for (Equations one : all) {
      isSound &= one.announce();
    }
    if (!isSound) {
      return false;
    }
    for (Equations one : all) {
      isSound &= one.prepare();
      one.assume(one.firstType());
    }
    for (Equations one : all) {
      isSound &= isSound && one.resolveAll();
    }
    for (Equations one : all) {
      isSound &= isSound && one.settleExtents();
    }
    if (!isSound) {
      return false;
    }
    settleTypes();
    int first = context.definitions.size();
    all.forEach(one -> one.definer(one.parts()).define());
    List<Definition> made = context.definitions.subList(first, context.definitions.size());
    if (hasOrder(List.copyOf(made))) {
      return true;
    }
    made.clear();
    return false;
  }

  /// Types only grow from round to round, as that of an expression grows with those of its parts.
  private void settleTypes() {
    for (Equations one : all) {
      List<Part> base =
          one.parts().stream().filter(part -> !part.frame().reads(part.node(), names)).toList();
      if (!base.isEmpty()) {
        one.assume(one.definer(base).stored());
      }
    }
    for (int round = 0; round < ROUNDS; round++) {
      boolean isSettled = true;
      for (Equations one : all) {
        DType found = one.definer(one.parts()).stored();
        isSettled &= found == one.assumed();
        one.assume(found);
      }
      if (isSettled) {
        return;
      }
    }
    throw new IllegalStateException("no type of " + names + " is that of its equations");
  }

  // ----------------------------------------------------------------- moving axes

  /// Notes the axes on which a tensor of the group stands with a function of an index, `t+1`.
  private void noteMoving(Item item) {
    note(item.head().name().text(), item.head().indices());
    item.value().ifPresent(this::noteReads);
  }

  private void noteReads(Tree.Expression value) {
    if (value instanceof Tree.Access access) {
      note(access.tensor().text(), access.indices());
    }
    Uses.children(value).forEach(this::noteReads);
  }

  private void note(String tensor, List<Tree.Index> indices) {
    if (!names.contains(tensor)) {
      return;
    }
    for (int axis = 0; axis < indices.size(); axis++) {
      switch (indices.get(axis)) {
        case Tree.Position(Tree.Expression value, Origin _) -> {
          if (!(value instanceof Tree.Name) && hasIndex(value)) {
            context.addMoving(tensor, axis);
          }
        }
        case Tree.Ellipsis _ -> {
          return;
        }
        case Tree.Dotted _, Tree.Virtual _, Tree.Group _, Tree.Slice _, Tree.Sized _ -> {}
      }
    }
  }

  private static boolean hasIndex(Tree.Expression value) {
    Set<String> found = new LinkedHashSet<>();
    new Uses(name -> false)
        .ofIndices(List.of(new Tree.Position(value, value.origin())))
        .forEach((name, count) -> found.add(name));
    return found.stream().anyMatch(name -> !Names.isCapital(name));
  }
}
