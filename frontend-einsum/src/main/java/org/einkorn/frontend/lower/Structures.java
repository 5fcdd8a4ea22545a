package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.einkorn.runtime.DType;
import org.jspecify.annotations.Nullable;

/// Functions of whole tensors: what they are is where they read, so they take positions and give
/// reads. They are called with brackets behind, `kron(A, B)[j, i]`, or for a whole tensor, `C =
/// kron(A, B)`.
final class Structures {
  static final Set<String> NAMES =
      Set.of(
          "kron",
          "concat",
          "transpose",
          "diag",
          "eye",
          "iota",
          "one_hot",
          "grad",
          "jvp",
          "vjp",
          "hvp",
          "jet",
          "root");

  private final Elaborator elaborator;
  private final Context context;
  private final Frame frame;

  Structures(Elaborator elaborator) {
    this.elaborator = elaborator;
    this.context = elaborator.context;
    this.frame = elaborator.frame;
  }

  Node call(Tree.Call call, Env env) {
    String name = call.function().text();
    if (Derivatives.mode(name).isPresent()) {
      return new Derivatives(elaborator).call(call, env);
    }
    Optional<List<IndexExpr>> shape = shape(call, env);
    if (shape.isEmpty()) {
      return new Node.Broken();
    }
    if (env.whole().isEmpty()) {
      context.report(new Problem.NeedsWholeTensor(name, shape.get().size(), call.origin()));
      return new Node.Broken();
    }
    List<IndexExpr> all = env.whole().get();
    int skip = all.size() - shape.get().size();
    if (skip < 0) {
      context.report(
          new Problem.TwoRanks(
              name + "(…)", call.origin(), all.size(), call.origin(), shape.get().size()));
      return new Node.Broken();
    }
    List<IndexExpr> at = all.subList(skip, all.size());
    for (int axis = 0; axis < at.size(); axis++) {
      frame.addSite(
          new Frame.Site(
              name, axis, at.get(axis), shape.get().get(axis), true, false, call.origin()));
    }
    List<Tree.Expression> arguments = call.arguments().stream().map(Tree.Argument::value).toList();
    return switch (name) {
      case "kron" -> kron(arguments, at, env, call.origin());
      case "concat" -> concat(arguments, at, env, call.origin());
      case "transpose" -> part(arguments.getFirst(), at.reversed(), env);
      case "diag" -> diagonal(arguments.getFirst(), at, env, call.origin());
      case "eye" -> indicator(at.get(0), new Node.Place(at.get(1)), call.origin());
      case "iota" -> new Node.Place(at.getFirst());
      case "one_hot" ->
          indicator(
              at.getLast(),
              part(arguments.getFirst(), at.subList(0, at.size() - 1), env),
              call.origin());
      default -> throw new IllegalStateException("no structure function " + name);
    };
  }

  private Node part(Tree.Expression argument, List<IndexExpr> at, Env env) {
    return elaborator.node(argument, env.withWhole(at));
  }

  private Node kron(List<Tree.Expression> arguments, List<IndexExpr> at, Env env, Origin origin) {
    List<IndexExpr> inner = shape(arguments.get(1), env).orElse(List.of());
    List<IndexExpr> high = new ArrayList<>();
    List<IndexExpr> low = new ArrayList<>();
    for (int axis = 0; axis < at.size(); axis++) {
      high.add(at.get(axis).floorDiv(inner.get(axis)));
      low.add(at.get(axis).floorMod(inner.get(axis)));
    }
    return new Node.Product(
        List.of(unchecked(arguments.get(0), high, env), unchecked(arguments.get(1), low, env)),
        origin);
  }

