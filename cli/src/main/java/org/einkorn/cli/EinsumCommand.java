package org.einkorn.cli;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.einkorn.Einsum;
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

  @Mixin CommonOptions common = new CommonOptions();

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
    try (Arena arena = Arena.ofShared()) {
      Einsum einsum = Einsum.of(spec).over(semiring).with(common.toOptions(session));
      Tensor[] tensors =
          operands.stream()
              .map(path -> TensorFiles.read(arena, FileReference.of(path)))
              .toArray(Tensor[]::new);
      Tensor result = einsum.apply(arena, tensors);
      if (output == null) {
        session.out().println(result);
      } else {
        TensorFiles.write(result, FileReference.of(output));
      }
      return 0;
    }
  }
}
