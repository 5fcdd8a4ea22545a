package org.einkorn.paper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Results;
import org.einkorn.Target;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

/// Reasoning in embedding space on a family tree of 200 people, against Datalog (section 5).
///
/// Embeddings are random signs over `sqrt(D)`, so that the dot product of two of them has variance
/// `1/D`. What is extracted is the truth, 0 or 1, and noise of variance `N/D`, where `N` counts the
/// facts that interfere. With the threshold at one half, the share of wrong answers is that of a
/// normal distribution beyond `sqrt(D/N)/2` standard deviations, on average over all questions.
final class EmbeddedReasoningTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20_261_128);
  private static final int PEOPLE = 200;
  private static final FamilyTree TREE = FamilyTree.grow(SEED, PEOPLE, 60);

  /// A rule whose relations are embedded as sums of tensor products.
  private static final String AUNT =
      """
      let P = %d
      let D = %d
      input Sister[x: P, y: P]: bool
      input Parent[x: P, y: P]: bool
      Emb[x: P, d: D] = where(random(x, d, seed: %d) < 0.5, -1.0, 1.0) / sqrt(D)
      EmbSister[i, j] = Sister(x, y) Emb[x, i] Emb[y, j]
      EmbParent[i, j] = Parent(x, y) Emb[x, i] Emb[y, j]
      EmbAunt[i, k] = EmbSister[i, j] EmbParent[j, k]
      output Found: f32
      Found[x, z] = EmbAunt[i, k] Emb[x, i] Emb[z, k]
      output True: bool
      True(x, z) <- Sister(x, y), Parent(y, z)
      """;

  /// Sets of objects, one for each person: the descendants, which are embedded as their sum.
  private static final String SETS =
      """
      let P = %d
      let D = %d
      input Parent[x: P, y: P]: bool
      Emb[x: P, d: D] = where(random(x, d, seed: %d) < 0.5, -1.0, 1.0) / sqrt(D)
      EmbDescendants[x, d] = True(x, y) Emb[y, d]
      output Found: f32
      Found[x, z] = EmbDescendants[x, d] Emb[z, d]
      output True: bool
      True(x, y) <- Parent(x, y)
      True(x, z) <- True(x, y), Parent(y, z)
      """;

  /// Forward chaining on these sets. What a round finds is extracted, passed through a threshold of
  /// temperature `T`, and embedded again.
  private static final String CHAINING =
      """
      let P = %d
      let D = %d
      let T = 0
      input Parent[x: P, y: P]: bool
      Emb[x: P, d: D] = where(random(x, d, seed: %d) < 0.5, -1.0, 1.0) / sqrt(D)
      EmbChildren[x, d] = Parent(x, y) Emb[y, d]
      EmbDescendants[x, d] = EmbChildren[x, d]
      Extracted[x, y] = %s
      EmbDescendants[x, d] = EmbChildren[x, d] + Extracted[x, y] EmbChildren[y, d] for 6 steps
      output Found: f32
      Found[x, z] = EmbDescendants[x, d] Emb[z, d]
      output True: bool
      True(x, y) <- Parent(x, y)
      True(x, z) <- True(x, y), Parent(y, z)
      """;

  /// What a run found, and what Datalog says.
  private record Answers(double[][] found, double[][] truth) {
    int wrong() {
      int wrong = 0;
      for (int x = 0; x < PEOPLE; x++) {
        for (int z = 0; z < PEOPLE; z++) {
          wrong += found[x][z] > 0.5 == truth[x][z] > 0.5 ? 0 : 1;
        }
      }
      return wrong;
    }

    /// The root of the mean square of what was found beyond the truth.
    double noise() {
      double squares = 0;
      for (int x = 0; x < PEOPLE; x++) {
        for (int z = 0; z < PEOPLE; z++) {
          squares += (found[x][z] - truth[x][z]) * (found[x][z] - truth[x][z]);
        }
      }
      return Math.sqrt(squares) / PEOPLE;
    }
  }

  /// The variance of the noise of one answer.
  private interface Variance {
    double of(int x, int z);
  }

  private static Answers run(Target target, FamilyTree tree, String program) {
    try (Arena arena = Arena.ofConfined()) {
      var bound =
          Einkorn.compile("reasoning", program)
              .with(Options.defaults().withTarget(target))
              .with("Parent", tree.tensor(arena, tree::isParent));
      if (program.contains("input Sister")) {
        bound = bound.with("Sister", tree.tensor(arena, tree::isSister));
      }
      Results results = bound.run(arena);
      return new Answers(matrix(results.get("Found")), matrix(results.get("True")));
    }
  }

  private static double[][] matrix(Tensor tensor) {
    int people = (int) tensor.shape().extent(0);
    double[][] matrix = new double[people][people];
    for (int x = 0; x < people; x++) {
      for (int z = 0; z < people; z++) {
        matrix[x][z] = tensor.dtype().isFloat() ? tensor.getDouble(x, z) : tensor.getLong(x, z);
      }
    }
    return matrix;
  }

  /// Compares noise and wrong answers with what is expected of them; gives the share of wrong ones.
  private static double check(String what, int dimension, Answers answers, Variance variance) {
    double squares = 0;
    double wrong = 0;
    Map<Double, Double> tails = new HashMap<>();
    for (int x = 0; x < PEOPLE; x++) {
      for (int z = 0; z < PEOPLE; z++) {
        double v = variance.of(x, z);
        squares += v;
        wrong += v == 0 ? 0 : tails.computeIfAbsent(v, w -> beyond(0.5 / Math.sqrt(w)));
      }
    }
    double noise = Math.sqrt(squares) / PEOPLE;
    String found =
        "%s, seed %d, D = %d: noise %.4f, expected %.4f; wrong %d, expected %.1f"
            .formatted(what, SEED, dimension, answers.noise(), noise, answers.wrong(), wrong);
    System.out.println(found);
    assertEquals(1, answers.noise() / noise, 0.2, found);
    // Answers that share an embedding go wrong together, so their number varies more than its root.
    assertEquals(wrong, answers.wrong(), 0.3 * wrong + 4 * Math.sqrt(wrong) + 1, found);
    return answers.wrong() / (double) (PEOPLE * PEOPLE);
  }

  /// How probable it is that a normal variable is greater than so many standard deviations.
  private static double beyond(double deviations) {
    double sum = 0;
    double step = 1e-2;
    for (double t = deviations + step / 2; t < deviations + 12; t += step) {
      sum += Math.exp(-t * t / 2) * step;
    }
    return sum / Math.sqrt(2 * Math.PI);
  }

  /// The noise of a rule over two embedded relations. Beside the truth an answer holds, with
  /// variance `1/D` each, what holds of another first or last person, and each pair of a sister of
  /// the first and a parent of the last who are different people; what is off in two or three
  /// places has variance `1/D^2` and `1/D^3`.
  private static Variance ofAunts(Answers answers, int dimension) {
    double d = dimension;
    double[] sisters = new double[PEOPLE];
    double[] parents = new double[PEOPLE];
    double[] nieces = new double[PEOPLE];
    double[] aunts = new double[PEOPLE];
    for (int x = 0; x < PEOPLE; x++) {
      for (int y = 0; y < PEOPLE; y++) {
        sisters[x] += TREE.isSister(x, y) ? 1 : 0;
        parents[y] += TREE.isParent(x, y) ? 1 : 0;
        nieces[x] += answers.truth()[x][y];
        aunts[y] += answers.truth()[x][y];
      }
    }
    double allSisters = sum(sisters);
    double allParents = sum(parents);
    double allAunts = sum(aunts);
    return (x, z) -> {
      double truth = answers.truth()[x][z];
      double one = aunts[z] + nieces[x] + sisters[x] * parents[z] - 3 * truth;
      double two = allAunts + allSisters * parents[z] + sisters[x] * allParents;
      return one / d + two / (d * d) + allSisters * allParents / (d * d * d);
    };
  }

  private static double sum(double[] values) {
    return Arrays.stream(values).sum();
  }

  @Test
  void theErrorsOfARuleFallWithTheDimension() {
    double before = 1;
    for (int dimension : new int[] {16, 64, 256}) {
      Answers answers = run(Target.llvm(), TREE, AUNT.formatted(PEOPLE, dimension, SEED));
      double share = check("aunts", dimension, answers, ofAunts(answers, dimension));
      assertTrue(share < before / 2);
      before = share;
    }
  }

  /// The errors fall as those of a normal distribution of variance `N/D`, where `N` is the size of
  /// the set.
  @Test
  void theErrorsOfASetFallWithTheDimension() {
    double before = 1;
    for (int dimension : new int[] {16, 64, 256, 1024}) {
      Answers answers = run(Target.llvm(), TREE, SETS.formatted(PEOPLE, dimension, SEED));
      Variance variance = (x, z) -> (sum(answers.truth()[x]) - answers.truth()[x][z]) / dimension;
      double share = check("descendants", dimension, answers, variance);
      assertTrue(share < before / 1.5);
      before = share;
    }
  }

  /// Where noise is passed on, it grows from round to round; a threshold stops it.
  @Test
  void thereAreNoErrorsAtTemperatureZero() {
    String dot = "EmbDescendants[x, d] Emb[y, d]";
    int dimension = 2048;
    Answers soft = run(Target.llvm(), TREE, CHAINING.formatted(PEOPLE, dimension, SEED, dot));
    Answers hard =
        run(
            Target.llvm(),
            TREE,
            CHAINING.formatted(PEOPLE, dimension, SEED, "sig(" + dot + " - 0.5, T)"));
    String found =
        "chaining, seed %d, D = %d: wrong %d without a threshold, %d with one"
            .formatted(SEED, dimension, soft.wrong(), hard.wrong());
    System.out.println(found);
    assertTrue(soft.wrong() > 0, found);
    assertEquals(0, hard.wrong(), found);
  }

  /// With embeddings of whole powers of one half nothing is rounded: all targets find the same.
  @Test
  void allTargetsFindTheSame() {
    String dot = "EmbDescendants[x, d] Emb[y, d]";
    FamilyTree few = FamilyTree.grow(SEED, 30, 16);
    List<String> programs =
        List.of(
            AUNT.formatted(few.size(), 16, SEED),
            SETS.formatted(few.size(), 16, SEED),
            CHAINING.formatted(few.size(), 16, SEED, "sig(" + dot + " - 0.5, T)"));
    for (String program : programs) {
      double[][] expected = run(Target.interpreter(), few, program).found();
      for (Target target : List.of(Target.jvm(), Target.llvm())) {
        double[][] found = run(target, few, program).found();
        assertEquals(
            Arrays.deepToString(expected), Arrays.deepToString(found), program + target.name());
      }
    }
  }
}
