package org.einkorn.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.einkorn.CompileException;
import org.einkorn.Einkorn;
import org.einkorn.Einsum;
import org.einkorn.Kernel;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Results;
import org.einkorn.Target;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.RunOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A program that finds its code gives what the one gave that made it.
///
/// Each program is opened anew, so that nothing but the folder goes from one to the next.
@Execution(ExecutionMode.CONCURRENT)
final class KeptCodeTest {
  private static final Path EXAMPLES = Path.of("..", "examples");
  private static final List<Target> TARGETS = List.of(Target.jvm(), Target.llvm());

  @TempDir Path folder;

  private final List<Diagnostic> told = new ArrayList<>();

  static List<Path> examples() throws IOException {
    List<Path> examples = new ArrayList<>();
    for (Path place : List.of(EXAMPLES, EXAMPLES.resolve("paper"))) {
      try (Stream<Path> files = Files.list(place)) {
        files.filter(file -> file.toString().endsWith(".ein")).sorted().forEach(examples::add);
      }
    }
    return examples;
  }

  private Path cache() {
    return folder.resolve("cache");
  }

  private Options options(Target target) {
    return Options.defaults().withTarget(target).withCache(cache()).withWarnings(told::add);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(cache())) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void examplesFindTheirCode(Path example) throws IOException {
    boolean learns = Files.readString(example).contains("learn");
    for (Target target : TARGETS) {
      try (Arena arena = Arena.ofShared()) {
        Results plain = Einkorn.compile(example, options(target).withoutCache()).run(arena);
        Results first = Einkorn.compile(example, options(target)).run(arena);
        Program again = Einkorn.compile(example, options(target));
        List<Diagnostic> warnings = again.warnings();
        Results second = again.run(arena);
        assertFalse(first.isFromCache(), target.name());
        assertTrue(second.isFromCache(), target.name());
        for (String name : plain.names()) {
          assertSameBits(plain.get(name), first.get(name));
          assertSameBits(plain.get(name), second.get(name));
        }
        assertEquals(plain.print(false, Set.of()), second.print(false, Set.of()));
        assertEquals(Einkorn.compile(example, options(target).withoutCache()).warnings(), warnings);
        if (!learns) {
          assertEquals(
              first.explanation().equations().toString(),
              second.explanation().equations().toString());
        }
      }
    }
    assertEquals(List.of(), told.stream().filter(each -> each.code().startsWith("W020")).toList());
  }

  private static void assertSameBits(Tensor one, Tensor other) {
    assertEquals(one.shape(), other.shape());
    assertEquals(one.dtype(), other.dtype());
    assertArrayEquals(
        one.contiguous(Arena.ofAuto()).segment().toArray(ValueLayout.JAVA_BYTE),
        other.contiguous(Arena.ofAuto()).segment().toArray(ValueLayout.JAVA_BYTE));
  }

  private static final String PRODUCT =
      "input A[i: I, j: J]\ninput B[j: J, k: K]\nY[i, k] = A[i, j] B[j, k]\n";

  private Program open(String text, Options options) throws IOException {
    return Einkorn.compile(Files.writeString(folder.resolve("program.ein"), text), options);
  }

