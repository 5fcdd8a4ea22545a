package org.einkorn.cli;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.einkorn.Backends;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Target;
import org.einkorn.cli.bench.Benchmark;
import org.einkorn.cli.bench.Report;
import org.einkorn.cli.bench.Row;
import org.einkorn.cli.bench.Setup;
import org.einkorn.cli.bench.Suite;
import org.einkorn.cli.bench.Workload;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.RunOptions;
import org.einkorn.runtime.io.OutputFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ein bench FILE.ein [--shape X=64x64]… [NAME=VALUE_OR_PATH]…|--suite NAME [--against PEER]`
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures how fast programs run, and compares with others.")
final class BenchCommand implements Callable<Integer> {
  private final Session session;

  @Mixin CompilingOptions compiling = new CompilingOptions();

  @Mixin ReadingOptions reading = new ReadingOptions();

  @Mixin MessageOptions messages = new MessageOptions();

  @Parameters(index = "0", arity = "0..1", paramLabel = "FILE.ein", description = "The program.")
  @Nullable Path file;

  @Parameters(
      index = "1..*",
      paramLabel = "NAME=VALUE_OR_PATH",
      description = "Data of an input; those with a shape alone get random data.")
  List<String> inputs = new ArrayList<>();

  @Option(names = "--shape", paramLabel = "X=64x64", description = "The shape of an input.")
  List<String> shapes = new ArrayList<>();

  @Option(
      names = "--suite",
      paramLabel = "NAME",
      description = "Measures all programs of a suite: `workloads`, or the path of one's own.")
  @Nullable String suite;

  @Option(
      names = "--only",
      paramLabel = "ID,ID",
      split = ",",
      description = "Those of the suite that are measured.")
  List<String> only = new ArrayList<>();

  @Option(names = "--small", description = "The sizes of the suite that are for tests.")
  boolean isSmall;

  @Option(
      names = "--against",
      paramLabel = "PEER",
      description =
          "numpy, openblas, onednn, best of those that are there, or the path of a program.")
  @Nullable String against;

  @Option(
      names = "--backend",
      paramLabel = "NAME,NAME",
      split = ",",
      description = "jvm (the default), llvm, or both.")
  List<String> backends = new ArrayList<>();

  @Option(
      names = "--threads",
      paramLabel = "N,N",
      split = ",",
      description = "How many threads work at once; default 1.")
  List<Integer> threads = new ArrayList<>();

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "How many runs there are at least; default 9.")
  int runs = 9;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long the runs of each backend take at least; default 0.5.")
  double seconds = 0.5;

  @Option(
      names = "--memory-budget",
      paramLabel = "SIZE",
      description = "The most memory for outputs and temporaries, such as 512MiB.")
  @Nullable String memoryBudget;

  @Option(names = "--seed", paramLabel = "N", description = "The seed of the data; default 1.")
  long seed = 1;

  @Option(names = "--json", description = "Prints JSON: a list of objects.")
  boolean isJson;

  @Option(
      names = "--markdown",
      paramLabel = "PATH",
      description = "Writes the table into a file, in place of the one it wrote there before.")
  @Nullable Path markdown;

  BenchCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    messages.applyTo(session);
    compiling.applyTo(session, messages);
    requireSense();
    if (markdown != null) {
      OutputFile.requireWritable(markdown);
    }
    Options options =
        reading
            .applyTo(compiling.applyTo(Options.defaults()))
            .withSeed(seed)
            .withWarnings(warning -> messages.warn(session, List.of(warning)));
    Setup setup = setup();
    return suite == null ? measureProgram(options, setup) : measureSuite(options, setup, suite);
  }

  private void requireSense() {
    if ((suite == null) == (file == null)) {
      throw new UsageException("name a program, or a --suite");
    }
    if (suite != null && !(shapes.isEmpty() && inputs.isEmpty())) {
      throw new UsageException("a suite has shapes and data of its own: leave out --shape");
    }
    if (suite == null && (isSmall || !only.isEmpty())) {
      throw new UsageException("--only and --small are for a --suite");
    }
    if (runs < 1 || !(seconds >= 0 && seconds < Double.POSITIVE_INFINITY)) {
      throw new UsageException("--runs needs at least 1, and --seconds at least 0");
    }
    for (int number : threads) {
      if (number < 1) {
        throw new UsageException("--threads needs at least 1, not " + number);
      }
    }
  }

  private Setup setup() {
    Set<Target> targets = new LinkedHashSet<>();
    for (String name : backends.isEmpty() ? List.of("jvm") : backends) {
      Target target = Target.of(name).orElseThrow(() -> RunningOptions.unknownBackend(name));
      if (target.equals(Target.interpreter())) {
        throw new UsageException("the interpreter's time says nothing: measure jvm or llvm");
      }
      Backends.of(name);
      targets.add(target);
    }
    RunOptions run = RunOptions.defaults();
    if (memoryBudget != null) {
      run = run.withMemoryBudgetBytes(RunningOptions.parseSize(memoryBudget));
    }
    return new Setup(
        List.copyOf(targets),
        threads.isEmpty() ? List.of(1) : List.copyOf(new LinkedHashSet<>(threads)),
        runs,
        seconds,
        run,
        seed);
  }

  // ---- one program

  private int measureProgram(Options options, Setup setup) {
    Path path = file == null ? Path.of("") : file;
    try (Arena arena = Arena.ofShared();
        Benchmark benchmark = Benchmark.open(setup, Optional.ofNullable(against))) {
      Program program = Programs.open(path, null, List.of(), options);
      Benchmark.requireTensors(program);
      Map<String, String> values = Bindings.split(inputs);
      Map<String, Tensor> given = Bindings.tensors(program, values, arena);
      for (Map.Entry<String, Tensor> entry : given.entrySet()) {
        program = program.with(entry.getKey(), entry.getValue());
      }
      Programs.warn(session, program, messages);
      Path folder = path.toAbsolutePath().getParent();
      String name = String.valueOf(path.getFileName()).replaceFirst("\\.ein$", "");
      Workload workload =
          new Workload(
              name,
              program,
              folder == null ? Path.of("") : folder,
              new LinkedHashMap<>(Bindings.shapes(shapes)),
              given,
              Map.of(),
              Optional.empty());
      report(name, benchmark, messages.time(session, name, () -> benchmark.run(workload)));
      return 0;
    }
  }

  // ---- a suite

  private int measureSuite(Options options, Setup setup, String name) {
    Suite all = Suite.read(name, BenchCommand::shape);
    List<String> ids = only.isEmpty() ? all.ids() : only;
    for (String id : ids) {
      if (!all.ids().contains(id)) {
        throw new UsageException(
            "the suite has no `" + id + "`; it has " + String.join(", ", all.ids()));
      }
    }
    Failures failures = new Failures(session, new String[] {"bench", "--suite", name});
    List<Row> rows = new ArrayList<>();
    int code = 0;
    try (Benchmark benchmark = Benchmark.open(setup, Optional.ofNullable(against))) {
      for (String id : ids) {
        progress(id);
        try {
          Workload workload = all.workload(id, isSmall, options);
          rows.addAll(messages.time(session, id, () -> benchmark.run(workload)));
        } catch (RuntimeException e) {
          session.err().println(id + " is not measured:");
          code = Math.max(code, failures.report(e));
        }
      }
      report(all.title(), benchmark, rows);
    }
    return code;
  }

  private static Shape shape(String text) {
    return Bindings.shape(text);
  }

  private void progress(String id) {
    if (Session.isTerminal() && !messages.quiet) {
      session.err().println(id);
    }
  }

  // ---- what is printed

  private void report(String title, Benchmark benchmark, List<Row> rows) {
    Report report = new Report(title, command(), benchmark.limits(), rows);
    if (isJson) {
      session.out().println(Json.print(rows.stream().map(Row::json).toList()));
    } else {
      session.out().print(report.columns());
    }
    if (markdown != null) {
      report.writeInto(markdown);
    }
  }

  /// The command line that repeats this, for the file.
  private String command() {
    List<String> words = new ArrayList<>(List.of("./ein", "bench"));
    words.add(suite == null ? String.valueOf(file) : "--suite " + suite);
    shapes.forEach(each -> words.add("--shape " + each));
    words.addAll(inputs);
    addIf(words, !only.isEmpty(), "--only " + String.join(",", only));
    addIf(words, isSmall, "--small");
    addIf(words, against != null, "--against " + against);
    addIf(words, !backends.isEmpty(), "--backend " + String.join(",", backends));
    addIf(
        words,
        !threads.isEmpty(),
        "--threads " + String.join(",", threads.stream().map(String::valueOf).toList()));
    addIf(words, true, "--runs " + runs + " --seconds " + seconds + " --seed " + seed);
    addIf(words, compiling.isExact, "--exact");
    addIf(words, compiling.schedule != null, "--schedule " + compiling.schedule);
    return String.join(" ", words);
  }

  private static void addIf(List<String> words, boolean isGiven, String... more) {
    if (isGiven) {
      words.addAll(Arrays.asList(more));
    }
  }
}
