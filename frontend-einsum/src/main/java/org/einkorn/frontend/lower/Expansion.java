package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Adjoint;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.jspecify.annotations.Nullable;

/// Expands a call of a function that is written in Einkorn.
///
/// A parameter without axes stands for its argument's value. A parameter with axes, `X[..., i.]`,
/// stands for the argument as a function of positions: its dotted axis is the dotted index of the
/// call, `...` are the argument's other indices. Equations in a block define local tensors, each
/// stored once; the one that defines the function's own name is the result. Names inside are the
/// function's own.
final class Expansion {
  private final Elaborator elaborator;
  private final Context context;
  private final Frame frame;

  Expansion(Elaborator elaborator) {
    this.elaborator = elaborator;
    this.context = elaborator.context;
    this.frame = elaborator.frame;
  }

  /// What the arguments of one call amount to.
  private static final class Call {
    final Map<String, Env.Binding> bindings = new HashMap<>();
    final Map<String, String> axes = new LinkedHashMap<>();
    final Set<String> ellipsis = new LinkedHashSet<>();
  }

  Node expand(Tree.Function function, Tree.Call call, Env env) {
    String name = function.name().text();
    if (env.callers().contains(name)) {
      List<String> cycle = new ArrayList<>(env.callers());
      cycle.add(name);
      context.report(
          new Problem.RecursiveFunction(
              cycle.subList(cycle.indexOf(name), cycle.size()), call.function().origin()));
      return new Node.Broken();
    }
    context.used.add(name);
    Optional<Map<String, Tree.Expression>> arguments = match(function, call);
    if (arguments.isEmpty()) {
      return new Node.Broken();
    }
    Call bound = new Call();
    for (Tree.Parameter parameter : function.parameters()) {
      Tree.Expression argument = arguments.get().get(parameter.name().text());
      if (argument == null || !bind(function, parameter, argument, call, env, bound)) {
        return new Node.Broken();
      }
    }
    List<String> callers = new ArrayList<>(env.callers());
    callers.add(name);
    Env inner =
        new Env(
            Map.of(),
            List.copyOf(bound.ellipsis),
            List.of(),
            Optional.empty(),
            bound.bindings,
            Optional.empty(),
            callers,
            List.of());
    return switch (function.body()) {
      case Tree.Value(Tree.Expression value, Origin _) -> {
        Node result = value(value, inner, bound, env);
        yield function
            .adjoint()
            .filter(_ -> Adjoints.check(function).isEmpty())
            .map(adjoint -> following(function, adjoint, result, inner, bound, env))
            .orElse(result);
      }
      case Tree.Block block -> block(function, block, inner, bound);
    };
  }

  private Node value(Tree.Expression value, Env inner, Call bound, Env caller) {
    Env scope = inner;
    for (Map.Entry<String, String> axis : bound.axes.entrySet()) {
      scope = scope.withIndex(axis.getKey(), axis.getValue());
    }
    if (bound.axes.isEmpty() && caller.whole().isPresent()) {
      scope = scope.withWhole(caller.whole().get());
    }
    return nested(scope, List.of(), value).root(value, scope, Optional.empty());
  }

  /// A value whose derivative is what the function says: the sum of the changes of its parameters,
  /// each times what the rule gives for the weight 1.
  private Node following(
      Tree.Function function, Adjoint adjoint, Node value, Env inner, Call bound, Env caller) {
    Env scope =
        inner.withBinding(adjoint.weight().text(), new Env.Binding.Value(new Node.Whole(1)));
    List<Node> changes = new ArrayList<>();
    List<Tree.Parameter> changing = Adjoints.changing(function);
    for (int place = 0; place < changing.size(); place++) {
      String parameter = changing.get(place).name().text();
      if (inner.bindings().get(parameter) instanceof Env.Binding.Value(Node node)) {
        Tree.Expression factor =
            Adjoints.factor(adjoint.values().get(place), adjoint.weight().text());
        Node slope = value(factor, scope, bound, caller);
        changes.add(new Node.Binary(BinaryOp.SLOPE, node, slope, adjoint.origin()));
      }
    }
    Node sum = changes.size() == 1 ? changes.getFirst() : new Node.Sum(changes, adjoint.origin());
    return new Node.Binary(BinaryOp.FOLLOW, value, sum, adjoint.origin());
  }

