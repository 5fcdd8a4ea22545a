package org.einkorn.runtime.io;

import java.nio.file.Path;
import java.util.Optional;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;

/// A file, and which of the tensors in it: `a.npy`, or `a.npz:weights`.
///
/// @param key the name of a tensor within a file that holds several; empty means the only one
public record FileReference(Path path, Optional<String> key) {
  public FileReference {
    if (key.isPresent() && key.get().isEmpty()) {
      throw DataException.of(DataFault.KEY_MISSING)
          .at(path)
          .expected("a key after the colon")
          .found("nothing");
    }
  }

  /// Takes a reference apart at the first colon that follows a known file name extension. A name
  /// without such a colon is a path and nothing else.
  public static FileReference parse(String text) {
    for (int colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', colon + 1)) {
      if (FileFormat.ofName(text.substring(0, colon)).isPresent()) {
        return new FileReference(
            Path.of(text.substring(0, colon)), Optional.of(text.substring(colon + 1)));
      }
    }
    return new FileReference(Path.of(text), Optional.empty());
  }

  /// The reference that a path spells.
  public static FileReference of(Path path) {
    return parse(path.toString());
  }

  /// The reference as a user writes it.
  @Override
  public String toString() {
    return path + key.map(name -> ":" + name).orElse("");
  }
}
