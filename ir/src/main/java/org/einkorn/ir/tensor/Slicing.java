package org.einkorn.ir.tensor;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Definitions that run together, at one position of some axes at a time.
///
/// What the program means is what it means without. What changes is memory: of all definitions but
/// the last, only the elements of one position are ever stored. The order of evaluation is the
/// positions of `axes` in row-major order, and at each the definitions in their order.
///
/// @param axes axes that every term of every definition has, with one extent; those tensors but the
///   last begin with them
/// @param definitions definitions that stand next to each other, in order; the last may reduce the
///   axes, and is all that others read
public record Slicing(List<String> axes, List<String> definitions) {
  public Slicing {
    axes = List.copyOf(axes);
    definitions = List.copyOf(definitions);
    requireDistinct("axis", axes);
    requireDistinct("definition", definitions);
  }

  private static void requireDistinct(String what, List<String> names) {
    Set<String> seen = new HashSet<>();
    if (names.isEmpty()) {
      throw new IllegalArgumentException("a slicing without an " + what);
    }
    for (String name : names) {
      if (!seen.add(name)) {
        throw new IllegalArgumentException("the " + what + " `" + name + "` twice");
      }
    }
  }

  /// The definition that the others are for.
  public String last() {
    return definitions.getLast();
  }
}
