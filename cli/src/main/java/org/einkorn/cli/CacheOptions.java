package org.einkorn.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.einkorn.Options;
import org.einkorn.Results;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options about compiled code that is kept for other processes.
final class CacheOptions {
  /// The environment variable that names the folder, or is `off`.
  static final String VARIABLE = "EIN_CACHE";

  private static final String OFF = "off";

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Where compiled code is kept for later runs; by default the folder that EIN_CACHE names,"
              + " or einkorn in the user's cache folder.")
  @Nullable Path folder;

  @Option(
      names = "--no-cache",
      description = "Compiles everything anew and keeps nothing, as EIN_CACHE=off does.")
  boolean isOff;

  /// @throws UsageException for a folder and none at once, and for a folder without a name
  Options applyTo(Options options) {
    if (isOff && folder != null) {
      throw new UsageException("--cache " + folder + " and --no-cache exclude each other");
    }
    if (folder != null && folder.toString().isEmpty()) {
      throw new UsageException("--cache names no folder; --cache . is the one you are in");
    }
    Optional<Path> chosen =
        isOff ? Optional.empty() : Optional.ofNullable(folder).or(CacheOptions::usual);
    return chosen.map(options::withCache).orElseGet(options::withoutCache);
  }

  /// Where the XDG base directories say that it lies, unless the environment says something else;
  /// nowhere for a user without a folder.
  private static Optional<Path> usual() {
    String named = System.getenv(VARIABLE);
    if (named != null && !named.isEmpty()) {
      return named.equals(OFF) ? Optional.empty() : Optional.of(Path.of(named));
    }
    String caches = System.getenv("XDG_CACHE_HOME");
    if (caches != null && Path.of(caches).isAbsolute()) {
      return Optional.of(Path.of(caches, "einkorn"));
    }
    String home = System.getProperty("user.home");
    return home == null || !Path.of(home).isAbsolute()
        ? Optional.empty()
        : Optional.of(Path.of(home, ".cache", "einkorn"));
  }

  /// Says where the code came from, where that is asked for.
  static void report(Session session, Results results, MessageOptions messages) {
    if (messages.verbose) {
      session
          .err()
          .println(results.isFromCache() ? "code from the cache" : "code compiled by this process");
    }
  }
}
