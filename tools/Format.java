import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Formats the project's Java sources with google-java-format, or checks that they are formatted.
///
/// google-java-format parses with the compiler of the JVM it runs in, so a formatter inside Maven
/// would have to read Java 25 with whatever JDK happens to run Maven. The root `pom.xml` starts
/// this program on the JDK that also compiles the project.
///
/// ```
/// java Format.java (check|apply) PROJECT_DIRECTORY STATE_FILE
/// ```
///
/// `check` ends with 1 and names each file that differs; `apply` rewrites those files. Texts known
/// to be formatted are remembered by their digest in `STATE_FILE`, so that the next run reads and
/// hashes but does not parse them.
final class Format {
  private Format() {}

  public static void main(String[] arguments) throws IOException {
    boolean apply =
        switch (arguments[0]) {
          case "apply" -> true;
          case "check" -> false;
          default -> throw new IllegalArgumentException("expected check or apply: " + arguments[0]);
        };
    Path project = Path.of(arguments[1]);
    Path state = Path.of(arguments[2]);
    Set<String> known = Files.exists(state) ? new HashSet<>(Files.readAllLines(state)) : Set.of();

    List<Result> results =
        sources(project).parallelStream().map(file -> Result.of(file, known)).toList();
    List<String> faults = new ArrayList<>();
    Set<String> clean = new TreeSet<>();
    int rewritten = 0;
    for (Result result : results) {
      String file = project.relativize(result.file()).toString();
      if (result.fault().isPresent()) {
        faults.add(file + ": " + result.fault().get());
      } else if (result.isFormatted()) {
        clean.add(digest(result.after()));
      } else if (apply) {
        Files.writeString(result.file(), result.after());
        clean.add(digest(result.after()));
        rewritten++;
      } else {
        faults.add(file + ":" + result.firstDifference() + ": not formatted");
      }
    }
    Files.createDirectories(state.toAbsolutePath().getParent());
    Files.write(state, clean);
    if (rewritten > 0) {
      System.out.println("formatted " + rewritten + " of " + results.size() + " files");
    }
    if (!faults.isEmpty()) {
      faults.forEach(System.err::println);
      System.err.println("To format the sources: mvn -q -N verify -Dformat=apply");
      System.exit(1);
    }
  }

  /// One file's text as it is and as it should be, or what keeps it from being formatted.
  private record Result(Path file, String before, String after, Optional<String> fault) {
    static Result of(Path file, Set<String> known) {
      try {
        String before = Files.readString(file);
        if (known.contains(digest(before))) {
          return new Result(file, before, before, Optional.empty());
        }
        Formatter formatter = new Formatter();
        // Removing an import can leave two blank lines, which only a second round joins.
        String once = formatter.formatSourceAndFixImports(before);
        return new Result(
            file, before, formatter.formatSourceAndFixImports(once), Optional.empty());
      } catch (FormatterException e) {
        return new Result(file, "", "", Optional.of(e.getMessage()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    boolean isFormatted() {
      return before.equals(after);
    }

    /// Number of the first line that differs, from 1.
    int firstDifference() {
      List<String> left = before.lines().toList();
      List<String> right = after.lines().toList();
      int line = 0;
      while (line < Math.min(left.size(), right.size()) && left.get(line).equals(right.get(line))) {
        line++;
      }
      return line + 1;
    }
  }

  /// Every Java file below `tools` and below the `src` of a module, in the order of their names.
  private static List<Path> sources(Path project) throws IOException {
    List<Path> roots = new ArrayList<>(List.of(project.resolve("tools")));
    try (Stream<Path> modules = Files.list(project)) {
      modules.map(module -> module.resolve("src")).filter(Files::isDirectory).forEach(roots::add);
    }
    List<Path> sources = new ArrayList<>();
    for (Path root : roots) {
      try (Stream<Path> files = Files.walk(root)) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
      }
    }
    sources.sort(null);
    return sources;
  }

  private static String digest(String text) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
