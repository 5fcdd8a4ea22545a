package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.ExpressionPrinter;
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
import org.einkorn.ir.tensor.Fixpoint;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Makes definitions of tensors that need each other at the same positions: an iteration.
///
/// Either equations say how it ends, `until COND` or `for N steps`: those that say it are its
/// steps, and a tensor's other equations are what it starts from. Or it is a fixpoint: tensors that
/// are projected by `max`, `min`, `or` or `and` start from their equations that need none of the
/// group, and take in what the others give until nothing changes.
final class Iteration {
  private final Context context;
  private final Map<String, List<Item>> group;
  private final List<Equations> all;
  private final Optional<Tree.Modifiers> ending;
  private final List<Equations> ends = new ArrayList<>();

  /// @param group the equations of each tensor
  /// @param all the same tensors, their equations resolved when the definitions are made
  Iteration(Context context, Map<String, List<Item>> group, List<Equations> all) {
    this.context = context;
    this.group = group;
    this.all = all;
    this.ending =
        group.values().stream()
            .flatMap(List::stream)
            .filter(Item::isStep)
            .map(Item::modifiers)
            .findFirst();
  }

  /// Whether equations say how it ends.
  boolean hasEnding() {
    return ending.isPresent();
  }

  /// Whether the tensors can be an iteration by the signs of their equations.
  boolean mayIterate() {
    return hasEnding()
        || group.values().stream()
            .flatMap(List::stream)
            .anyMatch(
                item ->
                    switch (item.operator()) {
                      case MAX, MIN, OR, AND -> true;
                      case ASSIGN, ADD, MULTIPLY, AVG, LSE, XOR -> false;
                    });
  }

  /// The condition and the number of rounds, as equations to be resolved along with the others.
  List<Equations> ends() {
    if (ends.isEmpty() && ending.isPresent()) {
      String name = states().getFirst();
      Origin origin = stepOrigin();
      ending
          .get()
          .until()
          .ifPresent(
              condition -> ends.add(end(name + ".until", condition, Optional.empty(), origin)));
      ending
          .get()
          .steps()
          .ifPresent(
              steps -> {
                Tree.Name type = new Tree.Name(DType.I64.text(), origin);
                ends.add(end(name + ".limit", steps, Optional.of(type), origin));
              });
    }
    return List.copyOf(ends);
  }

  private Equations end(
      String target, Tree.Expression value, Optional<Tree.Name> type, Origin origin) {
    Tree.Name name = new Tree.Name(states().getFirst(), origin);
    Tree.Head head = new Tree.Head(name, Tree.Form.SQUARE, List.of(), type, origin);
    Tree.AssignOperator operator =
        type.isEmpty() ? Tree.AssignOperator.AND : Tree.AssignOperator.ASSIGN;
    Item item =
        new Item(head, operator, Optional.of(value), Tree.Modifiers.NONE, false, value.origin());
    return new Equations(context, target, List.of(item), Optional.empty());
  }

  private Origin stepOrigin() {
    return group.values().stream()
        .flatMap(List::stream)
        .filter(Item::isStep)
        .map(Item::origin)
        .findFirst()
        .orElse(Origin.UNKNOWN);
  }

  /// The tensors that go from round to round, as far as the equations alone tell them.
  List<String> states() {
    return group.entrySet().stream()
        .filter(entry -> entry.getValue().stream().anyMatch(Item::isStep))
        .map(Map.Entry::getKey)
        .toList();
  }

  /// Whether the number of rounds, and what the states start from, need none of the group; a
  /// complaint if they do.
  boolean isBegun() {
    Optional<Tree.Expression> steps = ending.flatMap(Tree.Modifiers::steps);
    if (steps.isPresent()) {
      List<Tree.Name> needs = new ArrayList<>();
      Item.collect(steps.get(), needs);
      Optional<Tree.Name> own = own(needs);
      if (own.isPresent()) {
        Origin at = steps.get().origin();
        context.report(new Problem.LateBeginning(own.get().text(), states(), true, at));
        return false;
      }
    }
    for (String state : states()) {
      for (Item item : group.getOrDefault(state, List.of())) {
        Optional<Tree.Name> own = item.isStep() ? Optional.empty() : own(item.needs());
        if (own.isPresent()) {
          context.report(
              new Problem.LateBeginning(
                  own.get().text(), List.of(state), false, own.get().origin()));
          return false;
        }
      }
    }
    return true;
  }

