package org.einkorn.relations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Random relations give the same answers from files as from facts. A failure prints its seed.
@Execution(ExecutionMode.CONCURRENT)
final class RandomFilesTest {
  private static final List<String> LABELS =
      List.of("Ann", "Bob", "a b", "x,y", "say \"hi\"", "Zoë", "変数", "7", "\"", "-", "a\\b", "# c");
  private static final String RULES =
      """
      Path(x, z) <- R(x, z)
      Path(x, z) <- Path(x, y), R(y, z)
      Twice(x, z) <- R(x, y), R(y, z), x != z
      Only(x) <- R(x, y), not U(x)
      Some(x, y) <- S(x, z, y), U(z)
      Path(x, y)?
      Twice(x, y)?
      Only(x)?
      Some(x, y)?
      R(x, y)?
      """;

  @TempDir Path folder;

  @Test
  void filesAreFacts() throws IOException {
    for (long seed = 0; seed < 12; seed++) {
      try {
        new Trial(new Random(seed), seed % 3 == 2).run();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private final class Trial {
    private final Random random;
    private final boolean isNumbered;

    Trial(Random random, boolean isNumbered) {
      this.random = random;
      this.isNumbered = isNumbered;
    }

    void run() throws IOException {
      Map<String, List<List<String>>> relations = new LinkedHashMap<>();
      relations.put("R", tuples(2));
      relations.put("U", tuples(1));
      relations.put("S", tuples(3));
      String declared =
          isNumbered
              ? "let N = 9\n"
                  + "tensor R[x: N, y: N]: bool\n"
                  + "tensor U(x: N)\n"
                  + "tensor S(x: N, y: N, z: N)\n"
              : "";
      StringBuilder facts = new StringBuilder(declared);
      relations.forEach((name, tuples) -> tuples.forEach(tuple -> facts.append(fact(name, tuple))));
      StringBuilder files = new StringBuilder(declared);
      for (Map.Entry<String, List<List<String>>> relation : relations.entrySet()) {
        files.append(files(relation.getKey(), relation.getValue()));
      }
      Map<String, TreeSet<String>> expected =
          answers(program("facts.ein", facts + RULES), Target.interpreter());
      Program program = program("files.ein", files + RULES);
      for (Target target : List.of(Target.interpreter(), Target.jvm(), Target.llvm())) {
        assertEquals(expected, answers(program, target), files.toString());
      }
      for (Stage stage : List.of(Stage.TENSOR, Stage.LOOPS)) {
        Files.writeString(folder.resolve("text"), program.ir(stage));
        Program again = Einkorn.open(folder.resolve("text"), stage, Options.defaults());
        assertEquals(expected, answers(again, Target.jvm()), files.toString());
      }
    }

    private List<List<String>> tuples(int width) {
      List<List<String>> tuples = new ArrayList<>();
      for (int count = 1 + random.nextInt(12); count > 0; count--) {
        List<String> tuple = new ArrayList<>();
        for (int column = 0; column < width; column++) {
          tuple.add(
              isNumbered
                  ? Integer.toString(random.nextInt(9))
                  : LABELS.get(random.nextInt(LABELS.size())));
        }
        tuples.add(tuple);
      }
      return tuples;
    }

    private String fact(String name, List<String> tuple) {
      return tuple.stream()
          .map(text -> isNumbered ? text : quoted(text))
          .collect(Collectors.joining(", ", name + "(", ")\n"));
    }

    private static String quoted(String text) {
      return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /// Statements for the tuples: one file or two, and facts for some.
    private String files(String name, List<List<String>> tuples) throws IOException {
      StringBuilder program = new StringBuilder();
      Map<String, StringBuilder> contents = new TreeMap<>();
      String first = name + (random.nextBoolean() ? ".csv" : ".tsv");
      contents.put(first, new StringBuilder());
      for (List<String> tuple : tuples) {
        switch (random.nextInt(4)) {
          case 0 -> program.append(fact(name, tuple));
          case 1 -> line(contents, name + "2.tsv", tuple);
          default -> line(contents, first, tuple);
        }
      }
      String indices = "xyz".substring(0, tuples.getFirst().size()).replaceAll("(?<=.)(?=.)", ", ");
      for (Map.Entry<String, StringBuilder> file : contents.entrySet()) {
        Files.writeString(folder.resolve(file.getKey()), file.getValue());
        program.append("%s(%s) = \"%s\"\n".formatted(name, indices, file.getKey()));
      }
      return program.toString();
    }

    private void line(Map<String, StringBuilder> contents, String file, List<String> tuple) {
      String separator = file.endsWith(".csv") ? "," : "\t";
      contents
          .computeIfAbsent(file, _ -> new StringBuilder())
          .append(
              tuple.stream()
                  .map(text -> cell(text, separator))
                  .collect(Collectors.joining(separator)))
          .append(random.nextBoolean() ? "\n" : "\r\n");
    }

    private String cell(String text, String separator) {
      boolean needsQuotes = text.contains(separator) || text.startsWith("\"");
      return needsQuotes || random.nextInt(4) == 0 ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }

    private Program program(String name, String text) throws IOException {
      return Einkorn.compile(Files.writeString(folder.resolve(name), text));
    }

    /// The lines of each answer: their order is that of the labels, which is another one. An answer
    /// without labels is a tensor.
    private Map<String, TreeSet<String>> answers(Program program, Target target) {
      Map<String, TreeSet<String>> answers = new TreeMap<>();
      TreeSet<String> current = new TreeSet<>();
      String text =
          program
              .with(Options.defaults().withTarget(target))
              .run()
              .print(false, java.util.Set.of());
      int number = 0;
      for (String line : text.lines().toList()) {
        if (line.endsWith("?")) {
          current = new TreeSet<>();
          answers.put(line, current);
        } else {
          current.add(isNumbered ? number++ + line : line);
        }
      }
      return answers;
    }
  }
}
