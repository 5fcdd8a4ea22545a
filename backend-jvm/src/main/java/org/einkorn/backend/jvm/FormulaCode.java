package org.einkorn.backend.jvm;

import java.util.IdentityHashMap;
import org.einkorn.backend.jvm.FormulaNode.Kind;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.elementary.Formulas;
import org.einkorn.runtime.DType;

/// Translates a formula to code without branches: values come to lie on the operand stack, and in
/// local variables where they are used again.
final class FormulaCode {
  /// The instructions for values of some kind.
  interface Machine {
    void push(double value);

    void push(long value);

    /// `operands → result`
    void apply(FormulaNode.Step step);

    /// `operand → result`
    void shift(boolean isLeft, int distance);

    /// `left right → condition`
    void compare(FormulaNode.Compare compare);

    /// `otherwise then condition → chosen`
    void select();

    void load(Kind kind, int slot);

    /// `value → value`, and the value lies in a local variable too.
    ///
    /// @return the local variable
    int keep(Kind kind);
  }

  private final Machine machine;
  private final IdentityHashMap<FormulaNode, Integer> uses = new IdentityHashMap<>();
  private final IdentityHashMap<FormulaNode, Integer> slots = new IdentityHashMap<>();

  private FormulaCode(Machine machine) {
    this.machine = machine;
  }

  /// Pushes the value of a function of what lies in a local variable; that of `f32` is not yet
  /// rounded.
  static void push(UnaryOp op, DType type, int slot, Machine machine) {
    FormulaNode result =
        new Formulas<>(new FormulaNode.Maker()).apply(op, type, new FormulaNode.Input(slot));
    FormulaCode code = new FormulaCode(machine);
    code.count(result);
    code.push(result);
  }

  private void count(FormulaNode node) {
    if (uses.merge(node, 1, Integer::sum) == 1) {
      node.operands().forEach(this::count);
    }
  }

  private void push(FormulaNode node) {
    Integer slot = slots.get(node);
    if (slot != null) {
      machine.load(node.kind(), slot);
      return;
    }
    node.operands().forEach(this::push);
    boolean isAtHand =
        switch (node) {
          case FormulaNode.Input(int at) -> {
            machine.load(Kind.REAL, at);
            yield true;
          }
          case FormulaNode.Real(double value) -> {
            machine.push(value);
            yield true;
          }
          case FormulaNode.Whole(long value) -> {
            machine.push(value);
            yield true;
          }
          case FormulaNode.Operation operation -> {
            machine.apply(operation.step());
            yield false;
          }
          case FormulaNode.Shift(boolean isLeft, var operand, int distance) -> {
            machine.shift(isLeft, distance);
            yield false;
          }
          case FormulaNode.Compare compare -> {
            machine.compare(compare);
            yield false;
          }
          case FormulaNode.Select _ -> {
            machine.select();
            yield false;
          }
        };
    if (!isAtHand && uses.getOrDefault(node, 0) > 1) {
      slots.put(node, machine.keep(node.kind()));
    }
  }
}
