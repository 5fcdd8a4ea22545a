package org.einkorn.tune;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.einkorn.Backends;
import org.einkorn.CompileException;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Schedules;
import org.einkorn.Stage;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.Backend;
import org.einkorn.ir.target.Machine;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.schedule.RefusedStepException;
import org.einkorn.passes.tune.DefaultSchedules;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Shape;

/// Finds schedules for the functions of a program by measuring.
///
/// ```java
/// Tuner.Report report =
///     Tuner.of(options).within(Duration.ofSeconds(60)).tune(program, shapes);
/// Files.writeString(script, report.script());   // for Options.withSchedule, or --schedule
/// ```
///
/// Functions that the options have a schedule for are tuned by the samples of that: the decisions
/// of the script are where the search begins, and what it varies. All others are tuned by what the
/// model can choose, but those that it makes one loop over rows: they get no schedule, and stay the
/// model's.
///
/// Values of this class do not change.
public final class Tuner {
  /// A tuned schedule is taken where it takes less than this share of the time.
  private static final double WORTH = 0.98;

  private final Options options;
  private final Duration budget;
  private final int measurements;
  private final boolean isLearning;
  private final boolean knowsModel;
  private final Database database;

  private Tuner(
      Options options,
      Duration budget,
      int measurements,
      boolean isLearning,
      boolean knowsModel,
      Database database) {
    this.options = options;
    this.budget = budget;
    this.measurements = measurements;
    this.isLearning = isLearning;
    this.knowsModel = knowsModel;
    this.database = database;
  }

  /// A tuner for the target, the threads and the seed of the options, with a minute for each
  /// program and at most 200 measurements for each function.
  public static Tuner of(Options options) {
    return new Tuner(options, Duration.ofMinutes(1), 200, true, true, Database.empty());
  }

  /// This tuner with another time for each program.
  public Tuner within(Duration newBudget) {
    return new Tuner(options, newBudget, measurements, isLearning, knowsModel, database);
  }

