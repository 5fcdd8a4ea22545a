package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Linear;
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
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Lowers all equations of one tensor to its definition.
final class Equations {
  private final Context context;
  private final String target;
  private final List<Item> items;
  private final Optional<Declared> declared;
  private final Types types;
  private final List<Part> parts = new ArrayList<>();

  /// What a declaration says of a tensor that equations define.
  record Declared(
      Optional<List<Optional<IndexExpr>>> extents, Optional<DType> type, Origin origin) {}

  /// One equation, resolved.
  private record Part(
      Item item, Frame frame, Heads.Written head, List<IndexExpr> write, Node node) {}

  private Equations(Context context, String target, List<Item> items, Optional<Declared> declared) {
    this.context = context;
    this.target = target;
    this.items = items;
    this.declared = declared;
    this.types = new Types(context);
  }

  /// Adds the definition of `target`, and before it those of its temporaries.
  static void lower(Context context, String target, List<Item> items, Optional<Declared> declared) {
    new Equations(context, target, items, declared).run();
  }

  private void run() {
    int before = context.problems.size();
    boolean isRelation = items.getFirst().head().form() == Tree.Form.ROUND;
    checkOperators();
    Optional<DType> type = declaredType();
    int width = ellipsisWidth();
    int rank = rank(width);
    if (rank < 0 || hasNewError(before)) {
      breakTarget(before);
      return;
    }
    List<IndexExpr> axes = axes(rank);
    for (Item item : items) {
      resolve(item, width, axes);
    }
    if (hasNewError(before) || parts.size() < items.size()) {
      breakTarget(before);
      return;
    }
    List<IndexExpr> extents = extents(axes, isRelation);
    if (hasNewError(before)) {
      breakTarget(before);
      return;
    }
    new Definer(extents, type, isRelation).define();
  }

  private boolean hasNewError(int before) {
    return context.problems.subList(before, context.problems.size()).stream()
        .anyMatch(problem -> !isWarning(problem));
  }

  static boolean isWarning(Problem problem) {
    return problem instanceof Problem.LoneInFunction || problem instanceof Problem.Unused;
  }

  /// Marks the tensor as broken. What else is said of its equations may only follow from the error.
  private void breakTarget(int before) {
    context
        .problems
        .subList(before, context.problems.size())
        .removeIf(Problem.LoneInFunction.class::isInstance);
    Origin origin = items.getFirst().head().origin();
    context.tensors.put(
        target, new TensorInfo(target, DType.F32, DType.F32, List.of(), false, true, origin));
  }

