package org.einkorn.backend.jvm.asm;

import java.util.List;
import org.einkorn.backend.jvm.asm.Instruction.Constant;

/// Writes a class as text that [ClassTextParser] reads back to an equal class.
///
/// ```text
/// class public final super org/einkorn/backend/jvm/Kernels
/// extends java/lang/Object
/// implements org/einkorn/backend/jvm/KernelCode
///
/// method private static f0 (J)F
///   handler L0 L1 L2 java/lang/ArithmeticException
/// L0:
///   lload 0
///   ldc2_w long 7
///   lcmp
///   ifge L1
///   ldc float 0x1.8p0
///   freturn
/// L1:
///   …
/// end
/// ```
///
/// One instruction a line, by its mnemonic. Floats are hexadecimal, so that they keep every bit;
/// strings are quoted. Empty lines, indentation and what follows a `#` on a line of its own say
/// nothing.
public final class ClassText {
  private final StringBuilder text = new StringBuilder();

  private ClassText() {}

  public static String print(ClassCode code) {
    ClassText printer = new ClassText();
    printer.header(code);
    code.fields().forEach(printer::field);
    code.methods().forEach(printer::method);
    return printer.text.toString();
  }

  /// One instruction, without indentation.
  public static String print(Instruction instruction) {
    return switch (instruction) {
      case Instruction.Plain(Opcode opcode) -> opcode.text();
      case Instruction.Local(Opcode opcode, int slot) -> opcode.text() + " " + slot;
      case Instruction.Increment(int slot, int amount) -> "iinc " + slot + " " + amount;
      case Instruction.Push(Opcode opcode, int value) -> opcode.text() + " " + value;
      case Instruction.LoadConstant(Constant constant) -> print(constant);
      case Instruction.Jump(Opcode opcode, int label) -> opcode.text() + " L" + label;
      case Instruction.Mark(int label) -> "L" + label + ":";
      case Instruction.Invoke(Opcode opcode, var owner, var name, var type, boolean onInterface) ->
          opcode.text()
              + (onInterface && opcode != Opcode.INVOKEINTERFACE ? " interface " : " ")
              + member(owner, name, type);
      case Instruction.Field(Opcode opcode, var owner, var name, var type) ->
          opcode.text() + " " + member(owner, name, type);
      case Instruction.OfType(Opcode opcode, String type) -> opcode.text() + " " + type;
      case Instruction.NewArray(Instruction.ElementType element) -> "newarray " + element.text();
      case Instruction.TableSwitch(int low, List<Integer> labels, int defaultLabel) -> {
        StringBuilder line = new StringBuilder("tableswitch " + low);
        labels.forEach(label -> line.append(" L").append(label));
        yield line.append(" default L").append(defaultLabel).toString();
      }
    };
  }

  private static String member(String owner, String name, String type) {
    return owner + "." + name + " " + type;
  }

  private static String print(Constant constant) {
    return switch (constant) {
      case Constant.OfInt(int value) -> "ldc int " + value;
      case Constant.OfFloat(float value) -> "ldc float " + Float.toHexString(value);
      case Constant.OfString(String value) -> "ldc string " + quote(value);
      case Constant.OfLong(long value) -> "ldc2_w long " + value;
      case Constant.OfDouble(double value) -> "ldc2_w double " + Double.toHexString(value);
    };
  }

  /// A string in quotes, with everything but printable ASCII and letters written as its number.
  private static String quote(String value) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int at = 0; at < value.length(); at++) {
      char unit = value.charAt(at);
      if (unit == '"' || unit == '\\') {
        quoted.append('\\').append(unit);
      } else if (unit >= ' ' && unit < 0x7F || Character.isLetter(unit)) {
        quoted.append(unit);
      } else {
        quoted.append(String.format("\\u%04x", (int) unit));
      }
    }
    return quoted.append('"').toString();
  }

  private void header(ClassCode code) {
    line("class", Access.print(code.access()), code.name());
    line("extends", code.superName());
    for (String name : code.interfaces()) {
      line("implements", name);
    }
  }

  private void field(ClassCode.FieldCode field) {
    text.append('\n');
    line("field", Access.print(field.access()), field.name(), field.descriptor());
  }

  private void method(MethodCode method) {
    text.append('\n');
    line("method", Access.print(method.access()), method.name(), method.descriptor());
    for (MethodCode.Handler handler : method.handlers()) {
      line(
          "  handler",
          "L" + handler.start(),
          "L" + handler.end(),
          "L" + handler.target(),
          handler.type());
    }
    for (Instruction instruction : method.instructions()) {
      line((instruction instanceof Instruction.Mark ? "" : "  ") + print(instruction));
    }
    line("end");
  }

  private void line(String... words) {
    String separator = "";
    for (String word : words) {
      if (!word.isEmpty()) {
        text.append(separator).append(word);
        separator = " ";
      }
    }
    text.append('\n');
  }
}
