package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.text.ExprPrinter;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.runtime.DType;

/// What an instruction of a machine computes that stands for all rounds of a loop: `c` is what is
/// stored, `a` and `b` are whatever a round reads.
///
/// ```text
/// for k < 4 { c[] = c[] + i32(a[k]) * i32(b[k]) }
/// c[] = dot(a[0], a[1], a[2], a[3]; b[0], b[1], b[2], b[3]; c[])
/// ```
///
/// @param computation the loop, over one store
/// @param implementation the store that replaces it; it computes the same, bit for bit, and fails
///   where the loop does
record LoopIntrinsic(String name, Stmt.For computation, Stmt.Store implementation) {
  private static final String RESULT = "c";
  private static final String ROUND = "k";

  private static final List<LoopIntrinsic> ALL =
      Stream.of(DType.U8, DType.I8)
          .flatMap(left -> Stream.of(DType.I8, DType.U8).map(right -> dot(left, right)))
          .toList();

  private static LoopIntrinsic dot(DType left, DType right) {
    Scalar.Read sum = new Scalar.Read(RESULT, DType.I32, List.of());
    IndexExpr round = IndexExpr.variable(ROUND);
    Scalar product =
        new Scalar.Binary(
            BinaryOp.MULTIPLY,
            Scalar.cast(DType.I32, new Scalar.Read("a", left, List.of(round))),
            Scalar.cast(DType.I32, new Scalar.Read("b", right, List.of(round))));
    Scalar next = new Scalar.Binary(BinaryOp.ADD, sum, product);
    List<Scalar> lefts = new ArrayList<>();
    List<Scalar> rights = new ArrayList<>();
    for (int number = 0; number < Scalar.Dot.PRODUCTS; number++) {
      List<IndexExpr> at = List.of(IndexExpr.of(number));
      lefts.add(new Scalar.Read("a", left, at));
      rights.add(new Scalar.Read("b", right, at));
    }
    return new LoopIntrinsic(
        "dot",
        new Stmt.For(
            Stmt.LoopOrder.SERIAL,
            ROUND,
            IndexExpr.of(Scalar.Dot.PRODUCTS),
            new Stmt.Store(RESULT, List.of(), next)),
        new Stmt.Store(RESULT, List.of(), new Scalar.Dot(lefts, rights, sum)));
  }

  static List<LoopIntrinsic> named(String name) {
    return ALL.stream().filter(each -> each.name.equals(name)).toList();
  }

  static List<String> names() {
    return ALL.stream().map(LoopIntrinsic::name).distinct().toList();
  }

  IndexExpr rounds() {
    return computation.extent();
  }

  private Scalar value() {
    return ((Stmt.Store) computation.body()).value();
  }

  /// What intrinsics of one name compute, and of which types.
  static String text(List<LoopIntrinsic> intrinsics) {
    LoopIntrinsic first = intrinsics.getFirst();
    SequencedMap<String, Set<String>> types = new LinkedHashMap<>();
    for (LoopIntrinsic each : intrinsics) {
      Walk.ofScalars(
              part -> {
                if (part instanceof Scalar.Read(String parameter, DType type, var _)) {
                  types.computeIfAbsent(parameter, _ -> new LinkedHashSet<>()).add(type.text());
                }
              })
          .visit(each.value());
    }
    return "`for %s < %s { %s = %s }`, where %s"
        .formatted(
            ROUND,
            ExprPrinter.print(first.rounds()),
            RESULT,
            ExprPrinter.print(first.value()).replace("[]", ""),
            types.entrySet().stream()
                .map(each -> each.getKey() + " is " + String.join(" or ", each.getValue()))
                .collect(Collectors.joining(", ")));
  }

  /// What stands for all rounds of a store.
  ///
  /// @param variable what counts the rounds
  /// @param simplify what is done to a value in which a number stands for that
  Optional<Stmt.Store> of(Stmt.Store store, String variable, UnaryOperator<Scalar> simplify) {
    Map<String, Scalar> operands = new HashMap<>();
    Scalar before = new Scalar.Read(store.buffer(), store.value().type(), store.indices());
    if (!Intrinsic.matches(value(), store.value(), operands)
        || !before.equals(operands.get(RESULT))) {
      return Optional.empty();
    }
    return Optional.of(
        new Stmt.Store(
            store.buffer(),
            store.indices(),
            filled(implementation.value(), operands, variable, simplify)));
  }

  private static Scalar filled(
      Scalar implementation,
      Map<String, Scalar> operands,
      String variable,
      UnaryOperator<Scalar> simplify) {
    if (!(implementation instanceof Scalar.Read(String parameter, var _, List<IndexExpr> at))) {
      return implementation.mapParts(
          index -> index, part -> filled(part, operands, variable, simplify));
    }
    Scalar operand = operands.getOrDefault(parameter, implementation);
    return at.isEmpty()
        ? operand
        : simplify.apply(new Substitution(Map.of(variable, at.getFirst())).apply(operand));
  }
}