  /// Along the first axis.
  private Node concat(List<Tree.Expression> arguments, List<IndexExpr> at, Env env, Origin origin) {
    IndexExpr start = IndexExpr.Constant.ZERO;
    List<Node> parts = new ArrayList<>();
    List<IndexExpr> ends = new ArrayList<>();
    for (Tree.Expression argument : arguments) {
      List<IndexExpr> shifted = new ArrayList<>(at);
      shifted.set(0, at.getFirst().minus(start));
      parts.add(unchecked(argument, shifted, env));
      start = start.plus(shape(argument, env).orElse(List.of(IndexExpr.Constant.ZERO)).getFirst());
      ends.add(start);
    }
    Node result = parts.getLast();
    for (int number = parts.size() - 2; number >= 0; number--) {
      Node isHere =
          new Node.Binary(
              BinaryOp.LESS,
              new Node.Place(at.getFirst()),
              new Node.Place(ends.get(number)),
              origin);
      result = new Node.Select(isHere, parts.get(number), result, origin);
    }
    return result;
  }

  private Node diagonal(Tree.Expression argument, List<IndexExpr> at, Env env, Origin origin) {
    if (at.size() == 1) {
      return part(argument, List.of(at.getFirst(), at.getFirst()), env);
    }
    Node isOn =
        new Node.Binary(
            BinaryOp.EQUAL, new Node.Place(at.get(0)), new Node.Place(at.get(1)), origin);
    return new Node.Select(isOn, part(argument, at.subList(0, 1), env), new Node.Whole(0), origin);
  }

  private static Node indicator(IndexExpr position, Node other, Origin origin) {
    Node isSame = new Node.Binary(BinaryOp.EQUAL, new Node.Place(position), other, origin);
    return new Node.Convert(DType.F32, new Node.Convert(DType.BOOL, isSame, origin), origin);
  }

  /// A part whose positions are inside by construction where it counts: they bound nothing.
  private Node unchecked(Tree.Expression argument, List<IndexExpr> at, Env env) {
    return frame.quietly(() -> part(argument, at, env));
  }

  /// The extents of a whole-tensor expression; nothing after a complaint.
  Optional<List<IndexExpr>> shape(Tree.Expression value, Env env) {
    return switch (value) {
      case Tree.Name name -> shapeOfName(name, env);
      case Tree.Call call when NAMES.contains(call.function().text()) -> shape(call, env);
      default -> {
        Optional<List<IndexExpr>> widest = Optional.of(List.of());
        for (Tree.Expression child : Uses.children(value)) {
          Optional<List<IndexExpr>> shape = shape(child, env);
          if (shape.isEmpty()) {
            yield Optional.empty();
          }
          widest = wider(widest.orElseThrow(), shape.get());
        }
        yield widest;
      }
    };
  }

  private Optional<List<IndexExpr>> wider(List<IndexExpr> one, List<IndexExpr> two) {
    if (one.size() != two.size()) {
      return Optional.of(one.size() > two.size() ? one : two);
    }
    List<IndexExpr> result = new ArrayList<>();
    for (int axis = 0; axis < one.size(); axis++) {
      boolean isOne = context.extents.resolve(one.get(axis)).equals(IndexExpr.Constant.ONE);
      result.add(isOne ? two.get(axis) : one.get(axis));
    }
    return Optional.of(result);
  }

  private Optional<List<IndexExpr>> shapeOfName(Tree.Name name, Env env) {
    if (env.bindings().get(name.text()) instanceof Env.Binding.Array array) {
      return Optional.of(array.axes().stream().map(axis -> frame.get(axis).extent()).toList());
    }
    boolean isNumber =
        env.bindings().containsKey(name.text())
            || env.index(name.text()) != null
            || context.constants.containsKey(name.text())
            || (context.sizes.contains(name.text()) && context.tensor(name.text()) == null);
    if (isNumber) {
      return Optional.of(List.of());
    }
    // What is read nowhere else may have any number of axes.
    TensorInfo tensor = elaborator.reader().tensor(name, -1, false);
    if (tensor.isBroken()) {
      frame.markBroken();
      return Optional.empty();
    }
    return Optional.of(tensor.extents());
  }

