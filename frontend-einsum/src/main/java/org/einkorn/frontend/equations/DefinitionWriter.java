package org.einkorn.frontend.equations;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Linear;
import org.einkorn.frontend.check.Ranges;
import org.einkorn.frontend.syntax.DeclarationKind;
import org.einkorn.frontend.syntax.ProjectionKind;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// One definition as equations: one for each term, after a declaration where the left sides alone
/// don't show the extents.
final class DefinitionWriter {
  private final Naming naming;
  private final Map<String, TensorType> types;
  private final Definition definition;
  private final TensorType type;
  private final Tree.Name name;

  /// @param types of all tensors of the program
  DefinitionWriter(Naming naming, Map<String, TensorType> types, Definition definition) {
    this.naming = naming;
    this.types = types;
    this.definition = definition;
    this.type = definition.type();
    this.name = Words.name(naming.tensor(definition.name()));
  }

  /// The statements that define the tensor.
  List<Tree.Statement> equations() {
    return switch (definition.body()) {
      case Body.Accumulate accumulate -> accumulate(accumulate);
      case Body.Scan scan -> List.of(scan(scan));
      case Body.Derivative _ -> throw Words.refused("a derivative before it is equations");
      case Body.Iterate iterate -> iterate(iterate);
    };
  }

  /// Whether the extents of the tensor take a declaration.
  boolean needsDeclaration() {
    return switch (definition.body()) {
      case Body.Accumulate accumulate -> !accumulate.terms().stream().allMatch(this::spans);
      case Body.Scan _, Body.Derivative _, Body.Iterate _ -> false;
    };
  }

  /// `let Y[4, 5]: f32`, or the same as an `output`.
  Tree.Statement declaration(DeclarationKind kind) {
    IndexWriter sizes = new IndexWriter(naming, List.of(), Map.of());
    List<Tree.Axis> axes = new ArrayList<>();
    for (IndexExpr extent : type.extents()) {
      axes.add(new Tree.Axis(Optional.empty(), Optional.of(sizes.write(extent)), Words.NOWHERE));
    }
    return new Tree.Declaration(
        kind, name, Optional.of(axes), typeName(), Optional.empty(), Words.NOWHERE);
  }

  private Optional<Tree.Name> typeName() {
    return Optional.of(Words.name(type.dtype().text()));
  }

  /// Whether a term writes each element of the tensor once, by plain indices.
  private boolean spans(Contraction term) {
    if (!term.writesPlainAxes()) {
      return false;
    }
    for (int axis = 0; axis < term.write().size(); axis++) {
      IndexExpr written = term.write().get(axis);
      Optional<Axis> over =
          term.axes().stream().filter(a -> a.variable().equals(written)).findFirst();
      boolean isSame =
          over.isPresent()
              && Linear.normalize(over.get().extent())
                  .equals(Linear.normalize(type.extents().get(axis)));
      if (!isSame) {
        return false;
      }
    }
    return true;
  }

  // ------------------------------------------------------------------------ terms

  private List<Tree.Statement> accumulate(Body.Accumulate body) {
    DType value = body.terms().getFirst().valueType();
    if (type.dtype() == DType.BOOL && value != DType.BOOL) {
      throw Words.refused(value + " values stored as bool");
    }
    List<Tree.Statement> equations = new ArrayList<>();
    boolean isFilled =
        body.projection().hasProperIdentity(value)
            || body.terms().stream().anyMatch(this::writesEverything);
    if (!isFilled) {
      equations.add(equation(body.projection(), filling(body.projection(), value), false));
    }
    boolean isAlone = body.terms().size() == 1 && isFilled;
    for (Contraction term : body.terms()) {
      equations.add(equation(body.projection(), term, isAlone));
    }
    return equations;
  }

  /// Each element is reached, so that the identity shows nowhere.
  private boolean writesEverything(Contraction term) {
    return spans(term)
        && term.guards().isEmpty()
        && !writer(term).hasGuards()
        && term.reducedAxes().stream().allMatch(axis -> isPositive(term, axis));
  }

  private static boolean isPositive(Contraction term, String name) {
    return term.axes().stream()
        .filter(axis -> axis.name().equals(name))
        .allMatch(axis -> Linear.of(axis.extent().plus(-1)).isNonNegative());
  }

