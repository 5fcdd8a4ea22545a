package org.einkorn.runtime.exec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.TupleSet;

/// The text of a program's results: its queries, or its outputs if it asks nothing.
///
/// Each result is a line that names it, then the tensor as NumPy prints it. A relation over labels,
/// or one that is a list, is printed as its tuples.
public final class Answers {
  private Answers() {}

  /// The results of a run as text, ending in a line end.
  ///
  /// @param bare leaves out the lines that name the results
  /// @param written outputs that went to files and are not printed
  public static String print(
      Manifest manifest, Outputs outputs, boolean bare, Set<String> written) {
    StringBuilder text = new StringBuilder();
    for (Manifest.QuerySpec query : manifest.queries()) {
      heading(text, query.text(), bare);
      TupleSet relation = outputs.relations().get(query.name());
      text.append(
              relation == null
                  ? print(outputs.tensor(query.name()), query.labels())
                  : print(relation, query.labels()))
          .append('\n');
    }
    if (manifest.queries().isEmpty()) {
      for (Manifest.BufferSpec spec : manifest.buffers()) {
        boolean isPrinted =
            spec.role() == Manifest.Role.OUTPUT
                && spec.file().isEmpty()
                && !written.contains(spec.name());
        if (isPrinted) {
          heading(text, spec.name() + " =", bare);
          text.append(outputs.tensor(spec.name())).append('\n');
        }
      }
      for (Manifest.ListingSpec listing : manifest.listings()) {
        TupleSet relation = outputs.relations().get(listing.name());
        if (relation != null && listing.file().isEmpty() && !written.contains(listing.name())) {
          heading(text, listing.name() + " =", bare);
          text.append(print(relation, Collections.nCopies(relation.extents().length, List.of())))
              .append('\n');
        }
      }
    }
    return text.toString();
  }

  private static void heading(StringBuilder text, String heading, boolean bare) {
    if (!bare) {
      text.append(heading).append('\n');
    }
  }

  private static String print(TupleSet relation, List<List<String>> labels) {
    StringJoiner lines = lines();
    relation.forEach(index -> lines.add(tuple(index, labels)));
    return lines.toString();
  }

  private static StringJoiner lines() {
    return new StringJoiner("\n").setEmptyValue("(none)");
  }

  /// One result.
  ///
  /// @param labels for each axis the labels of its positions; empty for a plain axis
  public static String print(Tensor tensor, List<List<String>> labels) {
    if (labels.stream().allMatch(List::isEmpty)) {
      return tensor.toString();
    }
    StringJoiner lines = lines();
    tensor
        .shape()
        .forEachIndex(
            index -> {
              if (tensor.dtype() != DType.BOOL) {
                lines.add(tuple(index, labels) + ": " + element(tensor, index));
              } else if (tensor.getBoolean(index)) {
                lines.add(tuple(index, labels));
              }
            });
    return lines.toString();
  }

  private static String tuple(long[] index, List<List<String>> labels) {
    List<String> names = new ArrayList<>();
    for (int axis = 0; axis < index.length; axis++) {
      List<String> axisLabels = labels.get(axis);
      names.add(
          axisLabels.isEmpty()
              ? Long.toString(index[axis])
              : axisLabels.get(Math.toIntExact(index[axis])));
    }
    return String.join(", ", names);
  }

  private static String element(Tensor tensor, long[] index) {
    Tensor element = tensor;
    for (long position : index) {
      element = element.select(0, position);
    }
    return element.toString();
  }
}
