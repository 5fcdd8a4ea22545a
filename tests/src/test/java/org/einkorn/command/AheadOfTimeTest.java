package org.einkorn.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Stage;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Programs compiled ahead of time run without the compiler.
final class AheadOfTimeTest {
  private static final String PRODUCT = "C =\n[[19. 22.]\n [43. 50.]]\n";

  @TempDir Path folder;

  @BeforeEach
  void writeProgram() throws IOException {
    Files.writeString(folder.resolve("matmul.ein"), "C[i, k] = A[i, j] B[j, k]\n");
    Files.writeString(folder.resolve("a.csv"), "1,2\n3,4\n");
    Files.writeString(folder.resolve("b.csv"), "5,6\n7,8\n");
  }

  private Path compile(String kind, String file, Object... more) {
    Path output = folder.resolve(file);
    List<Object> arguments =
        new ArrayList<>(List.of("compile", folder.resolve("matmul.ein"), "--emit", kind));
    arguments.addAll(List.of("-o", output));
    arguments.addAll(Arrays.asList(more));
    Ein.run(arguments.toArray()).require();
    return output;
  }

  /// Runs a command in the test's folder and returns all it printed.
  private String execute(List<String> command) throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int code = process.waitFor();
    String text = Files.readString(output);
    assertEquals(0, code, command + "\n" + text);
    return text;
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /// Where the classes of the runtime module are, and nothing else.
  private static String runtime() {
    return new File(Tensor.class.getProtectionDomain().getCodeSource().getLocation().getPath())
        .getPath();
  }

  @Test
  void aJarRunsWithTheRuntimeAlone() throws IOException, InterruptedException {
    Path jar = compile("jar", "matmul.jar");
    String classPath = jar + File.pathSeparator + runtime();
    assertEquals(
        PRODUCT, execute(List.of(java(), "-cp", classPath, "matmul", "A=a.csv", "B=b.csv")));
  }

  @Test
  void aClassRunsWithTheRuntimeAlone() throws IOException, InterruptedException {
    compile("class", "Matmul.class");
    String classPath = folder + File.pathSeparator + runtime();
    assertEquals(
        PRODUCT, execute(List.of(java(), "-cp", classPath, "Matmul", "A=a.csv", "B=b.csv")));
  }

  private static final String TILES =
      """
      schedule C {
        Bp = cache-read B
        (io, ii) = split i.0 by 2
        (ko, ki) = split k.0 by 4
        reorder ko io ki ii
        unroll ii
        vectorize ki
        lift C.acc above ki
        fission ki after C.init
        fission ki of C.update after C.update
        reorder j.0 ki ii
        set-dtype C.acc f32
        tensorize C.update as fma
      }
      """;

  @Test
  void aScheduledClassComputesTheSame() throws IOException, InterruptedException {
    Path script = Files.writeString(folder.resolve("tiles.schedule"), TILES);
    byte[] plain = Files.readAllBytes(compile("class", "Matmul.class"));
    byte[] scheduled = Files.readAllBytes(compile("class", "Matmul.class", "--schedule", script));
    assertFalse(Arrays.equals(plain, scheduled));
    String classPath = folder + File.pathSeparator + runtime();
    assertEquals(
        PRODUCT, execute(List.of(java(), "-cp", classPath, "Matmul", "A=a.csv", "B=b.csv")));
  }

  @Test
  void aScheduledSharedObjectIsCalledFromC() throws IOException, InterruptedException {
    Path script = Files.writeString(folder.resolve("tiles.schedule"), TILES);
    callFromC("--schedule", script);
  }

  @Test
  void aSharedObjectIsCalledFromC() throws IOException, InterruptedException {
    callFromC();
  }

