package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Names;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.einkorn.runtime.DType;
import org.jspecify.annotations.Nullable;

/// Resolves names and reads of tensors.
final class Reader {
  private final Elaborator elaborator;
  private final Context context;
  private final Frame frame;
  private final Positions positions;

  Reader(Elaborator elaborator) {
    this.elaborator = elaborator;
    this.context = elaborator.context;
    this.frame = elaborator.frame;
    this.positions = new Positions(elaborator);
  }

  Positions positions() {
    return positions;
  }

  /// A name that stands alone.
  Node name(Tree.Name name, Env env) {
    String text = name.text();
    Env.@Nullable Binding binding = env.bindings().get(text);
    if (binding instanceof Env.Binding.Value(Node node)) {
      return node;
    }
    if (binding instanceof Env.Binding.Array array) {
      return wholeBinding(array, name, env);
    }
    String variable = env.index(text);
    if (variable != null && !context.constants.containsKey(text)) {
      context.extents.addNumber(frame.get(variable).extent(), 0);
      return new Node.Place(IndexExpr.variable(variable));
    }
    Node constant = context.constants.get(text);
    if (constant != null) {
      context.used.add(text);
      return constant;
    }
    if (context.sizes.contains(text) && context.tensor(text) == null) {
      context.used.add(text);
      return new Node.Place(context.extents.declared(text));
    }
    TensorInfo tensor = tensor(name, 0, false);
    if (tensor.isBroken()) {
      frame.markBroken();
      return new Node.Broken();
    }
    if (env.whole().isPresent()) {
      return whole(tensor, env.whole().get(), name.origin());
    }
    if (tensor.rank() > 0) {
      context.report(new Problem.WholeTensor(text, tensor.rank(), name.origin()));
      return new Node.Broken();
    }
    return read(tensor, List.of(), env, name.origin());
  }

  private Node wholeBinding(Env.Binding.Array array, Tree.Name name, Env env) {
    if (array.axes().isEmpty()) {
      return array.node();
    }
    if (env.whole().isPresent() && env.whole().get().size() == array.axes().size()) {
      Map<String, IndexExpr> by = new HashMap<>();
      for (int axis = 0; axis < array.axes().size(); axis++) {
        IndexExpr position = env.whole().get().get(axis);
        IndexExpr extent = frame.get(array.axes().get(axis)).extent();
        frame.addSite(
            new Frame.Site(name.text(), axis, position, extent, true, false, name.origin()));
        by.put(array.axes().get(axis), position);
      }
      return frame.substitute(array.node(), by);
    }
    context.report(new Problem.WholeTensor(name.text(), array.axes().size(), name.origin()));
    return new Node.Broken();
  }

  /// A whole tensor read at the last of the given positions; an axis of extent 1 fits every extent.
  Node whole(TensorInfo tensor, List<IndexExpr> at, Origin origin) {
    int skip = at.size() - tensor.rank();
    if (skip < 0) {
      context.report(
          new Problem.TwoRanks(tensor.name(), origin, at.size(), tensor.origin(), tensor.rank()));
      return new Node.Broken();
    }
    List<IndexExpr> indices = new ArrayList<>();
    for (int axis = 0; axis < tensor.rank(); axis++) {
      indices.add(
          broadcast(
              tensor,
              axis,
              at.get(skip + axis),
              at.size() > tensor.rank() || at.size() > 1,
              origin));
    }
    return node(
        tensor,
        indices,
        Collections.nCopies(indices.size(), Node.Check.BOTH),
        Optional.empty(),
        origin);
  }

  /// The position on an axis that broadcasting matches: 0 where the extent is 1.
  private IndexExpr broadcast(
      TensorInfo tensor, int axis, IndexExpr position, boolean mayBroadcast, Origin origin) {
    IndexExpr extent = context.extents.resolve(tensor.extents().get(axis));
    if (extent.equals(IndexExpr.Constant.ONE) && mayBroadcast) {
      frame.addUnit(position);
      return IndexExpr.Constant.ZERO;
    }
    frame.addSite(new Frame.Site(tensor.name(), axis, position, extent, true, false, origin));
    return position;
  }

