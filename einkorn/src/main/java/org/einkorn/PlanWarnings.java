package org.einkorn;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Span;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.passes.trace.Trace;

/// What a plan warns of before it is run.
final class PlanWarnings {
  private PlanWarnings() {}

  /// The warnings of what passes did to a program.
  static List<Diagnostic> of(Program program, Trace trace) {
    return trace.forced().stream().map(forced -> warning(program, forced)).toList();
  }

  private static Diagnostic warning(Program program, Trace.Forced forced) {
    String how = forced.asWritten() ? "as it is written" : "in slices";
    Diagnostic bare =
        Diagnostic.warning(
            "W0201", "`" + forced.definition() + "` runs " + how + " for want of memory");
    String times =
        String.format(
            Locale.ROOT,
            "about %.0f times as long as the best order",
            forced.plan().seconds() / forced.better().seconds());
    Optional<Span> span =
        program.definitions().stream()
            .filter(definition -> definition.name().equals(forced.definition()))
            .map(Definition::origin)
            .flatMap(origin -> origin.span().stream())
            .findFirst();
    return span.map(place -> bare.at(place, times))
        .orElseGet(() -> bare.note("this takes " + times))
        .note(
            "predicted: "
                + cost(forced.plan())
                + " "
                + how
                + "; "
                + cost(forced.better())
                + " in the best order")
        .help(
            String.format(
                Locale.ROOT,
                "a memory budget of %.0f bytes suffices for the best order",
                forced.neededBytes()));
  }

  private static String cost(Trace.Cost cost) {
    return String.format(Locale.ROOT, "%.3g operations, %.3g s", cost.operations(), cost.seconds());
  }
}
