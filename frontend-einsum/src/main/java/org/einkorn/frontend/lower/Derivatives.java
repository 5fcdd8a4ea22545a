package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.CountedRounds;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Reach;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// `grad(Loss, W)`, `jvp(F, X, V)`, `vjp(F, X, U)`, `hvp(Loss, W, V)`, `jet(F, X, V, order: n)` and
/// `root(R, X)`: functions of whole tensors that give a whole tensor.
///
/// Each becomes a definition of its own, a request that a pass replaces by equations; the same
/// derivative at two places is one.
final class Derivatives {
  private final Elaborator elaborator;
  private final Context context;

  Derivatives(Elaborator elaborator) {
    this.elaborator = elaborator;
    this.context = elaborator.context;
  }

  /// The derivative that a name stands for.
  static Optional<Body.Derivative.Mode> mode(String function) {
    return Body.Derivative.Mode.of(function);
  }

  /// The names that derivatives in an expression are of.
  static Set<String> named(Tree.Expression value) {
    Set<String> found = new LinkedHashSet<>();
    if (value instanceof Tree.Call call && mode(call.function().text()).isPresent()) {
      for (Tree.Argument argument : call.arguments()) {
        if (argument.value() instanceof Tree.Name name) {
          found.add(name.text());
        }
      }
    }
    Uses.children(value).forEach(child -> found.addAll(named(child)));
    return found;
  }

  /// The extents of the result; nothing after a complaint.
  Optional<List<IndexExpr>> shape(Tree.Call call, Env env) {
    Optional<List<TensorInfo>> tensors = tensors(call, env);
    OptionalInt order = order(call);
    return tensors.isEmpty() || order.isEmpty()
        ? Optional.empty()
        : Optional.of(
            result(call, tensors.get(), body(call, tensors.get(), order.getAsInt())).extents());
  }

  /// The derivative at the positions that are asked for.
  Node call(Tree.Call call, Env env) {
    Optional<List<TensorInfo>> tensors = tensors(call, env);
    OptionalInt order = order(call);
    if (tensors.isEmpty() || order.isEmpty() || !fit(call, tensors.get())) {
      return new Node.Broken();
    }
    Body.Derivative body = body(call, tensors.get(), order.getAsInt());
    TensorInfo result = result(call, tensors.get(), body);
    if (env.whole().isEmpty() && result.rank() > 0) {
      context.report(
          new Problem.NeedsWholeTensor(call.function().text(), result.rank(), call.origin()));
      return new Node.Broken();
    }
    request(call, tensors.get(), body, result);
    return elaborator.reader().whole(result, env.whole().orElse(List.of()), call.origin());
  }

  private static Body.Derivative.Mode mode(Tree.Call call) {
    return mode(call.function().text()).orElseThrow();
  }

  /// The function, the variable and, if the derivative takes one, the direction.
  private Optional<List<TensorInfo>> tensors(Tree.Call call, Env env) {
    int expected = mode(call).hasDirection() ? 3 : 2;
    boolean hasOrder = mode(call) == Body.Derivative.Mode.JET && call.arguments().size() > expected;
    if (call.arguments().size() != expected + (hasOrder ? 1 : 0)) {
      context.report(
          new Problem.ArgumentCount(
              call.function().text(),
              expected,
              call.arguments().size(),
              Signatures.of(context, call.function().text()),
              call.origin()));
      return Optional.empty();
    }
    List<TensorInfo> tensors = new ArrayList<>();
    for (Tree.Argument argument : call.arguments().subList(0, expected)) {
      Optional<Tree.Name> name = name(argument, env);
      if (name.isEmpty()) {
        context.report(
            new Problem.DerivativeOfNoTensor(call.function().text(), argument.value().origin()));
        return Optional.empty();
      }
      TensorInfo tensor = elaborator.reader().tensor(name.get(), -1, false);
      if (tensor.isBroken()) {
        elaborator.frame.markBroken();
        return Optional.empty();
      }
      tensors.add(tensor);
    }
    return Optional.of(tensors);
  }

