package org.einkorn.learning;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Target;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The optimizers, which are written in Einkorn, against the same updates in Java.
final class OptimizersTest {
  private static final int STEPS = 25;
  private static final double[] GOAL = {2, -1, 0.25};
  private static final double[] BEND = {1, 3, 0.5};

  /// One step for one number.
  interface Update {
    /// @param m two states
    double next(double w, double g, double[] m, int t);
  }

  static Stream<Arguments> optimizers() {
    return Stream.of(
            Arguments.of("sgd", (Update) (w, g, m, t) -> w - 0.01 * g),
            Arguments.of("sgd(rate: 0.3 / 3)", (Update) (w, g, m, t) -> w - 0.1 * g),
            Arguments.of("momentum", momentum(0.01, 0.9)),
            Arguments.of("momentum(rate: Rate, beta: 0.5)", momentum(0.05, 0.5)),
            Arguments.of("adam", adam(1e-3, 0.9, 0.999, 1e-8, 0)),
            Arguments.of(
                "adam(rate: 0.1, beta1: 0.8, beta2: 0.9, eps: 1e-3)", adam(0.1, 0.8, 0.9, 1e-3, 0)),
            Arguments.of("adamw", adam(1e-3, 0.9, 0.999, 1e-8, 0.01)),
            Arguments.of("adamw(rate: 0.1, decay: 0.3)", adam(0.1, 0.9, 0.999, 1e-8, 0.3)),
            Arguments.of("lion", lion(1e-4, 0.9, 0.99, 0)),
            Arguments.of("lion(rate: 0.03, decay: 0.1)", lion(0.03, 0.9, 0.99, 0.1)))
        .flatMap(
            one ->
                Stream.of(Target.interpreter(), Target.jvm(), Target.llvm())
                    .map(target -> Arguments.of(one.get()[0], one.get()[1], target)));
  }

  private static Update momentum(double rate, double beta) {
    return (w, g, m, t) -> {
      m[0] = beta * m[0] + g;
      return w - rate * m[0];
    };
  }

  private static Update adam(double rate, double beta1, double beta2, double eps, double decay) {
    return (w, g, m, t) -> {
      m[0] = beta1 * m[0] + (1 - beta1) * g;
      m[1] = beta2 * m[1] + (1 - beta2) * g * g;
      double mean = m[0] / (1 - Math.pow(beta1, t));
      double spread = m[1] / (1 - Math.pow(beta2, t));
      return w - rate * (mean / (Math.sqrt(spread) + eps) + decay * w);
    };
  }

  private static Update lion(double rate, double beta1, double beta2, double decay) {
    return (w, g, m, t) -> {
      double step = Math.signum(beta1 * m[0] + (1 - beta1) * g);
      m[0] = beta2 * m[0] + (1 - beta2) * g;
      return w - rate * (step + decay * w);
    };
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void makesTheStepsThatArePublished(String optimizer, Update update, Target target) {
    for (String type : List.of("f64", "f32")) {
      double[] found =
          Einkorn.compile(
                  "steps",
                  """
                  let Rate = 0.05
                  input Goal[i: 3]: TYPE
                  input Bend[i: 3]: TYPE
                  param W[i: 3]: TYPE = 1.0
                  Loss = Bend[i] (W[i] - Goal[i])^2
                  learn W minimizing Loss with OPTIMIZER for 25 steps
                  W?
                  """
                      .replace("TYPE", type)
                      .replace("OPTIMIZER", optimizer))
              .with(Options.defaults().withTarget(target))
              .with("Goal", tensor(GOAL, type))
              .with("Bend", tensor(BEND, type))
              .run()
              .get("W")
              .toDoubleArray();
      double tolerance = type.equals("f64") ? 1e-12 : 3e-5;
      for (int i = 0; i < GOAL.length; i++) {
        assertEquals(
            byHand(update, i), found[i], tolerance, optimizer + " " + Arrays.toString(found));
      }
    }
  }

  private static Tensor tensor(double[] values, String type) {
    if (type.equals("f64")) {
      return Tensor.wrap(values);
    }
    float[] narrow = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = (float) values[i];
    }
    return Tensor.wrap(narrow);
  }

  private static double byHand(Update update, int i) {
    double w = 1;
    double[] states = new double[2];
    for (int t = 1; t <= STEPS; t++) {
      w = update.next(w, 2 * BEND[i] * (w - GOAL[i]), states, t);
    }
    return w;
  }
}
