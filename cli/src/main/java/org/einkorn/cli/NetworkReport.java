package org.einkorn.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.einkorn.TensorNetwork;
import org.einkorn.passes.order.ContractionPlan;
import org.einkorn.passes.order.Network;
import org.einkorn.passes.order.PlanCost;
import org.einkorn.passes.order.Step;

/// What `ein explain --network` prints.
final class NetworkReport {
  /// How many steps are shown.
  private static final int SHOWN = 8;

  private final TensorNetwork names;
  private final Network network;
  private final ContractionPlan plan;
  private final StringBuilder text = new StringBuilder();

  private NetworkReport(TensorNetwork names, ContractionPlan plan) {
    this.names = names;
    this.network = names.network();
    this.plan = plan;
  }

  /// One line of JSON: `log10_flops`, `log2_size`, `log2_peak`, `path`, `slices` and `seconds`.
  static String json(TensorNetwork network, ContractionPlan plan) {
    PlanCost cost = plan.cost();
    try {
      return new ObjectMapper()
          .writeValueAsString(
              Json.ordered(
                  "log10_flops", cost.log10Flops(),
                  "log2_size", cost.log2Size(),
                  "log2_peak", cost.log2Peak(),
                  "path", plan.linearPath(),
                  "slices", network.names(plan.slices()),
                  "seconds", Math.min(cost.seconds(), Double.MAX_VALUE)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A table of what the plan costs, and of its dearest steps.
  static String text(TensorNetwork network, ContractionPlan plan) {
    NetworkReport report = new NetworkReport(network, plan);
    report.totals();
    report.steps();
    return report.text.toString();
  }

  private void totals() {
    PlanCost cost = plan.cost();
    line(
        "network",
        String.format(
            Locale.ROOT,
            "%,d operands, %,d indices, a result of rank %d",
            network.operands().size(),
            network.extents().size(),
            network.output().size()));
    line("order", plan.isOptimal() ? "the best of all" : "the best found in the budget");
    line("operations", count(cost.flops(), cost.log10Flops()));
    line("largest tensor", count(cost.largestIntermediate()) + " elements");
    line("peak", count(cost.peak()) + " elements, operands aside");
    line("predicted", shortNumber(cost.seconds()) + " s");
    if (!plan.slices().isEmpty()) {
      BigInteger slices = BigInteger.ONE;
      for (int index : plan.slices()) {
        slices = slices.multiply(BigInteger.valueOf(network.extent(index)));
      }
      line("sliced over", names.names(plan.slices()) + ": " + count(slices) + " slices");
    }
  }

  private void line(String label, String value) {
    text.append("%-15s ".formatted(label)).append(value).append('\n');
  }

  private static String count(BigInteger count) {
    return count(count, count.signum() == 0 ? 0 : count.bitLength() * Math.log10(2));
  }

  private static String count(BigInteger count, double log10) {
    return log10 < 13
        ? String.format(Locale.ROOT, "%,d", count)
        : String.format(Locale.ROOT, "10^%.2f", log10);
  }

  private static String shortNumber(double seconds) {
    return String.format(Locale.ROOT, "%.3g", seconds);
  }

  private record Shown(int number, Step step, BigInteger points, BigInteger elements) {}

  private void steps() {
    List<Shown> steps = new ArrayList<>();
    List<BigInteger> points = plan.points();
    List<BigInteger> elements = plan.elements();
    for (int number = 0; number < plan.steps().size(); number++) {
      steps.add(
          new Shown(number, plan.steps().get(number), points.get(number), elements.get(number)));
    }
    if (steps.isEmpty()) {
      return;
    }
    boolean isCut = steps.size() > SHOWN;
    if (isCut) {
      steps.sort(Comparator.comparing(Shown::points).reversed());
    }
    text.append(
        isCut ? "\nthe dearest of %,d steps\n".formatted(steps.size()) : "\nsteps in order\n");
    text.append("%8s  %-17s %18s %18s\n".formatted("makes", "of", "operations", "elements"));
    for (Shown shown : steps.subList(0, Math.min(SHOWN, steps.size()))) {
      text.append(
          String.format(
              Locale.ROOT,
              "%8s  %-17s %18s %18s%n",
              "#" + (network.operands().size() + shown.number),
              "#" + shown.step.left() + " #" + shown.step.right(),
              count(shown.points),
              count(shown.elements)));
    }
  }
}
