package org.einkorn;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.einkorn.ir.binary.Encoder;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.ir.tensor.Program;
import org.einkorn.passes.Sizes;
import org.einkorn.passes.layout.Storage;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.cache.CacheKey;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.ModuleRunner;

/// The code of one program in the cache.
///
/// Code that passes made without asking for sizes is kept for all, other code for each sizes.
final class KeptCode {
  private final CodeCache cache;
  private final CacheKey key;
  private final Supplier<Program> program;
  private final Options options;
  private final boolean hasLists;

  private KeptCode(
      CodeCache cache, CacheKey key, Supplier<Program> program, Options options, boolean hasLists) {
    this.cache = cache;
    this.key = key;
    this.program = program;
    this.options = options;
    this.hasLists = hasLists;
  }

  /// The code of a program, where the options ask for a cache.
  ///
  /// @param known the key of the program; that of its equations where there is none
  /// @param program made only if that is needed
  static Optional<KeptCode> of(
      Optional<CacheKey> known,
      Supplier<Program> program,
      Map<String, Storage> targets,
      Options options,
      boolean hasLists) {
    return CodeCache.of(options)
        .map(
            cache -> {
              CacheKey base = known.orElseGet(() -> cache.key(new Equations(program.get())));
              CacheKey key = cache.code(base, hasLists, targets);
              return new KeptCode(cache, key, program, options, hasLists);
            });
  }

  /// A program as the key of its code.
  private record Equations(Program program) {}

  private record KnownSizes(Map<String, Long> known) {}

  /// Code as it is kept.
  ///
  /// @param keepsGaps whether it leaves some of the memory of its outputs as it is
  private record Entry(
      ModuleFacts.Parts facts,
      byte[] code,
      boolean keepsGaps,
      Optional<CompiledCode.Counters> counting,
      List<Diagnostic> forced,
      List<Diagnostic> undone) {}

  /// Code that was found.
  ///
  /// @param isForAll whether it is for all sizes
  record Found(CompiledCode code, boolean isForAll) {}

  private CacheKey forAll() {
    return key.with("for all sizes");
  }

  private CacheKey forSizes(Map<String, Long> known) {
    return key.with(Encoder.bytes(new KnownSizes(known)));
  }

  /// The code for these sizes, if it is there.
  ///
  /// @param timings receives what it took
  Optional<Found> find(Map<String, Long> known, List<Pipeline.Timing> timings) {
    long start = System.nanoTime();
    Optional<Found> found =
        load(forAll(), known)
            .map(code -> new Found(code, true))
            .or(() -> load(forSizes(known), known).map(code -> new Found(code, false)));
    if (found.isPresent()) {
      timings.add(
          new Pipeline.Timing(
              "load-" + options.target().name() + " (from the cache)",
              (System.nanoTime() - start) / 1e6));
    }
    return found;
  }

  private Optional<CompiledCode> load(CacheKey place, Map<String, Long> known) {
    Optional<Entry> entry = cache.find(place, Entry.class);
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(linked(entry.get(), known));
    } catch (RefusedException refused) {
      cache.tellOfFile(place, "holds code that can't be linked: " + refused.getMessage());
      return Optional.empty();
    }
  }

  private CompiledCode linked(Entry entry, Map<String, Long> known) {
    KernelModule kernels = cache.backend().link(entry.facts.facts(), entry.code);
    return new CompiledCode(
        new ModuleRunner(kernels, entry.keepsGaps),
        entry.counting,
        Optional.of(() -> plan(known)),
        entry.forced,
        entry.undone,
        Optional.empty(),
        true);
  }

  /// What the code was made from, made again.
  private CompiledCode.Plan plan(Map<String, Long> known) {
    Program made = program.get();
    return Pipelines.plan(
        made, Pipelines.optimize(made, options, Sizes.of(known), hasLists), options);
  }

  /// Keeps code.
  ///
  /// @param known the sizes that it was made for
  /// @param isForAll whether it is for all sizes
  /// @return the code, of which nothing more can be kept
  CompiledCode keep(CompiledCode code, Map<String, Long> known, boolean isForAll) {
    code.generated()
        .flatMap(CompiledCode.Generated::kept)
        .ifPresent(
            bytes ->
                cache.store(
                    isForAll ? forAll() : forSizes(known),
                    new Entry(
                        bytes.facts(),
                        bytes.code(),
                        code.runner().keepsGaps(),
                        code.counting(),
                        code.forced(),
                        code.undone())));
    return code.withoutBytes();
  }

  /// The code of a program whose sizes are all in it.
  static CompiledCode compile(
      Program program,
      Map<String, Storage> targets,
      Options options,
      List<Pipeline.Timing> timings) {
    Optional<KeptCode> kept = of(Optional.empty(), () -> program, targets, options, false);
    Optional<Found> found = kept.flatMap(there -> there.find(Map.of(), timings));
    if (found.isPresent()) {
      return found.get().code;
    }
    CompiledCode made = Pipelines.compile(program, targets, options, timings);
    return kept.map(there -> there.keep(made, Map.of(), true)).orElse(made);
  }
}
