package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.Span;
import org.einkorn.runtime.DType;

/// Expands calls: primitives to nodes, structure functions to reads, everything else by its `def`.
final class Calls {
  private static final Set<UnaryOp> UNARY =
      Set.of(
          UnaryOp.ABS,
          UnaryOp.SIGN,
          UnaryOp.FLOOR,
          UnaryOp.CEIL,
          UnaryOp.ROUND,
          UnaryOp.SQRT,
          UnaryOp.EXP,
          UnaryOp.LOG,
          UnaryOp.SIN,
          UnaryOp.COS,
          UnaryOp.TAN,
          UnaryOp.TANH,
          UnaryOp.ERF,
          UnaryOp.RE,
          UnaryOp.IM,
          UnaryOp.CONJ,
          UnaryOp.STOP);

  private final Elaborator elaborator;
  private final Context context;
  private final Structures structures;
  private final Expansion expansion;

  Calls(Elaborator elaborator) {
    this.elaborator = elaborator;
    this.context = elaborator.context;
    this.structures = new Structures(elaborator);
    this.expansion = new Expansion(elaborator);
  }

  /// The names of everything that can be called and is not written in Einkorn.
  static Set<String> primitives() {
    Set<String> names = new LinkedHashSet<>();
    UNARY.forEach(op -> names.add(op.text()));
    names.addAll(
        List.of(
            "min",
            "max",
            "pow",
            "where",
            "xor",
            "logaddexp",
            "complex",
            "pos",
            "mix",
            "random",
            "normal"));
    for (DType type : DType.values()) {
      names.add(type.text());
    }
    names.addAll(Structures.NAMES);
    return names;
  }

  /// Whether an argument belongs to a parameter with axes.
  static boolean takesAxes(Context context, Tree.Call call, int argument) {
    return parameter(context, call, argument).flatMap(Tree.Parameter::indices).isPresent();
  }

  /// Whether a function takes the indices of an argument for itself: its parameter names axes and
  /// dots none.
  static boolean consumes(Context context, Tree.Call call, int argument) {
    return parameter(context, call, argument)
        .flatMap(Tree.Parameter::indices)
        .map(indices -> indices.stream().noneMatch(Tree.Dotted.class::isInstance))
        .orElse(false);
  }

  private static Optional<Tree.Parameter> parameter(Context context, Tree.Call call, int argument) {
    String name = call.function().text();
    Optional<Tree.Function> function =
        Optional.ofNullable(context.functions.get(name)).or(() -> Prelude.function(call));
    boolean isPlaced = call.arguments().get(argument).name().isEmpty();
    return function
        .filter(found -> isPlaced && argument < found.parameters().size())
        .map(found -> found.parameters().get(argument));
  }

  Node call(Tree.Call call, Env env) {
    String name = call.function().text();
    Tree.Function function = context.functions.get(name);
    if (function != null) {
      return expansion.expand(function, call, env);
    }
    Optional<Node> refused = refuse(call);
    if (refused.isPresent()) {
      return refused.get();
    }
    if (RandomNumbers.NAMES.contains(name)) {
      return new RandomNumbers(elaborator).call(call, env);
    }
    if (name.equals("pos")) {
      return position(call, env);
    }
    if (Structures.NAMES.contains(name)) {
      return structures.call(call, env);
    }
    Optional<UnaryOp> unary = UnaryOp.of(name).filter(UNARY::contains);
    Optional<DType> type = DType.of(name);
    if (unary.isPresent() || type.isPresent()) {
      Optional<List<Node>> arguments = arguments(call, env, 1);
      return arguments
          .map(
              found ->
                  unary.isPresent()
                      ? new Node.Unary(unary.get(), found.getFirst(), call.origin())
                      : new Node.Convert(type.orElseThrow(), found.getFirst(), call.origin()))
          .orElseGet(Node.Broken::new);
    }
    return switch (name) {
      case "min" -> fold(BinaryOp.MINIMUM, call, env);
      case "max" -> fold(BinaryOp.MAXIMUM, call, env);
      case "pow" ->
          arguments(call, env, 2)
              .<Node>map(found -> new Node.Power(found.get(0), found.get(1), call.origin()))
              .orElseGet(Node.Broken::new);
      case "mix" ->
          arguments(call, env, 1)
              .<Node>map(found -> RandomNumbers.mix(found.getFirst(), call.origin()))
              .orElseGet(Node.Broken::new);
      case "xor" -> binary(BinaryOp.XOR, call, env);
      case "logaddexp" -> binary(BinaryOp.LOG_ADD_EXP, call, env);
      case "complex" -> binary(BinaryOp.COMPLEX, call, env);
      case "where" -> where(call, env);
      case "sum",
          "prod",
          "avg",
          "any",
          "all",
          "lse",
          "argmax",
          "argmin",
          "cumprod",
          "cummax",
          "cummin" -> {
        context.report(withoutIndex(call));
        yield new Node.Broken();
      }
      default -> library(call, env);
    };
  }

