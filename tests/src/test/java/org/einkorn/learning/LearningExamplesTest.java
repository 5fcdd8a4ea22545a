package org.einkorn.learning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Results;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// The examples that learn come to what they promise.
@Execution(ExecutionMode.CONCURRENT)
final class LearningExamplesTest {
  private static final Path EXAMPLES = Path.of("..", "examples");
  private static final int TRAINING = 9000;

  private static double run(String example, String result) {
    Results results =
        Einkorn.open(
                EXAMPLES.resolve("learning").resolve(example),
                Stage.EQUATIONS,
                Options.defaults()
                    .withTarget(Target.llvm())
                    .withReadable(java.util.List.of(EXAMPLES)))
            .run();
    double found = results.get(result).getDouble();
    System.out.println(example + ": " + result + " " + found);
    return found;
  }

  @Test
  void aPerceptronReadsDigits() {
    assertTrue(run("digits-mlp.ein", "Accuracy") >= 0.97);
  }

  @Test
  void aConvolutionReadsDigits() {
    assertTrue(run("digits-conv.ein", "Accuracy") >= 0.98);
  }

  /// The network foretells held-out text better than counts of three characters do, whatever is
  /// added to the counts.
  @Test
  void aRecurrentNetworkBeatsATrigram() throws IOException {
    int[] text = text();
    double best = Double.POSITIVE_INFINITY;
    for (double added : new double[] {1, 0.3, 0.1, 0.03, 0.01}) {
      best = Math.min(best, trigram(text, added));
    }
    System.out.println("the best trigram: " + best);
    assertTrue(run("characters.ein", "HeldLoss") < best);
  }

  private static int[] text() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      long[] codes =
          Tensor.read(arena, EXAMPLES.resolve("data").resolve("license.npy")).toLongArray();
      String license = Files.readString(Path.of("..", "LICENSE")).substring(0, codes.length);
      int[] known = license.chars().distinct().sorted().toArray();
      int[] text = license.chars().map(c -> java.util.Arrays.binarySearch(known, c)).toArray();
      assertArrayEquals(text, java.util.Arrays.stream(codes).mapToInt(c -> (int) c).toArray());
      return text;
    }
  }

  /// The mean negative logarithm of the probability of a held-out character.
  private static double trigram(int[] text, double added) {
    int size = java.util.Arrays.stream(text).max().orElse(0) + 1;
    double[][][] counts = new double[size][size][size];
    double[][] pairs = new double[size][size];
    for (int i = 2; i < TRAINING; i++) {
      counts[text[i - 2]][text[i - 1]][text[i]]++;
      pairs[text[i - 2]][text[i - 1]]++;
    }
    double loss = 0;
    for (int i = TRAINING + 2; i < text.length; i++) {
      loss -=
          Math.log(
              (counts[text[i - 2]][text[i - 1]][text[i]] + added)
                  / (pairs[text[i - 2]][text[i - 1]] + added * size));
    }
    return loss / (text.length - TRAINING - 2);
  }
}
