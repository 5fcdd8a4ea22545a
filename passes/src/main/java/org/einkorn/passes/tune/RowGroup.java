package org.einkorn.passes.tune;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.runtime.DType;

/// Functions whose outermost loops are over the same rows, and of which each but the last computes
/// what a later one reads in the same row alone: one loop over rows can do them all.
///
/// @param members as they run; the last needs all others, if not directly
/// @param rows how many loops over rows there are
/// @param block how many rows of the last of these loops are done at once, where it is not one by
///   one
record RowGroup(List<ElementNest> members, int rows, Optional<RowBlock> block) {
  RowGroup {
    members = List.copyOf(members);
  }

  ElementNest last() {
    return members.getLast();
  }

  /// The members that become part of the last.
  List<ElementNest> joined() {
    return members.subList(0, members.size() - 1);
  }

  /// The loops over rows, of the last member.
  List<Axis> loops() {
    return last().spatial().subList(0, rows);
  }

  /// How many rounds all loops have.
  double rounds() {
    return members.stream().mapToDouble(nest -> Axis.rounds(nest.loops())).sum();
  }

  /// The rounds that a member has in a row, the greatest number.
  double roundsInRow() {
    return members.stream()
        .mapToDouble(nest -> Axis.rounds(nest.loops().subList(rows, nest.loops().size())))
        .max()
        .orElse(0);
  }

  /// What a row reads and stores, in bytes.
  ///
  /// @param types of all memory
  double bytesInRow(Map<String, DType> types) {
    Map<String, Double> bytes = new HashMap<>();
    for (ElementNest nest : members) {
      Set<Operand> touched = new HashSet<>(nest.operands());
      touched.add(nest.output());
      List<Axis> inside = nest.loops().subList(rows, nest.loops().size());
      for (Operand operand : touched) {
        DType type = types.getOrDefault(operand.tensor(), DType.F64);
        double elements = Axis.rounds(inside.stream().filter(operand::changesWith).toList());
        bytes.merge(operand.tensor(), elements * type.byteSize(), Math::max);
      }
    }
    return bytes.values().stream().mapToDouble(Double::doubleValue).sum();
  }
}
