package org.einkorn.backend.llvm;

import static org.einkorn.backend.llvm.Samples.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.einkorn.backend.llvm.binding.Context;
import org.einkorn.backend.llvm.binding.IrModule;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.target.Artifact;
import org.einkorn.ir.target.Emission;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.runtime.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmissionTest {
  private static final LlvmBackend BACKEND = new LlvmBackend();

  private static String text(Module module, String kind, String target) {
    return new String(
        BACKEND.emit(module, new Emission(kind, "matmul", target)).main(), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"native", "x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4", "aarch64"})
  void printsTheSameIrAfterParsingIt(String target) {
    String printed = text(matmul(DType.F16), "llvm", target);
    try (Context context = new Context();
        IrModule parsed = context.parse(printed)) {
      parsed.verify();
      assertEquals(printed, parsed.print());
    }
  }

  @Test
  void namesLoopsAndBuffersAsTheUserDid() {
    String printed = text(matmul(DType.F32), "llvm", "native");
    assertTrue(printed.contains("@matmul.loops(ptr noalias nocapture readonly %A"), printed);
    assertTrue(printed.contains("%k = phi i64"), printed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llvm", "asm"})
  void runsTextThatItMade(String kind) {
    Module module = matmul(DType.F32);
    try (Trial trial =
        Trial.of(BACKEND.load(module, kind, text(module, kind, "native")), 1, 2, 1)) {
      trial.set("A", 2, 3).set("B", 5, 7).run();
      assertArrayEquals(new double[] {31}, trial.reals("C"));
    }
  }

  @Test
  void runsTextThatCallsTheCLibrary() {
    Module module = map(DType.F64, DType.F64, x -> unary(UnaryOp.ERF, x));
    String assembly = text(module, "asm", "native");
    assertTrue(assembly.contains("erf@PLT"), assembly);
    try (Trial trial = Trial.of(BACKEND.load(module, "asm", assembly), 1)) {
      assertEquals(0.8427007929497149, trial.set("X", 1).run().real("Y", 0), 1e-15);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "llvm, phi i64, phi i65",
    "llvm, 'matmul.kernel.0', 'matmul.nothing.0'",
    "llvm, '@matmul.kernel.0(ptr %buffers,', '@matmul.kernel.0(ptr %more, ptr %buffers,'",
    "llvm, x86_64-unknown-linux-gnu, aarch64-unknown-linux-gnu",
    "asm, retq, 'not an instruction'",
    "asm, matmul.kernel.0, matmul.nothing.0"
  })
  void refusesTextThatIsWrong(String kind, String part, String replacement) {
    Module module = matmul(DType.F32);
    String wrong = text(module, kind, "native").replace(part, replacement);
    RefusedException refused =
        assertThrows(RefusedException.class, () -> BACKEND.load(module, kind, wrong));
    assertEquals("E0707", refused.code());
  }

  @Test
  void refusesAssemblyThatCallsWhatIsNotThere() {
    Module module = map(DType.F64, DType.F64, x -> unary(UnaryOp.ERF, x));
    String wrong = text(module, "asm", "native").replace("erf@PLT", "erffff@PLT");
    RefusedException refused =
        assertThrows(RefusedException.class, () -> BACKEND.load(module, "asm", wrong));
    assertEquals("E0708", refused.code());
    assertTrue(refused.toString().contains("erffff"), refused.toString());
  }

  @Test
  void usesVectorInstructionsForIndependentElements() {
    Module module =
        zip(
            DType.F32,
            DType.F32,
            (a, b) -> binary(BinaryOp.ADD, a, binary(BinaryOp.MULTIPLY, a, b)));
    String assembly = text(module, "asm", "x86-64-v3");
    assertTrue(assembly.contains("vaddps") && assembly.contains("vmulps"), assembly);
    assertTrue(!assembly.contains("vfmadd"), assembly);
  }

  @ParameterizedTest
  @CsvSource({"I32, vpaddd", "I64, vpaddq", "I8, vpminsd"})
  void usesVectorInstructionsForCheckedIntegers(DType type, String instruction) {
    Module module =
        zip(
            type,
            type,
            (a, b) ->
                Scalar.cast(
                    type,
                    binary(
                        BinaryOp.ADD,
                        Scalar.cast(type.compute(), a),
                        Scalar.cast(type.compute(), b))));
    String assembly = text(module, "asm", "x86-64-v3");
    assertTrue(assembly.contains(instruction), assembly);
  }

  private static final Pattern FUSED_IN_VECTORS = Pattern.compile("vfmadd\\d+p[ds]\t.*%ymm");

  @ParameterizedTest
  @CsvSource({"EXP", "LOG", "TANH", "ERF"})
  void usesVectorInstructionsForElementaryFunctions(UnaryOp op) {
    String assembly = text(map(DType.F32, DType.F32, x -> unary(op, x)), "asm", "x86-64-v3");
    boolean isInVectors = FUSED_IN_VECTORS.matcher(assembly).find();
    assertTrue(isInVectors && !assembly.contains("@PLT"), assembly);
  }

  @ParameterizedTest
  @CsvSource({"x86-64-v3, ymm", "x86-64-v4, ymm", "aarch64, fmul", "x86-64, xmm"})
  void makesCodeForOtherCpus(String target, String expected) {
    Module module = zip(DType.F32, DType.F32, (a, b) -> binary(BinaryOp.MULTIPLY, a, b));
    assertTrue(text(module, "asm", target).contains(expected));
    byte[] object = BACKEND.emit(module, new Emission("obj", "scale", target)).main();
    assertArrayEquals(new byte[] {0x7F, 'E', 'L', 'F'}, java.util.Arrays.copyOf(object, 4));
  }

  /// The number that ELF has for the CPU is in bytes 18 and 19.
  @ParameterizedTest
  @CsvSource({"x86-64-v2, 62", "aarch64, 183"})
  void linksLibrariesForOtherCpus(String target, int machine) {
    byte[] library = BACKEND.emit(awkward(), new Emission("so", "layer", target)).main();
    assertArrayEquals(new byte[] {0x7F, 'E', 'L', 'F'}, java.util.Arrays.copyOf(library, 4));
    assertEquals(machine, library[18] & 0xFF);
    String text = new String(library, StandardCharsets.ISO_8859_1);
    assertTrue(text.contains("libm.so.6"), "it says which library has tanh");
  }

  @ParameterizedTest
  @ValueSource(strings = {"llvm", "asm"})
  void keepsNamesOfEveryScript(String kind) {
    String printed = text(awkward(), kind, "native");
    if (kind.equals("llvm")) {
      try (Context context = new Context();
          IrModule parsed = context.parse(printed)) {
        assertEquals(printed, parsed.print());
      }
    }
    try (Trial trial = Trial.of(BACKEND.load(awkward(), kind, printed), 1)) {
      assertEquals(7.0, trial.set("x_", 7).run().real("int", 0));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "jar, f, native, E0704",
    "so, f, nvptx64, E0705",
    "so, f-g, native, E0706",
    "so, int, native, E0706",
    "so, exp, native, E0706",
    "so, printf, native, E0706",
    "so, environ, native, E0706",
    "so, main, native, E0706"
  })
  void refusesWhatItCannotMake(String kind, String name, String target, String code) {
    RefusedException refused =
        assertThrows(
            RefusedException.class,
            () -> BACKEND.emit(matmul(DType.F32), new Emission(kind, name, target)));
    assertEquals(code, refused.code());
  }

  @Test
  void refusesComplexNumbers() {
    Module module =
        module(
            List.of(),
            List.of(),
            List.of(buffer("Y", DType.C64)),
            new Function("f", store("Y", read("Y", DType.C64))));
    RefusedException refused = assertThrows(RefusedException.class, () -> BACKEND.compile(module));
    assertEquals("E0701", refused.code());
  }

  @Test
  void describesTheFunctionInAHeader() {
    Artifact artifact = BACKEND.emit(matmul(DType.F32), new Emission("obj", "matmul", "native"));
    String header =
        new String(Objects.requireNonNull(artifact.beside().get(".h")), StandardCharsets.UTF_8);
    assertTrue(
        header.contains(
            "int32_t matmul(const float *A, const float *B, float *C, int64_t I, int64_t K,"
                + " int64_t J);"),
        header);
    assertTrue(header.contains(" * @param A input, f32[I, K]\n"), header);
    assertTrue(header.contains(" * @param K size, the extent of axis 1 of A\n"), header);
  }

  /// Names that C can't write, or that collide once they are made to fit.
  private static Module awkward() {
    IndexExpr size = s("β");
    return module(
        List.of("β"),
        List.of(input("x'", DType.F64, size), input("x_", DType.BF16, size)),
        List.of(buffer("int", DType.F64, size), buffer("t.0", DType.F64, size)),
        new Function(
            "first",
            loop(
                "i",
                size,
                store("t.0", unary(UnaryOp.TANH, read("x'", DType.F64, v("i"))), v("i")))),
        new Function(
            "second",
            loop(
                "i",
                size,
                store(
                    "int",
                    binary(
                        BinaryOp.ADD,
                        read("t.0", DType.F64, v("i")),
                        Scalar.cast(DType.F64, read("x_", DType.BF16, v("i")))),
                    v("i")))));
  }

  @Test
  void makesALibraryThatACProgramCanLink(@TempDir Path folder)
      throws IOException, InterruptedException {
    Optional<Path> compiler = compiler();
    assumeTrue(compiler.isPresent(), "no C compiler `cc` is on the path");
    Artifact artifact = BACKEND.emit(awkward(), new Emission("so", "layer", "native"));
    Files.write(folder.resolve("liblayer.so"), artifact.main());
    Files.write(folder.resolve("layer.h"), Objects.requireNonNull(artifact.beside().get(".h")));
    Files.writeString(
        folder.resolve("main.c"),
        """
        #include "layer.h"
        #include <stdio.h>
        int main(void) {
          double x[2] = {0.0, 1.0};
          uint16_t y[2] = {0x3F80, 0x4000};
          double z[2];
          int32_t status = layer(x, y, z, 2);
          printf("%d %.10g %.10g\\n", status, z[0], z[1]);
          return 0;
        }
        """);
    String built =
        run(
            folder,
            compiler.get().toString(),
            "-Wall",
            "-Werror",
            "-std=c99",
            "-o",
            "main",
            "main.c",
            "./liblayer.so");
    assertEquals("", built);
    assertEquals("0 1 2.761594156\n", run(folder, "./main"));
  }

  @Test
  void reportsTrapsToC(@TempDir Path folder) throws IOException, InterruptedException {
    Optional<Path> compiler = compiler();
    assumeTrue(compiler.isPresent(), "no C compiler `cc` is on the path");
    Artifact artifact = BACKEND.emit(matmul(DType.I32), new Emission("obj", "matmul", "native"));
    Files.write(folder.resolve("matmul.o"), artifact.main());
    Files.write(folder.resolve("matmul.h"), Objects.requireNonNull(artifact.beside().get(".h")));
    Files.writeString(
        folder.resolve("main.c"),
        """
        #include "matmul.h"
        #include <stdio.h>
        int main(void) {
          int32_t a[1] = {65536}, b[1] = {65536}, c[1];
          printf("%d\\n", matmul(a, b, c, 1, 1, 1));
          return 0;
        }
        """);
    assertEquals(
        "", run(folder, compiler.get().toString(), "-o", "main", "main.c", "matmul.o", "-lm"));
    assertEquals("2\n", run(folder, "./main"));
  }

  private static Optional<Path> compiler() {
    return java.util.Arrays.stream(System.getenv("PATH").split(java.io.File.pathSeparator))
        .map(directory -> Path.of(directory, "cc"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static String run(Path folder, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }

  @Test
  void describesItself() {
    String line = BACKEND.describe();
    assertTrue(line.startsWith("llvm 20.1.7, host cpu "), line);
  }
}
