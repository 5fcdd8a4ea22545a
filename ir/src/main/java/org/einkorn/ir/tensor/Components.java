package org.einkorn.ir.tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The strongly connected components of what needs what (Tarjan, SIAM J. Comput. 1972), each after
/// those it needs.
public final class Components {
  private final Map<String, Set<String>> needs;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Map<String, Integer> lowest = new HashMap<>();
  private final Deque<String> open = new ArrayDeque<>();
  private final Set<String> isOpen = new HashSet<>();
  private final List<List<String>> found = new ArrayList<>();

  private Components(Map<String, Set<String>> needs) {
    this.needs = needs;
  }

  /// One visit of a name, without recursion: a program may be a chain of thousands of equations.
  private record Visit(String name, List<String> rest) {}

  /// @param names in the order that is kept where nothing forbids it
  /// @param needs names that are not among `names` do not count
  public static List<List<String>> of(List<String> names, Map<String, Set<String>> needs) {
    Set<String> all = Set.copyOf(names);
    Map<String, Set<String>> within = new HashMap<>();
    needs.forEach(
        (name, needed) -> {
          Set<String> kept = new java.util.LinkedHashSet<>(needed);
          kept.retainAll(all);
          within.put(name, kept);
        });
    Components components = new Components(within);
    for (String name : names) {
      if (!components.numbers.containsKey(name)) {
        components.visit(name);
      }
    }
    return components.found;
  }

  private void visit(String start) {
    Deque<Visit> path = new ArrayDeque<>();
    path.push(enter(start));
    while (!path.isEmpty()) {
      Visit visit = path.peek();
      if (visit.rest.isEmpty()) {
        path.pop();
        leave(visit.name);
        if (!path.isEmpty()) {
          lower(path.peek().name, lowestOf(visit.name));
        }
        continue;
      }
      String next = visit.rest.removeFirst();
      if (!numbers.containsKey(next)) {
        path.push(enter(next));
      } else if (isOpen.contains(next)) {
        lower(visit.name, numberOf(next));
      }
    }
  }

  private Visit enter(String name) {
    numbers.put(name, numbers.size());
    lowest.put(name, numberOf(name));
    open.push(name);
    isOpen.add(name);
    return new Visit(name, new ArrayList<>(needs.getOrDefault(name, Set.of())));
  }

  private void leave(String name) {
    if (lowestOf(name) != numberOf(name)) {
      return;
    }
    List<String> component = new ArrayList<>();
    String member;
    do {
      member = open.pop();
      isOpen.remove(member);
      component.addFirst(member);
    } while (!member.equals(name));
    found.add(component);
  }

  private int numberOf(String name) {
    return numbers.getOrDefault(name, -1);
  }

  private int lowestOf(String name) {
    return lowest.getOrDefault(name, -1);
  }

  private void lower(String name, int number) {
    lowest.merge(name, number, Math::min);
  }

  /// A shortest way from the first of a component back to itself, each name needing the next.
  public static List<String> cycle(List<String> component, Map<String, Set<String>> needs) {
    String start = component.getFirst();
    Map<String, String> neededBy = new HashMap<>();
    Deque<String> next = new ArrayDeque<>(List.of(start));
    while (!next.isEmpty()) {
      String name = next.poll();
      for (String needed : needs.getOrDefault(name, Set.of())) {
        if (needed.equals(start)) {
          return way(start, name, neededBy);
        }
        if (component.contains(needed) && neededBy.putIfAbsent(needed, name) == null) {
          next.add(needed);
        }
      }
    }
    return component;
  }

  private static List<String> way(String start, String last, Map<String, String> neededBy) {
    List<String> way = new ArrayList<>();
    for (String name = last; !name.equals(start); name = neededBy.getOrDefault(name, start)) {
      way.addFirst(name);
    }
    way.addFirst(start);
    return way;
  }
}
