package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.frontend.check.Linear;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Makes definitions out of projections that stand inside an expression, and out of shared values.
final class Temporaries {
  private final Emitter emitter;
  private final Context context;
  private final Frame frame;

  Temporaries(Emitter emitter) {
    this.emitter = emitter;
    this.context = emitter.context;
    this.frame = emitter.frame;
  }

  /// The value of a projection at the current point.
  Scalar value(Node node, Emitter.Points points) {
    return switch (node) {
      case Node.Project project -> project(project, points);
      case Node.Average average -> average(average, points);
      case Node.Cumulate cumulate -> emitter.once(cumulate, points, n -> scan(cumulate));
      case Node.Whole _,
          Node.Real _,
          Node.Truth _,
          Node.Broken _,
          Node.Read _,
          Node.Place _,
          Node.Shared _,
          Node.Unary _,
          Node.Binary _,
          Node.Product _,
          Node.Sum _,
          Node.Logic _,
          Node.Not _,
          Node.Power _,
          Node.Select _,
          Node.Convert _ ->
          throw new IllegalArgumentException("not a projection: " + node);
    };
  }

  private Scalar project(Node.Project project, Emitter.Points points) {
    DType type = emitter.types.of(project).type();
    Projection kind = Joins.kind(project.kind(), type);
    if (kind.hasProperIdentity(type)) {
      return emitter.once(project, points, n -> contract(project, kind, type));
    }
    Scalar read = emitter.once(project, points, n -> contract(project, kind, type));
    // The greatest of no integers is 0, not the least integer there is.
    return Joins.isSurelyPositive(emitter, project.over())
        ? read
        : new Scalar.Select(
            Joins.isPositive(emitter, project.over()), read, Scalar.Literal.of(type, 0));
  }

  private Emitter.Made contract(Node.Project project, Projection kind, DType type) {
    Set<String> outside = frame.free(project);
    List<String> free = emitter.ordered(outside);
    Emitter.Points points = new Emitter.Points();
    Joins.Joined joined = Joins.of(emitter, project.body(), kind, type, points);
    List<String> all = new ArrayList<>(free);
    all.addAll(project.over());
    return define(free, all, points, kind, type, joined, project);
  }

  /// Stores an elementwise value at the points that are not left out.
  Scalar.Read keep(Scalar value, List<String> variables, List<Guard> guards) {
    List<IndexExpr> at = variables.stream().map(name -> IndexExpr.variable(name)).toList();
    Joins.Joined single = Joins.single(value);
    Contraction term =
        new Contraction(
            variables.stream().map(emitter::axis).toList(),
            guards,
            at,
            single.join(),
            single.operands());
    Body body = new Body.Accumulate(neutral(value.type()), List.of(term));
    return new Scalar.Read(add(variables, value.type(), body, value.type()), value.type(), at);
  }

  private Emitter.Made define(
      List<String> free,
      List<String> all,
      Emitter.Points points,
      Projection kind,
      DType type,
      Joins.Joined joined,
      Node node) {
    List<IndexExpr> write = free.stream().map(name -> IndexExpr.variable(name)).toList();
    Contraction term =
        new Contraction(
            all.stream().map(emitter::axis).toList(),
            List.copyOf(points.guards),
            write,
            joined.join(),
            joined.operands());
    String name =
        add(
            free,
            type,
            new Body.Accumulate(kind, List.of(term)),
            emitter.types.storage(node, type));
    return new Emitter.Made(name, type, free, emitter.about(free, points));
  }

  private String add(List<String> free, DType type, Body body, DType narrow) {
    String name = context.temporary(emitter.target());
    List<IndexExpr> extents = free.stream().map(emitter::extent).toList();
    context.tensors.put(
        name, new TensorInfo(name, type, narrow, extents, false, false, emitter.origin()));
    context.definitions.add(
        new Definition(name, new TensorType(type, extents), body, emitter.origin()));
    return name;
  }

