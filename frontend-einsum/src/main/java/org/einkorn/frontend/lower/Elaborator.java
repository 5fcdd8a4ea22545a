package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.FactorOperator;
import org.einkorn.frontend.syntax.LogicOperator;
import org.einkorn.frontend.syntax.Names;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.Span;

/// Resolves one right side: names, functions, and where implicit indices are projected.
final class Elaborator {
  final Context context;
  final Frame frame;
  private final Uses uses;
  private final IdentityHashMap<Tree.Expression, List<String>> placements = new IdentityHashMap<>();
  private final IdentityHashMap<Tree.Expression, List<String>> consumed = new IdentityHashMap<>();
  private final Reader reader;
  private final Calls calls;

  Elaborator(Context context, Frame frame, Uses uses) {
    this.context = context;
    this.frame = frame;
    this.uses = uses;
    this.reader = new Reader(this);
    this.calls = new Calls(this);
  }

  Uses uses() {
    return uses;
  }

  Reader reader() {
    return reader;
  }

  /// Which names, standing alone in `value`, are indices: those that occur between brackets and are
  /// neither values nor parameters.
  static Uses usesOf(Context context, Env env, List<Tree.Index> head, Tree.Expression... values) {
    Set<String> inBrackets = new HashSet<>();
    Uses brackets = new Uses(name -> false);
    inBrackets.addAll(brackets.ofIndices(head).keySet());
    for (Tree.Expression value : values) {
      collect(value, inBrackets, brackets);
    }
    return new Uses(
        name ->
            inBrackets.contains(name)
                && !Names.isCapital(name)
                && !env.bindings().containsKey(name)
                && !context.constants.containsKey(name)
                && !context.tensors.containsKey(name));
  }

  /// All names between brackets, bound ones included.
  private static void collect(Tree.Expression value, Set<String> found, Uses brackets) {
    if (value instanceof Tree.Projection projection) {
      projection.indices().forEach(name -> found.add(name.text()));
    }
    if (value instanceof Tree.Access || value instanceof Tree.Indexed) {
      found.addAll(brackets.of(value).keySet());
    }
    Uses.children(value).forEach(child -> collect(child, found, brackets));
  }

  /// A whole right side.
  ///
  /// @param top the projection of indices that belong to the top, or nothing for sums in place
  Node root(Tree.Expression value, Env env, Optional<Tree.AssignOperator> top) {
    List<String> atTop = new ArrayList<>();
    for (String name : uses.of(value).keySet()) {
      if (env.index(name) != null || name.equals("...")) {
        continue;
      }
      Uses.Placement placement = uses.place(value, name);
      if (isConsumed(placement)) {
        consumed.computeIfAbsent(placement.at(), _ -> new ArrayList<>()).add(name);
        continue;
      }
      if (top.isEmpty()) {
        if (placement.isLone() && placement.inFunction()) {
          context.report(
              new Problem.LoneInFunction(
                  name, summed(name, placement), originOf(placement.at(), name)));
        }
        placements.computeIfAbsent(placement.at(), _ -> new ArrayList<>()).add(name);
      } else if (placement.inFunction()) {
        context.report(
            new Problem.ImplicitInFunction(
                name, top.get().sign(), originOf(placement.at(), name), summed(name, placement)));
        placements.computeIfAbsent(placement.at(), _ -> new ArrayList<>()).add(name);
      } else {
        atTop.add(name);
      }
    }
    if (top.isEmpty()) {
      return node(value, env);
    }
    Env inner = bind(atTop, env, value.origin());
    Node body = node(value, inner);
    return atTop.isEmpty()
        ? body
        : projected(top.get(), variables(atTop, inner), body, value.origin());
  }

  /// The sum over an index, written out.
  private static String summed(String name, Uses.Placement placement) {
    String text = placement.at().origin().span().map(Span::text).orElse("…");
    return "sum[" + name + "](" + (text.contains("\n") ? "…" : text) + ")";
  }

  /// Whether the function that the scope belongs to takes the index: `norm(V[i])` for `def
  /// norm(X[i]) = …`.
  private boolean isConsumed(Uses.Placement placement) {
    if (placement.caller().isEmpty()) {
      return false;
    }
    Tree.Call call = placement.caller().get();
    for (int argument = 0; argument < call.arguments().size(); argument++) {
      if (call.arguments().get(argument).value() == placement.at()) {
        return Calls.consumes(context, call, argument);
      }
    }
    return false;
  }