  /// The tensor of this name; an input that nobody declared if there is none.
  TensorInfo tensor(Tree.Name name, int rank, boolean isRelation) {
    context.used.add(name.text());
    TensorInfo known = context.tensor(name.text());
    return known != null ? known : Inputs.implicit(context, name, rank, isRelation);
  }

  /// `X[i, j]` or `R(x, y)`.
  Node access(Tree.Access access, Env env) {
    Tree.Name name = access.tensor();
    Env.@Nullable Binding binding = env.bindings().get(name.text());
    if (binding instanceof Env.Binding.Array array) {
      return local(array, access, env);
    }
    if (binding != null) {
      context.report(
          new Problem.TwoRanks(
              name.text(), access.origin(), access.indices().size(), name.origin(), 0));
      return new Node.Broken();
    }
    boolean hasEllipsis = access.indices().stream().anyMatch(Tree.Ellipsis.class::isInstance);
    TensorInfo tensor =
        tensor(name, hasEllipsis ? -1 : access.indices().size(), access.form() == Tree.Form.ROUND);
    if (tensor.isBroken()) {
      frame.markBroken();
      // Names between the brackets must still be looked at: they may be wrong too.
      return new Node.Broken();
    }
    return read(tensor, access.indices(), env, access.origin());
  }

  /// Reads a tensor at written indices.
  Node read(TensorInfo tensor, List<Tree.Index> indices, Env env, Origin origin) {
    Optional<List<Tree.Index>> fitted = fit(tensor, indices, origin);
    if (fitted.isEmpty()) {
      return new Node.Broken();
    }
    List<IndexExpr> at = new ArrayList<>();
    int slice = 0;
    int spread = 0;
    List<Node.Check> checks =
        new ArrayList<>(java.util.Collections.nCopies(tensor.rank(), Node.Check.BOTH));
    int width =
        tensor.rank() - (int) indices.stream().filter(i -> !(i instanceof Tree.Ellipsis)).count();
    for (Tree.Index index : fitted.get()) {
      int axis = at.size();
      if (index instanceof Tree.Ellipsis) {
        int from = env.ellipsis().size() - width + spread++;
        if (from < 0) {
          context.report(new Problem.EllipsisOnlyRight(index.origin()));
          return new Node.Broken();
        }
        IndexExpr variable = IndexExpr.variable(env.ellipsis().get(from));
        at.add(broadcast(tensor, axis, variable, true, index.origin()));
        continue;
      }
      IndexExpr extent = tensor.extents().get(axis);
      if (index instanceof Tree.Slice written) {
        if (slice >= env.slices().size()) {
          context.report(new Problem.SliceCount(env.slices().size(), slice + 1, written.origin()));
          return new Node.Broken();
        }
        at.add(positions.slice(written, env.slices().get(slice++), tensor, axis, env));
        continue;
      }
      Optional<IndexExpr> position = positions.read(index, tensor, axis, env);
      if (position.isEmpty()) {
        return new Node.Broken();
      }
      boolean ends =
          Facts.endsInside(env.facts(), position.get(), extent, context.extents::resolve);
      boolean starts = Facts.startsInside(env.facts(), position.get(), context.extents::resolve);
      checks.set(axis, new Node.Check(!starts, !ends));
      Frame.Site site =
          new Frame.Site(
              tensor.name(),
              axis,
              position.get(),
              extent,
              true,
              env.padding().isPresent(),
              index.origin());
      if (ends) {
        frame.addKeptSite(site);
      } else {
        frame.addSite(site);
      }
      at.add(position.get());
    }
    return node(tensor, at, checks, env.padding(), origin);
  }

