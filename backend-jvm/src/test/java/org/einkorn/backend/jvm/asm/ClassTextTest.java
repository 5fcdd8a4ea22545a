package org.einkorn.backend.jvm.asm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.backend.jvm.asm.Instruction.Constant;
import org.junit.jupiter.api.Test;

class ClassTextTest {
  private static ClassCode classOf(List<Instruction> instructions) {
    MethodCode method =
        new MethodCode(
            Access.PRIVATE | Access.STATIC,
            "f",
            "()V",
            List.of(new MethodCode.Handler(0, 1, 1, "java/lang/Exception")),
            instructions);
    return new ClassCode(
        Access.PUBLIC | Access.FINAL | Access.SUPER,
        "a/B",
        "java/lang/Object",
        List.of("a/I", "a/J"),
        List.of(new ClassCode.FieldCode(Access.STATIC, "field", "I")),
        List.of(method));
  }

  private static void requireRoundTrip(ClassCode code) throws ClassTextException {
    String text = ClassText.print(code);
    ClassCode parsed = ClassTextParser.parse(text);
    assertEquals(code, parsed);
    assertEquals(text, ClassText.print(parsed));
  }

  /// One instruction of every opcode.
  @Test
  void keepsEveryInstruction() throws ClassTextException {
    List<Instruction> all = new ArrayList<>();
    all.add(new Instruction.Mark(0));
    all.add(new Instruction.Mark(1));
    for (Opcode opcode : Opcode.values()) {
      switch (opcode.shape()) {
        case PLAIN -> all.add(new Instruction.Plain(opcode));
        case LOCAL -> all.add(new Instruction.Local(opcode, 300));
        case INCREMENT -> all.add(new Instruction.Increment(3, -1000));
        case PUSH -> all.add(new Instruction.Push(opcode, -128));
        case CONSTANT -> {}
        case JUMP -> all.add(new Instruction.Jump(opcode, 1));
        case INVOKE ->
            all.add(
                new Instruction.Invoke(
                    opcode, "a/B", "<init>", "(IJ)V", opcode == Opcode.INVOKEINTERFACE));
        case FIELD -> all.add(new Instruction.Field(opcode, "a/B", "field", "I"));
        case TYPE -> all.add(new Instruction.OfType(opcode, "a/B"));
        case ARRAY -> {
          for (Instruction.ElementType element : Instruction.ElementType.values()) {
            all.add(new Instruction.NewArray(element));
          }
        }
        case SWITCH -> all.add(new Instruction.TableSwitch(-1, List.of(0, 1, 0), 1));
      }
    }
    all.add(new Instruction.Invoke(Opcode.INVOKESTATIC, "a/I", "of", "()V", true));
    requireRoundTrip(classOf(all));
  }

  @Test
  void keepsEveryConstant() throws ClassTextException {
    List<Constant> constants = new ArrayList<>();
    for (int value : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      constants.add(new Constant.OfInt(value));
    }
    for (long value : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      constants.add(new Constant.OfLong(value));
    }
    for (double value :
        new double[] {
          0, -0.0, 1 / 3.0, Double.MIN_VALUE, Double.MAX_VALUE, Double.NaN, Double.NEGATIVE_INFINITY
        }) {
      constants.add(new Constant.OfDouble(value));
      constants.add(new Constant.OfFloat((float) value));
    }
    constants.add(new Constant.OfFloat(Float.MIN_VALUE));
    for (String value : List.of("", " ", "a b", "\"", "\\", "\\u0041", "ä\n\t\ue000π", "#")) {
      constants.add(new Constant.OfString(value));
    }
    List<Instruction> all = new ArrayList<>();
    all.add(new Instruction.Mark(0));
    all.add(new Instruction.Mark(1));
    constants.forEach(constant -> all.add(new Instruction.LoadConstant(constant)));
    requireRoundTrip(classOf(all));
  }

  @Test
  void readsCommentsAndEmptyLines() throws ClassTextException {
    ClassCode code = classOf(List.of(new Instruction.Mark(0), new Instruction.Mark(1)));
    String text = ClassText.print(code).replace("\n", "\n\n   # a comment\n");
    assertEquals(code, ClassTextParser.parse(text));
  }

  private static void requireFault(int line, String message, String... lines) {
    ClassTextException fault =
        assertThrows(
            ClassTextException.class, () -> ClassTextParser.parse(String.join("\n", lines)));
    assertEquals(line, fault.line());
    assertTrue(String.valueOf(fault.getMessage()).contains(message), fault.getMessage());
  }

  @Test
  void namesTheLineThatIsWrong() {
    requireFault(1, "`class`", "klass a/B");
    requireFault(2, "no part of a class", "class a/B", "methods f ()V");
    requireFault(3, "no instruction", "class a/B", "method f ()V", "iadd3", "end");
    requireFault(3, "no number", "class a/B", "method f ()V", "lload x", "end");
    requireFault(3, "no number", "class a/B", "method f ()V", "ldc int 3000000000", "end");
    requireFault(3, "does not push", "class a/B", "method f ()V", "ldc long 3", "end");
    requireFault(3, "can't push", "class a/B", "method f ()V", "bipush 300", "end");
    requireFault(3, "too much", "class a/B", "method f ()V", "iadd 3", "end");
    requireFault(3, "owner.name", "class a/B", "method f ()V", "invokestatic f ()V", "end");
    requireFault(3, "in quotes", "class a/B", "method f ()V", "ldc string x", "end");
    requireFault(3, "no label", "class a/B", "method f ()V", "goto 7", "end");
    requireFault(2, "L7 is missing", "class a/B", "method f ()V", "goto L7", "end");
    requireFault(2, "stands twice", "class a/B", "method f ()V", "L1:", "L1:", "end");
    requireFault(2, "no `end`", "class a/B", "method f ()V", "iadd");
  }
}
