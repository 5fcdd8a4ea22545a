package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.check.Ranges;
import org.einkorn.frontend.syntax.Names;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.EvaluationOrder;
import org.einkorn.ir.tensor.TensorType;
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
  private final Iteration iteration;

  /// The axes of virtual indices, by the user's names of tensors.
  private final Map<String, Integer> virtual = new LinkedHashMap<>();

  private Recursion(
      Context context, Map<String, List<Item>> group, Map<String, Equations.Declared> declared) {
    this.context = context;
    this.group = group;
    this.names = group.keySet();
    group.forEach(this::noteVirtual);
    group.forEach(
        (target, items) ->
            all.add(
                new Equations(
                    context, stored(target), items, Optional.ofNullable(declared.get(target)))));
    context.addRecursion(names);
    this.iteration = new Iteration(context, group, List.copyOf(all));
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
    if (isSound) {
      recursion.virtual.forEach(recursion::defineLast);
    } else {
      recursion.explainExtents(before);
      recursion.all.forEach(Equations::breakTarget);
      recursion.alias();
    }
    // Whoever reads the tensors from now on runs over their axes like over any other.
    context.endMoving();
  }

  // ---------------------------------------------------------------- virtual axes

  /// Whether a left side has a virtual index.
  static boolean isVirtual(List<Item> items) {
    return items.stream().anyMatch(item -> hasVirtual(item.head().indices()));
  }

  private static boolean hasVirtual(List<Tree.Index> indices) {
    return indices.stream().anyMatch(Tree.Virtual.class::isInstance);
  }

  /// The tensors that are read at virtual indices.
  static Set<String> virtualReads(List<Item> items) {
    Set<String> found = new LinkedHashSet<>();
    items.forEach(item -> item.value().ifPresent(value -> virtualReads(value, found)));
    return found;
  }

  private static void virtualReads(Tree.Expression value, Set<String> found) {
    if (value instanceof Tree.Access access && hasVirtual(access.indices())) {
      found.add(access.tensor().text());
    }
    Uses.children(value).forEach(child -> virtualReads(child, found));
  }

  /// What a tensor with a virtual index is called in the IR: there it has an axis for it.
  private String stored(String target) {
    return virtual.containsKey(target) ? target + ".past" : target;
  }

  private void noteVirtual(String target, List<Item> items) {
    for (Item item : items) {
      List<Tree.Index> indices = item.head().indices();
      for (int axis = 0; axis < indices.size(); axis++) {
        if (indices.get(axis) instanceof Tree.Virtual) {
          // Another one in the same tensor is reported where it is read.
          int known = virtual.getOrDefault(target, axis);
          virtual.put(target, known);
          context.addVirtual(stored(target), known);
        }
      }
    }
  }

  /// Lets the equations of the group read tensors with virtual indices by the user's names.
  private void alias() {
    for (String target : virtual.keySet()) {
      TensorInfo info = context.tensor(stored(target));
      if (info != null) {
        context.tensors.put(target, info);
      }
    }
  }

  /// Outside of its recurrence a tensor with a virtual index is what it was in the end.
  private void defineLast(String target, int axis) {
    TensorInfo past = Objects.requireNonNull(context.tensor(stored(target)));
    List<Axis> axes = new ArrayList<>();
    List<IndexExpr> at = new ArrayList<>();
    List<IndexExpr> extents = new ArrayList<>();
    for (int place = 0; place < past.rank(); place++) {
      IndexExpr extent = context.extents.resolve(past.extents().get(place));
      if (place == axis) {
        IndexExpr last = extent.plus(-1);
        at.add(
            new Ranges(last, last).isInside(extent)
                ? last
                : new IndexExpr.Fetch(past.name(), axis, extent, new Scalar.Position(last)));
        continue;
      }
      Axis own = new Axis("at." + axes.size(), extent);
      axes.add(own);
      at.add(own.variable());
      extents.add(extent);
    }
    boolean isLogic = past.dtype() == DType.BOOL;
    Scalar value =
        Scalar.cast(past.dtype().compute(), new Scalar.Read(past.name(), past.dtype(), at));
    Contraction term =
        new Contraction(
            axes,
            List.of(),
            axes.stream().map(Axis::variable).toList(),
            isLogic ? BinaryOp.AND : BinaryOp.MULTIPLY,
            List.of(value));
    Body body = new Body.Accumulate(isLogic ? Projection.ANY : Projection.SUM, List.of(term));
    Origin origin = past.origin();
    context.tensors.put(
        target, new TensorInfo(target, past.dtype(), past.dtype(), extents, false, false, origin));
    context.definitions.add(
        new Definition(target, new TensorType(past.dtype(), extents), body, origin));
  }

  /// Where no tensor of the group stands with a function of an index, how far an index runs is not
  /// what is wrong: there are no steps.
  private void explainExtents(int before) {
    List<Problem> found = context.problems.subList(before, context.problems.size());
    boolean hasSteps = names.stream().map(this::stored).anyMatch(context::isMoving);
    if (!hasSteps
        && !iteration.mayIterate()
        && found.removeIf(Problem.UnknownExtent.class::isInstance)) {
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
    List<String> circle = circle(definitions);
    if (!circle.isEmpty()) {
      report(circle);
    }
    return circle.isEmpty();
  }

  private static List<String> circle(List<Definition> definitions) {
    return EvaluationOrder.of(definitions, Set.of())
            instanceof EvaluationOrder.Result.Circular(List<String> cycle)
        ? cycle
        : List.of();
  }

  private boolean run() {
    boolean isSound = !iteration.hasEnding() || (iteration.hasOneEnding() && iteration.isBegun());
    // A bare left side has as many axes as what stands on the right, apart from others like it.
    all.stream().filter(Equations::isBare).forEach(Equations::announceNumber);
    alias();
    for (boolean isBare : new boolean[] {false, true}) {
      for (Equations one : all) {
        isSound &= one.isBare() != isBare || one.announce();
      }
    }
    alias();
    if (!isSound) {
      return false;
    }
    Set<String> derived = new LinkedHashSet<>();
    group
        .values()
        .forEach(
            items ->
                items.forEach(
                    item -> item.value().map(Derivatives::named).ifPresent(derived::addAll)));
    for (Equations one : all) {
      isSound &= one.prepare();
      one.assume(derived.contains(one.target()) ? one.firstFloat() : one.firstType());
    }
    alias();
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
    for (Equations one : iteration.ends()) {
      isSound &= one.prepare() && one.resolveAll() && one.settleExtents();
    }
    return isSound && define();
  }

  private boolean define() {
    int first = context.definitions.size();
    boolean hasSteps = names.stream().map(this::stored).anyMatch(context::isMoving);
    if (hasSteps && !iteration.hasEnding()) {
      all.forEach(one -> one.definer(one.parts()).define());
      List<Definition> made = context.definitions.subList(first, context.definitions.size());
      if (circle(List.copyOf(made)).isEmpty()) {
        return true;
      }
      if (!virtual.isEmpty()) {
        return hasOrder(List.copyOf(made));
      }
      made.clear();
    }
    int before = context.problems.size();
    boolean isDefined = iteration.define(Set.copyOf(names));
    List<Definition> made = context.definitions.subList(first, context.definitions.size());
    if (isDefined && hasOrder(List.copyOf(made))) {
      return true;
    }
    if (context.problems.size() == before) {
      report(List.copyOf(names));
    }
    made.clear();
    return false;
  }

  /// Types only grow from round to round, as that of an expression grows with those of its parts.
  private void settleTypes() {
    Set<String> stored = new LinkedHashSet<>();
    names.forEach(name -> stored.add(stored(name)));
    for (Equations one : all) {
      List<Part> base =
          one.parts().stream().filter(part -> !part.frame().reads(part.node(), stored)).toList();
      if (!base.isEmpty()) {
        one.assume(one.definer(base).stored());
      }
    }
    alias();
    for (int round = 0; round < ROUNDS; round++) {
      boolean isSettled = true;
      for (Equations one : all) {
        DType found = one.definer(one.parts()).stored();
        isSettled &= found == one.assumed();
        one.assume(found);
      }
      alias();
      if (isSettled) {
        return;
      }
    }
    throw new IllegalStateException("no type of " + names + " is that of its equations");
  }

  // ----------------------------------------------------------------- moving axes

  /// Notes the axes on which a tensor of the group stands with a function of an index, `t+1`. What
  /// goes from round to round is read as a whole, so that only its left sides tell.
  private void noteMoving(Item item) {
    note(item.head().name().text(), item.head().indices());
    item.value().ifPresent(this::noteReads);
  }

  private void noteReads(Tree.Expression value) {
    if (value instanceof Tree.Access access
        && !iteration.states().contains(access.tensor().text())) {
      note(access.tensor().text(), access.indices());
    }
    Uses.children(value).forEach(this::noteReads);
  }

  private void note(String tensor, List<Tree.Index> indices) {
    if (!names.contains(tensor)) {
      return;
    }
    String stored = stored(tensor);
    for (int axis = 0; axis < indices.size(); axis++) {
      switch (indices.get(axis)) {
        case Tree.Position(Tree.Expression value, Origin _) -> {
          if (!(value instanceof Tree.Name) && hasIndex(value)) {
            context.addMoving(stored, axis);
          }
        }
        case Tree.Ellipsis _ -> {
          return;
        }
        case Tree.Virtual virtual -> {
          if (virtual.offset() != 0) {
            context.addMoving(stored, axis);
          }
        }
        case Tree.Dotted _, Tree.Group _, Tree.Slice _, Tree.Sized _ -> {}
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