  private Node node(
      TensorInfo tensor,
      List<IndexExpr> at,
      List<Node.Check> checks,
      Optional<Node> padding,
      Origin origin) {
    List<Node.Check> none = java.util.Collections.nCopies(at.size(), Node.Check.NONE);
    if (padding.isEmpty()) {
      return new Node.Read(tensor.name(), at, frame.isQuiet() ? none : checks, origin);
    }
    List<Node> inside = new ArrayList<>();
    for (int axis = 0; axis < at.size(); axis++) {
      IndexExpr position = at.get(axis);
      boolean isPlain =
          position instanceof IndexExpr.Variable(String name) && frame.gatherOf(name) == null;
      if (!isPlain && !(position instanceof IndexExpr.Constant)) {
        inside.add(
            new Node.Logic(
                BinaryOp.AND,
                List.of(
                    new Node.Binary(
                        BinaryOp.LESS_EQUAL, new Node.Whole(0), new Node.Place(position), origin),
                    new Node.Binary(
                        BinaryOp.LESS,
                        new Node.Place(position),
                        new Node.Place(tensor.extents().get(axis)),
                        origin)),
                origin));
      }
    }
    Node read = new Node.Read(tensor.name(), at, inside.isEmpty() ? checks : none, origin);
    if (inside.isEmpty()) {
      return read;
    }
    Node condition =
        inside.size() == 1 ? inside.getFirst() : new Node.Logic(BinaryOp.AND, inside, origin);
    return new Node.Select(condition, read, padding.get(), origin);
  }

  /// One index for each axis, an ellipsis repeated as often as it stands for an axis.
  private Optional<List<Tree.Index>> fit(
      TensorInfo tensor, List<Tree.Index> indices, Origin origin) {
    long ellipses = indices.stream().filter(Tree.Ellipsis.class::isInstance).count();
    int named = indices.size() - (int) ellipses;
    if (ellipses > 1) {
      context.report(new Problem.SecondEllipsis(origin));
      return Optional.empty();
    }
    if (ellipses == 0 ? named != tensor.rank() : named > tensor.rank()) {
      context.report(
          new Problem.TwoRanks(tensor.name(), origin, named, tensor.origin(), tensor.rank()));
      return Optional.empty();
    }
    List<Tree.Index> fitted = new ArrayList<>();
    for (Tree.Index index : indices) {
      int times = index instanceof Tree.Ellipsis ? tensor.rank() - named : 1;
      for (int copy = 0; copy < times; copy++) {
        fitted.add(index);
      }
    }
    return Optional.of(fitted);
  }

  /// A parameter or a local tensor of a function at written indices.
  private Node local(Env.Binding.Array array, Tree.Access access, Env env) {
    List<Tree.Index> written =
        access.indices().stream().filter(index -> !(index instanceof Tree.Ellipsis)).toList();
    boolean hasEllipsis = written.size() < access.indices().size();
    if (written.size() != array.axes().size() || (hasEllipsis && array.ellipsisAt() < 0)) {
      context.report(
          new Problem.TwoRanks(
              access.tensor().text(),
              access.origin(),
              written.size(),
              access.tensor().origin(),
              array.axes().size()));
      return new Node.Broken();
    }
    Map<String, IndexExpr> by = new HashMap<>();
    for (int axis = 0; axis < written.size(); axis++) {
      Frame.Variable variable = frame.get(array.axes().get(axis));
      TensorInfo standIn =
          new TensorInfo(
              access.tensor().text(),
              DType.F32,
              DType.F32,
              java.util.Collections.nCopies(written.size(), variable.extent()),
              false,
              false,
              Origin.UNKNOWN);
      Optional<IndexExpr> position = positions.read(written.get(axis), standIn, axis, env);
      if (position.isEmpty()) {
        return new Node.Broken();
      }
      frame.addSite(
          new Frame.Site(
              access.tensor().text(),
              axis,
              position.get(),
              variable.extent(),
              true,
              false,
              written.get(axis).origin()));
      by.put(variable.name(), position.get());
    }
    return frame.substitute(array.node(), by);
  }

