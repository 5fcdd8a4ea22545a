package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Names;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.einkorn.runtime.DType;

/// Lowers all equations of one tensor to its definition.
final class Equations {
  private final Context context;
  private final String target;
  private final List<Item> items;
  private final Optional<Declared> declared;
  private final List<Part> parts = new ArrayList<>();
  private int before;
  private boolean isRelation;
  private Optional<DType> type = Optional.empty();
  private int width;
  private List<IndexExpr> axes = List.of();
  private List<IndexExpr> extents = List.of();

  /// What a declaration says of a tensor that equations define.
  record Declared(
      Optional<List<Optional<IndexExpr>>> extents, Optional<DType> type, Origin origin) {}

  Equations(Context context, String target, List<Item> items, Optional<Declared> declared) {
    this.context = context;
    this.target = target;
    this.items = items;
    this.declared = declared;
    this.before = context.problems.size();
  }

  /// Adds the definition of `target`, and before it those of its temporaries.
  static void lower(Context context, String target, List<Item> items, Optional<Declared> declared) {
    Equations equations = new Equations(context, target, items, declared);
    try {
      equations.run();
    } catch (ArithmeticException overflow) {
      context.report(new Problem.TooLarge(items.getFirst().origin()));
      equations.breakTarget();
    }
  }

  /// Makes the tensor known as a number, as long as nothing else is known of it.
  void announceNumber() {
    assume(DType.F32);
  }

  /// Makes the tensor known before its equations are read; false where only they tell its rank.
  boolean announce() {
    OptionalInt rank = ranks().plain();
    if (rank.isEmpty() && isBare()) {
      rank = OptionalInt.of(ranks().ellipsisWidth());
    }
    if (rank.isEmpty()) {
      context.report(new Problem.RecursiveRank(target, items.getFirst().head().origin()));
      return false;
    }
    axes = axes(rank.getAsInt());
    assume(DType.F32);
    return true;
  }

  /// Whether all left sides are names alone.
  boolean isBare() {
    return items.stream().allMatch(item -> item.head().form() == Tree.Form.BARE);
  }

  private Ranks ranks() {
    return new Ranks(context, target, items, declared);
  }

  /// What the type is taken to be at first.
  DType firstType() {
    return type.orElse(isRelation ? DType.BOOL : DType.I32);
  }

  /// What the type is taken to be at first of a tensor that has derivatives.
  DType firstFloat() {
    return type.orElse(DType.F32);
  }

  /// The type that the tensor is read with.
  DType assumed() {
    TensorInfo info = context.tensor(target);
    return info == null ? DType.F32 : info.dtype();
  }

  /// Says with which type the tensor is read.
  void assume(DType dtype) {
    Origin origin = items.getFirst().head().origin();
    context.tensors.put(target, new TensorInfo(target, dtype, dtype, axes, false, false, origin));
  }

  private void run() {
    if (prepare() && resolveAll() && settleExtents()) {
      definer(parts).define();
    } else {
      breakTarget();
    }
  }

  /// Finds the type that is declared, and the axes, which may have unknown extents.
  boolean prepare() {
    before = context.problems.size();
    isRelation = items.getFirst().head().form() == Tree.Form.ROUND;
    checkOperators();
    type = declaredType();
    checkBoolean(type.map(found -> found == DType.BOOL).orElse(isRelation));
    width = ranks().ellipsisWidth();
    int rank = ranks().of(width);
    if (rank < 0 || hasNewError(before)) {
      return false;
    }
    axes = axes(rank);
    return true;
  }

  boolean resolveAll() {
    for (Item item : items) {
      int here = context.problems.size();
      resolve(item);
      if (item.value().isEmpty()) {
        context
            .problems
            .subList(here, context.problems.size())
            .replaceAll(
                problem ->
                    problem instanceof Problem.UnknownExtent unknown ? unknown.inFact() : problem);
      }
    }
    return !hasNewError(before) && parts.size() == items.size();
  }

