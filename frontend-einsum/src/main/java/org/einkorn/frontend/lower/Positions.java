package org.einkorn.frontend.lower;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.FactorOperator;
import org.einkorn.frontend.syntax.Names;
import org.einkorn.frontend.syntax.TermOperator;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.einkorn.runtime.DType;

/// What stands between brackets, as index expressions.
final class Positions {
  private final Elaborator elaborator;
  private final Context context;
  private final Frame frame;

  Positions(Elaborator elaborator) {
    this.elaborator = elaborator;
    this.context = elaborator.context;
    this.frame = elaborator.frame;
  }

  /// One index of a tensor that is read; nothing after an error.
  Optional<IndexExpr> read(Tree.Index index, TensorInfo tensor, int axis, Env env) {
    return switch (index) {
      case Tree.Position(Tree.Expression value, _) -> position(value, tensor, axis, env);
      case Tree.Dotted(Tree.Name name, _) -> {
        Optional<IndexExpr> variable = variable(name, env);
        variable.ifPresent(found -> frame.dot(((IndexExpr.Variable) found).name()));
        yield variable;
      }
      case Tree.Group group -> group(group, tensor, axis, env);
      case Tree.Virtual virtual when context.isVirtual(tensor.name(), axis) ->
          position(virtual.position(), tensor, axis, env);
      case Tree.Virtual virtual -> {
        context.report(new Problem.VirtualIndex(virtual.origin()));
        yield Optional.empty();
      }
      case Tree.Sized sized -> variable(sized.name(), env);
      case Tree.Slice _, Tree.Ellipsis _ -> {
        context.report(
            new Problem.NotAPosition("a slice or `...` can't stand here", index.origin()));
        yield Optional.empty();
      }
    };
  }

  Optional<IndexExpr> variable(Tree.Name name, Env env) {
    String variable = env.index(name.text());
    if (variable == null) {
      context.report(new Problem.UnknownName(name.text(), name.origin(), List.of()));
      return Optional.empty();
    }
    return Optional.of(IndexExpr.variable(variable));
  }

  /// A position that is an expression.
  Optional<IndexExpr> position(Tree.Expression value, TensorInfo tensor, int axis, Env env) {
    if (hasRead(value)) {
      Node source = taken(value, env.withoutWhole());
      return source instanceof Node.Broken
          ? Optional.empty()
          : Optional.of(
              frame.gather(
                  new Frame.Gather(
                      source, tensor.name(), axis, extent(tensor, axis), value.origin())));
    }
    if (value instanceof Tree.Negate(Tree.IntegerLiteral(long fromEnd, _), _)) {
      checkConstant(IndexExpr.of(-fromEnd), tensor, axis, value.origin());
      return Optional.of(extent(tensor, axis).plus(-fromEnd));
    }
    if (value instanceof Tree.Text(String label, Origin origin)) {
      return Optional.of(context.label(label, extent(tensor, axis), origin));
    }
    if (value instanceof Tree.Name name && isLabel(name)) {
      return Optional.of(context.label(name.text(), extent(tensor, axis), name.origin()));
    }
    Optional<IndexExpr> position = affine(value, env);
    if (!(value instanceof Tree.Name) && axis < tensor.rank()) {
      context.extents.addNumber(tensor.extents().get(axis), 0);
    }
    position
        .filter(found -> found instanceof IndexExpr.Constant)
        .ifPresent(found -> checkConstant(found, tensor, axis, value.origin()));
    return position;
  }

  /// A position that data decide: an expression of numbers, but that `/` rounds down as in every
  /// position.
  private Node taken(Tree.Expression value, Env env) {
    if (!(value instanceof Tree.Product product) || elaborator.isProjected(value)) {
      return value instanceof Tree.Sum sum && !elaborator.isProjected(value)
          ? taken(sum, env)
          : elaborator.node(value, env);
    }
    Node total = taken(product.first(), env);
    for (Tree.Factor factor : product.rest()) {
      Node next = taken(factor.value(), env);
      total =
          switch (factor.operator()) {
            case JUXTAPOSE, TIMES -> new Node.Product(List.of(total, next), product.origin());
            case REMAINDER -> new Node.Binary(BinaryOp.MODULO, total, next, product.origin());
            case DIVIDE -> quotient(total, next, product.origin());
          };
    }
    return total;
  }

