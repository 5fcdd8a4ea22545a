package org.einkorn.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One page, run from top to bottom.
final class PageRun {
  private static final Pattern PLACE = Pattern.compile(" --> ([\\w-]+\\.\\w+):\\d+");
  private static final Pattern COMPLAINT = Pattern.compile("(error|warning)\\[");
  private static final String ELIDED = "…";

  private final Page page;
  private final Shell shell;
  private final boolean updates;
  private final Set<String> unused = new HashSet<>();

  private final List<Correction> corrections = new ArrayList<>();

  /// Lines that the page should have.
  ///
  /// @param start the first line that they replace
  /// @param count how many lines they replace
  private record Correction(int start, int count, List<String> lines) {}

  /// @param updates whether outputs are written into the page instead of compared
  PageRun(Page page, Path folder, boolean updates) {
    this.page = page;
    this.shell = new Shell(folder);
    this.updates = updates;
  }

  void run() throws IOException, InterruptedException {
    for (int number = 0; number < page.blocks().size(); number++) {
      Block block = page.blocks().get(number);
      Optional<Block> output = output(number + 1);
      if (output.isPresent()) {
        number++;
      }
      if (block.reason().isPresent()) {
        continue;
      }
      if (block.file().isPresent() && !isCommands(block)) {
        assertTrue(output.isEmpty(), place(block) + ": a file prints nothing");
        Files.writeString(shell.folder().resolve(block.file().get()), block.text());
        unused.removeIf(block.text()::contains);
        unused.add(block.file().get());
      } else {
        run(block, output);
      }
    }
    assertEquals(Set.of(), unused, page + ": files that no command and no program uses");
    if (updates) {
      write();
    }
  }

  /// The block that says what the one before it prints.
  private Optional<Block> output(int number) {
    if (number == page.blocks().size()) {
      return Optional.empty();
    }
    Block block = page.blocks().get(number);
    boolean isOutput = block.info().equals("text") && block.followsBlock();
    return isOutput ? Optional.of(block) : Optional.empty();
  }

  private static boolean isCommands(Block block) {
    return block.info().equals("console") || block.info().equals("sh");
  }

  private void run(Block block, Optional<Block> output) throws IOException, InterruptedException {
    switch (block.info()) {
      case "ein" -> runProgram(block, output);
      case "ir" -> readIr(block, output);
      case "java" -> {
        String printed = shell.withoutFolder(Snippet.run(block.lines(), shell.folder()));
        if (output.isPresent()) {
          check(output.get(), printed);
        } else {
          assertEquals("", printed, place(block));
        }
      }
      case "console" -> runConsole(block);
      case "sh" -> {
        for (String command : block.lines()) {
          if (!command.startsWith("mvn ")) {
            Shell.Done done = shell.run(command);
            assertEquals(0, done.code(), place(block) + ": " + done.text());
          }
        }
      }
      default -> fail(place(block) + ": nothing says what to do with this block");
    }
  }

  private void runProgram(Block block, Optional<Block> output) throws IOException {
    String name = name(output, "example.ein");
    Files.writeString(shell.folder().resolve(name), block.text());
    unused.removeIf(block.text()::contains);
    if (output.isPresent()) {
      // A program that is shown for its complaints need not have data.
      String command = COMPLAINT.matcher(output.get().text()).lookingAt() ? "check" : "run";
      check(output.get(), shell.ein(List.of(command, name)));
    } else {
      Shell.Done done = shell.ein(List.of("check", name));
      assertEquals("", done.text(), place(block));
    }
  }

  private void readIr(Block block, Optional<Block> output) throws IOException {
    String name = name(output, "example.ir");
    Files.writeString(shell.folder().resolve(name), block.text());
    String stage = stage(block.text());
    Shell.Done done = shell.ein(List.of("ir", name, "--from", stage, "--stage", stage));
    if (output.isPresent()) {
      check(output.get(), done);
    } else {
      assertEquals(0, done.code(), place(block) + ": " + done.text());
    }
  }

  /// The stage that a text is of.
  private static String stage(String text) {
    if (text.startsWith("(")) {
      return "ast";
    }
    return text.startsWith("module") ? "loops" : "tensor";
  }

  /// The name by which an output speaks of its program.
  private static String name(Optional<Block> output, String otherwise) {
    Matcher matcher = PLACE.matcher(output.map(Block::text).orElse(""));
    return matcher.find() ? matcher.group(1) : otherwise;
  }

  private void runConsole(Block block) throws IOException, InterruptedException {
    int number = 0;
    assertTrue(block.lines().getFirst().startsWith("$ "), place(block));
    while (number < block.lines().size()) {
      String command = block.lines().get(number).substring(2);
      unused.removeIf(command::contains);
      int end = number + 1;
      while (end < block.lines().size() && !block.lines().get(end).startsWith("$ ")) {
        end++;
      }
      List<String> expected = block.lines().subList(number + 1, end);
      check(expected, block.firstLine() + number + 1, shell.run(command));
      number = end;
    }
  }

  private void check(Block output, Shell.Done done) {
    check(output.lines(), output.firstLine(), done);
  }

  private void check(List<String> expected, int firstLine, Shell.Done done) {
    check(expected, firstLine, done.text());
    boolean saysSo = done.text().contains("error[") || done.text().contains("ein: ");
    assertEquals(saysSo, done.code() != 0, page + ":" + firstLine + ": exit code " + done.code());
  }

  private void check(Block output, String printed) {
    check(output.lines(), output.firstLine(), printed);
  }

  private void check(List<String> expected, int firstLine, String printed) {
    List<String> found = printed.lines().toList();
    if (matches(expected, found)) {
      return;
    }
    if (updates && !expected.contains(ELIDED)) {
      corrections.add(new Correction(firstLine, expected.size(), found));
      return;
    }
    assertEquals(
        String.join("\n", expected),
        String.join("\n", found),
        page + ":" + (firstLine + 1) + ": this is not what is printed");
  }

  /// Whether the lines are those expected, where `…` stands for any lines.
  private static boolean matches(List<String> expected, List<String> found) {
    int elided = expected.indexOf(ELIDED);
    if (elided < 0) {
      return expected.equals(found);
    }
    if (found.size() < elided || !expected.subList(0, elided).equals(found.subList(0, elided))) {
      return false;
    }
    List<String> rest = expected.subList(elided + 1, expected.size());
    for (int start = elided; start <= found.size(); start++) {
      if (matches(rest, found.subList(start, found.size()))) {
        return true;
      }
    }
    return false;
  }

  private void write() throws IOException {
    List<String> lines = new ArrayList<>(page.lines());
    for (Correction correction : corrections.reversed()) {
      lines.subList(correction.start(), correction.start() + correction.count()).clear();
      lines.addAll(correction.start(), correction.lines());
    }
    Files.writeString(page.file(), String.join("\n", lines) + "\n");
  }

  private String place(Block block) {
    return page + ":" + (block.firstLine() + 1);
  }
}
