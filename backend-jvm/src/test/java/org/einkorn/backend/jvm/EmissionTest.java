package org.einkorn.backend.jvm;

import static org.einkorn.backend.jvm.Ir.at;
import static org.einkorn.backend.jvm.Ir.function;
import static org.einkorn.backend.jvm.Ir.loop;
import static org.einkorn.backend.jvm.Ir.num;
import static org.einkorn.backend.jvm.Ir.parallel;
import static org.einkorn.backend.jvm.Ir.plus;
import static org.einkorn.backend.jvm.Ir.read;
import static org.einkorn.backend.jvm.Ir.size;
import static org.einkorn.backend.jvm.Ir.store;
import static org.einkorn.backend.jvm.Ir.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.einkorn.backend.jvm.asm.ClassCode;
import org.einkorn.backend.jvm.asm.ClassText;
import org.einkorn.backend.jvm.asm.ClassTextException;
import org.einkorn.backend.jvm.asm.ClassTextParser;
import org.einkorn.backend.jvm.asm.VerifiedClass;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.target.Emission;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.KernelTrap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmissionTest {
  private static final JvmBackend BACKEND = new JvmBackend();

  /// `Y[i] = X[i] + X[Order[i]]`, with all that a manifest can hold.
  private static Module module(List<String> labels) {
    Buffer x = tensor("X", DType.F32, size("N"));
    Buffer order = tensor("Order", DType.I64, size("N"));
    Buffer y = tensor("Y", DType.F32, size("N"));
    Buffer t = tensor("T", DType.F16, size("N").plus(1).times(size("M")), num(3));
    IndexExpr fetch = new IndexExpr.Fetch("X", 0, size("N"), read(order, at("i")));
    Signature.Role input = Signature.Role.INPUT;
    return new Module(
        "a \"program\"",
        new Signature(
            List.of("N", "M"),
            List.of(
                new Signature.Input(input, "X", x.type(), Optional.empty()),
                new Signature.Input(input, "Order", order.type(), Optional.of("order.npy")),
                new Signature.Input(
                    Signature.Role.PARAM,
                    "W",
                    tensor("W", DType.F64, size("M")).type(),
                    Optional.empty())),
            List.of(new Signature.Output("Y", y.type(), Optional.of("y.npy"))),
            List.of(new Signature.Query("Y[Ä, \\]?", "Y", List.of(labels, List.of())))),
        List.of(y, t),
        List.of(
            function(
                "Y",
                parallel(
                    "i", size("N"), store(y, plus(read(x, at("i")), read(x, fetch)), at("i")))),
            function("T", loop("i", num(0), new org.einkorn.ir.loop.Stmt.Sequence(List.of())))));
  }

  private static byte[] emit(Module module, String kind, String name) {
    return BACKEND.emit(module, new Emission(kind, name, "jvm")).main();
  }

  private static KernelModule define(String name, byte[] classFile) {
    ClassLoader loader =
        new ClassLoader(EmissionTest.class.getClassLoader()) {
          @Override
          protected Class<?> findClass(String wanted) {
            return defineClass(name, classFile, 0, classFile.length);
          }
        };
    try {
      return (KernelModule) loader.loadClass(name).getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(name, e);
    }
  }

  private static void requireSameFacts(Module module, KernelModule code) {
    ModuleFacts facts = ModuleFacts.of(module);
    assertEquals(facts.manifest(), code.manifest());
    long[] symbols = {5, 7};
    for (int buffer = 0; buffer < module.allBuffers().size(); buffer++) {
      for (int axis = 0; axis < module.allBuffers().get(buffer).type().rank(); axis++) {
        assertEquals(facts.extent(buffer, axis, symbols), code.extent(buffer, axis, symbols));
      }
    }
    for (int function = 0; function < module.functions().size(); function++) {
      assertEquals(facts.parallelExtent(function, symbols), code.parallelExtent(function, symbols));
    }
  }

  private static void requireRunning(KernelModule code) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment[] memory = {
        arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3),
        arena.allocateFrom(ValueLayout.JAVA_LONG, 2, 1, 0),
        arena.allocate(8),
        arena.allocate(12),
        arena.allocate(24)
      };
      long[] symbols = {3, 1};
      code.run(0, memory, symbols, 0, 3);
      assertEquals(4f, memory[3].getAtIndex(ValueLayout.JAVA_FLOAT, 0));
      assertEquals(4f, memory[3].getAtIndex(ValueLayout.JAVA_FLOAT, 1));
      memory[1].setAtIndex(ValueLayout.JAVA_LONG, 1, 3);
      assertThrows(KernelTrap.class, () -> code.run(0, memory, symbols, 0, 3));
    }
    code.close();
  }

  @Test
  void aClassStandsOnItsOwn() throws ClassTextException {
    Module module = module(List.of("Alice", "Bob", ""));
    ClassCode code = StandaloneClass.of(module, "com/example/Layer");
    VerifiedClass.check(code);
    assertEquals(code, ClassTextParser.parse(ClassText.print(code)));
    KernelModule loaded = define("com.example.Layer", emit(module, "class", "com.example.Layer"));
    requireSameFacts(module, loaded);
    requireRunning(loaded);
  }

  @Test
  void aManifestMayBeLarge() {
    List<String> vocabulary = new ArrayList<>();
    for (int number = 0; number < 100_000; number++) {
      vocabulary.add("label" + number + (number % 1000 == 0 ? "\ue000" : ""));
    }
    Module module = module(vocabulary);
    requireSameFacts(module, define("Large", emit(module, "class", "Large")));
  }

  @Test
  void aModuleMayHaveManyBuffersAndFunctions() {
    List<Buffer> buffers = new ArrayList<>();
    List<Function> functions = new ArrayList<>();
    Buffer x = tensor("X", DType.F32, size("N"));
    for (int number = 0; number < 400; number++) {
      Buffer buffer = tensor("Y" + number, DType.F32, size("N").plus(number));
      buffers.add(buffer);
      Scalar value = read(x, at("i"));
      functions.add(
          function("Y" + number, parallel("i", size("N"), store(buffer, value, at("i")))));
    }
    Module module =
        Ir.module(List.of("N"), List.of(x), buffers, functions.toArray(Function[]::new));
    requireSameFacts(module, define("Many", emit(module, "class", "Many")));
  }

  @Test
  void theSameModuleGivesTheSameBytes() {
    for (String kind : BACKEND.emits()) {
      assertArrayEquals(
          emit(module(List.of("a")), kind, "Layer"), emit(module(List.of("a")), kind, "Layer"));
    }
  }

  @Test
  void aJarHoldsTheClassAndNamesIt() throws IOException {
    byte[] jar = emit(module(List.of()), "jar", "com.example.Layer");
    List<String> names = new ArrayList<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(jar))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        names.add(entry.getName());
        if (entry.getName().endsWith(".MF")) {
          assertEquals(
              "Manifest-Version: 1.0\r\nMain-Class: com.example.Layer\r\n"
                  + "Class-Path: einkorn-runtime.jar\r\n\r\n",
              new String(zip.readAllBytes(), StandardCharsets.UTF_8));
        }
      }
    }
    assertEquals(List.of("META-INF/MANIFEST.MF", "com/example/Layer.class"), names);
  }

  @Test
  void aJarRunsWithTheRuntimeBesideIt(@TempDir Path folder) throws Exception {
    Buffer y = tensor("Y", DType.I64, num(3));
    Module module =
        Ir.module(
            List.of(),
            List.of(),
            List.of(y),
            function("Y", loop("i", num(3), store(y, new Scalar.Position(at("i")), at("i")))));
    Path jar = folder.resolve("out.jar");
    Files.write(jar, emit(module, "jar", "Count"));
    String runtime =
        Path.of(KernelModule.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toString();
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                jar + System.getProperty("path.separator") + runtime,
                "Count")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int exit = process.waitFor();
    String text = Files.readString(output);
    assertEquals(0, exit, text);
    assertTrue(text.contains("[0 1 2]"), text);
  }

  @Test
  void bytecodeIsReadBack() {
    Module module = module(List.of());
    String text = new String(emit(module, "bytecode", "x"), StandardCharsets.UTF_8);
    assertTrue(text.contains("invokestatic org/einkorn/runtime/exec/KernelTrap"), text);
    KernelModule loaded = BACKEND.load(module, "bytecode", text);
    assertEquals(ModuleFacts.of(module).manifest(), loaded.manifest());
    requireRunning(loaded);
  }

  @Test
  void aChangedConstantChangesTheResult() {
    Buffer y = tensor("Y", DType.F32);
    Module module =
        Ir.module(
            List.of(), List.of(), List.of(y), function("Y", store(y, Ir.constant(DType.F32, 1.5))));
    String text = new String(emit(module, "bytecode", "x"), StandardCharsets.UTF_8);
    String changed = text.replace("ldc float 0x1.8p0", "ldc float 0x1.4p1");
    try (Arena arena = Arena.ofConfined();
        KernelModule loaded = BACKEND.load(module, "bytecode", changed)) {
      MemorySegment memory = arena.allocate(4);
      loaded.run(0, new MemorySegment[] {memory}, new long[0], 0, 1);
      assertEquals(2.5f, memory.get(ValueLayout.JAVA_FLOAT, 0));
    }
  }

  private static void requireRefusal(String code, String kind, String text) {
    RefusedException refusal =
        assertThrows(
            RefusedException.class, () -> BACKEND.load(module(List.of()), kind, text), text);
    assertEquals(code, refusal.code(), refusal.getMessage());
  }

  @Test
  void refusesWrongText() {
    String text = new String(emit(module(List.of()), "bytecode", "x"), StandardCharsets.UTF_8);
    requireRefusal("E0707", "bytecode", "");
    requireRefusal("E0707", "bytecode", "hello");
    requireRefusal("E0707", "bytecode", text.replaceFirst("  lload 2", "  lfetch 2"));
    requireRefusal("E0707", "bytecode", text.replaceFirst("  lload 2", "  lload two"));
    requireRefusal("E0707", "bytecode", text.replaceFirst("  lload 2", "  lload 2 2"));
    requireRefusal("E0707", "bytecode", text.replaceFirst("L0:", "L99:"));
    requireRefusal("E0707", "bytecode", text.substring(0, text.length() - 5));
    requireRefusal("E0708", "bytecode", text.replaceFirst("  lload 2", "  iload 2"));
    requireRefusal("E0708", "bytecode", text.replaceFirst("  lload 2", "  pop"));
    requireRefusal("E0708", "bytecode", text.replaceFirst("implements .*", ""));
    requireRefusal(
        "E0708", "bytecode", text.replaceFirst("method public run \\(", "method public run "));
    requireRefusal("E0708", "bytecode", text.replaceFirst("Kernels_", "Kernels_/"));
    requireRefusal(
        "E0708", "bytecode", text.replaceFirst("  return", "  nop").replace("nop", "pop2"));
    requireRefusal("E0704", "class", text);
  }

  @Test
  void refusesWhatItCannotEmit() {
    for (String[] wrong :
        new String[][] {
          {"E0704", "so", "Layer", "jvm"},
          {"E0705", "class", "Layer", "x86-64-v4"},
          {"E0706", "class", "1st", "jvm"},
          {"E0706", "jar", "a..b", "jvm"},
          {"E0706", "class", "int", "jvm"},
          {"E0706", "jar", "a.if.b", "jvm"},
          {"E0706", "class", "a.record", "jvm"},
          {"E0706", "jar", "", "jvm"}
        }) {
      RefusedException refusal =
          assertThrows(
              RefusedException.class,
              () -> BACKEND.emit(module(List.of()), new Emission(wrong[1], wrong[2], wrong[3])));
      assertEquals(wrong[0], refusal.code());
    }
  }

  @Test
  void describesTheMachine() {
    assertTrue(BACKEND.describe().startsWith("jvm: "), BACKEND.describe());
    assertTrue(BACKEND.describe().contains("Vector API "), BACKEND.describe());
  }
}
