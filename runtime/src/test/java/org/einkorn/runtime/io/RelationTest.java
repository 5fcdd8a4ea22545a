package org.einkorn.runtime.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.io.Relation.Column;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Relations as text.
final class RelationTest {
  @TempDir Path folder;

  private Path file(String name, String content) throws IOException {
    return Files.write(folder.resolve(name), content.getBytes(StandardCharsets.UTF_8));
  }

  private List<String> labels(String name, String content) throws IOException {
    Vocabulary vocabulary = new Vocabulary(List.of());
    Relation relation = Relation.read(file(name, content));
    Column labels = new Column.Labels(vocabulary);
    List<Column> columns = new ArrayList<>();
    for (int column = 0; column < relation.columns(); column++) {
      columns.add(labels);
    }
    Tensor unused = relation.tuples(Arena.ofAuto(), columns, true);
    return vocabulary.labels();
  }

  private DataFault fault(String name, String content) {
    return assertThrows(DataException.class, () -> labels(name, content)).fault();
  }

  @Test
  void cellsAreTexts() throws IOException {
    assertEquals(List.of("a", "b", "c"), labels("a.csv", "a,b\nb,c\n"));
    assertEquals(List.of("a", "b", "c"), labels("b.csv", "\uFEFFa , b\r\nb,  c\r\n\n \n"));
    assertEquals(
        List.of("a,b", "c \"d\"", " "), labels("c.csv", "\"a,b\",\"c \"\"d\"\"\" \n\" \",c \"d\""));
    assertEquals(List.of("a b", "ö", "変"), labels("d.tsv", "a b\tö\n変\tö"));
    assertEquals(List.of("x"), labels("e.csv", "x"));
    assertEquals(List.of(), labels("f.csv", ""));
  }

  @Test
  void wrongLinesAreRefused() throws IOException {
    assertEquals(DataFault.WRONG_COLUMNS, fault("a.csv", "a,b\nc\n"));
    assertEquals(DataFault.WRONG_COLUMNS, fault("b.csv", "a,b\n\nc,d\n"));
    assertEquals(DataFault.WRONG_COLUMNS, fault("c.csv", "\na\n"));
    assertEquals(DataFault.NOT_A_LABEL, fault("d.csv", "a,\n"));
    assertEquals(DataFault.NOT_A_LABEL, fault("e.csv", ",a\n"));
    assertEquals(DataFault.NOT_A_LABEL, fault("f.csv", "\"a,b\n"));
    assertEquals(DataFault.NOT_A_LABEL, fault("g.csv", "\"a\"b,c\n"));
    Files.write(folder.resolve("h.csv"), new byte[] {'a', ',', (byte) 0xFF, '\n'});
    assertEquals(
        DataFault.BAD_TEXT,
        assertThrows(DataException.class, () -> Relation.read(folder.resolve("h.csv"))).fault());
    assertEquals(
        DataFault.FILE_NOT_FOUND,
        assertThrows(DataException.class, () -> Relation.read(folder.resolve("no.csv"))).fault());
    assertEquals(
        DataFault.UNKNOWN_EXTENSION,
        assertThrows(DataException.class, () -> Relation.read(file("i.npy", ""))).fault());
  }

  @Test
  void positionsAreWholeNumbers() throws IOException {
    Relation good = Relation.read(file("a.csv", "+3,0\n1,9223372036854775806\n"));
    Relation.Extent extent = new Relation.Extent(0);
    Column counted = new Column.Counted(extent);
    assertEquals(
        "[[                  1 9223372036854775806]\n [                  3                   0]]",
        good.tuples(Arena.ofAuto(), List.of(counted, counted), true).toString());
    assertEquals(Long.MAX_VALUE, extent.value());
    for (String wrong :
        List.of("-1", "1.0", "x", "9223372036854775807", "99999999999999999999", "+")) {
      Relation relation = Relation.read(file("b.csv", "0\n" + wrong + "\n"));
      DataException failure =
          assertThrows(
              DataException.class, () -> relation.tuples(Arena.ofAuto(), List.of(counted), true));
      assertEquals(DataFault.NOT_A_POSITION, failure.fault());
      assertEquals(folder.resolve("b.csv") + ":2", failure.detail("at").orElseThrow());
    }
  }

  /// Against sets of lists; long lines and many labels make buffers and tables grow.
  @Test
  void randomFilesAreReadWhole() throws IOException {
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      int width = 1 + random.nextInt(4);
      int different = 1 + random.nextInt(seed % 4 == 0 ? 100_000 : 30);
      StringBuilder text = new StringBuilder();
      List<List<String>> tuples = new ArrayList<>();
      for (int row = random.nextInt(20_000); row > 0; row--) {
        List<String> tuple = new ArrayList<>();
        for (int column = 0; column < width; column++) {
          tuple.add(
              random.nextInt(5_000) == 0
                  ? "x".repeat(random.nextInt(200_000) + 1)
                  : "n" + random.nextInt(different));
        }
        tuples.add(tuple);
        text.append(String.join("\t", tuple)).append('\n');
      }
      Vocabulary vocabulary = new Vocabulary(List.of("first"));
      Column labels = new Column.Labels(vocabulary);
      Tensor read =
          Relation.read(file("r.tsv", text.toString()))
              .tuples(Arena.ofAuto(), java.util.Collections.nCopies(width, labels), true);
      Map<String, Long> numbers = new HashMap<>(Map.of("first", 0L));
      TreeSet<List<Long>> expected =
          new TreeSet<>(
              (one, other) -> {
                int at = 0;
                while (at < one.size() && one.get(at).equals(other.get(at))) {
                  at++;
                }
                return at == one.size() ? 0 : Long.compare(one.get(at), other.get(at));
              });
      for (List<String> tuple : tuples) {
        List<Long> positions = new ArrayList<>();
        for (String label : tuple) {
          Long known = numbers.putIfAbsent(label, (long) numbers.size());
          positions.add(known == null ? numbers.size() - 1L : known);
        }
        expected.add(positions);
      }
      List<Long> flat = expected.stream().flatMap(List::stream).toList();
      long[] found = read.toLongArray();
      assertEquals(flat, java.util.Arrays.stream(found).boxed().toList(), "seed " + seed);
      assertEquals(numbers.size(), vocabulary.size(), "seed " + seed);
    }
  }

  /// Tuples whose positions do not fit into one number together.
  @Test
  void largePositionsAreSorted() throws IOException {
    Relation relation =
        Relation.read(file("l.csv", "9000000000000000000,5\n1,9000000000000000000\n1,7\n1,7\n"));
    Column counted = new Column.Counted(new Relation.Extent(0));
    Tensor tuples = relation.tuples(Arena.ofAuto(), List.of(counted, counted), true);
    assertEquals(
        List.of(1L, 7L, 1L, 9000000000000000000L, 9000000000000000000L, 5L),
        java.util.Arrays.stream(tuples.toLongArray()).boxed().toList());
  }
}
