package org.einkorn.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Stage;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The text of every stage of every example goes back in: it prints the same again, and runs to the
/// same result.
@Execution(ExecutionMode.CONCURRENT)
final class StagesTest {
  private static final Path EXAMPLES = Path.of("..", "examples");

  static List<Path> examples() throws IOException {
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      return files.filter(file -> file.toString().endsWith(".ein")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyStageGoesBackIn(Path example) throws IOException {
    String result = Ein.run("run", example, "-q").require().out();
    // Equations have no words for the labels of a file, and are refused.
    boolean hasRelations =
        !Einkorn.open(example, Stage.EQUATIONS, Options.defaults()).relations().isEmpty();
    for (Stage stage : Stage.values()) {
      if (stage == Stage.EQUATIONS && hasRelations) {
        continue;
      }
      String text = Ein.run("ir", example, "--stage", stage.text()).require().out();
      Path file = EXAMPLES.resolve(".stage-" + stage.text() + ".txt");
      try {
        Files.writeString(file, text);
        String again =
            Ein.run("ir", file, "--from", stage.text(), "--stage", stage.text()).require().out();
        assertEquals(text, again, stage.text());
        String rerun = Ein.run("run", file, "--from", stage.text(), "-q").require().out();
        if (stage != Stage.LLVM && stage != Stage.ASM) {
          assertEquals(result, rerun, stage.text());
        } else {
          String machine = Ein.run("run", example, "-q", "--backend", "llvm").require().out();
          assertEquals(machine, rerun, stage.text());
        }
      } finally {
        Files.deleteIfExists(file);
      }
    }
  }
}
