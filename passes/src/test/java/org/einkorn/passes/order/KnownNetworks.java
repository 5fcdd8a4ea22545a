package org.einkorn.passes.order;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Networks that papers on contraction orders are about.
final class KnownNetworks {
  private KnownNetworks() {}

  /// A product of matrices, the first axis of the first and the last of the last kept.
  static Network chain(Random random, int matrices, int largest) {
    List<List<Integer>> operands = new ArrayList<>();
    List<Long> extents = new ArrayList<>(List.of(1L + random.nextInt(largest)));
    for (int matrix = 0; matrix < matrices; matrix++) {
      operands.add(List.of(matrix, matrix + 1));
      extents.add(1L + random.nextInt(largest));
    }
    return new Network(operands, List.of(0, matrices), extents);
  }

  /// A rectangle of tensors, each joined to its neighbours: a norm of a projected entangled pair
  /// state.
  static Network grid(int rows, int columns, long bond) {
    List<List<Integer>> operands = new ArrayList<>();
    for (int tensor = 0; tensor < rows * columns; tensor++) {
      operands.add(new ArrayList<>());
    }
    List<Long> extents = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int tensor = row * columns + column;
        if (column + 1 < columns) {
          join(operands, extents, tensor, tensor + 1, bond);
        }
        if (row + 1 < rows) {
          join(operands, extents, tensor, tensor + columns, bond);
        }
      }
    }
    return new Network(operands, List.of(), extents);
  }

  /// A random graph in which every tensor has as many neighbours, each once.
  static Network regular(Random random, int tensors, int degree, long bond) {
    while (true) {
      List<Integer> stubs = new ArrayList<>();
      for (int stub = 0; stub < tensors * degree; stub++) {
        stubs.add(stub / degree);
      }
      Collections.shuffle(stubs, random);
      Set<List<Integer>> edges = new HashSet<>();
      List<List<Integer>> operands = new ArrayList<>();
      for (int tensor = 0; tensor < tensors; tensor++) {
        operands.add(new ArrayList<>());
      }
      List<Long> extents = new ArrayList<>();
      for (int at = 0; at < stubs.size(); at += 2) {
        int one = Math.min(stubs.get(at), stubs.get(at + 1));
        int two = Math.max(stubs.get(at), stubs.get(at + 1));
        if (one != two && edges.add(List.of(one, two))) {
          join(operands, extents, one, two, bond);
        }
      }
      if (edges.size() == stubs.size() / 2) {
        return new Network(operands, List.of(), extents);
      }
    }
  }

  /// A tree in which each tensor hangs from an earlier one, chosen at random.
  static Network tree(Random random, int tensors, int largest) {
    List<List<Integer>> operands = new ArrayList<>(List.of(new ArrayList<>()));
    List<Long> extents = new ArrayList<>();
    for (int tensor = 1; tensor < tensors; tensor++) {
      operands.add(new ArrayList<>());
      join(operands, extents, random.nextInt(tensor), tensor, 2L + random.nextInt(largest - 1));
    }
    return new Network(operands, List.of(), extents);
  }

  /// The same network with its operands in another order.
  static Network shuffled(Random random, Network network) {
    List<List<Integer>> operands = new ArrayList<>(network.operands());
    Collections.shuffle(operands, random);
    return new Network(operands, network.output(), network.extents());
  }

  private static void join(
      List<List<Integer>> operands, List<Long> extents, int one, int two, long bond) {
    operands.get(one).add(extents.size());
    operands.get(two).add(extents.size());
    extents.add(bond);
  }
}
