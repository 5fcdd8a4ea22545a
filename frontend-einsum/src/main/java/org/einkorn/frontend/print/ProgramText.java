package org.einkorn.frontend.print;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;

/// Prints a program: inputs, then each definition, then queries and files.
public final class ProgramText {
  private ProgramText() {}

  /// The program as text that compiles.
  public static String print(Program program) {
    Signature signature = program.signature();
    Map<String, TensorType> types = new LinkedHashMap<>();
    signature.inputs().forEach(input -> types.put(input.name(), input.type()));
    program.definitions().forEach(made -> types.put(made.name(), made.type()));
    Renaming tensors = Renaming.ofTensors(types.keySet());
    Renaming sizes = Renaming.ofSizes(signature.symbols(), tensors);
    ScalarText text = new ScalarText(tensors, sizes, Renaming.ofIndices(List.of()));

    List<String> lines = new ArrayList<>();
    for (Signature.Input input : signature.inputs()) {
      lines.add(
          input.role().text()
              + " "
              + tensors.of(input.name())
              + "["
              + text.positions(input.type().extents())
              + "]: "
              + input.type().dtype()
              + input.file().map(file -> " = " + quoted(file)).orElse(""));
    }
    Set<String> asked = new LinkedHashSet<>();
    signature.queries().forEach(query -> asked.add(query.name()));
    Set<String> kept = new LinkedHashSet<>();
    for (Signature.Output output : signature.outputs()) {
      if (output.file().isEmpty() && !asked.contains(output.name())) {
        kept.add(output.name());
      }
    }
    for (Definition definition : program.definitions()) {
      lines.add("");
      lines.addAll(
          new DefinitionText(tensors, sizes, types)
              .print(definition, kept.contains(definition.name())));
    }
    lines.add("");
    for (Signature.Query query : signature.queries()) {
      String asks = tensors.of(query.name()) + "?";
      boolean isSame = query.text().equals(asks) || query.text().contains("\n");
      lines.add(asks + (isSame ? "" : "  // " + query.text()));
    }
    for (Signature.Output output : signature.outputs()) {
      output.file().ifPresent(file -> lines.add(quoted(file) + " = " + tensors.of(output.name())));
    }
    return String.join("\n", lines).strip() + "\n";
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int place = 0; place < text.length(); place++) {
      char unit = text.charAt(place);
      switch (unit) {
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        default -> quoted.append(unit);
      }
    }
    return quoted.append("\"").toString();
  }
}
