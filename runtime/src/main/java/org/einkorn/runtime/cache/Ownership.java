package org.einkorn.runtime.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;
import java.util.Set;

/// Who could have written a file. Links are not followed: whose a link is says nothing of what it
/// leads to.
final class Ownership {
  /// On Linux a folder of the running process itself, so that no name has to be looked up.
  private static final Path PROCESS = Path.of("/proc/self");

  private Ownership() {}

  /// What speaks against a folder, if anything.
  static Optional<String> faultOfFolder(Path folder) throws IOException {
    return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        ? fault(folder)
        : Optional.of("is no folder");
  }

  /// What speaks against a file, if anything.
  static Optional<String> faultOfFile(Path file) throws IOException {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        ? fault(file)
        : Optional.of("is no regular file");
  }

  private static Optional<String> fault(Path path) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (view == null) {
      return Optional.of("lies on a file system that does not say who may write it");
    }
    PosixFileAttributes attributes = view.readAttributes();
    Set<PosixFilePermission> allowed = attributes.permissions();
    if (!attributes.owner().equals(user(path))) {
      return Optional.of("belongs to " + attributes.owner().getName());
    }
    if (allowed.contains(PosixFilePermission.GROUP_WRITE)
        || allowed.contains(PosixFilePermission.OTHERS_WRITE)) {
      return Optional.of("may be written by others than its owner");
    }
    return Optional.empty();
  }

  private static UserPrincipal user(Path path) throws IOException {
    return Files.isDirectory(PROCESS)
        ? Files.getOwner(PROCESS)
        : path.getFileSystem()
            .getUserPrincipalLookupService()
            .lookupPrincipalByName(System.getProperty("user.name"));
  }
}
