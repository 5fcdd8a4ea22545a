package org.einkorn.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Stage;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sizes that no axis shows plainly.
final class SizesTest {
  @TempDir Path folder;

  @Test
  void areSolvedFromProducts() throws IOException {
    String text =
        """
        program heads
        symbols H, D
        input A: f32[H]
        input B: f32[H * D]
        output Y: f32[H, D]

        Y: f32[H, D] = sum
          for h < H, d < D
            [h, d] <- B[h * D + d] * A[h]
        """;
    Path file = Files.writeString(folder.resolve("heads.txt"), text);
    Options checked = Options.defaults().withVerification(Options.Verification.STRUCTURE);
    Program program = Einkorn.open(file, Stage.TENSOR, checked);
    assertEquals(Shape.of(2, 3), shape(program, 2, 6));
    assertEquals(Shape.of(0, 0), shape(program, 0, 0));
    for (long[] wrong : new long[][] {{2, 5}, {0, 3}}) {
      DataException failure =
          assertThrows(DataException.class, () -> shape(program, wrong[0], wrong[1]));
      assertEquals(DataFault.SHAPE_MISMATCH, failure.fault());
    }
  }

  private static Shape shape(Program program, long heads, long elements) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor a = Tensor.allocate(arena, DType.F32, heads);
      Tensor b = Tensor.allocate(arena, DType.F32, elements);
      return program.with("A", a).with("B", b).run().get("Y").shape();
    }
  }
}
