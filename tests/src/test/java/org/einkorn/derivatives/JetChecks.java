package org.einkorn.derivatives;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.einkorn.Target;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.verify.TensorVerifier;
import org.einkorn.passes.differentiate.Differentiate;

/// Jets of a function of `W` along `V`: against dual numbers, against derivatives taken of each
/// other, on all targets, and from the text of their equations.
final class JetChecks {
  private static final double ROUNDED = 1e-9;

  /// How many programs had finite derivatives.
  static final AtomicInteger FINITE = new AtomicInteger();

  private JetChecks() {}

  static Derived requests(Derived plain, String function, int order) {
    return plain.with(
        """
        Jet = jet(%1$s, W, V, order: %2$d)
        First = jvp(%1$s, W, V)
        Second = jvp(First, W, V)
        output Jet
        output First
        output Second
        """
                .formatted(function, order)
            + (plain.text().contains("tensor " + function) ? "" : "output " + function + "\n"));
  }

  /// What is wrong; empty if nothing is.
  static Optional<String> fault(Derived program, String function, boolean hasLlvm) {
    Program requests = program.requests().orElseThrow();
    Map<String, double[]> dual = program.interpreted(requests);
    if (dual.values().stream().flatMapToDouble(Arrays::stream).anyMatch(x -> !isFinite(x))) {
      return Optional.empty();
    }
    FINITE.incrementAndGet();
    Program expanded = Differentiate.apply(requests);
    if (!TensorVerifier.verify(expanded).isEmpty()) {
      return Optional.of("not well-formed: " + TensorVerifier.verify(expanded));
    }
    return orders(dual, function)
        .or(() -> named("equations", dual, program.interpreted(expanded)))
        .or(() -> named("jvm", dual, program.by(Target.jvm())))
        .or(() -> named("text", dual, program.byText(Target.interpreter())))
        .or(
            () ->
                hasLlvm
                    ? named(
                        "llvm",
                        Map.of("Jet", Objects.requireNonNull(dual.get("Jet"))),
                        program.by(Target.llvm(), "Jet"))
                    : Optional.empty());
  }

  private static boolean isFinite(double value) {
    return Double.isFinite(value);
  }

  private static Optional<String> named(
      String how, Map<String, double[]> expected, Map<String, double[]> found) {
    return Derived.difference(expected, found, ROUNDED).map(text -> how + ": " + text);
  }

  /// The rows of the jet are the function and the derivatives taken one of the other.
  private static Optional<String> orders(Map<String, double[]> found, String function) {
    double[] jet = Objects.requireNonNull(found.get("Jet"));
    String[] names = {function, "First", "Second"};
    for (int order = 0; order < names.length; order++) {
      int size = Objects.requireNonNull(found.get("First")).length;
      double[] expected = found.get(names[order]);
      double[] row = Arrays.copyOfRange(jet, order * size, (order + 1) * size);
      if (expected != null && !Derived.isNear(expected, row, ROUNDED)) {
        return Optional.of(
            "order " + order + ": " + Arrays.toString(expected) + ", " + Arrays.toString(row));
      }
    }
    return Optional.empty();
  }
}
