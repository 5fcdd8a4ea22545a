package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.einkorn.backend.jvm.asm.Access;
import org.einkorn.backend.jvm.asm.Instruction;
import org.einkorn.backend.jvm.asm.MethodCode;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.runtime.exec.Manifest;

/// Builds a manifest as code: constructor calls on constants.
///
/// Lists are built by methods of their own, a bounded number of elements in each, and labels, of
/// which there may be a whole vocabulary, are packed into few strings.
final class ManifestCode {
  static final String MANIFEST = "org/einkorn/runtime/exec/Manifest";
  private static final String ROLE = MANIFEST + "$Role";
  private static final String STEPS = MANIFEST + "$Steps";
  private static final String CONTENT = MANIFEST + "$Content";
  private static final String DTYPE = "org/einkorn/runtime/DType";
  private static final String STRING = "Ljava/lang/String;";
  private static final String LIST = "Ljava/util/List;";
  private static final String OPTIONAL = "Ljava/util/Optional;";
  private static final String ARRAY_LIST = "java/util/ArrayList";
  private static final int GROUP = 64;

  /// A string constant takes at most 65,535 bytes; a character of a string takes at most 3.
  private static final int STRING_PIECE = 20_000;

  private final String className;
  private final Manifest manifest;
  private final List<MethodCode> methods = new ArrayList<>();

  ManifestCode(String className, Manifest manifest) {
    this.className = className;
    this.manifest = manifest;
  }

  /// The methods that build the lists; complete after [#push].
  List<MethodCode> methods() {
    return List.copyOf(methods);
  }

  /// Pushes the manifest.
  void push(Code code) {
    if (!manifest.listings().isEmpty()) {
      throw new IllegalStateException("code made ahead of time hands out tensors, not lists");
    }
    begin(MANIFEST, code);
    push(manifest.program(), code);
    pushList("symbols", manifest.symbols(), this::symbol, code);
    pushList("buffers", manifest.buffers(), this::buffer, code);
    pushList("functions", manifest.functions(), this::function, code);
    pushList("repeats", manifest.repeats(), ManifestCode::repeat, code);
    pushList("queries", manifest.queries(), this::query, code);
    end(MANIFEST, STRING + LIST + LIST + LIST + LIST + LIST, code);
  }

  private static void begin(String type, Code code) {
    code.add(new Instruction.OfType(Opcode.NEW, type));
    code.plain(Opcode.DUP);
  }

  private static void end(String type, String parameters, Code code) {
    code.add(
        new Instruction.Invoke(
            Opcode.INVOKESPECIAL, type, "<init>", "(" + parameters + ")V", false));
  }

  private static void push(String text, Code code) {
    code.push(text.substring(0, Math.min(STRING_PIECE, text.length())));
    for (int at = STRING_PIECE; at < text.length(); at += STRING_PIECE) {
      code.push(text.substring(at, Math.min(at + STRING_PIECE, text.length())));
      code.add(
          new Instruction.Invoke(
              Opcode.INVOKEVIRTUAL,
              "java/lang/String",
              "concat",
              "(" + STRING + ")" + STRING,
              false));
    }
  }

  private void symbol(Manifest.SymbolSpec symbol, Code code) {
    String type = MANIFEST + "$SymbolSpec";
    begin(type, code);
    push(symbol.name(), code);
    code.push(symbol.buffer());
    code.push(symbol.axis());
    end(type, STRING + "II", code);
  }

  private void buffer(Manifest.BufferSpec buffer, Code code) {
    String type = MANIFEST + "$BufferSpec";
    begin(type, code);
    code.getStatic(ROLE, buffer.role().name(), "L" + ROLE + ";");
    push(buffer.name(), code);
    code.getStatic(DTYPE, buffer.dtype().name(), "L" + DTYPE + ";");
    code.push(buffer.rank());
    steps(buffer.live(), code);
    push(buffer.file(), code);
    String parameters = "L" + ROLE + ";" + STRING + "L" + DTYPE + ";IL" + STEPS + ";" + OPTIONAL;
    if (!buffer.content().equals(Manifest.Content.PLAIN)) {
      content(buffer.content(), code);
      parameters += "L" + CONTENT + ";";
    }
    end(type, parameters, code);
  }

  private void content(Manifest.Content content, Code code) {
    begin(CONTENT, code);
    code.getStatic(CONTENT + "$Kind", content.kind().name(), "L" + CONTENT + "$Kind;");
    labels(content.extents(), code);
    pushList("content", content.labels(), ManifestCode::labels, code);
    code.push(content.least());
    end(CONTENT, "L" + CONTENT + "$Kind;" + LIST + LIST + "J", code);
  }