  private static Node projected(
      Tree.AssignOperator operator, List<String> over, Node body, Origin origin) {
    return switch (operator) {
      case ASSIGN, ADD -> new Node.Project(Projection.SUM, over, body, origin);
      case MULTIPLY -> new Node.Project(Projection.PRODUCT, over, body, origin);
      case MAX -> new Node.Project(Projection.MAX, over, body, origin);
      case MIN -> new Node.Project(Projection.MIN, over, body, origin);
      case OR -> new Node.Project(Projection.ANY, over, body, origin);
      case AND -> new Node.Project(Projection.ALL, over, body, origin);
      case XOR -> new Node.Project(Projection.XOR, over, body, origin);
      case LSE -> new Node.Project(Projection.LOG_SUM_EXP, over, body, origin);
      case AVG -> new Node.Average(over, body, origin);
    };
  }

  /// The place of the first use of an index under an expression.
  private Origin originOf(Tree.Expression value, String name) {
    return originOf(uses, value, name);
  }

  static Origin originOf(Uses uses, Tree.Expression value, String name) {
    if (value instanceof Tree.Access access) {
      for (Tree.Index index : access.indices()) {
        if (uses.ofIndices(List.of(index)).containsKey(name)) {
          return index.origin();
        }
      }
    }
    for (Tree.Expression child : Uses.children(value)) {
      if (uses.of(child).containsKey(name)) {
        return originOf(uses, child, name);
      }
    }
    return value.origin();
  }

  /// Brings new variables for `names` into scope.
  Env bind(List<String> names, Env env, Origin origin) {
    Env inner = env;
    for (String name : names) {
      inner = inner.withIndex(name, fresh(name, origin));
    }
    return inner;
  }

  String fresh(String name, Origin origin) {
    String hint = name.toUpperCase(Locale.ROOT);
    return frame.variable(name, context.extents.unknown(hint), origin).name();
  }

  private static List<String> variables(List<String> names, Env env) {
    return names.stream().map(name -> Objects.requireNonNull(env.index(name))).toList();
  }

  /// Whether implicit indices are projected at an expression.
  boolean isProjected(Tree.Expression value) {
    return placements.containsKey(value) || consumed.containsKey(value);
  }

  /// One expression, with the projections that belong at it.
  Node node(Tree.Expression value, Env outer) {
    List<String> taken = consumed.getOrDefault(value, List.of());
    Env env = taken.isEmpty() ? outer : bind(taken, outer, value.origin());
    List<String> here = placements.get(value);
    if (here == null) {
      return plain(value, env);
    }
    Env inner = bind(here, env, value.origin());
    List<String> over = variables(here, inner);
    return value instanceof Tree.Product product && Uses.isJoin(product)
        ? contraction(product, over, inner)
        : new Node.Project(Projection.SUM, over, plain(value, inner), value.origin());
  }

  private Node plain(Tree.Expression value, Env env) {
    return switch (value) {
      case Tree.Name name -> reader.name(name, env);
      case Tree.IntegerLiteral literal -> new Node.Whole(literal.value());
      case Tree.DecimalLiteral literal -> new Node.Real(literal.value());
      case Tree.TruthLiteral literal -> new Node.Truth(literal.value());
      case Tree.Text text -> {
        context.report(new Problem.StrayText(text.origin()));
        yield new Node.Broken();
      }
      case Tree.Access access -> reader.access(access, env);
      case Tree.Indexed indexed -> reader.indexed(indexed, env);
      case Tree.Call call -> calls.call(call, env);
      case Tree.Projection projection -> projection(projection, env);
      case Tree.Product product -> product(product, env);
      case Tree.Sum sum -> sum(sum, env);
      case Tree.Negate negate -> negate(node(negate.operand(), env), negate.origin());
      case Tree.Power power ->
          new Node.Power(node(power.base(), env), node(power.exponent(), env), power.origin());
      case Tree.Comparison comparison -> comparison(comparison, env);
      case Tree.Logic logic ->
          new Node.Logic(
              logic.operator() == LogicOperator.AND ? BinaryOp.AND : BinaryOp.OR,
              logic.operands().stream().map(operand -> node(operand, env)).toList(),
              logic.origin());
      case Tree.Not not -> new Node.Not(node(not.operand(), env), not.origin());
    };
  }

  private static Node negate(Node operand, Origin origin) {
    return switch (operand) {
      case Node.Whole(long value) when value != Long.MIN_VALUE -> new Node.Whole(-value);
      case Node.Real(double value) -> new Node.Real(-value);
      default -> new Node.Unary(UnaryOp.NEGATE, operand, origin);
    };
  }

  private Node sum(Tree.Sum sum, Env env) {
    List<Node> run = new ArrayList<>(List.of(node(sum.first(), env)));
    for (Tree.Term term : sum.rest()) {
      Node next = node(term.value(), env);
      switch (term.operator()) {
        case PLUS -> run.add(next);
        case MINUS -> {
          Node left = total(run, sum.origin());
          run = new ArrayList<>();
          run.add(new Node.Binary(BinaryOp.SUBTRACT, left, next, sum.origin()));
        }
      }
    }
    return total(run, sum.origin());
  }

