package org.einkorn.frontend.lower;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.einkorn.frontend.syntax.ParseResult;
import org.einkorn.frontend.syntax.Syntax;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.source.SourceFile;

/// The functions that are written in Einkorn: one file each under `prelude/`, read when first used.
final class Prelude {
  /// The functions there are.
  static final List<String> NAMES =
      List.of(
          "clamp",
          "cumsum",
          "gelu",
          "l2norm",
          "lnorm",
          "logsoftmax",
          "relu",
          "rmsnorm",
          "rsqrt",
          "sig",
          "silu",
          "softmax",
          "sort",
          "step");

  private static final String FOLDER = "<prelude>/";

  private static final Map<String, Tree.Function> LOADED = new ConcurrentHashMap<>();

  private Prelude() {}

  static Optional<Tree.Function> function(String name) {
    return NAMES.contains(name)
        ? Optional.of(LOADED.computeIfAbsent(name, Prelude::load))
        : Optional.empty();
  }

  /// The function that a call means: `sig(x, t)` has a temperature, `sig(x)` none.
  static Optional<Tree.Function> function(Tree.Call call) {
    String name = call.function().text();
    return name.equals("sig") && call.arguments().size() > 1
        ? Optional.of(LOADED.computeIfAbsent("sig-temperature", Prelude::load))
        : function(name);
  }

  /// Whether a text is one of the prelude's, and not the user's.
  static boolean holds(SourceFile file) {
    return file.name().startsWith(FOLDER);
  }

  private static Tree.Function load(String name) {
    String path = "/prelude/" + name + ".ein";
    try (InputStream stream = Prelude.class.getResourceAsStream(path)) {
      if (stream == null) {
        throw new IllegalStateException("the prelude has no " + path);
      }
      String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      ParseResult result = Syntax.parse(new SourceFile(FOLDER + name + ".ein", text));
      if (result.hasErrors()
          || !(result.program().statements().getFirst() instanceof Tree.Function function)) {
        throw new IllegalStateException("the prelude's " + path + " is broken");
      }
      return function;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
