package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
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
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Makes the definition of a tensor out of its resolved equations, when its extents are known.
final class Definer {
  private final Context context;
  private final String target;
  private final List<Part> parts;
  private final Types types;
  private final List<IndexExpr> extents;
  private final boolean isBoolean;
  private final DType value;
  private final DType stored;
  private final Projection projection;
  private final boolean isAverage;
  private final Origin origin;
  private final Origin place;
  private boolean isCovered;

  /// @param extents those of the target
  /// @param type the declared type
  /// @param isRelation whether the left sides have parentheses
  Definer(
      Context context,
      String target,
      List<Part> parts,
      List<IndexExpr> extents,
      Optional<DType> type,
      boolean isRelation) {
    this.context = context;
    this.target = target;
    this.parts = parts;
    this.extents = extents;
    this.types = new Types(context);
    this.origin = parts.getFirst().item().origin();
    this.place = parts.getFirst().item().head().origin();
    Tree.AssignOperator operator = parts.getFirst().item().operator();
    this.isAverage = operator == Tree.AssignOperator.AVG;
    boolean isLogic =
        switch (operator) {
          case OR, AND, XOR -> true;
          case ASSIGN, ADD, MULTIPLY, MAX, MIN, AVG, LSE -> false;
        };
    this.isBoolean = isLogic || type.map(t -> t == DType.BOOL).orElse(isRelation);
    Types.Type joined = types.join(parts.stream().map(part -> part.node()).toList());
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
            && (type.get().part().isFloat() || !own.part().isFloat())
            && (type.get().isComplex() || !own.isComplex());
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
      natural = natural == value ? types.storage(part.node(), value) : natural;
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
    return part.write().stream().allMatch(IndexExpr.Variable.class::isInstance)
        && part.write().stream().distinct().count() == part.write().size()
        && !(part.node() instanceof Node.Project)
        && new ArrayList<>(part.frame().free(part.node()))
            .stream().allMatch(name -> part.write().contains(IndexExpr.variable(name)));
  }

  /// How equations of the tensor are combined.
  Projection projection() {
    return projection;
  }

  /// Whether elements that no equation writes had to be told apart, to be 0.
  boolean isCovered() {
    return isCovered;
  }

  /// Adds the definition of the target by its equations and by the elements of another tensor of
  /// its shape, all combined.
  void defineWith(String other) {
    if (isRefused()) {
      return;
    }
    List<Contraction> terms = new ArrayList<>();
    terms.add(Fixpoint.itself(other, new TensorType(stored, extents), value));
    parts.forEach(part -> terms.add(term(part, emitter(part), projection)));
    add(target, stored, extents, new Body.Accumulate(projection, terms));
  }

  private List<Axis> axes() {
    List<Axis> axes = new ArrayList<>();
    for (int axis = 0; axis < extents.size(); axis++) {
      axes.add(new Axis("at." + axis, extents.get(axis)));
    }
    return axes;
  }

  /// The type in which the tensor is stored.
  DType stored() {
    return stored;
  }

  void define() {
    if (isRefused()) {
      // What reads the tensor is checked too.
      context.tensors.put(
          target, new TensorInfo(target, stored, stored, extents, false, false, place));
      return;
    }
    if (isAverage) {
      defineAverage();
      return;
    }
    if (parts.size() == 1 && defineDirectly(parts.getFirst())) {
      return;
    }
    List<Contraction> terms = new ArrayList<>();
    boolean covers = parts.size() == 1;
    boolean isFilled = false;
    List<List<String>> reduced = new ArrayList<>();
    for (Part part : parts) {
      Emitter emitter = emitter(part);
      Contraction term = term(part, emitter, projection);
      terms.add(term);
      boolean isWhole = covers(part, term);
      covers &= isWhole;
      isFilled |= isWhole && Joins.isSurelyPositive(emitter, List.copyOf(term.reducedAxes()));
      reduced.add(List.copyOf(term.reducedAxes()));
    }
    Body body = new Body.Accumulate(projection, terms);
    if (projection.hasProperIdentity(value) || isFilled) {
      add(target, stored, extents, body);
      return;
    }
    defineCovered(terms, body, covers, reduced.getFirst());
  }

  /// Whether complex numbers are where they can't be; that is reported.
  private boolean isRefused() {
    ComplexRules rules = new ComplexRules(context, types);
    for (Part part : parts) {
      Origin from = part.item().value().map(Tree.Expression::origin).orElse(origin);
      rules.check(part.node(), from);
    }
    if (value.isComplex()) {
      rules.check(projection, value, place);
      if (!Scalar.converts(value, stored)) {
        rules.report(new Problem.ComplexStored(target, stored.text(), value.text(), place));
      }
    }
    return rules.hasComplained();
  }

  private Emitter emitter(Part part) {
    return new Emitter(context, part.frame(), target, part.item().origin());
  }

  private void add(String name, DType type, List<IndexExpr> shape, Body body) {
    context.tensors.put(name, new TensorInfo(name, type, type, shape, false, false, place));
    context.definitions.add(new Definition(name, new TensorType(type, shape), body, origin));
  }