  private void callFromC(Object... more) throws IOException, InterruptedException {
    String compiler = findCompiler();
    compile("so", "matmul.so", more);
    assertTrue(Files.exists(folder.resolve("matmul.h")));
    Files.writeString(
        folder.resolve("main.c"),
        """
        #include <stdio.h>
        #include "matmul.h"
        int main(void) {
          float a[4] = {1, 2, 3, 4}, b[4] = {5, 6, 7, 8}, c[4];
          int code = matmul(a, b, c, 2, 2, 2);
          printf("%d %g %g %g %g\\n", code, c[0], c[1], c[2], c[3]);
          return code;
        }
        """);
    execute(List.of(compiler, "-Wall", "-Werror", "main.c", "./matmul.so", "-o", "main"));
    assertEquals("0 19 22 43 50\n", execute(List.of("./main")));
  }

  @Test
  void complexNumbersArePairsInC() throws IOException, InterruptedException {
    String compiler = findCompiler();
    Path program =
        Files.writeString(
            folder.resolve("turn.ein"),
            """
            input Z[i: N]: c64
            Y[i] = Z[i] * complex(0, 1)
            S: c128 = sum[i](Z[i] conj(Z[i]))
            output Y
            output S
            """);
    Ein.run("compile", program, "--emit", "so", "-o", folder.resolve("turn.so")).require();
    String header = Files.readString(folder.resolve("turn.h"));
    assertTrue(header.contains("const float *Z, float *Y, double *S, int64_t N"), header);
    assertTrue(header.contains("input, c64[N]"), header);
    Files.writeString(
        folder.resolve("main.c"),
        """
        #include <complex.h>
        #include <stdio.h>
        #include "turn.h"
        int main(void) {
          float complex z[2] = {1 + 2 * I, 3 - I}, y[2];
          double complex s;
          int code = turn((float *)z, (float *)y, (double *)&s, 2);
          printf("%d %g %g %g %g %g %g\\n", code, crealf(y[0]), cimagf(y[0]), crealf(y[1]),
                 cimagf(y[1]), creal(s), cimag(s));
          return code;
        }
        """);
    execute(List.of(compiler, "-Wall", "-Werror", "main.c", "./turn.so", "-o", "main"));
    assertEquals("0 -2 1 1 3 15 0\n", execute(List.of("./main")));
    Ein.run("compile", program, "--emit", "jar", "-o", folder.resolve("turn.jar")).require();
    Ein.run("run", program, "Z=[1+2j, 3-j]", "-o", "Y=" + folder.resolve("y.npy")).require();
    String classPath = folder.resolve("turn.jar") + File.pathSeparator + runtime();
    assertEquals(
        "Y =\n[-1.-2.j -3.+1.j]\nS =\n(15+0j)\n",
        execute(List.of(java(), "-cp", classPath, "turn", "Z=y.npy")));
  }

  @Test
  void anObjectFileLinksIntoCpp() throws IOException, InterruptedException {
    String compiler = findCompiler();
    compile("obj", "matmul.o");
    Files.writeString(
        folder.resolve("main.c"),
        """
        #include <stdint.h>
        #include <stdio.h>
        int32_t matmul(const float *, const float *, float *, int64_t, int64_t, int64_t);
        int main(void) {
          float a[2] = {1, 2}, b[2] = {3, 4}, c[1];
          matmul(a, b, c, 1, 2, 1);
          printf("%g\\n", c[0]);
          return 0;
        }
        """);
    execute(List.of(compiler, "main.c", "matmul.o", "-lm", "-o", "main"));
    assertEquals("11\n", execute(List.of("./main")));
  }

  private static final String CHAIN =
      """
      input X[i: N, j: N]
      A[i, k] = X[i, j] X[j, k]
      B[i, k] = A[i, j] X[j, k]
      C[i, k] = B[i, j] A[j, k]
      Y[i, k] = C[i, j] X[j, k]
      """;

  /// The same in slices: a function of several steps, whose temporaries are used after it or not.
  private static final String SLICED =
      """
      program sliced
      symbols m, n
      input X: f32[m, n]
      output Z: f32[n]
      slice j: V, W, Y
      T: f32[m, n] = sum for j < m, i < n [j, i] <- X[j, i] + X[j, i]
      V: f32[m, n] = sum for j < m, i < n [j, i] <- T[j, i] + X[j, i]
      W: f32[m, n] = sum for j < m, i < n [j, i] <- V[j, i] * V[j, i]
      Y: f32[n] = sum for i < n, j < m [i] <- W[j, i] + X[j, i]
      U: f32[n] = sum for i < n [i] <- Y[i] + 1.0:f32
      Z: f32[n] = sum for i < n [i] <- U[i] + Y[i]
      """;