  private static Node total(List<Node> run, Origin origin) {
    return run.size() == 1 ? run.getFirst() : new Node.Sum(run, origin);
  }

  private Node product(Tree.Product product, Env env) {
    List<Node> run = new ArrayList<>(List.of(node(product.first(), env)));
    for (Tree.Factor factor : product.rest()) {
      Node next = node(factor.value(), env);
      switch (factor.operator()) {
        case JUXTAPOSE, TIMES -> run.add(next);
        case DIVIDE, REMAINDER -> {
          BinaryOp op =
              factor.operator() == FactorOperator.DIVIDE ? BinaryOp.DIVIDE : BinaryOp.MODULO;
          Node left = joined(run, product.origin());
          run = new ArrayList<>();
          run.add(new Node.Binary(op, left, next, product.origin()));
        }
      }
    }
    return joined(run, product.origin());
  }

  private static Node joined(List<Node> run, Origin origin) {
    return run.size() == 1 ? run.getFirst() : new Node.Product(run, origin);
  }

  /// A product with a sum in front. A divisor that is the same at every point of the sum divides
  /// the sum: `W[c, d] X[p, d] / T` is a contraction, and then one division for each element.
  private Node contraction(Tree.Product product, List<String> over, Env env) {
    List<Node> factors = new ArrayList<>(List.of(node(product.first(), env)));
    List<Node> divisors = new ArrayList<>();
    for (Tree.Factor factor : product.rest()) {
      Node next = node(factor.value(), env);
      switch (factor.operator()) {
        case JUXTAPOSE, TIMES -> factors.add(next);
        case DIVIDE, REMAINDER -> {
          if (Collections.disjoint(frame.free(next), over)) {
            divisors.add(next);
          } else {
            Node last = factors.removeLast();
            factors.add(new Node.Binary(BinaryOp.DIVIDE, last, next, product.origin()));
          }
        }
      }
    }
    Node result =
        new Node.Project(Projection.SUM, over, joined(factors, product.origin()), product.origin());
    for (Node divisor : divisors) {
      result = new Node.Binary(BinaryOp.DIVIDE, result, divisor, product.origin());
    }
    return result;
  }

  private Node comparison(Tree.Comparison comparison, Env env) {
    Origin origin = comparison.origin();
    Optional<Node> labels = reader.labelComparison(comparison, env);
    if (labels.isPresent()) {
      return labels.get();
    }
    Node left = node(comparison.left(), env);
    Node right = node(comparison.right(), env);
    return switch (comparison.operator()) {
      case EQUAL -> new Node.Binary(BinaryOp.EQUAL, left, right, origin);
      case UNEQUAL -> new Node.Binary(BinaryOp.NOT_EQUAL, left, right, origin);
      case LESS -> new Node.Binary(BinaryOp.LESS, left, right, origin);
      case AT_MOST -> new Node.Binary(BinaryOp.LESS_EQUAL, left, right, origin);
      case GREATER -> new Node.Binary(BinaryOp.LESS, right, left, origin);
      case AT_LEAST -> new Node.Binary(BinaryOp.LESS_EQUAL, right, left, origin);
    };
  }

  private Node projection(Tree.Projection projection, Env env) {
    Origin origin = projection.origin();
    if (Uses.isCumulative(projection.kind())) {
      return cumulative(projection, env);
    }
    Env inner = env;
    List<String> over = new ArrayList<>();
    for (int place = 0; place < projection.indices().size(); place++) {
      Tree.Name name = projection.indices().get(place);
      String variable = fresh(name.text(), name.origin());
      inner = inner.withIndex(name.text(), variable);
      over.add(variable);
      projection
          .extents()
          .get(place)
          .flatMap(extent -> reader.positions().extent(extent, Env.empty()))
          .ifPresent(
              extent ->
                  frame.fix(variable, Domain.declared(name.text(), 0, extent, name.origin())));
    }
    Node body = node(projection.body(), inner);
    return switch (projection.kind()) {
      case SUM -> new Node.Project(Projection.SUM, over, body, origin);
      case MAX -> new Node.Project(Projection.MAX, over, body, origin);
      case MIN -> new Node.Project(Projection.MIN, over, body, origin);
      case PROD -> new Node.Project(Projection.PRODUCT, over, body, origin);
      case ANY -> new Node.Project(Projection.ANY, over, body, origin);
      case ALL -> new Node.Project(Projection.ALL, over, body, origin);
      case LSE -> new Node.Project(Projection.LOG_SUM_EXP, over, body, origin);
      case XOR -> new Node.Project(Projection.XOR, over, body, origin);
      case AVG -> {
        averaged(over, origin);
        yield new Node.Average(over, body, origin);
      }
      case ARGMAX -> argExtremum(Projection.MAX, over, body, origin);
      case ARGMIN -> argExtremum(Projection.MIN, over, body, origin);
      case CUMSUM, CUMPROD, CUMMAX, CUMMIN ->
          throw new IllegalStateException("cumulative projections are taken care of above");
    };
  }

