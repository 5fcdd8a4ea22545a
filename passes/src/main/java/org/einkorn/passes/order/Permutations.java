package org.einkorn.passes.order;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The orders of a few names that are worth a look.
final class Permutations {
  /// Up to so many names all orders are looked at.
  private static final int ALL_OF = 3;

  private Permutations() {}

  /// All orders of few names. Of more, each of the given orders, and each with one name moved to
  /// its end: what stands last decides most.
  ///
  /// @param orders at least one; each has all names
  static List<List<String>> near(List<List<String>> orders) {
    List<String> first = orders.getFirst();
    Set<List<String>> found = new LinkedHashSet<>();
    if (first.size() <= ALL_OF) {
      addAll(List.of(), first, found);
    } else {
      found.addAll(orders);
      for (List<String> order : orders) {
        for (String name : order) {
          found.add(withLast(order, name));
        }
      }
    }
    return List.copyOf(found);
  }

  private static void addAll(List<String> begun, List<String> left, Set<List<String>> found) {
    if (left.isEmpty()) {
      found.add(begun);
    }
    for (String next : left) {
      List<String> more = new ArrayList<>(begun);
      more.add(next);
      addAll(List.copyOf(more), without(left, next), found);
    }
  }

  private static List<String> withLast(List<String> order, String name) {
    List<String> moved = new ArrayList<>(without(order, name));
    moved.add(name);
    return List.copyOf(moved);
  }

  private static List<String> without(List<String> order, String name) {
    return order.stream().filter(each -> !each.equals(name)).toList();
  }
}
