package org.einkorn;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/// What is seen and kept of learning while it runs.
///
/// @param onStep receives each step after it is made, on the thread of the run
/// @param checkpoint the `.safetensors` file that parameters and states are written to
/// @param checkpointEvery after how many steps it is written; it always is after the last one
/// @param resume the checkpoint from which learning goes on
public record TrainingOptions(
    Consumer<TrainingProgress> onStep,
    Optional<Path> checkpoint,
    long checkpointEvery,
    Optional<Path> resume) {

  public TrainingOptions {
    Objects.requireNonNull(onStep, "onStep");
    Objects.requireNonNull(checkpoint, "checkpoint");
    Objects.requireNonNull(resume, "resume");
    if (checkpointEvery < 1) {
      throw new IllegalArgumentException("a checkpoint every " + checkpointEvery + " steps");
    }
  }

  /// Nothing is seen and kept.
  public static TrainingOptions defaults() {
    return new TrainingOptions(_ -> {}, Optional.empty(), 100, Optional.empty());
  }

  /// With a receiver of each step.
  public TrainingOptions withProgress(Consumer<TrainingProgress> receiver) {
    return new TrainingOptions(receiver, checkpoint, checkpointEvery, resume);
  }

  /// With a checkpoint that is written every so many steps, and after the last one.
  public TrainingOptions withCheckpoint(Path file, long every) {
    return new TrainingOptions(onStep, Optional.of(file), every, resume);
  }

  /// With a checkpoint from which learning goes on.
  public TrainingOptions withResume(Path file) {
    return new TrainingOptions(onStep, checkpoint, checkpointEvery, Optional.of(file));
  }
}
