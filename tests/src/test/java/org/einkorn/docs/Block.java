package org.einkorn.docs;

import java.util.List;
import java.util.Optional;

/// What stands between two fences of a page.
///
/// @param info the info string of the opening fence
/// @param lines the lines between the fences
/// @param firstLine the number of the first of them in the page, from 0
/// @param file the file that the block is, as the paragraph before it says
/// @param reason why the block is not run
/// @param followsBlock whether nothing but blank lines stands between this block and the last
record Block(
    String info,
    List<String> lines,
    int firstLine,
    Optional<String> file,
    Optional<String> reason,
    boolean followsBlock) {
  Block {
    lines = List.copyOf(lines);
  }

  /// The block as text that ends in a line end.
  String text() {
    return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
  }
}
