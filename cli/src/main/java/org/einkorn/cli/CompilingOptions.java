package org.einkorn.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Schedules;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.passes.Objective;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of every command that runs the passes: what the compiler is allowed to do.
///
/// Each is a permission. One that no pass of this version has a use for is not passed over in
/// silence.
final class CompilingOptions {
  @Option(
      names = "--deterministic",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "The same result whatever the number of threads (on by default).")
  boolean deterministic = true;

  @Option(
      names = "--allow",
      paramLabel = "KIND",
      description = "approximate: rewrites that change values within a stated bound.")
  List<String> allowed = new ArrayList<>();

  @Option(
      names = "--exact",
      description = "Keeps floating-point operations in the order in which they are written.")
  boolean isExact;

  @Option(
      names = "--objective",
      paramLabel = "WHAT",
      description =
          "What the order of a contraction makes small: time (the default), flops or size.")
  @Nullable String objective;

  @Option(
      names = "--schedule",
      paramLabel = "SCRIPT",
      description = "A file with schedules for the loops of functions, as docs/schedules.md says.")
  @Nullable Path schedule;

  /// The objective that is asked for.
  Objective objective() {
    if (objective == null) {
      return Objective.TIME;
    }
    return switch (objective.toLowerCase(Locale.ROOT)) {
      case "time" -> Objective.TIME;
      case "flops" -> Objective.FLOPS;
      case "size" -> Objective.SIZE;
      default -> throw new UsageException("--objective is time, flops or size, not " + objective);
    };
  }

  /// The options with the permissions.
  Options applyTo(Options options) {
    Options chosen = options.withExact(isExact).withObjective(objective());
    return schedule == null ? chosen : chosen.withSchedule(script(schedule));
  }

  private static SourceFile script(Path path) {
    return new SourceFile(path.toString(), Einkorn.readText(path));
  }

  /// Whether the schedule has samples without a decision, which a seed decides.
  boolean hasOpenSamples() {
    return schedule != null && Schedules.isOpen(script(schedule));
  }

  void applyTo(Session session, MessageOptions messages) {
    for (String kind : allowed) {
      if (!kind.equals("approximate")) {
        throw new UsageException("--allow knows `approximate`, not `" + kind + "`");
      }
    }
    if (!allowed.isEmpty()) {
      messages.note(
          session, "--allow approximate changes nothing: this version has no approximate rewrite");
    }
    if (!deterministic) {
      messages.note(
          session,
          "--no-deterministic changes nothing: in this version every result is deterministic");
    }
  }
}
