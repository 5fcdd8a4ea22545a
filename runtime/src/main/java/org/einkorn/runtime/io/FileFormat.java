package org.einkorn.runtime.io;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The known formats and the ends of the file names that say them.
enum FileFormat {
  NPY(".npy"),
  NPZ(".npz"),
  SAFETENSORS(".safetensors"),
  CSV(".csv", ".csv.gz"),
  TSV(".tsv", ".tsv.gz"),
  TEXT(".txt"),
  PNG(".png"),
  JPEG(".jpg", ".jpeg");

  private final String extension;
  private final String otherExtension;

  FileFormat(String extension) {
    this(extension, extension);
  }

  FileFormat(String extension, String otherExtension) {
    this.extension = extension;
    this.otherExtension = otherExtension;
  }

  /// Whether a file of this format holds several named tensors.
  boolean hasKeys() {
    return this == NPZ || this == SAFETENSORS;
  }

  /// The format that a file name says, in upper or lower case.
  static Optional<FileFormat> ofName(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (FileFormat format : values()) {
      if (lower.endsWith(format.extension) || lower.endsWith(format.otherExtension)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }

  /// All ends of names, for a message.
  static String allExtensions() {
    return Stream.of(values())
        .flatMap(format -> Stream.of(format.extension, format.otherExtension))
        .distinct()
        .collect(Collectors.joining(" "));
  }
}
