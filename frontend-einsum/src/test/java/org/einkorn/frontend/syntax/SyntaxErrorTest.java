package org.einkorn.frontend.syntax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.einkorn.frontend.Rendered;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.DiagnosticRenderer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Errors tested in place. A case ends at a line `//----`. `//~^ E0007 words` expects the error on
/// the line above (a `^` more for each line further up; `v` for lines below), and its rendering to
/// hold the words. Every error must be expected and every expectation met. What is printed for each
/// case, to the last label, stands in the `.txt` beside the file.
class SyntaxErrorTest {
  private static final List<String> FILES =
      List.of("lexical.ein", "brackets.ein", "expressions.ein", "statements.ein", "indices.ein");
  private static final Path FOLDER =
      Path.of("src/test/resources/org/einkorn/frontend/syntax/errors");
  private static final Pattern EXPECTED = Pattern.compile("//~([\\^v]*) (E[0-9]{4})(.*)");

  private static String resource(String name) {
    String path = "errors/" + name;
    try (InputStream stream = SyntaxErrorTest.class.getResourceAsStream(path)) {
      return new String(
          Objects.requireNonNull(stream, path).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new IllegalStateException(path, failure);
    }
  }

  @TestFactory
  Stream<DynamicTest> cases() {
    return FILES.stream()
        .flatMap(
            file -> {
              List<DynamicTest> tests = new ArrayList<>();
              for (String text : resource(file).split("(?m)^//----.*\n")) {
                String name = text.lines().findFirst().orElse("");
                tests.add(DynamicTest.dynamicTest(file + ": " + name, () -> check(file, text)));
              }
              return tests.stream();
            });
  }

  /// What is printed for each case.
  @TestFactory
  Stream<DynamicTest> rendered() {
    return FILES.stream().map(file -> DynamicTest.dynamicTest(file, () -> checkRendered(file)));
  }

  private static void checkRendered(String file) throws IOException {
    List<Rendered.Case> cases = new ArrayList<>();
    for (String text : resource(file).split("(?m)^//----.*\n")) {
      cases.add(new Rendered.Case(text, Syntax.parse(file, text).diagnostics()));
    }
    Rendered.check(FOLDER.resolve(file.replace(".ein", ".txt")), cases);
  }

  private static void check(String file, String text) {
    ParseResult result = Syntax.parse(file, text);
    TreeSet<String> expected = new TreeSet<>();
    String rendered = DiagnosticRenderer.plain().renderAll(result.diagnostics());
    List<String> lines = text.lines().toList();
    for (int k = 0; k < lines.size(); k++) {
      Matcher matcher = EXPECTED.matcher(lines.get(k));
      if (matcher.find()) {
        int distance = matcher.group(1).length();
        int line = k + 1 + (matcher.group(1).startsWith("v") ? distance : -distance);
        expected.add(line + " " + matcher.group(2));
        String words = matcher.group(3).strip();
        assertTrue(rendered.contains(words), () -> "expected `" + words + "` in\n" + rendered);
      }
    }
    TreeSet<String> found = new TreeSet<>();
    for (Diagnostic diagnostic : result.diagnostics()) {
      found.add(diagnostic.span().orElseThrow().line() + " " + diagnostic.code());
      assertTrue(diagnostic.help().isPresent(), () -> "no way out in\n" + rendered);
    }
    assertEquals(expected, found, rendered);
  }

  @Test
  void everySyntaxCodeHasACase() {
    TreeSet<String> tested = new TreeSet<>();
    for (String file : FILES) {
      EXPECTED.matcher(resource(file)).results().forEach(match -> tested.add(match.group(2)));
    }
    TreeSet<String> codes = new TreeSet<>();
    for (int code = 1; code <= 20; code++) {
      codes.add("E%04d".formatted(code));
    }
    assertEquals(codes, tested);
  }

  @Test
  void anErrorHidesNothingInOtherStatements() {
    ParseResult result =
        Syntax.parse(
            "a.ein", "A? 1\nB = 1\nC = )\nD = 2\nE[i = 3\nlet F = 4\ndef g() {\nh = \n}\n");
    assertEquals(4, result.diagnostics().size());
    assertEquals(4, result.program().statements().size());
  }
}