  private Node taken(Tree.Sum sum, Env env) {
    Node total = taken(sum.first(), env);
    for (Tree.Term term : sum.rest()) {
      Node next = taken(term.value(), env);
      total =
          term.operator() == TermOperator.PLUS
              ? new Node.Sum(List.of(total, next), sum.origin())
              : new Node.Binary(BinaryOp.SUBTRACT, total, next, sum.origin());
    }
    return total;
  }

  /// `⌊x / y⌋` of integers: `x − x % y` is a multiple of `y`, and rounding the quotient in `f64`
  /// gives it exactly wherever it could be a position.
  private Node quotient(Node x, Node y, Origin origin) {
    Types types = new Types(context);
    boolean isBroken = x instanceof Node.Broken || y instanceof Node.Broken;
    if (isBroken || !types.of(x).type().isInteger() || !types.of(y).type().isInteger()) {
      return isBroken ? new Node.Broken() : new Node.Binary(BinaryOp.DIVIDE, x, y, origin);
    }
    Node multiple =
        new Node.Binary(
            BinaryOp.SUBTRACT, x, new Node.Binary(BinaryOp.MODULO, x, y, origin), origin);
    Node quotient =
        new Node.Binary(
            BinaryOp.DIVIDE,
            new Node.Convert(DType.F64, multiple, origin),
            new Node.Convert(DType.F64, y, origin),
            origin);
    return new Node.Convert(DType.I64, new Node.Unary(UnaryOp.ROUND, quotient, origin), origin);
  }

  private static IndexExpr extent(TensorInfo tensor, int axis) {
    return axis < tensor.rank() ? tensor.extents().get(axis) : IndexExpr.Constant.ZERO;
  }

  private void checkConstant(IndexExpr position, TensorInfo tensor, int axis, Origin origin) {
    if (axis >= tensor.rank()) {
      return;
    }
    long value = ((IndexExpr.Constant) position).value();
    context.extents.addNumber(tensor.extents().get(axis), Math.addExact(value, 1));
    context.later(
        () -> {
          IndexExpr extent = context.extents.resolve(tensor.extents().get(axis));
          boolean hasLabels = context.hasLabels(tensor.extents().get(axis));
          if (extent instanceof IndexExpr.Constant(long size) && (value >= size || value < -size)) {
            context.report(
                new Problem.OutsideAxis(
                    tensor.name(),
                    axis,
                    Long.toString(value),
                    Long.toString(size),
                    hasLabels,
                    origin));
          }
        });
  }

  private boolean isLabel(Tree.Name name) {
    String text = name.text();
    return Names.isCapital(text)
        && !context.constants.containsKey(text)
        && !context.sizes.contains(text);
  }

  private static boolean hasRead(Tree.Expression value) {
    return switch (value) {
      case Tree.Access _, Tree.Indexed _, Tree.Projection _ -> true;
      case Tree.Call call when isExtremum(call) ->
          Uses.children(value).stream().anyMatch(Positions::hasRead);
      case Tree.Call _ -> true;
      default -> Uses.children(value).stream().anyMatch(Positions::hasRead);
    };
  }

  private static boolean isExtremum(Tree.Call call) {
    String name = call.function().text();
    return (name.equals("min") || name.equals("max")) && call.arguments().size() == 2;
  }

  /// An extent, which is not negative; nothing after a complaint.
  Optional<IndexExpr> extent(Tree.Expression value, Env env) {
    Optional<IndexExpr> extent = affine(value, env);
    if (extent.isPresent() && Declarations.isNegative(context, extent.get(), value.origin())) {
      frame.markBroken();
      return Optional.empty();
    }
    return extent;
  }

