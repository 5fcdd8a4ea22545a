package org.einkorn.backend.jvm;

import java.util.List;
import org.einkorn.ir.elementary.DoubleArithmetic;
import org.einkorn.ir.elementary.Formulas;

/// A step of a formula, not yet translated. What several steps use is one node.
sealed interface FormulaNode {
  /// What kind of local variable a value lies in.
  enum Kind {
    REAL,
    WHOLE,
    CONDITION
  }

  Kind kind();

  /// What has to be computed before.
  List<FormulaNode> operands();

  /// The argument of the function, or what else lies in a local variable.
  record Input(int slot) implements FormulaNode {
    @Override
    public Kind kind() {
      return Kind.REAL;
    }

    @Override
    public List<FormulaNode> operands() {
      return List.of();
    }
  }

  record Real(double value) implements FormulaNode {
    @Override
    public Kind kind() {
      return Kind.REAL;
    }

    @Override
    public List<FormulaNode> operands() {
      return List.of();
    }
  }

  record Whole(long value) implements FormulaNode {
    @Override
    public Kind kind() {
      return Kind.WHOLE;
    }

    @Override
    public List<FormulaNode> operands() {
      return List.of();
    }
  }

  /// What is done to the operands.
  enum Step {
    ADD(Kind.REAL),
    SUBTRACT(Kind.REAL),
    MULTIPLY(Kind.REAL),
    DIVIDE(Kind.REAL),
    NEGATE(Kind.REAL),
    MAGNITUDE(Kind.REAL),
    WITH_SIGN_OF(Kind.REAL),
    OF_BITS(Kind.REAL),
    TO_F64(Kind.REAL),
    BITS(Kind.WHOLE),
    PLUS(Kind.WHOLE),
    MINUS(Kind.WHOLE);

    private final Kind kind;

    Step(Kind kind) {
      this.kind = kind;
    }
  }

  record Operation(Step step, List<FormulaNode> operands) implements FormulaNode {
    public Operation {
      operands = List.copyOf(operands);
    }

    @Override
    public Kind kind() {
      return step.kind;
    }
  }

  /// A shift to the left, or to the right keeping the sign.
  record Shift(boolean isLeft, FormulaNode operand, int distance) implements FormulaNode {
    @Override
    public Kind kind() {
      return Kind.WHOLE;
    }

    @Override
    public List<FormulaNode> operands() {
      return List.of(operand);
    }
  }

  record Compare(DoubleArithmetic.Comparison comparison, FormulaNode left, FormulaNode right)
      implements FormulaNode {
    @Override
    public Kind kind() {
      return Kind.CONDITION;
    }

    @Override
    public List<FormulaNode> operands() {
      return List.of(left, right);
    }
  }

  record Select(Compare condition, FormulaNode then, FormulaNode otherwise) implements FormulaNode {
    @Override
    public Kind kind() {
      return Kind.REAL;
    }

    @Override
    public List<FormulaNode> operands() {
      return List.of(otherwise, then, condition);
    }
  }

  /// Makes nodes of what [Formulas] write.
  final class Maker implements DoubleArithmetic<FormulaNode, FormulaNode, Compare> {
    private static FormulaNode operation(Step step, FormulaNode... operands) {
      return new Operation(step, List.of(operands));
    }

    @Override
    public FormulaNode f64(double value) {
      return new Real(value);
    }

    @Override
    public FormulaNode add(FormulaNode left, FormulaNode right) {
      return operation(Step.ADD, left, right);
    }

    @Override
    public FormulaNode subtract(FormulaNode left, FormulaNode right) {
      return operation(Step.SUBTRACT, left, right);
    }

    @Override
    public FormulaNode multiply(FormulaNode left, FormulaNode right) {
      return operation(Step.MULTIPLY, left, right);
    }

    @Override
    public FormulaNode divide(FormulaNode left, FormulaNode right) {
      return operation(Step.DIVIDE, left, right);
    }

    @Override
    public FormulaNode negate(FormulaNode operand) {
      return operation(Step.NEGATE, operand);
    }

    @Override
    public FormulaNode magnitude(FormulaNode operand) {
      return operation(Step.MAGNITUDE, operand);
    }

    @Override
    public FormulaNode withSignOf(FormulaNode magnitude, FormulaNode sign) {
      return operation(Step.WITH_SIGN_OF, magnitude, sign);
    }

    @Override
    public Compare compare(Comparison comparison, FormulaNode left, FormulaNode right) {
      return new Compare(comparison, left, right);
    }

    @Override
    public FormulaNode select(Compare condition, FormulaNode then, FormulaNode otherwise) {
      return new Select(condition, then, otherwise);
    }

    @Override
    public FormulaNode i64(long value) {
      return new Whole(value);
    }

    @Override
    public FormulaNode plus(FormulaNode left, FormulaNode right) {
      return operation(Step.PLUS, left, right);
    }

    @Override
    public FormulaNode minus(FormulaNode left, FormulaNode right) {
      return operation(Step.MINUS, left, right);
    }

    @Override
    public FormulaNode shiftLeft(FormulaNode operand, int distance) {
      return new Shift(true, operand, distance);
    }

    @Override
    public FormulaNode shiftRight(FormulaNode operand, int distance) {
      return new Shift(false, operand, distance);
    }

    @Override
    public FormulaNode bits(FormulaNode operand) {
      return operation(Step.BITS, operand);
    }

    @Override
    public FormulaNode ofBits(FormulaNode operand) {
      return operation(Step.OF_BITS, operand);
    }

    @Override
    public FormulaNode toF64(FormulaNode operand) {
      return operation(Step.TO_F64, operand);
    }
  }
}