  /// The name of a tensor that an argument is: itself, or through the parameter of a function.
  private Optional<Tree.Name> name(Tree.Argument argument, Env env) {
    if (argument.name().isPresent() || !(argument.value() instanceof Tree.Name name)) {
      return Optional.empty();
    }
    String text = name.text();
    Node bound =
        switch (env.bindings().get(text)) {
          case Env.Binding.Value(Node node) -> node;
          case Env.Binding.Array array
              when array.node() instanceof Node.Read read
                  && read.at().equals(variables(array.axes())) ->
              read;
          case Env.Binding.Array _ -> new Node.Broken();
          case null -> null;
        };
    if (bound != null) {
      return bound instanceof Node.Read read
          ? Optional.of(new Tree.Name(read.tensor(), name.origin()))
          : Optional.empty();
    }
    boolean isTensor =
        env.index(text) == null
            && !context.constants.containsKey(text)
            && !(context.sizes.contains(text) && context.tensor(text) == null);
    return isTensor ? Optional.of(name) : Optional.empty();
  }

  private static List<IndexExpr> variables(List<String> names) {
    return names.stream().map(IndexExpr::variable).toList();
  }

  /// Whether types and shapes are such that there is a derivative; reports why not.
  private boolean fit(Tree.Call call, List<TensorInfo> tensors) {
    String name = call.function().text();
    for (int place = 0; place < tensors.size(); place++) {
      TensorInfo tensor = tensors.get(place);
      if (!tensor.dtype().isFloat()) {
        context.report(
            new Problem.NotDifferentiable(
                name, tensor.name(), tensor.dtype().text(), call.arguments().get(place).origin()));
        return false;
      }
    }
    TensorInfo function = tensors.get(0);
    if (mode(call).needsNumber() && function.rank() > 0) {
      context.report(
          new Problem.GradientOfTensor(
              name, function.name(), function.rank(), call.arguments().getFirst().origin()));
      return false;
    }
    if (mode(call) == Body.Derivative.Mode.ROOT) {
      if (function.rank() > 1) {
        context.report(
            new Problem.NoRoot(
                "`" + function.name() + "` has " + function.rank() + " axes",
                "give the unknowns one axis, as `X[(i j)]` does",
                call.arguments().getFirst().origin()));
        return false;
      }
      return fits(call, tensors, 0, 1);
    }
    return !mode(call).hasDirection()
        || fits(call, tensors, mode(call).isAlongVariable() ? 1 : 0, 2);
  }

  /// Whether two arguments have one shape.
  private boolean fits(Tree.Call call, List<TensorInfo> tensors, int first, int second) {
    TensorInfo like = tensors.get(first);
    TensorInfo direction = tensors.get(second);
    if (like.rank() != direction.rank()) {
      context.report(
          new Problem.TwoRanks(
              direction.name(),
              call.arguments().get(second).origin(),
              like.rank(),
              direction.origin(),
              direction.rank()));
      return false;
    }
    for (int axis = 0; axis < like.rank(); axis++) {
      IndexExpr one = like.extents().get(axis);
      IndexExpr two = direction.extents().get(axis);
      if (!context.extents.unify(one, two)) {
        context.report(
            new Problem.TwoExtents(
                "axis " + axis,
                use(like, one, call.arguments().get(first)),
                use(direction, two, call.arguments().get(second)),
                Problem.Remedy.DIRECTION));
        return false;
      }
    }
    return true;
  }

  private Problem.Use use(TensorInfo tensor, IndexExpr extent, Tree.Argument at) {
    return new Problem.Use(
        at.origin(), Shapes.text(context.extents.resolve(extent)), "`" + tensor.name() + "`");
  }

  /// The order of a jet, 1 for every other derivative; nothing after a complaint.
  private OptionalInt order(Tree.Call call) {
    if (mode(call) != Body.Derivative.Mode.JET || call.arguments().size() < 3) {
      return OptionalInt.of(1);
    }
    Optional<Tree.Argument> argument = call.arguments().stream().skip(3).findFirst();
    boolean isNamed =
        argument.flatMap(Tree.Argument::name).map(name -> name.text().equals("order")).orElse(true);
    long order =
        switch (argument.map(Tree.Argument::value).orElse(null)) {
          case Tree.IntegerLiteral(long value, Origin _) -> value;
          case Tree.Name name when context.constants.get(name.text()) instanceof Node.Whole whole ->
              whole.value();
          case null, default -> 0;
        };
    if (!isNamed || order < 1 || order > Body.Derivative.MOST) {
      context.report(
          new Problem.OrderOfJet(
              Body.Derivative.MOST, argument.map(Tree.Argument::origin).orElse(call.origin())));
      return OptionalInt.empty();
    }
    return OptionalInt.of((int) order);
  }

