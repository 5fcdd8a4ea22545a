package org.einkorn.backend.jvm.asm;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.einkorn.backend.jvm.asm.Instruction.Constant;

/// Reads the text of a class, see [ClassText].
public final class ClassTextParser {
  private final List<String> lines;
  private int number;

  private ClassTextParser(String text) {
    this.lines = text.lines().toList();
  }

  /// The class that `text` describes.
  ///
  /// @throws ClassTextException at the first line that is wrong
  public static ClassCode parse(String text) throws ClassTextException {
    return new ClassTextParser(text).classCode();
  }

  private ClassCode classCode() throws ClassTextException {
    Line header = next().orElseThrow(() -> fault("a class begins with `class`"));
    header.expect("class");
    int access = header.access();
    String name = header.word("the class's name");
    header.end();
    String superName = "java/lang/Object";
    List<String> interfaces = new ArrayList<>();
    List<ClassCode.FieldCode> fields = new ArrayList<>();
    List<MethodCode> methods = new ArrayList<>();
    for (Optional<Line> at = next(); at.isPresent(); at = next()) {
      Line line = at.get();
      String keyword = line.word("a keyword");
      switch (keyword) {
        case "extends" -> superName = line.word("the superclass");
        case "implements" -> interfaces.add(line.word("an interface"));
        case "field" ->
            fields.add(
                new ClassCode.FieldCode(
                    line.access(), line.word("the field's name"), line.word("its descriptor")));
        case "method" -> methods.add(method(line));
        default -> throw fault("`" + keyword + "` is no part of a class");
      }
      line.end();
    }
    return new ClassCode(access, name, superName, interfaces, fields, methods);
  }

  private MethodCode method(Line header) throws ClassTextException {
    int access = header.access();
    String name = header.word("the method's name");
    String descriptor = header.word("its descriptor");
    int start = number;
    List<MethodCode.Handler> handlers = new ArrayList<>();
    List<Instruction> instructions = new ArrayList<>();
    for (Optional<Line> at = next(); at.isPresent(); at = next()) {
      Line line = at.get();
      if (line.text.equals("end")) {
        requireLabels(start, handlers, instructions);
        return new MethodCode(access, name, descriptor, handlers, instructions);
      }
      if (line.text.startsWith("handler ")) {
        line.expect("handler");
        handlers.add(
            new MethodCode.Handler(
                line.label(), line.label(), line.label(), line.word("an exception")));
        line.end();
      } else {
        instructions.add(instruction(line));
      }
    }
    throw new ClassTextException(start, "the method `" + name + "` has no `end`");
  }

  private Instruction instruction(Line line) throws ClassTextException {
    String word = line.word("an instruction");
    Instruction instruction;
    if (word.endsWith(":")) {
      instruction = new Instruction.Mark(labelNumber(word.substring(0, word.length() - 1)));
    } else {
      Opcode opcode = Opcode.of(word).orElseThrow(() -> fault("`" + word + "` is no instruction"));
      try {
        instruction = operands(opcode, line);
      } catch (IllegalArgumentException e) {
        throw fault(String.valueOf(e.getMessage()));
      }
    }
    line.end();
    return instruction;
  }

  private Instruction operands(Opcode opcode, Line line) throws ClassTextException {
    return switch (opcode.shape()) {
      case PLAIN -> new Instruction.Plain(opcode);
      case LOCAL -> new Instruction.Local(opcode, line.integer());
      case INCREMENT -> new Instruction.Increment(line.integer(), line.integer());
      case PUSH -> new Instruction.Push(opcode, line.integer());
      case CONSTANT -> new Instruction.LoadConstant(constant(opcode, line));
      case JUMP -> new Instruction.Jump(opcode, line.label());
      case INVOKE -> invoke(opcode, line);
      case FIELD -> {
        String member = line.word("a field");
        int dot = dot(member);
        yield new Instruction.Field(
            opcode, member.substring(0, dot), member.substring(dot + 1), line.word("its type"));
      }
      case TYPE -> new Instruction.OfType(opcode, line.word("a type"));
      case ARRAY -> newArray(line);
      case SWITCH -> tableSwitch(line);
    };
  }

  private Instruction newArray(Line line) throws ClassTextException {
    String text = line.word("a type of elements");
    for (Instruction.ElementType element : Instruction.ElementType.values()) {
      if (element.text().equals(text)) {
        return new Instruction.NewArray(element);
      }
    }
    throw fault("`" + text + "` is no primitive type");
  }

  private Instruction invoke(Opcode opcode, Line line) throws ClassTextException {
    String member = line.word("a method");
    boolean onInterface = opcode == Opcode.INVOKEINTERFACE;
    if (member.equals("interface")) {
      onInterface = true;
      member = line.word("a method");
    }
    int dot = dot(member);
    return new Instruction.Invoke(
        opcode,
        member.substring(0, dot),
        member.substring(dot + 1),
        line.word("its descriptor"),
        onInterface);
  }

  private int dot(String member) throws ClassTextException {
    int dot = member.lastIndexOf('.');
    if (dot < 0) {
      throw fault("a member is written as `owner.name`, not as `" + member + "`");
    }
    return dot;
  }