  /// The identity of `max` over integers, said aloud: the lowering takes elements that no equation
  /// reaches to be 0.
  private Contraction filling(Projection projection, DType value) {
    List<Axis> axes = new ArrayList<>();
    for (IndexExpr extent : type.extents()) {
      axes.add(new Axis("at_" + axes.size(), extent));
    }
    return new Contraction(
        axes,
        List.of(),
        axes.stream().map(Axis::variable).toList(),
        org.einkorn.ir.algebra.BinaryOp.MULTIPLY,
        List.of(Scalar.constant(value, projection.identity(value))));
  }

  private TermWriter writer(Contraction term) {
    return new TermWriter(
        naming, types, term.axes(), term.guards(), List.of(term.joined()), type, term.write());
  }

  /// The indices of the left side, in the order of its text.
  private static Set<String> left(Contraction term, TermWriter writer) {
    Set<String> left = new LinkedHashSet<>();
    term.write().forEach(index -> left.addAll(writer.indices.variables(index)));
    return left;
  }

  /// The term as the lowering makes it: over the indices of the left side first.
  private Contraction ordered(Projection projection, Contraction term) {
    Set<String> left = left(term, writer(term));
    List<Axis> axes = new ArrayList<>();
    for (String name : left) {
      term.axes().stream().filter(axis -> axis.name().equals(name)).forEach(axes::add);
    }
    List<Axis> over = term.axes().stream().filter(axis -> !left.contains(axis.name())).toList();
    requireOrder(projection, term, left, over.stream().map(Axis::name).toList());
    axes.addAll(over);
    return new Contraction(axes, term.guards(), term.write(), term.join(), term.operands());
  }

  private Tree.Statement equation(Projection projection, Contraction given, boolean isAlone) {
    Contraction term = ordered(projection, given);
    TermWriter writer = writer(term);
    Set<String> left = left(term, writer);
    List<String> over =
        term.axes().stream().map(Axis::name).filter(axis -> !left.contains(axis)).toList();
    List<String> open = new ArrayList<>();
    List<Tree.Index> indices = head(term, writer, left, open);
    Scalar joined = term.joined();
    Tree.Expression value = writer.scalars.top(joined);
    boolean isMap = isAlone && over.isEmpty() && spans(term) && !writer.hasGuards();
    DType natural = over.isEmpty() ? type.dtype().compute() : naturalOf(joined);
    if (ScalarWriter.isWeak(joined) && natural != joined.type()) {
      value = Words.call(joined.type().text(), value);
    }
    if (!over.isEmpty()) {
      value =
          new Tree.Projection(
              kind(projection),
              over.stream().map(writer::name).toList(),
              over.stream().map(axis -> writer.projected(axis, open)).toList(),
              value,
              Words.NOWHERE);
    }
    boolean isDirect = isMap || (isAlone && isDirect(projection, term, writer, left, joined));
    return new Tree.Equation(
        new Tree.Head(
            name,
            indices.isEmpty() ? Tree.Form.BARE : Tree.Form.SQUARE,
            indices,
            needsDeclaration() ? Optional.empty() : typeName(),
            Words.NOWHERE),
        isDirect || (projection == Projection.SUM && isAlone)
            ? Tree.AssignOperator.ASSIGN
            : operator(projection),
        value,
        writer.modifiers(open),
        Words.NOWHERE);
  }

  /// The type that a weak value has where nothing gives it another.
  private static DType naturalOf(Scalar scalar) {
    return scalar.type().isFloat() ? DType.F32 : DType.I64;
  }

  /// `Y[i] = max[j](A[i, j])`, which the lowering takes as `max=`.
  private boolean isDirect(
      Projection projection, Contraction term, TermWriter writer, Set<String> left, Scalar joined) {
    Set<String> inside = TermWriter.variables(joined);
    return !writer.hasGuards()
        && spans(term)
        && !term.reducedAxes().isEmpty()
        && inside.containsAll(left)
        && projection.hasProperIdentity(joined.type())
        && (joined.type() != DType.BOOL || type.dtype() == DType.BOOL)
        && projection != Projection.SUM;
  }

