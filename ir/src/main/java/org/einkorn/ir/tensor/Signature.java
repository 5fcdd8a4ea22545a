package org.einkorn.ir.tensor;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.einkorn.ir.expr.IndexExpr;

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

  /// Whether a tensor is an input.
  public boolean hasInput(String tensor) {
    return inputs.stream().anyMatch(input -> input.name().equals(tensor));
  }

  /// Whether a tensor is an output.
  public boolean hasOutput(String tensor) {
    return outputs.stream().anyMatch(output -> output.name().equals(tensor));
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
  ///
  /// @param content what its elements are
  public record Input(
      Role role, String name, TensorType type, Optional<String> file, Content content) {
    /// A tensor of numbers as a file has them.
    public Input(Role role, String name, TensorType type, Optional<String> file) {
      this(role, name, type, file, new Content.Elements());
    }

    /// The same input where the extents are others.
    ///
    /// @param change of each extent
    public Input with(TensorType newType, UnaryOperator<IndexExpr> change) {
      return new Input(role, name, newType, file, content.with(change));
    }
  }

  /// What the elements of an input are.
  public sealed interface Content {
    /// Those of the tensor itself.
    record Elements() implements Content {}

    /// The tuples of a relation, `i64[tuples, axes]`: different ones, in order. A relation is bound
    /// in its place, or read from the file.
    ///
    /// @param extents of the axes of the relation. One that [Labels] show holds labels, the others
    ///   hold positions
    record Tuples(List<IndexExpr> extents) implements Content {
      public Tuples {
        extents = List.copyOf(extents);
      }
    }

    /// One element for each label of an axis, `bool[labels]`, all of them true: it shows how many
    /// labels there are. They are these, and then those of all [Tuples] in order of appearance.
    record Labels(List<String> first) implements Content {
      public Labels {
        first = List.copyOf(first);
      }
    }

    /// One element for each position of an axis, `bool[positions]`, all of them true: it shows how
    /// many there are, one more than the largest in all [Tuples].
    ///
    /// @param least how many there are at least
    record Positions(long least) implements Content {}

    /// The same where extents are others.
    default Content with(UnaryOperator<IndexExpr> change) {
      return this instanceof Tuples(List<IndexExpr> extents)
          ? new Tuples(extents.stream().map(change).toList())
          : this;
    }
  }

  /// A tensor that is kept, and written to `file` where the program says so.
  ///
  /// @param tuples whether the file gets the tuples of a relation: for each axis the labels that
  ///   the program gives its positions, empty for others. Labels from data need not be said
  public record Output(
      String name, TensorType type, Optional<String> file, Optional<List<List<String>>> tuples) {
    public Output {
      tuples = tuples.map(axes -> axes.stream().map(List::copyOf).toList());
    }

    /// A tensor whose file gets its elements.
    public Output(String name, TensorType type, Optional<String> file) {
      this(name, type, file, Optional.empty());
    }

    /// The same output where the extents are others.
    public Output with(TensorType newType) {
      return new Output(name, newType, file, tuples);
    }
  }

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
