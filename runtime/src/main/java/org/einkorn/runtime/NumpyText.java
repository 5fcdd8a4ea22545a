package org.einkorn.runtime;

import java.util.ArrayList;
import java.util.List;

/// Prints a tensor as NumPy prints an array: `print(a)` with NumPy's default options (8 digits,
/// lines of 75 characters, more than 1000 elements summarized by 3 at each edge).
///
/// The rules are those of NumPy 2.3 and later, where `f32` turns to scientific notation at 10^6 and
/// `f16` at 10^3 instead of 10^8. The types NumPy lacks print by the rules of `f16`.
final class NumpyText {
  private static final int LINE_WIDTH = 75;
  private static final int THRESHOLD = 1000;
  private static final int EDGE_ITEMS = 3;

  private final Tensor tensor;
  private final boolean summarized;
  private final ElementFormat format;

  private NumpyText(Tensor tensor) {
    this.tensor = tensor;
    this.summarized = tensor.elementCount() > THRESHOLD;
    this.format = ElementFormat.forElements(tensor.dtype(), shownElements());
  }

  /// The text of all elements, without a final line break.
  static String print(Tensor tensor) {
    if (tensor.elementCount() == 0) {
      return "[]";
    }
    if (tensor.rank() == 0) {
      return ElementFormat.scalar(ElementFormat.Element.of(tensor));
    }
    NumpyText text = new NumpyText(tensor);
    return text.printAxis(tensor, " ", LINE_WIDTH);
  }

  private List<ElementFormat.Element> shownElements() {
    List<ElementFormat.Element> shown = new ArrayList<>();
    collect(tensor, shown);
    return shown;
  }

  private void collect(Tensor part, List<ElementFormat.Element> shown) {
    if (part.rank() == 0) {
      shown.add(ElementFormat.Element.of(part));
      return;
    }
    for (long position : shownPositions(part.extent(0))) {
      if (position >= 0) {
        collect(part.select(0, position), shown);
      }
    }
  }

  /// The positions of an axis that are shown; −1 stands for the dots.
  private long[] shownPositions(long extent) {
    if (!summarized || extent <= 2 * EDGE_ITEMS) {
      long[] all = new long[Math.toIntExact(extent)];
      for (int n = 0; n < all.length; n++) {
        all[n] = n;
      }
      return all;
    }
    return new long[] {0, 1, 2, -1, extent - 3, extent - 2, extent - 1};
  }

  /// Prints a part of the tensor between brackets. `indent` aligns the lines after the first,
  /// `width` is what is left of the line once the closing brackets have their place.
  private String printAxis(Tensor part, String indent, int width) {
    long[] positions = shownPositions(part.extent(0));
    return part.rank() == 1
        ? printRow(part, positions, indent, width - 1)
        : printNested(part, positions, indent, width);
  }

  private String printRow(Tensor row, long[] positions, String indent, int width) {
    StringBuilder lines = new StringBuilder();
    StringBuilder line = new StringBuilder(indent);
    for (int n = 0; n < positions.length; n++) {
      if (n > 0) {
        line.append(' ');
      }
      String word =
          positions[n] < 0
              ? "..."
              : format.format(ElementFormat.Element.of(row.select(0, positions[n])));
      if (line.length() + word.length() > width && line.length() > indent.length()) {
        lines.append(line.toString().stripTrailing()).append('\n');
        line = new StringBuilder(indent);
      }
      line.append(word);
    }
    lines.append(line);
    return '[' + lines.substring(indent.length()) + ']';
  }

  private String printNested(Tensor part, long[] positions, String indent, int width) {
    String separator = "\n".repeat(part.rank() - 1);
    StringBuilder text = new StringBuilder();
    for (int n = 0; n < positions.length; n++) {
      if (n > 0) {
        text.append(separator);
      }
      text.append(indent)
          .append(
              positions[n] < 0
                  ? "..."
                  : printAxis(part.select(0, positions[n]), indent + " ", width - 1));
    }
    return '[' + text.substring(indent.length()) + ']';
  }
}
