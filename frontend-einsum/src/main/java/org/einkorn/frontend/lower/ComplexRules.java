package org.einkorn.frontend.lower;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.source.Origin;
import org.einkorn.runtime.DType;

/// Looks for what complex numbers do not have: an order, whole parts, conversions to real types;
/// and for functions of them that are not compiled.
final class ComplexRules {
  private final Context context;
  private final Types types;
  private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Node.Store> stores = Collections.newSetFromMap(new IdentityHashMap<>());
  private Origin equation = Origin.UNKNOWN;
  private boolean hasComplained;

  ComplexRules(Context context, Types types) {
    this.context = context;
    this.types = types;
  }

  boolean hasComplained() {
    return hasComplained;
  }

  void report(Problem problem) {
    hasComplained = true;
    // One place may stand for several nodes, as in a function that is expanded.
    if (!context.problems.contains(problem)) {
      context.report(problem);
    }
  }

  private void refuse(String operation, DType type, Origin at) {
    report(new Problem.NotOfComplex("`" + operation + "`", type.text(), place(at)));
  }

  /// A place in what the user wrote: the equation, for one in the prelude.
  private Origin place(Origin at) {
    return at.span().filter(span -> Prelude.holds(span.file())).isPresent() ? equation : at;
  }

  /// Checks a projection of values of a type.
  void check(Projection projection, DType type, Origin at) {
    boolean isOrdered =
        switch (projection) {
          case MAX, MIN, LOG_SUM_EXP -> true;
          case SUM, PRODUCT, ANY, ALL, XOR -> false;
        };
    if (type.isComplex() && isOrdered) {
      refuse(projection.text(), type, at);
    }
  }

  /// Checks a value, if there is anything complex in it.
  ///
  /// @param from the right side that it comes from
  void check(Node node, Origin from) {
    equation = from;
    stores.clear();
    if (hasComplex(node)) {
      visit(node);
    }
  }

  private boolean hasComplex(Node node) {
    return switch (node) {
      case Node.Read read -> {
        TensorInfo tensor = context.tensor(read.tensor());
        yield tensor != null && tensor.dtype().isComplex();
      }
      case Node.Convert convert -> convert.type().isComplex() || hasComplex(convert.operand());
      case Node.Binary binary ->
          binary.op() == BinaryOp.COMPLEX
              || hasComplex(binary.left())
              || hasComplex(binary.right());
      case Node.Shared shared ->
          types.of(shared).type().isComplex()
              || (stores.add(shared.value()) && hasComplex(shared.value().body()));
      default -> Frame.children(node).stream().anyMatch(this::hasComplex);
    };
  }

  private DType type(Node node) {
    return types.of(node).type();
  }

  private void visit(Node node) {
    if (!seen.add(node)) {
      return;
    }
    switch (node) {
      case Node.Unary unary -> function(unary.op(), type(unary.operand()), unary.origin());
      case Node.Binary binary -> operation(binary);
      case Node.Power power -> {
        DType base = type(power.base());
        boolean isComplex = base.isComplex() || type(power.exponent()).isComplex();
        if (isComplex && !Types.isSmallExponent(power.exponent())) {
          report(new Problem.ComplexFunction("a power other than 0 to 64", place(power.origin())));
        }
      }
      case Node.Convert convert -> {
        DType from = type(convert.operand());
        DType to = convert.type();
        if (from.isComplex() && !to.isComplex() && to != DType.BOOL) {
          refuse(to.text(), from, convert.origin());
        }
      }
      case Node.Project project -> check(project.kind(), type(project.body()), project.origin());
      case Node.Cumulate cumulate ->
          check(cumulate.kind(), type(cumulate.body()), cumulate.origin());
      case Node.Shared shared -> visit(shared.value().body());
      default -> {}
    }
    Frame.children(node).forEach(this::visit);
  }

  private void function(UnaryOp op, DType type, Origin at) {
    if (!type.isComplex()) {
      return;
    }
    switch (op) {
      case NEGATE, ABS, EXP, RE, IM, CONJ, STOP, NOT, MIX -> {}
      case SIGN, FLOOR, CEIL, ROUND -> refuse(op.text(), type, at);
      case SQRT, LOG, SIN, COS, TAN, TANH, ERF ->
          report(new Problem.ComplexFunction("`" + op.text() + "`", place(at)));
    }
  }

  private void operation(Node.Binary binary) {
    DType left = type(binary.left());
    DType type = left.isComplex() ? left : type(binary.right());
    if (!type.isComplex()) {
      return;
    }
    switch (binary.op()) {
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, EQUAL, NOT_EQUAL, AND, OR, XOR -> {}
      case LESS, LESS_EQUAL ->
          report(new Problem.NotOfComplex("an order", type.text(), place(binary.origin())));
      case MODULO, MINIMUM, MAXIMUM, LOG_ADD_EXP, COMPLEX, FOLLOW, SLOPE ->
          refuse(binary.op().text(), type, binary.origin());
      case POWER -> report(new Problem.ComplexFunction("`pow`", place(binary.origin())));
    }
  }
}
