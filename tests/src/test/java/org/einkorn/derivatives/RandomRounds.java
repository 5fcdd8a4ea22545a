package org.einkorn.derivatives;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Random programs with an iteration between the input `W` and the last tensor, `F`.
final class RandomRounds {
  private final SplittableRandom random;
  private final List<String> lines = new ArrayList<>();
  private final boolean isCounted;
  private final String ending;

  private RandomRounds(long seed) {
    this.random = new SplittableRandom(seed);
    this.isCounted = random.nextInt(3) == 0;
    this.ending =
        isCounted
            ? "until Count >= 3 or sum[i](S[i]^2) > 4.0 for K steps"
            : pick("for 3 steps", "for K steps", "for N steps", "for 1 steps", "for 0 steps");
  }

  static RandomDifferentiable.Made of(long seed) {
    return new RandomRounds(seed).make(seed);
  }

  private RandomDifferentiable.Made make(long seed) {
    long size = 1L + Math.floorMod(seed, 3);
    lines.add("let K = 4");
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (String name : List.of("W", "V", "V2")) {
      lines.add("input " + name + "[i: N]: f64");
      shapes.put(name, new long[] {size});
    }
    lines.add("input X[i: N, j: N]: f64");
    shapes.put("X", new long[] {size, size});
    lines.add("S[i]: f64 = " + pick("W[i]", "0.3", "tanh(W[i])", "W[i] X[i, i]"));
    lines.add("tensor S[i: N]: f64");
    String other = second();
    String round = computed();
    String more = pick("0.2 * W[i]", "0.5 * S[i]", other, round);
    step("S", round, more);
    if (isCounted) {
      lines.add("Count: i64 = 0");
      lines.add("Count = Count + 1 " + ending);
    }
    lines.add("F[i] = S[i] * " + pick("W[i]", "S[i]", "cos(" + other + ")", "1.5"));
    return new RandomDifferentiable.Made(
        String.join("\n", lines) + "\n", "F", 1, Map.copyOf(shapes));
  }

  private void step(String state, String value, String more) {
    switch (random.nextInt(4)) {
      case 0 -> lines.add("%s[i] += 0.3 * sin(%s) %s".formatted(state, value, ending));
      case 1 -> lines.add("%s[i] max= 0.9 * %s %s".formatted(state, value, ending));
      default -> lines.add("%s[i] = tanh(%s) + %s %s".formatted(state, value, more, ending));
    }
  }

  /// A second state, or a tensor that is no state.
  private String second() {
    if (random.nextInt(3) > 0) {
      return "W[i]";
    }
    lines.add("T[i]: f64 = 0.5 * W[i]");
    lines.add("T[i] = sin(T[i] + S[i] W[i]) " + ending);
    return "T[i]";
  }

  /// What is computed anew in each round.
  private String computed() {
    return switch (random.nextInt(6)) {
      case 0 -> {
        lines.add("R[i] = S[j] X[i, j]");
        yield "R[i]";
      }
      case 1 -> {
        lines.add("tensor H[u: 3, i: N]: f64");
        lines.add("H[0, i] = S[i]");
        lines.add("H[u+1, i] = sin(H[u, j] X[i, j] + W[i])");
        yield "H[2, i]";
      }
      case 2 -> {
        lines.add("R[i] = cumsum[i](S[i] W[i])");
        yield "R[i]";
      }
      case 3 -> {
        lines.add("At[i] = argmax[j](S[j] X[i, j])");
        lines.add("R[i] = S[At[i]] * W[i]");
        yield "R[i]";
      }
      case 4 -> {
        lines.add("E = (S[i] - W[i])^2 + cos(S[i] X[i, i])");
        lines.add("R[i] = S[i] - 0.1 * grad(E, S)[i]");
        yield "R[i]";
      }
      default -> "(S[i] + W[i])";
    };
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
