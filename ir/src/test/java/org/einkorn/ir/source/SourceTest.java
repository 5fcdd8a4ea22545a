package org.einkorn.ir.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SourceTest {
  @Test
  void linesEndAtEveryKindOfLineEnd() {
    SourceFile file = new SourceFile("a.ein", "one\ntwo\r\nthree\rfour");
    assertEquals(4, file.lineCount());
    assertEquals("one", file.lineText(1));
    assertEquals("two", file.lineText(2));
    assertEquals("three", file.lineText(3));
    assertEquals("four", file.lineText(4));
    assertEquals(2, file.line(4));
    assertEquals(4, file.line(file.length()));
  }

  @Test
  void aTextThatEndsInALineEndHasAnEmptyLastLine() {
    SourceFile file = new SourceFile("a.ein", "one\n");
    assertEquals(2, file.lineCount());
    assertEquals("", file.lineText(2));
    assertEquals(1, file.span(0, 4).endLine());
    assertEquals(1, new SourceFile("", "").lineCount());
  }

  @Test
  void columnsCountCodePoints() {
    SourceFile file = new SourceFile("a.ein", "x\n𝛼 = β");
    assertEquals(1, file.column(2));
    assertEquals(2, file.column(4), "a pair of surrogates is one column");
    assertEquals("a.ein:2:5", file.span(7, 8).toString());
  }

  @Test
  void spansCoverAndRefuse() {
    SourceFile file = new SourceFile("a.ein", "abcdef");
    Span span = file.span(1, 2).cover(file.span(4, 5));
    assertEquals("bcde", span.text());
    assertTrue(span.contains(file.span(2, 3)));
    assertThrows(IllegalArgumentException.class, () -> file.span(3, 7));
    assertThrows(IllegalArgumentException.class, () -> file.span(3, 2));
    Span elsewhere = new SourceFile("b.ein", "abc").span(0, 1);
    assertThrows(IllegalArgumentException.class, () -> span.cover(elsewhere));
  }

  @Test
  void originsAreAllEqualButSpansAreNot() {
    SourceFile file = new SourceFile("a.ein", "abcdef");
    Origin one = Origin.of(file.span(0, 1));
    Origin two = Origin.of(file.span(2, 3));
    assertEquals(one, two);
    assertEquals(one, Origin.UNKNOWN);
    assertEquals(one.hashCode(), Origin.UNKNOWN.hashCode());
    assertNotEquals(one.span(), two.span());
    assertEquals("abc", one.join(two).span().orElseThrow().text());
    assertEquals("a", one.join(Origin.UNKNOWN).span().orElseThrow().text());
    assertEquals("a", Origin.UNKNOWN.join(one).span().orElseThrow().text());
  }

  @Test
  void aDiagnosticChecksItsCode() {
    assertThrows(IllegalArgumentException.class, () -> Diagnostic.error("102", "x"));
    assertThrows(IllegalArgumentException.class, () -> Diagnostic.error("W0102", "x"));
    assertThrows(IllegalArgumentException.class, () -> Diagnostic.warning("E0102", "x"));
    assertThrows(IllegalArgumentException.class, () -> Diagnostic.error("E0102", " "));
  }
}
