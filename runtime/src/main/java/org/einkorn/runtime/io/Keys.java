package org.einkorn.runtime.io;

import java.util.List;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;

/// Finding the tensor that a reference means among those of an archive.
final class Keys {
  private static final int MOST_SHOWN = 10;

  private Keys() {}

  /// The position of the tensor: the one named, or the only one.
  ///
  /// @throws DataException E0512 if there is no such key, E0513 if there are several and none is
  ///   named
  static int choose(FileReference file, List<String> keys) {
    if (file.key().isPresent()) {
      int position = keys.indexOf(file.key().get());
      if (position < 0) {
        throw DataException.of(DataFault.KEY_MISSING)
            .at(file.path())
            .expected("one of " + list(keys))
            .found(InputFile.excerpt(file.key().get()));
      }
      return position;
    }
    if (keys.size() != 1) {
      DataException failure =
          DataException.of(keys.isEmpty() ? DataFault.KEY_MISSING : DataFault.KEY_NEEDED)
              .at(file.path())
              .expected("one tensor")
              .found(keys.isEmpty() ? "none" : list(keys));
      throw keys.isEmpty()
          ? failure
          : failure.withHelp("write `" + file.path() + ":" + keys.getFirst() + "`");
    }
    return 0;
  }

  private static String list(List<String> keys) {
    List<String> shown = keys.stream().limit(MOST_SHOWN).map(InputFile::excerpt).toList();
    return keys.isEmpty()
        ? "no keys"
        : String.join(", ", shown)
            + (keys.size() > MOST_SHOWN ? " and " + (keys.size() - MOST_SHOWN) + " more" : "");
  }
}