  /// Arithmetic on indices and sizes; `/` rounds down.
  Optional<IndexExpr> affine(Tree.Expression value, Env env) {
    return switch (value) {
      case Tree.IntegerLiteral(long number, _) -> Optional.of(IndexExpr.of(number));
      case Tree.Name name -> Names.isCapital(name.text()) ? size(name) : variable(name, env);
      case Tree.Negate(Tree.Expression operand, _) ->
          affine(operand, env).map(inner -> inner.times(-1));
      case Tree.Sum sum -> {
        Optional<IndexExpr> total = affine(sum.first(), env);
        for (Tree.Term term : sum.rest()) {
          Optional<IndexExpr> next = affine(term.value(), env);
          total =
              total.flatMap(
                  left ->
                      next.map(
                          right ->
                              term.operator() == TermOperator.PLUS
                                  ? left.plus(right)
                                  : left.minus(right)));
        }
        yield total;
      }
      case Tree.Product product -> {
        Optional<IndexExpr> total = affine(product.first(), env);
        for (Tree.Factor factor : product.rest()) {
          Optional<IndexExpr> next = affine(factor.value(), env);
          total = total.flatMap(left -> next.flatMap(right -> times(left, factor, right)));
        }
        yield total;
      }
      case Tree.Call call when isExtremum(call) -> {
        Optional<IndexExpr> left = affine(call.arguments().get(0).value(), env);
        Optional<IndexExpr> right = affine(call.arguments().get(1).value(), env);
        boolean isMinimum = call.function().text().equals("min");
        yield left.flatMap(a -> right.map(b -> isMinimum ? a.min(b) : a.max(b)));
      }
      default -> {
        context.report(new Problem.NotAPosition(why(value), value.origin()));
        yield Optional.empty();
      }
    };
  }

  private static String why(Tree.Expression value) {
    return switch (value) {
      case Tree.Power _ -> "a power of indices";
      case Tree.DecimalLiteral _ -> "not a whole number";
      case Tree.TruthLiteral _, Tree.Comparison _, Tree.Logic _, Tree.Not _ -> "a truth value";
      default -> "neither an index nor a size nor a whole number";
    };
  }

  private Optional<IndexExpr> times(IndexExpr left, Tree.Factor factor, IndexExpr right) {
    return switch (factor.operator()) {
      case JUXTAPOSE, TIMES -> Optional.of(left.times(right));
      case DIVIDE, REMAINDER -> {
        boolean isPositive = !(right instanceof IndexExpr.Constant(long by)) || by > 0;
        if (!isPositive || !frame.variablesOf(right).isEmpty()) {
          String why =
              !isPositive ? "a divisor must be greater than 0" : "an index can't be a divisor";
          context.report(new Problem.NotAPosition(why, factor.value().origin()));
          yield Optional.empty();
        }
        yield Optional.of(
            factor.operator() == FactorOperator.DIVIDE
                ? left.floorDiv(right)
                : left.floorMod(right));
      }
    };
  }

  /// A size: a `let`, or the name of a declared extent.
  Optional<IndexExpr> size(Tree.Name name) {
    String text = name.text();
    context.used.add(text);
    Node constant = context.constants.get(text);
    if (constant instanceof Node.Whole(long value)) {
      return Optional.of(IndexExpr.of(value));
    }
    if (constant instanceof Node.Place(IndexExpr index)) {
      return Optional.of(index);
    }
    if (constant == null && context.sizes.contains(text)) {
      return Optional.of(context.extents.declared(text));
    }
    if (constant == null) {
      context.report(new Problem.UnknownName(text, name.origin(), Near.to(text, context.sizes)));
    } else if (constant instanceof Node.Broken) {
      frame.markBroken();
    } else {
      context.report(new Problem.NotAPosition("not a whole number", name.origin()));
    }
    return Optional.empty();
  }

