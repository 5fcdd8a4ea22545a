package org.einkorn.passes.order;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A product of tensors and the indices its result keeps; all others are summed.
///
/// An index may be in any number of operands (a hyperedge), repeated inside one (a diagonal), in
/// the output and several operands (a batch index), or in one operand alone (summed there). Indices
/// that nothing mentions are allowed and mean nothing.
///
/// @param operands the indices of each operand, axis by axis; there may be none, or one
/// @param output the indices of the result, each once and each in some operand
/// @param extents the extent of each index, by its number; 0 and 1 are extents like any other
public record Network(List<List<Integer>> operands, List<Integer> output, List<Long> extents) {
  public Network {
    operands = operands.stream().map(List::copyOf).toList();
    output = List.copyOf(output);
    extents = List.copyOf(extents);
    for (int index = 0; index < extents.size(); index++) {
      if (extents.get(index) < 0) {
        throw new IllegalArgumentException(
            "index " + index + " has the extent " + extents.get(index));
      }
    }
    Set<Integer> read = new HashSet<>();
    for (int operand = 0; operand < operands.size(); operand++) {
      for (int index : operands.get(operand)) {
        if (index < 0 || index >= extents.size()) {
          throw new IllegalArgumentException(
              "operand " + operand + " has the index " + index + " of " + extents.size());
        }
        read.add(index);
      }
    }
    Set<Integer> written = new HashSet<>();
    for (int index : output) {
      if (!read.contains(index)) {
        throw new IllegalArgumentException("no operand has the output's index " + index);
      }
      if (!written.add(index)) {
        throw new IllegalArgumentException("the output has the index " + index + " twice");
      }
    }
  }

  public long extent(int index) {
    return extents.get(index);
  }

  /// The same network with the given indices at one value each.
  Network sliced(List<Integer> slices) {
    List<Long> ones = new ArrayList<>(extents);
    slices.forEach(index -> ones.set(index, 1L));
    return new Network(operands, output, ones);
  }
}
