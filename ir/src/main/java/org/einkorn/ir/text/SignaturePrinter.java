package org.einkorn.ir.text;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Signature;

/// Writes what a program takes and gives, the head of both levels' text.
///
/// ```text
/// symbols n, d
/// input Q: f32[n, d]
/// param W: f32[10, 64] = "w.npy"
/// input Edge.tuples: i64[t, 2] = "edges.tsv" tuples [n, m]
/// input Edge.labels.0: bool[n] labels ["Alice"]
/// input Edge.positions.1: bool[m] positions 0
/// output Y: f32[n, d] -> "y.npy"
/// output R: bool[n, 2] -> "r.tsv" tuples
///   labels []
///   labels ["no", "yes"]
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
      content(input.content(), out);
      out.append('\n');
    }
    for (Signature.Output output : signature.outputs()) {
      out.append("output ").append(Words.name(output.name()));
      out.append(": ").append(ExprPrinter.print(output.type()));
      file(" -> ", output.file(), out);
      out.append(output.tuples().isPresent() ? " tuples\n" : "\n");
      labels(output.tuples().orElse(List.of()), out);
    }
    for (Signature.Query query : signature.queries()) {
      out.append("query ").append(Words.string(query.text()));
      out.append(" = ").append(Words.name(query.name())).append('\n');
      labels(query.labels(), out);
    }
  }

  private static void labels(List<List<String>> axes, StringBuilder out) {
    for (List<String> labels : axes) {
      out.append("  labels ").append(list(labels)).append('\n');
    }
  }

  private static String list(List<String> labels) {
    return "[" + labels.stream().map(Words::string).collect(Collectors.joining(", ")) + "]";
  }

  private static void content(Signature.Content content, StringBuilder out) {
    switch (content) {
      case Signature.Content.Elements _ -> {}
      case Signature.Content.Tuples(List<IndexExpr> extents) ->
          out.append(" tuples [")
              .append(extents.stream().map(ExprPrinter::print).collect(Collectors.joining(", ")))
              .append(']');
      case Signature.Content.Labels(List<String> first) ->
          out.append(" labels ").append(list(first));
      case Signature.Content.Positions(long least) -> out.append(" positions ").append(least);
    }
  }

  private static void file(String sign, Optional<String> file, StringBuilder out) {
    file.ifPresent(name -> out.append(sign).append(Words.string(name)));
  }
}
