package org.einkorn.docs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Java in a page: imports, then the body of a method, which may use a field `arena`.
final class Snippet {
  private static final String IMPORTS =
      """
      import java.lang.foreign.*;
      import java.nio.file.*;
      import java.util.*;
      import org.einkorn.*;
      import org.einkorn.runtime.*;
      """;

  private Snippet() {}

  /// Compiles and runs a snippet.
  ///
  /// @param folder what the paths in it are relative to
  /// @return what it printed, and the message of the exception that ended it
  static String run(List<String> lines, Path folder) throws IOException, InterruptedException {
    Path classes = Files.createTempDirectory("snippet");
    compile(source(lines, folder), classes);
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
    System.setOut(stream);
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      loader.loadClass("Snippet").getMethod("run").invoke(null);
    } catch (InvocationTargetException e) {
      stream.println(
          String.valueOf(Objects.requireNonNull(e.getCause()).getMessage()).stripTrailing());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  private static String source(List<String> lines, Path folder) {
    String imports =
        lines.stream().filter(line -> line.startsWith("import ")).collect(Collectors.joining("\n"));
    String body =
        lines.stream()
            .filter(line -> !line.startsWith("import "))
            .map(line -> line.replace("Path.of(\"", "Path.of(\"" + folder + "/"))
            .collect(Collectors.joining("\n"));
    return IMPORTS
        + imports
        + "\npublic final class Snippet {\n  static final Arena arena = Arena.ofAuto();\n"
        + "  public static void run() throws Exception {\n"
        + body
        + "\n  }\n}\n";
  }

  private static void compile(String source, Path classes) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    List<String> options =
        List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
    if (!compiler.getTask(errors, null, null, options, null, List.of(new Source(source))).call()) {
      throw new AssertionError(errors + "\n" + source);
    }
  }

  /// A class in memory.
  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String text) {
      super(URI.create("string:///Snippet.java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