  private Optional<Tree.Name> own(List<Tree.Name> names) {
    return names.stream().filter(name -> group.containsKey(name.text())).findFirst();
  }

  /// Whether all steps have one ending; a complaint if they don't.
  boolean hasOneEnding() {
    for (List<Item> items : group.values()) {
      for (Item item : items) {
        if (item.isStep() && !text(item.modifiers()).equals(text(ending.orElseThrow()))) {
          context.report(new Problem.TwoEndings(item.origin(), stepOrigin()));
          return false;
        }
      }
    }
    return true;
  }

  private static String text(Tree.Modifiers modifiers) {
    return modifiers.until().map(ExpressionPrinter::print).orElse("")
        + " for "
        + modifiers.steps().map(ExpressionPrinter::print).orElse("");
  }

  // ------------------------------------------------------------------ definitions

  /// Adds the definitions; nothing but a complaint where there is no fixpoint.
  ///
  /// @param stored for each tensor of the group its name in the IR
  boolean define(Set<String> stored) {
    List<Equations> states =
        all.stream()
            .filter(
                one ->
                    hasEnding()
                        ? states().contains(one.target())
                        : one.definer(one.parts()).projection().isIdempotent())
            .toList();
    if (states.isEmpty() || (!hasEnding() && isTurned())) {
      return false;
    }
    Body.Iterate end = end(states);
    boolean isSound = true;
    for (Equations one : all) {
      if (states.contains(one)) {
        isSound &= state(one, end, stored);
      } else {
        one.definer(one.parts()).define();
      }
    }
    return isSound;
  }

  /// Whether something of the group falls where another rises; a complaint if so.
  private boolean isTurned() {
    Feedback feedback = new Feedback(group.keySet());
    for (Map.Entry<String, List<Item>> entry : group.entrySet()) {
      for (Item item : entry.getValue()) {
        Optional<Feedback.Use> use = item.value().flatMap(feedback::falling);
        if (use.isPresent()) {
          List<String> cycle = new ArrayList<>(List.of(entry.getKey()));
          cycle.addAll(path(use.get().tensor(), entry.getKey()));
          context.report(new Problem.Unstratified(cycle, use.get().isNegated(), use.get().at()));
          return true;
        }
      }
    }
    return false;
  }

  /// From one tensor over those it needs to another.
  private List<String> path(String from, String to) {
    Map<String, String> reached = new LinkedHashMap<>();
    List<String> open = new ArrayList<>(List.of(from));
    while (!open.isEmpty() && !from.equals(to)) {
      String here = open.removeFirst();
      for (Item item : group.getOrDefault(here, List.of())) {
        for (Tree.Name next : item.needs()) {
          if (group.containsKey(next.text()) && !reached.containsKey(next.text())) {
            reached.put(next.text(), here);
            open.add(next.text());
          }
        }
      }
      if (reached.containsKey(to)) {
        break;
      }
    }
    List<String> path = new ArrayList<>(List.of(to));
    while (!path.getFirst().equals(from)) {
      path.addFirst(Objects.requireNonNull(reached.get(path.getFirst())));
    }
    return path;
  }

  /// A number of rounds is a whole number.
  private void requireWhole(Equations rounds) {
    for (Part part : rounds.parts()) {
      DType type = new Types(context).of(part.node()).type();
      if (!type.isInteger()) {
        context.report(new Problem.FractionalRounds(type.text(), part.item().origin()));
      }
    }
  }

