package org.einkorn.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Target;
import org.einkorn.runtime.io.OutputFile;
import org.einkorn.tune.Database;
import org.einkorn.tune.Tuner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ein tune FILE.ein [--shape X=64x64]… --budget 60s -o SCRIPT`
@Command(
    name = "tune",
    mixinStandardHelpOptions = true,
    description = "Looks for faster schedules by measuring; writes a script for --schedule.")
final class TuneCommand implements Callable<Integer> {
  private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(ms|s|min|h)");
  private static final int MEASUREMENTS = 200;

  private final Session session;

  @Mixin RunningOptions running = new RunningOptions();

  @Mixin CompilingOptions compiling = new CompilingOptions();

  @Mixin ReadingOptions reading = new ReadingOptions();

  @Mixin MessageOptions messages = new MessageOptions();

  @Parameters(index = "0", paramLabel = "FILE.ein", description = "The program.")
  Path file = Path.of("");

  @Option(names = "--shape", paramLabel = "X=64x64", description = "The shape of an input.")
  List<String> shapes = new ArrayList<>();

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      description = "How long it may take, such as 90s or 5min; default 60s.")
  String budget = "60s";

  @Option(
      names = "--measurements",
      paramLabel = "N",
      description = "The most schedules that are tried of each function; default 200.")
  int measurements = MEASUREMENTS;

  @Option(names = "--random", description = "Tries any schedules, without a learned model.")
  boolean isRandom;

  @Option(names = "-o", paramLabel = "SCRIPT", description = "Writes the schedules to a file.")
  @Nullable Path output;

  @Option(
      names = "--database",
      paramLabel = "PATH",
      description = "A file of measurements: learns from those in it, and adds what it measures.")
  @Nullable Path database;

  TuneCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    messages.applyTo(session);
    compiling.applyTo(session, messages);
    requireSense();
    Duration time = duration(budget);
    if (output != null) {
      OutputFile.requireWritable(output);
    }
    Database known = Database.empty();
    if (database != null) {
      OutputFile.requireWritable(database);
      known = Database.read(database);
    }
    Options options =
        reading.applyTo(running.applyTo(compiling.applyTo(Options.defaults()), session, messages));
    Program program = Programs.open(file, null, List.of(), options);
    Tuner.Report report =
        Tuner.of(options)
            .within(time)
            .withMeasurements(measurements)
            .withLearning(!isRandom)
            .withDatabase(known)
            .tune(program, Bindings.shapes(shapes));
    print(report);
    if (output != null && report.script().isEmpty()) {
      messages.note(session, "no schedule was found, and " + output + " is not written");
    } else if (output != null) {
      OutputFile.write(output, report.script().getBytes(StandardCharsets.UTF_8));
    }
    if (database != null) {
      report.database().addTo(database, known);
    }
    return 0;
  }

  private void requireSense() {
    if (measurements < 1) {
      throw new UsageException("--measurements needs at least 1, not " + measurements);
    }
    if (running.backend != null && running.backend.equals(Target.interpreter().name())) {
      throw new UsageException("the interpreter's time says nothing: tune for jvm or llvm");
    }
  }

  private static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new UsageException("a time is a number and ms, s, min or h, not " + text);
    }
    double seconds =
        Double.parseDouble(matcher.group(1))
            * switch (matcher.group(2)) {
              case "ms" -> 1e-3;
              case "min" -> 60;
              case "h" -> 3600;
              default -> 1;
            };
    return Duration.ofNanos((long) Math.min(seconds * 1e9, Long.MAX_VALUE / 4.0));
  }

  private void print(Tuner.Report report) {
    for (Tuner.Found found : report.functions()) {
      String start = found.isScript() ? "script" : "model";
      session
          .out()
          .printf(
              Locale.ROOT,
              "%s: %s in %s%n",
              found.function(),
              !found.isFaster()
                  ? "nothing is faster than the %s's %.3f ms"
                      .formatted(start, found.startSeconds() * 1e3)
                  : "%.3f ms, the %s's takes %.3f ms, %.2f times as long"
                      .formatted(
                          found.seconds() * 1e3,
                          start,
                          found.startSeconds() * 1e3,
                          found.startSeconds() / found.seconds()),
              measurements(found.measurements()));
      found
          .wrong()
          .forEach(
              script ->
                  session
                      .out()
                      .printf(
                          "  thrown away, computes something else: %s%n", script.stripTrailing()));
    }
    if (!report.kept().isEmpty()) {
      session
          .out()
          .println(
              "as the script says, which has no samples for them: "
                  + String.join(", ", report.kept().stream().map(Tuner.Kept::function).toList()));
    }
    for (Tuner.Unmeasured each : report.unmeasured()) {
      session.out().printf("%s: not measured: %s%n", each.function(), each.why());
    }
    if (!report.rows().isEmpty()) {
      session
          .out()
          .println("by the model, in loops over rows: " + String.join(", ", report.rows()));
    }
    if (!report.untouched().isEmpty()) {
      session.out().println("as they are: " + String.join(", ", report.untouched()));
    }
    session
        .out()
        .printf(Locale.ROOT, "%s, %.1f s%n", measurements(report.measurements()), report.seconds());
    if (output == null) {
      session.out().print(report.script());
    }
  }

  private static String measurements(int number) {
    return number == 1 ? "1 measurement" : number + " measurements";
  }
}
