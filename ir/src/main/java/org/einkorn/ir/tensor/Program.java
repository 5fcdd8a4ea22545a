package org.einkorn.ir.tensor;

import java.util.List;

/// A program of tensor equations, ordered so that every tensor is defined before it is read.
public record Program(String name, Signature signature, List<Definition> definitions) {
  public Program {
    definitions = List.copyOf(definitions);
  }
}
