package org.einkorn.runtime.exec;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Tensor;

/// The text of a program's results: its queries, or its outputs if it asks nothing.
///
/// Each result is a line that names it, then the tensor as NumPy prints it. A relation over labels
/// is printed as the list of its true tuples.
public final class Answers {
  private Answers() {}

  /// The results of a run as text, ending in a line end.
  ///
  /// @param bare leaves out the lines that name the results
  /// @param written outputs that went to files and are not printed
  public static String print(
      Manifest manifest, Map<String, Tensor> outputs, boolean bare, Set<String> written) {
    StringBuilder text = new StringBuilder();
    for (Manifest.QuerySpec query : manifest.queries()) {
      heading(text, query.text(), bare);
      text.append(print(tensor(outputs, query.name()), query.labels())).append('\n');
    }
    if (manifest.queries().isEmpty()) {
      for (Manifest.BufferSpec spec : manifest.buffers()) {
        boolean isPrinted =
            spec.role() == Manifest.Role.OUTPUT
                && spec.file().isEmpty()
                && !written.contains(spec.name());
        if (isPrinted) {
          heading(text, spec.name() + " =", bare);
          text.append(tensor(outputs, spec.name())).append('\n');
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

  private static Tensor tensor(Map<String, Tensor> outputs, String name) {
    Tensor tensor = outputs.get(name);
    if (tensor == null) {
      throw DataException.of(DataFault.INPUT_UNKNOWN)
          .expected("one of the outputs " + outputs.keySet())
          .found("`" + name + "`");
    }
    return tensor;
  }

  /// One result.
  ///
  /// @param labels for each axis the labels of its positions; empty for a plain axis
  public static String print(Tensor tensor, List<List<String>> labels) {
    if (labels.stream().allMatch(List::isEmpty)) {
      return tensor.toString();
    }
    StringJoiner lines = new StringJoiner("\n");
    lines.setEmptyValue("(none)");
    forEachElement(
        tensor,
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

  private interface ElementAction {
    void accept(long[] index);
  }

  private static void forEachElement(Tensor tensor, ElementAction action) {
    long[] index = new long[tensor.rank()];
    forEachElement(tensor, 0, index, action);
  }

  private static void forEachElement(Tensor tensor, int axis, long[] index, ElementAction action) {
    if (axis == tensor.rank()) {
      action.accept(index.clone());
      return;
    }
    for (long position = 0; position < tensor.extent(axis); position++) {
      index[axis] = position;
      forEachElement(tensor, axis + 1, index, action);
    }
  }
}
