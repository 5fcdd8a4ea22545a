package org.einkorn.cli.bench;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;

/// The checkout that this command was built in, where there is one.
final class Checkout {
  private Checkout() {}

  /// A file or folder of it.
  ///
  /// @param path from the root, such as `bench/workloads`
  static Optional<Path> find(String path) {
    CodeSource source = Checkout.class.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return Optional.empty();
    }
    try {
      Path folder = Path.of(source.getLocation().toURI()).toAbsolutePath().getParent();
      while (folder != null) {
        if (Files.exists(folder.resolve(path))) {
          return Optional.of(folder.resolve(path));
        }
        folder = folder.getParent();
      }
    } catch (URISyntaxException | IllegalArgumentException e) {
      return Optional.empty(); // classes that lie in no folder
    }
    return Optional.empty();
  }
}