  /// `Y[i] = max[j](A[i, j])`: one contraction with the projection of the right side.
  private boolean defineDirectly(Part part) {
    Node node = stepped(part);
    if (node instanceof Node.Cumulate cumulate && defineScan(part, cumulate)) {
      return true;
    }
    if (!(node instanceof Node.Project project)
        || !part.write().stream().allMatch(IndexExpr.Variable.class::isInstance)) {
      return false;
    }
    DType type = types.of(project).type();
    Projection kind = Joins.kind(project.kind(), isBoolean ? DType.BOOL : type);
    Set<String> outside = part.frame().free(project);
    boolean matches =
        kind != projection
            && part.write().stream().distinct().count() == part.write().size()
            && part.write().stream()
                .allMatch(index -> outside.contains(((IndexExpr.Variable) index).name()))
            && outside.size() == part.write().size()
            && type == value
            && kind.hasProperIdentity(type)
            && spans(part);
    if (!matches) {
      return false;
    }
    Emitter emitter = emitter(part);
    Emitter.Points points = bounded(part, emitter);
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
            part.write(),
            joined.join(),
            joined.operands());
    add(target, stored, extents, new Body.Accumulate(kind, List.of(term)));
    return true;
  }

  /// `Y[i] = cumsum[i](X[i])`: a scan, without a copy.
  private boolean defineScan(Part part, Node.Cumulate cumulate) {
    boolean isWhole =
        projection == Projection.SUM
            && part.bounds().isEmpty()
            && types.of(cumulate).type() == value
            && part.write().stream().allMatch(IndexExpr.Variable.class::isInstance)
            && part.write().stream().distinct().count() == part.write().size()
            && new LinkedHashSet<>(names(part)).containsAll(part.frame().free(cumulate))
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

  /// The guards that the equation itself has.
  private Emitter.Points bounded(Part part, Emitter emitter) {
    Emitter.Points points = new Emitter.Points();
    for (Part.Bound bound : part.bounds()) {
      points.guards.add(
          new Guard(
              emitter.position(bound.position(), points), context.extents.resolve(bound.extent())));
    }
    return points;
  }

  private List<String> names(Part part) {
    return part.write().stream().map(index -> ((IndexExpr.Variable) index).name()).toList();
  }

  private boolean spans(Part part) {
    for (int axis = 0; axis < part.write().size(); axis++) {
      IndexExpr extent = part.extent(context, ((IndexExpr.Variable) part.write().get(axis)).name());
      if (!extent.equals(context.extents.resolve(extents.get(axis)))) {
        return false;
      }
    }
    return true;
  }

  /// A number assigned to a Boolean is 1 where it is positive, a complex one where it is not 0.
  private Node stepped(Part part) {
    Node node = part.node();
    if (!isBoolean || types.of(node).type() == DType.BOOL) {
      return node;
    }
    if (node instanceof Node.Project project
        && types.of(project.body()).type() == DType.BOOL
        && project.kind() == Projection.SUM) {
      return new Node.Project(Projection.ANY, project.over(), project.body(), project.origin());
    }
    return types.of(node).type().isComplex()
        ? new Node.Binary(BinaryOp.NOT_EQUAL, node, new Node.Whole(0), part.item().origin())
        : new Node.Binary(BinaryOp.LESS, new Node.Whole(0), node, part.item().origin());
  }

  private Contraction term(Part part, Emitter emitter, Projection into) {
    Node node = stepped(part);
    Emitter.Points points = bounded(part, emitter);
    List<IndexExpr> write =
        part.write().stream().map(index -> emitter.position(index, points)).toList();
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
    part.write().forEach(index -> all.addAll(part.frame().variablesOf(index)));
    all.addAll(emitter.ordered(part.frame().free(body)));
    over.forEach(all::remove);
    all.addAll(over);
    List<Axis> axes = all.stream().map(emitter::axis).toList();
    return Divisors.marked(
        new Contraction(axes, List.copyOf(points.guards), write, joined.join(), joined.operands()));
  }

  private boolean covers(Part part, Contraction term) {
    return term.guards().isEmpty() && term.writesPlainAxes() && spans(part);
  }

  /// The greatest of integers has no proper identity: what is never written must be told apart, to
  /// be 0.
  private void defineCovered(
      List<Contraction> terms, Body body, boolean covers, List<String> reduced) {
    isCovered = true;
    Part part = parts.getFirst();
    Emitter emitter = emitter(part);
    String raw = context.temporary(target);
    add(raw, value, extents, body);
    List<Axis> axes = axes();
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
        new Scalar.Select(isWritten, new Scalar.Read(raw, value, at), Scalar.Literal.of(value, 0));
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
      Node body = part.node();
      Set<String> over = new LinkedHashSet<>();
      if (body instanceof Node.Average average) {
        over.addAll(average.over());
        body = average.body();
      }
      Part inner =
          new Part(
              part.item(),
              part.frame(),
              part.write(),
              over.isEmpty()
                  ? body
                  : new Node.Project(Projection.SUM, List.copyOf(over), body, part.item().origin()),
              part.bounds());
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
    List<Axis> axes = axes();
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
