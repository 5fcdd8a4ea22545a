package org.einkorn.cli;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.einkorn.TensorNetwork;
import org.einkorn.passes.Objective;
import org.einkorn.passes.order.ContractionPlan;
import org.einkorn.passes.order.SearchOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of `ein explain --network`, and what it does.
final class NetworkOptions {
  private static final Pattern TIME = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|min)");
  private static final Pattern POWER = Pattern.compile("2\\^(\\d{1,2})");
  private static final Pattern COUNT = Pattern.compile("\\d{1,19}");
  private static final String DEFAULT_BUDGET = "1s";

  @Option(
      names = "--network",
      paramLabel = "FILE.json",
      description = "A tensor network, to search an order of contraction for.")
  @Nullable Path file;

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      description =
          "How long to search for the order of a network, such as 500ms or 5s; default 1s. Counted"
              + " in work, so that every machine finds the same order.")
  @Nullable String budget;

  @Option(
      names = "--memory-limit",
      paramLabel = "N",
      description =
          "The most elements that intermediates and the result may have at once, such as 2^30.")
  @Nullable String memoryLimit;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "The seed of the random trials of the search, or of what the samples of a --schedule"
              + " decide; default 0.")
  @Nullable Long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "How many trials may run at once; default all processors.")
  @Nullable Integer threads;

  /// Whether a network is given.
  ///
  /// @param hasSamples whether a schedule has samples, which the seed decides then
  /// @throws UsageException if options are that need one
  boolean isAsked(boolean hasSamples) {
    boolean isTold =
        budget != null || memoryLimit != null || seed != null && !hasSamples || threads != null;
    if (file == null && isTold) {
      throw new UsageException("--budget, --memory-limit, --seed and --threads need a --network");
    }
    return file != null;
  }

  /// The seed, or 0.
  long seed() {
    return seed == null ? 0 : seed;
  }

  /// Searches and prints.
  void explain(Session session, MessageOptions messages, Objective objective, boolean isJson) {
    if (file == null) {
      throw new UsageException("name a --network");
    }
    SearchOptions options = options(objective);
    TensorNetwork network = TensorNetwork.read(file);
    ContractionPlan plan = messages.time(session, "search", () -> network.plan(options));
    if (isJson) {
      session.out().println(NetworkReport.json(network, plan));
    } else {
      session.out().print(NetworkReport.text(network, plan));
    }
  }

  private SearchOptions options(Objective objective) {
    if (threads != null && threads < 1) {
      throw new UsageException("--threads needs at least 1, not " + threads);
    }
    int processors = Runtime.getRuntime().availableProcessors();
    return new SearchOptions(
        objective,
        duration(budget == null ? DEFAULT_BUDGET : budget),
        memoryLimit == null ? OptionalLong.empty() : OptionalLong.of(elements(memoryLimit)),
        seed(),
        threads == null ? processors : threads,
        false,
        false);
  }

  private static Duration duration(String text) {
    Matcher matcher = TIME.matcher(text);
    if (!matcher.matches()) {
      throw new UsageException("a budget is a number and ms, s or min, such as 5s, not " + text);
    }
    long nanosPerUnit =
        switch (matcher.group(2)) {
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          default -> 60_000_000_000L;
        };
    BigDecimal nanos = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(nanosPerUnit));
    if (nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new UsageException("the budget " + text + " is too long");
    }
    return Duration.ofNanos(nanos.longValue());
  }

  private static long elements(String text) {
    Matcher power = POWER.matcher(text);
    if (power.matches() && Integer.parseInt(power.group(1)) < 63) {
      return 1L << Integer.parseInt(power.group(1));
    }
    if (COUNT.matcher(text).matches() && new BigInteger(text).bitLength() < 64) {
      return Long.parseLong(text);
    }
    throw new UsageException(
        "a memory limit is a number of elements, such as 2^30 or 1000000, not " + text);
  }
}