  private static Body.Derivative body(Tree.Call call, List<TensorInfo> tensors, int order) {
    return new Body.Derivative(
        mode(call),
        tensors.get(0).name(),
        tensors.get(1).name(),
        tensors.size() > 2 ? Optional.of(tensors.get(2).name()) : Optional.empty(),
        order);
  }

  private static TensorInfo result(Tree.Call call, List<TensorInfo> tensors, Body.Derivative body) {
    String name =
        body.function()
            + "."
            + body.mode().text()
            + (body.mode() == Body.Derivative.Mode.JET ? body.order() : "")
            + "."
            + body.variable()
            + body.direction().map(direction -> "." + direction).orElse("");
    TensorInfo like = tensors.get(body.isLikeFunction() ? 0 : 1);
    DType type = like.dtype().compute();
    return new TensorInfo(
        name, type, type, body.extents(like.extents()), false, false, call.origin());
  }

  private void request(
      Tree.Call call, List<TensorInfo> tensors, Body.Derivative body, TensorInfo result) {
    if (context.tensors.putIfAbsent(result.name(), result) != null) {
      return;
    }
    TensorInfo like = tensors.get(body.isLikeFunction() ? 0 : 1);
    context.later(
        () -> {
          TensorInfo now = context.tensor(like.name());
          if (now != null && now.dtype() != like.dtype()) {
            context.report(
                new Problem.DerivativeOfUntyped(
                    call.function().text(), like.name(), now.dtype().text(), call.origin()));
          }
        });
    context.definitions.add(
        new Definition(
            result.name(), new TensorType(result.dtype(), result.extents()), body, call.origin()));
    // What is computed together with the derivative is defined after it.
    context.later(() -> checkPath(call, body, result.name()));
  }

  /// Why no derivative goes through an iteration.
  private Optional<Problem.NoRounds> noRounds(
      Definition state, Body.Derivative body, String result) {
    if (CountedRounds.isFixpoint(state, context.definitions)) {
      return Optional.of(Problem.NoRounds.FIXPOINT);
    }
    Optional<CountedRounds> counted = CountedRounds.of(state, context.definitions);
    if (counted.isEmpty()) {
      return Optional.of(Problem.NoRounds.UNCOUNTED);
    }
    return counted
        .filter(rounds -> rounds.hasMember(body.variable()) || rounds.hasMember(result))
        .map(rounds -> Problem.NoRounds.INSIDE);
  }

  private List<Definition> floats() {
    return context.definitions.stream()
        .filter(definition -> !hasNoDerivative(definition.type().dtype()))
        .toList();
  }

  private static boolean hasNoDerivative(DType type) {
    return type == DType.BOOL || type.isInteger();
  }

  /// Looks at what lies between the variable and the function.
  private void checkPath(Tree.Call call, Body.Derivative body, String result) {
    String name = call.function().text();
    String variable = body.variable();
    String function = body.function();
    boolean isReached = !Reach.between(variable, function, context.definitions).isEmpty();
    if (!isReached && body.mode() == Body.Derivative.Mode.ROOT) {
      context.report(
          new Problem.NoRoot(
              "`" + function + "` does not depend on `" + variable + "`",
              "define it by what is 0 at the root: `R[i] = X[i] - f(X[i])`",
              call.origin()));
    } else if (!isReached) {
      context.report(new Problem.NoInfluence(name, function, variable, call.origin()));
    } else if (Reach.between(variable, function, floats()).isEmpty()) {
      context.report(new Problem.OnlyThroughTruth(name, function, variable, call.origin()));
    }
    for (Definition state : Reach.iterationsBetween(variable, function, context.definitions)) {
      Optional<Problem.NoRounds> why = noRounds(state, body, result);
      if (why.isPresent()) {
        context.report(
            new Problem.DerivativeOfIteration(
                name, state.name(), variable, why.get(), call.origin()));
        break;
      }
    }
    Reach.complexBetween(variable, function, context.definitions)
        .ifPresent(
            definition ->
                context.report(
                    new Problem.NotDifferentiable(
                        name, definition.name(), "complex", call.origin())));
  }
}
