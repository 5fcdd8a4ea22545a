package org.einkorn.ir.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class DiagnosticRendererTest {
  private static final DiagnosticRenderer PLAIN = DiagnosticRenderer.plain();

  /// The span of the `nth` (from 1) `part` in the file.
  private static Span find(SourceFile file, String part, int nth) {
    int at = -1;
    for (int k = 0; k < nth; k++) {
      at = file.text().indexOf(part, at + 1);
    }
    return file.span(at, at + part.length());
  }

  @Test
  void twoLabelsOnOneLine() {
    SourceFile file = new SourceFile("matmul.ein", "\n\nC[i,j] = A[i,k] B[k,j]\n");
    Diagnostic diagnostic =
        Diagnostic.error("E0102", "axis `k` has two extents")
            .at(find(file, "k", 1), "`k` is 3 here, from `A: f32[2, 3]`")
            .and(find(file, "k", 2), "`k` is 4 here, from `B: f32[4, 5]`")
            .help("write `B[j,k]` if B is stored transposed");
    assertEquals(
        """
        error[E0102]: axis `k` has two extents
         --> matmul.ein:3:14
          |
        3 | C[i,j] = A[i,k] B[k,j]
          |              ^    - `k` is 4 here, from `B: f32[4, 5]`
          |              |
          |              `k` is 3 here, from `A: f32[2, 3]`
          = help: write `B[j,k]` if B is stored transposed
        """,
        PLAIN.render(diagnostic));
  }

  @Test
  void threeLabelsHangInOrder() {
    SourceFile file = new SourceFile("a.ein", "A[i] B[i] C[i]");
    Diagnostic diagnostic =
        Diagnostic.warning("W0201", "many")
            .at(find(file, "B[i]", 1), "second")
            .and(find(file, "C[i]", 1), "third")
            .and(find(file, "A", 1), "first");
    assertEquals(
        """
        warning[W0201]: many
         --> a.ein:1:6
          |
        1 | A[i] B[i] C[i]
          | -    ^^^^ ---- third
          | |    |
          | |    second
          | first
        """,
        PLAIN.render(diagnostic));
  }

  @Test
  void labelsOnSeveralLinesAndFiles() {
    SourceFile file = new SourceFile("a.ein", "one\ntwo\nthree\n4\n5\n6\n7\n8\n9\nten");
    SourceFile other = new SourceFile("b.ein", "let N = 3");
    Diagnostic diagnostic =
        Diagnostic.error("E0100", "far apart")
            .at(find(file, "ten", 1), "here")
            .and(find(file, "one", 1), "")
            .and(find(file, "three", 1), "and here")
            .and(find(other, "N", 1), "bound here")
            .note("two\nlines");
    assertEquals(
        """
        error[E0100]: far apart
          --> a.ein:10:1
           |
        1  | one
           | ---
        2  | two
        3  | three
           | ----- and here
        ...
        10 | ten
           | ^^^ here
          ::: b.ein:1:5
           |
        1  | let N = 3
           |     - bound here
           = note: two
                   lines
        """,
        PLAIN.render(diagnostic));
  }

  @Test
  void tabsWideAndCombiningCharactersKeepTheirColumns() {
    SourceFile file = new SourceFile("u.ein", "\t变量[i] = e\u0301 + B");
    assertEquals(
        """
        error[E0100]: wide
         --> u.ein:1:2
          |
        1 |     变量[i] = e\u0301 + B
          |     ^^^^          - right
          |     |
          |     left
        """,
        PLAIN.render(
            Diagnostic.error("E0100", "wide")
                .at(find(file, "变量", 1), "left")
                .and(find(file, "B", 1), "right")));
  }

  @Test
  void aPlaceBetweenCharactersAndAtTheEndIsMarked() {
    SourceFile file = new SourceFile("a.ein", "Y = ");
    assertEquals(
        """
        error[E0007]: cut
         --> a.ein:1:5
          |
        1 | Y =
          |     ^ more is needed
        """,
        PLAIN.render(Diagnostic.error("E0007", "cut").at(file.span(4, 4), "more is needed")));
  }

  @Test
  void aSpanOfSeveralLinesMarksItsFirst() {
    SourceFile file = new SourceFile("a.ein", "Y = (A\n + B)");
    assertEquals(
        """
        error[E0007]: long
         --> a.ein:1:5
          |
        1 | Y = (A
          |     ^^ this
        """,
        PLAIN.render(Diagnostic.error("E0007", "long").at(file.span(4, 12), "this")));
  }

  @Test
  void overlappingMarksShowThePrimary() {
    SourceFile file = new SourceFile("a.ein", "sum[j](A[i, j])");
    assertEquals(
        """
        error[E0007]: overlap
         --> a.ein:1:5
          |
        1 | sum[j](A[i, j])
          | ----^----------
          | |   |
          | |   the index
          | the call
        """,
        PLAIN.render(
            Diagnostic.error("E0007", "overlap")
                .at(file.span(4, 5), "the index")
                .and(file.span(0, 15), "the call")));
  }

  @Test
  void aVeryLongLineIsCutAroundTheMark() {
    SourceFile file = new SourceFile("a.ein", "x".repeat(5000) + "@" + "y".repeat(5000));
    String text = PLAIN.render(Diagnostic.error("E0001", "odd").at(file.span(5000, 5001), "this"));
    List<String> lines = text.lines().toList();
    assertTrue(lines.stream().allMatch(line -> line.length() < 200), text);
    assertEquals(lines.get(3).indexOf('@'), lines.get(4).indexOf('^'));
    assertEquals(" --> a.ein:1:5001", lines.get(1));
  }

  @Test
  void controlCharactersDoNotReachTheTerminal() {
    SourceFile file = new SourceFile("a.ein", "a\u001b[31mb");
    String text = PLAIN.render(Diagnostic.error("E0001", "odd").at(file.span(1, 2), ""));
    assertFalse(text.contains("\u001b"));
    assertTrue(text.contains("a\uFFFD[31mb"));
  }

  @Test
  void withoutAPlaceThereIsNoSnippet() {
    assertEquals(
        "error[E0300]: cannot read `x.npy`\n  = help: name a file that exists\n",
        PLAIN.render(
            Diagnostic.error("E0300", "cannot read `x.npy`").help("name a file that exists")));
  }

  @Test
  void severalAreSortedAndSeparated() {
    SourceFile file = new SourceFile("a.ein", "A\nB");
    Diagnostic later = Diagnostic.error("E0001", "later").at(file.span(2, 3), "");
    Diagnostic earlier = Diagnostic.warning("W0001", "earlier").at(file.span(0, 1), "");
    String text = PLAIN.renderAll(List.of(later, earlier));
    assertTrue(text.indexOf("earlier") < text.indexOf("later"));
    assertEquals(PLAIN.render(earlier) + "\n" + PLAIN.render(later), text);
    assertEquals("", PLAIN.renderAll(List.of()));
  }

  @Test
  void colorOnlyAddsEscapes() {
    SourceFile file = new SourceFile("a.ein", "A[i] B[j]");
    Diagnostic diagnostic =
        Diagnostic.error("E0001", "t").at(file.span(0, 1), "one").and(file.span(5, 6), "two");
    String colored = DiagnosticRenderer.colored().render(diagnostic);
    assertTrue(colored.contains("\u001b[1;31m"));
    assertEquals(PLAIN.render(diagnostic), colored.replaceAll("\u001b\\[[0-9;]*m", ""));
  }
}
