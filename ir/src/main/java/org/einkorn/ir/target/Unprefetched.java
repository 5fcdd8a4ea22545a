package org.einkorn.ir.target;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.loop.Annotation;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.source.Diagnostic;

/// What a backend says whose code can't ask for memory ahead of time.
public final class Unprefetched {
  private Unprefetched() {}

  /// W0202, once for a module, where a loop is to prefetch.
  ///
  /// @param backend its name, as a user chooses it by
  public static Optional<Diagnostic> warning(Module module, String backend) {
    List<String> places = new ArrayList<>();
    for (Function function : module.functions()) {
      collect(function.body(), function, places);
    }
    if (places.isEmpty()) {
      return Optional.empty();
    }
    Diagnostic warning =
        Diagnostic.warning("W0202", "the backend `" + backend + "` does not prefetch");
    for (String place : places) {
      warning = warning.note(place);
    }
    return Optional.of(
        warning.help("run it on the backend `llvm`, or leave `annotate` out of the schedule"));
  }

  private static void collect(Stmt statement, Function function, List<String> places) {
    if (statement instanceof Stmt.For loop) {
      for (Annotation annotation : loop.annotations()) {
        switch (annotation) {
          case Annotation.Prefetch(String buffer, int _) ->
              places.add(
                  "loop `%s` of `%s` asks for `%s`"
                      .formatted(loop.variable(), function.name(), buffer));
          case Annotation.Mma _ -> {}
        }
      }
    }
    statement.children().forEach(each -> collect(each, function, places));
  }
}
