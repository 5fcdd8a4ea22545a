package org.einkorn.ir.tensor;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a program takes and gives; the same at every level of the IR.
///
/// @param symbols the sizes that data fix, in order
/// @param inputs the tensors that come from outside
/// @param outputs the tensors that are kept, each an input or defined
/// @param queries the tensors that are printed; each is an output too
public record Signature(
    List<String> symbols, List<Input> inputs, List<Output> outputs, List<Query> queries) {

  public Signature {
    symbols = List.copyOf(symbols);
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    queries = List.copyOf(queries);
  }

  /// Whether learning may change an input.
  public enum Role {
    INPUT,
    PARAM;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// A tensor from outside: bound by name, or read from `file` where the program says so.
  public record Input(Role role, String name, TensorType type, Optional<String> file) {}

  /// A tensor that is kept, and written to `file` where the program says so.
  public record Output(String name, TensorType type, Optional<String> file) {}

  /// A question and the tensor that answers it.
  ///
  /// @param text as the user wrote it: `Y[0, c]?`
  /// @param labels for each axis of the answer the labels of its positions; empty for a plain axis
  public record Query(String text, String name, List<List<String>> labels) {
    public Query {
      labels = labels.stream().map(List::copyOf).toList();
    }
  }
}
