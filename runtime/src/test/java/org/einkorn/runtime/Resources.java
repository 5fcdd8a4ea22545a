package org.einkorn.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Copies a file of the test resources to where it can be read by path.
public final class Resources {
  private Resources() {}

  public static Path copy(String name, Path folder) throws IOException {
    try (InputStream in = Resources.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + name);
      }
      Path target = folder.resolve(Path.of(name).getFileName().toString());
      Files.copy(in, target);
      return target;
    }
  }
}
