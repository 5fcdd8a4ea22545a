package org.einkorn.schedules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Stage;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.Machine;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.ir.text.TracePrinter;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.pipeline.Pipeline;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What the model makes of equations of each kind, for machines with long and with short vectors,
/// and where nothing may be rounded otherwise.
///
/// `-Dgolden=update` writes the results anew.
final class ModelGoldenTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "models");
  private static final String NONE = "as it is\n";

  static List<String> programs() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".ein"))
          .map(name -> name.substring(0, name.length() - ".ein".length()))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("programs")
  void schedules(String name) throws IOException {
    assertTrue(programs().size() > 10);
    String found =
        "--- vectors of 64 bytes\n"
            + schedules(name, PassContext.defaults().withMachine(Machine.ofVectors(64)))
            + "--- vectors of 32 bytes\n"
            + schedules(name, PassContext.defaults().withMachine(Machine.ofVectors(32)))
            + "--- exact\n"
            + schedules(name, PassContext.defaults().withReassociation(false));
    Path golden = FOLDER.resolve(name + ".txt");
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(golden, found);
    }
    assertEquals(Files.readString(golden), found);
  }

  /// Code that runs once is not scheduled longer than its loops take.
  @Test
  void aFewRunsLeaveShortLoopsAsTheyAre() {
    PassContext once = PassContext.defaults().withExpectedRuns(1);
    assertEquals(NONE, schedules("odd-product", once));
    assertNotEquals(NONE, schedules("odd-product", once.withExpectedRuns(1000)));
    assertNotEquals(NONE, schedules("keys-and-queries", once));
  }

  private static String schedules(String name, PassContext context) {
    Options options = Options.defaults().withExact(!context.mayReassociate());
    String loops = Einkorn.compile(FOLDER.resolve(name + ".ein")).with(options).ir(Stage.LOOPS);
    Module module = LoopParser.parse(new SourceFile("loops", loops)).require();
    Pipeline pipeline = Pipeline.of(Pipeline.Observer.none()).in(context);
    var unused = pipeline.schedule(module);
    assertEquals(List.of(), pipeline.trace().refused());
    String text = String.join("", pipeline.schedules().stream().map(TracePrinter::print).toList());
    return text.isEmpty() ? NONE : text;
  }
}