  /// How the iteration ends: as written, or when nothing changes any more.
  private Body.Iterate end(List<Equations> states) {
    String first = states.getFirst().target();
    if (hasEnding()) {
      Map<String, String> names = new LinkedHashMap<>();
      for (Equations one : ends()) {
        boolean isCondition = one.target().endsWith(".until");
        TensorType type = new TensorType(isCondition ? DType.BOOL : DType.I64, List.of());
        Optional<String> whole = whole(one.parts(), type);
        if (!isCondition) {
          requireWhole(one);
        }
        if (whole.isEmpty()) {
          one.definer(one.parts()).define();
        }
        names.put(isCondition ? "until" : "limit", whole.orElse(one.target()));
      }
      if (!names.containsKey("limit") && !onlyGrows(states)) {
        names.put("limit", most(first, states));
      }
      return new Body.Iterate(
          first,
          first,
          Optional.ofNullable(names.get("until")),
          Optional.ofNullable(names.get("limit")));
    }
    settled(first + ".settled", states);
    Optional<String> limit = Optional.empty();
    if (states.stream().anyMatch(one -> one.assumed() != DType.BOOL)) {
      limit = Optional.of(first + ".limit");
      limit(limit.get(), states);
    }
    // Relations only grow, and come to an end in any case.
    return new Body.Iterate(first, first, Optional.of(first + ".settled"), limit);
  }

  /// Whether all states are relations that follow from one another without a negation, as those of
  /// a fixpoint do: they come to an end.
  private boolean onlyGrows(List<Equations> states) {
    Optional<String> until =
        ending
            .flatMap(Tree.Modifiers::until)
            .flatMap(
                value ->
                    value instanceof Tree.Name name ? Optional.of(name.text()) : Optional.empty());
    Feedback feedback = new Feedback(group.keySet());
    return states.stream().allMatch(one -> one.assumed() == DType.BOOL)
        && group.entrySet().stream()
            .filter(entry -> !until.equals(Optional.of(entry.getKey())))
            .flatMap(entry -> entry.getValue().stream())
            .allMatch(item -> item.value().flatMap(feedback::falling).isEmpty());
  }

  /// The number of rounds after which a condition counts as one that does not come true.
  private String most(String first, List<Equations> states) {
    TensorType type = new TensorType(DType.I64, List.of());
    Scalar rounds = Scalar.constant(DType.I64, Body.Iterate.MOST_ROUNDS);
    add(first + ".limit", type, map(type, rounds), states.getFirst().origin());
    return first + ".limit";
  }

  /// Whether a step replaces what is there, and is not combined with it.
  private static boolean replaces(Tree.AssignOperator operator) {
    return operator == Tree.AssignOperator.ASSIGN || operator == Tree.AssignOperator.AVG;
  }

  private static String start(String target) {
    return target + ".start";
  }

  private static String next(String target) {
    return target + ".next";
  }

  private boolean state(Equations one, Body.Iterate end, Set<String> stored) {
    List<Part> base = new ArrayList<>();
    List<Part> steps = new ArrayList<>();
    for (Part part : one.parts()) {
      boolean goesOn = hasEnding() ? part.item().isStep() : part.frame().reads(part.node(), stored);
      (goesOn ? steps : base).add(part);
    }
    TensorType type = type(one);
    boolean isAssigned =
        hasEnding() && !steps.isEmpty() && replaces(steps.getFirst().item().operator());
    Optional<String> whole = isAssigned ? whole(base, type) : Optional.empty();
    Optional<String> goal = isAssigned ? whole(steps, type) : Optional.empty();
    boolean isFilled = true;
    Projection projection = one.definer(steps.isEmpty() ? base : steps).projection();
    if (base.isEmpty()) {
      DType value = type.dtype().compute();
      isFilled = projection.hasProperIdentity(value);
      Scalar identity = Scalar.constant(value, projection.identity(value));
      add(start(one.target()), type, map(type, identity), one.origin());
    } else if (whole.isEmpty()) {
      Definer definer = one.definer(start(one.target()), base, type.dtype());
      definer.define();
      isFilled = !definer.isCovered();
    }
    if (steps.isEmpty()) {
      add(next(one.target()), type, map(type, read(one.target(), type)), one.origin());
    } else if (isAssigned && goal.isEmpty()) {
      one.definer(next(one.target()), steps, type.dtype()).define();
    } else if (!isAssigned) {
      one.definer(next(one.target()), steps, type.dtype()).defineWith(one.target());
    }
    boolean isSound = isFilled || isAssigned;
    if (!isSound) {
      context.report(new Problem.OpenFixpoint(one.target(), one.origin()));
    }
    add(
        one.target(),
        type,
        new Body.Iterate(
            whole.orElse(start(one.target())),
            goal.orElse(next(one.target())),
            end.until(),
            end.limit()),
        steps.isEmpty() ? one.origin() : steps.getFirst().item().origin());
    return isSound;
  }

