package org.einkorn.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.einkorn.CompileException;
import org.einkorn.Einkorn;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A program is right or wrong whichever way it comes in: `check`, `run`, the API; and what ends a
/// run is told with its place in the program.
final class DoorsTest {
  @TempDir private Path folder;

  private Path program(String text) throws IOException {
    return Files.writeString(folder.resolve("a.ein"), text);
  }

  private static void requireText(String text, String... parts) {
    for (String part : parts) {
      assertTrue(text.contains(part), () -> "`" + part + "` in\n" + text);
    }
  }

  // ------------------------------------------------------------- what only data can tell

  @Test
  void aTensorOfPositionsHoldsWholeNumbers() throws IOException {
    String text = "Y[p, d] = E[Tk[p], d]\n";
    Path file = program(text);
    assertEquals("", Ein.run("check", file).require().err());
    Ein run = Ein.run("run", file, "E=[[1, 2], [3, 4]]", "Tk=[1, 0]").require();
    assertEquals("Y =\n[[3. 4.]\n [1. 2.]]\n", run.out());
    Tensor words = Tensor.of(Arena.ofAuto(), new float[] {1, 2, 3, 4}, 2, 2);
    Tensor narrow = Tensor.allocate(Arena.ofAuto(), DType.I8, Shape.of(1));
    narrow.setLong(1, 0);
    Tensor result =
        Objects.requireNonNull(
            Einkorn.compile("a.ein", text)
                .with("E", words)
                .with("Tk", narrow)
                .run()
                .tensors()
                .get("Y"));
    assertEquals(4, result.getDouble(0, 1));
  }

  @Test
  void aNumberOfAxesMayComeWithTheData() throws IOException {
    for (String text : List.of("Y = kron(A, B)\n", "Y[..., i] = 2 A[..., i] B[i]\n")) {
      Path file = program(text);
      Ein check = Ein.run("check", file).require();
      requireText(check.err(), "warning[W0103]", "`A`");
      Ein run = Ein.run("run", file, "A=[1, 2]", "B=[3, 4]").require();
      assertEquals("", run.err());
      assertFalse(Einkorn.compile("a.ein", text).diagnostics().isEmpty());
      Ein missing = Ein.run("run", file, "B=[3, 4]");
      assertEquals(1, missing.code());
      requireText(missing.err(), "error[E0110]", "`A`");
      assertFalse(missing.err().contains("W0103"), missing.err());
      assertEquals(1, Ein.run("ir", file, "--stage", "tensor").code());
    }
  }

  @Test
  void aTensorThatIsOpenHidesNoError() throws IOException {
    Ein check = Ein.run("check", program("Y = kron(A, B)\nZ[i] = foo(X[i])\n"));
    assertEquals(1, check.code());
    requireText(check.err(), "warning[W0103]", "error[E0113]");
  }

  @Test
  void aMissingFileIsReportedAsItself() throws IOException {
    Path file =
        program(
            """
            Data = "nofile.csv"
            First[:] = i32(Data[0, :64])
            Image[y: 8, x: 8] = First[(y x)]
            """);
    for (String command : List.of("check", "run")) {
      Ein call = Ein.run(command, file);
      assertEquals(1, call.code());
      requireText(call.err(), "error[E0501]", "nofile.csv");
      assertEquals(1, call.err().lines().filter(line -> line.startsWith("error")).count());
    }
  }

  // ------------------------------------------------------------------- positions in nothing

  @Test
  void argmaxOfNothingIsRefusedWhereDataShowIt() throws IOException {
    String text = "Y[i] = argmax[j](X[i, j+2])\n";
    Path file = program(text);
    assertEquals("Y =\n[0]\n", Ein.run("run", file, "X=[[1, 2, 3]]").require().out());
    for (String backend : List.of("jvm", "interp")) {
      Ein empty = Ein.run("run", "--backend", backend, file, "X=[[1, 2]]");
      assertEquals(1, empty.code());
      requireText(empty.err(), "error[E0125]", "argmax[j](X[i, j+2])");
    }
    Tensor data = Tensor.of(Arena.ofAuto(), new float[] {1, 2}, 1, 2);
    CompileException failure =
        assertThrows(
            CompileException.class, () -> Einkorn.compile("a.ein", text).with("X", data).run());
    assertEquals("E0125", failure.diagnostics().getFirst().code());
  }

