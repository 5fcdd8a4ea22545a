package org.einkorn.ir.target;

import java.util.LinkedHashMap;
import java.util.Map;

/// Files that a backend made.
///
/// @param main the content of the file the user asked for
/// @param beside further files by their name's ending, such as `.h` for a C header
@SuppressWarnings("ArrayRecordComponent")
public record Artifact(byte[] main, Map<String, byte[]> beside) {
  public Artifact {
    main = main.clone();
    beside = Map.copyOf(new LinkedHashMap<>(beside));
  }
}
