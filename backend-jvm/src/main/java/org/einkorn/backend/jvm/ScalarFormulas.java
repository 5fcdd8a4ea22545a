package org.einkorn.backend.jvm;

import java.util.List;
import org.einkorn.backend.jvm.FormulaNode.Kind;
import org.einkorn.backend.jvm.asm.Access;
import org.einkorn.backend.jvm.asm.MethodCode;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.runtime.DType;

/// Methods that compute a function of one number in the steps in which lanes compute it.
final class ScalarFormulas implements FormulaCode.Machine {
  private static final String DOUBLE = "java/lang/Double";
  private static final String MATH = "java/lang/Math";

  private final Frame frame;
  private final Code code;

  private ScalarFormulas(Frame frame) {
    this.frame = frame;
    this.code = frame.code();
  }

  static String methodName(UnaryOp op, DType type) {
    return op.text() + "_" + type.text();
  }

  /// `(F)F`
  static String descriptor(DType type) {
    String descriptor = JvmType.of(type).descriptor();
    return "(" + descriptor + ")" + descriptor;
  }

  static MethodCode method(UnaryOp op, DType type) {
    JvmType jvm = JvmType.of(type);
    Frame frame = new Frame(jvm.slots());
    Code code = frame.code();
    int slot = 0;
    if (jvm == JvmType.FLOAT) {
      slot = frame.newSlot(JvmType.DOUBLE);
      code.load(JvmType.FLOAT, 0);
      code.plain(Opcode.F2D);
      code.store(JvmType.DOUBLE, slot);
    }
    FormulaCode.push(op, type, slot, new ScalarFormulas(frame));
    if (jvm == JvmType.FLOAT) {
      code.plain(Opcode.D2F);
    }
    code.plain(jvm.giveBack());
    return new MethodCode(
        Access.PRIVATE | Access.STATIC,
        methodName(op, type),
        descriptor(type),
        List.of(),
        code.instructions());
  }

  @Override
  public void push(double value) {
    code.push(value);
  }

  @Override
  public void push(long value) {
    code.push(value);
  }

  @Override
  public void apply(FormulaNode.Step step) {
    switch (step) {
      case ADD -> code.plain(Opcode.DADD);
      case SUBTRACT -> code.plain(Opcode.DSUB);
      case MULTIPLY -> code.plain(Opcode.DMUL);
      case DIVIDE -> code.plain(Opcode.DDIV);
      case NEGATE -> code.plain(Opcode.DNEG);
      case MAGNITUDE -> code.invokeStatic(MATH, "abs", "(D)D");
      case WITH_SIGN_OF -> code.invokeStatic(MATH, "copySign", "(DD)D");
      case OF_BITS -> code.invokeStatic(DOUBLE, "longBitsToDouble", "(J)D");
      case TO_F64 -> code.plain(Opcode.L2D);
      case BITS -> code.invokeStatic(DOUBLE, "doubleToRawLongBits", "(D)J");
      case PLUS -> code.plain(Opcode.LADD);
      case MINUS -> code.plain(Opcode.LSUB);
    }
  }

  @Override
  public void shift(boolean isLeft, int distance) {
    code.push(distance);
    code.plain(isLeft ? Opcode.LSHL : Opcode.LSHR);
  }

  /// A condition is a number that is 0 where it does not hold.
  @Override
  public void compare(FormulaNode.Compare compare) {
    // Against NaN it comes out as what does not hold.
    boolean nanIsGreater =
        switch (compare.comparison()) {
          case LESS -> true;
          case GREATER, GREATER_EQUAL, EQUAL, NOT_EQUAL -> false;
        };
    code.plain(nanIsGreater ? Opcode.DCMPG : Opcode.DCMPL);
    int no = frame.newLabel();
    int end = frame.newLabel();
    code.jump(
        switch (compare.comparison()) {
          case LESS -> Opcode.IFGE;
          case GREATER -> Opcode.IFLE;
          case GREATER_EQUAL -> Opcode.IFLT;
          case EQUAL -> Opcode.IFNE;
          case NOT_EQUAL -> Opcode.IFEQ;
        },
        no);
    code.plain(Opcode.ICONST_1);
    code.jump(Opcode.GOTO, end);
    code.mark(no);
    code.plain(Opcode.ICONST_0);
    code.mark(end);
  }

  @Override
  public void select() {
    int condition = frame.newSlot(JvmType.INT);
    int then = frame.newSlot(JvmType.DOUBLE);
    code.store(JvmType.INT, condition);
    code.store(JvmType.DOUBLE, then);
    int end = frame.newLabel();
    code.load(JvmType.INT, condition);
    code.jump(Opcode.IFEQ, end);
    code.plain(Opcode.POP2);
    code.load(JvmType.DOUBLE, then);
    code.mark(end);
  }

  private static JvmType typeOf(Kind kind) {
    return switch (kind) {
      case REAL -> JvmType.DOUBLE;
      case WHOLE -> JvmType.LONG;
      case CONDITION -> JvmType.INT;
    };
  }

  @Override
  public void load(Kind kind, int slot) {
    code.load(typeOf(kind), slot);
  }

  @Override
  public int keep(Kind kind) {
    int slot = frame.newSlot(typeOf(kind));
    code.plain(typeOf(kind).slots() == 2 ? Opcode.DUP2 : Opcode.DUP);
    code.store(typeOf(kind), slot);
    return slot;
  }
}
