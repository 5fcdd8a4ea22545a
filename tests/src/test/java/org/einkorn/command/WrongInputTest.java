package org.einkorn.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Wrong data end the command with exit code 1, one message with a code, and nothing written.
final class WrongInputTest {
  @TempDir Path folder;

  private record Case(String name, String file, byte[] content, String code) {}

  private static byte[] npy(String header, int headerLength, byte[] data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    bytes.put((byte) 1).put((byte) 0).putShort((short) headerLength).put(text).put(data);
    return bytes.array();
  }

  private static byte[] npy(String dictionary, byte[] data) {
    String header = dictionary + " ".repeat(Math.max(0, 117 - dictionary.length())) + "\n";
    return npy(header, header.length(), data);
  }

  private static String dictionary(String descr, String order, String shape) {
    return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
  }

  private static byte[] text(String content) {
    return content.getBytes(StandardCharsets.UTF_8);
  }

  private static List<Case> cases() {
    byte[] four = new byte[16];
    byte[] good = npy(dictionary("<f4", "False", "(2, 2)"), four);
    List<Case> cases = new ArrayList<>();
    cases.add(new Case("empty npy", "a.npy", new byte[0], "E05"));
    cases.add(new Case("magic alone", "a.npy", Arrays.copyOf(good, 6), "E05"));
    cases.add(new Case("no header length", "a.npy", Arrays.copyOf(good, 9), "E05"));
    cases.add(new Case("half a header", "a.npy", Arrays.copyOf(good, 60), "E05"));
    cases.add(new Case("no data", "a.npy", Arrays.copyOf(good, good.length - 16), "E0505"));
    cases.add(new Case("a byte short", "a.npy", Arrays.copyOf(good, good.length - 1), "E0505"));
    cases.add(new Case("a byte long", "a.npy", Arrays.copyOf(good, good.length + 1), "E0515"));
    cases.add(new Case("wrong magic", "a.npy", text("not numpy at all, is it?"), "E0504"));
    cases.add(new Case("png as npy", "a.npy", text("\u0089PNG\r\n\u001a\n0000000000"), "E0504"));
    cases.add(new Case("header beyond the file", "a.npy", npy("{'descr'", 60000, four), "E05"));
    cases.add(dictionary("2^60 elements", "<f4", "False", "(1152921504606846976,)"));
    cases.add(dictionary("extent over 2^63", "<f4", "False", "(9223372036854775808,)"));
    cases.add(dictionary("product over 2^64", "<f8", "False", "(4294967296, 4294967296, 16)"));
    cases.add(dictionary("negative extent", "<f4", "False", "(-2, 2)"));
    cases.add(dictionary("fractional extent", "<f4", "False", "(2.5, 2)"));
    cases.add(dictionary("shape is a word", "<f4", "False", "two"));
    cases.add(dictionary("order is a number", "<f4", "3", "(2, 2)"));
    cases.add(dictionary("objects", "|O", "False", "(2, 2)"));
    cases.add(dictionary("strings", "<U4", "False", "(1,)"));
    cases.add(dictionary("dates", "<M8[ns]", "False", "(2,)"));
    cases.add(dictionary("16-byte floats", "<f16", "False", "(1,)"));
    cases.add(dictionary("unknown type", "<z4", "False", "(2, 2)"));
    cases.add(new Case("no dictionary", "a.npy", npy("[1, 2, 3]", four), "E05"));
    cases.add(new Case("no shape", "a.npy", npy("{'descr': '<f4'}", four), "E05"));
    cases.add(new Case("deep header", "a.npy", npy("(".repeat(5000), 5000, four), "E05"));
    cases.add(new Case("letters in a cell", "a.csv", text("1,2\n3,x\n"), "E0508"));
    cases.add(new Case("ragged row", "a.csv", text("1,2\n3\n"), "E0509"));
    cases.add(new Case("longer row", "a.csv", text("1,2\n3,4,5\n"), "E0509"));
    cases.add(new Case("empty cell", "a.csv", text("1,\n3,4\n"), "E05"));
    cases.add(new Case("empty table", "a.csv", new byte[0], "E0522"));
    cases.add(new Case("header alone", "a.csv", text("a,b\n"), "E0522"));
    cases.add(new Case("two numbers in a cell", "a.csv", text("1,2\n3 4,5\n"), "E05"));
    cases.add(new Case("hex", "a.csv", text("1,2\n0xg,4\n"), "E0508"));
    cases.add(new Case("empty line inside", "a.csv", text("1,2\n\n3,4\n"), "E05"));
    cases.add(new Case("not gzip", "a.csv.gz", text("1,2\n3,4\n"), "E05"));
    cases.add(
        new Case("half a gzip", "a.csv.gz", new byte[] {31, (byte) 139, 8, 0, 0, 0, 0, 0}, "E05"));
    cases.add(new Case("not zip", "a.npz", text("PK but no archive"), "E05"));
    cases.add(new Case("empty zip", "a.npz", new byte[0], "E05"));
    cases.add(new Case("unknown ending", "a.xyz", four, "E0510"));
    cases.add(new Case("no ending", "a", four, "E0510"));
    cases.add(new Case("broken image", "a.png", text("\u0089PNG and then nothing"), "E05"));
    cases.add(new Case("safetensors of 3 bytes", "a.safetensors", new byte[3], "E05"));
    cases.add(new Case("safetensors huge header", "a.safetensors", bytesOf(Long.MAX_VALUE), "E05"));
    cases.add(new Case("text that is no UTF-8", "a.csv", new byte[] {49, (byte) 0xFF}, "E05"));
    return cases;
  }