  @Test
  void temporariesComeAndGoInC() throws IOException, InterruptedException {
    String compiler = findCompiler();
    Files.writeString(folder.resolve("chain.ein"), CHAIN);
    Ein.run(
            "compile",
            folder.resolve("chain.ein"),
            "--emit",
            "so",
            "-o",
            folder.resolve("chain.so"))
        .require();
    Path sliced = Files.writeString(folder.resolve("sliced.tensor"), SLICED);
    var artifact =
        Einkorn.open(sliced, Stage.TENSOR, Options.defaults())
            .emit("so", "sliced", Optional.empty(), Map.of());
    Files.write(folder.resolve("sliced.so"), artifact.main());
    Files.writeString(
        folder.resolve("main.c"),
        """
        #include <stdint.h>
        #include <stdio.h>
        #include "chain.h"
        int32_t sliced(const float *, float *, int64_t, int64_t);
        int main(void) {
          float x[4] = {1, 1, 0, 1}, y[4], z[2];
          int code = chain(x, y, 2);
          code += 10 * sliced(x, z, 2, 2);
          printf("%d %g %g %g %g, %g %g\\n", code, y[0], y[1], y[2], y[3], z[0], z[1]);
          return code;
        }
        """);
    execute(
        List.of(compiler, "-Wall", "-Werror", "main.c", "./chain.so", "./sliced.so", "-o", "main"));
    assertEquals("0 1 6 0 1, 21 41\n", execute(List.of("./main")));
  }

  @Test
  void temporariesShareMemoryInAJar() throws IOException, InterruptedException {
    Files.writeString(folder.resolve("chain.ein"), CHAIN);
    Files.writeString(folder.resolve("x.csv"), "1,1\n0,1\n");
    Path jar = folder.resolve("chain.jar");
    Ein.run("compile", folder.resolve("chain.ein"), "--emit", "jar", "-o", jar).require();
    String classPath = jar + File.pathSeparator + runtime();
    assertEquals(
        "Y =\n[[1. 6.]\n [0. 1.]]\n",
        execute(List.of(java(), "-cp", classPath, "chain", "X=x.csv")));
  }

  private static String findCompiler() {
    for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
      if (Files.isExecutable(Path.of(folder, "cc"))) {
        return Path.of(folder, "cc").toString();
      }
    }
    assumeTrue(false, "skipped: no C compiler");
    return "";
  }

  @Test
  void textKindsAreText() throws IOException {
    assertTrue(Files.readString(compile("llvm", "matmul.ll")).contains("define"));
    assertTrue(Files.readString(compile("asm", "matmul.s")).contains("matmul"));
  }

  @Test
  void nothingIsWrittenForAWrongProgram() throws IOException {
    Files.writeString(folder.resolve("wrong.ein"), "C[i, k] = A[i, j] +\n");
    Path output = folder.resolve("wrong.jar");
    Ein ein = Ein.run("compile", folder.resolve("wrong.ein"), "--emit", "jar", "-o", output);
    assertEquals(1, ein.code());
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names = new ArrayList<>(files.map(f -> f.getFileName().toString()).toList());
      names.sort(String::compareTo);
      assertEquals(Arrays.asList("a.csv", "b.csv", "matmul.ein", "wrong.ein"), names);
    }
  }

  @Test
  void kindsOfLaterVersionsAreRefused() {
    Ein ein =
        Ein.run(
            "compile", folder.resolve("matmul.ein"), "--emit", "ptx", "-o", folder.resolve("x"));
    assertEquals(1, ein.code());
    assertTrue(ein.err().startsWith("error[E0721]"), ein.err());
    assertTrue(
        new String(ein.err().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
            .contains("the kinds are"));
  }
}