  boolean settleExtents() {
    extents = new TargetExtents(context, target, parts, this::isDeclared).of(axes, isRelation);
    return !hasNewError(before);
  }

  Definer definer(List<Part> some) {
    return new Definer(context, target, some, extents, type, isRelation);
  }

  /// The definition of another tensor of this shape by some of the equations.
  Definer definer(String other, List<Part> some, DType dtype) {
    return new Definer(context, other, some, extents, Optional.of(dtype), isRelation);
  }

  private boolean hasNewError(int before) {
    return context.problems.subList(before, context.problems.size()).stream()
        .anyMatch(problem -> !isWarning(problem));
  }

  static boolean isWarning(Problem problem) {
    return problem instanceof Problem.LoneInFunction
        || problem instanceof Problem.Unused
        || problem instanceof Problem.OpenRank
        || problem instanceof Problem.AverageOfNothing
        || problem instanceof Problem.SpelledLikeLabel
        || problem instanceof Problem.NoInfluence
        || problem instanceof Problem.OnlyThroughTruth;
  }

  /// Marks the tensor as broken. What else is said of its equations may only follow from the error.
  void breakTarget() {
    context
        .problems
        .subList(before, context.problems.size())
        .removeIf(Problem.LoneInFunction.class::isInstance);
    Origin origin = items.getFirst().head().origin();
    context.tensors.put(
        target, new TensorInfo(target, DType.F32, DType.F32, List.of(), false, true, origin));
  }

  private void checkOperators() {
    for (Item item : items) {
      // What an iteration starts from may be given otherwise than its steps.
      Item first =
          items.stream().filter(some -> some.isStep() == item.isStep()).findFirst().orElse(item);
      if (normal(item.operator()) != normal(first.operator())) {
        context.report(
            new Problem.TwoProjections(
                target,
                item.operator().sign(),
                item.head().origin(),
                first.operator().sign(),
                first.head().origin()));
        return;
      }
      if (item.isStep() && context.recursionOf(target).isEmpty()) {
        context.report(new Problem.Steps(target, item.origin()));
      }
    }
  }

  /// `avg=` and `lse=` give numbers.
  private void checkBoolean(boolean isBoolean) {
    Item first = items.getFirst();
    boolean givesNumbers =
        first.operator() == Tree.AssignOperator.AVG || first.operator() == Tree.AssignOperator.LSE;
    if (isBoolean && givesNumbers) {
      context.report(
          new Problem.BooleanProjection(target, first.operator().sign(), first.head().origin()));
    }
  }

  private static Tree.AssignOperator normal(Tree.AssignOperator operator) {
    return operator == Tree.AssignOperator.ADD ? Tree.AssignOperator.ASSIGN : operator;
  }

  private Optional<DType> declaredType() {
    Optional<DType> type = declared.flatMap(Declared::type);
    Origin first = declared.map(Declared::origin).orElse(Origin.UNKNOWN);
    for (Item item : items) {
      Optional<Tree.Name> name = item.head().type();
      if (name.isEmpty()) {
        continue;
      }
      Optional<DType> written = Declarations.type(context, name.get());
      if (written.isPresent() && type.isPresent() && !written.equals(type)) {
        context.report(
            new Problem.TwoTypes(
                target, written.get().text(), name.get().origin(), type.get().text(), first));
      }
      type = type.or(() -> written);
      first = name.get().origin();
    }
    return type;
  }

  // -------------------------------------------------------------------- the axes

