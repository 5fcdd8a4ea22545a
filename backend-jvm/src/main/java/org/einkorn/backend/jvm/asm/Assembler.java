package org.einkorn.backend.jvm.asm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.backend.jvm.asm.Instruction.Constant;
import org.objectweb.asm.ClassTooLargeException;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodTooLargeException;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/// Turns a [ClassCode] into the bytes of a class file for Java 25.
///
/// The frames and the sizes of stack and locals are computed here. Where two branches meet with two
/// types of reference the frame says `Object`; no class is loaded to find anything closer.
public final class Assembler {
  private Assembler() {}

  /// The class file.
  ///
  /// @throws TooLargeException when a method or the constant pool is over the limits of the format
  public static byte[] assemble(ClassCode code) {
    Writer writer = new Writer();
    writer.visit(
        Opcodes.V25,
        code.access(),
        code.name(),
        null,
        code.superName(),
        code.interfaces().toArray(String[]::new));
    for (ClassCode.FieldCode field : code.fields()) {
      writer.visitField(field.access(), field.name(), field.descriptor(), null, null).visitEnd();
    }
    for (MethodCode method : code.methods()) {
      assemble(
          method,
          writer.visitMethod(method.access(), method.name(), method.descriptor(), null, null));
    }
    writer.visitEnd();
    try {
      return writer.toByteArray();
    } catch (MethodTooLargeException | ClassTooLargeException tooLarge) {
      throw new TooLargeException(String.valueOf(tooLarge.getMessage()), tooLarge);
    }
  }

  /// Code over the limits of the class file format: 64 KiB a method, 65,535 constants a class.
  public static final class TooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooLargeException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private static void assemble(MethodCode method, MethodVisitor to) {
    Map<Integer, Label> labels = new HashMap<>();
    to.visitCode();
    for (MethodCode.Handler handler : method.handlers()) {
      to.visitTryCatchBlock(
          label(labels, handler.start()),
          label(labels, handler.end()),
          label(labels, handler.target()),
          handler.type());
    }
    for (Instruction instruction : method.instructions()) {
      assemble(instruction, labels, to);
    }
    to.visitMaxs(0, 0);
    to.visitEnd();
  }

  private static Label label(Map<Integer, Label> labels, int number) {
    return labels.computeIfAbsent(number, _ -> new Label());
  }

  private static void assemble(
      Instruction instruction, Map<Integer, Label> labels, MethodVisitor to) {
    switch (instruction) {
      case Instruction.Plain(Opcode opcode) -> to.visitInsn(opcode.number());
      case Instruction.Local(Opcode opcode, int slot) -> to.visitVarInsn(opcode.number(), slot);
      case Instruction.Increment(int slot, int amount) -> to.visitIincInsn(slot, amount);
      case Instruction.Push(Opcode opcode, int value) -> to.visitIntInsn(opcode.number(), value);
      case Instruction.LoadConstant(Constant constant) -> to.visitLdcInsn(value(constant));
      case Instruction.Jump(Opcode opcode, int label) ->
          to.visitJumpInsn(opcode.number(), label(labels, label));
      case Instruction.Mark(int label) -> to.visitLabel(label(labels, label));
      case Instruction.Invoke(Opcode opcode, var owner, var name, var type, boolean onInterface) ->
          to.visitMethodInsn(opcode.number(), owner, name, type, onInterface);
      case Instruction.Field(Opcode opcode, var owner, var name, var type) ->
          to.visitFieldInsn(opcode.number(), owner, name, type);
      case Instruction.OfType(Opcode opcode, String type) ->
          to.visitTypeInsn(opcode.number(), type);
      case Instruction.NewArray(Instruction.ElementType element) ->
          to.visitIntInsn(Opcode.NEWARRAY.number(), element.number());
      case Instruction.TableSwitch(int low, List<Integer> targets, int defaultLabel) ->
          to.visitTableSwitchInsn(
              low,
              low + targets.size() - 1,
              label(labels, defaultLabel),
              targets.stream().map(target -> label(labels, target)).toArray(Label[]::new));
    }
  }

  private static Object value(Constant constant) {
    return switch (constant) {
      case Constant.OfInt(int value) -> value;
      case Constant.OfLong(long value) -> value;
      case Constant.OfFloat(float value) -> value;
      case Constant.OfDouble(double value) -> value;
      case Constant.OfString(String value) -> value;
    };
  }

  /// A class writer that never loads a class.
  private static final class Writer extends ClassWriter {
    Writer() {
      super(COMPUTE_FRAMES);
    }

    @Override
    protected String getCommonSuperClass(String first, String second) {
      return "java/lang/Object";
    }
  }
}
