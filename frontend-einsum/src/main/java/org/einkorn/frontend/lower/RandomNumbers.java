package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.einkorn.runtime.DType;

/// `random(seed: 1)` and `normal(seed: 1)`: numbers that a seed and positions decide.
///
/// They are ordinary arithmetic: a number that depends on the seed alone is mixed with one position
/// after the other, by [org.einkorn.runtime.Elementary#mix], and 24 bits of what comes of it are
/// the number. So every backend gives the same bits, in whatever order elements are computed.
final class RandomNumbers {
  static final Set<String> NAMES = Set.of("random", "normal");

  private static final long POSITIVE = 1L << 62;
  private static final long BITS = 1L << 24;
  private static final double TURN = 2 * Math.PI;

  private final Elaborator elaborator;
  private final Context context;

  RandomNumbers(Elaborator elaborator) {
    this.elaborator = elaborator;
    this.context = elaborator.context;
  }

  static Node mix(Node operand, Origin origin) {
    return new Node.Unary(UnaryOp.MIX, new Node.Convert(DType.I64, operand, origin), origin);
  }

  Node call(Tree.Call call, Env env) {
    Origin origin = call.origin();
    Optional<Node> seed = Optional.empty();
    List<Node> positions = new ArrayList<>();
    for (Tree.Argument argument : call.arguments()) {
      Node value = elaborator.node(argument.value(), env);
      if (argument.name().isEmpty()) {
        positions.add(value);
      } else if (argument.name().get().text().equals("seed") && seed.isEmpty()) {
        seed = Optional.of(value);
      } else {
        Tree.Name key = argument.name().get();
        context.report(
            new Problem.UnknownArgument(
                call.function().text(), key.text(), key.origin(), List.of("seed")));
        return new Node.Broken();
      }
    }
    if (seed.isEmpty()) {
      context.report(new Problem.Random(call.function().text(), "it has no seed", origin));
      return new Node.Broken();
    }
    Optional<String> why = fractional(seed.get(), positions);
    if (why.isPresent()) {
      context.report(new Problem.Random(call.function().text(), why.get(), origin));
      return new Node.Broken();
    }
    if (positions.isEmpty()) {
      for (IndexExpr position : elaborator.frame.written()) {
        positions.add(new Node.Place(position));
      }
    }
    Node key = mix(seed.get(), origin);
    for (Node position : positions) {
      key = mixed(key, position, origin);
    }
    return call.function().text().equals("random") ? uniform(key, origin) : normal(key, origin);
  }

  /// A seed or a position that is no whole number.
  private Optional<String> fractional(Node seed, List<Node> positions) {
    Types types = new Types(context);
    List<Node> all = new ArrayList<>(List.of(seed));
    all.addAll(positions);
    for (Node value : all) {
      DType type = types.of(value).type();
      if (type.isFloat() || type.isComplex()) {
        return Optional.of(
            (value == seed ? "its seed" : "a position") + " is no whole number, but " + type);
      }
    }
    return Optional.empty();
  }

  private static Node mixed(Node key, Node position, Origin origin) {
    Node start = new Node.Binary(BinaryOp.MODULO, key, new Node.Whole(POSITIVE), origin);
    return mix(new Node.Sum(List.of(start, position), origin), origin);
  }

  /// From 0, below 1.
  private static Node uniform(Node key, Origin origin) {
    Node bits = new Node.Binary(BinaryOp.MODULO, key, new Node.Whole(BITS), origin);
    return new Node.Product(
        List.of(new Node.Convert(DType.F32, bits, origin), new Node.Real(1.0 / BITS)), origin);
  }

  /// Of mean 0 and variance 1: Box, Muller, *A Note on the Generation of Random Normal Deviates*,
  /// 1958.
  private static Node normal(Node key, Origin origin) {
    Node radius =
        new Node.Unary(
            UnaryOp.SQRT,
            new Node.Product(
                List.of(
                    new Node.Real(-2),
                    new Node.Unary(
                        UnaryOp.LOG,
                        new Node.Binary(
                            BinaryOp.SUBTRACT,
                            new Node.Real(1),
                            uniform(mixed(key, new Node.Whole(0), origin), origin),
                            origin),
                        origin)),
                origin),
            origin);
    Node turn =
        new Node.Unary(
            UnaryOp.COS,
            new Node.Product(
                List.of(
                    new Node.Real(TURN), uniform(mixed(key, new Node.Whole(1), origin), origin)),
                origin),
            origin);
    return new Node.Product(List.of(radius, turn), origin);
  }
}