  private Node binary(BinaryOp op, Tree.Call call, Env env) {
    return arguments(call, env, 2)
        .<Node>map(found -> new Node.Binary(op, found.get(0), found.get(1), call.origin()))
        .orElseGet(Node.Broken::new);
  }

  /// A read that the condition keeps inside its tensor bounds nothing: `where(i > 0, X[i-1], 7)`.
  private Node where(Tree.Call call, Env env) {
    boolean isPlain =
        call.arguments().size() == 3
            && call.arguments().stream().allMatch(argument -> argument.name().isEmpty());
    if (!isPlain) {
      return arguments(call, env, 3).map(List::getFirst).orElseGet(Node.Broken::new);
    }
    List<Tree.Expression> values = call.arguments().stream().map(Tree.Argument::value).toList();
    Node condition = elaborator.node(values.get(0), env);
    Node then = elaborator.node(values.get(1), env.withFacts(Facts.of(condition)));
    Node otherwise = elaborator.node(values.get(2), env.withFacts(Facts.ofNot(condition)));
    return new Node.Select(condition, then, otherwise, call.origin());
  }

  /// `pos(i/2)`: an index function as a number.
  private Node position(Tree.Call call, Env env) {
    if (call.arguments().size() != 1 || call.arguments().getFirst().name().isPresent()) {
      context.report(count(call, 1, call.arguments().size()));
      return new Node.Broken();
    }
    return elaborator
        .reader()
        .positions()
        .affine(call.arguments().getFirst().value(), env)
        .<Node>map(Node.Place::new)
        .orElseGet(Node.Broken::new);
  }

  private Node library(Tree.Call call, Env env) {
    String name = call.function().text();
    Optional<Tree.Function> found = Prelude.function(call);
    if (found.isPresent()) {
      return expansion.expand(found.get(), call, env);
    }
    Set<String> known = new LinkedHashSet<>(primitives());
    known.addAll(Prelude.NAMES);
    known.addAll(context.functions.keySet());
    context.report(
        new Problem.UnknownFunction(name, call.function().origin(), Near.to(name, known)));
    return new Node.Broken();
  }

  private Optional<Node> refuse(Tree.Call call) {
    Origin origin = call.function().origin();
    String name = call.function().text();
    Problem problem =
        switch (name) {
          case "inv", "det", "cholesky", "solve", "svd", "qr", "eigh", "expm" ->
              new Problem.LinearAlgebra(name, origin);
          case "topk" -> new Problem.NotYet("topk", "`sort`, and a slice of the result", origin);
          default -> null;
        };
    if (problem == null) {
      return Optional.empty();
    }
    context.report(problem);
    return Optional.of(new Node.Broken());
  }

  private Problem count(Tree.Call call, int expected, int found) {
    String name = call.function().text();
    return new Problem.ArgumentCount(
        name, expected, found, Signatures.of(context, name), call.origin());
  }

  /// `sum(X[i, j])` may mean `sum[i, j](X[i, j])`.
  private Problem withoutIndex(Tree.Call call) {
    Set<String> names = new LinkedHashSet<>();
    call.arguments()
        .forEach(argument -> names.addAll(elaborator.uses().of(argument.value()).keySet()));
    names.remove("...");
    String index = names.isEmpty() ? "i" : String.join(", ", names);
    String inside =
        call.arguments().isEmpty()
            ? "…"
            : call.arguments().getFirst().value().origin().span().map(Span::text).orElse("…");
    String name = call.function().text();
    return new Problem.ProjectionWithoutIndex(
        name, name + "[" + index + "](" + inside + ")", call.origin());
  }

  private Node fold(BinaryOp op, Tree.Call call, Env env) {
    if (call.arguments().size() < 2) {
      context.report(withoutIndex(call));
      return new Node.Broken();
    }
    List<Node> values = arguments(call, env, call.arguments().size()).orElse(List.of());
    Node result = values.isEmpty() ? new Node.Broken() : values.getFirst();
    for (Node value : values.subList(Math.min(1, values.size()), values.size())) {
      result = new Node.Binary(op, result, value, call.origin());
    }
    return result;
  }

  /// The arguments of a primitive; nothing after a complaint.
  private Optional<List<Node>> arguments(Tree.Call call, Env env, int count) {
    List<Node> values = new ArrayList<>();
    for (Tree.Argument argument : call.arguments()) {
      if (argument.name().isPresent()) {
        Tree.Name name = argument.name().get();
        context.report(
            new Problem.UnknownArgument(
                call.function().text(), name.text(), name.origin(), List.of()));
        return Optional.empty();
      }
      values.add(elaborator.node(argument.value(), env));
    }
    if (values.size() != count) {
      context.report(count(call, count, values.size()));
      return Optional.empty();
    }
    return Optional.of(values);
  }
}
