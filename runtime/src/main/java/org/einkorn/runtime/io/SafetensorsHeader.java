package org.einkorn.runtime.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;

/// The part of a `.safetensors` file before its elements (huggingface/safetensors, README,
/// *Format*):
///
/// ```text
/// length (8 bytes, little endian)  JSON (length)  data
/// JSON = {NAME: {"dtype": "F32", "shape": [2, 3], "data_offsets": [BEGIN, END]}, …}
/// ```
///
/// A member `__metadata__` is not a tensor. The offsets count from the first byte of the data;
/// together the tensors cover the data without a gap and without overlap.
///
/// @param dataStart position in the file of the first byte of the data
record SafetensorsHeader(Map<String, Entry> entries, long dataStart) {
  /// The one name in the header that is not a tensor.
  static final String METADATA = "__metadata__";

  private static final int LENGTH_BYTES = 8;

  /// The limit of the reference implementation.
  private static final long MOST_HEADER_BYTES = 100_000_000;

  /// One tensor: the file's name of its type, its shape, and where its bytes are.
  record Entry(String typeName, Shape shape, long begin, long end) {}

  static SafetensorsHeader read(FileChannel channel, Path path) throws IOException {
    long fileBytes = channel.size();
    byte[] lengthField = InputFile.readUpTo(channel, LENGTH_BYTES);
    if (lengthField.length < LENGTH_BYTES) {
      throw InputFile.truncated(path, LENGTH_BYTES, fileBytes);
    }
    long length = ByteBuffer.wrap(lengthField).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 0 || length > MOST_HEADER_BYTES) {
      throw DataException.of(DataFault.IMPOSSIBLE_SIZE)
          .at(path)
          .expected("a header of at most " + MOST_HEADER_BYTES + " bytes")
          .found(Long.toUnsignedString(length) + " bytes");
    }
    if (length > fileBytes - LENGTH_BYTES) {
      throw InputFile.truncated(path, length, fileBytes - LENGTH_BYTES).with("in", "the header");
    }
    String text = decode(InputFile.readUpTo(channel, (int) length), path);
    if (!text.startsWith("{")) {
      throw DataException.of(DataFault.WRONG_MAGIC)
          .at(path)
          .expected("a .safetensors file, whose header begins with `{`")
          .found(InputFile.excerpt(text));
    }
    Map<String, Entry> entries = entries(text, path);
    checkCover(entries, fileBytes - LENGTH_BYTES - length, path);
    return new SafetensorsHeader(entries, LENGTH_BYTES + length);
  }

  private static String decode(byte[] text, Path path) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
    } catch (CharacterCodingException invalid) {
      throw bad(
          path,
          "a header in UTF-8",
          InputFile.excerpt(new String(text, StandardCharsets.ISO_8859_1)));
    }
  }

  private static Map<String, Entry> entries(String text, Path path) {
    Json json;
    try {
      json = Json.parse(text);
    } catch (Json.SyntaxException invalid) {
      String rest = text.substring(Math.min(invalid.position(), text.length()));
      throw bad(path, invalid.expected(), rest.isEmpty() ? "the end" : InputFile.excerpt(rest))
          .with("in", "character " + (invalid.position() + 1) + " of the header");
    }
    Map<String, Entry> entries = new LinkedHashMap<>();
    if (json instanceof Json.Obj(Map<String, Json> members)) {
      members.forEach(
          (name, value) -> {
            if (!name.equals(METADATA)) {
              entries.put(name, entry(value, new FileReference(path, Optional.of(name))));
            }
          });
    }
    return entries;
  }

  private static Entry entry(Json value, FileReference place) {
    if (value instanceof Json.Obj(Map<String, Json> members)
        && members.get("dtype") instanceof Json.Str(String typeName)
        && members.get("shape") instanceof Json.Arr(List<Json> extents)
        && members.get("data_offsets") instanceof Json.Arr(List<Json> offsets)
        && members.size() == 3
        && offsets.size() == 2) {
      Shape shape = RawData.shape(place, integers(extents, place));
      long[] range = integers(offsets, place);
      if (range[0] < 0 || range[1] < range[0]) {
        throw bad(
            place,
            "data_offsets [begin, end] with 0 <= begin <= end",
            "[" + range[0] + ", " + range[1] + "]");
      }
      Optional<DType> dtype = dtype(typeName);
      if (dtype.isPresent()) {
        long bytes = RawData.byteCount(place, dtype.get(), shape);
        if (bytes != range[1] - range[0]) {
          throw bad(
              place,
              bytes + " bytes for " + dtype.get() + shape,
              "data_offsets [" + range[0] + ", " + range[1] + "]");
        }
      }
      return new Entry(typeName, shape, range[0], range[1]);
    }
    throw bad(
        place,
        "an object with dtype, shape and data_offsets",
        value instanceof Json.Obj(Map<String, Json> members)
            ? "the names " + members.keySet()
            : "another value");
  }

  private static long[] integers(List<Json> values, FileReference place) {
    long[] integers = new long[values.size()];
    for (int n = 0; n < integers.length; n++) {
      if (!(values.get(n) instanceof Json.Int(long value))) {
        throw bad(place, "integers in shape and data_offsets", "another value");
      }
      integers[n] = value;
    }
    return integers;
  }

  private static void checkCover(Map<String, Entry> entries, long dataBytes, Path path) {
    List<Map.Entry<String, Entry>> byBegin = new ArrayList<>(entries.entrySet());
    byBegin.sort(
        Comparator.<Map.Entry<String, Entry>>comparingLong(named -> named.getValue().begin())
            .thenComparingLong(named -> named.getValue().end()));
    long covered = 0;
    for (Map.Entry<String, Entry> named : byBegin) {
      if (named.getValue().begin() != covered) {
        throw bad(
            new FileReference(path, Optional.of(named.getKey())),
            "data that begin at byte " + covered + ", where those before end",
            "byte " + named.getValue().begin());
      }
      covered = named.getValue().end();
    }
    if (covered > dataBytes) {
      throw InputFile.truncated(path, covered, dataBytes).with("in", "the data");
    }
    if (covered < dataBytes) {
      throw DataException.of(DataFault.TRAILING_BYTES)
          .at(path)
          .expected(covered + " bytes of data")
          .found(dataBytes + " bytes");
    }
  }

  private static DataException bad(Object place, String expected, String found) {
    return DataException.of(DataFault.BAD_HEADER).at(place).expected(expected).found(found);
  }

  /// The element type that a name of the format means, if Einkorn has it.
  static Optional<DType> dtype(String typeName) {
    for (DType dtype : DType.values()) {
      if (typeName(dtype).equals(Optional.of(typeName))) {
        return Optional.of(dtype);
      }
    }
    return Optional.empty();
  }

  /// The format's name of an element type, if it has one.
  static Optional<String> typeName(DType dtype) {
    return switch (dtype) {
      case F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL, C64 -> Optional.of(dtype.name());
      case F8E4M3 -> Optional.of("F8_E4M3");
      case F8E5M2 -> Optional.of("F8_E5M2");
      case I4, C128 -> Optional.empty();
    };
  }
}
