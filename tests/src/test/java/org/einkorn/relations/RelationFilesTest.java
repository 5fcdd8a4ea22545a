package org.einkorn.relations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.Einkorn;
import org.einkorn.Kernel;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Results;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.io.FileReference;
import org.einkorn.runtime.io.Relation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a program makes of relations from outside.
final class RelationFilesTest {
  private static final String ANCESTORS =
      """
      Ancestor(x, z) <- Parent(x, z)
      Ancestor(x, z) <- Ancestor(x, y), Parent(y, z)
      """;
  private static final String REACHED =
      """
      Reached(0)
      Reached(y) <- Reached(x), Edge(x, y)
      R[x] = i32(Reached[x])
      R?
      """;

  @TempDir Path folder;

  private Program program(String text) throws IOException {
    return Einkorn.compile(Files.writeString(folder.resolve("program.ein"), text));
  }

  private void file(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private static String answers(Results results) {
    return results.print(true, Set.of());
  }

  @Test
  void labelsOfTheProgramComeFirst() throws IOException {
    file("parents.tsv", "Alice\tBob\nBob\tCharlie\n");
    Program program =
        program("Parent(x, y) = \"parents.tsv\"\n" + ANCESTORS + "Ancestor(Bob, x)?\n");
    for (Target target : List.of(Target.interpreter(), Target.jvm(), Target.llvm())) {
      assertEquals("Charlie\n", answers(program.with(Options.defaults().withTarget(target)).run()));
    }
    Results all =
        program(
                "Parent(x, y) = \"parents.tsv\"\nParent(x, y)?\nOther(Bob)\nOther(x)?\n"
                    + "Same(x) <- Parent(x, y), Other(x)\nSame(x)?\n")
            .run();
    assertEquals("Bob, Charlie\nAlice, Bob\nBob\nBob\n", answers(all));
  }

  @Test
  void aLabelThatOccursNowhereIsNoError() throws IOException {
    file("parents.tsv", "Alice\tBob\n");
    String text = "Parent(x, y) = \"parents.tsv\"\n" + ANCESTORS + "Ancestor(Nobody, x)?\n";
    assertEquals("(none)\n", answers(program(text).run()));
  }

  @Test
  void aLabelOfAFileWithoutItsQuotesEarnsAWarning() throws IOException {
    file("parents.tsv", "alice\tbob\nbob\tcarl\n");
    List<String> codes = new ArrayList<>();
    Options options = Options.defaults().withWarnings(warning -> codes.add(warning.code()));
    String text = "Parent(x, y) = \"parents.tsv\"\n" + ANCESTORS;
    program(text + "Ancestor(\"alice\", x)?\nAncestor(dora, x)?\n").with(options).run();
    assertEquals(List.of(), codes);
    program(text + "Ancestor(bob, x)?\n").with(options).run();
    assertEquals(List.of("W0106"), codes);
  }

  @Test
  void anEmptyFileIsAnEmptyRelation() throws IOException {
    file("parents.tsv", "");
    String text = "Parent(x, y) = \"parents.tsv\"\n" + ANCESTORS + "Ancestor(x, y)?\n";
    assertEquals("[]\n", answers(program(text).run()));
    file("edges.csv", "\n\n");
    assertEquals("[1]\n", answers(program("Edge(x, y) = \"edges.csv\"\n" + REACHED).run()));
  }

  @Test
  void numbersOfTheProgramMakePositions() throws IOException {
    file("edges.csv", "0,3\n3,1\n5,2\n0,3\n");
    Program program = program("Edge(x, y) = \"edges.csv\"\n" + REACHED);
    assertEquals("[1 1 0 1 0 0]\n", answers(program.run()));
    assertEquals(Set.of("Edge", "Edge.tuples"), program.relations());
    String asked = "Edge(x, y) = \"edges.csv\"\nA[y] = i32(Edge[7, y])\nA?\n";
    assertEquals("3: 0\n1: 0\n2: 0\n", answers(program(asked).run()));
  }

  @Test
  void isBoundByName() throws IOException {
    Program program = program("input Edge(x, y)\n" + REACHED);
    assertEquals(DataFault.INPUT_MISSING, assertThrows(DataException.class, program::run).fault());
    String expected = "[1 1 0 1]\n";
    assertEquals(
        expected,
        answers(
            program
                .withRelation("Edge", Relation.of(List.of(List.of("0", "3"), List.of("3", "1"))))
                .run()));
    assertEquals(
        expected, answers(program.with("Edge", Tensor.wrap(new long[] {0, 3, 3, 1}, 2, 2)).run()));
    boolean[][] dense = new boolean[4][4];
    dense[0][3] = true;
    dense[3][1] = true;
    Tensor matrix = Tensor.allocate(java.lang.foreign.Arena.ofAuto(), DType.BOOL, 4, 4);
    matrix.setLong(1, 0, 3);
    matrix.setLong(1, 3, 1);
    assertEquals(expected, answers(program.with("Edge", matrix).run()));
    assertEquals(
        DataFault.WRONG_RANK,
        assertThrows(
                DataException.class, () -> program.with("Edge", Tensor.wrap(new long[] {1}, 1)))
            .fault());
  }

  @Test
  void severalFilesAreNotReplacedByOne() throws IOException {
    file("a.tsv", "0\t1\n");
    file("b.tsv", "1\t2\n");
    Program program =
        program("Edge(x, y) = \"a.tsv\"\nEdge(x, y) = \"b.tsv\"\nEdge(2, 3)\n" + REACHED);
    assertEquals("[1 1 1 1]\n", answers(program.run()));
    Relation none = Relation.of(List.of());
    assertEquals(
        DataFault.INPUT_UNKNOWN,
        assertThrows(DataException.class, () -> program.withRelation("Edge", none).run()).fault());
    assertEquals("[1 0 0 0]\n", answers(program.withRelation("Edge.tuples", none).run()));
  }

  @Test
  void declaredExtentsAreChecked() throws IOException {
    file("edges.csv", "0,3\n3,4\n");
    String declared = "let N = 5\ntensor Edge[x: N, y: N]: bool\nEdge(x, y) = \"edges.csv\"\n";
    assertEquals("[1 0 0 1 1]\n", answers(program(declared + REACHED).run()));
    DataException outside =
        assertThrows(
            DataException.class, () -> program(declared.replace("5", "4") + REACHED).run());
    assertEquals(DataFault.POSITION_OUTSIDE_AXIS, outside.fault());
    assertTrue(outside.getMessage().contains("edges.csv:2"), outside.getMessage());
    file("edges.csv", "0,3\n3,x\n");
    DataException text = assertThrows(DataException.class, () -> program(declared + REACHED).run());
    assertEquals(DataFault.NOT_A_POSITION, text.fault());
    file("edges.csv", "0,3,1\n3,1,1\n");
    DataException wide = assertThrows(DataException.class, () -> program(declared + REACHED).run());
    assertEquals(DataFault.WRONG_COLUMNS, wide.fault());
  }

  @Test
  void otherTensorsShowExtents() throws IOException {
    file("edges.csv", "0,1\n1,2\n");
    String text =
        "input X[n: N, d: 2]\nEdge(n: N, m: N) = \"edges.csv\"\nY[n, d] = Edge(n, m) X[m, d]\n";
    Tensor x = Tensor.wrap(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
    for (Target target : List.of(Target.interpreter(), Target.jvm(), Target.llvm())) {
      Program program = program(text).with(Options.defaults().withTarget(target));
      assertEquals(
          "Y =\n[[3. 4.]\n [5. 6.]\n [0. 0.]]\n",
          program.with("X", x).run().print(false, Set.of()));
      Tensor small = Tensor.wrap(new float[] {1, 2, 3, 4}, 2, 2);
      assertEquals(
          DataFault.POSITION_OUTSIDE_AXIS,
          assertThrows(DataException.class, () -> program.with("X", small).run()).fault());
    }
  }

  @Test
  void aTextIsARelationOfPositionsAndWords() throws IOException {
    file("text.txt", "the cat saw\nthe dog\n");
    String text =
        "At(p, w) = \"text.txt\"\n"
            + "After(v, w) <- At(p, v), At(p + 1, w)\n"
            + "After(the, w)?\n"
            + "At(3, w)?\n";
    assertEquals("cat\ndog\nthe\n", answers(program(text.replace("(the", "(\"the\"")).run()));
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    file("parents.csv", "\"Bo, Jr.\",Ann\nAnn,\" x\"\n\" x\",\"say \"\"hi\"\"\"\n");
    String text = "Parent(x, y) = \"parents.csv\"\n" + ANCESTORS;
    for (String out : List.of("out.csv", "out.tsv", "out.csv.gz", "out.tsv.gz")) {
      Program program = program(text + "\"" + out + "\" = Ancestor\nAncestor(x, y)?\n");
      try (var arena = java.lang.foreign.Arena.ofConfined()) {
        Results results = program.runAndWrite(arena);
        String again = "Again(x, y) = \"" + out + "\"\nAgain(x, y)?\n";
        assertEquals(
            answers(results).lines().sorted().toList(),
            answers(program(again).run()).lines().sorted().toList());
      }
    }
    Results kept = program(text).keeping("Ancestor").run();
    kept.write("Ancestor", FileReference.of(folder.resolve("kept.tsv")));
    assertEquals(6, Files.readAllLines(folder.resolve("kept.tsv")).size());
    String slice = text + "\"one.tsv\" = Ancestor(Ann, y)\n";
    try (var arena = java.lang.foreign.Arena.ofConfined()) {
      program(slice).runAndWrite(arena);
    }
    assertEquals(List.of("\" x\"", "say \"hi\""), Files.readAllLines(folder.resolve("one.tsv")));
  }

  @Test
  void kernelsTakeTuplesAndSizes() throws IOException {
    Program program =
        program(
            "input Edge(x, y)\noutput Reached\n"
                + REACHED.replace("R[x] = i32(Reached[x])\nR?\n", ""));
    Kernel kernel =
        program.kernel(
            Target.jvm(), Map.of("Edge.tuples", Shape.of(2, 2), "Edge.positions.0", Shape.of(4)));
    assertEquals(List.of("Edge.tuples", "Edge.positions.0"), kernel.inputs());
    var arena = java.lang.foreign.Arena.ofAuto();
    Tensor reached = Tensor.allocate(arena, DType.BOOL, 4);
    kernel.run(
        Tensor.wrap(new long[] {0, 3, 3, 1}, 2, 2), Tensor.allocate(arena, DType.BOOL, 4), reached);
    assertEquals("[ True  True False  True]", reached.toString());
  }
}
