package org.einkorn.cli.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.einkorn.Kernel;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Target;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.passes.cost.OperationCount;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.ProgramFiles;

/// Measures workloads: every backend and the peer in turn, for each number of threads; and no
/// figure of a result that is wrong.
public final class Benchmark implements AutoCloseable {
  /// Programs with no more operations and elements than this run in the interpreter, too.
  private static final double INTERPRETED = 2e6;

  private final Setup setup;
  private final Peers peers;
  private final Path folder;
  private final Map<Integer, Limits> limits = new LinkedHashMap<>();

  /// The data of peers are large, and go also where somebody ends the command.
  private final Thread atExit;

  private Benchmark(Setup setup, Peers peers, Path folder) {
    this.setup = setup;
    this.peers = peers;
    this.folder = folder;
    atExit = Thread.ofPlatform().unstarted(() -> remove(folder));
    Runtime.getRuntime().addShutdownHook(atExit);
    setup.threads().forEach(threads -> limits.put(threads, Limits.of(threads)));
  }

  /// Looks for the peer.
  ///
  /// @param against the name of a peer, `best` for the fastest of all, or the path of a program
  ///   that is one
  /// @throws RefusedException E0730 if it is not there
  public static Benchmark open(Setup setup, Optional<String> against) {
    try {
      Path folder = Files.createTempDirectory("ein-bench-");
      try {
        Peers peers =
            against.map(name -> Peers.of(name, folder)).orElseGet(() -> Peers.none(folder));
        return new Benchmark(setup, peers, folder);
      } catch (RefusedException e) {
        Files.delete(folder);
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no folder can be made for the data of peers", e);
    }
  }

  /// @throws RefusedException E0563 for a program with inputs that are lists of tuples
  public static void requireTensors(Program program) {
    // The tuples of a relation have a name of their own, which comes after it.
    Optional<String> relation = program.relations().stream().sorted().findFirst();
    if (relation.isPresent()) {
      throw new RefusedException(
          "E0563",
          "a benchmark has no data for tuples: `" + relation.get() + "` is a relation",
          "declare it as a tensor of truth values, `input R[i: N, j: N]: bool`");
    }
  }

  /// The limits of the machine for each number of threads.
  public List<Limits> limits() {
    return List.copyOf(limits.values());
  }

  /// @throws RefusedException E0562 for a wrong result, E0563 for a program without data
  public List<Row> run(Workload workload) {
    List<Row> rows = new ArrayList<>();
    limits.forEach((threads, limit) -> rows.addAll(run(workload, threads, limit)));
    return rows;
  }

  /// What was made of the data, and by whom.
  record Result(String maker, Map<String, Tensor> outputs) {}

  /// Compares the results of all backends and peers, and measures nothing.
  ///
  /// @return who made what they are compared with
  /// @throws RefusedException E0562 for a wrong result, E0563 for a program without data
  String check(Workload workload) {
    try (Arena arena = Arena.ofShared()) {
      return prepare(workload, setup.threads().getFirst(), arena).reference.maker;
    }
  }

  /// A workload all of whose results are right.
  ///
  /// @param firsts what each engine made at first
  /// @param peer the fastest one
  private record Prepared(
      Facts facts,
      List<Engine> engines,
      List<Result> firsts,
      ResultCheck check,
      Result reference,
      Rivals rivals,
      Optional<PeerContender> peer) {
    List<Contender> contenders() {
      List<Contender> contenders = new ArrayList<>(engines);
      peer.ifPresent(contenders::add);
      return contenders;
    }

    /// The last results are those of the first runs.
    void requireSame() {
      for (int number = 0; number < engines.size(); number++) {
        Engine engine = engines.get(number);
        check.requireSame(engine.name(), firsts.get(number).outputs, engine.outputs());
      }
      peer.ifPresent(contender -> rivals.requireNear(contender, check, reference));
    }
  }

  private List<Row> run(Workload workload, int threads, Limits limit) {
    try (Arena arena = Arena.ofShared()) {
      Prepared prepared = prepare(workload, threads, arena);
      List<Times> times = setup.stopwatch().measure(prepared.contenders());
      prepared.requireSame();
      return rows(workload, prepared, limit, times);
    }
  }

  private Prepared prepare(Workload workload, int threads, Arena arena) {
    requireTensors(workload.program());
    Options options = workload.program().options().withRun(setup.run().withThreads(threads));
    Program program = workload.program().with(options);
    List<Kernel> kernels =
        setup.targets().stream().map(target -> program.kernel(target, workload.shapes())).toList();
    Facts facts = Facts.of(kernels.getFirst());
    Map<String, Tensor> data = data(workload, facts, arena);
    List<Engine> engines = new ArrayList<>();
    List<Result> firsts = new ArrayList<>();
    for (int number = 0; number < kernels.size(); number++) {
      Engine engine =
          new Engine(setup.targets().get(number), kernels.get(number), facts, data, arena);
      engines.add(engine);
      firsts.add(new Result(engine.name(), engine.first(arena)));
    }
    Rivals rivals = Rivals.of(peers, workload, program, facts, data, threads, folder);
    Result reference = reference(workload, program, facts, data, firsts, !rivals.isEmpty(), arena);
    ResultCheck check = new ResultCheck(workload.name(), terms(facts));
    firsts.forEach(
        first -> check.requireNear(first.maker, first.outputs, reference.maker, reference.outputs));
    Optional<PeerContender> peer = rivals.fastest(check, reference);
    return new Prepared(facts, engines, firsts, check, reference, rivals, peer);
  }

  private List<Row> rows(Workload workload, Prepared prepared, Limits limit, List<Times> times) {
    Facts facts = prepared.facts;
    List<Engine> engines = prepared.engines;
    Optional<Row.PeerFigure> figure =
        prepared.peer.map(contender -> new Row.PeerFigure(contender.label(), times.getLast()));
    boolean writes = facts.writtenShare() > 0.25;
    List<Row> rows = new ArrayList<>();
    for (int number = 0; number < engines.size(); number++) {
      rows.add(
          new Row(
              workload.name(),
              engines.get(number).name(),
              limit.threads(),
              times.get(number),
              facts.operations(),
              facts.bytes(),
              limit.gigaflops(facts.computing()),
              limit.bandwidth(writes),
              figure));
    }
    return rows;
  }

  // ---- data

  private Map<String, Tensor> data(Workload workload, Facts facts, Arena arena) {
    Map<String, Tensor> data = new LinkedHashMap<>();
    for (Parameter input : facts.inputs()) {
      Tensor given = workload.given().get(input.name());
      if (given != null) {
        data.put(input.name(), given);
      } else if (input.file().isPresent() && !workload.shapes().containsKey(input.name())) {
        data.put(
            input.name(),
            ProgramFiles.of(workload.folder(), workload.program().options().readable())
                .read(arena, input.file().get(), input.dtype()));
      } else {
        double density = workload.density().getOrDefault(input.name(), RandomData.DENSITY);
        data.put(input.name(), RandomData.of(arena, input, density, setup.seed()));
      }
    }
    return data;
  }

  // ---- results

  private static double terms(Facts facts) {
    double elements =
        facts.outputs().stream().mapToDouble(each -> each.shape().elementCount()).sum();
    double adds = facts.naive().adds().max(facts.planned().adds()).doubleValue();
    return adds / Math.max(elements, 1);
  }

  private static boolean isSmall(Facts facts) {
    double work = facts.bytes() / 4.0;
    for (OperationCount count : List.of(facts.naive(), facts.planned())) {
      work = Math.max(work, count.multiplies().add(count.adds()).doubleValue());
    }
    return work <= INTERPRETED && !facts.naive().ofOneRound();
  }

  /// What all results are compared with: that of the interpreter where the work is small, else that
  /// of another backend or of the peer.
  private Result reference(
      Workload workload,
      Program program,
      Facts facts,
      Map<String, Tensor> data,
      List<Result> firsts,
      boolean hasPeer,
      Arena arena) {
    if (isSmall(facts)) {
      Program bound = program;
      for (Map.Entry<String, Tensor> entry : data.entrySet()) {
        bound = bound.with(entry.getKey(), entry.getValue());
      }
      var results = bound.with(program.options().withTarget(Target.interpreter())).run(arena);
      Map<String, Tensor> outputs = new LinkedHashMap<>();
      facts.outputs().forEach(each -> outputs.put(each.name(), results.get(each.name())));
      return new Result("the interpreter", outputs);
    }
    if (firsts.size() > 1 || hasPeer) {
      return firsts.getFirst();
    }
    Target other = setup.targets().contains(Target.jvm()) ? Target.llvm() : Target.jvm();
    Engine engine = new Engine(other, program.kernel(other, workload.shapes()), facts, data, arena);
    return new Result(engine.name(), engine.first(arena));
  }

  /// Ends the peers and removes their data.
  @Override
  public void close() {
    peers.close();
    Runtime.getRuntime().removeShutdownHook(atExit);
    remove(folder);
  }

  private static void remove(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the folder " + folder + " can't be removed", e);
    }
  }
}
