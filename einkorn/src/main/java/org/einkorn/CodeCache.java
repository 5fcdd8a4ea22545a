package org.einkorn;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.einkorn.ir.binary.Decoder;
import org.einkorn.ir.binary.Encoder;
import org.einkorn.ir.binary.MalformedException;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.KeepableBackend;
import org.einkorn.passes.Objective;
import org.einkorn.passes.layout.Storage;
import org.einkorn.runtime.cache.CacheKey;
import org.einkorn.runtime.cache.KernelCache;
import org.einkorn.runtime.cache.Lookup;
import org.einkorn.runtime.cache.Storing;

/// What the options say of a cache of compiled code: its folder, its keys, and who hears of what is
/// wrong with it. A cache is a help and no more: whatever fails about it is a warning.
final class CodeCache {
  /// Folders whose fault was told already; it would be the same at each program.
  private static final Set<Path> TOLD = ConcurrentHashMap.newKeySet();

  private final KernelCache files;
  private final KeepableBackend backend;

  /// What every key begins with: the compiler, the backend and the machine.
  private final CacheKey build;

  private final Options options;
  private final Consumer<Diagnostic> onWarning;

  private CodeCache(KernelCache files, KeepableBackend backend, CacheKey build, Options options) {
    this.files = files;
    this.backend = backend;
    this.build = build;
    this.options = options;
    this.onWarning = options.onWarning();
  }

  /// The cache that the options ask for; none where they ask for none, for code that can't be kept,
  /// for checks after each pass, which there would be none of, and where the folder can't be used.
  static Optional<CodeCache> of(Options options) {
    if (options.cache().isEmpty() || options.verification() != Options.Verification.NONE) {
      return Optional.empty();
    }
    if (!(Backends.find(options.target().name()).orElse(null) instanceof KeepableBackend backend)) {
      return Optional.empty();
    }
    KernelCache files = KernelCache.in(options.cache().get());
    Optional<String> fault = files.fault();
    if (fault.isPresent()) {
      tellOfFolder(files.folder(), fault.get(), options.onWarning());
      return Optional.empty();
    }
    return Builds.of(backend).map(build -> new CodeCache(files, backend, build, options));
  }

  /// What keys begin with, for each backend.
  private static final class Builds {
    private static final Map<String, Optional<CacheKey>> KNOWN = new ConcurrentHashMap<>();

    static Optional<CacheKey> of(KeepableBackend backend) {
      return KNOWN.computeIfAbsent(
          backend.name(),
          name ->
              BuildId.of(backend.getClass())
                  .map(build -> build.with(name).with(backend.dependencies())));
    }
  }

  KeepableBackend backend() {
    return backend;
  }

  /// The key of a question.
  CacheKey key(Record question) {
    return build.with(question.getClass().getName()).with(Encoder.bytes(question));
  }

  /// All that code depends on beside the program and its sizes.
  private record Question(
      Optional<List<String>> passes,
      boolean counts,
      boolean isExact,
      Objective objective,
      long seed,
      Optional<SourceFile> schedule,
      long memoryBudgetBytes,
      long expectedRuns,
      boolean hasLists,
      Map<String, Storage> targets) {}

  /// The key of the code of a program.
  ///
  /// @param program the key of the program
  CacheKey code(CacheKey program, boolean hasLists, Map<String, Storage> targets) {
    return program.with(
        Encoder.bytes(
            new Question(
                options.passes().map(names -> List.copyOf(new TreeSet<>(names))),
                options.counts(),
                options.isExact(),
                options.objective(),
                options.seed(),
                options.schedule(),
                options.run().memoryBudgetBytes(),
                options.expectedRuns(),
                hasLists,
                targets)));
  }

  /// What was stored under a key.
  <T extends Record> Optional<T> find(CacheKey key, Class<T> type) {
    return switch (files.find(key)) {
      case Lookup.Miss _ -> Optional.empty();
      case Lookup.Ignored(Path file, String why) -> {
        tellOfFile(file, why);
        yield Optional.empty();
      }
      case Lookup.Hit(byte[] payload) -> {
        try {
          yield Optional.of(Decoder.read(payload, type));
        } catch (MalformedException malformed) {
          tellOfFile(files.file(key), "holds something else than it should");
          yield Optional.empty();
        }
      }
    };
  }

  /// Stores something under a key.
  void store(CacheKey key, Record value) {
    switch (files.store(key, Encoder.bytes(value))) {
      case Storing.Kept _, Storing.TooLarge _ -> {}
      case Storing.Refused(Path folder, String why) -> tellOfFolder(folder, why, onWarning);
    }
  }

  /// Says that a file is passed over.
  ///
  /// @param why what is wrong with it, as an end of a sentence that begins with its name
  void tellOfFile(CacheKey key, String why) {
    tellOfFile(files.file(key), why);
  }

  private void tellOfFile(Path file, String why) {
    onWarning.accept(
        Diagnostic.warning("W0203", "a file of the kernel cache is passed over")
            .note("`" + file + "` " + why)
            .help("nothing is to be done: the program is compiled, and the file replaced"));
  }

  private static void tellOfFolder(Path folder, String why, Consumer<Diagnostic> onWarning) {
    if (TOLD.add(folder.toAbsolutePath())) {
      onWarning.accept(
          Diagnostic.warning("W0204", "the kernel cache can't be used")
              .note("`" + folder + "` " + why)
              .help(
                  "make it a folder of your own that only you may write, choose another one, or do"
                      + " without: `--no-cache`"));
    }
  }
}
