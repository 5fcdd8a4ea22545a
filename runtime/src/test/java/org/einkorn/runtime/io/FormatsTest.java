package org.einkorn.runtime.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Resources;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormatsTest {
  private static final Set<DType> NOT_IN_NUMPY =
      EnumSet.of(DType.BF16, DType.F8E4M3, DType.F8E5M2, DType.I4);
  private static final Set<DType> NOT_IN_SAFETENSORS = EnumSet.of(DType.I4, DType.C128);

  private static final long[][] SHAPES = {{}, {1}, {5}, {3, 4}, {2, 3, 4}, {0}, {2, 0, 3}, {1, 1}};

  @TempDir Path folder;
  private final Arena arena = Arena.ofShared();

  @AfterEach
  void close() {
    arena.close();
  }

  /// Random values that the type holds.
  private Tensor random(Random random, DType dtype, long... extents) {
    Tensor tensor = Tensor.allocate(arena, dtype, extents);
    byte[] bytes = new byte[(int) tensor.segment().byteSize()];
    random.nextBytes(bytes);
    for (int n = 0; n < bytes.length; n++) {
      if (dtype == DType.BOOL) {
        bytes[n] &= 1;
      } else if (dtype == DType.I4) {
        bytes[n] = (byte) (bytes[n] % 8);
      }
    }
    tensor.segment().copyFrom(java.lang.foreign.MemorySegment.ofArray(bytes));
    return tensor;
  }

  private static void assertSame(Tensor expected, Tensor found, String message) {
    assertEquals(expected.dtype(), found.dtype(), message);
    assertEquals(expected.shape(), found.shape(), message);
    assertTrue(found.isContiguous(), message);
    assertEquals(-1, expected.segment().mismatch(found.segment()), message);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void binaryFormatsGiveBackEveryBit(DType dtype) {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (long[] extents : SHAPES) {
      Tensor tensor = random(random, dtype, extents);
      String message = dtype + Shape.of(extents).toString() + ", seed " + seed;
      for (String name : new String[] {"a.npy", "a.npz", "a.npz:key", "a.safetensors:w"}) {
        Path file = folder.resolve(name);
        boolean refused =
            name.contains("safetensors")
                ? NOT_IN_SAFETENSORS.contains(dtype)
                : NOT_IN_NUMPY.contains(dtype);
        if (refused) {
          assertEquals("E0517", assertThrows(DataException.class, () -> tensor.write(file)).code());
        } else {
          tensor.write(file);
          assertSame(tensor, Tensor.read(arena, file), message + " " + name);
          assertEquals(new Header(dtype, tensor.shape()), TensorFiles.probe(file), message);
          delete(FileReference.of(file).path());
        }
      }
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void tablesGiveBackEveryNumber(DType dtype) {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (String name : new String[] {"a.csv", "a.tsv", "a.csv.gz", "a.TSV.GZ"}) {
      Path file = folder.resolve(name);
      Tensor tensor = random(random, dtype, 4, 3);
      if (dtype.isComplex()) {
        assertEquals("E0517", assertThrows(DataException.class, () -> tensor.write(file)).code());
        continue;
      }
      tensor.write(file);
      String message = name + " " + dtype + ", seed " + seed;
      Tensor back = TensorFiles.read(arena, file, dtype);
      assertEquals(tensor.shape(), back.shape(), message);
      assertArrayEquals(tensor.toDoubleArray(), back.toDoubleArray(), message);
      assertEquals(new Header(DType.F32, Shape.of(4, 3)), TensorFiles.probe(file), message);
    }
  }

  @Test
  void vectorsAndScalarsBecomeColumns() {
    Path file = folder.resolve("v.csv");
    Tensor.wrap(new int[] {7, 8}).write(file);
    assertEquals("[[7.]\n [8.]]", Tensor.read(arena, file).toString());
    Tensor.scalar(arena, DType.F64, 0.1).write(file);
    assertEquals(Shape.of(1, 1), TensorFiles.probe(file).shape());
    assertEquals(0.1, TensorFiles.read(arena, file, DType.F64).getDouble(0, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"stored.npz", "deflated.npz"})
  void readsWhatNumpyWrote(String name) throws IOException {
    Path file = Resources.copy("io/" + name, folder);
    Map<String, Tensor> tensors = TensorFiles.readAll(arena, file);
    double[] expected = {0, 1, 2, 3, 4, 100};
    Map<String, DType> types =
        Map.ofEntries(
            Map.entry("f2", DType.F16),
            Map.entry("f4", DType.F32),
            Map.entry("f8", DType.F64),
            Map.entry("i1", DType.I8),
            Map.entry("i2", DType.I16),
            Map.entry("i4", DType.I32),
            Map.entry("i8", DType.I64),
            Map.entry("u1", DType.U8),
            Map.entry("c8", DType.C64),
            Map.entry("c16", DType.C128));
    types.forEach(
        (key, dtype) -> {
          for (String suffix : new String[] {"", "_fortran", "_big"}) {
            Tensor tensor = Optional.ofNullable(tensors.get(key + suffix)).orElseThrow();
            assertEquals(dtype, tensor.dtype());
            assertEquals(Shape.of(2, 3), tensor.shape());
            for (int n = 0; n < 6; n++) {
              assertEquals(expected[n], tensor.getReal(n / 3, n % 3), key + suffix);
              assertEquals(
                  dtype.isComplex() ? expected[n] + 10 : 0,
                  tensor.getImaginary(n / 3, n % 3),
                  key + suffix);
            }
          }
        });
    assertArrayEquals(
        new long[] {0, 1, 1, 1, 1, 1},
        Tensor.read(arena, Path.of(file + ":b1_fortran")).toLongArray());
    assertEquals("2.5", Tensor.read(arena, Path.of(file + ":scalar")).toString());
    assertEquals(
        new Header(DType.F32, Shape.of(3, 0, 2)), TensorFiles.probe(Path.of(file + ":empty")));
    Tensor cube = Tensor.read(arena, Path.of(file + ":cube_fortran"));
    assertEquals(1 * 12 + 2 * 4 + 3, cube.getLong(1, 2, 3));
  }

  @Test
  void writesByteForByteWhatNumpyWrites() throws IOException {
    Tensor.wrap(new float[] {0, 1, 2, 3, 4, 100}, 2, 3).write(folder.resolve("m.npy"));
    assertArrayEquals(
        Files.readAllBytes(Resources.copy("io/matrix.npy", folder)),
        Files.readAllBytes(folder.resolve("m.npy")));
    Tensor.wrap(new long[] {0, 1, 2, 3, 4}).write(folder.resolve("v.npy"));
    assertArrayEquals(
        Files.readAllBytes(Resources.copy("io/vector.npy", folder)),
        Files.readAllBytes(folder.resolve("v.npy")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"version2.npy", "version3.npy"})
  void readsLaterVersions(String name) throws IOException {
    Path file = Resources.copy("io/" + name, folder);
    assertArrayEquals(new float[] {0, 1, 2, 3, 4, 100}, Tensor.read(arena, file).toFloatArray());
  }

  @Test
  void writesViewsInTheirOwnOrder() {
    Tensor view = Tensor.wrap(new int[] {1, 2, 3, 4, 5, 6}, 2, 3).permute(1, 0).slice(0, 2, -1, -1);
    for (String name : new String[] {"a.npy", "a.npz", "a.safetensors", "a.csv"}) {
      Path file = folder.resolve(name);
      view.write(file);
      assertArrayEquals(
          new long[] {3, 6, 2, 5, 1, 4},
          TensorFiles.read(arena, file, DType.I32).toLongArray(),
          name);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.npz", "a.safetensors"})
  void archivesKeepNamesAndGrow(String name) {
    Path file = folder.resolve(name);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("w", Tensor.wrap(new double[] {1.5, 2}));
    tensors.put("ключ \"1\"", Tensor.wrap(new int[] {7}));
    TensorFiles.writeAll(tensors, file);
    Tensor.wrap(new float[] {9}).write(folder.resolve(name + ":new"));
    Map<String, Tensor> back = TensorFiles.readAll(arena, file);
    assertEquals(Set.of("w", "ключ \"1\"", "new"), back.keySet());
    assertEquals(2, Tensor.read(arena, folder.resolve(name + ":w")).getDouble(1));
    assertEquals(7, Tensor.read(arena, folder.resolve(name + ":ключ \"1\"")).getLong(0));
    assertEquals(new Header(DType.F32, Shape.of(1)), TensorFiles.probeAll(file).get("new"));
    Tensor.wrap(new float[] {1, 2}).write(file);
    assertEquals(Set.of("arr_0"), TensorFiles.probeAll(file).keySet());
  }

  @Test
  void equalTensorsMakeEqualFiles() throws IOException {
    Map<String, Tensor> tensors = Map.of("a", Tensor.wrap(new float[1000]));
    Path stored = folder.resolve("s.npz");
    Path deflated = folder.resolve("d.npz");
    TensorFiles.writeAll(tensors, stored);
    TensorFiles.writeAllDeflated(tensors, deflated);
    byte[] first = Files.readAllBytes(deflated);
    TensorFiles.writeAllDeflated(tensors, deflated);
    assertArrayEquals(first, Files.readAllBytes(deflated));
    assertTrue(first.length < Files.size(stored) / 4);
    assertEquals(1000, Tensor.read(arena, deflated).elementCount());
  }

  @Test
  void safetensorsHasTheReferenceLayout() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("b", Tensor.of(arena, new boolean[] {true}, 1));
    tensors.put("a", Tensor.wrap(new double[] {1}, 1, 1));
    Path file = folder.resolve("a.safetensors");
    TensorFiles.writeAll(tensors, file);
    String header =
        "{\"a\":{\"dtype\":\"F64\",\"shape\":[1,1],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[8,9]}}";
    byte[] bytes = Files.readAllBytes(file);
    assertEquals(0, bytes[0] % 8);
    assertEquals(
        header, new String(bytes, 8, bytes[0] & 0xFF, StandardCharsets.UTF_8).stripTrailing());
    assertEquals(8 + (bytes[0] & 0xFF) + 9, bytes.length);
    assertEquals(0x3F, bytes[bytes.length - 2]);
    assertEquals(1, bytes[bytes.length - 1]);
  }

  @Test
  void tablesSkipAHeaderAndReadEveryWayToWriteANumber() throws IOException {
    Path file = folder.resolve("t.csv");
    Files.writeString(
        file, "\uFEFFx,y\r\n 1 ,\"2.5\"\r\n-.5,1e2\r\n+7.,NaN\r\n-inf,Infinity\n\n\n");
    assertEquals(
        "[[  1.    2.5]\n [ -0.5 100. ]\n [  7.    nan]\n [ -inf   inf]]",
        TensorFiles.read(arena, file, DType.F64).toString());
    Files.writeString(file, "150,4,setosa\n1,2,3,4\n5,6,7,8");
    assertEquals(Shape.of(2, 4), TensorFiles.probe(file).shape());
    Files.writeString(file, "9007199254740993,1e2\n");
    assertArrayEquals(
        new long[] {9007199254740993L, 100},
        TensorFiles.read(arena, file, DType.I64).toLongArray());
  }

  @Test
  void longTablesKeepTheirOrder() throws IOException {
    StringBuilder table = new StringBuilder();
    for (int n = 0; n < 40_000; n++) {
      table.append(n).append('\t').append(-n).append('\n');
    }
    Path file = folder.resolve("long.tsv");
    Files.writeString(file, table);
    Tensor tensor = TensorFiles.read(arena, file, DType.I32);
    assertEquals(Shape.of(40_000, 2), tensor.shape());
    for (int n = 0; n < 40_000; n += 777) {
      assertEquals(-n, tensor.getLong(n, 1));
    }
  }

  @Test
  void aTextIsARelationOfPositionsAndWords() throws IOException {
    Path file = folder.resolve("t.txt");
    Files.writeString(file, "to be or\nnot  to be\n");
    Text text = Text.read(file);
    assertEquals(List.of("to", "be", "or", "not"), text.vocabulary());
    assertEquals(6, text.positions());
    assertEquals("not", text.word(3));
    assertEquals(0, text.wordNumber(4));
    Tensor tensor = Tensor.read(arena, file);
    assertEquals(new Header(DType.BOOL, Shape.of(6, 4)), TensorFiles.probe(file));
    assertArrayEquals(
        new long[] {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0},
        tensor.toLongArray());
    assertEquals(Shape.of(0, 0), Text.of(" \n").shape());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void pngGivesBackEverySample(int channels) {
    long seed = new Random().nextLong();
    Tensor image = random(new Random(seed), DType.U8, 5, 7, channels);
    Path file = folder.resolve("i.png");
    image.write(file);
    assertSame(image, Tensor.read(arena, file), "channels " + channels + ", seed " + seed);
    assertEquals(new Header(DType.U8, Shape.of(5, 7, channels)), TensorFiles.probe(file));
  }

  @Test
  void aMatrixIsAGreyImage() {
    Path file = folder.resolve("grey.png");
    Tensor.wrap(new int[] {0, 128, 255, 7}, 2, 2).cast(arena, DType.U8).write(file);
    assertEquals("[[[  0]\n  [128]]\n\n [[255]\n  [  7]]]", Tensor.read(arena, file).toString());
  }

  @Test
  void readsAJpeg() throws IOException {
    Path file = folder.resolve("i.jpg");
    var picture =
        new java.awt.image.BufferedImage(16, 8, java.awt.image.BufferedImage.TYPE_INT_RGB);
    for (int at = 0; at < 128; at++) {
      picture.setRGB(at % 16, at / 16, 0xFF8000);
    }
    javax.imageio.ImageIO.write(picture, "jpeg", file.toFile());
    Tensor image = Tensor.read(arena, file);
    assertEquals(Shape.of(8, 16, 3), image.shape());
    assertEquals(new Header(DType.U8, image.shape()), TensorFiles.probe(file));
    assertEquals(255, image.getDouble(4, 4, 0), 4);
    assertEquals(128, image.getDouble(4, 4, 1), 4);
    assertEquals(0, image.getDouble(4, 4, 2), 4);
  }

  @Test
  void aReferenceIsAPathAndAKey() {
    assertEquals(
        new FileReference(Path.of("d/a.npz"), Optional.of("x:y")),
        FileReference.parse("d/a.npz:x:y"));
    assertEquals(
        new FileReference(Path.of("a:b.npy"), Optional.empty()), FileReference.parse("a:b.npy"));
    assertEquals("a.npz:w", FileReference.parse("a.npz:w").toString());
  }

  @Test
  void aFailedWriteLeavesWhatWasThere() throws IOException {
    Path file = folder.resolve("a.npy");
    Files.writeString(file, "before");
    assertThrows(
        DataException.class,
        () ->
            OutputFile.write(
                file,
                out -> {
                  out.write(1);
                  throw new IOException("disk full");
                }));
    assertEquals("before", Files.readString(file));
    Tensor bf16 = Tensor.allocate(arena, DType.BF16, 2);
    assertThrows(DataException.class, () -> bf16.write(file));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void aLinkStaysALink() throws IOException {
    Path target = folder.resolve("target.npy");
    Path link = folder.resolve("link.npy");
    Tensor.wrap(new float[] {1}).write(target);
    Files.createSymbolicLink(link, target);
    Tensor.wrap(new float[] {2}).write(link);
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(2, Tensor.read(arena, target).getDouble(0));
  }
}
