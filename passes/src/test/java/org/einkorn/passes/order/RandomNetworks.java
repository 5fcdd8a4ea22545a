package org.einkorn.passes.order;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Networks of any shape: hyperedges, repeated letters, lone and batch indices, scalars, outputs.
final class RandomNetworks {
  private RandomNetworks() {}

  static Network next(Random random, int fewest, int most) {
    return next(random, fewest, most, 0);
  }

  /// Without extents of 0, and with fewer indices than [#next] may have.
  static Network positive(Random random, int fewest, int most) {
    return next(random, fewest, most, 1);
  }

  private static Network next(Random random, int fewest, int most, long least) {
    int operands = fewest + random.nextInt(most - fewest + 1);
    int indices = 1 + random.nextInt(least == 0 ? 2 * operands : operands + 1);
    int largest = random.nextInt(4) == 0 ? 60 : 9;
    List<Long> extents = new ArrayList<>();
    for (int index = 0; index < indices; index++) {
      extents.add(
          random.nextInt(200) == 0
              ? least
              : random.nextInt(8) == 0 ? 1L : 1 + random.nextInt(largest));
    }
    List<List<Integer>> all = new ArrayList<>();
    Set<Integer> used = new HashSet<>();
    for (int operand = 0; operand < operands; operand++) {
      List<Integer> own = new ArrayList<>();
      int rank = random.nextInt(5);
      for (int axis = 0; axis < rank; axis++) {
        own.add(
            !own.isEmpty() && random.nextInt(10) == 0
                ? own.getFirst()
                : Integer.valueOf(random.nextInt(indices)));
      }
      used.addAll(own);
      all.add(own);
    }
    int kept = random.nextInt(4);
    List<Integer> output =
        used.stream().sorted().filter(_ -> kept > 0 && random.nextInt(6) < kept).toList();
    return new Network(all, output, extents);
  }
}
