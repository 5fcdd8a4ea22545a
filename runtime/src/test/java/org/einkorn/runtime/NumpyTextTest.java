package org.einkorn.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.einkorn.runtime.io.TensorFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NumpyTextTest {
  @TempDir Path folder;

  @Test
  void printsWhatNumpyPrinted() throws IOException {
    Path arrays = Resources.copy("printing/printing.npz", folder);
    String[] expected =
        Files.readString(Resources.copy("printing/printing.txt", folder)).split("\n%%\n");
    try (Arena arena = Arena.ofConfined()) {
      Map<String, Tensor> tensors = TensorFiles.readAll(arena, arrays);
      assertTrue(tensors.size() > 150, "the goldens are there");
      assertEquals(expected.length, tensors.size());
      int position = 0;
      for (Map.Entry<String, Tensor> named : tensors.entrySet()) {
        Tensor tensor = named.getValue();
        assertEquals(
            expected[position++].stripTrailing(),
            tensor.toString().stripTrailing(),
            named.getKey() + ": " + tensor.dtype() + tensor.shape());
      }
    }
  }

  @Test
  void printsTypesThatNumpyLacksLikeHalves() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor values = Tensor.wrap(new float[] {1, 0.5f, -0.3f, 240});
      assertEquals("[  1.    0.5  -0.3 240. ]", values.cast(arena, DType.BF16).toString());
      assertEquals("[  1.    0.5  -0.3 240. ]", values.cast(arena, DType.F8E4M3).toString());
      // 260 is the nearest of the shortest numbers that read back as 256 in this type.
      assertEquals("[  1.    0.5  -0.3 260. ]", values.cast(arena, DType.F8E5M2).toString());
      assertEquals("[-8  7]", Tensor.wrap(new int[] {-8, 7}).cast(arena, DType.I4).toString());
    }
  }

  @Test
  void printsAViewInItsOwnOrder() {
    Tensor matrix = Tensor.wrap(new int[] {1, 2, 3, 4, 5, 6}, 2, 3);
    assertEquals("[[1 4]\n [2 5]\n [3 6]]", matrix.permute(1, 0).toString());
    assertEquals("[6 5 4]", matrix.select(0, 1).slice(0, 2, -1, -1).toString());
    assertEquals(
        "[[1 1 1]\n [4 4 4]]", matrix.slice(1, 0, 1, 1).broadcastTo(Shape.of(2, 3)).toString());
  }
}
