package org.einkorn.derivatives;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.einkorn.Target;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.verify.TensorVerifier;
import org.einkorn.passes.differentiate.Differentiate;
import org.einkorn.runtime.Tensor;

/// Everything that is asked of the derivatives of a program with an input `W` and the directions
/// `V` and `V2` of its shape: both modes and second derivatives, on all targets, against dual
/// numbers, against each other and against differences.
final class Checks {
  /// How far results that were rounded otherwise may be apart.
  private static final double ROUNDED = 1e-9;

  private static final double DIFFERENCES = 1e-6;
  private static final double TRANSPOSED = 1e-12;

  /// How much a value that was computed by a long program may be off.
  private static final double NOISE = 1e-14;

  private static final double[] STEPS = {1e-5, 1e-4, 1e-6};

  /// How many programs had finite derivatives.
  static final AtomicInteger FINITE = new AtomicInteger();

  private final Derived program;
  private final Map<String, double[]> dual;
  private final Map<String, double[]> jvm;
  private final org.einkorn.ir.tensor.Program expanded;

  private Checks(Derived program) {
    this.program = program;
    org.einkorn.ir.tensor.Program requests = program.requests().orElseThrow();
    this.expanded = Differentiate.apply(requests);
    // Dual numbers do not go through iterations.
    boolean isIterated =
        requests.definitions().stream()
            .anyMatch(definition -> definition.body() instanceof Body.Iterate);
    this.dual = program.interpreted(isIterated ? expanded : requests);
    this.jvm = program.by(Target.jvm());
  }

  /// The program with requests for all kinds of derivatives of one of its tensors.
  ///
  /// @param rank of the function
  static Derived requests(Derived plain, String function, int rank, SplittableRandom random) {
    String at =
        rank == 0
            ? ""
            : "["
                + String.join(
                    ", ", List.of("fa", "fb", "fc", "fd", "fe", "ff", "fg", "fh").subList(0, rank))
                + "]";
    Tensor weights = Derived.random(random, plain.shape(function));
    return plain
        .with("U", weights)
        .with(
            """
            input U%2$s: f64
            Loss = %1$s%2$s U%2$s + 0.5 * %1$s%2$s^2
            Forward = jvp(%1$s, W, V)
            Reverse = vjp(%1$s, W, U)
            Gradient = grad(Loss, W)
            Slope = jvp(Loss, W, V)
            Hessian = hvp(Loss, W, V)
            Hessian2 = hvp(Loss, W, V2)
            output Forward
            output Reverse
            output Gradient
            output Slope
            output Hessian
            output Hessian2
            output Loss
            """
                .formatted(function, at));
  }

  /// What is wrong; empty if nothing is.
  ///
  /// @param hasText whether the equations are read back too
  static Optional<String> fault(Derived program, boolean hasText) {
    Checks checks = new Checks(program);
    if (checks.dual.values().stream().anyMatch(Checks::isNotFinite)) {
      // Infinities and NaN differ by the order of operations.
      return Optional.empty();
    }
    FINITE.incrementAndGet();
    return checks
        .targets()
        .or(() -> hasText ? checks.text() : Optional.empty())
        .or(checks::pairs)
        .or(checks::differences);
  }

  private static boolean isNotFinite(double[] elements) {
    return Arrays.stream(elements).anyMatch(value -> !Double.isFinite(value));
  }

  private double[] get(String tensor) {
    return Derived.get(dual, tensor);
  }

  private Optional<String> targets() {
    if (!TensorVerifier.verify(expanded).isEmpty()) {
      return Optional.of("not well-formed: " + TensorVerifier.verify(expanded));
    }
    return named("equations", program.interpreted(expanded))
        .or(() -> named("jvm", jvm))
        .or(() -> llvm());
  }

  private Optional<String> text() {
    return named("text", program.byText(Target.interpreter()));
  }

