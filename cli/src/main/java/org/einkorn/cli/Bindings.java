package org.einkorn.cli;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.Program;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.ProgramFiles;
import org.einkorn.runtime.io.FileReference;
import org.einkorn.runtime.io.Relation;

/// Arguments of the form `NAME=…`.
final class Bindings {
  private Bindings() {}

  /// `NAME=REST` arguments by name.
  static Map<String, String> split(List<String> arguments) {
    Map<String, String> result = new LinkedHashMap<>();
    for (String argument : arguments) {
      int sign = argument.indexOf('=');
      if (sign <= 0 || sign == argument.length() - 1) {
        throw new UsageException("expected NAME=…, not `" + argument + "`");
      }
      String name = argument.substring(0, sign);
      if (result.put(name, argument.substring(sign + 1)) != null) {
        throw new UsageException("`" + name + "` is given twice");
      }
    }
    return result;
  }

  /// `NAME=2x3` arguments by name; `NAME=` with nothing or `scalar` after it is a scalar's.
  static Map<String, Shape> shapes(List<String> arguments) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    split(arguments).forEach((name, text) -> shapes.put(name, shape(text)));
    return shapes;
  }

  /// `2x3`, or `scalar`.
  static Shape shape(String text) {
    if (text.equals("scalar")) {
      return Shape.of();
    }
    String[] parts = text.split("[x×]", -1);
    long[] extents = new long[parts.length];
    for (int axis = 0; axis < parts.length; axis++) {
      try {
        extents[axis] = Long.parseLong(parts[axis].strip());
      } catch (NumberFormatException e) {
        throw new UsageException("a shape is written 2x3, not `" + text + "`");
      }
      if (extents[axis] < 0) {
        throw new UsageException("an extent can't be negative: `" + text + "`");
      }
    }
    return Shape.of(extents);
  }

  /// The program with its inputs bound to numbers, lists or files.
  static Program bind(Program program, Map<String, String> values, Arena arena) {
    Program bound = program;
    for (Map.Entry<String, String> entry : values.entrySet()) {
      boolean isRelation = program.relations().contains(entry.getKey());
      if (isRelation && !entry.getValue().startsWith("[")) {
        bound = bound.withRelation(entry.getKey(), Relation.read(Path.of(entry.getValue())));
        continue;
      }
      DType declared = isRelation ? DType.I64 : program.inputType(entry.getKey());
      bound = bound.with(entry.getKey(), tensor(entry.getValue(), declared, arena));
    }
    return bound;
  }

  /// The tensors of inputs, none of them relations, that are bound to numbers, lists or files.
  static Map<String, Tensor> tensors(Program program, Map<String, String> values, Arena arena) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    values.forEach((name, text) -> tensors.put(name, tensor(text, program.inputType(name), arena)));
    return tensors;
  }

  /// `0.5`, `true`, `[[1, 2], [3, 4]]` or a path.
  private static Tensor tensor(String text, DType declared, Arena arena) {
    if (text.startsWith("[") || isNumber(text)) {
      return new LiteralReader(text).read(arena, declared);
    }
    return ProgramFiles.readAs(arena, FileReference.of(Path.of(text)), declared);
  }

  private static boolean isNumber(String text) {
    if (text.equals("true") || text.equals("false")) {
      return true;
    }
    try {
      Double.parseDouble(text);
      return !text.matches(".*[dDfF]");
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /// The names and shapes of a list of tensors, for messages.
  static List<String> describe(Map<String, Tensor> tensors) {
    List<String> result = new ArrayList<>();
    tensors.forEach((name, tensor) -> result.add(name + ": " + tensor.dtype() + tensor.shape()));
    return result;
  }
}
