package org.einkorn;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.Known;
import org.einkorn.ir.binary.Encoder;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.passes.layout.Storage;
import org.einkorn.runtime.cache.CacheKey;

/// What has to be known of a program to run code of it that is there already.
///
/// @param key of the question in the cache
record SourceFacts(Optional<CacheKey> key, Kept kept) {
  /// The facts themselves, as they are kept.
  ///
  /// @param headers what the headers of files said that the program names
  /// @param diagnostics its warnings
  /// @param requirements what must hold of data
  record Kept(
      Map<String, Optional<Known>> headers,
      List<Diagnostic> diagnostics,
      List<Compiled.Requirement> requirements,
      Signature signature) {
    Kept {
      headers = Map.copyOf(headers);
      diagnostics = List.copyOf(diagnostics);
      requirements = List.copyOf(requirements);
    }

    static Optional<Kept> of(SourceCompiler.Answer answer) {
      Compiled compiled = answer.compiled();
      return compiled
          .program()
          .filter(program -> compiled.lessons().isEmpty())
          .map(
              program ->
                  new Kept(
                      answer.probed(),
                      compiled.diagnostics(),
                      compiled.requirements(),
                      program.signature()));
    }
  }

  /// What of the files and the inputs the equations depend on, beside the question.
  private record Circumstances(
      Map<String, Optional<Known>> headers, Map<String, Storage> storages) {}

  /// The key of the program.
  Optional<CacheKey> program(Views views) {
    return key.map(
        question ->
            question.with(Encoder.bytes(new Circumstances(kept.headers(), views.storages()))));
  }
}
