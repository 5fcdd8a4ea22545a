package org.einkorn.cli;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.einkorn.Einsum;
import org.einkorn.Options;
import org.einkorn.Results;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.io.FileReference;
import org.einkorn.runtime.io.TensorFiles;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ein einsum SPEC PATH… [-o PATH] [--semiring NAME]`
@Command(
    name = "einsum",
    mixinStandardHelpOptions = true,
    description = "One einsum over files; prints the result, or writes it.")
final class EinsumCommand implements Callable<Integer> {
  private final Session session;

  @Mixin RunningOptions running = new RunningOptions();

  @Mixin CompilingOptions compiling = new CompilingOptions();

  @Mixin MessageOptions messages = new MessageOptions();

  @Mixin CacheOptions caching = new CacheOptions();

  @Mixin StatsOptions statistics = new StatsOptions();

  @Parameters(
      index = "0",
      paramLabel = "SPEC",
      description = "As NumPy takes it: ij,jk->ik, or with numbers: [0,1],[1,2]->[0,2]")
  String spec = "";

  @Parameters(index = "1..*", paramLabel = "PATH", description = "One file for each operand.")
  List<Path> operands = new ArrayList<>();

  @Option(names = "-o", paramLabel = "PATH", description = "Where the result is written.")
  @Nullable Path output;

  @Option(
      names = "--semiring",
      paramLabel = "NAME",
      defaultValue = "plus-times",
      description =
          "What sums and multiplies: plus-times, min-plus, max-plus, max-min, min-max, max-times,"
              + " or-and, xor-and, lse-plus, or two operations such as '(max, +)'.")
  String semiring = "plus-times";

  EinsumCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    messages.applyTo(session);
    compiling.applyTo(session, messages);
    running.noteSeed(session, messages, compiling);
    if (output != null) {
      TensorFiles.requireWritable(FileReference.of(output));
    }
    Options options =
        caching.applyTo(
            statistics.applyTo(
                running.applyTo(
                    compiling.applyTo(Options.defaults().withExpectedRuns(1)), session, messages)));
    try (Arena arena = Arena.ofShared()) {
      Einsum einsum = Einsum.of(spec.strip()).over(semiring).with(options);
      Tensor[] tensors = messages.time(session, "read", () -> read(arena));
      Results results = messages.time(session, "compile and run", () -> einsum.run(arena, tensors));
      Tensor result = results.get("Y");
      if (output == null) {
        session.out().println(result);
      } else {
        TensorFiles.write(result, FileReference.of(output));
      }
      session.out().flush();
      CacheOptions.report(session, results, messages);
      statistics.report(session, results, messages);
      statistics.stats().ifPresent(path -> Stats.write(path, results));
      return 0;
    }
  }

  private Tensor[] read(Arena arena) {
    return operands.stream()
        .map(path -> TensorFiles.read(arena, FileReference.of(path)))
        .toArray(Tensor[]::new);
  }
}
