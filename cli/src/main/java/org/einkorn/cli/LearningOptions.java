package org.einkorn.cli;

import java.nio.file.Path;
import java.util.Locale;
import org.einkorn.Options;
import org.einkorn.TrainingOptions;
import org.einkorn.TrainingProgress;
import org.einkorn.runtime.io.FileReference;
import org.einkorn.runtime.io.TensorFiles;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options about learning.
final class LearningOptions {
  private static final int LINES = 10;
  private static final long NANOS_BETWEEN = 100_000_000;

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description = "Writes what is learned to a .safetensors file while learning.")
  @Nullable Path checkpoint;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      description = "After how many steps; 100 if not given.")
  @Nullable Long every;

  @Option(names = "--resume", paramLabel = "FILE", description = "Goes on from a checkpoint.")
  @Nullable Path resume;

  private long shown;

  /// @throws UsageException for a value that an option does not take
  Options applyTo(Options options, Session session, MessageOptions messages) {
    TrainingOptions training = options.training();
    if (every != null && every < 1) {
      throw new UsageException("--checkpoint-every needs at least 1, not " + every);
    }
    if (every != null && checkpoint == null) {
      throw new UsageException("--checkpoint-every needs a --checkpoint");
    }
    if (checkpoint != null) {
      requireSafetensors("--checkpoint", checkpoint);
      TensorFiles.requireWritable(FileReference.of(checkpoint));
      training = training.withCheckpoint(checkpoint, every == null ? 100 : every);
    }
    if (resume != null) {
      requireSafetensors("--resume", resume);
      training = training.withResume(resume);
    }
    if (!messages.quiet) {
      training = training.withProgress(step -> show(session, step));
    }
    return options.withTraining(training);
  }

  private static void requireSafetensors(String option, Path file) {
    if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".safetensors")) {
      throw new UsageException(option + " takes a .safetensors file, not " + file);
    }
  }

  /// Whether an option asks for something of learning.
  boolean areGiven() {
    return checkpoint != null || resume != null;
  }

  /// A line that changes where a person watches; else some lines.
  private void show(Session session, TrainingProgress progress) {
    String text =
        (progress.lessons() > 1 ? progress.lesson() + "/" + progress.lessons() + "  " : "")
            + "step "
            + progress.step()
            + "/"
            + progress.steps()
            + "  loss "
            + String.format(Locale.ROOT, "%.6g", progress.loss());
    if (Session.isTerminal()) {
      long now = System.nanoTime();
      if (progress.isLast() || now - shown > NANOS_BETWEEN) {
        shown = now;
        session.err().print("\r" + text + "\u001B[K" + (progress.isLast() ? "\n" : ""));
        session.err().flush();
      }
      return;
    }
    long between = Math.max(1, progress.steps() / LINES);
    if (progress.step() == 1 || progress.step() % between == 0 || progress.isLast()) {
      session.err().println(text);
    }
  }
}
