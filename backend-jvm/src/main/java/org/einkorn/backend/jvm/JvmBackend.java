package org.einkorn.backend.jvm;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.einkorn.backend.jvm.asm.Assembler;
import org.einkorn.backend.jvm.asm.ClassCode;
import org.einkorn.backend.jvm.asm.ClassText;
import org.einkorn.backend.jvm.asm.ClassTextException;
import org.einkorn.backend.jvm.asm.ClassTextParser;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.target.Artifact;
import org.einkorn.ir.target.Emission;
import org.einkorn.ir.target.KeepableBackend;
import org.einkorn.ir.target.Machine;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.ir.target.Unprefetched;
import org.einkorn.runtime.exec.KernelModule;

/// The backend `jvm`: bytecode, nothing native.
public final class JvmBackend implements KeepableBackend {
  private static final List<String> KINDS = List.of("class", "jar", "bytecode");

  @Override
  public String name() {
    return "jvm";
  }

  @Override
  public KernelModule compile(Module module) {
    return link(ModuleFacts.of(module), code(module));
  }

  @Override
  public String dependencies() {
    return String.join(
        "\n",
        System.getProperty("java.vm.name"),
        System.getProperty("java.vm.version"),
        System.getProperty("os.arch"),
        ByteOrder.nativeOrder().toString(),
        VectorMachine.detect().toString());
  }

  @Override
  public byte[] code(Module module) {
    return assemble(KernelClass.hidden(module, VectorMachine.detect()));
  }

  @Override
  public KernelModule link(ModuleFacts facts, byte[] code) {
    return define(facts, code);
  }

  /// Bytecode has no instruction that asks for memory.
  @Override
  public List<Diagnostic> warnings(Module module) {
    return Unprefetched.warning(module, name()).stream().toList();
  }

  @Override
  public List<String> emits() {
    return KINDS;
  }

  @Override
  public Artifact emit(Module module, Emission emission) {
    if (!emission.target().equals("jvm")) {
      throw Refusals.unknownTarget(emission.target());
    }
    byte[] main =
        switch (emission.kind()) {
          case "bytecode" ->
              ClassText.print(KernelClass.hidden(module, VectorMachine.detect()))
                  .getBytes(StandardCharsets.UTF_8);
          case "class" -> standalone(module, new ClassName(emission.name()));
          case "jar" -> {
            ClassName className = new ClassName(emission.name());
            yield JarFile.of(className, standalone(module, className));
          }
          default -> throw Refusals.unknownKind(emission.kind(), KINDS);
        };
    return new Artifact(main, Map.of());
  }

  @Override
  public KernelModule load(Module module, String kind, String text) {
    ClassCode code = parse(kind, text);
    if (text.contains(VectorCompiler.API) && !VectorMachine.detect().isPresent()) {
      throw Refusals.rejectedByTheMachine(
          "it uses the Vector API; start with --add-modules jdk.incubator.vector");
    }
    return define(ModuleFacts.of(module), assembleUnchecked(code));
  }

  @Override
  public String rewrite(String kind, String text, String into) {
    ClassCode code = parse(kind, text);
    if (!into.equals(kind)) {
      throw Refusals.unreadableKind(kind + "` as `" + into);
    }
    return ClassText.print(code);
  }

  private static ClassCode parse(String kind, String text) {
    if (!kind.equals("bytecode")) {
      throw Refusals.unreadableKind(kind);
    }
    try {
      return ClassTextParser.parse(text);
    } catch (ClassTextException e) {
      throw Refusals.badText(e.line(), String.valueOf(e.getMessage()));
    }
  }

  private static byte[] standalone(Module module, ClassName className) {
    return assemble(StandaloneClass.of(module, className.internal()));
  }

  private static byte[] assemble(ClassCode code) {
    try {
      return Assembler.assemble(code);
    } catch (Assembler.TooLargeException e) {
      throw Refusals.tooLarge(String.valueOf(e.getMessage()));
    }
  }

  /// The bytes of a class that a user wrote. What is wrong with its descriptors and its stack shows
  /// in whatever exception the computation of frames runs into.
  private static byte[] assembleUnchecked(ClassCode code) {
    try {
      return assemble(code);
    } catch (RefusedException refusal) {
      throw refusal;
    } catch (RuntimeException malformed) {
      throw Refusals.rejectedByTheMachine(malformed.toString());
    }
  }

  /// Makes the class part of this process. The Java virtual machine verifies it like any other.
  private static KernelModule define(ModuleFacts facts, byte[] bytes) {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
      Object instance = lookup.lookupClass().getConstructor().newInstance();
      if (!(instance instanceof KernelCode kernels)) {
        throw Refusals.rejectedByTheMachine("the class is no KernelCode");
      }
      return new CompiledModule(facts, kernels);
    } catch (LinkageError | ReflectiveOperationException | IllegalArgumentException e) {
      throw Refusals.rejectedByTheMachine(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Machine machine(String target) {
    VectorMachine vectors = VectorMachine.detect();
    // Without vectors of our own the JIT finds some in loops that are cut for the widest.
    return vectors.isPresent() ? Machine.ofVectors(vectors.bits() / 8) : Machine.unknown();
  }

  @Override
  public String describe() {
    VectorMachine machine = VectorMachine.detect();
    return "jvm: "
        + System.getProperty("java.vm.name")
        + " "
        + System.getProperty("java.version")
        + ", Vector API "
        + (machine.isPresent()
            ? "with " + machine.bits() + " bits"
            : "absent (start with --add-modules jdk.incubator.vector)");
  }
}
