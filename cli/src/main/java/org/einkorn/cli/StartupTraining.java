package org.einkorn.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Runs commands one after the other in one process, and shows nothing of them.
///
/// The launcher starts it once after a build, so that the JVM can record which classes the command
/// loads and which of its methods are hot; `cli/src/main/launcher/training` lists the commands.
/// What they answer does not matter, even an error is worth recording.
final class StartupTraining {
  private StartupTraining() {}

  /// @param arguments the file of commands, one a line, words apart by blanks
  public static void main(String[] arguments) throws IOException {
    try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream())) {
      for (String line : Files.readAllLines(Path.of(arguments[0]))) {
        if (!line.isBlank() && !line.startsWith("#")) {
          Main.run(line.strip().split(" +"), nowhere, nowhere);
        }
      }
    }
  }
}