  private List<IndexExpr> axes(int rank) {
    List<IndexExpr> axes = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      int place = axis;
      axes.add(
          declared
              .flatMap(Declared::extents)
              .flatMap(all -> all.get(place))
              .orElseGet(() -> context.extents.unknown(target + "." + place)));
    }
    return axes;
  }

  String target() {
    return target;
  }

  List<Part> parts() {
    return parts;
  }

  Origin origin() {
    return items.getFirst().head().origin();
  }

  private boolean isDeclared(int axis) {
    return declared.flatMap(Declared::extents).flatMap(all -> all.get(axis)).isPresent();
  }

  // ----------------------------------------------------------------- one equation

  private void resolve(Item item) {
    if (item.file().isPresent()) {
      parts.add(RelationFiles.part(item, item.file().get(), target, axes));
      return;
    }
    Frame frame = new Frame();
    boolean allDeclared = true;
    for (int axis = 0; axis < axes.size(); axis++) {
      allDeclared &= isDeclared(axis);
    }
    Heads heads = new Heads(context, frame, target, axes, allDeclared && declared.isPresent());
    Tree.Head written = item.head();
    if (written.form() == Tree.Form.BARE && !axes.isEmpty()) {
      written =
          new Tree.Head(
              written.name(),
              Tree.Form.SQUARE,
              List.of(new Tree.Ellipsis(written.origin())),
              written.type(),
              written.origin());
    }
    Heads.Written head =
        heads.read(written, item.head().form() == Tree.Form.BARE ? axes.size() : width);
    Env env = head.env();
    if (item.head().form() == Tree.Form.BARE) {
      env = env.withWhole(env.ellipsis().stream().map(name -> IndexExpr.variable(name)).toList());
    }
    Tree.Expression[] all =
        item.value().map(v -> new Tree.Expression[] {v}).orElse(new Tree.Expression[0]);
    Uses uses = Elaborator.usesOf(context, env, item.head().indices(), all);
    Elaborator elaborator = new Elaborator(context, frame, uses);
    if (item.modifiers().padding().isPresent()) {
      Node padding =
          item.modifiers()
              .padding()
              .get()
              .value()
              .map(value -> elaborator.node(value, Env.empty()))
              .orElse(new Node.Whole(0));
      env = env.withPadding(padding);
    }
    List<IndexExpr> write = positions(item, head, elaborator, env, axes);
    frame.write(write);
    int here = context.problems.size();
    Optional<Tree.AssignOperator> top =
        normal(item.operator()) == Tree.AssignOperator.ASSIGN
            ? Optional.empty()
            : Optional.of(item.operator());
    Env scope = env;
    Node node =
        item.value().map(value -> elaborator.root(value, scope, top)).orElse(new Node.Truth(true));
    List<Part.Bound> bounds =
        bounds(item, elaborator, withProjected(node, frame, env), sized(item, env));
    if (item.isRule()) {
      checkSafety(item, env);
    }
    if (write.size() < axes.size() || hasNewError(here) || frame.isBroken()) {
      return;
    }
    noteMoving(frame, write, item);
    int solving = context.problems.size();
    Domain.solve(context, frame, head.fixed(), optional(head, axes), item.head());
    if (!hasNewError(solving)) {
      parts.add(new Part(item, frame, write, node, bounds));
    }
  }

  /// Along an axis of a recurrence, where an equation writes bounds its index too.
  private void noteMoving(Frame frame, List<IndexExpr> write, Item item) {
    for (int axis = 0; axis < write.size(); axis++) {
      if (context.isMoving(target, axis) && !frame.variablesOf(write.get(axis)).isEmpty()) {
        frame.addSite(
            new Frame.Site(
                target, axis, write.get(axis), axes.get(axis), true, false, item.head().origin()));
      }
    }
  }

  /// The indices to which the left side gives an extent.
  private static Set<String> sized(Item item, Env env) {
    Set<String> sized = new LinkedHashSet<>();
    for (Tree.Index index : item.head().indices()) {
      if (index instanceof Tree.Sized written && env.index(written.name().text()) != null) {
        sized.add(env.index(written.name().text()));
      }
    }
    return sized;
  }

  private static Env withProjected(Node node, Frame frame, Env env) {
    Env inner = env;
    if (node instanceof Node.Project project) {
      for (String name : project.over()) {
        inner = inner.withIndex(frame.get(name).written(), name);
      }
    }
    return inner;
  }

  /// What stands after `with`. A bare index runs below its extent; other positions are guards. The
  /// indices of the projection that is the whole right side may occur too.
  private List<Part.Bound> bounds(Item item, Elaborator elaborator, Env env, Set<String> fixed) {
    List<Part.Bound> bounds = new ArrayList<>();
    Positions positions = elaborator.reader().positions();
    for (Tree.Bound written : item.modifiers().bounds()) {
      Optional<IndexExpr> extent = positions.extent(written.extent(), Env.empty());
      Optional<IndexExpr> position = positions.affine(written.position(), env);
      if (extent.isEmpty() || position.isEmpty()) {
        continue;
      }
      if (position.get() instanceof IndexExpr.Variable(String name)
          && !elaborator.frame.bounds().containsKey(name)
          && !fixed.contains(name)
          && !elaborator.frame.fixed().containsKey(name)) {
        elaborator.frame.bound(name, extent.get());
      } else {
        bounds.add(new Part.Bound(position.get(), extent.get()));
      }
    }
    return bounds;
  }

  /// The positions that are no plain index.
  private List<IndexExpr> positions(
      Item item, Heads.Written head, Elaborator elaborator, Env env, List<IndexExpr> axes) {
    List<IndexExpr> write = new ArrayList<>(head.write());
    for (Map.Entry<Integer, Tree.Expression> pending : head.pending().entrySet()) {
      int axis = pending.getKey();
      Tree.Expression value = pending.getValue();
      TensorInfo info =
          new TensorInfo(target, DType.F32, DType.F32, axes, false, false, value.origin());
      boolean isLast = value instanceof Tree.Negate(Tree.IntegerLiteral _, Origin _);
      if (isLast && !isDeclared(axis)) {
        context.report(
            new Problem.NotWritable(
                "it counts from the end of an axis whose extent is not known",
                Heads.declaration(item.head(), axis),
                value.origin()));
        return List.of();
      }
      Optional<IndexExpr> position =
          elaborator.reader().positions().position(value, info, axis, env);
      if (position.isEmpty()) {
        return List.of();
      }
      write.set(axis, position.get());
    }
    return write;
  }

  /// Where nothing on the right bounds a plain index, the declared extent does, or the tensor's
  /// other equations.
  private Map<String, IndexExpr> optional(Heads.Written head, List<IndexExpr> axes) {
    Map<String, IndexExpr> optional = new HashMap<>();
    for (int axis = 0; axis < axes.size() && axis < head.write().size(); axis++) {
      if (head.write().get(axis) instanceof IndexExpr.Variable(String name)
          && (isDeclared(axis) || items.size() > 1)) {
        optional.put(name, axes.get(axis));
      }
    }
    return optional;
  }

  /// Every index of a rule must occur in an atom that is not negated.
  private void checkSafety(Item item, Env env) {
    Set<String> bound = new LinkedHashSet<>();
    Uses uses = new Uses(name -> false);
    item.value().ifPresent(value -> positive(value, bound, uses));
    Set<String> all = new LinkedHashSet<>(uses.of(item.value().orElseThrow()).keySet());
    all.addAll(env.indices().keySet());
    for (String name : all) {
      if (!bound.contains(name) && !Names.isCapital(name)) {
        context.report(new Problem.UnsafeRule(name, firstUse(item, name)));
      }
    }
  }

  /// Where the name of an index first stands in a rule.
  private static Origin firstUse(Item item, String name) {
    Uses uses = new Uses(other -> false);
    for (Tree.Index index : item.head().indices()) {
      if (uses.ofIndices(List.of(index)).containsKey(name)) {
        return index.origin();
      }
    }
    return item.value()
        .map(value -> Elaborator.originOf(uses, value, name))
        .orElse(item.head().origin());
  }

  private static void positive(Tree.Expression value, Set<String> bound, Uses uses) {
    if (value instanceof Tree.Not) {
      return;
    }
    if (value instanceof Tree.Access) {
      bound.addAll(uses.of(value).keySet());
    }
    Uses.children(value).forEach(child -> positive(child, bound, uses));
  }
}