  private Elaborator nested(Env env, List<Tree.Index> head, Tree.Expression value) {
    return new Elaborator(context, frame, Elaborator.usesOf(context, env, head, value));
  }

  /// Pairs parameters with arguments: by place, then by name, then the defaults.
  private Optional<Map<String, Tree.Expression>> match(Tree.Function function, Tree.Call call) {
    Map<String, Tree.Expression> found = new HashMap<>();
    List<String> names = function.parameters().stream().map(p -> p.name().text()).toList();
    String name = function.name().text();
    int place = 0;
    for (Tree.Argument argument : call.arguments()) {
      if (argument.name().isPresent()) {
        Tree.Name key = argument.name().get();
        if (!names.contains(key.text()) || found.containsKey(key.text())) {
          context.report(new Problem.UnknownArgument(name, key.text(), key.origin(), names));
          return Optional.empty();
        }
        found.put(key.text(), argument.value());
      } else if (place < names.size()) {
        found.put(names.get(place++), argument.value());
      } else {
        place++;
      }
    }
    long needed = function.parameters().stream().filter(p -> p.fallback().isEmpty()).count();
    for (Tree.Parameter parameter : function.parameters()) {
      parameter
          .fallback()
          .ifPresent(fallback -> found.putIfAbsent(parameter.name().text(), fallback));
    }
    if (place > names.size() || found.size() < names.size()) {
      context.report(
          new Problem.ArgumentCount(
              name, (int) needed, call.arguments().size(), Signatures.of(function), call.origin()));
      return Optional.empty();
    }
    return Optional.of(found);
  }

  private boolean bind(
      Tree.Function function,
      Tree.Parameter parameter,
      Tree.Expression argument,
      Tree.Call call,
      Env env,
      Call bound) {
    String name = parameter.name().text();
    if (parameter.indices().isEmpty()) {
      Node node = elaborator.node(argument, env);
      boolean several = function.adjoint().isPresent() || mentions(function.body(), name) > 1;
      bound.bindings.put(name, new Env.Binding.Value(several ? elaborator.share(node) : node));
      return true;
    }
    List<Tree.Index> pattern = parameter.indices().get();
    if (argument instanceof Tree.Name whole && isWholeTensor(whole, env)) {
      return bindWhole(function, name, pattern, whole, call, env, bound);
    }
    Node node = elaborator.node(argument, env.withoutWhole());
    if (node instanceof Node.Broken) {
      return false;
    }
    return bindIndexed(function, name, pattern, node, call, argument.origin(), bound);
  }

  private boolean isWholeTensor(Tree.Name name, Env env) {
    return env.index(name.text()) == null
        && !(env.bindings().get(name.text()) instanceof Env.Binding.Value)
        && !context.constants.containsKey(name.text());
  }

