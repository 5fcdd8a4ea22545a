package org.einkorn.ir.warp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.einkorn.ir.loop.MmaShape;
import org.einkorn.runtime.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each row of the table of shapes is an instruction of PTX, as the assembler says where there is
/// one.
class MmaShapeTest {
  @TempDir private Path folder;

  @Test
  void rowsAreInstructions() throws IOException, InterruptedException {
    Path assembler = assembler();
    List<String> seen = new ArrayList<>();
    for (MmaShape shape : MmaShape.values()) {
      for (MmaShape.Operands types : shape.operands()) {
        String kernel = kernel(shape, types);
        String instruction = shape.instruction(types);
        assertEquals("", assembled(assembler, kernel, MmaShape.LEAST_CAPABILITY), instruction);
        assertNotEquals("", assembled(assembler, kernel, 75), instruction + " of an older GPU");
        seen.add(instruction);
      }
    }
    assertEquals(7, seen.size(), seen.toString());
  }

  /// The table is what the assembler takes, and nothing that only looks like it.
  @Test
  void otherShapesAreRefused() throws IOException, InterruptedException {
    Path assembler = assembler();
    String right = kernel(MmaShape.M16N8K16, MmaShape.M16N8K16.operands().getFirst());
    String wrong = right.replace("m16n8k16", "m16n8k64");
    assertNotEquals("", assembled(assembler, wrong, MmaShape.LEAST_CAPABILITY));
  }

  @Test
  void typesAreOfOneShape() {
    for (MmaShape shape : MmaShape.values()) {
      for (MmaShape.Operands types : shape.operands()) {
        assertEquals(Optional.of(shape), MmaShape.of(types));
      }
      assertEquals(Optional.of(shape), MmaShape.named(shape.text()));
    }
    assertEquals(
        Optional.empty(),
        MmaShape.of(new MmaShape.Operands(DType.F32, DType.F32, DType.F32)),
        "the unit rounds f32");
  }

  private static Path assembler() {
    Optional<Path> found =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .map(folder -> Path.of(folder, "ptxas"))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(found.isPresent(), "skipped: no ptxas");
    return found.orElseThrow();
  }

  /// What the assembler complains about.
  private String assembled(Path assembler, String kernel, int capability)
      throws IOException, InterruptedException {
    Path source = folder.resolve("kernel.ptx");
    Files.writeString(source, kernel.replace("sm_?", "sm_" + capability));
    Process process =
        new ProcessBuilder(
                assembler.toString(),
                "-arch=sm_" + capability,
                "-o",
                folder.resolve("kernel.cubin").toString(),
                source.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? "" : "failed: " + said;
  }

  /// A kernel with nothing but the instruction; `sm_?` stands for a compute capability.
  private static String kernel(MmaShape shape, MmaShape.Operands types) {
    int lanes = MmaShape.LANES;
    Registers left = Registers.of(types.left(), shape.rows() * shape.rounds() / lanes);
    Registers right = Registers.of(types.right(), shape.rounds() * shape.columns() / lanes);
    Registers sum = Registers.of(types.sum(), shape.rows() * shape.columns() / lanes);
    assertEquals(shape.rowsOfLane() * MmaShape.COLUMNS_OF_LANE, sum.count());
    return """
    .version 7.8
    .target sm_?
    .address_size 64
    .visible .entry test(.param .u64 out) {
    %s%s%s%s  %s %s, %s, %s, %s;
      ret;
    }
    """
        .formatted(
            left.declared("a"),
            right.declared("b"),
            sum.declared("c"),
            sum.declared("d"),
            shape.instruction(types),
            sum.list("d"),
            left.list("a"),
            right.list("b"),
            sum.list("c"));
  }

  /// Registers that hold elements: as many in each as fit in 32 bits, or one.
  private record Registers(String type, int count) {
    static Registers of(DType element, int elements) {
      String type =
          switch (element) {
            case F64 -> "f64";
            case F32 -> "f32";
            default -> "b32";
          };
      int perRegister = Math.max(1, 4 / element.byteSize());
      return new Registers(type, elements / perRegister);
    }

    String declared(String name) {
      return "  .reg .%s %%%s<%d>;\n".formatted(type, name, count);
    }

    String list(String name) {
      return "{"
          + String.join(
              ", ", IntStream.range(0, count).mapToObj(each -> "%" + name + each).toList())
          + "}";
    }
  }
}