  /// The lowering runs over the indices of the left side first, as they stand there; floats that
  /// land on one element are combined in that order.
  private static void requireOrder(
      Projection projection, Contraction term, Set<String> left, List<String> over) {
    boolean isFree =
        !term.valueType().part().isFloat() || projection.isIdempotent() || term.writesPlainAxes();
    List<String> order = new ArrayList<>(left);
    order.addAll(over);
    List<String> own = new ArrayList<>(term.axes().stream().map(Axis::name).toList());
    Set<String> settled = settled(term);
    order.removeAll(settled);
    own.removeAll(settled);
    if (!isFree && !order.equals(own)) {
      throw Words.refused("several elements written at once in another order of the indices");
    }
  }

  /// The axes whose value the written element tells: points that land on one element agree there.
  private static Set<String> settled(Contraction term) {
    Set<String> settled = new LinkedHashSet<>();
    for (IndexExpr index : term.write()) {
      List<Linear.Term> parts = new ArrayList<>(Linear.of(index).terms().values());
      parts.sort(Comparator.comparingLong(part -> Math.abs(part.coefficient())));
      long span = 1;
      boolean isTold = true;
      Set<String> names = new LinkedHashSet<>();
      for (Linear.Term part : parts) {
        long step = Math.abs(part.coefficient());
        if (TermWriter.variables(part.atom()).isEmpty()) {
          continue;
        }
        isTold &= part.atom() instanceof IndexExpr.Variable && span > 0 && step >= span;
        TermWriter.variables(part.atom()).forEach(names::add);
        span = steps(term, part, step);
      }
      if (isTold) {
        settled.addAll(names);
      }
    }
    return settled;
  }

  /// How far apart values of the next variable must lie to be told from those of this one; 0 where
  /// no number is known.
  private static long steps(Contraction term, Linear.Term part, long step) {
    return term.axes().stream()
        .filter(axis -> axis.variable().equals(part.atom()))
        .map(Axis::extent)
        .mapToLong(extent -> extent instanceof IndexExpr.Constant(long size) ? step * size : 0)
        .findFirst()
        .orElse(0);
  }

  private List<Tree.Index> head(
      Contraction term, TermWriter writer, Set<String> left, List<String> open) {
    boolean isDeclared = needsDeclaration();
    List<Tree.Index> indices = new ArrayList<>();
    Set<String> shown = new LinkedHashSet<>();
    for (int axis = 0; axis < term.write().size(); axis++) {
      IndexExpr index = term.write().get(axis);
      switch (index) {
        case IndexExpr.Variable(String variable) -> {
          boolean isSame =
              isDeclared
                  && writer.isTold(variable)
                  && Linear.normalize(writer.extent(variable))
                      .equals(Linear.normalize(type.extents().get(axis)));
          if (shown.add(variable) && !isDeclared) {
            indices.add(writer.sized(variable, open));
          } else {
            boolean isNew = isDeclared && !isSame && !open.contains(variable);
            if (isNew) {
              open.add(variable);
            }
            indices.add(writer.plain(variable));
          }
        }
        case IndexExpr.Fetch fetch ->
            indices.add(new Tree.Position(writer.scalars.fetch(fetch), Words.NOWHERE));
        case IndexExpr.Constant _,
            IndexExpr.Symbol _,
            IndexExpr.Sum _,
            IndexExpr.Product _,
            IndexExpr.FloorDiv _,
            IndexExpr.FloorMod _,
            IndexExpr.Minimum _,
            IndexExpr.Maximum _ ->
            indices.add(new Tree.Position(written(writer, index, axis), Words.NOWHERE));
      }
    }
    left.stream().filter(axis -> !shown.contains(axis) && !writer.isTold(axis)).forEach(open::add);
    return indices;
  }

  /// A position of the left side. One that would lie outside if a condition did not leave it out is
  /// looked up as the program runs; written plainly it would be the user's mistake.
  private Tree.Expression written(TermWriter writer, IndexExpr index, int axis) {
    Tree.Expression position = writer.indices.write(index);
    IndexExpr extent = type.extents().get(axis);
    Ranges range = Ranges.of(index, writer::extent);
    boolean mayPass =
        range.greatest().plus(1).minus(extent) instanceof IndexExpr.Constant(long by) && by > 0;
    boolean isNumber = TermWriter.variables(index).isEmpty() && !range.isInside(extent);
    return mayPass || isNumber ? Words.call("pos", position) : position;
  }

  // ------------------------------------------------------------------------ scans

