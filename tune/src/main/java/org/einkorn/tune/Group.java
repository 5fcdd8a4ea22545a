package org.einkorn.tune;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.ir.text.TracePrinter;
import org.einkorn.passes.schedule.Schedule;

/// Schedules of a script whose functions become one.
///
/// @param traces in the order of the script
/// @param functions those that have them, and those that are joined to these
record Group(List<Trace> traces, Set<String> functions) {
  /// The groups of a script.
  static List<Group> of(List<Trace> script) {
    List<Group> groups = new ArrayList<>();
    for (Trace trace : script) {
      List<Trace> traces = new ArrayList<>();
      Set<String> functions = new LinkedHashSet<>(List.of(trace.function()));
      for (Step step : trace.steps()) {
        if (step instanceof Step.Join(String function)) {
          functions.add(function);
        }
      }
      for (Group earlier : List.copyOf(groups)) {
        if (!Collections.disjoint(earlier.functions(), functions)) {
          groups.remove(earlier);
          traces.addAll(earlier.traces());
          functions.addAll(earlier.functions());
        }
      }
      traces.add(trace);
      groups.add(new Group(traces, functions));
    }
    return groups;
  }

  /// The function that is left.
  String name() {
    return traces.getLast().function();
  }

  boolean hasSamples() {
    return traces.stream()
        .flatMap(trace -> trace.steps().stream())
        .anyMatch(Step.Sample.class::isInstance);
  }

  /// @throws org.einkorn.passes.schedule.RefusedStepException where a step does not apply
  void requireApplies(Module module) {
    Module current = module;
    for (Trace trace : traces) {
      current = Schedule.replay(current, trace).module();
    }
  }

  String script() {
    return traces.stream().map(TracePrinter::print).collect(Collectors.joining());
  }
}