  /// Stores a value over `variables`.
  Emitter.Made store(Node node, List<String> variables) {
    if (node instanceof Node.Project project
        && Joins.kind(project.kind(), emitter.types.of(project).type())
            .hasProperIdentity(emitter.types.of(project).type())
        && new HashSet<>(variables).equals(frame.free(project))) {
      DType type = emitter.types.of(project).type();
      Projection kind = Joins.kind(project.kind(), type);
      Emitter.Points points = new Emitter.Points();
      Joins.Joined joined = Joins.of(emitter, project.body(), kind, type, points);
      List<String> all = new ArrayList<>(variables);
      all.addAll(project.over());
      return define(variables, all, points, kind, type, joined, node);
    }
    DType type = emitter.types.of(node).type();
    Emitter.Points points = new Emitter.Points();
    Scalar value = emitter.scalar(node, type, points);
    return define(variables, variables, points, neutral(type), type, Joins.single(value), node);
  }

  /// The projection of an elementwise definition: what is never stored is 0.
  static Projection neutral(DType type) {
    return type == DType.BOOL ? Projection.ANY : Projection.SUM;
  }

  /// The sum divided by the number of points that count; 0 where there are none.
  private Scalar average(Node.Average average, Emitter.Points points) {
    DType type = emitter.types.of(average).type();
    DType sumType = Types.number(emitter.types.of(average.body())).type();
    DType wide = sumType.isInteger() ? DType.I64 : sumType;
    Node.Project total =
        new Node.Project(Projection.SUM, average.over(), average.body(), average.origin());
    Scalar sum = emitter.once(average, points, n -> contract(total, Projection.SUM, wide));
    Emitter.Points counted = new Emitter.Points();
    Scalar unused = emitter.scalar(average.body(), wide, counted);
    IndexExpr all = IndexExpr.Constant.ONE;
    for (String name : average.over()) {
      all = all.times(emitter.extent(name));
    }
    boolean isPlain =
        unused.type() == wide
            && counted.guards.stream()
                .allMatch(
                    guard ->
                        Collections.disjoint(frame.variablesOf(guard.index()), average.over()));
    Scalar count;
    if (isPlain) {
      IndexExpr atLeastOne =
          Linear.of(all.plus(-1)).isNonNegative() ? all : all.max(IndexExpr.Constant.ONE);
      count = new Scalar.Position(Linear.normalize(atLeastOne));
    } else {
      Scalar number = count(average, counted);
      count = new Scalar.Binary(BinaryOp.MAXIMUM, number, Scalar.Literal.of(DType.I64, 1));
    }
    return new Scalar.Binary(
        BinaryOp.DIVIDE, emitter.convert(sum, type), emitter.convert(count, type));
  }

  private Scalar count(Node.Average average, Emitter.Points counted) {
    Set<String> about = new LinkedHashSet<>(frame.free(average));
    List<String> free = emitter.ordered(about);
    List<String> all = new ArrayList<>(free);
    all.addAll(average.over());
    List<IndexExpr> write = free.stream().map(name -> IndexExpr.variable(name)).toList();
    Contraction term =
        new Contraction(
            all.stream().map(emitter::axis).toList(),
            List.copyOf(counted.guards),
            write,
            BinaryOp.MULTIPLY,
            List.of(Scalar.Literal.of(DType.I64, 1)));
    String name =
        add(free, DType.I64, new Body.Accumulate(Projection.SUM, List.of(term)), DType.I64);
    return new Scalar.Read(name, DType.I64, write);
  }

  /// A scan has no guards: where points are left out, its operand is stored first.
  private Emitter.Made scan(Node.Cumulate cumulate) {
    DType type = emitter.types.of(cumulate).type();
    Set<String> about = new LinkedHashSet<>(frame.free(cumulate));
    about.add(cumulate.along());
    List<String> free = emitter.ordered(about);
    Emitter.Points points = new Emitter.Points();
    Scalar operand = emitter.scalar(cumulate.body(), type, points);
    List<Guard> guards = List.of();
    if (!points.guards.isEmpty()) {
      Emitter.Made first =
          define(free, free, points, cumulate.kind(), type, Joins.single(operand), cumulate.body());
      operand =
          new Scalar.Read(
              first.name(), type, free.stream().map(name -> IndexExpr.variable(name)).toList());
    }
    List<Axis> axes = free.stream().map(emitter::axis).toList();
    String name =
        add(
            free,
            type,
            new Body.Scan(cumulate.kind(), free.indexOf(cumulate.along()), axes, operand),
            emitter.types.storage(cumulate.body(), type));
    return new Emitter.Made(name, type, free, guards);
  }
}
