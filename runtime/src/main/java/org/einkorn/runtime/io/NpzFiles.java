package org.einkorn.runtime.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Tensor;

/// `.npz` archives: a zip file whose entries `KEY.npy` are `.npy` files, stored or deflated.
/// Entries of other names are not tensors and are passed over.
final class NpzFiles {
  private static final String SUFFIX = ".npy";

  /// Deflate never makes data more than 1032 times smaller (zlib's technical details); an entry
  /// that claims more is lying about its size.
  private static final long LARGEST_DEFLATE_RATIO = 1032;

  private static final long DEFLATE_SLACK_BYTES = 1 << 16;

  /// The earliest time that a zip file can say, so that equal tensors make equal files.
  private static final LocalDateTime FIXED_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private NpzFiles() {}

  /// Work on the data of one entry.
  @FunctionalInterface
  private interface EntryWork<T> {
    T run(ReadableByteChannel channel, FileReference place, long bytes) throws IOException;
  }

  /// The headers of all tensors of an archive, in its order.
  static Map<String, Header> probeAll(Path path) {
    return forAll(path, false, NpyFiles::probe);
  }

  static Map<String, Tensor> readAll(Arena arena, Path path) {
    return forAll(
        path, true, (channel, place, bytes) -> NpyFiles.read(arena, channel, place, bytes));
  }

  static Header probe(FileReference file) {
    return forOne(file, false, NpyFiles::probe);
  }

  static Tensor read(Arena arena, FileReference file) {
    return forOne(
        file, true, (channel, place, bytes) -> NpyFiles.read(arena, channel, place, bytes));
  }

  private static <T> Map<String, T> forAll(Path path, boolean toTheEnd, EntryWork<T> work) {
    return InputFile.reading(
        path,
        () -> {
          try (ZipFile zip = open(path)) {
            Map<String, T> results = new LinkedHashMap<>();
            for (ZipEntry entry : tensors(zip)) {
              FileReference place = new FileReference(path, Optional.of(key(entry)));
              results.put(key(entry), onEntry(zip, entry, place, toTheEnd, work));
            }
            return results;
          }
        });
  }

  private static <T> T forOne(FileReference file, boolean toTheEnd, EntryWork<T> work) {
    return InputFile.reading(
        file.path(),
        () -> {
          try (ZipFile zip = open(file.path())) {
            ZipEntry entry = choose(file, zip);
            return onEntry(zip, entry, file, toTheEnd, work);
          }
        });
  }

  private static ZipFile open(Path path) throws IOException {
    try (InputStream start = Files.newInputStream(path)) {
      byte[] magic = start.readNBytes(2);
      if (magic.length < 2 || magic[0] != 'P' || magic[1] != 'K') {
        throw DataException.of(DataFault.WRONG_MAGIC)
            .at(path)
            .expected("an .npz archive, which begins with `PK`")
            .found(
                magic.length < 2
                    ? magic.length + " bytes"
                    : "bytes " + (magic[0] & 0xFF) + " " + (magic[1] & 0xFF));
      }
    }
    try {
      return new ZipFile(path.toFile());
    } catch (IllegalArgumentException badName) {
      throw DataException.of(DataFault.CORRUPT_COMPRESSION)
          .at(path)
          .expected("entry names in UTF-8")
          .found(String.valueOf(badName.getMessage()));
    }
  }

  private static List<ZipEntry> tensors(ZipFile zip) {
    List<ZipEntry> entries = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (ZipEntry entry : Collections.list(zip.entries())) {
      if (!names.add(entry.getName())) {
        throw DataException.of(DataFault.BAD_HEADER)
            .at(zip.getName())
            .expected("each entry once")
            .found("a second " + InputFile.excerpt(entry.getName()));
      }
      if (entry.getName().endsWith(SUFFIX)) {
        entries.add(entry);
      }
    }
    return entries;
  }

  private static String key(ZipEntry entry) {
    return entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
  }

  private static ZipEntry choose(FileReference file, ZipFile zip) {
    List<ZipEntry> entries = tensors(zip);
    List<String> keys = entries.stream().map(NpzFiles::key).toList();
    int chosen = Keys.choose(file, keys);
    return entries.get(chosen);
  }

  private static <T> T onEntry(
      ZipFile zip, ZipEntry entry, FileReference place, boolean toTheEnd, EntryWork<T> work)
      throws IOException {
    long bytes = entry.getSize();
    long packed = entry.getCompressedSize();
    long most =
        entry.getMethod() == ZipEntry.STORED
            ? packed
            : Math.addExact(DEFLATE_SLACK_BYTES, packed * LARGEST_DEFLATE_RATIO);
    if (bytes < 0 || packed > Files.size(place.path()) || bytes > most) {
      throw DataException.of(DataFault.IMPOSSIBLE_SIZE)
          .at(place)
          .expected("at most " + most + " bytes from " + packed + " packed bytes")
          .found(bytes + " bytes");
    }
    CRC32 checksum = new CRC32();
    try (InputStream in = new CheckedInputStream(zip.getInputStream(entry), checksum)) {
      T result = work.run(Channels.newChannel(in), place, bytes);
      if (toTheEnd && (in.read() >= 0 || checksum.getValue() != entry.getCrc())) {
        throw DataException.of(DataFault.CORRUPT_COMPRESSION)
            .at(place)
            .expected("checksum " + Long.toHexString(entry.getCrc()))
            .found(Long.toHexString(checksum.getValue()));
      }
      return result;
    } catch (EOFException ended) {
      throw InputFile.endedEarly(place, bytes);
    }
  }

  /// Writes an archive with these tensors, stored as `numpy.savez` does.
  static void writeAll(Map<String, Tensor> tensors, Path path, boolean deflate) {
    Map<String, byte[]> headers = new LinkedHashMap<>();
    tensors.forEach(
        (key, tensor) ->
            headers.put(
                key,
                NpyHeader.bytes(
                    tensor.dtype(), tensor.shape(), new FileReference(path, Optional.of(key)))));
    OutputFile.write(
        path,
        out -> {
          ZipOutputStream zip = new ZipOutputStream(out);
          for (Map.Entry<String, Tensor> named : tensors.entrySet()) {
            byte[] header = headers.getOrDefault(named.getKey(), new byte[0]);
            zip.putNextEntry(entry(named.getKey(), named.getValue(), header, deflate));
            NpyFiles.write(named.getValue(), header, zip);
            zip.closeEntry();
          }
          zip.finish();
        });
  }

  private static ZipEntry entry(String key, Tensor tensor, byte[] header, boolean deflate)
      throws IOException {
    ZipEntry entry = new ZipEntry(key + SUFFIX);
    entry.setTimeLocal(FIXED_TIME);
    if (!deflate) {
      // A stored entry says its checksum before its data: the data are gone through twice.
      CheckedOutputStream checked =
          new CheckedOutputStream(OutputStream.nullOutputStream(), new CRC32());
      NpyFiles.write(tensor, header, checked);
      long bytes = header.length + tensor.elementCount() * tensor.dtype().byteSize();
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(bytes);
      entry.setCompressedSize(bytes);
      entry.setCrc(checked.getChecksum().getValue());
    }
    return entry;
  }
}