  private void checkOperators() {
    Item first = items.getFirst();
    for (Item item : items) {
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
      if (item.modifiers().until().isPresent() || item.modifiers().steps().isPresent()) {
        context.report(new Problem.Steps(item.origin()));
      }
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
    type.filter(DType::isComplex)
        .ifPresent(
            complex ->
                context.report(
                    new Problem.ComplexResult(complex.text(), items.getFirst().head().origin())));
    return type;
  }

  // -------------------------------------------------------------------- the axes

  /// How many axes `...` stands for: the most of any read with an ellipsis, or of a whole tensor
  /// where the left side is bare.
  private int ellipsisWidth() {
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
        // The same complaint comes again when the right side is resolved.
        while (context.problems.size() > before) {
          context.problems.removeLast();
        }
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
    return declared.flatMap(Declared::extents).map(List::size).orElse(-1);
  }

  private int rank(int width) {
    int rank = -1;
    Origin first = declared.map(Declared::origin).orElse(Origin.UNKNOWN);
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

  private boolean isDeclared(int axis) {
    return declared.flatMap(Declared::extents).flatMap(all -> all.get(axis)).isPresent();
  }

  // ----------------------------------------------------------------- one equation

  private void resolve(Item item, int width, List<IndexExpr> axes) {
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
    List<IndexExpr> write = positions(head, elaborator, env, axes);
    int before = context.problems.size();
    Optional<Tree.AssignOperator> top =
        normal(item.operator()) == Tree.AssignOperator.ASSIGN
            ? Optional.empty()
            : Optional.of(item.operator());
    Env scope = env;
    Node node =
        item.value().map(value -> elaborator.root(value, scope, top)).orElse(new Node.Truth(true));
    if (item.isRule()) {
      checkSafety(item, env);
    }
    if (write.size() < axes.size() || hasNewError(before) || frame.isBroken()) {
      return;
    }
    int before2 = context.problems.size();
    Domain.solve(context, frame, head.fixed(), optional(head, axes), target);
    if (!hasNewError(before2)) {
      parts.add(new Part(item, frame, head, write, node));
    }
  }

  /// The positions that are no plain index.
  private List<IndexExpr> positions(
      Heads.Written head, Elaborator elaborator, Env env, List<IndexExpr> axes) {
    List<IndexExpr> write = new ArrayList<>(head.write());
    for (Map.Entry<Integer, Tree.Expression> pending : head.pending().entrySet()) {
      int axis = pending.getKey();
      Tree.Expression value = pending.getValue();
      TensorInfo info =
          new TensorInfo(target, DType.F32, DType.F32, axes, false, false, value.origin());
      boolean isLast = value instanceof Tree.Negate(Tree.IntegerLiteral _, Origin _);
      if (isLast && !isDeclared(axis)) {
        context.report(new Problem.NotWritable(value.origin()));
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
        context.report(new Problem.UnsafeRule(name, item.head().origin()));
      }
    }
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

  // ------------------------------------------------------------------- the extents

  private List<IndexExpr> extents(List<IndexExpr> axes, boolean isRelation) {
    List<IndexExpr> extents = new ArrayList<>();
    for (int axis = 0; axis < axes.size(); axis++) {
      extents.add(isDeclared(axis) ? declaredExtent(axes, axis) : inferred(axes, axis, isRelation));
    }
    return extents;
  }

  private IndexExpr declaredExtent(List<IndexExpr> axes, int axis) {
    IndexExpr extent = axes.get(axis);
    for (Part part : parts) {
      IndexExpr position = part.write.get(axis);
      if (!isLabel(position) && !isGather(part, position)) {
        Ranges range = Ranges.of(position, name -> extentOf(part, name));
        Origin origin = part.item.head().origin();
        context.later(
            () -> {
              IndexExpr last = context.extents.resolve(range.greatest());
              IndexExpr size = context.extents.resolve(extent);
              if (Linear.difference(last, size).orElse(-1) >= 0) {
                context.report(
                    new Problem.WritesOutside(
                        target, Shapes.text(last), Shapes.text(size), origin));
              }
            });
      }
    }
    return extent;
  }

  private IndexExpr inferred(List<IndexExpr> axes, int axis, boolean isRelation) {
    IndexExpr unknown = axes.get(axis);
    boolean hasLabel = parts.stream().anyMatch(part -> isLabel(part.write.get(axis)));
    boolean allConstant =
        parts.stream()
            .allMatch(
                part ->
                    part.write.get(axis) instanceof IndexExpr.Constant
                        || isLabel(part.write.get(axis)));
    IndexExpr greatest = IndexExpr.Constant.ZERO;
    for (Part part : parts) {
      IndexExpr position = part.write.get(axis);
      if (isGather(part, position)) {
        context.report(new Problem.NotWritable(part.item.head().origin()));
        return IndexExpr.Constant.ONE;
      }
      boolean isJoined = hasLabel || allConstant || isRelation;
      if (position instanceof IndexExpr.Constant(long value) && isJoined) {
        context.extents.requireAtLeast(unknown, value + 1);
        continue;
      }
      if (isLabel(position)) {
        continue;
      }
      IndexExpr extent =
          context.extents.resolve(
              Ranges.of(position, name -> extentOf(part, name)).greatest().plus(1));
      if (extent.equals(context.extents.resolve(unknown))) {
        continue;
      }
      if (isJoined) {
        if (!context.extents.unify(unknown, extent)) {
          context.report(
              new Problem.TwoExtents(
                  "axis " + axis,
                  new Problem.Use(part.item.head().origin(), Shapes.text(extent), "this equation"),
                  new Problem.Use(
                      parts.getFirst().item.head().origin(),
                      Shapes.text(context.extents.resolve(unknown)),
                      "another equation of " + target)));
        }
      } else {
        greatest = Linear.normalize(greatest.max(extent));
      }
    }
    if (hasLabel || allConstant || isRelation) {
      return unknown;
    }
    Part first = parts.getFirst();
    boolean isKnown =
        parts.stream()
            .anyMatch(
                part ->
                    !context
                        .extents
                        .resolve(Ranges.of(part.write.get(axis), n -> extentOf(part, n)).greatest())
                        .equals(context.extents.resolve(unknown.plus(-1))));
    if (!isKnown && first.write.get(axis) instanceof IndexExpr.Variable(String name)) {
      Frame.Variable variable = first.frame.get(name);
      context.report(new Problem.UnknownExtent(variable.written(), variable.origin(), target));
      return IndexExpr.Constant.ONE;
    }
    context.extents.unify(unknown, greatest);
    return greatest;
  }

  private IndexExpr extentOf(Part part, String variable) {
    return context.extents.resolve(part.frame.get(variable).extent());
  }

  private static boolean isLabel(IndexExpr position) {
    return position instanceof IndexExpr.Symbol(String name) && name.startsWith("label.");
  }

  private static boolean isGather(Part part, IndexExpr position) {
    return position instanceof IndexExpr.Variable(String name) && part.frame.gatherOf(name) != null;
  }

  // ---------------------------------------------------------------- the definition

  /// Makes the definition, when the extents are known.
  private final class Definer {
    private final List<IndexExpr> extents;
    private final boolean isBoolean;
    private final DType value;
    private final DType stored;
    private final Projection projection;
    private final boolean isAverage;
    private final Origin origin = items.getFirst().origin();

    Definer(List<IndexExpr> extents, Optional<DType> type, boolean isRelation) {
      this.extents = extents;
      Tree.AssignOperator operator = items.getFirst().operator();
      this.isAverage = operator == Tree.AssignOperator.AVG;
      boolean isLogic =
          switch (operator) {
            case OR, AND, XOR -> true;
            case ASSIGN, ADD, MULTIPLY, MAX, MIN, AVG, LSE -> false;
          };
      this.isBoolean = isLogic || type.map(t -> t == DType.BOOL).orElse(isRelation);
      Types.Type joined = types.join(parts.stream().map(part -> part.node).toList());
      if (operator == Tree.AssignOperator.LSE || isAverage) {
        joined = Types.real(Types.number(joined));
      }
      boolean combines = parts.size() > 1 || parts.stream().anyMatch(part -> !isPlain(part));
      boolean isCount = joined.type() == DType.BOOL && !isBoolean && combines;
      DType own = isCount ? DType.I32 : joined.type();
      boolean widens =
          joined.isWeak()
              && type.isPresent()
              && type.get() != DType.BOOL
              && (type.get().isFloat() || !own.isFloat());
      // The identity of a float maximum is a number of the type; that of integers is none.
      boolean isFloatExtremum =
          (operator == Tree.AssignOperator.MAX || operator == Tree.AssignOperator.MIN)
              && type.isPresent()
              && type.get().isFloat()
              && !own.isFloat();
      this.value =
          isBoolean ? DType.BOOL : widens || isFloatExtremum ? type.orElseThrow().compute() : own;
      this.projection = Joins.kind(projection(operator), value);
      DType natural = value;
      for (Part part : parts) {
        natural = natural == value ? types.storage(part.node, value) : natural;
      }
      this.stored = isBoolean ? type.orElse(DType.BOOL) : type.orElse(natural);
    }

    private static Projection projection(Tree.AssignOperator operator) {
      return switch (operator) {
        case ASSIGN, ADD, AVG -> Projection.SUM;
        case MULTIPLY -> Projection.PRODUCT;
        case MAX -> Projection.MAX;
        case MIN -> Projection.MIN;
        case OR -> Projection.ANY;
        case AND -> Projection.ALL;
        case XOR -> Projection.XOR;
        case LSE -> Projection.LOG_SUM_EXP;
      };
    }

    private boolean isPlain(Part part) {
      return part.write.stream().allMatch(IndexExpr.Variable.class::isInstance)
          && part.write.stream().distinct().count() == part.write.size()
          && !(part.node instanceof Node.Project)
          && new ArrayList<>(part.frame.free(part.node))
              .stream().allMatch(name -> part.write.contains(IndexExpr.variable(name)));
    }

    void define() {
      if (isAverage) {
        defineAverage();
        return;
      }
      if (parts.size() == 1 && defineDirectly(parts.getFirst())) {
        return;
      }
      List<Contraction> terms = new ArrayList<>();
      boolean covers = parts.size() == 1;
      List<List<String>> reduced = new ArrayList<>();
      for (Part part : parts) {
        Emitter emitter = emitter(part);
        Contraction term = term(part, emitter, projection);
        terms.add(term);
        covers &= covers(part, term);
        reduced.add(List.copyOf(term.reducedAxes()));
      }
      Body body = new Body.Accumulate(projection, terms);
      if (projection.hasProperIdentity(value)) {
        add(target, stored, extents, body);
        return;
      }
      defineCovered(terms, body, covers, reduced.getFirst());
    }

    private Emitter emitter(Part part) {
      return new Emitter(context, part.frame, target, part.item.origin());
    }

    private void add(String name, DType type, List<IndexExpr> shape, Body body) {
      context.tensors.put(name, new TensorInfo(name, type, type, shape, false, false, origin));
      context.definitions.add(new Definition(name, new TensorType(type, shape), body, origin));
    }

    /// `Y[i] = max[j](A[i, j])`: one contraction with the projection of the right side.
    private boolean defineDirectly(Part part) {
      Node node = stepped(part);
      if (node instanceof Node.Cumulate cumulate && defineScan(part, cumulate)) {
        return true;
      }
      if (!(node instanceof Node.Project project)
          || !part.write.stream().allMatch(IndexExpr.Variable.class::isInstance)) {
        return false;
      }
      DType type = types.of(project).type();
      Projection kind = Joins.kind(project.kind(), isBoolean ? DType.BOOL : type);
      Set<String> outside = part.frame.free(project);
      boolean matches =
          kind != projection
              && part.write.stream().distinct().count() == part.write.size()
              && part.write.stream()
                  .allMatch(index -> outside.contains(((IndexExpr.Variable) index).name()))
              && outside.size() == part.write.size()
              && type == value
              && kind.hasProperIdentity(type)
              && spans(part);
      if (!matches) {
        return false;
      }
      Emitter emitter = emitter(part);
      Emitter.Points points = new Emitter.Points();
      Joins.Joined joined = Joins.of(emitter, project.body(), kind, type, points);
      if (!emitter.about(names(part), points).isEmpty()) {
        return false;
      }
      List<String> all = new ArrayList<>(names(part));
      all.addAll(project.over());
      Contraction term =
          new Contraction(
              all.stream().map(emitter::axis).toList(),
              List.copyOf(points.guards),
              part.write,
              joined.join(),
              joined.operands());
      add(target, stored, extents, new Body.Accumulate(kind, List.of(term)));
      return true;
    }

    /// `Y[i] = cumsum[i](X[i])`: a scan, without a copy.
    private boolean defineScan(Part part, Node.Cumulate cumulate) {
      boolean isWhole =
          projection == Projection.SUM
              && types.of(cumulate).type() == value
              && part.write.stream().allMatch(IndexExpr.Variable.class::isInstance)
              && part.write.stream().distinct().count() == part.write.size()
              && new LinkedHashSet<>(names(part)).containsAll(part.frame.free(cumulate))
              && spans(part);
      if (!isWhole) {
        return false;
      }
      Emitter emitter = emitter(part);
      Emitter.Points points = new Emitter.Points();
      Scalar operand = emitter.scalar(cumulate.body(), value, points);
      int axis = names(part).indexOf(cumulate.along());
      if (!points.guards.isEmpty() || axis < 0) {
        return false;
      }
      List<Axis> axes = names(part).stream().map(emitter::axis).toList();
      add(target, stored, extents, new Body.Scan(cumulate.kind(), axis, axes, operand));
      return true;
    }

    private List<String> names(Part part) {
      return part.write.stream().map(index -> ((IndexExpr.Variable) index).name()).toList();
    }

    private boolean spans(Part part) {
      for (int axis = 0; axis < part.write.size(); axis++) {
        IndexExpr extent = extentOf(part, ((IndexExpr.Variable) part.write.get(axis)).name());
        if (!extent.equals(context.extents.resolve(extents.get(axis)))) {
          return false;
        }
      }
      return true;
    }

    /// A number assigned to a Boolean is 1 where it is positive.
    private Node stepped(Part part) {
      Node node = part.node;
      if (!isBoolean || types.of(node).type() == DType.BOOL) {
        return node;
      }
      if (node instanceof Node.Project project
          && types.of(project.body()).type() == DType.BOOL
          && project.kind() == Projection.SUM) {
        return new Node.Project(Projection.ANY, project.over(), project.body(), project.origin());
      }
      return new Node.Binary(BinaryOp.LESS, new Node.Whole(0), node, part.item.origin());
    }

    private Contraction term(Part part, Emitter emitter, Projection into) {
      Node node = stepped(part);
      Emitter.Points points = new Emitter.Points();
      List<IndexExpr> write =
          part.write.stream().map(index -> emitter.position(index, points)).toList();
      List<String> over = List.of();
      Node body = node;
      if (node instanceof Node.Project project
          && Joins.kind(project.kind(), value) == into
          && (types.of(project).type() == value
              || types.of(project.body()).type() == value
              || types.of(project.body()).isWeak()
              || value != DType.BOOL)) {
        over = project.over();
        body = project.body();
      }
      Joins.Joined joined = Joins.of(emitter, body, into, value, points);
      Set<String> all = new LinkedHashSet<>();
      part.write.forEach(index -> all.addAll(part.frame.variablesOf(index)));
      all.addAll(emitter.ordered(part.frame.free(body)));
      over.forEach(all::remove);
      all.addAll(over);
      List<Axis> axes = all.stream().map(emitter::axis).toList();
      return new Contraction(
          axes, List.copyOf(points.guards), write, joined.join(), joined.operands());
    }

    private boolean covers(Part part, Contraction term) {
      return term.guards().isEmpty() && term.writesPlainAxes() && spans(part);
    }

    /// The greatest of integers has no proper identity: what is never written must be told apart,
    /// to be 0.
    private void defineCovered(
        List<Contraction> terms, Body body, boolean covers, List<String> reduced) {
      Part part = parts.getFirst();
      Emitter emitter = emitter(part);
      if (covers && Joins.isSurelyPositive(emitter, reduced)) {
        add(target, stored, extents, body);
        return;
      }
      String raw = context.temporary(target);
      add(raw, value, extents, body);
      List<Axis> axes = new ArrayList<>();
      for (int axis = 0; axis < extents.size(); axis++) {
        axes.add(new Axis("at." + axis, extents.get(axis)));
      }
      List<IndexExpr> at = axes.stream().map(Axis::variable).toList();
      Scalar isWritten;
      if (covers) {
        isWritten = Joins.isPositive(emitter, reduced);
      } else {
        String hits = context.temporary(target);
        List<Contraction> marks =
            terms.stream()
                .map(
                    term ->
                        new Contraction(
                            term.axes(),
                            term.guards(),
                            term.write(),
                            BinaryOp.AND,
                            List.of(Scalar.Literal.of(DType.BOOL, 1))))
                .toList();
        add(hits, DType.BOOL, extents, new Body.Accumulate(Projection.ANY, marks));
        isWritten = new Scalar.Read(hits, DType.BOOL, at);
      }
      Scalar chosen =
          new Scalar.Select(
              isWritten, new Scalar.Read(raw, value, at), Scalar.Literal.of(value, 0));
      add(target, stored, extents, map(axes, chosen));
    }

    private Body map(List<Axis> axes, Scalar chosen) {
      Contraction map =
          new Contraction(
              axes,
              List.of(),
              axes.stream().map(Axis::variable).toList(),
              BinaryOp.MULTIPLY,
              List.of(chosen));
      return new Body.Accumulate(Projection.SUM, List.of(map));
    }

    /// `avg=`: the sum of what is written, divided by how often.
    private void defineAverage() {
      List<Contraction> sums = new ArrayList<>();
      List<Contraction> counts = new ArrayList<>();
      for (Part part : parts) {
        Node body = part.node;
        Set<String> over = new LinkedHashSet<>();
        if (body instanceof Node.Average average) {
          over.addAll(average.over());
          body = average.body();
        }
        Part inner =
            new Part(
                part.item,
                part.frame,
                part.head,
                part.write,
                over.isEmpty()
                    ? body
                    : new Node.Project(
                        Projection.SUM, List.copyOf(over), body, part.item.origin()));
        Contraction term = term(inner, emitter(inner), Projection.SUM);
        sums.add(term);
        counts.add(
            new Contraction(
                term.axes(),
                term.guards(),
                term.write(),
                BinaryOp.MULTIPLY,
                List.of(Scalar.Literal.of(DType.I64, 1))));
      }
      String sum = context.temporary(target);
      add(sum, value, extents, new Body.Accumulate(Projection.SUM, sums));
      String count = context.temporary(target);
      add(count, DType.I64, extents, new Body.Accumulate(Projection.SUM, counts));
      List<Axis> axes = new ArrayList<>();
      for (int axis = 0; axis < extents.size(); axis++) {
        axes.add(new Axis("at." + axis, extents.get(axis)));
      }
      List<IndexExpr> at = axes.stream().map(Axis::variable).toList();
      Scalar number =
          new Scalar.Binary(
              BinaryOp.MAXIMUM,
              new Scalar.Read(count, DType.I64, at),
              Scalar.Literal.of(DType.I64, 1));
      Scalar mean =
          new Scalar.Binary(
              BinaryOp.DIVIDE, new Scalar.Read(sum, value, at), Scalar.cast(value, number));
      add(target, stored, extents, map(axes, mean));
    }
  }
}