  // ------------------------------------------------------------------------- run faults

  private String failing(String text, String... inputs) throws IOException {
    Object[] arguments = new Object[inputs.length + 2];
    arguments[0] = "run";
    arguments[1] = program(text);
    System.arraycopy(inputs, 0, arguments, 2, inputs.length);
    Ein run = Ein.run(arguments);
    assertEquals(1, run.code(), run.err());
    return run.err();
  }

  @Test
  void whatEndsARunHasItsPlaceInTheProgram() throws IOException {
    requireText(
        failing("let N = 2\nY[p] = E[Tk[p]]\n", "E=[1, 2]", "Tk=[0, 2]"),
        "error[E0550]",
        "a.ein:2:1: `Y[p] = E[Tk[p]]`",
        "`Tk[p]` is 2");
    requireText(
        failing("input X[i]: i32\nY[i] = X[i] X[i] + 1\n", "X=[100000]"),
        "error[E0551]",
        "a.ein:2:1: `Y[i] = X[i] X[i] + 1`",
        "sums and products that i32 holds",
        "`i64(…)`");
  }

  @Test
  void anOverflowSaysWhichOperationHasNoResult() throws IOException {
    String sum = failing("input X[i]: i64\nY: i64 = X[i]\n", "X=[9223372036854775807, 1]");
    requireText(sum, "sums and products that i64 holds", "`f64(…)`");
    assertFalse(sum.contains(": i64`,"), sum);
    requireText(failing("Y[i] = i32(X[i])\n", "X=[nan]"), "values that i32 holds", "nan");
    requireText(failing("Y[i] = u8(X[i])\n", "X=[300]"), "from 0 to 255", "clamp");
    requireText(
        failing("input X[i]: i32\ninput D[i]: i32\nY[i] = X[i] % D[i]\n", "X=[3]", "D=[0]"),
        "divisors of `%` other than 0",
        "where(D[i] != 0");
  }

  @Test
  void aConstantPositionOutsideAnOpenAxisIsShownInTheProgram() throws IOException {
    for (String position : List.of("4", "-5")) {
      String error = failing("Y[i] = X[i, " + position + "]\n", "X=[[1, 2, 3, 4]]");
      requireText(error, "error[E0106]: position " + position, "from 0 to 3", "a.ein:1:13");
    }
  }

  // ---------------------------------------------------------------------------- numbers

  @Test
  void numbersOnTheCommandLineAreThoseOfTheLanguage() throws IOException {
    Path file = program("Y[i] = X[i]\n");
    Ein run = Ein.run("run", file, "X=[nan, -inf, +inf, .5, 2., 1e3]").require();
    assertEquals("Y =\n[   nan   -inf    inf 5.e-01 2.e+00 1.e+03]\n", run.out());
    for (String word : List.of("NaN", "Infinity", "1f", "0x1p3", "--1", "-")) {
      Ein wrong = Ein.run("run", file, "X=[" + word + "]");
      assertEquals(2, wrong.code());
      requireText(wrong.err(), "`" + word + "` is no number");
    }
  }

  @Test
  void aDivisionInAPositionRoundsDown() throws IOException {
    Path file = program("R[k] = X[(J[k] - 7)/2 + 4]\n");
    Ein run = Ein.run("run", file, "J=[1, 2, 3, 4, -1]", "X=[5, 6, 7, 8]").require();
    assertEquals("R =\n[6. 6. 7. 7. 5.]\n", run.out());
  }
}
