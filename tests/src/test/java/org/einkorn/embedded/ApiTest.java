package org.einkorn.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.einkorn.Einkorn;
import org.einkorn.Kernel;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.io.FileReference;
import org.einkorn.runtime.io.TensorFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ApiTest {
  @TempDir Path folder;

  @Test
  void outputsNeedMemoryOfTheirOwn() {
    Kernel kernel =
        Einkorn.compile("reverse", "input X[i: 4]\nY[i] = X[3 - i]\n")
            .kernel(Target.jvm(), Map.of("X", Shape.of(4)));
    try (Arena arena = Arena.ofConfined()) {
      Tensor both = Tensor.allocate(arena, DType.F32, 8);
      Tensor left = both.reshape(2, 4).select(0, 0);
      Tensor right = both.reshape(2, 4).select(0, 1);
      left.set(7, 0);
      kernel.run(left, right);
      assertEquals(7, right.getDouble(3));
      DataException failure = assertThrows(DataException.class, () -> kernel.run(left, left));
      assertEquals(DataFault.MEMORY_MISMATCH, failure.fault());
    }
  }

  /// The file may say another type, another rank or an axis that broadcasts at each run.
  @Test
  void aKeptProgramFollowsItsFiles() throws IOException {
    Path file = folder.resolve("x.npy");
    Path source = Files.writeString(folder.resolve("p.ein"), "X = \"x.npy\"\nY[...] = 2 X[...]\n");
    try (Arena arena = Arena.ofConfined()) {
      Tensor.of(arena, new float[] {1, 2}, 2).write(file);
      Program program = Einkorn.compile(source);
      assertEquals("[2. 4.]", program.run().get("Y").toString());
      Tensor.of(arena, new float[] {1, 2, 3}, 3).write(file);
      assertEquals("[2. 4. 6.]", program.run().get("Y").toString());
      Tensor.of(arena, new double[] {1, 2}, 1, 2).write(file);
      Tensor wide = program.run().get("Y");
      assertEquals("[[2. 4.]]", wide.toString());
      assertEquals(DType.F64, wide.dtype());
      Tensor.of(arena, new int[] {7}, 1).write(file);
      assertEquals("[14]", program.run().get("Y").toString());
      Files.delete(file);
      assertThrows(RuntimeException.class, program::run);
      Tensor.of(arena, new float[] {1, 2}, 2).write(file);
      assertEquals("[2. 4.]", program.run().get("Y").toString());
    }
  }

  @Test
  void foldersAllowedLaterAreOpen() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path home = Files.createDirectory(folder.resolve("home"));
    try (Arena arena = Arena.ofConfined()) {
      Tensor data = Tensor.allocate(arena, DType.F32, 2);
      TensorFiles.write(data, FileReference.of(elsewhere.resolve("x.npy")));
    }
    Path file =
        Files.writeString(home.resolve("p.ein"), "Y[i] = X[i]\nX = \"../elsewhere/x.npy\"\n");
    Program closed = Einkorn.open(file, Stage.EQUATIONS, Options.defaults());
    assertEquals(DataFault.ACCESS_REFUSED, assertThrows(DataException.class, closed::run).fault());
    Program open = closed.with(Options.defaults().withReadable(List.of(elsewhere)));
    assertEquals(Shape.of(2), open.run().get("Y").shape());
  }
}
