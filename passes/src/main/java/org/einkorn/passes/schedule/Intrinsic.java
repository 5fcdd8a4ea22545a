package org.einkorn.passes.schedule;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.text.ExprPrinter;
import org.einkorn.runtime.DType;

/// What an instruction of a machine computes, in two forms of the IR: as it is written without the
/// instruction, and by it.
///
/// Both are expressions over parameters, which are reads of `a`, `b` and `c`. An expression is
/// matched up to the order of the operands of + and ·.
///
/// @param computation what is replaced
/// @param implementation what stands for it; may round otherwise
record Intrinsic(String name, Scalar computation, Scalar implementation) {
  /// `c + a · b → fma(a, b, c)`, of each type that machines have it for.
  private static List<Intrinsic> multiplyAdd() {
    return List.of(multiplyAdd(DType.F32), multiplyAdd(DType.F64));
  }

  private static Intrinsic multiplyAdd(DType type) {
    Scalar a = parameter("a", type);
    Scalar b = parameter("b", type);
    Scalar c = parameter("c", type);
    Scalar sum = new Scalar.Binary(BinaryOp.ADD, c, new Scalar.Binary(BinaryOp.MULTIPLY, a, b));
    return new Intrinsic("fma", sum, new Scalar.MultiplyAdd(a, b, c));
  }

  private static final List<Intrinsic> ALL = multiplyAdd();

  static List<Intrinsic> named(String name) {
    return ALL.stream().filter(each -> each.name.equals(name)).toList();
  }

  /// Of all intrinsics, those of loops and of warps too.
  static String names() {
    return Stream.of(
            ALL.stream().map(Intrinsic::name),
            LoopIntrinsic.names().stream(),
            Stream.of(TensorizeProduct.NAME))
        .flatMap(names -> names)
        .distinct()
        .map(each -> "`" + each + "`")
        .collect(Collectors.joining(", "));
  }

  private static Scalar parameter(String name, DType type) {
    return new Scalar.Read(name, type, List.of());
  }

  /// `c + a * b`
  String text() {
    return ExprPrinter.print(computation).replace("[]", "");
  }

  /// The implementation with the operands of an expression that is the computation.
  Optional<Scalar> of(Scalar expression) {
    Map<String, Scalar> operands = new HashMap<>();
    return matches(computation, expression, operands)
        ? Optional.of(filled(implementation, operands))
        : Optional.empty();
  }

  /// Whether an expression is a pattern with operands for its parameters, which are noted.
  static boolean matches(Scalar pattern, Scalar expression, Map<String, Scalar> operands) {
    if (pattern.type() != expression.type()) {
      return false;
    }
    if (pattern instanceof Scalar.Read(String parameter, var _, var _)) {
      Scalar before = operands.putIfAbsent(parameter, expression);
      return before == null || before.equals(expression);
    }
    if (pattern instanceof Scalar.Cast(DType _, Scalar inner)
        && expression instanceof Scalar.Cast(DType _, Scalar operand)) {
      Scalar narrow = narrowest(operand);
      return narrow.type().isInteger()
          && narrow.type().fitsIn(inner.type())
          && matches(inner, Scalar.cast(inner.type(), narrow), operands);
    }
    if (pattern instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
        && expression instanceof Scalar.Binary(BinaryOp other, Scalar first, Scalar second)
        && op == other) {
      Map<String, Scalar> start = new HashMap<>(operands);
      if (matches(left, first, operands) && matches(right, second, operands)) {
        return true;
      }
      operands.clear();
      operands.putAll(start);
      return (op == BinaryOp.ADD || op == BinaryOp.MULTIPLY)
          && matches(left, second, operands)
          && matches(right, first, operands);
    }
    return false;
  }

  /// An integer before it was made wider.
  private static Scalar narrowest(Scalar value) {
    return value instanceof Scalar.Cast(DType type, Scalar operand)
            && operand.type().isInteger()
            && operand.type().fitsIn(type)
        ? narrowest(operand)
        : value;
  }

  private static Scalar filled(Scalar implementation, Map<String, Scalar> operands) {
    return implementation instanceof Scalar.Read(String parameter, var _, var _)
        ? operands.getOrDefault(parameter, implementation)
        : implementation.mapParts(index -> index, part -> filled(part, operands));
  }
}
