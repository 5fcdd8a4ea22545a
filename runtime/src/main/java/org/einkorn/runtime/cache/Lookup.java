package org.einkorn.runtime.cache;

import java.nio.file.Path;

/// What the cache has for a key.
public sealed interface Lookup {
  /// What was stored.
  @SuppressWarnings("ArrayRecordComponent")
  record Hit(byte[] payload) implements Lookup {}

  /// Nothing.
  record Miss() implements Lookup {}

  /// A file that is not what was stored, or that others could have written.
  ///
  /// @param why what is wrong with it, as an end of a sentence that begins with its name
  record Ignored(Path file, String why) implements Lookup {}
}