  private static void steps(Manifest.Steps steps, Code code) {
    begin(STEPS, code);
    code.push(steps.first());
    code.push(steps.last());
    end(STEPS, "II", code);
  }

  private static void push(Optional<String> text, Code code) {
    if (text.isEmpty()) {
      code.invokeStatic("java/util/Optional", "empty", "()" + OPTIONAL);
    } else {
      push(text.get(), code);
      code.invokeStatic("java/util/Optional", "of", "(Ljava/lang/Object;)" + OPTIONAL);
    }
  }

  private void function(Manifest.FunctionSpec function, Code code) {
    String type = MANIFEST + "$FunctionSpec";
    begin(type, code);
    push(function.name(), code);
    pushList("fetches", function.fetches(), this::fetch, code);
    end(type, STRING + LIST, code);
  }

  private static void repeat(Manifest.RepeatSpec repeat, Code code) {
    String type = MANIFEST + "$RepeatSpec";
    begin(type, code);
    code.push(repeat.first());
    code.push(repeat.test());
    code.push(repeat.last());
    code.push(repeat.until());
    code.push(repeat.limit());
    end(type, "IIIII", code);
  }

  private void fetch(Manifest.FetchSpec fetch, Code code) {
    String type = MANIFEST + "$FetchSpec";
    begin(type, code);
    push(fetch.source(), code);
    push(fetch.tensor(), code);
    code.push(fetch.axis());
    end(type, STRING + STRING + "I", code);
  }

  private void query(Manifest.QuerySpec query, Code code) {
    String type = MANIFEST + "$QuerySpec";
    begin(type, code);
    push(query.text(), code);
    push(query.name(), code);
    pushList("labels", query.labels(), ManifestCode::labels, code);
    end(type, STRING + STRING + LIST, code);
  }

  /// `List.of("a\ue000b".split("\ue000", -1))`, the separator being a character that no label has.
  private static void labels(List<String> labels, Code code) {
    if (labels.isEmpty()) {
      code.add(
          new Instruction.Invoke(Opcode.INVOKESTATIC, "java/util/List", "of", "()" + LIST, true));
      return;
    }
    char separator = '\ue000';
    while (contains(labels, separator)) {
      separator++;
    }
    push(String.join(String.valueOf(separator), labels), code);
    push(String.valueOf(separator), code);
    code.push(-1);
    code.add(
        new Instruction.Invoke(
            Opcode.INVOKEVIRTUAL,
            "java/lang/String",
            "split",
            "(" + STRING + "I)[" + STRING,
            false));
    code.add(
        new Instruction.Invoke(
            Opcode.INVOKESTATIC, "java/util/List", "of", "([Ljava/lang/Object;)" + LIST, true));
  }

  private static boolean contains(List<String> labels, char unit) {
    return labels.stream().anyMatch(label -> label.indexOf(unit) >= 0);
  }

  /// Pushes a list, built by a method of its own.
  private <T> void pushList(String name, List<T> elements, BiConsumer<T, Code> push, Code code) {
    String method = name + methods.size();
    // The place is taken before the elements, which may need methods too.
    int place = methods.size();
    Code build = new Code();
    begin(ARRAY_LIST, build);
    end(ARRAY_LIST, "", build);
    build.storeReference(0);
    methods.add(method(method, "()" + LIST, build));
    for (int begin = 0; begin < elements.size(); begin += GROUP) {
      int end = Math.min(begin + GROUP, elements.size());
      String group = method + "$" + begin / GROUP;
      build.loadReference(0);
      build.invokeStatic(className, group, "(L" + ARRAY_LIST + ";)V");
      Code fill = new Code();
      for (T element : elements.subList(begin, end)) {
        fill.loadReference(0);
        push.accept(element, fill);
        fill.add(
            new Instruction.Invoke(
                Opcode.INVOKEVIRTUAL, ARRAY_LIST, "add", "(Ljava/lang/Object;)Z", false));
        fill.plain(Opcode.POP);
      }
      fill.plain(Opcode.RETURN);
      methods.add(method(group, "(L" + ARRAY_LIST + ";)V", fill));
    }
    build.loadReference(0);
    build.plain(Opcode.ARETURN);
    methods.set(place, method(method, "()" + LIST, build));
    code.invokeStatic(className, method, "()" + LIST);
  }

  private static MethodCode method(String name, String descriptor, Code code) {
    return new MethodCode(
        Access.PRIVATE | Access.STATIC, name, descriptor, List.of(), code.instructions());
  }
}
