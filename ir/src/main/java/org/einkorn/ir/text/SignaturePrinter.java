package org.einkorn.ir.text;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.einkorn.ir.tensor.Signature;

/// Writes what a program takes and gives, the head of both levels' text.
///
/// ```text
/// symbols n, d
/// input Q: f32[n, d]
/// param W: f32[10, 64] = "w.npy"
/// output Y: f32[n, d] -> "y.npy"
/// query "Best(x)?" = Best.q0
///   labels ["Alice", "Bob"]
/// ```
final class SignaturePrinter {
  private SignaturePrinter() {}

  static void print(Signature signature, StringBuilder out) {
    if (!signature.symbols().isEmpty()) {
      String symbols =
          signature.symbols().stream().map(Words::name).collect(Collectors.joining(", "));
      out.append("symbols ").append(symbols).append('\n');
    }
    for (Signature.Input input : signature.inputs()) {
      out.append(input.role().text()).append(' ').append(Words.name(input.name()));
      out.append(": ").append(ExprPrinter.print(input.type()));
      file(" = ", input.file(), out);
    }
    for (Signature.Output output : signature.outputs()) {
      out.append("output ").append(Words.name(output.name()));
      out.append(": ").append(ExprPrinter.print(output.type()));
      file(" -> ", output.file(), out);
    }
    for (Signature.Query query : signature.queries()) {
      out.append("query ").append(Words.string(query.text()));
      out.append(" = ").append(Words.name(query.name())).append('\n');
      for (List<String> labels : query.labels()) {
        String list = labels.stream().map(Words::string).collect(Collectors.joining(", "));
        out.append("  labels [").append(list).append("]\n");
      }
    }
  }

  private static void file(String sign, Optional<String> file, StringBuilder out) {
    file.ifPresent(name -> out.append(sign).append(Words.string(name)));
    out.append('\n');
  }
}