  /// `f(V)`: the pattern names the axes of the tensor.
  private boolean bindWhole(
      Tree.Function function,
      String parameter,
      List<Tree.Index> pattern,
      Tree.Name whole,
      Tree.Call call,
      Env env,
      Call bound) {
    int rank;
    if (env.bindings().get(whole.text()) instanceof Env.Binding.Array array) {
      rank = array.axes().size();
    } else {
      TensorInfo tensor = elaborator.reader().tensor(whole, pattern.size(), false);
      if (tensor.isBroken()) {
        frame.markBroken();
        return false;
      }
      rank = tensor.rank();
    }
    List<String> axes = new ArrayList<>();
    List<IndexExpr> positions = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      String variable = elaborator.fresh("d." + axis, whole.origin());
      axes.add(variable);
      positions.add(IndexExpr.variable(variable));
    }
    boolean hasDot = pattern.stream().anyMatch(Tree.Dotted.class::isInstance);
    boolean hasEllipsis = pattern.stream().anyMatch(Tree.Ellipsis.class::isInstance);
    if (hasDot || hasEllipsis || axes.size() != pattern.size()) {
      if (hasDot || hasEllipsis) {
        context.report(
            new Problem.NoDottedAxis(
                function.name().text(), call.origin(), whole.text() + "[i, j.]"));
      } else {
        misfit(function, parameter, pattern.size(), rank, whole.origin());
      }
      return false;
    }
    Node node = elaborator.node(whole, env.withWhole(positions));
    bound.bindings.put(parameter, new Env.Binding.Array(node, List.of(), axes, -1));
    return true;
  }

  /// `f(X[p, c])`: the pattern names the argument's indices.
  private boolean bindIndexed(
      Tree.Function function,
      String parameter,
      List<Tree.Index> pattern,
      Node node,
      Tree.Call call,
      Origin origin,
      Call bound) {
    List<String> free = new ArrayList<>(frame.free(node));
    List<String> dotted = free.stream().filter(frame.dotted()::contains).toList();
    List<String> slots = new ArrayList<>();
    List<String> names = new ArrayList<>();
    int ellipsisAt = -1;
    @Nullable String dot = null;
    for (Tree.Index index : pattern) {
      switch (index) {
        case Tree.Dotted(Tree.Name name, Origin _) -> {
          dot = name.text();
          names.add(name.text());
        }
        case Tree.Position(Tree.Name name, Origin _) -> names.add(name.text());
        case Tree.Ellipsis _ -> ellipsisAt = names.size();
        case Tree.Position _, Tree.Virtual _, Tree.Group _, Tree.Slice _, Tree.Sized _ -> {
          bad(
              function.name().text(),
              "a parameter only names its axes",
              "write a name for each axis, a dot after one of them, or `...`",
              index.origin());
          return false;
        }
      }
    }
    if (dot != null && dotted.size() != 1) {
      String name = function.name().text();
      context.report(
          dotted.isEmpty()
              ? new Problem.NoDottedAxis(
                  name,
                  call.origin(),
                  (free.isEmpty() ? "i" : frame.get(free.getLast()).written()) + ".")
              : new Problem.TwoDottedAxes(name, call.origin()));
      return false;
    }
    List<String> others = new ArrayList<>(free);
    if (dot != null) {
      others.remove(dotted.getFirst());
    }
    int plain = names.size() - (dot == null ? 0 : 1);
    if (ellipsisAt < 0 ? others.size() != plain : others.size() < plain) {
      misfit(function, parameter, names.size(), free.size(), origin);
      return false;
    }
    // Names before the ellipsis take indices from the left, names after it from the right.
    List<String> rest = new ArrayList<>(others);
    int before = 0;
    for (String name : names) {
      if (name.equals(dot)) {
        slots.add(dotted.getFirst());
        continue;
      }
      boolean fromLeft = ellipsisAt < 0 || names.indexOf(name) < ellipsisAt;
      int left = plain - before++;
      String taken = fromLeft ? rest.removeFirst() : rest.remove(rest.size() - left);
      slots.add(taken);
    }
    for (int axis = 0; axis < names.size(); axis++) {
      if (names.get(axis).equals(dot)) {
        bound.axes.put(names.get(axis), slots.get(axis));
      }
    }
    List<String> left = frame.ordered(new HashSet<>(rest));
    bound.ellipsis.addAll(left);
    Node stored = elaborator.share(node);
    bound.bindings.put(parameter, new Env.Binding.Array(stored, left, slots, ellipsisAt));
    return true;
  }

  private static int mentions(Tree.Body body, String name) {
    return switch (body) {
      case Tree.Value(Tree.Expression value, Origin _) -> mentions(value, name);
      case Tree.Block block ->
          block.statements().stream()
              .mapToInt(
                  statement ->
                      statement instanceof Tree.Equation equation
                          ? mentions(equation.value(), name)
                          : 1)
              .sum();
    };
  }

  private static int mentions(Tree.Expression value, String name) {
    int here = value instanceof Tree.Name(String text, Origin _) && text.equals(name) ? 1 : 0;
    return here + Uses.children(value).stream().mapToInt(child -> mentions(child, name)).sum();
  }

  /// A block: its equations in order; the last one that defines the function's name is the result.
  private Node block(Tree.Function function, Tree.Block block, Env env, Call bound) {
    Env scope = env;
    Node result = new Node.Broken();
    boolean isDefined = false;
    String name = function.name().text();
    for (Tree.Statement statement : block.statements()) {
      switch (statement) {
        case Tree.Let let -> {
          Node value =
              nested(scope, List.of(), let.value()).root(let.value(), scope, Optional.empty());
          scope =
              scope.withBinding(let.name().text(), new Env.Binding.Value(elaborator.share(value)));
        }
        case Tree.Equation equation when equation.modifiers().isEmpty() -> {
          boolean isResult = equation.head().name().text().equals(name);
          if ((isResult && isDefined)
              || scope.bindings().containsKey(equation.head().name().text())) {
            return bad(
                name,
                "a second equation of a tensor in a function",
                "give one of the two another name",
                equation.head().origin());
          }
          Optional<Local> local = equation(function, equation, scope, bound, isResult);
          if (local.isEmpty()) {
            return new Node.Broken();
          }
          if (isResult) {
            result = local.get().node;
            isDefined = true;
          } else {
            scope = scope.withBinding(equation.head().name().text(), local.get().binding);
          }
        }
        case Tree.Equation equation -> {
          return bad(
              name,
              "`pad`, `until` and `for` can't stand in a function",
              "leave them out, or write the equation outside of the function",
              equation.origin());
        }
        case Tree.Rule _,
            Tree.Declaration _,
            Tree.Semiring _,
            Tree.Function _,
            Tree.Fact _,
            Tree.ReadFile _,
            Tree.WriteFile _,
            Tree.Query _,
            Tree.Learn _ -> {
          return bad(
              name,
              "a function is expanded to equations and `let` only",
              "write this outside of the function",
              statement.origin());
        }
      }
    }
    return isDefined
        ? result
        : bad(
            name,
            "none of its equations says what it gives",
            "let one of them define `" + name + "`: `" + name + "[…] = …`",
            function.name().origin());
  }

  private Node bad(String name, String why, String remedy, Origin origin) {
    context.report(new Problem.BadFunctionBody(name, why, remedy, origin));
    return new Node.Broken();
  }

  private void misfit(
      Tree.Function function, String parameter, int axes, int indices, Origin origin) {
    bad(
        function.name().text(),
        "`%s` has %d %s, the argument %d"
            .formatted(parameter, axes, axes == 1 ? "axis" : "axes", indices),
        "give an argument with as many indices as the parameter has axes",
        origin);
  }

  private record Local(Node node, Env.Binding binding) {}

  private Optional<Local> equation(
      Tree.Function function, Tree.Equation equation, Env env, Call bound, boolean isResult) {
    Env scope = env;
    List<String> axes = new ArrayList<>();
    int ellipsisAt = -1;
    for (Tree.Index index : equation.head().indices()) {
      Optional<Tree.Name> name =
          switch (index) {
            case Tree.Position(Tree.Name written, Origin _) -> Optional.of(written);
            case Tree.Dotted(Tree.Name written, Origin _) -> Optional.of(written);
            default -> Optional.empty();
          };
      if (index instanceof Tree.Ellipsis) {
        ellipsisAt = axes.size();
      } else if (name.isEmpty()) {
        bad(
            function.name().text(),
            "a left side in a function only names its axes",
            "write a name for each axis, or `...`",
            index.origin());
        return Optional.empty();
      } else {
        String text = name.get().text();
        @Nullable String shared = isResult ? bound.axes.get(text) : null;
        String variable = shared != null ? shared : elaborator.fresh(text, name.get().origin());
        scope = scope.withIndex(text, variable);
        axes.add(variable);
        if (index instanceof Tree.Dotted) {
          frame.dot(variable);
        }
      }
    }
    Elaborator nested = nested(scope, equation.head().indices(), equation.value());
    Optional<Tree.AssignOperator> top =
        equation.operator() == Tree.AssignOperator.ASSIGN
                || equation.operator() == Tree.AssignOperator.ADD
            ? Optional.empty()
            : Optional.of(equation.operator());
    Node node = nested.root(equation.value(), scope, top);
    if (node instanceof Node.Broken) {
      return Optional.empty();
    }
    if (isResult) {
      return Optional.of(new Local(node, new Env.Binding.Value(node)));
    }
    List<String> variables = new ArrayList<>();
    if (ellipsisAt >= 0) {
      variables.addAll(env.ellipsis());
    }
    variables.addAll(axes);
    Node stored =
        new Node.Shared(
            new Node.Store(node, variables),
            variables.stream().map(v -> IndexExpr.variable(v)).toList());
    List<String> ellipsis = ellipsisAt >= 0 ? env.ellipsis() : List.of();
    return Optional.of(new Local(node, new Env.Binding.Array(stored, ellipsis, axes, ellipsisAt)));
  }
}
