package org.einkorn.backend.llvm;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.ir.text.ExprPrinter;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.Manifest;

/// The header that describes the function of [EntryForC] to C and C++.
final class CHeader {
  private static final int WIDTH = 100;

  private final Module source;
  private final String name;
  private final Identifiers identifiers = new Identifiers();
  private final List<String> declared = new ArrayList<>();
  private final List<String> described = new ArrayList<>();
  private final Set<DType> types = new TreeSet<>();

  private CHeader(Module source, String name) {
    this.source = source;
    this.name = name;
    identifiers.reserve(name);
  }

  /// The text of the header.
  ///
  /// @param name the C identifier of the program
  static String of(Module source, String name) {
    CHeader header = new CHeader(source, name);
    header.parameters();
    return header.text();
  }

  private void parameters() {
    int inputs = source.signature().inputs().size();
    List<Buffer> buffers = source.allBuffers();
    for (int number : EntryForC.parameters(source)) {
      Buffer buffer = buffers.get(number);
      String parameter = identifiers.make(buffer.name());
      boolean isInput = number < inputs;
      TensorType tensor =
          isInput ? source.signature().inputs().get(number).type() : output(buffer.name());
      DType type = tensor.dtype();
      types.add(type);
      declared.add((isInput ? "const " : "") + cType(type) + " *" + parameter);
      String what = (isInput ? "input, " : "output, ") + ExprPrinter.print(tensor);
      described.add(describe(parameter, buffer.name(), what));
    }
    Manifest manifest = ModuleFacts.of(source).manifest();
    List<Manifest.SymbolSpec> symbols =
        manifest.symbols().stream().filter(symbol -> !manifest.grows(symbol)).toList();
    for (Manifest.SymbolSpec symbol : symbols) {
      String parameter = identifiers.make(symbol.name());
      declared.add("int64_t " + parameter);
      String what =
          "size, the extent of axis "
              + symbol.axis()
              + " of "
              + buffers.get(symbol.buffer()).name();
      described.add(describe(parameter, symbol.name(), what));
    }
  }

  private TensorType output(String name) {
    return source.signature().outputs().stream()
        .filter(output -> output.name().equals(name))
        .findFirst()
        .orElseThrow()
        .type();
  }

  private static String describe(String parameter, String name, String what) {
    String alias = parameter.equals(name) ? "" : " (`" + name + "` in the program)";
    return "@param " + parameter + " " + what + alias;
  }

  private String text() {
    String guard = "EINKORN_" + name.toUpperCase(Locale.ROOT) + "_H";
    StringBuilder text = new StringBuilder();
    text.append("#ifndef ").append(guard).append("\n#define ").append(guard).append("\n\n");
    text.append("#include <stdint.h>\n\n");
    text.append("#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    text.append("/**\n * Runs the program `").append(source.name()).append("`.\n *\n");
    text.append(
        """
         * Each tensor is a dense row-major array, aligned to its elements. Arrays must not overlap,
         * except that inputs may overlap one another. The function keeps no state: it may be called
         * from many threads at once.
        """);
    for (DType type : types) {
      encoding(type).forEach(line -> text.append(" * ").append(line).append('\n'));
    }
    text.append(" *\n");
    described.forEach(line -> text.append(" * ").append(line).append('\n'));
    text.append(
        """
         * @return 0 when all is done; 1 when a position taken from the data lies outside its axis;
         *   2 when integer arithmetic has no exact result; 3 when there is no memory;
         *   4 when an iteration does not settle. Unless it is 0,
         *   the outputs hold nothing of use.
         */
        """);
    text.append(prototype());
    text.append("\n\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
    return text.toString();
  }

  private String prototype() {
    String start = "int32_t " + name + "(";
    String parameters = declared.isEmpty() ? "void" : String.join(", ", declared);
    if (start.length() + parameters.length() + 2 <= WIDTH) {
      return start + parameters + ");";
    }
    return start + "\n    " + String.join(",\n    ", declared) + ");";
  }

  /// The C type of an element, or of each part of a complex one; narrow floats are handed over as
  /// their bits.
  private static String cType(DType type) {
    return switch (type) {
      case F64, C128 -> "double";
      case F32, C64 -> "float";
      case F16, BF16 -> "uint16_t";
      case F8E4M3, F8E5M2, U8, BOOL -> "uint8_t";
      case I64 -> "int64_t";
      case I32 -> "int32_t";
      case I16 -> "int16_t";
      case I8, I4 -> "int8_t";
    };
  }

  private static List<String> encoding(DType type) {
    return switch (type) {
      case F16 -> List.of("f16 is the bits of an IEEE binary16.");
      case BF16 -> List.of("bf16 is the upper half of the bits of a float.");
      case F8E4M3 -> List.of("f8e4m3 is the bits of an OCP E4M3 float.");
      case F8E5M2 -> List.of("f8e5m2 is the bits of an OCP E5M2 float.");
      case BOOL -> List.of("bool is 0 or 1 in a byte.");
      case I4 -> List.of("i4 is one number of -8..7 a byte.");
      case C64 -> List.of("c64 is two floats side by side: the real part, the imaginary part.");
      case C128 -> List.of("c128 is two doubles side by side: the real part, the imaginary part.");
      case F64, F32, I64, I32, I16, I8, U8 -> List.of();
    };
  }
}
