package org.einkorn;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.lower.Frontend;
import org.einkorn.frontend.Known;
import org.einkorn.frontend.Request;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.exec.ProgramFiles;
import org.einkorn.runtime.io.Header;

/// Source to equations, once for the same question.
///
/// A command first asks for the warnings of a program and then for its code; both come from one run
/// of the frontend. The last answer is kept, and holds as long as what is known of the inputs and
/// of the files that the program names is the same. Safe to use from many threads at once.
final class SourceCompiler {
  private final ProgramFiles files;
  private final AtomicReference<Optional<Answer>> last = new AtomicReference<>(Optional.empty());

  SourceCompiler(ProgramFiles files) {
    this.files = files;
  }

  /// @param source the text, and with the next three what the answer depends on
  /// @param probed what the headers of files said when they were asked
  private record Answer(
      SourceFile source,
      Map<String, Known> inputs,
      Set<String> kept,
      boolean specialize,
      Map<String, Optional<Known>> probed,
      Compiled compiled) {}

  Compiled compile(
      SourceFile source, Map<String, Known> inputs, Set<String> kept, boolean specialize) {
    Optional<Answer> known =
        last.get()
            .filter(
                answer ->
                    answer.source.equals(source)
                        && answer.inputs.equals(inputs)
                        && answer.kept.equals(kept)
                        && answer.specialize == specialize
                        && answer.probed.equals(probeAll(answer.probed.keySet())));
    if (known.isPresent()) {
      return known.get().compiled;
    }
    Map<String, Optional<Known>> probed = new TreeMap<>();
    Compiled compiled =
        Frontend.compile(
            source,
            new Request(
                inputs, file -> probed.computeIfAbsent(file, this::probe), kept, specialize));
    last.set(
        Optional.of(
            new Answer(
                source,
                Map.copyOf(inputs),
                Set.copyOf(kept),
                specialize,
                Map.copyOf(probed),
                compiled)));
    return compiled;
  }

  private Map<String, Optional<Known>> probeAll(Set<String> references) {
    Map<String, Optional<Known>> probed = new TreeMap<>();
    references.forEach(reference -> probed.put(reference, probe(reference)));
    return probed;
  }

  /// What the header of a file says; nothing where it can't be read, which the run reports.
  private Optional<Known> probe(String reference) {
    try {
      Header header = files.probe(reference);
      return Optional.of(Known.of(header.dtype(), header.shape()));
    } catch (DataException e) {
      return Optional.empty();
    }
  }
}
