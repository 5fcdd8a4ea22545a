package org.einkorn.cli;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.einkorn.Einsum;
import org.einkorn.Explanation;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.passes.cost.OperationCount;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.passes.trace.Trace;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ein explain FILE.ein|SPEC [--shape X=64x64]… [--json]`, and `ein explain --network FILE.json
/// [--budget 5s] [--objective time] [--memory-limit 2^30] [--json]`
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = "Says what the compiler decided, with the cost before and after.")
final class ExplainCommand implements Callable<Integer> {
  private final Session session;

  @Mixin CompilingOptions compiling = new CompilingOptions();

  @Mixin ReadingOptions reading = new ReadingOptions();

  @Mixin MessageOptions messages = new MessageOptions();

  @Mixin NetworkOptions network = new NetworkOptions();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE|SPEC",
      description = "A program, or an einsum string over the operands A, B, ….")
  String subject = "";

  @Option(names = "--shape", paramLabel = "X=64x64", description = "The shape of an input.")
  List<String> shapes = new ArrayList<>();

  @Parameters(
      index = "1..*",
      paramLabel = "NAME=VALUE_OR_PATH",
      description =
          "Data of inputs. With all of them, the tuples that fixpoints derive are counted.")
  List<String> inputs = new ArrayList<>();

  @Option(names = "--json", description = "Prints JSON, schema 1.")
  boolean isJson;

  @Option(
      names = "--schedules",
      description = "Prints how loops are scheduled, as a script for --schedule, and nothing else.")
  boolean isScript;

  ExplainCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    messages.applyTo(session);
    if (network.isAsked(compiling.hasOpenSamples())) {
      if (!subject.isEmpty()
          || !shapes.isEmpty()
          || !compiling.allowed.isEmpty()
          || compiling.isExact
          || compiling.schedule != null
          || isScript
          || !reading.readable.isEmpty()) {
        throw new UsageException(
            "--network takes no program, --shape, --schedule, --schedules, --allow, --exact or"
                + " --allow-read");
      }
      network.explain(session, messages, compiling.objective(), isJson);
      return 0;
    }
    if (isScript && isJson) {
      throw new UsageException("--json has the schedules too: leave out --schedules");
    }
    if (subject.isEmpty()) {
      throw new UsageException("name a program, an einsum string, or a --network");
    }
    compiling.applyTo(session, messages);
    Map<String, Shape> known = Bindings.shapes(shapes);
    SequencedMap<String, Long> tuples = new LinkedHashMap<>();
    Explanation explanation = explain(known, tuples);
    if (messages.verbose) {
      for (Pipeline.Timing timing : explanation.passes()) {
        session.err().printf("%10.3f ms  %s%n", timing.milliseconds(), timing.pass());
      }
    }
    if (isScript) {
      explanation.schedules().forEach(session.out()::print);
    } else if (isJson) {
      Map<String, Object> json = Json.of(explanation);
      if (!explanation.derived().isEmpty()) {
        json.put("tuples", tuples);
      }
      session.out().println(Json.print(json));
    } else {
      print(explanation);
      print(explanation.derived(), tuples);
    }
    return 0;
  }

  private void print(List<String> derived, Map<String, Long> tuples) {
    tuples.forEach(
        (relation, count) -> session.out().printf("derived %,d tuples of %s%n", count, relation));
    if (tuples.isEmpty() && !derived.isEmpty()) {
      session
          .out()
          .println(
              "how many tuples are derived of "
                  + String.join(", ", derived)
                  + " the data show: give all inputs as NAME=PATH");
    }
  }

  /// @param tuples takes how many tuples of each relation are derived, where there are data
  private Explanation explain(Map<String, Shape> known, Map<String, Long> tuples) {
    boolean isSpec = !subject.endsWith(".ein") && !Files.exists(Path.of(subject));
    if (isSpec) {
      if (!inputs.isEmpty()) {
        throw new UsageException("an einsum takes --shape, not " + inputs.getFirst());
      }
      return Einsum.of(subject.strip()).with(options()).explain(known);
    }
    Program program = Programs.open(Path.of(subject), null, List.of(), reading.applyTo(options()));
    try (Arena arena = Arena.ofShared()) {
      Program bound = Bindings.bind(program, Bindings.split(inputs), arena);
      Programs.warn(session, bound, messages);
      Explanation explanation = bound.explain(known);
      if (!explanation.derived().isEmpty() && explanation.learning().isEmpty()) {
        count(bound, arena, tuples);
      }
      return explanation;
    }
  }

  private Options options() {
    return compiling.applyTo(Options.defaults()).withSeed(network.seed());
  }

  /// Runs a program on its data, if it has all of them.
  private static void count(Program program, Arena arena, Map<String, Long> tuples) {
    try {
      tuples.putAll(program.with(program.options().withCounting(true)).run(arena).tuples());
    } catch (DataException e) {
      if (e.fault() != DataFault.INPUT_MISSING) {
        throw e;
      }
    }
  }

  private void print(Explanation explanation) {
    for (Explanation.Part part : explanation.learning()) {
      session.out().println("==== " + part.heading() + " ====");
      print(part.explanation());
      session.out().println();
    }
    if (!explanation.learning().isEmpty()) {
      session.out().println("==== after learning ====");
    }
    for (Explanation.Equation equation : explanation.equations()) {
      session
          .out()
          .println(
              equation.target()
                  + (equation.line() > 0
                      ? "   line " + equation.line() + ": " + equation.text()
                      : ""));
      session
          .out()
          .printf(
              "  as written  %s%,d multiplications, %,d additions%n",
              atMost(equation.naive()), equation.naive().multiplies(), equation.naive().adds());
      session
          .out()
          .printf(
              "  planned     %s%,d multiplications, %,d additions%n",
              atMost(equation.planned()),
              equation.planned().multiplies(),
              equation.planned().adds());
      for (Trace.Applied rewrite : equation.rewrites()) {
        session
            .out()
            .println(
                "  rewritten   by %s (%s)%s"
                    .formatted(
                        rewrite.rule(),
                        rewrite.kind().text(),
                        rewrite.because().isEmpty() ? "" : ": " + rewrite.because()));
      }
      for (Trace.Refused refused : equation.refused()) {
        session.out().println("  refused     " + refused.rule() + ": " + refused.why());
      }
      equation.stored().forEach(form -> session.out().println("  stored      " + form));
      for (String step : equation.order()) {
        step.lines().forEach(line -> session.out().println("  | " + line));
      }
      session.out().println();
    }
    Explanation.Totals totals = explanation.totals();
    session
        .out()
        .printf(
            "total: %s%,d multiplications and %,d additions in %d %s; %,d bytes, largest"
                + " temporary %,d bytes%n",
            atMost(totals.planned()),
            totals.planned().multiplies(),
            totals.planned().adds(),
            explanation.kernels().size(),
            explanation.kernels().size() == 1 ? "kernel" : "kernels",
            totals.peakBytes(),
            totals.largestTemporaryBytes());
  }

  /// What stands before a count that the data decide.
  private static String atMost(OperationCount count) {
    String rounds = count.ofOneRound() ? "each round counted once, " : "";
    return rounds + (count.dependsOnData() ? "by the data at most " : "");
  }
}
