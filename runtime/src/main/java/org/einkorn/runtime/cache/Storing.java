package org.einkorn.runtime.cache;

import java.nio.file.Path;

/// What became of something that was to be stored.
public sealed interface Storing {
  /// It is in the cache.
  record Kept() implements Storing {}

  /// It is larger than the whole cache may be.
  record TooLarge() implements Storing {}

  /// The folder can't be used.
  ///
  /// @param why what is wrong with it, as an end of a sentence that begins with its name
  record Refused(Path folder, String why) implements Storing {}
}