  private static byte[] bytesOf(long number) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
  }

  private static Case dictionary(String name, String descr, String order, String shape) {
    return new Case(name, "a.npy", npy(dictionary(descr, order, shape), new byte[16]), "E05");
  }

  @TestFactory
  List<DynamicTest> wrongFilesEndWithOneMessage() {
    return cases().stream()
        .map(wrong -> DynamicTest.dynamicTest(wrong.name(), () -> check(wrong)))
        .toList();
  }

  private void check(Case wrong) throws IOException {
    Path file = folder.resolve(wrong.file());
    Files.write(file, wrong.content());
    try {
      requireRefused(file, wrong.code());
    } finally {
      Files.delete(file);
      Files.deleteIfExists(folder.resolve("out.npy"));
    }
  }

  private void requireRefused(Path file, String code) {
    Path output = folder.resolve("out.npy");
    Ein ein = Ein.run("einsum", "ij->ji", file, "-o", output);
    assertEquals(1, ein.code(), ein.err());
    assertTrue(ein.err().startsWith("error[" + code), ein.err());
    assertEquals(1, ein.err().split("error\\[", -1).length - 1, ein.err());
    assertFalse(ein.err().contains("\tat "), ein.err());
    assertEquals("", ein.out());
    assertFalse(Files.exists(output));
  }

  @Test
  void missingFile() {
    requireRefused(folder.resolve("missing.npy"), "E0501");
  }

  @Test
  void directory() throws IOException {
    requireRefused(Files.createDirectory(folder.resolve("folder.npy")), "E0502");
  }

  @Test
  void unreadable() throws IOException {
    Path file = Files.writeString(folder.resolve("locked.csv"), "1,2\n");
    boolean isLocked = file.toFile().setReadable(false) && !Files.isReadable(file);
    requireRefused(isLocked ? file : unreadableForAll(), "E0503");
  }

  /// Root may read every file; but reading the memory of a process at address 0 fails for all.
  private Path unreadableForAll() throws IOException {
    Path memory = Path.of("/proc/self/mem");
    assumeTrue(Files.exists(memory), "skipped: this user reads all");
    return Files.createSymbolicLink(folder.resolve("memory.npy"), memory);
  }

  @Test
  void aFileInTheWayOfAFolder() throws IOException {
    Files.writeString(folder.resolve("a.csv"), "1,2\n");
    requireRefused(folder.resolve("a.csv").resolve("b.npy"), "E05");
  }

  @Test
  void outputFolderMissing() throws IOException {
    Path file = folder.resolve("a.csv");
    Files.writeString(file, "1,2\n3,4\n");
    Ein ein = Ein.run("einsum", "ij->ji", file, "-o", folder.resolve("no/such/out.npy"));
    assertEquals(1, ein.code(), ein.err());
    assertTrue(ein.err().startsWith("error[E05"), ein.err());
  }

  @Test
  void bigEndianFortranAndEmptyFilesAreRead() throws IOException {
    Path file = folder.resolve("a.npy");
    byte[] data = ByteBuffer.allocate(16).putFloat(1).putFloat(2).putFloat(3).putFloat(4).array();
    Files.write(file, npy(dictionary(">f4", "True", "(2, 2)"), data));
    assertEquals("[[1. 2.]\n [3. 4.]]\n", Ein.run("einsum", "ij->ji", file).require().out());
    Files.write(file, npy(dictionary("<f4", "False", "(0, 3)"), new byte[0]));
    assertEquals("[0. 0. 0.]\n", Ein.run("einsum", "ij->j", file).require().out());
  }

  @Test
  void damagedBytesNeverEndInAFault() throws IOException {
    long seed = Long.getLong("ein.seed", 20261120L);
    java.util.Random random = new java.util.Random(seed);
    Path file = folder.resolve("a.npy");
    try (Arena arena = Arena.ofConfined()) {
      Tensor.allocate(arena, DType.F32, 3, 4).write(file);
    }
    byte[] good = Files.readAllBytes(file);
    for (int round = 0; round < 300; round++) {
      byte[] damaged = good.clone();
      for (int hit = random.nextInt(1, 6); hit > 0; hit--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      Files.write(file, Arrays.copyOf(damaged, random.nextInt(1, damaged.length + 1)));
      Ein ein = Ein.run("einsum", "...->...", file);
      assertTrue(ein.code() == 0 || ein.code() == 1, "seed " + seed + ": " + ein.err());
    }
  }
}