  /// `(A + B)[i, i]`, `kron(A, B)[j, i]`.
  Node indexed(Tree.Indexed indexed, Env env) {
    List<IndexExpr> at = new ArrayList<>();
    TensorInfo standIn =
        new TensorInfo("", DType.F32, DType.F32, List.of(), false, false, indexed.origin());
    int slice = 0;
    for (Tree.Index index : indexed.indices()) {
      if (index instanceof Tree.Ellipsis) {
        env.ellipsis().forEach(name -> at.add(IndexExpr.variable(name)));
      } else if (index instanceof Tree.Slice(var start, var stop, var step, var origin)
          && start.isEmpty()
          && stop.isEmpty()
          && step.isEmpty()
          && slice < env.slices().size()) {
        at.add(IndexExpr.variable(env.slices().get(slice++)));
      } else {
        Optional<IndexExpr> position = positions.read(index, standIn, at.size(), env);
        if (position.isEmpty()) {
          return new Node.Broken();
        }
        at.add(position.get());
      }
    }
    return elaborator.node(indexed.value(), env.withWhole(at));
  }

  /// `x != Alice`, where `x` is an index of a label axis.
  Optional<Node> labelComparison(Tree.Comparison comparison, Env env) {
    Optional<Node> indices = indexComparison(comparison, env);
    if (indices.isPresent()) {
      return indices;
    }
    Optional<String> left = labelText(comparison.left(), env);
    Optional<String> right = labelText(comparison.right(), env);
    if (left.isPresent() == right.isPresent()) {
      return Optional.empty();
    }
    boolean isEquality =
        comparison.operator() == Tree.ComparisonOperator.EQUAL
            || comparison.operator() == Tree.ComparisonOperator.UNEQUAL;
    Tree.Expression other = left.isPresent() ? comparison.right() : comparison.left();
    Tree.Expression label = left.isPresent() ? comparison.left() : comparison.right();
    String variable = other instanceof Tree.Name name ? env.index(name.text()) : null;
    if (!isEquality || variable == null) {
      return Optional.empty();
    }
    IndexExpr place =
        context.label(
            left.or(() -> right).orElseThrow(), frame.get(variable).extent(), label.origin());
    Node test =
        new Node.Binary(
            BinaryOp.EQUAL,
            new Node.Place(IndexExpr.variable(variable)),
            new Node.Place(place),
            comparison.origin());
    return Optional.of(
        comparison.operator() == Tree.ComparisonOperator.EQUAL
            ? test
            : new Node.Not(test, comparison.origin()));
  }

  /// `x != y` of two indices, which does not ask whether these are numbers.
  private static Optional<Node> indexComparison(Tree.Comparison comparison, Env env) {
    if (!(comparison.left() instanceof Tree.Name(String left, _))
        || !(comparison.right() instanceof Tree.Name(String right, _))) {
      return Optional.empty();
    }
    String one = env.bindings().containsKey(left) ? null : env.index(left);
    String two = env.bindings().containsKey(right) ? null : env.index(right);
    if (one == null || two == null) {
      return Optional.empty();
    }
    Node first = new Node.Place(IndexExpr.variable(one));
    Node second = new Node.Place(IndexExpr.variable(two));
    return switch (comparison.operator()) {
      case EQUAL ->
          Optional.of(new Node.Binary(BinaryOp.EQUAL, first, second, comparison.origin()));
      case UNEQUAL ->
          Optional.of(new Node.Binary(BinaryOp.NOT_EQUAL, first, second, comparison.origin()));
      case LESS, AT_MOST, GREATER, AT_LEAST -> Optional.empty();
    };
  }

  private Optional<String> labelText(Tree.Expression value, Env env) {
    return switch (value) {
      case Tree.Text(String text, Origin _) -> Optional.of(text);
      case Tree.Name(String text, Origin _)
          when Names.isCapital(text)
              && !env.bindings().containsKey(text)
              && !context.constants.containsKey(text)
              && !context.sizes.contains(text)
              && context.tensor(text) == null
              && !context.implicit.containsKey(text) ->
          Optional.of(text);
      default -> Optional.empty();
    };
  }
}