  /// Warns of an average over no points, where that is known.
  private void averaged(List<String> over, Origin origin) {
    List<IndexExpr> extents = over.stream().map(name -> frame.get(name).extent()).toList();
    context.later(
        () -> {
          boolean isEmpty =
              extents.stream()
                  .anyMatch(
                      extent -> context.extents.resolve(extent).equals(IndexExpr.Constant.ZERO));
          if (isEmpty) {
            context.report(new Problem.AverageOfNothing(origin));
          }
        });
  }

  private Node cumulative(Tree.Projection projection, Env env) {
    Tree.Name name = projection.indices().getFirst();
    String along = env.index(name.text());
    if (projection.indices().size() != 1 || along == null) {
      context.report(
          new Problem.BadFunctionBody(
              projection.kind().word(),
              "it runs along one index of the left side",
              "give the left side that index: `Y["
                  + name.text()
                  + "] = "
                  + projection.kind().word()
                  + "["
                  + name.text()
                  + "](…)`",
              projection.origin()));
      return new Node.Broken();
    }
    Projection kind =
        switch (projection.kind()) {
          case CUMPROD -> Projection.PRODUCT;
          case CUMMAX -> Projection.MAX;
          case CUMMIN -> Projection.MIN;
          default -> Projection.SUM;
        };
    return new Node.Cumulate(kind, along, node(projection.body(), env), projection.origin());
  }

  /// The first position at which the operand is the extremum; a NaN is one, as in NumPy.
  ///
  /// `min[c](e == m or e != e ? c : C)` with `m = max[c](e)`; over several indices the position is
  /// the row-major one.
  private Node argExtremum(Projection kind, List<String> over, Node body, Origin origin) {
    Node value = share(body);
    Map<String, IndexExpr> renamed = new LinkedHashMap<>();
    List<String> others = new ArrayList<>();
    IndexExpr position = IndexExpr.Constant.ZERO;
    IndexExpr count = IndexExpr.Constant.ONE;
    for (String name : over) {
      Frame.Variable variable = frame.get(name);
      String other = frame.variable(variable.written(), variable.extent(), origin).name();
      // The copy runs over the same axis.
      frame.addSite(
          new Frame.Site(
              "", 0, IndexExpr.variable(other), variable.extent(), false, false, origin));
      renamed.put(name, IndexExpr.variable(other));
      others.add(other);
      position = position.times(variable.extent()).plus(IndexExpr.variable(name));
      count = count.times(variable.extent());
    }
    String function = kind == Projection.MAX ? "argmax" : "argmin";
    context.required.add(
        new Context.Required(
            count, Optional.empty(), new Problem.ExtremumOfNothing(function, origin)));
    Node extremum = new Node.Project(kind, others, frame.substitute(value, renamed), origin);
    Node isExtremum =
        new Node.Logic(
            BinaryOp.OR,
            List.of(
                new Node.Binary(BinaryOp.EQUAL, value, extremum, origin),
                new Node.Binary(BinaryOp.NOT_EQUAL, value, value, origin)),
            origin);
    Node place =
        new Node.Select(isExtremum, new Node.Place(position), new Node.Place(count), origin);
    return new Node.Project(Projection.MIN, over, place, origin);
  }

  /// A node that may be read several times: itself where that costs nothing, else stored.
  Node share(Node node) {
    if (isCheap(node)) {
      return node;
    }
    // As the result has its axes, so that what reads and stores one goes along the other.
    List<String> free = frame.ordered(frame.free(node));
    return new Node.Shared(
        new Node.Store(node, free), free.stream().map(IndexExpr::variable).toList());
  }

  private static boolean isCheap(Node node) {
    return switch (node) {
      case Node.Whole _,
          Node.Real _,
          Node.Truth _,
          Node.Broken _,
          Node.Read _,
          Node.Place _,
          Node.Shared _ ->
          true;
      case Node.Convert convert -> isCheap(convert.operand());
      case Node.Unary(UnaryOp op, Node operand, Origin _) ->
          op == UnaryOp.NEGATE && isCheap(operand);
      case Node.Binary _,
          Node.Product _,
          Node.Sum _,
          Node.Logic _,
          Node.Not _,
          Node.Power _,
          Node.Select _,
          Node.Project _,
          Node.Average _,
          Node.Cumulate _ ->
          false;
    };
  }
}
