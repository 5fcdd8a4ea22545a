package org.einkorn.runtime.io;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Tensor;

/// `.safetensors` files: named tensors.
final class SafetensorsFiles {
  private static final int ALIGNMENT_BYTES = 8;

  private SafetensorsFiles() {}

  /// Work on one tensor of an open file.
  @FunctionalInterface
  private interface EntryWork<T> {
    T run(FileChannel channel, SafetensorsHeader header, FileReference place) throws IOException;
  }

  static Map<String, Header> probeAll(Path path) {
    return forAll(path, SafetensorsFiles::header);
  }

  static Map<String, Tensor> readAll(Arena arena, Path path) {
    return forAll(path, (channel, header, place) -> read(arena, channel, header, place));
  }

  static Header probe(FileReference file) {
    return forOne(file, SafetensorsFiles::header);
  }

  static Tensor read(Arena arena, FileReference file) {
    return forOne(file, (channel, header, place) -> read(arena, channel, header, place));
  }

  private static <T> Map<String, T> forAll(Path path, EntryWork<T> work) {
    return InputFile.reading(
        path,
        () -> {
          try (FileChannel channel = FileChannel.open(path)) {
            SafetensorsHeader header = SafetensorsHeader.read(channel, path);
            Map<String, T> results = new LinkedHashMap<>();
            for (String key : header.entries().keySet()) {
              FileReference place = new FileReference(path, Optional.of(key));
              results.put(key, work.run(channel, header, place));
            }
            return results;
          }
        });
  }

  private static <T> T forOne(FileReference file, EntryWork<T> work) {
    return InputFile.reading(
        file.path(),
        () -> {
          try (FileChannel channel = FileChannel.open(file.path())) {
            SafetensorsHeader header = SafetensorsHeader.read(channel, file.path());
            List<String> keys = List.copyOf(header.entries().keySet());
            String key = keys.get(Keys.choose(file, keys));
            return work.run(channel, header, new FileReference(file.path(), Optional.of(key)));
          }
        });
  }

  private static Header header(FileChannel channel, SafetensorsHeader header, FileReference place) {
    SafetensorsHeader.Entry entry = entry(header, place);
    DType dtype =
        SafetensorsHeader.dtype(entry.typeName())
            .orElseThrow(
                () ->
                    DataException.of(DataFault.UNSUPPORTED_DTYPE)
                        .at(place)
                        .expected("F64 F32 F16 BF16 F8_E4M3 F8_E5M2 I64 I32 I16 I8 U8 BOOL or C64")
                        .found(InputFile.excerpt(entry.typeName())));
    return new Header(dtype, entry.shape());
  }

  private static SafetensorsHeader.Entry entry(SafetensorsHeader header, FileReference place) {
    return Optional.ofNullable(header.entries().get(place.key().orElseThrow())).orElseThrow();
  }

  private static Tensor read(
      Arena arena, FileChannel channel, SafetensorsHeader header, FileReference place)
      throws IOException {
    Header known = header(channel, header, place);
    SafetensorsHeader.Entry entry = entry(header, place);
    channel.position(header.dataStart() + entry.begin());
    try {
      return RawData.read(channel, arena, known.dtype(), known.shape(), ByteOrder.LITTLE_ENDIAN);
    } catch (EOFException shrunk) {
      throw InputFile.endedEarly(place, entry.end() - entry.begin());
    }
  }

  /// Writes these tensors. Wider element types come first, as in the reference implementation, so
  /// that every tensor is aligned to its type.
  static void writeAll(Map<String, Tensor> tensors, Path path) {
    List<Map.Entry<String, Tensor>> ordered = new ArrayList<>(tensors.entrySet());
    ordered.sort(
        Comparator.<Map.Entry<String, Tensor>>comparingInt(
                named -> -named.getValue().dtype().byteSize())
            .thenComparing(Map.Entry::getKey));
    byte[] header = header(ordered, path);
    OutputFile.write(
        path,
        out -> {
          out.write(header);
          for (Map.Entry<String, Tensor> named : ordered) {
            RawData.write(named.getValue(), out);
          }
        });
  }

  private static byte[] header(List<Map.Entry<String, Tensor>> tensors, Path path) {
    StringJoiner members = new StringJoiner(",", "{", "}");
    long begin = 0;
    for (Map.Entry<String, Tensor> named : tensors) {
      Tensor tensor = named.getValue();
      FileReference place = new FileReference(path, Optional.of(named.getKey()));
      if (named.getKey().equals(SafetensorsHeader.METADATA)) {
        throw DataException.of(DataFault.BAD_HEADER)
            .at(place)
            .expected("another key: the format keeps this one for itself")
            .found(named.getKey());
      }
      String typeName =
          SafetensorsHeader.typeName(tensor.dtype())
              .orElseThrow(
                  () ->
                      DataException.of(DataFault.FORMAT_LACKS_DTYPE)
                          .at(place)
                          .expected("a type that safetensors has")
                          .found(tensor.dtype())
                          .withHelp(
                              tensor.dtype() == DType.I4 ? "cast it to i8" : "write an .npy file"));
      long end = begin + tensor.elementCount() * tensor.dtype().byteSize();
      members.add(
          Json.quote(named.getKey())
              + ":{\"dtype\":\""
              + typeName
              + "\",\"shape\":"
              + Arrays.toString(tensor.shape().extents()).replace(" ", "")
              + ",\"data_offsets\":["
              + begin
              + ","
              + end
              + "]}");
      begin = end;
    }
    byte[] text = members.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (text.length + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    ByteBuffer buffer =
        ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN).putLong(padded);
    buffer.put(text);
    while (buffer.hasRemaining()) {
      buffer.put((byte) ' ');
    }
    return buffer.array();
  }
}
