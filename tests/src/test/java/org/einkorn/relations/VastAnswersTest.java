package org.einkorn.relations;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Results;
import org.einkorn.Target;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.TupleSet;
import org.einkorn.runtime.exec.RunOptions;
import org.einkorn.runtime.io.Relation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers with more positions than a tensor can have.
@Execution(ExecutionMode.CONCURRENT)
final class VastAnswersTest {
  private static final int PEOPLE = 60_000;
  private static final String ANCESTORS =
      """
      input Parent(x, y)
      Anc(x, y) <- Parent(x, y)
      Anc(x, z) <- Parent(x, y), Anc(y, z)
      """;

  @TempDir Path folder;

  private Program program(String text, String target) throws IOException {
    return Einkorn.compile(Files.writeString(folder.resolve("program.ein"), text))
        .with(options(target));
  }

  private static Options options(String target) {
    return Options.defaults()
        .withTarget(
            switch (target) {
              case "jvm" -> Target.jvm();
              case "llvm" -> Target.llvm();
              default -> Target.interpreter();
            });
  }

  /// Families of one parent, two children and four grandchildren.
  private static Relation families(int people) {
    List<List<String>> tuples = new ArrayList<>();
    for (int person = 1; person <= people; person++) {
      int place = (person - 1) % 7 + 1;
      if (place > 1) {
        tuples.add(List.of("p" + (person - place + place / 2), "p" + person));
      }
    }
    return Relation.of(tuples);
  }

  private static Set<String> ancestors(int people) {
    List<String> pairs = new ArrayList<>();
    for (int person = 1; person <= people; person++) {
      int place = (person - 1) % 7 + 1;
      for (int above = place / 2; above > 0; above /= 2) {
        pairs.add("p" + (person - place + above) + ", p" + person);
      }
    }
    return Set.copyOf(pairs);
  }

  private static Set<String> lines(String text) {
    List<String> lines = text.lines().toList();
    Set<String> different = Set.copyOf(lines);
    assertEquals(lines.size(), different.size());
    return different;
  }

  @ParameterizedTest
  @ValueSource(strings = {"jvm", "llvm"})
  void questionsAreAnsweredAndWritten(String target) throws IOException {
    int people = PEOPLE / 7 * 7;
    Program program =
        program(ANCESTORS + "Anc(x, z)?\nParent(x, y)?\n\"anc.csv\" = Anc(x, z)\n", target);
    Results results = program.withRelation("Parent", families(people)).run();
    assertEquals(ancestors(people), lines(answer(results, "Anc(x, z)?")));
    assertEquals(people / 7 * 6, lines(answer(results, "Parent(x, y)?")).size());
    program.withRelation("Parent", families(people)).runAndWrite(Arena.ofAuto());
    Set<String> written =
        lines(Files.readString(folder.resolve("anc.csv"))).stream()
            .map(line -> line.replace(",", ", "))
            .collect(Collectors.toSet());
    assertEquals(ancestors(people), written);
  }

  /// What is printed below a heading, up to the next.
  private static String answer(Results results, String heading) {
    List<String> lines = results.print(false, Set.of()).lines().toList();
    int begin = lines.indexOf(heading) + 1;
    assertTrue(begin > 0, heading);
    int end = begin;
    while (end < lines.size() && !lines.get(end).endsWith("?")) {
      end++;
    }
    return String.join("\n", lines.subList(begin, end));
  }

  @ParameterizedTest
  @ValueSource(strings = {"jvm", "llvm"})
  void oneProgramServesFewAndMany(String target) throws IOException {
    Program program = program(ANCESTORS + "Anc(x, z)?\n", target);
    for (int people : List.of(7, PEOPLE, 14)) {
      Results results =
          program.keeping("Anc", "Parent").withRelation("Parent", families(people)).run();
      assertEquals(Set.of("Anc", "Parent"), kept(results));
      TupleSet relation = results.relation("Anc");
      assertEquals(ancestors(people).size(), relation.count());
      if (people == PEOPLE) {
        DataException failure = assertThrows(DataException.class, () -> huge(target));
        assertEquals(DataFault.OUT_OF_MEMORY, failure.fault());
      } else {
        assertEquals(Shape.of(relation.extents()), results.get("Anc").shape());
      }
    }
  }

  private static Set<String> kept(Results results) {
    return results.names().stream().filter(name -> !name.contains("q")).collect(Collectors.toSet());
  }

  /// A tensor of 10^12 truth values.
  private void huge(String target) throws IOException {
    program("tensor R(x: 1000000, y: 1000000)\nR(3, 999999)\nR(3, 5)\n", target).run().get("R");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jvm", "llvm"})
  void positionsArePrintedAsTuples(String target) throws IOException {
    String text =
        """
        tensor Next(x: 1000000, y: 1000000)
        Next(3, 999999)
        Next(3, 5)
        Next(999999, 3)
        tensor Far(x: 1000000, y: 1000000, z: 1000000)
        Far(x, y, z) <- Next(x, y), Next(y, z)
        None(x, y) <- Far(x, y, x), Next(y, x), Next(x, 7)
        Next(x, y)?
        Far(x, y, z)?
        None(x, y)?
        """;
    Results results = program(text, target).keeping("Far").run();
    assertEquals(
        """
        Next(x, y)?
        3, 5
        3, 999999
        999999, 3
        Far(x, y, z)?
        3, 999999, 3
        999999, 3, 5
        999999, 3, 999999
        None(x, y)?
        (none)
        """,
        results.print(false, Set.of()));
    assertArrayEquals(
        new long[] {1_000_000, 1_000_000, 1_000_000}, results.relation("Far").extents());
  }

  @Test
  void whatHasNoListsRefuses() throws IOException {
    Program program =
        program(ANCESTORS + "Anc(x, z)?\n", "interp").withRelation("Parent", families(1_200_000));
    DataException failure = assertThrows(DataException.class, program::run);
    assertEquals(DataFault.OUT_OF_MEMORY, failure.fault());
  }

  @Test
  void listsCountAgainstTheBudget() throws IOException {
    Program program =
        program(ANCESTORS + "Anc(x, z)?\n", "jvm").withRelation("Parent", families(PEOPLE));
    long needed = program.run().measuredPeakBytes();
    RunOptions tight = RunOptions.defaults().withMemoryBudgetBytes(needed - 100_000);
    DataException failure =
        assertThrows(
            DataException.class, () -> program.with(program.options().withRun(tight)).run());
    assertEquals(DataFault.MEMORY_BUDGET, failure.fault());
    RunOptions enough = RunOptions.defaults().withMemoryBudgetBytes(needed);
    program.with(program.options().withRun(enough)).run();
  }
}