  private Instruction tableSwitch(Line line) throws ClassTextException {
    int low = line.integer();
    List<Integer> labels = new ArrayList<>();
    for (String word = line.word("a label"); ; word = line.word("`default`")) {
      if (word.equals("default")) {
        return new Instruction.TableSwitch(low, labels, line.label());
      }
      labels.add(labelNumber(word));
    }
  }

  private Constant constant(Opcode opcode, Line line) throws ClassTextException {
    String type = line.word("the type of a constant");
    if ((opcode == Opcode.LDC2_W) != (type.equals("long") || type.equals("double"))) {
      throw fault("`" + opcode.text() + "` does not push " + type);
    }
    return switch (type) {
      case "int" -> new Constant.OfInt(line.integer());
      case "long" -> new Constant.OfLong(line.number(Long::parseLong));
      case "float" -> new Constant.OfFloat(line.number(Float::parseFloat));
      case "double" -> new Constant.OfDouble(line.number(Double::parseDouble));
      case "string" -> new Constant.OfString(unquote(line.rest()));
      default -> throw fault("`" + type + "` is no type of constant");
    };
  }

  private String unquote(String quoted) throws ClassTextException {
    if (quoted.length() < 2 || !quoted.startsWith("\"") || !quoted.endsWith("\"")) {
      throw fault("a string stands in quotes");
    }
    StringBuilder value = new StringBuilder();
    for (int at = 1; at < quoted.length() - 1; at++) {
      char unit = quoted.charAt(at);
      if (unit != '\\') {
        value.append(unit);
      } else if (quoted.startsWith("u", at + 1) && at + 6 < quoted.length()) {
        value.append((char) Integer.parseInt(quoted.substring(at + 2, at + 6), 16));
        at += 5;
      } else {
        at++;
        value.append(quoted.charAt(at));
      }
    }
    return value.toString();
  }

  /// Every label that is used must stand somewhere, once.
  private static void requireLabels(
      int line, List<MethodCode.Handler> handlers, List<Instruction> instructions)
      throws ClassTextException {
    Set<Integer> marked = new HashSet<>();
    Set<Integer> used = new HashSet<>();
    for (Instruction instruction : instructions) {
      switch (instruction) {
        case Instruction.Mark(int label) -> {
          if (!marked.add(label)) {
            throw new ClassTextException(line, "the label L" + label + " stands twice");
          }
        }
        case Instruction.Jump(var _, int label) -> used.add(label);
        case Instruction.TableSwitch(var _, List<Integer> labels, int defaultLabel) -> {
          used.addAll(labels);
          used.add(defaultLabel);
        }
        case Instruction.Plain _,
            Instruction.Local _,
            Instruction.Increment _,
            Instruction.Push _,
            Instruction.LoadConstant _,
            Instruction.Invoke _,
            Instruction.Field _,
            Instruction.OfType _,
            Instruction.NewArray _ -> {}
      }
    }
    for (MethodCode.Handler handler : handlers) {
      used.addAll(List.of(handler.start(), handler.end(), handler.target()));
    }
    used.removeAll(marked);
    if (!used.isEmpty()) {
      throw new ClassTextException(line, "the label L" + used.iterator().next() + " is missing");
    }
  }

  private int labelNumber(String word) throws ClassTextException {
    try {
      if (word.startsWith("L")) {
        return Integer.parseInt(word.substring(1));
      }
    } catch (NumberFormatException e) {
      throw fault("`" + word + "` is no label");
    }
    throw fault("`" + word + "` is no label");
  }

  private ClassTextException fault(String message) {
    return new ClassTextException(number, message);
  }

  private Optional<Line> next() {
    while (number < lines.size()) {
      String text = lines.get(number).strip();
      number++;
      if (!text.isEmpty() && !text.startsWith("#")) {
        return Optional.of(new Line(text));
      }
    }
    return Optional.empty();
  }

  /// One line and how much of it is read.
  private final class Line {
    private final String text;
    private int at;

    Line(String text) {
      this.text = text;
    }

    String word(String what) throws ClassTextException {
      if (at >= text.length()) {
        throw fault("the line ends where " + what + " should stand");
      }
      int end = text.indexOf(' ', at);
      String word = text.substring(at, end < 0 ? text.length() : end);
      at = end < 0 ? text.length() : end + 1;
      return word;
    }

    String rest() {
      String rest = text.substring(at);
      at = text.length();
      return rest;
    }

    void expect(String keyword) throws ClassTextException {
      String word = word("`" + keyword + "`");
      if (!word.equals(keyword)) {
        throw fault("expected `" + keyword + "`, found `" + word + "`");
      }
    }

    int access() throws ClassTextException {
      int access = 0;
      while (true) {
        int before = at;
        Optional<Integer> flag = Access.of(word("a name"));
        if (flag.isEmpty()) {
          at = before;
          return access;
        }
        access |= flag.get();
      }
    }

    int integer() throws ClassTextException {
      return number(Integer::parseInt);
    }

    <T> T number(Function<String, T> parse) throws ClassTextException {
      String word = word("a number");
      try {
        return parse.apply(word);
      } catch (NumberFormatException e) {
        throw fault("`" + word + "` is no number that fits here");
      }
    }

    int label() throws ClassTextException {
      return labelNumber(word("a label"));
    }

    void end() throws ClassTextException {
      if (at < text.length()) {
        throw fault("`" + text.substring(at) + "` is too much");
      }
    }
  }
}
