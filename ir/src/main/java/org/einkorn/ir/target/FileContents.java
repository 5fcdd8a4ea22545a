package org.einkorn.ir.target;

import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.runtime.exec.Manifest.Content;

/// What the tensors of a program are to those who read and write its files.
final class FileContents {
  private FileContents() {}

  static Content of(Signature signature, Signature.Input input) {
    List<String> own = texts(input.type().extents());
    return switch (input.content()) {
      case Signature.Content.Elements _ ->
          hasRelations(signature)
              ? new Content(Content.Kind.ELEMENTS, own, List.of(), 0)
              : Content.PLAIN;
      case Signature.Content.Tuples(List<IndexExpr> extents) ->
          new Content(Content.Kind.TUPLES, texts(extents), List.of(), 0);
      case Signature.Content.Labels(List<String> first) ->
          new Content(Content.Kind.LABELS, own, List.of(first), 0);
      case Signature.Content.Positions(long least) ->
          new Content(Content.Kind.POSITIONS, own, List.of(), least);
    };
  }

  static Content of(Signature signature, Signature.Output output) {
    List<String> extents = texts(output.type().extents());
    if (output.tuples().isPresent()) {
      return new Content(Content.Kind.TUPLES, extents, output.tuples().get(), 0);
    }
    return hasRelations(signature)
        ? new Content(Content.Kind.ELEMENTS, extents, List.of(), 0)
        : Content.PLAIN;
  }

  /// The same of an output that is a list, whose extents are always said.
  static Content ofListing(Signature signature, Signature.Output output) {
    Content content = of(signature, output);
    return new Content(
        content.kind(), texts(output.type().extents()), content.labels(), content.least());
  }

  private static boolean hasRelations(Signature signature) {
    return signature.inputs().stream()
        .anyMatch(input -> !(input.content() instanceof Signature.Content.Elements));
  }

  /// Numbers and symbols as text; nothing for what is computed.
  private static List<String> texts(List<IndexExpr> extents) {
    return extents.stream()
        .map(
            extent ->
                switch (extent) {
                  case IndexExpr.Constant(long value) -> Long.toString(value);
                  case IndexExpr.Symbol(String name) -> name;
                  default -> "";
                })
        .toList();
  }
}
