package org.einkorn.paper;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Target;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// The most probable states that the examples of graphical models find, against all states one by
/// one.
@Execution(ExecutionMode.CONCURRENT)
final class MostProbableStateTest {
  private static final Path EXAMPLES = Path.of("..", "examples", "paper");
  private static final long SEED = Long.getLong("einkorn.seed", 20261128);
  private static final List<Target> TARGETS =
      List.of(Target.interpreter(), Target.jvm(), Target.llvm());

  /// The best of all states of some variables with two values each; several if they are as good.
  private static List<int[]> best(int variables, ToDoubleFunction<int[]> weight) {
    List<int[]> best = new ArrayList<>();
    double most = -1;
    for (int number = 0; number < 1 << variables; number++) {
      int[] state = new int[variables];
      for (int variable = 0; variable < variables; variable++) {
        state[variable] = (number >> variable) & 1;
      }
      double here = weight.applyAsDouble(state);
      if (here > most * (1 + 1e-6)) {
        best.clear();
      }
      if (here >= most * (1 - 1e-6)) {
        best.add(state);
        most = Math.max(most, here);
      }
    }
    return best;
  }

  /// Each variable has as many good values as the best states show, and the first of them.
  private static void assertBest(
      String where, List<int[]> best, Map<String, Tensor> found, int... variables) {
    Tensor state = Objects.requireNonNull(found.get("State"));
    Tensor equal = Objects.requireNonNull(found.get("Equal"));
    for (int place = 0; place < variables.length; place++) {
      int own = place;
      int[] values = best.stream().mapToInt(some -> some[own]).distinct().sorted().toArray();
      int variable = variables[place];
      assertEquals(values.length, equal.getLong(variable), where + " values of " + variable);
      assertEquals(values[0], state.getLong(variable), where + " of " + Arrays.toString(values));
    }
  }

  private static Map<String, Tensor> run(String text, Target target, String... kept) {
    Program program = Einkorn.compile("model", text).keeping(kept);
    return program.with(Options.defaults().withTarget(target)).run().tensors();
  }

  @Test
  void ofABayesianNetwork() throws IOException {
    String text = Files.readString(EXAMPLES.resolve("graphical-models.ein"));
    String[] kept = {
      "State", "Equal", "Asia", "Smoke", "Tub", "Lung", "Bronc", "Either", "Xray", "Dysp"
    };
    for (Target target : TARGETS) {
      Map<String, Tensor> found = run(text, target, kept);
      List<int[]> best =
          best(
              6,
              at ->
                  value(found, "Asia", at[0])
                      * value(found, "Tub", at[1], at[0])
                      * value(found, "Smoke", at[2])
                      * value(found, "Lung", at[3], at[2])
                      * value(found, "Bronc", at[4], at[2])
                      * value(found, "Either", at[5], at[1], at[3])
                      * value(found, "Xray", 1, at[5])
                      * value(found, "Dysp", 1, at[5], at[4]));
      assertBest(target.name(), best, found, 0, 1, 2, 3, 4, 5);
    }
  }

  private static double value(Map<String, Tensor> tensors, String name, long... at) {
    return Objects.requireNonNull(tensors.get(name), name).getDouble(at);
  }

  /// The tree is exact whatever the factors; with few different ones states are often equally good.
  @Test
  void ofATree() throws IOException {
    String text = Files.readString(EXAMPLES.resolve("belief-propagation.ein"));
    System.out.println("trees from -Deinkorn.seed=" + SEED);
    for (long seed = SEED; seed < SEED + 12; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      double[] own = random.doubles(14, 0.1, 2).toArray();
      double[] pair = random.doubles(4, 0.1, 2).toArray();
      if (seed % 3 == 0) {
        own = Arrays.stream(own).map(value -> value > 1 ? 2 : 1).toArray();
        pair = Arrays.stream(pair).map(value -> value > 1 ? 2 : 1).toArray();
      }
      pair[2] = pair[1];
      String model =
          text.replaceFirst("(?m)^Own\\[.*$", facts("Own[u: N, x: 2]: f64", own, 2))
              .replaceFirst("(?m)^Pair\\[.*$", facts("Pair[x: 2, y: 2]: f64", pair, 2));
      double[] weights = own;
      double[] pairs = pair;
      List<int[]> best =
          best(
              4,
              at -> {
                double weight = 1;
                for (int variable = 0; variable < 4; variable++) {
                  weight *= weights[2 * variable + at[variable]];
                }
                int[][] edges = {{0, 1}, {1, 2}, {1, 3}};
                for (int[] edge : edges) {
                  weight *= pairs[2 * at[edge[0]] + at[edge[1]]];
                }
                return weight;
              });
      for (Target target : TARGETS) {
        Map<String, Tensor> found = run(model, target, "State", "Equal");
        assertBest(seed + " " + target.name(), best, found, 0, 1, 2, 3);
      }
    }
  }

  /// An equation that lists all elements.
  private static String facts(String head, double[] values, int width) {
    StringBuilder text = new StringBuilder(head).append(" = 0");
    String name = head.substring(0, head.indexOf('['));
    for (int place = 0; place < values.length; place++) {
      text.append("\n%s[%d, %d] = %s".formatted(name, place / width, place % width, values[place]));
    }
    return text.toString();
  }
}
