package org.einkorn.passes.order;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// A network as the searches see it: indices that the same operands have are one index of their
/// product, which changes nothing in what any order costs. Indices of extent 1 cost nothing either,
/// but say what belongs together.
///
/// @param leaves the legs of each operand
/// @param extents of each index; exact below 2⁵³, infinite where a product is out of range. 0
///   stands as a very small number, so that steps over nothing cost next to nothing.
/// @param log2Extents the binary logarithms
/// @param occurrences of each index, the operands that have it, and one more if the output does
/// @param members of each index, those of the network that it is made of, ascending
record Hypergraph(
    Legs[] leaves,
    double[] extents,
    double[] log2Extents,
    int[] occurrences,
    List<List<Integer>> members) {
  /// The logarithm that stands for an extent of 0. All of them together are one index's worth, lest
  /// products leave the range of doubles.
  private static final double LOG2_OF_NOTHING = -200;

  static Hypergraph of(Network network) {
    Map<Incidence, Members> classes = new LinkedHashMap<>();
    List<TreeSet<Integer>> readers = new ArrayList<>();
    network.extents().forEach(_ -> readers.add(new TreeSet<>()));
    for (int operand = 0; operand < network.operands().size(); operand++) {
      for (int index : network.operands().get(operand)) {
        readers.get(index).add(operand);
      }
    }
    boolean[] isOutput = new boolean[readers.size()];
    network.output().forEach(index -> isOutput[index] = true);
    long empty = network.extents().stream().filter(extent -> extent == 0).count();
    for (int index = 0; index < readers.size(); index++) {
      long extent = network.extent(index);
      if (readers.get(index).isEmpty()) {
        continue;
      }
      double bits = extent == 0 ? LOG2_OF_NOTHING / empty : Math.log((double) extent) / Math.log(2);
      Members members =
          classes.computeIfAbsent(
              new Incidence(List.copyOf(readers.get(index)), isOutput[index]), _ -> new Members());
      members.extent *= extent == 0 ? Math.pow(2, bits) : extent;
      members.bits += bits;
      members.indices.add(index);
    }
    return of(network.operands().size(), classes);
  }

  private static Hypergraph of(int operands, Map<Incidence, Members> classes) {
    List<List<Integer>> legs = new ArrayList<>();
    for (int operand = 0; operand < operands; operand++) {
      legs.add(new ArrayList<>());
    }
    double[] extents = new double[classes.size()];
    double[] bits = new double[classes.size()];
    int[] occurrences = new int[classes.size()];
    int index = 0;
    for (Map.Entry<Incidence, Members> entry : classes.entrySet()) {
      Incidence incidence = entry.getKey();
      extents[index] = entry.getValue().extent;
      bits[index] = entry.getValue().bits;
      occurrences[index] = incidence.readers.size() + (incidence.isOutput ? 1 : 0);
      for (int operand : incidence.readers) {
        legs.get(operand).add(index);
      }
      index++;
    }
    Legs[] leaves =
        legs.stream()
            .map(list -> Legs.ofOperand(list.stream().mapToInt(Integer::intValue).toArray()))
            .toArray(Legs[]::new);
    List<List<Integer>> members =
        classes.values().stream().map(own -> List.copyOf(own.indices)).toList();
    return new Hypergraph(leaves, extents, bits, occurrences, members);
  }

  int operands() {
    return leaves.length;
  }

  int indices() {
    return occurrences.length;
  }

  /// The binary logarithm of the number of elements.
  double log2Size(Legs legs) {
    return legs.sum(log2Extents);
  }

  /// What contracting two tensors makes.
  Legs contract(Legs left, Legs right) {
    return left.union(right).summed(occurrences);
  }

  /// The same with one of an index's members at one value.
  Hypergraph sliced(int index, long extent) {
    double[] fewer = extents.clone();
    double[] bits = log2Extents.clone();
    fewer[index] = extents[index] / extent;
    bits[index] = log2Extents[index] - Math.log((double) extent) / Math.log(2);
    if (fewer[index] == 1) {
      bits[index] = 0;
    }
    return new Hypergraph(leaves, fewer, bits, occurrences, members);
  }

  /// What indices with the same incidence come to.
  private static final class Members {
    private double extent = 1;
    private double bits;
    private final List<Integer> indices = new ArrayList<>();
  }

  private record Incidence(List<Integer> readers, boolean isOutput) {}
}
