package org.einkorn.frontend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.einkorn.frontend.learn.LearningFrontend;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.DiagnosticRenderer;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.source.Span;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Compiles the wrong programs under `tests/src/test/resources/diagnostics`.
///
/// A file holds cases, separated by lines `// ---`. Below a wrong line stands what it gives: `//~^
/// E0102 [k] title`, the text of the primary span in brackets; each `^` is one line up, and `//~|`
/// speaks of the line of the comment before. `//~+ LINE` is that line mended: with it the case
/// compiles. `//< A f32 2x3` says what is known of an input, `//! known` uses its extents. What is
/// printed for each case, to the last label, stands in the `.txt` beside the file.
class DiagnosticsTest {
  private static final Path FOLDER = Path.of("../tests/src/test/resources/diagnostics");
  private static final Path PAGES = Path.of("../docs/errors");
  private static final Pattern EXPECTED =
      Pattern.compile("//~(\\^+|\\|) ([EW][0-9]{4}) \\[(.*)] (.*)");

  @TestFactory
  Stream<DynamicTest> programs() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Case example : cases()) {
      tests.add(DynamicTest.dynamicTest(example.name, example::check));
    }
    assertTrue(tests.size() >= 60, "wrong programs: " + tests.size());
    return tests.stream();
  }

  /// What is printed for each wrong program.
  @TestFactory
  Stream<DynamicTest> rendered() throws IOException {
    Map<Path, List<Rendered.Case>> files = new TreeMap<>();
    for (Case example : cases()) {
      Path golden = FOLDER.resolve(example.name.replaceFirst("\\.ein:.*", ".txt"));
      List<Diagnostic> found = Case.compile(example.text).diagnostics();
      files
          .computeIfAbsent(golden, _ -> new ArrayList<>())
          .add(new Rendered.Case(example.text, found));
    }
    return files.entrySet().stream()
        .map(
            file ->
                DynamicTest.dynamicTest(
                    file.getKey().getFileName().toString(),
                    () -> Rendered.check(file.getKey(), file.getValue())));
  }

  /// These have no place in a program: an output that is asked for, what has to be known before a
  /// program can be run, what only text of the IR can mean, and a command.
  private static final Set<String> ELSEWHERE = Set.of("E0108", "E0110", "E0910", "E0911");

  /// Every code of the frontend that a page explains has a wrong program, and the other way round.
  @Test
  void everyCodeHasAPageAndACase() throws IOException {
    Set<String> tested = new TreeSet<>();
    for (Case example : cases()) {
      example.expected().forEach(e -> tested.add(e.substring(0, e.indexOf(' '))));
    }
    tested.removeIf(code -> code.startsWith("E00"));
    Set<String> explained = new TreeSet<>();
    try (Stream<Path> pages = Files.list(PAGES)) {
      pages
          .map(page -> page.getFileName().toString().replace(".md", ""))
          .filter(code -> code.matches("E0[129][0-9]{2}|W01[0-9]{2}"))
          .forEach(explained::add);
    }
    explained.removeAll(ELSEWHERE);
    assertEquals(explained, tested);
  }

  /// On a page, the first block is a wrong program, the second what it gives, the third the program
  /// mended.
  @TestFactory
  Stream<DynamicTest> pages() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> pages = Files.list(PAGES)) {
      for (Path page : pages.sorted().toList()) {
        String code = page.getFileName().toString().replace(".md", "");
        if (code.matches("E0[129][0-9]{2}|W01[0-9]{2}") && !ELSEWHERE.contains(code)) {
          tests.add(DynamicTest.dynamicTest(code, () -> checkPage(code, page)));
        }
      }
    }
    assertTrue(tests.size() > 40, "pages: " + tests.size());
    return tests.stream();
  }

  private static void checkPage(String code, Path page) throws IOException {
    List<String> blocks = new ArrayList<>();
    String text = Files.readString(page);
    Matcher matcher = Pattern.compile("(?s)```(?:ein|text)\n(.*?\n)```").matcher(text);
    while (matcher.find()) {
      blocks.add(matcher.group(1));
    }
    assertEquals(3, blocks.size(), "blocks of " + code);
    List<Diagnostic> wrong = compilePage(blocks.get(0));
    assertEquals(List.of(code), wrong.stream().map(Diagnostic::code).toList());
    String rendered = DiagnosticRenderer.plain().renderAll(wrong);
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(page, text.replace(blocks.get(1), rendered));
    } else {
      assertEquals(blocks.get(1), rendered);
    }
    assertEquals(
        "", DiagnosticRenderer.plain().renderAll(compilePage(blocks.get(2))), "mended: " + code);
  }

  private static List<Diagnostic> compilePage(String text) {
    return LearningFrontend.compile(new SourceFile("program.ein", text), Request.plain())
        .diagnostics();
  }

  private static List<Case> cases() throws IOException {
    List<Case> cases = new ArrayList<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".ein")).sorted().toList()) {
        int line = 1;
        for (String text : Files.readString(file).split("(?m)^// ---.*\\R", -1)) {
          cases.add(new Case(file.getFileName() + ":" + line, text));
          line += (int) text.lines().count() + 1;
        }
      }
    }
    return cases;
  }

  private record Case(String name, String text) {
    void check() {
      Compiled compiled = compile(text);
      Map<String, Integer> found = new TreeMap<>();
      compiled.diagnostics().forEach(diagnostic -> found.merge(show(diagnostic), 1, Integer::sum));
      Map<String, Integer> wanted = new TreeMap<>();
      expected().forEach(line -> wanted.merge(line, 1, Integer::sum));
      assertEquals(
          wanted,
          found,
          () -> name + "\n" + DiagnosticRenderer.plain().renderAll(compiled.diagnostics()));
      boolean isWrong = compiled.diagnostics().stream().anyMatch(Diagnostic::isError);
      assertEquals(isWrong || !compiled.open().isEmpty(), compiled.program().isEmpty());
      for (Diagnostic diagnostic : compiled.diagnostics()) {
        assertTrue(diagnostic.help().isPresent(), "a way out of " + diagnostic);
      }
      mended()
          .ifPresent(
              better -> {
                List<Diagnostic> left = compile(better).diagnostics();
                assertFalse(
                    left.stream().anyMatch(Diagnostic::isError),
                    () -> "mended:\n" + DiagnosticRenderer.plain().renderAll(left));
              });
    }

    /// `E0102 3 [k] title`, the number being the line.
    List<String> expected() {
      List<String> expected = new ArrayList<>();
      List<String> lines = text.lines().toList();
      int about = 0;
      for (int line = 0; line < lines.size(); line++) {
        Matcher matcher = EXPECTED.matcher(lines.get(line));
        if (matcher.matches()) {
          boolean isSame = matcher.group(1).equals("|");
          about = isSame ? about : line + 1 - matcher.group(1).length();
          expected.add(
              "%s %d [%s] %s"
                  .formatted(matcher.group(2), about, matcher.group(3), matcher.group(4)));
        } else {
          assertFalse(
              lines.get(line).startsWith("//~") && !lines.get(line).startsWith("//~+"),
              () -> "not understood: " + lines);
        }
      }
      return expected;
    }

    private static String show(Diagnostic diagnostic) {
      return "%s %s [%s] %s"
          .formatted(
              diagnostic.code(),
              diagnostic.span().map(Span::line).map(String::valueOf).orElse("-"),
              diagnostic.span().map(Span::text).orElse(""),
              diagnostic.title());
    }

    private Optional<String> mended() {
      List<String> lines = new ArrayList<>(text.lines().toList());
      boolean isMended = false;
      int about = 0;
      for (int line = 0; line < lines.size(); line++) {
        Matcher matcher = EXPECTED.matcher(lines.get(line));
        if (matcher.matches() && !matcher.group(1).equals("|")) {
          about = line - matcher.group(1).length();
        }
        if (lines.get(line).startsWith("//~+ ")) {
          lines.set(about, lines.get(line).substring(5));
          isMended = true;
        }
      }
      return isMended ? Optional.of(String.join("\n", lines)) : Optional.empty();
    }

    private static Compiled compile(String source) {
      Map<String, Known> known = new TreeMap<>();
      for (String line : source.lines().toList()) {
        if (line.startsWith("//< ")) {
          String[] words = line.split(" ", -1);
          long[] extents =
              Arrays.stream(words[3].split("x", -1)).mapToLong(Long::parseLong).toArray();
          known.put(words[1], Known.of(DType.of(words[2]).orElseThrow(), Shape.of(extents)));
        }
      }
      Request request =
          new Request(known, file -> Optional.empty(), Set.of(), source.contains("//! known"));
      return LearningFrontend.compile(new SourceFile("case.ein", source), request);
    }
  }
}
