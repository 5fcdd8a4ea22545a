package org.einkorn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.frontend.Known;
import org.einkorn.ir.target.Artifact;
import org.einkorn.ir.target.Backend;
import org.einkorn.ir.target.Emission;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.passes.pipeline.Pipeline;

/// Compiles programs ahead of time, by the backend that makes the kind of artifact.
final class Emitter {
  private Emitter() {}

  static Artifact emit(
      Compiler compiler,
      Map<String, Known> inputs,
      Set<String> kept,
      Options options,
      String kind,
      String name,
      Optional<String> target) {
    List<Backend> backends = Backends.all();
    for (Backend backend : backends) {
      if (backend.emits().contains(kind)) {
        var program = compiler.equations(inputs, kept, true, new ArrayList<>());
        var lowered = Pipelines.lower(program, options, Pipeline.Observer.none());
        backend.warnings(lowered.scheduled()).forEach(options.onWarning());
        return backend.emit(
            lowered.scheduled(), new Emission(kind, name, target.orElse(usualTarget(backend))));
      }
    }
    String known =
        backends.stream()
            .flatMap(backend -> backend.emits().stream())
            .distinct()
            .collect(Collectors.joining(", "));
    throw new RefusedException(
        "E0721", "no backend makes a `" + kind + "`", "the kinds are " + known);
  }

  /// What the artifacts of a backend are made for where nobody says otherwise.
  static String usualTarget(Backend backend) {
    return backend.name().equals("jvm") ? "jvm" : "native";
  }
}