  private Tree.Statement scan(Body.Scan scan) {
    TermWriter writer =
        new TermWriter(
            naming, types, scan.axes(), List.of(), List.of(scan.operand()), type, List.of());
    boolean spans = scan.axes().size() == type.rank() && !writer.hasGuards();
    for (int axis = 0; spans && axis < type.rank(); axis++) {
      spans =
          Linear.normalize(scan.axes().get(axis).extent())
              .equals(Linear.normalize(type.extents().get(axis)));
    }
    DType value = scan.operand().type();
    if (!spans || value == DType.BOOL || type.dtype() == DType.BOOL) {
      throw Words.refused("a cumulative value of Booleans, or of part of a tensor");
    }
    Tree.Expression operand = writer.scalars.write(scan.operand());
    if (ScalarWriter.isWeak(scan.operand()) && naturalOf(scan.operand()) != value) {
      operand = Words.call(value.text(), operand);
    }
    String along = scan.axes().get(scan.axis()).name();
    List<String> open = new ArrayList<>();
    List<Tree.Index> indices =
        scan.axes().stream().map(axis -> writer.sized(axis.name(), open)).toList();
    return new Tree.Equation(
        new Tree.Head(name, Tree.Form.SQUARE, indices, typeName(), Words.NOWHERE),
        Tree.AssignOperator.ASSIGN,
        new Tree.Projection(
            cumulative(scan.projection()), List.of(writer.name(along)), operand, Words.NOWHERE),
        writer.modifiers(open),
        Words.NOWHERE);
  }

  private static ProjectionKind cumulative(Projection projection) {
    return switch (projection) {
      case SUM -> ProjectionKind.CUMSUM;
      case PRODUCT -> ProjectionKind.CUMPROD;
      case MAX -> ProjectionKind.CUMMAX;
      case MIN -> ProjectionKind.CUMMIN;
      case ANY, ALL, XOR, LOG_SUM_EXP ->
          throw Words.refused("a cumulative `" + projection.text() + "`");
    };
  }

  // -------------------------------------------------------------------- iterations

  /// What it starts from, and the step with its end.
  private List<Tree.Statement> iterate(Body.Iterate iterate) {
    Tree.Modifiers end =
        new Tree.Modifiers(
            Optional.empty(),
            List.of(),
            iterate.until().map(until -> Words.name(naming.tensor(until))),
            iterate.limit().map(limit -> Words.name(naming.tensor(limit))));
    return List.of(whole(iterate.start(), Tree.Modifiers.NONE), whole(iterate.next(), end));
  }

  private Tree.Statement whole(String tensor, Tree.Modifiers modifiers) {
    List<Tree.Index> indices = new ArrayList<>();
    for (int axis = 0; axis < type.rank(); axis++) {
      indices.add(new Tree.Position(Words.name("i" + axis), Words.NOWHERE));
    }
    Tree.Name read = Words.name(naming.tensor(tensor));
    return new Tree.Equation(
        new Tree.Head(
            name,
            indices.isEmpty() ? Tree.Form.BARE : Tree.Form.SQUARE,
            indices,
            typeName(),
            Words.NOWHERE),
        Tree.AssignOperator.ASSIGN,
        indices.isEmpty() ? read : new Tree.Access(read, Tree.Form.SQUARE, indices, Words.NOWHERE),
        modifiers,
        Words.NOWHERE);
  }

  // ------------------------------------------------------------------------ words

  private static ProjectionKind kind(Projection projection) {
    return switch (projection) {
      case SUM -> ProjectionKind.SUM;
      case PRODUCT -> ProjectionKind.PROD;
      case MAX -> ProjectionKind.MAX;
      case MIN -> ProjectionKind.MIN;
      case ANY -> ProjectionKind.ANY;
      case ALL -> ProjectionKind.ALL;
      case XOR -> ProjectionKind.XOR;
      case LOG_SUM_EXP -> ProjectionKind.LSE;
    };
  }

  private static Tree.AssignOperator operator(Projection projection) {
    return switch (projection) {
      case SUM -> Tree.AssignOperator.ADD;
      case PRODUCT -> Tree.AssignOperator.MULTIPLY;
      case MAX -> Tree.AssignOperator.MAX;
      case MIN -> Tree.AssignOperator.MIN;
      case ANY -> Tree.AssignOperator.OR;
      case ALL -> Tree.AssignOperator.AND;
      case XOR -> Tree.AssignOperator.XOR;
      case LOG_SUM_EXP -> Tree.AssignOperator.LSE;
    };
  }
}
