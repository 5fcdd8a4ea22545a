package org.einkorn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.Known;
import org.einkorn.frontend.Request;
import org.einkorn.frontend.learn.LearningFrontend;
import org.einkorn.frontend.lower.Frontend;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.passes.differentiate.Differentiate;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.cache.CacheKey;
import org.einkorn.runtime.exec.ProgramFiles;
import org.einkorn.runtime.io.Header;
import org.jspecify.annotations.Nullable;

/// Source to equations, once for the same question.
///
/// A command first asks for the warnings of a program and then for its code; both come from one run
/// of the frontend. The last answer of each kind is kept, and holds as long as what is known of the
/// inputs and of the files that the program names is the same. Safe to use from many threads at
/// once.
final class SourceCompiler {
  private final ProgramFiles files;
  private final Map<Sizes, Answer> last = new ConcurrentHashMap<>();
  private final Map<Sizes, SourceFacts> lastFacts = new ConcurrentHashMap<>();
  private final Optional<CodeCache> cache;
  private final AtomicReference<@Nullable Relations> relations = new AtomicReference<>();

  /// @param cache where facts are kept beyond this process
  SourceCompiler(ProgramFiles files, Optional<CodeCache> cache) {
    this.files = files;
    this.cache = cache;
  }

  /// What a question asks of the sizes that are known.
  enum Sizes {
    /// Nothing: they stay symbols.
    OPEN,
    /// Nothing, and nothing of what is learned, which a question with sizes asked before.
    OPEN_WITHOUT_LESSONS,
    /// They are part of the program.
    KNOWN
  }

  /// The relations of a program that come from outside.
  Set<String> relations(SourceFile source) {
    Relations found = relations.get();
    if (found == null || !found.source.equals(source)) {
      found = keptRelations(source);
      relations.set(found);
    }
    return found.names;
  }

  private record Relations(SourceFile source, Set<String> names) {}

  /// The relations of a text as they are kept.
  private record RelationNames(List<String> names) {}

  private record RelationQuestion(SourceFile source) {}

  private Relations keptRelations(SourceFile source) {
    Optional<CacheKey> key = cache.map(there -> there.key(new RelationQuestion(source)));
    Optional<RelationNames> kept = key.flatMap(place -> find(place, RelationNames.class));
    if (kept.isPresent()) {
      return new Relations(source, Set.copyOf(kept.get().names));
    }
    Set<String> names = Frontend.relations(source);
    key.ifPresent(place -> cache.orElseThrow().store(place, new RelationNames(List.copyOf(names))));
    return new Relations(source, names);
  }

  private <T extends Record> Optional<T> find(CacheKey key, Class<T> type) {
    return cache.flatMap(there -> there.find(key, type));
  }

  private record FactQuestion(
      SourceFile source, Map<String, Known> inputs, List<String> kept, Sizes sizes) {}

  /// What is known of a program without its equations; nothing where it has errors, is open or
  /// learns.
  ///
  /// A text that some process has compiled for the same question is not read again.
  Optional<SourceFacts> facts(
      SourceFile source, Map<String, Known> inputs, Set<String> kept, Sizes sizes) {
    FactQuestion question = new FactQuestion(source, inputs, List.copyOf(kept), sizes);
    Optional<CacheKey> key = cache.map(there -> there.key(question));
    SourceFacts known = key.isEmpty() ? null : lastFacts.get(sizes);
    if (known != null && known.key().equals(key) && isCurrent(known.kept())) {
      return Optional.of(known);
    }
    Optional<SourceFacts.Kept> found =
        key.flatMap(place -> find(place, SourceFacts.Kept.class)).filter(this::isCurrent);
    if (found.isEmpty()) {
      Answer answer = answer(source, inputs, kept, sizes);
      found = SourceFacts.Kept.of(answer);
      if (key.isPresent() && found.isPresent()) {
        cache.orElseThrow().store(key.get(), found.get());
      }
    }
    Optional<SourceFacts> facts = found.map(there -> new SourceFacts(key, there));
    facts.ifPresent(made -> lastFacts.put(sizes, made));
    return facts;
  }

  private boolean isCurrent(SourceFacts.Kept facts) {
    return facts.headers().isEmpty() || facts.headers().equals(probeAll(facts.headers().keySet()));
  }

  /// @param source the text, and with the next two what the answer depends on
  /// @param probed what the headers of files said when they were asked
  record Answer(
      SourceFile source,
      Map<String, Known> inputs,
      Set<String> kept,
      Map<String, Optional<Known>> probed,
      Compiled compiled) {}

  Compiled compile(SourceFile source, Map<String, Known> inputs, Set<String> kept, Sizes sizes) {
    return answer(source, inputs, kept, sizes).compiled;
  }

  /// What the frontend says, with derivatives as equations.
  private static Compiled compile(SourceFile source, Request request, Sizes sizes) {
    Compiled compiled =
        sizes == Sizes.OPEN_WITHOUT_LESSONS
            ? LearningFrontend.compileLearned(source, request)
            : LearningFrontend.compile(source, request);
    return compiled.map(Differentiate::apply);
  }

  /// What the frontend says, and what the headers of the files that it asked for said.
  Answer answer(SourceFile source, Map<String, Known> inputs, Set<String> kept, Sizes sizes) {
    Answer known = last.get(sizes);
    if (known != null
        && known.source.equals(source)
        && known.inputs.equals(inputs)
        && known.kept.equals(kept)
        && known.probed.equals(probeAll(known.probed.keySet()))) {
      return known;
    }
    Map<String, Optional<Known>> probed = new TreeMap<>();
    Request request =
        new Request(
            inputs, file -> probed.computeIfAbsent(file, this::probe), kept, sizes == Sizes.KNOWN);
    Compiled compiled =
        withFileFaults(source, compile(source, request, sizes), request, sizes, Map.copyOf(probed));
    Answer answer =
        new Answer(source, Map.copyOf(inputs), Set.copyOf(kept), Map.copyOf(probed), compiled);
    last.put(sizes, answer);
    return answer;
  }

  /// A file that can't be read leaves sizes open, and errors follow from that. So where there are
  /// errors the file is one of them, and what follows from it is not reported.
  private Compiled withFileFaults(
      SourceFile source,
      Compiled compiled,
      Request request,
      Sizes sizes,
      Map<String, Optional<Known>> probed) {
    if (compiled.program().isPresent()) {
      return compiled;
    }
    List<Diagnostic> all = new ArrayList<>();
    Set<String> unreadable = new TreeSet<>();
    for (String reference : probed.keySet()) {
      try {
        files.probe(reference);
      } catch (DataException e) {
        all.add(diagnostic(e));
        unreadable.add(reference);
      }
    }
    if (unreadable.isEmpty()) {
      return compiled;
    }
    Request without =
        new Request(
            request.inputs(),
            request.files(),
            request.requested(),
            unreadable,
            request.specialize());
    all.addAll(compile(source, without, sizes).diagnostics());
    return new Compiled(Optional.empty(), all);
  }

  private static Diagnostic diagnostic(DataException failure) {
    Diagnostic diagnostic = Diagnostic.error(failure.code(), failure.title());
    for (DataException.Detail detail : failure.details()) {
      diagnostic = diagnostic.note(detail.label() + ": " + detail.text());
    }
    return failure.help().isPresent() ? diagnostic.help(failure.help().get()) : diagnostic;
  }

  /// What the headers of files say now.
  Map<String, Optional<Known>> probeAll(Set<String> references) {
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