  private static Tensor matrix(Arena arena, int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int number = 0; number < values.length; number++) {
      values[number] = (number * 31 % 17 - 8) / 4f;
    }
    return Tensor.of(arena, values, rows, columns);
  }

  /// Sizes that are no multiples of tiles need code that is made late.
  @Test
  void codeOfOtherSizesIsThereToo() throws IOException {
    for (Target target : TARGETS) {
      try (Arena arena = Arena.ofShared()) {
        for (int size : new int[] {64, 67, 3}) {
          Tensor a = matrix(arena, size, size + 1);
          Tensor b = matrix(arena, size + 1, size);
          Tensor plain =
              open(PRODUCT, options(target).withoutCache())
                  .with("A", a)
                  .with("B", b)
                  .run(arena)
                  .get("Y");
          for (int round = 0; round < 2; round++) {
            Results kept = open(PRODUCT, options(target)).with("A", a).with("B", b).run(arena);
            assertSameBits(plain, kept.get("Y"));
            assertTrue(round == 0 || kept.isFromCache());
          }
        }
      }
    }
  }

  @Test
  void kernelsAndEinsumsFindTheirCode() throws IOException {
    for (Target target : TARGETS) {
      try (Arena arena = Arena.ofShared()) {
        Tensor a = matrix(arena, 5, 7);
        Tensor b = matrix(arena, 7, 5);
        int before = Files.exists(cache()) ? files().size() : 0;
        List<Tensor> results = new ArrayList<>();
        int afterFirst = 0;
        for (int round = 0; round < 2; round++) {
          Kernel kernel =
              open(PRODUCT, options(target))
                  .kernel(target, Map.of("A", Shape.of(5, 7), "B", Shape.of(7, 5)));
          Tensor y = Tensor.allocate(arena, DType.F32, 5, 5);
          kernel.run(a, b, y);
          results.add(y);
          assertTrue(kernel.cost().planned().multiplies().intValueExact() > 0);
          // A view, which has code of its own.
          Tensor wide = Tensor.allocate(arena, DType.F32, 5, 10).slice(1, 0, 10, 2);
          kernel.run(a, b, wide);
          results.add(wide);
          Einsum einsum = Einsum.of("ij,jk->ik").with(options(target));
          results.add(einsum.apply(a, b));
          results.add(einsum.into(Tensor.allocate(arena, DType.F32, 5, 5), a, b));
          afterFirst = round == 0 ? files().size() : afterFirst;
        }
        results.forEach(each -> assertSameBits(results.getFirst(), each));
        assertTrue(afterFirst > before);
        assertEquals(afterFirst, files().size());
      }
    }
  }

  @Test
  void otherOptionsHaveOtherCode() throws IOException {
    Options base = options(Target.jvm());
    List<Options> all =
        List.of(
            base,
            base.withExact(true),
            base.withTarget(Target.llvm()),
            base.withCounting(true),
            base.withPasses(Set.of("normalize")),
            base.withExpectedRuns(1),
            base.withSeed(1),
            base.withRun(RunOptions.defaults().withMemoryBudgetBytes(1 << 20)));
    try (Arena arena = Arena.ofShared()) {
      Tensor a = matrix(arena, 4, 4);
      for (Options options : all) {
        Results first = open(PRODUCT, options).with("A", a).with("B", a).run(arena);
        assertFalse(first.isFromCache(), options.toString());
        Results second = open(PRODUCT, options).with("A", a).with("B", a).run(arena);
        assertTrue(second.isFromCache(), options.toString());
        assertEquals(first.executed(), second.executed());
      }
      assertFalse(open(PRODUCT + "Z = 1\n", base).with("A", a).with("B", a).run().isFromCache());
      Tensor wide = a.cast(arena, DType.F64);
      assertFalse(open("Y[i, j] = 2 A[i, j]", base).with("A", wide).run().isFromCache());
      assertFalse(open("Y[i, j] = 2 A[i, j]", base).with("A", a).run().isFromCache());
      assertTrue(open("Y[i, j] = 2 A[i, j]", base).with("A", a).run().isFromCache());
    }
  }

  @Test
  void afterAChangeOfItsFilesAProgramIsCompiledAnew() throws IOException {
    String text = "X = \"x.npy\"\nS[i] = 2 X[i]\n";
    Path file = folder.resolve("x.npy");
    try (Arena arena = Arena.ofShared()) {
      for (int size : new int[] {3, 4}) {
        Tensor x = Tensor.of(arena, new float[size], size);
        x.write(file);
        assertFalse(open(text, options(Target.jvm())).run(arena).isFromCache());
        Results again = open(text, options(Target.jvm())).run(arena);
        assertTrue(again.isFromCache());
        assertEquals(Shape.of(size), again.get("S").shape());
      }
    }
  }

  @Test
  void warningsAndRequirementsAreKept() throws IOException {
    String text = "input A[i: N]: i32\nM = argmax[i](A[i])\n";
    try (Arena arena = Arena.ofShared()) {
      Tensor some = Tensor.of(arena, new int[] {1, 2}, 2);
      Tensor none = Tensor.allocate(arena, DType.I32, 0);
      for (int round = 0; round < 2; round++) {
        open(text, options(Target.jvm())).with("A", some).run(arena);
        Program empty = open(text, options(Target.jvm())).with("A", none);
        assertThrows(CompileException.class, () -> empty.run(arena));
      }
      String short4 =
          """
          Y[i: 24, m: 24] = sum[j: 24, k: 24, l: 24](cos(i j) cos(j k) cos(k l) cos(l m))
          M = max[i, m](Y[i, m])
          """;
      Options tight =
          options(Target.jvm()).withRun(RunOptions.defaults().withMemoryBudgetBytes(2400));
      List<List<Diagnostic>> warned = new ArrayList<>();
      for (int round = 0; round < 2; round++) {
        told.clear();
        Results results = open(short4, tight).keeping("M").run(arena);
        assertEquals(round == 1, results.isFromCache());
        warned.add(List.copyOf(told));
      }
      assertEquals("W0201", warned.getFirst().getFirst().code());
      assertEquals(warned.getFirst(), warned.getLast());
    }
  }

  @Test
  void aDamagedFileIsToldOfAndReplaced() throws IOException {
    for (Target target : TARGETS) {
      try (Arena arena = Arena.ofShared()) {
        Tensor a = matrix(arena, 4, 4);
        Tensor expected = open(PRODUCT, options(target)).with("A", a).with("B", a).run().get("Y");
        for (Path file : files()) {
          byte[] content = Files.readAllBytes(file);
          content[content.length - 1] ^= 64;
          Files.write(file, content);
          told.clear();
          Results mended = open(PRODUCT, options(target)).with("A", a).with("B", a).run();
          assertSameBits(expected, mended.get("Y"));
          List<Diagnostic> ignored =
              told.stream().filter(each -> each.code().equals("W0203")).toList();
          if (ignored.isEmpty()) {
            // A file of the other target, or of another question; it is damaged still.
            Files.delete(file);
            continue;
          }
          assertTrue(ignored.getFirst().notes().getFirst().contains(file.toString()));
          told.clear();
          assertTrue(open(PRODUCT, options(target)).with("A", a).with("B", a).run().isFromCache());
          assertEquals(List.of(), told);
        }
      }
    }
  }

  /// Code that passes its hash but is none, as from a fault of ours.
  @Test
  void whatCannotBeLinkedIsToldOf() throws IOException {
    for (Target target : TARGETS) {
      try (Arena arena = Arena.ofShared()) {
        Tensor a = matrix(arena, 4, 4);
        Program program = open(PRODUCT, options(target)).with("A", a).with("B", a);
        Tensor expected = program.run().get("Y");
        org.einkorn.runtime.cache.KernelCache cache =
            org.einkorn.runtime.cache.KernelCache.in(cache());
        for (Path file : files()) {
          String hex = String.valueOf(file.getFileName()).replace(".kernel", "");
          cache.store(new org.einkorn.runtime.cache.CacheKey(hex), new byte[] {1, 2, 3});
        }
        told.clear();
        Results mended = open(PRODUCT, options(target)).with("A", a).with("B", a).run();
        assertFalse(mended.isFromCache());
        assertSameBits(expected, mended.get("Y"));
        assertTrue(told.stream().anyMatch(each -> each.code().equals("W0203")), told.toString());
      }
    }
  }

  @Test
  void aFolderThatOthersMayWriteIsToldOfOnce() throws IOException {
    Files.createDirectory(cache());
    Files.setPosixFilePermissions(cache(), PosixFilePermissions.fromString("rwxrwx---"));
    try (Arena arena = Arena.ofShared()) {
      Tensor a = matrix(arena, 2, 2);
      for (int round = 0; round < 2; round++) {
        Results results = open(PRODUCT, options(Target.jvm())).with("A", a).with("B", a).run(arena);
        assertFalse(results.isFromCache());
      }
      assertEquals(List.of("W0204"), told.stream().map(Diagnostic::code).toList());
      assertEquals(List.of(), files());
    }
  }
}
