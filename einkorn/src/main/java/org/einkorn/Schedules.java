package org.einkorn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.text.ParseResult;
import org.einkorn.ir.text.TraceParser;
import org.einkorn.ir.text.TracePrinter;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.passes.schedule.RefusedStepException;

/// Scripts of schedules, and what is wrong with them.
public final class Schedules {
  private Schedules() {}

  /// The loops after all passes, with the functions of the script as that says.
  ///
  /// @throws CompileException E0811 for a function that the program does not have, E0812 for a step
  ///   that does not apply, E0813 for one that `--exact` forbids, and what is wrong with the text
  static Module apply(SourceFile script, Pipeline pipeline, Module loops, Options options) {
    List<Trace> traces = read(script, loops, options.isExact());
    try {
      return pipeline.schedule(loops, traces, options.seed());
    } catch (RefusedStepException refused) {
      throw refused(refused, script);
    }
  }

  /// The schedules of a script, of functions that there are.
  ///
  /// @throws CompileException E0811 for a function that the program does not have, E0813 for a step
  ///   that `--exact` forbids, and what is wrong with the text
  public static List<Trace> read(SourceFile script, Module loops, boolean isExact) {
    ParseResult<List<Trace>> parsed = TraceParser.parseAll(script, loops.symbols());
    if (!parsed.errors().isEmpty()) {
      throw new CompileException(parsed.errors());
    }
    List<Trace> traces = parsed.require();
    List<Diagnostic> errors = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Map<String, String> joined = new HashMap<>();
    for (Trace trace : traces) {
      requireFunction(trace, loops, seen, script, errors);
      requireThere(trace, joined, script, errors);
      if (isExact) {
        trace.steps().stream()
            .filter(Step::rounds)
            .findFirst()
            .ifPresent(step -> errors.add(rounds(step, trace, script)));
      }
    }
    if (!errors.isEmpty()) {
      throw new CompileException(errors);
    }
    return traces;
  }

  /// Whether steps of a script round otherwise than the program says.
  static boolean rounds(SourceFile script, List<String> symbols) {
    return TraceParser.parseAll(script, symbols).require().stream()
        .flatMap(trace -> trace.steps().stream())
        .anyMatch(Step::rounds);
  }

  /// E0811: a script for a program whose loops are what they should be.
  static CompileException scheduledAlready() {
    return nothing("a program given as loops that are scheduled already");
  }

  /// E0811: a script for a program that is code.
  static CompileException isCode(Stage stage) {
    return nothing("a program given as text of the stage " + stage.text());
  }

  private static CompileException nothing(String what) {
    return new CompileException(
        List.of(
            Diagnostic.error("E0811", "there are no loops to schedule")
                .note("found: " + what)
                .help("give the source, or the stage `loops`")));
  }

  private static void requireFunction(
      Trace trace, Module loops, Set<String> seen, SourceFile script, List<Diagnostic> errors) {
    String name = trace.function();
    if (!seen.add(name)) {
      errors.add(
          Diagnostic.error("E0811", "`" + name + "` has two schedules")
              .note("script: " + script.name())
              .help("write all steps in one"));
    } else if (loops.functions().stream().noneMatch(each -> each.name().equals(name))) {
      errors.add(
          Diagnostic.error("E0811", "there is no function `" + name + "` to schedule")
              .note("script: " + script.name())
              .note(
                  "the functions of the program: "
                      + loops.functions().stream()
                          .map(Function::name)
                          .map(each -> "`" + each + "`")
                          .collect(Collectors.joining(", ")))
              .help(
                  "`ein ir FILE --stage loops` shows them for sizes that are open; where they are"
                      + " known, as in a run, equations may be taken apart otherwise"));
    }
  }

  /// That the function is no part of another one by then.
  private static void requireThere(
      Trace trace, Map<String, String> joined, SourceFile script, List<Diagnostic> errors) {
    String into = joined.get(trace.function());
    if (into != null) {
      errors.add(
          Diagnostic.error("E0811", "`" + trace.function() + "` is no function any more")
              .note("script: " + script.name())
              .note("the schedule of `" + into + "` has joined it before")
              .help("put its schedule before that, or take its steps there"));
    }
    for (Step step : trace.steps()) {
      if (step instanceof Step.Join(String function)) {
        joined.put(function, trace.function());
      }
    }
  }

  private static Diagnostic rounds(Step step, Trace trace, SourceFile script) {
    return Diagnostic.error(
            "E0813", "a step of the schedule of `" + trace.function() + "` rounds otherwise")
        .note("script: " + script.name())
        .note("expected: steps that change no bit, as `--exact` says")
        .note("found: `" + TracePrinter.print(step) + "`")
        .help("leave out the step, or `--exact`");
  }

  /// E0812: a step that does not apply.
  public static CompileException refused(RefusedStepException refused, SourceFile script) {
    return new CompileException(
        List.of(
            Diagnostic.error("E0812", "a step of a schedule does not apply")
                .note("script: " + script.name())
                .note(refused.refusal().text().stripTrailing())
                .help("change the step, or those before it")));
  }

  /// Whether a script has samples without a decision, so that a seed decides something.
  public static boolean isOpen(SourceFile script) {
    return TraceParser.parseAll(script, List.of()) instanceof ParseResult.Success<List<Trace>> read
        && read.require().stream()
            .flatMap(trace -> trace.steps().stream())
            .anyMatch(step -> step instanceof Step.Sample sample && !sample.isDecided());
  }
}
