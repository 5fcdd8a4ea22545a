package org.einkorn.relations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Results;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

/// Lists that are read at constant positions and on diagonals, and rules that compare positions of
/// different atoms.
final class LoosePositionsTest {
  private static final int NODES = 9;

  private static final String SPARSE =
      """
      input I[t: T]: i64
      input J[t: T]: i64
      input V[t: T]: i64
      input X[j: 9, d: 2]: i64
      tensor A[9, 9]: i64
      A[I[t], J[t]] += V[t]
      tensor Edge[9, 9]: bool
      Edge[I[t], J[t]] or= true
      tensor Least[9, 9]: i64
      Least[I[t], J[t]] min= V[t]
      Row[j] = A[3, j]
      Product[d] = A[j, 2] X[j, d]
      Trace = A[i, i]
      Corner = A[0, 4] + A[3, 3]
      Diagonal[d] = A[i, i] X[i, d]
      Degree = sum[y](i64(Edge(7, y)))
      Loops = sum[x](i64(Edge(x, x)))
      Shortest min= Least[5, j] + X[j, 1]
      Row?
      Product?
      Trace?
      Corner?
      Diagonal?
      Degree?
      Loops?
      Shortest?
      """;

  private static final String RULES =
      """
      input E[t: T, c: 2]: i64
      tensor Edge[9, 9]: bool
      Edge[E[t, 0], E[t, 1]] or= true
      Path(x, y, z, w) <- Edge(x, y), Edge(y, z), Edge(z, w), x != w
      Ends(x, w) <- Edge(x, y), Edge(y, z), Edge(z, w), x != z, y < w
      Inner(x) <- Edge(x, y), Edge(y, z), Edge(z, w), x != y, y != w, x + 1 < w
      Some(x) <- Edge(x, y), Edge(z, w), Edge(w, v), y != v, x != 3
      N = sum[x, y, z, w](i64(Path(x, y, z, w)))
      N?
      Ends(x, w)?
      Inner(x)?
      Some(x)?
      """;

  private static Tensor numbers(Arena arena, Random random, int below, long... extents) {
    Tensor tensor = Tensor.allocate(arena, DType.I64, extents);
    tensor.shape().forEachIndex(index -> tensor.setLong(random.nextInt(below), index));
    return tensor;
  }

  private static void assertAgree(Program program, String what) {
    List<String> answers =
        List.of(Target.interpreter(), Target.jvm(), Target.llvm()).stream()
            .map(target -> program.with(Options.defaults().withTarget(target)).run())
            .map((Results results) -> results.print(false, Set.of()))
            .toList();
    assertEquals(answers.get(0), answers.get(1), what + " on jvm");
    assertEquals(answers.get(0), answers.get(2), what + " on llvm");
  }

  @Test
  void listsAtAnyPosition() {
    Program program = Einkorn.compile("sparse", SPARSE);
    long seed = Long.getLong("einkorn.seed", 20_261_129);
    System.out.println("lists at any position from -Deinkorn.seed=" + seed + " on");
    for (long each = seed; each < seed + 20; each++) {
      Random random = new Random(each);
      try (Arena arena = Arena.ofConfined()) {
        int entries = random.nextInt(15);
        assertAgree(
            program
                .with("I", numbers(arena, random, NODES, entries))
                .with("J", numbers(arena, random, NODES, entries))
                .with("V", numbers(arena, random, 5, entries))
                .with("X", numbers(arena, random, 7, NODES, 2)),
            "seed " + each);
      }
    }
  }

  @Test
  void conditionsBetweenAtoms() {
    Program program = Einkorn.compile("rules", RULES);
    long seed = Long.getLong("einkorn.seed", 20_261_129);
    for (long each = seed; each < seed + 20; each++) {
      Random random = new Random(each);
      try (Arena arena = Arena.ofConfined()) {
        assertAgree(
            program.with("E", numbers(arena, random, NODES, random.nextInt(25), 2)),
            "seed " + each);
      }
    }
  }

  /// Both sizes would take 8 TB as tensors.
  @Test
  void vastOnesAreReadAtAnyPosition() {
    Program program =
        Einkorn.compile(
            "vast",
            """
            input I[t: T]: i64
            tensor A[1000000, 1000000]: i64
            A[I[t], I[t] + 1] += t + 1
            tensor Edge[1000000, 1000000]: bool
            Edge[I[t], I[t] + 1] or= true
            S = A[7, j]
            S?
            Next(y) <- Edge(7, y)
            N = sum[y](y * i64(Next(y)))
            N?
            """);
    for (Target target : List.of(Target.jvm(), Target.llvm())) {
      Results results =
          program
              .with(Options.defaults().withTarget(target))
              .with("I", Tensor.of(Arena.ofAuto(), new long[] {7, 3, 7}, 3))
              .run();
      assertEquals(Arrays.asList("4", "8"), results.print(true, Set.of()).lines().toList());
    }
  }
}
