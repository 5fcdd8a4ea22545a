package org.einkorn.paper;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;

/// A family tree over a few generations: the first people have no parents, and later ones have two,
/// who are no siblings. Where a generation has no couple, all people so far are looked through.
///
/// @param isFemale who may be a sister
/// @param parents of each person, none or two
record FamilyTree(boolean[] isFemale, List<List<Integer>> parents) {
  /// A tree of so many people, the first of whom have no parents.
  static FamilyTree grow(long seed, int people, int founders) {
    Random random = new Random(seed);
    boolean[] isFemale = new boolean[people];
    List<List<Integer>> parents = new ArrayList<>();
    List<Integer> generation = new ArrayList<>();
    for (int person = 0; person < people; person++) {
      isFemale[person] = random.nextBoolean();
    }
    for (int founder = 0; founder < founders; founder++) {
      generation.add(founder);
      parents.add(List.of());
    }
    while (parents.size() < people) {
      List<Integer> next = new ArrayList<>();
      List<List<Integer>> couples = couples(random, isFemale, parents, generation);
      if (couples.isEmpty()) {
        generation = IntStream.range(0, parents.size()).boxed().toList();
        continue;
      }
      for (List<Integer> couple : couples) {
        int children = 1 + random.nextInt(3);
        for (int child = 0; child < children && parents.size() < people; child++) {
          next.add(parents.size());
          parents.add(couple);
        }
      }
      generation = next;
    }
    return new FamilyTree(isFemale, parents);
  }

  private static List<List<Integer>> couples(
      Random random, boolean[] isFemale, List<List<Integer>> parents, List<Integer> generation) {
    List<Integer> women = new ArrayList<>(generation.stream().filter(p -> isFemale[p]).toList());
    List<Integer> men = new ArrayList<>(generation.stream().filter(p -> !isFemale[p]).toList());
    Collections.shuffle(women, random);
    Collections.shuffle(men, random);
    List<List<Integer>> couples = new ArrayList<>();
    for (int pair = 0; pair < Math.min(women.size(), men.size()); pair++) {
      List<Integer> couple = List.of(women.get(pair), men.get(pair));
      List<Integer> her = parents.get(couple.getFirst());
      if (her.isEmpty() || !her.equals(parents.get(couple.getLast()))) {
        couples.add(couple);
      }
    }
    return couples;
  }

  int size() {
    return parents.size();
  }

  boolean isParent(int x, int y) {
    return parents.get(y).contains(x);
  }

  boolean isSister(int x, int y) {
    return x != y
        && isFemale[x]
        && !parents.get(x).isEmpty()
        && parents.get(x).equals(parents.get(y));
  }

  /// A relation of two people as a tensor of truth values.
  Tensor tensor(Arena arena, Relation relation) {
    Tensor tensor = Tensor.allocate(arena, DType.BOOL, size(), size());
    for (int x = 0; x < size(); x++) {
      for (int y = 0; y < size(); y++) {
        tensor.setLong(relation.holds(x, y) ? 1 : 0, x, y);
      }
    }
    return tensor;
  }

  interface Relation {
    boolean holds(int x, int y);
  }
}
