package org.einkorn.runtime.exec;

import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.Map;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.TupleSet;

/// Takes the outputs of a run that are lists of tuples out of its memory.
final class ListedOutputs {
  private final Manifest manifest;
  private final Arena arena;
  private final Map<String, TupleSet> taken = new LinkedHashMap<>();
  private long sortingBytes;

  /// @param arena owns what is taken
  ListedOutputs(Manifest manifest, Arena arena) {
    this.manifest = manifest;
    this.arena = arena;
  }

  /// Takes them, in order.
  ///
  /// @param buffers those of the run
  /// @param sizes the values of the symbols
  /// @param roomBytes what they and their sorting may take
  /// @throws DataException E0554 if that does not suffice, E0541 if they are too many
  void take(Tensor[] buffers, Map<String, Long> sizes, long roomBytes) {
    long room = roomBytes;
    for (Manifest.ListingSpec listing : manifest.listings()) {
      long[] extents = listing.extents(sizes);
      long end = buffers[listing.count()].getLong();
      long keptBytes = (end - 1) * extents.length * Long.BYTES;
      // The positions are sorted as numbers, from one array to another.
      long sortedBytes = 2 * keptBytes + (end - 1) * Long.BYTES;
      if (keptBytes + sortedBytes > room) {
        throw DataException.of(DataFault.MEMORY_BUDGET)
            .at("`" + listing.name() + "`, a list of " + (end - 1) + " tuples")
            .expected("at most " + Math.max(0, room) + " bytes more")
            .found(keptBytes + sortedBytes + " bytes: " + sortedBytes + " of them to sort it")
            .withHelp("allow " + (keptBytes + sortedBytes - room) + " bytes more");
      }
      taken.put(listing.name(), TupleSet.of(arena, buffers[listing.tuples()], 1, end, extents));
      room -= keptBytes;
      sortingBytes = Math.max(sortingBytes, sortedBytes);
    }
  }

  /// What has been taken, by name.
  Map<String, TupleSet> taken() {
    return taken;
  }

  /// What sorting held at most.
  long sortingBytes() {
    return sortingBytes;
  }
}
