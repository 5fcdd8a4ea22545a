package org.einkorn.conformance;

import java.util.ArrayList;
import java.util.List;

/// All positions of a shape, the last axis the fastest.
final class Indices {
  private Indices() {}

  static List<long[]> of(long[] extents) {
    List<long[]> all = new ArrayList<>();
    visit(extents, 0, new long[extents.length], all);
    return all;
  }

  private static void visit(long[] extents, int axis, long[] index, List<long[]> all) {
    if (axis == extents.length) {
      all.add(index.clone());
      return;
    }
    for (long position = 0; position < extents[axis]; position++) {
      index[axis] = position;
      visit(extents, axis + 1, index, all);
    }
  }
}