  /// The tensor that an equation is a copy of: `X[i] = Y[i]`.
  private Optional<String> whole(List<Part> parts, TensorType type) {
    if (parts.size() != 1
        || !(parts.getFirst().node() instanceof Node.Read(String tensor, var at, var _, var _))
        || !at.equals(parts.getFirst().write())
        || !parts.getFirst().bounds().isEmpty()
        || at.stream().distinct().count() != at.size()
        || !at.stream().allMatch(IndexExpr.Variable.class::isInstance)) {
      return Optional.empty();
    }
    TensorInfo info = Objects.requireNonNull(context.tensor(tensor));
    boolean isSame =
        info.dtype() == type.dtype()
            && info.extents().stream()
                .map(context.extents::resolve)
                .toList()
                .equals(type.extents());
    return isSame ? Optional.of(tensor) : Optional.empty();
  }

  private TensorType type(Equations one) {
    List<IndexExpr> extents =
        Objects.requireNonNull(context.tensor(one.target())).extents().stream()
            .map(context.extents::resolve)
            .toList();
    return new TensorType(one.assumed(), extents);
  }

  private void add(String name, TensorType type, Body body, Origin origin) {
    context.tensors.put(
        name,
        new TensorInfo(name, type.dtype(), type.dtype(), type.extents(), false, false, origin));
    context.definitions.add(new Definition(name, type, body, origin));
  }

  /// Whether no element of a state changes; a NaN that stays one does not.
  private void settled(String name, List<Equations> states) {
    List<Contraction> terms = new ArrayList<>();
    for (Equations one : states) {
      terms.add(Fixpoint.unchanged(type(one), one.target(), next(one.target())));
    }
    add(
        name,
        new TensorType(DType.BOOL, List.of()),
        new Body.Accumulate(Projection.ALL, terms),
        states.getFirst().origin());
  }

  /// The most rounds that a fixpoint over a semiring takes: a derivation that is higher than there
  /// are elements comes to one of them twice.
  private void limit(String name, List<Equations> states) {
    Feedback feedback = new Feedback(new HashSet<>(group.keySet()));
    boolean isBounded =
        group.values().stream()
            .flatMap(List::stream)
            .allMatch(
                item ->
                    item.value()
                        .map(value -> feedback.isPolynomial(value, name(item.operator())))
                        .orElse(true));
    IndexExpr rounds = IndexExpr.of(isBounded ? 1 : Body.Iterate.MOST_ROUNDS);
    if (isBounded) {
      for (Equations one : states) {
        rounds =
            rounds.plus(type(one).extents().stream().reduce(IndexExpr.of(1), IndexExpr::times));
      }
    }
    TensorType type = new TensorType(DType.I64, List.of());
    add(name, type, map(type, new Scalar.Position(rounds)), states.getFirst().origin());
  }

  private static String name(Tree.AssignOperator operator) {
    return operator.sign().substring(0, operator.sign().length() - 1);
  }

  private static List<Axis> axes(TensorType type) {
    List<Axis> axes = new ArrayList<>();
    for (IndexExpr extent : type.extents()) {
      axes.add(new Axis("at." + axes.size(), extent));
    }
    return axes;
  }

  private static Scalar read(String tensor, TensorType type) {
    List<IndexExpr> at = axes(type).stream().map(Axis::variable).toList();
    return Scalar.cast(type.dtype().compute(), new Scalar.Read(tensor, type.dtype(), at));
  }

  private static Body map(TensorType type, Scalar value) {
    boolean isLogic = type.dtype() == DType.BOOL;
    List<Axis> axes = axes(type);
    Contraction term =
        new Contraction(
            axes,
            List.of(),
            axes.stream().map(Axis::variable).toList(),
            isLogic ? BinaryOp.AND : BinaryOp.MULTIPLY,
            List.of(value));
    return new Body.Accumulate(isLogic ? Projection.ANY : Projection.SUM, List.of(term));
  }
}
