package org.einkorn.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Results;
import org.einkorn.Target;
import org.einkorn.passes.demand.MagicSets;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

/// Questions about one node of a large tree, against a search from it: the answers, and how little
/// is derived for them.
final class DemandTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20_261_129);
  private static final int NODES = 20_000;
  private static final String RELATION =
      """
      let N = %d
      input E[t: T, c: 2]: i64
      tensor Parent[N, N]: bool
      Parent[E[t, 0], E[t, 1]] or= true
      """
          .formatted(NODES);

  private static final String RIGHT =
      """
      Below(x, z) <- Parent(x, z)
      Below(x, z) <- Parent(x, y), Below(y, z)
      """;
  private static final String LEFT =
      """
      Below(x, z) <- Parent(x, z)
      Below(x, z) <- Below(x, y), Parent(y, z)
      """;
  private static final String BOTH =
      """
      Below(x, z) <- Parent(x, z)
      Below(x, z) <- Below(x, y), Below(y, z)
      """;
  private static final String MUTUAL =
      """
      Below(x, z) <- Parent(x, z)
      Below(x, z) <- Parent(x, y), Odd(y, z)
      Odd(x, z) <- Below(x, z)
      """;

  private final int[] parent = parents();

  /// A tree in which each node hangs on one of those before it.
  private static int[] parents() {
    Random random = new Random(SEED);
    int[] parent = new int[NODES];
    for (int node = 1; node < NODES; node++) {
      parent[node] = random.nextInt(node);
    }
    return parent;
  }

  private Tensor edges(Arena arena) {
    Tensor edges = Tensor.allocate(arena, DType.I64, NODES - 1, 2);
    for (int node = 1; node < NODES; node++) {
      edges.setLong(parent[node], node - 1, 0);
      edges.setLong(node, node - 1, 1);
    }
    return edges;
  }

  private Set<Integer> below(int node) {
    List<List<Integer>> children = new ArrayList<>();
    for (int each = 0; each < NODES; each++) {
      children.add(new ArrayList<>());
      if (each > 0) {
        children.get(parent[each]).add(each);
      }
    }
    Set<Integer> found = new TreeSet<>();
    Deque<Integer> open = new ArrayDeque<>(children.get(node));
    while (!open.isEmpty()) {
      int next = open.pop();
      found.add(next);
      open.addAll(children.get(next));
    }
    return found;
  }

  /// How far below a node another one is.
  private long stepsUpTo(int above, int node) {
    long steps = 0;
    for (int each = node; each != above; each = parent[each]) {
      steps++;
    }
    return steps;
  }

  private Results run(String rules, String question, Options options, Arena arena) {
    Program program = Einkorn.compile("tree", RELATION + rules + question).with(options);
    return program.with("E", edges(arena)).run(arena);
  }

  private static Set<Integer> answer(Results results, String name) {
    Tensor truth = results.get(name);
    Set<Integer> found = new TreeSet<>();
    for (int node = 0; node < NODES; node++) {
      if (truth.getLong(node) != 0) {
        found.add(node);
      }
    }
    return found;
  }

  private static long total(Results results) {
    return results.tuples().values().stream().mapToLong(Long::longValue).sum();
  }

  @Test
  void answersAreThoseOfASearch() {
    int node = 7;
    Set<Integer> expected = below(node);
    for (Target target : List.of(Target.jvm(), Target.llvm())) {
      for (String rules : List.of(RIGHT, LEFT, BOTH, MUTUAL)) {
        try (Arena arena = Arena.ofConfined()) {
          Results results =
              run(
                  rules,
                  "Found(z) <- Below(7, z)\nFound?",
                  Options.defaults().withTarget(target),
                  arena);
          assertEquals(expected, answer(results, "Found"), rules);
        }
      }
    }
  }

  @Test
  void relationsThatNeedEachOtherAreAskedInTurn() {
    try (Arena arena = Arena.ofConfined()) {
      Options counting = Options.defaults().withCounting(true);
      Results results = run(MUTUAL, "Found(z) <- Below(7, z)\nFound?", counting, arena);
      // Asked for are 7 and all below it, and of each the pairs with what is below that.
      long asked = below(7).size() + 1L;
      long pairs = below(7).stream().mapToLong(node -> stepsUpTo(7, node)).sum();
      assertEquals(
          Map.of(
              "Below.asked",
              asked,
              "Below",
              pairs,
              "Odd.asked",
              asked - 1,
              "Odd",
              pairs - asked + 1),
          results.tuples());
    }
  }

  @Test
  void littleIsDerivedForAQuestion() {
    String question = "Found(z) <- Below(5000, z)";
    Options counting = Options.defaults().withCounting(true);
    List<String> passes = new ArrayList<>(Pipeline.names());
    passes.remove(MagicSets.PASS.name());
    try (Arena arena = Arena.ofConfined()) {
      Results asked = run(RIGHT, question, counting, arena);
      Results whole = run(RIGHT, question, counting.withPasses(Set.copyOf(passes)), arena);
      assertEquals(below(5000), answer(asked, "Found"));
      assertEquals(answer(whole, "Found"), answer(asked, "Found"));
      assertEquals(Set.of("Below"), whole.tuples().keySet());
      assertEquals(Set.of("Below", "Below.asked"), asked.tuples().keySet());
      assertTrue(total(whole) > 100_000, whole.tuples()::toString);
      assertTrue(total(asked) * 100 <= total(whole), asked.tuples()::toString);
    }
  }

  @Test
  void whoIsAboveIsAskedFromTheOtherEnd() {
    Set<Integer> above = new TreeSet<>();
    for (int node = parent[19_999]; ; node = parent[node]) {
      above.add(node);
      if (node == 0) {
        break;
      }
    }
    try (Arena arena = Arena.ofConfined()) {
      for (String rules : List.of(RIGHT, LEFT, BOTH)) {
        Results results =
            run(rules, "Found(x) <- Below(x, 19999)", Options.defaults().withCounting(true), arena);
        assertEquals(above, answer(results, "Found"), rules);
        assertTrue(total(results) < 1000, results.tuples()::toString);
      }
    }
  }
}