  private Optional<List<IndexExpr>> shape(Tree.Call call, Env env) {
    String name = call.function().text();
    if (Derivatives.mode(name).isPresent()) {
      return new Derivatives(elaborator).shape(call, env);
    }
    Optional<List<Tree.Expression>> arguments = arguments(call);
    if (arguments.isEmpty()) {
      return Optional.empty();
    }
    List<Tree.Expression> values = arguments.get();
    return switch (name) {
      case "eye" -> size(values.getFirst(), env).map(extent -> List.of(extent, extent));
      case "iota" -> size(values.getFirst(), env).map(List::of);
      case "one_hot" ->
          shape(values.getFirst(), env)
              .flatMap(
                  shape ->
                      size(values.get(1), env)
                          .map(
                              extent -> {
                                List<IndexExpr> longer = new ArrayList<>(shape);
                                longer.add(extent);
                                return List.copyOf(longer);
                              }));
      case "transpose" -> shape(values.getFirst(), env).map(List::reversed);
      case "diag" ->
          shape(values.getFirst(), env)
              .flatMap(
                  shape ->
                      switch (shape.size()) {
                        case 1 -> Optional.of(List.of(shape.getFirst(), shape.getFirst()));
                        case 2 -> Optional.of(shape.subList(0, 1));
                        default -> mismatch(call, shape.size(), 2);
                      });
      case "kron" -> pair(call, values, env, true);
      case "concat" -> pair(call, values, env, false);
      default -> throw new IllegalStateException("no structure function " + name);
    };
  }

  private Optional<List<IndexExpr>> mismatch(Tree.Call call, int found, int expected) {
    context.report(
        new Problem.TwoRanks(
            call.function().text(), call.origin(), found, call.function().origin(), expected));
    return Optional.empty();
  }

  /// The extents of `kron`, which multiply, or of `concat`, whose first ones add up.
  private Optional<List<IndexExpr>> pair(
      Tree.Call call, List<Tree.Expression> values, Env env, boolean multiply) {
    @Nullable List<IndexExpr> total = null;
    for (Tree.Expression value : values) {
      Optional<List<IndexExpr>> shape = shape(value, env);
      if (shape.isEmpty()) {
        return Optional.empty();
      }
      if (total == null) {
        total = shape.get();
        continue;
      }
      if (total.isEmpty() || shape.get().isEmpty()) {
        Tree.Expression part = total.isEmpty() ? values.getFirst() : value;
        context.report(new Problem.TakesWholeTensors(call.function().text(), part.origin()));
        return Optional.empty();
      }
      if (total.size() != shape.get().size()) {
        context.report(
            new Problem.TwoRanks(
                call.function().text(),
                value.origin(),
                shape.get().size(),
                values.getFirst().origin(),
                total.size()));
        return Optional.empty();
      }
      List<IndexExpr> next = new ArrayList<>(total);
      for (int axis = 0; axis < next.size(); axis++) {
        IndexExpr other = shape.get().get(axis);
        if (multiply) {
          next.set(axis, total.get(axis).times(other));
        } else if (axis == 0) {
          next.set(axis, total.get(axis).plus(other));
        } else if (!context.extents.unify(total.get(axis), other)) {
          context.report(
              new Problem.TwoExtents(
                  "axis " + axis,
                  new Problem.Use(values.getFirst().origin(), text(total.get(axis)), ""),
                  new Problem.Use(value.origin(), text(other), ""),
                  Problem.Remedy.PARTS));
          return Optional.empty();
        }
      }
      total = next;
    }
    return Optional.ofNullable(total);
  }

  private String text(IndexExpr extent) {
    return Shapes.text(context.extents.resolve(extent));
  }

  private Optional<List<Tree.Expression>> arguments(Tree.Call call) {
    String name = call.function().text();
    int count = call.arguments().size();
    if (Merging.isMerging(call)) {
      frame.markBroken();
      Merging.complain(context, call);
      return Optional.empty();
    }
    boolean fits =
        switch (name) {
          case "concat" -> count >= 2;
          case "kron", "one_hot" -> count == 2;
          default -> count == 1;
        };
    if (!fits) {
      int expected = name.equals("kron") || name.equals("one_hot") || name.equals("concat") ? 2 : 1;
      context.report(
          new Problem.ArgumentCount(
              name, expected, count, Signatures.of(context, name), call.origin()));
      return Optional.empty();
    }
    return Optional.of(call.arguments().stream().map(Tree.Argument::value).toList());
  }

  private Optional<IndexExpr> size(Tree.Expression value, Env env) {
    return elaborator.reader().positions().affine(value, env);
  }
}
