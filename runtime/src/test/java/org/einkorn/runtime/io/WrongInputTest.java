package org.einkorn.runtime.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WrongInputTest {
  private static final int DAMAGED_CASES = 400;

  @TempDir Path folder;

  /// A file that must be refused: its name, its bytes, the code, and words of the message.
  record Case(String name, byte[] content, String code, String... words) {
    @Override
    public String toString() {
      return code + " " + name + " " + Arrays.toString(words);
    }
  }

  static Stream<Case> npyFiles() {
    String f4 = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    return Stream.of(
        npy("E0505", 1, f4, 7, "expected: 8 bytes", "found: 7 bytes", "f32[2]"),
        npy("E0515", 1, f4, 9, "expected: 8 bytes", "found: 9 bytes"),
        npy("E0505", 1, f4.replace("(2,)", "(1152921504606846976,)"), 8, "4611686018427387904"),
        npy("E0506", 1, f4.replace("(2,)", "(4611686018427387904,)"), 8, "f32[46116"),
        npy("E0506", 1, f4.replace("(2,)", "(4294967296, 4294967296)"), 8, "4294967296"),
        npy("E0506", 1, f4.replace("(2,)", "(0, 4294967296, 4294967296)"), 0, "4294967296"),
        npy("E0506", 1, f4.replace("(2,)", "(9223372036854775808,)"), 8, "below 2^63"),
        npy("E0506", 1, f4.replace("(2,)", "(" + "1,".repeat(65) + ")"), 4, "65 axes"),
        npy("E0531", 1, f4.replace("(2,)", "(-2,)"), 8, "[-2]"),
        npy("E0511", 1, f4.replace("(2,)", "(2.5,)"), 8, "`)`"),
        npy("E0511", 1, f4.replace("(2,)", "(2"), 8, "an integer"),
        npy("E0511", 1, f4.replace("(2,)", "(x,)"), 8, "an integer"),
        npy("E0511", 1, f4.replace("(2,)", "2"), 8, "`(`"),
        npy("E0511", 1, f4.replace("False", "Maybe"), 8, "True or False"),
        npy("E0511", 1, f4.replace("'<f4'", "7"), 8, "a quoted string"),
        npy("E0511", 1, "{'descr': '<f4", 8, "a closing quote"),
        npy("E0511", 1, "{'descr': '<f4', 'shape': (2,)}", 8, "fortran_order", "only"),
        npy("E0511", 1, f4.replace("}", "'x': 1}"), 8, "`x`"),
        npy("E0511", 1, f4.replace("}", "'shape': (2,)}"), 8, "each key once"),
        npy("E0511", 1, f4 + " and more", 8, "nothing after"),
        npy("E0511", 1, "", 8, "`{`", "the end of the header"),
        npy("E0511", 1, "\u0000\u0001\u00ff", 8, "`{`", "\\u00ff"),
        npy("E0511", 1, "{".repeat(60_000), 8, "a quoted string"),
        npy("E0511", 1, "{'shape': " + "(".repeat(50_000), 8, "an integer"),
        npy("E0511", 4, f4, 8, "version 4.0"),
        npy("E0507", 1, f4.replace("<f4", "<u4"), 8, "`<u4`", "astype"),
        npy("E0507", 1, f4.replace("<f4", "|O"), 8, "`|O`"),
        npy("E0507", 1, f4.replace("<f4", "<U3"), 24, "`<U3`"),
        npy("E0507", 1, f4.replace("<f4", "|f4"), 8, "`|f4`"),
        npy("E0507", 1, f4.replace("<f4", "<f16"), 32, "`<f16`"),
        npy("E0507", 1, f4.replace("'<f4'", "[('a', '<f4')]"), 8, "[("),
        new Case("a.npy", bytes("not an array"), "E0504", "0x93"),
        new Case("a.npy", new byte[0], "E0505", "found: 0 bytes"),
        new Case("a.npy", bytes("\u0093NUM"), "E0505", "found: 4 bytes"),
        new Case("a.npy", bytes("\u0093NUMPY\u0001\u0000\u00ff\u00ff{"), "E0505", "the header"),
        new Case(
            "a.npy",
            bytes("\u0093NUMPY\u0002\u0000\u00ff\u00ff\u00ff\u00ff{"),
            "E0505",
            "4294967307"),
        new Case(
            "a.npy",
            bytes("\u0093NUMPY\u0002\u0000\u0000\u0000 \u0000" + " ".repeat(1 << 21)),
            "E0506",
            "2097152"));
  }

  static Stream<Case> archives() throws IOException {
    byte[] good = npyBytes(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 8);
    byte[] bomb =
        npyBytes(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (100000000,), }", 8);
    byte[] huge = zip(Map.of("a.npy", good));
    // The size of the entry, as the central directory says it: 24 bytes into the record.
    int directory = find(huge, new byte[] {'P', 'K', 1, 2});
    ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putInt(directory + 24, 0x7FFF_FFFF);
    byte[] damaged = storedZip("a.npy", good);
    int data = find(damaged, new byte[] {(byte) 0x93, 'N'}) + good.length - 1;
    damaged[data] ^= 1;
    byte[] cut = Arrays.copyOf(zip(Map.of("a.npy", good)), 60);
    Map<String, byte[]> two = new LinkedHashMap<>();
    two.put("a.npy", good);
    two.put("b.npy", good);
    return Stream.of(
        new Case("a.npz:c", zip(two), "E0512", "`a`, `b`", "`c`"),
        new Case("a.npz", zip(two), "E0513", "`a`, `b`", "a.npz:a"),
        new Case("a.npz", zip(Map.of("readme", bytes("x"))), "E0512", "none"),
        new Case("a.npz:a", zip(Map.of("a.npy", bytes("hello world"))), "E0504", "a.npz:a"),
        new Case("a.npz", zip(Map.of("a.npy", bomb)), "E0505", "100000000"),
        new Case("a.npz", huge, "E0506", "2147483647"),
        new Case("a.npz", damaged, "E0519", "checksum"),
        new Case("a.npz", cut, "E0519"),
        new Case("a.npz", bytes("PK"), "E0519"),
        new Case("a.npz", bytes("not a zip file"), "E0504", "PK"),
        new Case("a.npz", new byte[0], "E0504", "0 bytes"));
  }

  static Stream<Case> safetensorsFiles() {
    String ok = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    return Stream.of(
        safe("E0505", ok, 7, "expected: 8 bytes", "found: 7 bytes"),
        safe("E0515", ok, 9, "found: 9 bytes"),
        safe("E0511", ok.replace("[0,8]", "[0,4]"), 4, "8 bytes for f32[2]"),
        safe("E0511", ok.replace("[0,8]", "[8,0]"), 8, "begin <= end"),
        safe("E0511", ok.replace("[0,8]", "[-8,0]"), 8, "begin <= end"),
        safe("E0511", ok.replace("[0,8]", "[4,12]"), 12, "begin at byte 0"),
        safe("E0511", ok.replace("[0,8]", "[0]"), 8, "data_offsets"),
        safe("E0511", ok.replace("[0,8]", "[0,\"8\"]"), 8, "integers"),
        safe("E0511", ok.replace("\"F32\"", "32"), 8, "dtype, shape and data_offsets"),
        safe("E0511", ok.replace("}}", "}"), 8, "`}`", "the end"),
        safe("E0511", ok + "x", 8, "nothing more"),
        safe("E0511", "{\"a\":" + "[".repeat(100_000), 0, "at most 4 levels"),
        safe("E0511", ok.replace("{\"a\"", "{\"a\":{},\"a\""), 8, "each name once"),
        safe("E0511", ok.replace("\"a\"", "\"\\x\""), 8, "an escape"),
        safe("E0511", ok.replace("\"a\"", "\"\\u12\""), 8, "hexadecimal"),
        safe("E0506", ok.replace("[2]", "[4294967296,4294967296]"), 8, "4294967296"),
        safe("E0531", ok.replace("[2]", "[-2]"), 8, "[-2]"),
        safe("E0507", ok.replace("F32", "U64").replace("[2]", "[1]"), 8, "`U64`"),
        safe("E0512", "{}", 0, "none"),
        safe("E0504", "[]", 0, "`{`"),
        new Case("a.safetensors", bytes("1234567"), "E0505", "found: 7 bytes"),
        new Case("a.safetensors", bytes("\u00ff".repeat(8)), "E0506", "18446744073709551615"),
        new Case("a.safetensors", bytes("@" + "\u0000".repeat(7) + "{}"), "E0505", "header"));
  }

  static Stream<Case> tables() throws IOException {
    byte[] packed = gzip(bytes("1,2\n3,4\n"));
    byte[] broken = packed.clone();
    broken[broken.length - 6] ^= 1;
    return Stream.of(
        new Case("a.csv", bytes("1,2\n3,4\n5,x\n"), "E0508", "a.csv:3:3", "`x`"),
        new Case("a.csv", bytes("1,2\n3,\n"), "E0508", "a.csv:2:3", "an empty cell"),
        new Case("a.csv", bytes("1,,2\n"), "E0508", "a.csv:1:3", "an empty cell"),
        new Case("a.csv", bytes("a,b\n1,2\nc,d\n"), "E0508", "a.csv:3:1", "`c`"),
        new Case("a.csv", bytes("1\n0x1p3\n"), "E0508", "a.csv:2:1", "`0x1p3`"),
        new Case("a.csv", bytes("1\n1f\n"), "E0508", "`1f`"),
        new Case("a.csv", bytes("1\n1e\n"), "E0508", "`1e`"),
        new Case("a.csv", bytes("1\n.\n"), "E0508", "`.`"),
        new Case("a.csv", bytes("1\n\"2\n"), "E0508", "a closing quote"),
        new Case(
            "a.csv",
            bytes("1,2\n3\n"),
            "E0509",
            "a.csv:2:1",
            "2 cells, as in line 1",
            "found: 1 cell)"),
        new Case("a.csv", bytes("h\n1,2\n3,4,5\n"), "E0509", "a.csv:3:5", "as in line 2"),
        new Case("a.csv", bytes("1,2\n\n3,4\n"), "E0509", "a.csv:2", "an empty line"),
        new Case("a.csv", new byte[0], "E0522", "one row"),
        new Case("a.csv", bytes("only,a,header\n"), "E0522", "one row"),
        new Case("a.csv", bytes("1\n\u00ff\n"), "E0521", "UTF-8"),
        new Case("a.tsv", bytes("1\t2\n3,4\n"), "E0509", "a.tsv:2"),
        new Case("a.csv.gz", bytes("1,2\n"), "E0504", "gzip"),
        new Case("a.csv.gz", Arrays.copyOf(packed, packed.length - 9), "E0505", "gzip"),
        new Case("a.csv.gz", broken, "E0519"),
        new Case("a.txt", bytes("ok \u00ff"), "E0521", "UTF-8"));
  }

  static Stream<Case> others() throws IOException {
    byte[] png = png();
    byte[] giant = png.clone();
    ByteBuffer.wrap(giant).putInt(16, 60_000).putInt(20, 60_000);
    return Stream.of(
        new Case("a.png", bytes("no image"), "E0504", "png"),
        new Case("a.jpg", png, "E0504", "jpeg"),
        new Case("a.png", Arrays.copyOf(png, 40), "E0520"),
        new Case("a.png", giant, "E0506", "60000 x 60000"),
        new Case("a.dat", bytes("1"), "E0510", ".npy .npz .safetensors"),
        new Case("noextension", bytes("1"), "E0510", "noextension"),
        new Case("a.npy:key", bytes("1"), "E0514", "`key`"),
        new Case("a.npz:", bytes("1"), "E0512", "after the colon"));
  }

  @ParameterizedTest
  @MethodSource({"npyFiles", "archives", "safetensorsFiles", "tables", "others"})
  void isRefusedWithItsCode(Case wrong) throws IOException {
    String name =
        wrong.name().contains(":")
            ? wrong.name().substring(0, wrong.name().indexOf(':'))
            : wrong.name();
    Files.write(folder.resolve(name), wrong.content());
    DataException failure =
        assertThrows(DataException.class, () -> read(folder.resolve(wrong.name())));
    assertEquals(wrong.code(), failure.code(), failure.getMessage());
    String place = failure.detail("at").orElse("");
    assertTrue(place.contains(name), "says the file: " + failure.getMessage());
    for (String word : wrong.words()) {
      assertTrue(failure.getMessage().contains(word), word + " is in: " + failure.getMessage());
    }
    assertFalse(failure.getMessage().contains("\n"), "one line: " + failure.getMessage());
    assertTrue(failure.getMessage().length() < 600, "short: " + failure.getMessage());
  }

  private static Tensor read(Path file) {
    // Only the header may decide: nothing of the size that it claims may be allocated.
    return Tensor.read(Arena.ofAuto(), file);
  }

  @Test
  void pathsThatAreNoFiles() throws IOException {
    Path directory = Files.createDirectory(folder.resolve("d.npy"));
    assertCode("E0502", () -> read(directory));
    assertCode("E0502", () -> Tensor.wrap(new float[1]).write(directory));
    for (String name :
        new String[] {"a.npy", "a.npz", "a.csv", "a.txt", "a.png", "a.safetensors", "a.x"}) {
      assertCode("E0501", () -> read(folder.resolve(name)));
      assertCode("E0501", () -> TensorFiles.probe(folder.resolve(name)));
    }
    assertCode("E0516", () -> Tensor.wrap(new float[1]).write(folder.resolve("none/a.npy")));
  }

  /// A device has no size to check a header against, and moving a file over it would replace it.
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void devicesAreNotReadAndNotReplaced() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("a.npy"), Path.of("/dev/null"));
    assertCode("E0503", () -> read(link));
    Tensor.wrap(new float[1]).write(link);
    assertFalse(Files.isRegularFile(Path.of("/dev/null")));
    Files.delete(link);
  }

  @Test
  void tensorsThatAFormatCannotHold() {
    Tensor cube = Tensor.wrap(new float[8], 2, 2, 2);
    assertCode("E0518", () -> cube.write(folder.resolve("a.csv")));
    assertCode("E0518", () -> Tensor.wrap(new float[0]).write(folder.resolve("a.tsv")));
    assertCode("E0517", () -> cube.write(folder.resolve("a.png")));
    assertCode("E0523", () -> cube.write(folder.resolve("a.txt")));
    assertCode("E0523", () -> cube.write(folder.resolve("a.jpg")));
    assertCode("E0510", () -> cube.write(folder.resolve("a")));
    assertCode("E0514", () -> cube.write(folder.resolve("a.npy:key")));
    assertCode("E0510", () -> TensorFiles.readAll(Arena.ofAuto(), folder.resolve("a.npy")));
    assertCode("E0511", () -> cube.write(folder.resolve("a.safetensors:__metadata__")));
    try (Arena arena = Arena.ofConfined()) {
      Tensor flat = cube.cast(arena, DType.U8).reshape(8);
      assertCode("E0518", () -> flat.write(folder.resolve("a.png")));
    }
  }

  @Test
  void numbersThatTheWantedTypeCannotHold() throws IOException {
    Path table = folder.resolve("a.csv");
    Files.writeString(table, "1,2\n3,300\n");
    DataException failure =
        assertThrows(DataException.class, () -> TensorFiles.read(Arena.ofAuto(), table, DType.U8));
    assertEquals("E0508", failure.code());
    assertTrue(failure.getMessage().contains("a.csv:2:3"), failure.getMessage());
    for (String cell :
        new String[] {"1.5", "nan", "-inf", "1e999999999", "-1", "9223372036854775808"}) {
      Files.writeString(table, cell + "\n");
      assertCode("E0508", () -> TensorFiles.read(Arena.ofAuto(), table, DType.U8));
    }
    Path array = folder.resolve("a.npy");
    Tensor.wrap(new int[] {300}).write(array);
    DataException narrow =
        assertThrows(DataException.class, () -> TensorFiles.read(Arena.ofAuto(), array, DType.U8));
    assertEquals("E0535", narrow.code());
    assertTrue(narrow.getMessage().contains("a.npy"), narrow.getMessage());
  }

  /// Files cut short and files with wrong bytes either read or fail with a code; nothing else.
  @Test
  void damagedFilesFailInOrder() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String name :
        new String[] {"a.npy", "a.npz", "a.safetensors", "a.csv", "a.csv.gz", "a.png"}) {
      Path file = folder.resolve(name);
      try (Arena arena = Arena.ofConfined()) {
        Tensor tensor = Tensor.wrap(new int[] {1, 2, 3, 4, 5, 6}, 2, 3);
        (name.endsWith("png") ? tensor.cast(arena, DType.U8) : tensor).write(file);
      }
      files.put(name, Files.readAllBytes(file));
    }
    Path deflated = folder.resolve("deflated.npz");
    TensorFiles.writeAllDeflated(Map.of("a", Tensor.wrap(new double[50])), deflated);
    files.put("deflated.npz", Files.readAllBytes(deflated));
    int refused = 0;
    for (Map.Entry<String, byte[]> named : files.entrySet()) {
      Path file = folder.resolve(named.getKey());
      for (int n = 0; n < DAMAGED_CASES; n++) {
        byte[] content = named.getValue().clone();
        if (n % 4 == 0) {
          content = Arrays.copyOf(content, random.nextInt(content.length));
        } else {
          for (int change = n % 4; change > 0; change--) {
            content[random.nextInt(content.length)] = (byte) random.nextInt(256);
          }
        }
        Files.write(file, content);
        try {
          assertFalse(read(file).toString().isEmpty());
        } catch (DataException expected) {
          refused++;
        } catch (RuntimeException | Error other) {
          throw new AssertionError(
              named.getKey() + ", seed " + seed + ", case " + n + ": " + Arrays.toString(content),
              other);
        }
      }
    }
    assertTrue(refused > DAMAGED_CASES, "damage is found: " + refused);
  }

  private static void assertCode(String code, org.junit.jupiter.api.function.Executable work) {
    DataException failure = assertThrows(DataException.class, work);
    assertEquals(code, failure.code(), failure.getMessage());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Case npy(String code, int version, String header, int dataBytes, String... words) {
    return new Case("a.npy", npyBytes(version, header, dataBytes), code, words);
  }

  private static byte[] npyBytes(int version, String header, int dataBytes) {
    byte[] text = bytes(header);
    ByteBuffer buffer =
        ByteBuffer.allocate(10 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(bytes("\u0093NUMPY")).put((byte) version).put((byte) 0);
    return buffer.putShort((short) text.length).put(text).array();
  }

  private static Case safe(String code, String header, int dataBytes, String... words) {
    byte[] text = bytes(header);
    ByteBuffer buffer =
        ByteBuffer.allocate(8 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    return new Case("a.safetensors", buffer.putLong(text.length).put(text).array(), code, words);
  }

  private static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return out.toByteArray();
  }

  private static byte[] storedZip(String name, byte[] content) throws IOException {
    java.util.zip.CRC32 checksum = new java.util.zip.CRC32();
    checksum.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(checksum.getValue());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(entry);
      zip.write(content);
    }
    return out.toByteArray();
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    }
    return out.toByteArray();
  }

  private static byte[] png() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    javax.imageio.ImageIO.write(
        new java.awt.image.BufferedImage(4, 4, java.awt.image.BufferedImage.TYPE_INT_RGB),
        "png",
        out);
    return out.toByteArray();
  }

  private static int find(byte[] content, byte[] wanted) {
    for (int at = 0; at + wanted.length <= content.length; at++) {
      if (Arrays.equals(content, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    throw new AssertionError("not found");
  }
}