  /// Machine code takes long to make, so it computes what all else goes into.
  private Optional<String> llvm() {
    Map<String, double[]> expected = Map.of("Gradient", get("Gradient"), "Hessian", get("Hessian"));
    return Derived.difference(expected, program.by(Target.llvm(), "Gradient", "Hessian"), ROUNDED)
        .map(text -> "llvm: " + text);
  }

  private Optional<String> named(String how, Map<String, double[]> found) {
    return Derived.difference(dual, found, ROUNDED).map(text -> how + ": " + text);
  }

  /// `⟨U, J V⟩ = ⟨Jᵀ U, V⟩`, forward is reverse, and the Hessian is symmetric.
  private Optional<String> pairs() {
    double[] u = Derived.elements(Objects.requireNonNull(program.inputs().get("U")));
    double[] v = Derived.elements(Objects.requireNonNull(program.inputs().get("V")));
    double[] v2 = Derived.elements(Objects.requireNonNull(program.inputs().get("V2")));
    return equal("⟨U, J V⟩", u, Derived.get(jvm, "Forward"), Derived.get(jvm, "Reverse"), v)
        .or(
            () ->
                equal(
                    "the slope of the loss",
                    Derived.get(jvm, "Slope"),
                    new double[] {1},
                    Derived.get(jvm, "Gradient"),
                    v))
        .or(
            () ->
                equal(
                    "the Hessian",
                    Derived.get(jvm, "Hessian"),
                    v2,
                    Derived.get(jvm, "Hessian2"),
                    v));
  }

  private static Optional<String> equal(
      String what, double[] a, double[] b, double[] c, double[] d) {
    double left = 0;
    double right = 0;
    double scale = 1;
    for (int place = 0; place < a.length; place++) {
      left += a[place] * b[place];
      scale += Math.abs(a[place] * b[place]);
    }
    for (int place = 0; place < c.length; place++) {
      right += c[place] * d[place];
      scale += Math.abs(c[place] * d[place]);
    }
    boolean isEqual = Math.abs(left - right) <= TRANSPOSED * scale || !Double.isFinite(left);
    return isEqual ? Optional.empty() : Optional.of(what + ": " + left + " and " + right);
  }

  private Optional<String> differences() {
    return differences("Loss", "Slope").or(() -> differences("Gradient", "Hessian"));
  }

  /// Whether central differences with one of some steps show the derivative, as far as rounding
  /// lets them.
  private Optional<String> differences(String function, String derivative) {
    double greatest = Arrays.stream(get(function)).map(Math::abs).max().orElse(0);
    double[] expected = get(derivative);
    double[] quotient = {};
    for (double step : STEPS) {
      quotient = quotient(function, step);
      double noise = NOISE * greatest / step;
      if (Derived.isNear(quotient, expected, DIFFERENCES + noise)) {
        return Optional.empty();
      }
    }
    return Optional.of(
        "differences of %s: %s, and %s is %s"
            .formatted(function, Arrays.toString(quotient), derivative, Arrays.toString(expected)));
  }

  /// The central difference along `V`.
  private double[] quotient(String tensor, double step) {
    double[] after = Objects.requireNonNull(moved(step).get(tensor));
    double[] before = Objects.requireNonNull(moved(-step).get(tensor));
    double[] quotient = new double[after.length];
    for (int place = 0; place < quotient.length; place++) {
      quotient[place] = (after[place] - before[place]) / (2 * step);
    }
    return quotient;
  }

  private Map<String, double[]> moved(double step) {
    Tensor w = Objects.requireNonNull(program.inputs().get("W"));
    double[] elements = Derived.elements(w);
    double[] v = Derived.elements(Objects.requireNonNull(program.inputs().get("V")));
    for (int place = 0; place < elements.length; place++) {
      elements[place] += step * v[place];
    }
    Derived other = program.with("W", Derived.tensor(w.shape().extents(), elements));
    return other.interpreted(expanded);
  }
}
