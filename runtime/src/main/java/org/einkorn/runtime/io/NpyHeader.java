package org.einkorn.runtime.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;

/// The part of an `.npy` file before its elements (NumPy's `numpy.lib.format`, versions 1.0 to
/// 3.0):
///
/// ```text
/// 93 'N' 'U' 'M' 'P' 'Y'  major minor  length(2 bytes in 1.0, else 4, little endian)  text(length)
/// ```
///
/// @param headerBytes size of all that stands before the elements
record NpyHeader(DType dtype, Shape shape, ByteOrder order, boolean columnMajor, long headerBytes) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /// No type that is supported here needs a header of even a kilobyte.
  private static final long MOST_TEXT_BYTES = 1 << 20;

  private static final int ALIGNMENT_BYTES = 64;

  /// Reads the header. What it claims is checked in itself and against the bytes that there are.
  ///
  /// @param place where the data come from, for messages
  /// @param totalBytes size of the whole file or archive entry
  static NpyHeader read(ReadableByteChannel channel, Object place, long totalBytes)
      throws IOException {
    byte[] start = InputFile.readUpTo(channel, MAGIC.length + 2);
    int same = Arrays.mismatch(start, MAGIC);
    if (same >= 0 && same < Math.min(start.length, MAGIC.length)) {
      throw DataException.of(DataFault.WRONG_MAGIC)
          .at(place)
          .expected("an .npy file, which begins with the byte 0x93 and `NUMPY`")
          .found(InputFile.excerpt(new String(start, StandardCharsets.ISO_8859_1)));
    }
    if (start.length < MAGIC.length + 2) {
      throw InputFile.truncated(place, MAGIC.length + 2, start.length);
    }
    int major = start[MAGIC.length];
    if (major < 1 || major > 3 || start[MAGIC.length + 1] != 0) {
      throw DataException.of(DataFault.BAD_HEADER)
          .at(place)
          .expected("format version 1.0, 2.0 or 3.0")
          .found("version " + (major & 0xFF) + "." + (start[MAGIC.length + 1] & 0xFF));
    }
    int lengthBytes = major == 1 ? 2 : 4;
    byte[] lengthField = InputFile.readUpTo(channel, lengthBytes);
    long headerBytes = (long) start.length + lengthBytes;
    if (lengthField.length < lengthBytes) {
      throw InputFile.truncated(place, headerBytes, totalBytes);
    }
    ByteBuffer buffer = ByteBuffer.wrap(lengthField).order(ByteOrder.LITTLE_ENDIAN);
    long textBytes = major == 1 ? buffer.getShort() & 0xFFFF : buffer.getInt() & 0xFFFF_FFFFL;
    headerBytes += textBytes;
    if (headerBytes > totalBytes) {
      throw InputFile.truncated(place, headerBytes, totalBytes).with("in", "the header");
    }
    if (textBytes > MOST_TEXT_BYTES) {
      throw DataException.of(DataFault.IMPOSSIBLE_SIZE)
          .at(place)
          .expected("a header of at most " + MOST_TEXT_BYTES + " bytes")
          .found(textBytes + " bytes");
    }
    byte[] text = InputFile.readUpTo(channel, (int) textBytes);
    if (text.length < textBytes) {
      throw InputFile.truncated(place, headerBytes, headerBytes - textBytes + text.length);
    }
    NpyHeader header = parse(decode(text, major, place), place, headerBytes);
    header.checkSize(place, totalBytes);
    return header;
  }

  private static String decode(byte[] text, int major, Object place) {
    Charset charset = major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
    try {
      return charset.newDecoder().decode(ByteBuffer.wrap(text)).toString();
    } catch (CharacterCodingException invalid) {
      throw DataException.of(DataFault.BAD_HEADER)
          .at(place)
          .expected("a header in UTF-8")
          .found(InputFile.excerpt(new String(text, StandardCharsets.ISO_8859_1)));
    }
  }

  private static NpyHeader parse(String text, Object place, long headerBytes) {
    NpyDictionary dictionary = NpyDictionary.parse(text, place);
    Shape shape = RawData.shape(place, dictionary.shape());
    String descriptor = dictionary.descriptor();
    boolean named = !descriptor.isEmpty() && "<>|=".indexOf(descriptor.charAt(0)) >= 0;
    char mark = named ? descriptor.charAt(0) : '=';
    DType dtype = dtype(named ? descriptor.substring(1) : descriptor, descriptor, place);
    if (mark == '|' && dtype.byteSize() > 1) {
      throw unsupported(descriptor, place);
    }
    ByteOrder order =
        switch (mark) {
          case '<' -> ByteOrder.LITTLE_ENDIAN;
          case '>' -> ByteOrder.BIG_ENDIAN;
          default -> ByteOrder.nativeOrder();
        };
    return new NpyHeader(dtype, shape, order, dictionary.columnMajor(), headerBytes);
  }

  private void checkSize(Object place, long totalBytes) {
    long dataBytes = RawData.byteCount(place, dtype, shape);
    long rest = totalBytes - headerBytes;
    if (dataBytes > rest) {
      throw InputFile.truncated(place, dataBytes, rest).with("for", dtype.text() + shape);
    }
    if (dataBytes < rest) {
      throw DataException.of(DataFault.TRAILING_BYTES)
          .at(place)
          .expected(dataBytes + " bytes for " + dtype + shape)
          .found(rest + " bytes")
          .withHelp("store several tensors as an .npz file");
    }
  }

  private static DType dtype(String code, String descriptor, Object place) {
    return switch (code) {
      case "f2" -> DType.F16;
      case "f4" -> DType.F32;
      case "f8" -> DType.F64;
      case "i1" -> DType.I8;
      case "i2" -> DType.I16;
      case "i4" -> DType.I32;
      case "i8" -> DType.I64;
      case "u1" -> DType.U8;
      case "b1", "?" -> DType.BOOL;
      case "c8" -> DType.C64;
      case "c16" -> DType.C128;
      default -> throw unsupported(descriptor, place);
    };
  }

  static DataException unsupported(String descriptor, Object place) {
    return DataException.of(DataFault.UNSUPPORTED_DTYPE)
        .at(place)
        .expected("f2 f4 f8 i1 i2 i4 i8 u1 b1 c8 or c16")
        .found("descr " + InputFile.excerpt(descriptor))
        .withHelp("convert it in NumPy with `a.astype('f4')` or `a.astype('i8')`");
  }

  /// NumPy's code for an element type.
  ///
  /// @throws DataException E0517 if NumPy has no such type
  static String code(DType dtype, Object place) {
    return switch (dtype) {
      case F16 -> "<f2";
      case F32 -> "<f4";
      case F64 -> "<f8";
      case I8 -> "|i1";
      case I16 -> "<i2";
      case I32 -> "<i4";
      case I64 -> "<i8";
      case U8 -> "|u1";
      case BOOL -> "|b1";
      case C64 -> "<c8";
      case C128 -> "<c16";
      case BF16, F8E4M3, F8E5M2, I4 ->
          throw DataException.of(DataFault.FORMAT_LACKS_DTYPE)
              .at(place)
              .expected("a type that NumPy has")
              .found(dtype)
              .withHelp(
                  dtype == DType.I4 ? "cast it to i8" : "write a .safetensors file, or cast it");
    };
  }

  /// The header of a row-major little-endian file of version 1.0, as NumPy itself writes it.
  static byte[] bytes(DType dtype, Shape shape, Object place) {
    String extents =
        Arrays.stream(shape.extents()).mapToObj(Long::toString).collect(Collectors.joining(", "));
    String text =
        "{'descr': '"
            + code(dtype, place)
            + "', 'fortran_order': False, 'shape': ("
            + extents
            + (shape.rank() == 1 ? ",), }" : "), }");
    // NumPy leaves room for an array to grow along its first axis: up to 21 digits, counted here
    // too.
    String room = " ".repeat(shape.rank() == 0 ? 0 : 21 - Long.toString(shape.extent(0)).length());
    int start = MAGIC.length + 4;
    int unpadded = start + text.length() + room.length() + 1;
    int total = (unpadded + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    ByteBuffer buffer = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (total - start));
    buffer.put(text.getBytes(StandardCharsets.US_ASCII));
    while (buffer.position() < total - 1) {
      buffer.put((byte) ' ');
    }
    return buffer.put((byte) '\n').array();
  }
}
