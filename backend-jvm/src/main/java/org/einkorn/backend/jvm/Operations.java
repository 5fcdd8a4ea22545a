package org.einkorn.backend.jvm;

import java.util.Optional;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.runtime.DType;

/// Instructions for the operations of scalars, whose operands lie on the stack.
final class Operations {
  private static final String MATH = "java/lang/Math";
  private static final String ELEMENTARY = "org/einkorn/runtime/Elementary";

  private Operations() {}

  /// `operand → result`
  static void unary(UnaryOp op, DType type, Code code) {
    JvmType jvm = JvmType.of(type);
    switch (op) {
      case NEGATE -> negate(jvm, code);
      case STOP -> {}
      case ABS -> {
        boolean isFloat = type.isFloat();
        code.invokeStatic(MATH, isFloat ? "abs" : "absExact", sameType(jvm, 1));
      }
      case SIGN -> sign(jvm, code);
      case FLOOR, CEIL, SQRT, EXP, LOG, SIN, COS, TAN, TANH ->
          throughDouble(jvm, MATH, op.text(), code);
      case ROUND -> throughDouble(jvm, MATH, "rint", code);
      case ERF -> throughDouble(jvm, ELEMENTARY, "erf", code);
      case NOT -> code.plain(Opcode.ICONST_1, Opcode.IXOR);
      case MIX -> code.invokeStatic(ELEMENTARY, "mix", "(J)J");
      case RE, IM, CONJ -> throw new IllegalStateException("`" + op.text() + "` of " + type);
    }
  }

  private static void negate(JvmType type, Code code) {
    switch (type) {
      case INT, LONG -> code.invokeStatic(MATH, "negateExact", sameType(type, 1));
      case FLOAT -> code.plain(Opcode.FNEG);
      case DOUBLE -> code.plain(Opcode.DNEG);
    }
  }

  private static void sign(JvmType type, Code code) {
    switch (type) {
      case INT -> code.invokeStatic("java/lang/Integer", "signum", "(I)I");
      case LONG -> {
        code.invokeStatic("java/lang/Long", "signum", "(J)I");
        code.plain(Opcode.I2L);
      }
      case FLOAT, DOUBLE -> throughDouble(type, ELEMENTARY, "sign", code);
    }
  }

  /// A function of one `double`; a `float` is widened, and the result rounded once.
  private static void throughDouble(JvmType type, String owner, String name, Code code) {
    if (type == JvmType.FLOAT) {
      code.plain(Opcode.F2D);
    }
    code.invokeStatic(owner, name, "(D)D");
    if (type == JvmType.FLOAT) {
      code.plain(Opcode.D2F);
    }
  }

  /// `left right → result`, for all operations but comparisons.
  static void binary(BinaryOp op, DType type, Code code) {
    JvmType jvm = JvmType.of(type);
    switch (op) {
      case ADD -> arithmetic(jvm, "addExact", Opcode.FADD, Opcode.DADD, code);
      case SUBTRACT -> arithmetic(jvm, "subtractExact", Opcode.FSUB, Opcode.DSUB, code);
      case MULTIPLY -> arithmetic(jvm, "multiplyExact", Opcode.FMUL, Opcode.DMUL, code);
      case DIVIDE -> code.plain(jvm == JvmType.FLOAT ? Opcode.FDIV : Opcode.DDIV);
      case MINIMUM -> code.invokeStatic(MATH, "min", sameType(jvm, 2));
      case MAXIMUM -> code.invokeStatic(MATH, "max", sameType(jvm, 2));
      case MODULO -> code.invokeStatic(MATH, "floorMod", sameType(jvm, 2));
      case AND -> code.plain(Opcode.IAND);
      case OR -> code.plain(Opcode.IOR);
      case XOR -> code.plain(Opcode.IXOR);
      case POWER, LOG_ADD_EXP ->
          throw new IllegalStateException("`" + op.text() + "` is computed in f64");
      case COMPLEX -> throw new IllegalStateException("`" + op.text() + "` makes no real number");
      case FOLLOW, SLOPE -> code.plain(jvm == JvmType.DOUBLE ? Opcode.POP2 : Opcode.POP);
      case EQUAL, NOT_EQUAL, LESS, LESS_EQUAL ->
          throw new IllegalStateException("`" + op.text() + "` is a comparison");
    }
  }

  /// The function of [org.einkorn.runtime.Elementary] that computes an operation in `f64` and whose
  /// operands therefore are widened one by one; empty for operations of the type itself.
  static Optional<String> functionOfDoubles(BinaryOp op, DType type) {
    return switch (op) {
      case POWER -> Optional.of("pow");
      case LOG_ADD_EXP -> Optional.of("logAddExp");
      case MODULO -> type.isFloat() ? Optional.of("floorMod") : Optional.empty();
      case ADD,
          SUBTRACT,
          MULTIPLY,
          DIVIDE,
          MINIMUM,
          MAXIMUM,
          COMPLEX,
          FOLLOW,
          SLOPE,
          AND,
          OR,
          XOR,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_EQUAL ->
          Optional.empty();
    };
  }

  private static void arithmetic(
      JvmType type, String exact, Opcode ofFloat, Opcode ofDouble, Code code) {
    switch (type) {
      case INT, LONG -> code.invokeStatic(MATH, exact, sameType(type, 2));
      case FLOAT -> code.plain(ofFloat);
      case DOUBLE -> code.plain(ofDouble);
    }
  }

  /// `(FF)F`
  private static String sameType(JvmType type, int operands) {
    return "(" + type.descriptor().repeat(operands) + ")" + type.descriptor();
  }

  /// `left right → ` and a jump where a comparison does not hold. No comparison but `!=` holds for
  /// NaN.
  static void jumpUnless(BinaryOp comparison, DType type, int label, Code code) {
    // A comparison with NaN counts as "greater" where less is asked for, so that it does not hold.
    switch (JvmType.of(type)) {
      case INT -> {}
      case LONG -> code.plain(Opcode.LCMP);
      case FLOAT -> code.plain(Opcode.FCMPG);
      case DOUBLE -> code.plain(Opcode.DCMPG);
    }
    boolean ofInts = JvmType.of(type) == JvmType.INT;
    code.jump(
        switch (comparison) {
          case EQUAL -> ofInts ? Opcode.IF_ICMPNE : Opcode.IFNE;
          case NOT_EQUAL -> ofInts ? Opcode.IF_ICMPEQ : Opcode.IFEQ;
          case LESS -> ofInts ? Opcode.IF_ICMPGE : Opcode.IFGE;
          case LESS_EQUAL -> ofInts ? Opcode.IF_ICMPGT : Opcode.IFGT;
          case ADD,
              SUBTRACT,
              MULTIPLY,
              DIVIDE,
              MODULO,
              POWER,
              MINIMUM,
              MAXIMUM,
              LOG_ADD_EXP,
              COMPLEX,
              FOLLOW,
              SLOPE,
              AND,
              OR,
              XOR ->
              throw new IllegalStateException("`" + comparison.text() + "` is no comparison");
        },
        label);
  }
}