  /// `(h d)` on the right: the last is the fastest. At most one extent may be unknown; the axis
  /// then fixes it.
  private Optional<IndexExpr> group(Tree.Group group, TensorInfo tensor, int axis, Env env) {
    IndexExpr position = IndexExpr.Constant.ZERO;
    IndexExpr product = IndexExpr.Constant.ONE;
    for (Tree.Name name : group.names()) {
      Optional<IndexExpr> variable = variable(name, env);
      if (variable.isEmpty()) {
        return Optional.empty();
      }
      IndexExpr extent = frame.get(((IndexExpr.Variable) variable.get()).name()).extent();
      position = position.times(extent).plus(variable.get());
      product = product.times(extent);
    }
    frame.addGroup(
        new Frame.Group(
            group.names().stream()
                .map(name -> Objects.requireNonNull(env.index(name.text())))
                .toList(),
            tensor.name(),
            axis,
            extent(tensor, axis),
            group.origin()));
    return Optional.of(position);
  }

  /// `start:stop:step` by NumPy's rules: the position at `variable`, which runs over the slice.
  IndexExpr slice(Tree.Slice slice, String variable, TensorInfo tensor, int axis, Env env) {
    IndexExpr extent = extent(tensor, axis);
    if (!isConstant(slice)) {
      return IndexExpr.Constant.ZERO;
    }
    SliceBounds bounds = bounds(slice, extent, env);
    frame.addSite(
        new Frame.Site(
            tensor.name(),
            axis,
            IndexExpr.variable(variable),
            bounds.length(),
            false,
            false,
            slice.origin()));
    return bounds.start().plus(IndexExpr.variable(variable).times(bounds.step()));
  }

  record SliceBounds(IndexExpr start, long step, IndexExpr length) {}

  /// Whether a slice lies between constants; an index in it is reported.
  boolean isConstant(Tree.Slice slice) {
    Uses brackets = new Uses(name -> Character.isLowerCase(name.codePointAt(0)));
    for (Optional<Tree.Expression> part : List.of(slice.start(), slice.stop(), slice.step())) {
      boolean hasIndex =
          part.map(
                  value ->
                      brackets.of(value).keySet().stream()
                          .anyMatch(name -> !context.constants.containsKey(name)))
              .orElse(false);
      if (hasIndex) {
        context.report(
            new Problem.NotAPosition(
                "a slice goes from a constant to a constant; extents of the left side are declared",
                part.orElseThrow().origin()));
        frame.markBroken();
        return false;
      }
    }
    return true;
  }

  SliceBounds bounds(Tree.Slice slice, IndexExpr extent, Env env) {
    long step =
        slice.step().flatMap(value -> affine(value, env)).orElse(IndexExpr.Constant.ONE)
                instanceof IndexExpr.Constant(long number)
            ? number
            : 0;
    if (step == 0) {
      context.report(
          new Problem.NotAPosition("a step is a whole number other than 0", slice.origin()));
      step = 1;
    }
    boolean forward = step > 0;
    IndexExpr low = forward ? IndexExpr.Constant.ZERO : IndexExpr.of(-1);
    IndexExpr high = forward ? extent : extent.plus(-1);
    IndexExpr start =
        slice
            .start()
            .map(value -> clamp(value, extent, low, high, env))
            .orElse(forward ? low : high);
    IndexExpr stop =
        slice
            .stop()
            .map(value -> clamp(value, extent, low, high, env))
            .orElse(forward ? high : low);
    IndexExpr span = forward ? stop.minus(start) : start.minus(stop);
    long stride = Math.abs(step);
    IndexExpr length =
        span.plus(stride - 1).floorDiv(IndexExpr.of(stride)).max(IndexExpr.Constant.ZERO);
    return new SliceBounds(start, step, length);
  }

  private IndexExpr clamp(
      Tree.Expression value, IndexExpr extent, IndexExpr low, IndexExpr high, Env env) {
    IndexExpr written = affine(value, env).orElse(IndexExpr.Constant.ZERO);
    boolean fromEnd = value instanceof Tree.Negate;
    IndexExpr position = fromEnd ? extent.plus(written) : written;
    return position.max(low).min(high);
  }
}
