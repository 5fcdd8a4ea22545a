package org.einkorn.ir.tensor;

import java.util.List;

/// A program of tensor equations, ordered so that every tensor is defined before it is read.
///
/// @param slicings which definitions run together in slices, in the order of their first ones
public record Program(
    String name, Signature signature, List<Definition> definitions, List<Slicing> slicings) {
  public Program {
    definitions = List.copyOf(definitions);
    slicings = List.copyOf(slicings);
    List<String> names = slicings.isEmpty() ? List.of() : names(definitions);
    int place = -1;
    for (Slicing slicing : slicings) {
      int first = names.indexOf(slicing.definitions().getFirst());
      if (first <= place) {
        throw new IllegalArgumentException(
            "the slicing " + slicing.definitions() + " is not in the order of the definitions");
      }
      place = first;
    }
  }

  private static List<String> names(List<Definition> definitions) {
    return definitions.stream().map(Definition::name).toList();
  }

  /// A program in which every definition runs as a whole.
  public Program(String name, Signature signature, List<Definition> definitions) {
    this(name, signature, definitions, List.of());
  }
}
