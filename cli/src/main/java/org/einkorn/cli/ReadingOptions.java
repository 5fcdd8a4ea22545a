package org.einkorn.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.einkorn.Options;
import picocli.CommandLine.Option;

/// The options of every command that opens a program, which may name files.
final class ReadingOptions {
  @Option(
      names = "--allow-read",
      paramLabel = "DIR",
      description = "A folder that the program may read, beside its own and the working folder.")
  List<Path> readable = new ArrayList<>();

  Options applyTo(Options options) {
    return options.withReadable(readable);
  }
}