  /// This tuner with at most so many measurements for each function.
  public Tuner withMeasurements(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("at least one measurement, not " + most);
    }
    return new Tuner(options, budget, most, isLearning, knowsModel, database);
  }

  /// This tuner with points that are learned to be good, or any points.
  public Tuner withLearning(boolean learns) {
    return new Tuner(options, budget, measurements, learns, knowsModel, database);
  }

  /// This tuner, beginning with the schedule by the model, as it does, or with none: to see what
  /// learning alone does.
  public Tuner withModel(boolean knows) {
    return new Tuner(options, budget, measurements, isLearning, knows, database);
  }

  /// This tuner, beginning with what was measured before.
  public Tuner withDatabase(Database known) {
    return new Tuner(options, budget, measurements, isLearning, knowsModel, known);
  }

  /// What was found for a function.
  ///
  /// @param function the one that is left, where a script makes one of several
  /// @param isScript whether the search began with a script, and not with the model's schedule
  /// @param startSeconds of the schedule that the search began with
  /// @param seconds of the best one
  /// @param script the best schedule; that which the search began with where none is faster
  /// @param measurements how many schedules were tried
  /// @param wrong those that computed something else
  /// @param course the least time so far after each measurement
  public record Found(
      String function,
      boolean isScript,
      double startSeconds,
      double seconds,
      String script,
      int measurements,
      List<String> wrong,
      List<Double> course) {
    /// Whether something is faster than the schedule that the search began with.
    public boolean isFaster() {
      return seconds < startSeconds;
    }

    public Found {
      wrong = List.copyOf(wrong);
      course = List.copyOf(course);
    }
  }

  /// A schedule that is as the script says.
  public record Kept(String function, String script) {}

  /// A function that nothing was measured of.
  ///
  /// @param why there are no data that it has results for, or no schedule to begin with
  public record Unmeasured(String function, String why) {}

  /// What was found for a program.
  ///
  /// @param kept schedules of the script that decide nothing
  /// @param rows functions without a schedule of the script that the model makes one loop over
  ///   rows; by themselves they would walk through memory once each
  /// @param untouched functions that neither the script nor the model has a schedule for
  /// @param seconds how long all took
  public record Report(
      List<Found> functions,
      List<Kept> kept,
      List<Unmeasured> unmeasured,
      List<String> rows,
      List<String> untouched,
      double seconds,
      Database database) {
    public Report {
      functions = List.copyOf(functions);
      kept = List.copyOf(kept);
      unmeasured = List.copyOf(unmeasured);
      rows = List.copyOf(rows);
      untouched = List.copyOf(untouched);
    }

    /// The best schedules, those that the search began with where none is faster.
    public String script() {
      return Stream.concat(kept.stream().map(Kept::script), functions.stream().map(Found::script))
          .collect(Collectors.joining());
    }

    public int measurements() {
      return functions.stream().mapToInt(Found::measurements).sum();
    }
  }

  /// Tunes a program for inputs of these shapes. The time is shared among its functions; each is
  /// measured at least once.
  ///
  /// @throws CompileException E0811 to E0813 and what is wrong with the text, where the options
  ///   have a schedule
  public Report tune(Program program, Map<String, Shape> shapes) {
    long start = System.nanoTime();
    Backend backend = Backends.of(options.target().name());
    Machine machine = backend.machine(options.target().name().equals("jvm") ? "jvm" : "native");
    PassContext context =
        PassContext.defaults().withReassociation(!options.isExact()).withMachine(machine);
    Options plain = options.withoutSchedule();
    String text = program.with(plain).kernel(options.target(), shapes).ir(Stage.LOOPS);
    Module module = LoopParser.parse(new SourceFile("loops", text)).require();
    List<Group> groups =
        options
            .schedule()
            .map(script -> Group.of(Schedules.read(script, module, options.isExact())))
            .orElse(List.of());
    Set<String> rows = rows(module, context, groups);
    List<Task> tasks = tasks(module, context, groups, rows);
    List<Found> found = new ArrayList<>();
    List<Unmeasured> unmeasured = new ArrayList<>();
    Database all = database;
    for (int number = 0; number < tasks.size(); number++) {
      long left = start + budget.toNanos() - System.nanoTime();
      long deadline = System.nanoTime() + left / (tasks.size() - number);
      Task task = tasks.get(number);
      CostModel model = new CostModel(options.seed());
      database.samples(machine).forEach(model::add);
      try (Bench bench = new Bench(task, backend, options.run(), context, options.seed())) {
        Search search =
            new Search(
                task.space(),
                bench,
                model,
                isLearning ? Search.Guide.LEARNED : Search.Guide.RANDOM,
                knowsModel,
                options.seed());
        if (search.run(measurements, deadline)) {
          all = all.with(records(task, search, machine, backend.name()));
          found.add(found(task, search, bench));
        } else {
          unmeasured.add(new Unmeasured(task.name(), search.whyNone()));
        }
      } catch (DataException none) {
        unmeasured.add(new Unmeasured(task.name(), none.getMessage()));
      }
    }
    Set<String> untouched = new LinkedHashSet<>();
    module.functions().forEach(function -> untouched.add(function.name()));
    tasks.forEach(task -> untouched.removeAll(task.functions()));
    groups.forEach(group -> untouched.removeAll(group.functions()));
    untouched.removeAll(rows);
    List<Kept> kept =
        groups.stream()
            .filter(group -> !group.hasSamples())
            .map(group -> new Kept(group.name(), group.script()))
            .toList();
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Report(
        found, kept, unmeasured, List.copyOf(rows), List.copyOf(untouched), seconds, all);
  }

  /// The functions that the model makes one loop over rows, where the script says nothing of them.
  private Set<String> rows(Module module, PassContext context, List<Group> groups) {
    Set<String> functions = new LinkedHashSet<>();
    if (knowsModel) {
      for (Group rows : Group.of(DefaultSchedules.rows(module, context).traces())) {
        if (groups.stream()
            .allMatch(each -> Collections.disjoint(each.functions(), rows.functions()))) {
          functions.addAll(rows.functions());
        }
      }
    }
    return functions;
  }

  private List<Task> tasks(
      Module module, PassContext context, List<Group> groups, Set<String> rows) {
    try {
      for (Group group : groups) {
        if (!group.hasSamples()) {
          group.requireApplies(module);
        }
      }
      return Task.of(module, context, groups, rows, options.seed());
    } catch (RefusedStepException refused) {
      throw Schedules.refused(refused, options.schedule().orElseThrow());
    }
  }

  /// The best point, measured against the start once more.
  private static Found found(Task task, Search search, Bench bench) {
    Search.Measured best = search.best();
    Search.Measured base = search.start();
    double startSeconds = base.seconds();
    double seconds = best.seconds();
    if (!best.point().equals(base.point())
        && bench.run(base.point()) instanceof Bench.Result.Ran(double again, var _)
        && bench.run(best.point()) instanceof Bench.Result.Ran(double too, var _)) {
      startSeconds = Math.min(startSeconds, again);
      seconds = Math.max(seconds, too);
    }
    boolean isWorth = seconds < startSeconds * WORTH;
    return new Found(
        task.name(),
        task.isScript(),
        startSeconds,
        isWorth ? seconds : startSeconds,
        isWorth ? best.script() : base.script(),
        search.tried(),
        search.wrong(),
        course(search));
  }

  private static List<Double> course(Search search) {
    List<Double> course = new ArrayList<>();
    double least = Double.POSITIVE_INFINITY;
    for (Search.Measured each : search.measured()) {
      least = Math.min(least, each.seconds());
      course.add(least);
    }
    return course;
  }

  private List<Database.Entry> records(Task task, Search search, Machine machine, String backend) {
    double base = search.start().seconds();
    return search.measured().stream()
        .map(
            each ->
                new Database.Entry(
                    task.text(),
                    backend,
                    options.run().threads(),
                    machine,
                    each.seconds(),
                    base,
                    task.space().features(each.point()),
                    each.script()))
        .toList();
  }
}
