package org.einkorn.backend.jvm;

import java.util.List;
import java.util.Optional;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.runtime.DType;

/// Translates scalars of one method: the value comes to lie on the stack.
final class ScalarCompiler {
  private static final String ELEMENTARY = "org/einkorn/runtime/Elementary";

  private final MethodCompiler method;
  private final Frame frame;

  ScalarCompiler(MethodCompiler method, Frame frame) {
    this.method = method;
    this.frame = frame;
  }

  void emit(Scalar scalar) {
    if (method.function().isOutlined(scalar)) {
      method.function().callOutlined(scalar, method);
      return;
    }
    emitInline(scalar);
  }

  /// The value, by code of this method even if the expression was picked to be a method of its own.
  void emitInline(Scalar scalar) {
    Code code = frame.code();
    switch (scalar) {
      case Scalar.Literal literal -> literal(literal);
      case Scalar.Read(String tensor, DType type, List<IndexExpr> positions) ->
          read(tensor, type, positions);
      case Scalar.Position(IndexExpr index) -> {
        IndexCompiler indices = method.indices();
        indices.push(indices.of(index));
      }
      case Scalar.Unary(UnaryOp op, Scalar operand) -> {
        emit(operand);
        Operations.unary(op, operand.type(), code);
      }
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) -> {
        if (op.isComparison()) {
          asNumber(scalar);
        } else {
          binary(op, left, right);
        }
      }
      case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) -> {
        emit(left);
        emit(right);
        emit(addend);
        String type = JvmType.of(scalar.type()).descriptor();
        code.invokeStatic("java/lang/Math", "fma", "(" + type.repeat(3) + ")" + type);
      }
      case Scalar.Dot(List<Scalar> lefts, List<Scalar> rights, Scalar addend) ->
          dot(lefts, rights, addend);
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
        int no = frame.newLabel();
        int end = frame.newLabel();
        jumpUnless(condition, no);
        emit(then);
        code.jump(Opcode.GOTO, end);
        code.mark(no);
        emit(otherwise);
        code.mark(end);
      }
      case Scalar.Cast(DType type, Scalar operand) -> {
        emit(operand);
        Conversions.cast(operand.type(), type, code);
      }
    }
  }

  private void literal(Scalar.Literal literal) {
    Code code = frame.code();
    switch (JvmType.of(literal.type())) {
      case INT -> code.push((int) literal.longValue());
      case LONG -> code.push(literal.longValue());
      case FLOAT -> code.push((float) literal.doubleValue());
      case DOUBLE -> code.push(literal.doubleValue());
    }
  }

  private void read(String tensor, DType type, List<IndexExpr> positions) {
    Code code = frame.code();
    Local local = method.local(tensor);
    if (local != null) {
      requireType(tensor, local.type(), type);
      switch (local) {
        case Local.Register register -> code.load(JvmType.of(type), register.slot());
        case Local.Array(int slot, Buffer array) -> {
          Polynomial element = method.elementNumber(array, positions);
          code.loadReference(slot);
          method.indices().push(element);
          code.plain(Opcode.L2I);
          ElementAccess.getFromArray(type, code);
        }
        case Local.Lanes _, Local.Vectors _ ->
            throw new IllegalStateException("`" + tensor + "` is read by lanes only");
      }
      return;
    }
    int number = method.function().context().bufferNumber(tensor);
    Buffer buffer = method.function().context().buffer(number);
    requireType(tensor, buffer.type().dtype(), type);
    Polynomial offsetBytes = method.offsetBytes(buffer, positions);
    code.loadReference(method.segment(number));
    ElementAccess.pushLayout(type, code);
    method.indices().push(offsetBytes);
    ElementAccess.get(type, code);
  }

  static void requireType(String tensor, DType stored, DType used) {
    if (stored != used) {
      throw new IllegalStateException("`" + tensor + "` is " + stored + ", not " + used);
    }
  }

  private void dot(List<Scalar> lefts, List<Scalar> rights, Scalar addend) {
    Code code = frame.code();
    emit(addend);
    for (int product = 0; product < lefts.size(); product++) {
      factor(lefts.get(product));
      factor(rights.get(product));
      Operations.binary(BinaryOp.MULTIPLY, DType.I32, code);
      Operations.binary(BinaryOp.ADD, DType.I32, code);
    }
  }

  private void factor(Scalar factor) {
    emit(factor);
    Conversions.cast(factor.type(), DType.I32, frame.code());
  }

  private void binary(BinaryOp op, Scalar left, Scalar right) {
    Code code = frame.code();
    DType type = left.type();
    Optional<String> function = Operations.functionOfDoubles(op, type);
    emit(left);
    if (function.isEmpty()) {
      emit(right);
      Operations.binary(op, type, code);
      return;
    }
    Conversions.cast(type, DType.F64, code);
    emit(right);
    Conversions.cast(type, DType.F64, code);
    code.invokeStatic(ELEMENTARY, function.get(), "(DD)D");
    Conversions.cast(DType.F64, type, code);
  }

  /// A condition as 0 or 1.
  private void asNumber(Scalar condition) {
    Code code = frame.code();
    int no = frame.newLabel();
    int end = frame.newLabel();
    jumpUnless(condition, no);
    code.plain(Opcode.ICONST_1);
    code.jump(Opcode.GOTO, end);
    code.mark(no);
    code.plain(Opcode.ICONST_0);
    code.mark(end);
  }

  /// Goes to `label` where a condition does not hold.
  void jumpUnless(Scalar condition, int label) {
    Code code = frame.code();
    if (!method.function().isOutlined(condition)
        && condition instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right)) {
      if (op.isComparison()) {
        emit(left);
        emit(right);
        Operations.jumpUnless(op, left.type(), label, code);
        return;
      }
      // Both sides of `and` are evaluated; where the right one can't trap, nobody can tell.
      if (op == BinaryOp.AND && !Traps.possible(right)) {
        jumpUnless(left, label);
        jumpUnless(right, label);
        return;
      }
    }
    emit(condition);
    code.jump(Opcode.IFEQ, label);
  }
}
