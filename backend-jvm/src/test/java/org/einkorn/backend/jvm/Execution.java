package org.einkorn.backend.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.backend.jvm.asm.ClassCode;
import org.einkorn.backend.jvm.asm.ClassText;
import org.einkorn.backend.jvm.asm.ClassTextException;
import org.einkorn.backend.jvm.asm.ClassTextParser;
import org.einkorn.backend.jvm.asm.VerifiedClass;
import org.einkorn.ir.eval.ModuleInterpreter;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Elements;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.KernelTrap;

/// Runs a module compiled and interpreted, and checks that both agree in every bit and every trap.
///
/// On the way each class passes the verifier, and its text is read back to the same class.
final class Execution {
  private final Module module;
  private final long[] symbols;
  private final List<Buffer> buffers;
  private final MemorySegment[] memory;

  private Execution(Module module, long[] symbols) {
    this.module = module;
    this.symbols = symbols;
    this.buffers = module.allBuffers();
    this.memory = new MemorySegment[buffers.size()];
    ModuleFacts facts = ModuleFacts.of(module);
    for (int number = 0; number < memory.length; number++) {
      long count = 1;
      for (int axis = 0; axis < buffers.get(number).type().rank(); axis++) {
        count *= Math.max(0, facts.extent(number, axis, symbols));
      }
      memory[number] =
          Arena.ofAuto().allocate(count * buffers.get(number).type().dtype().byteSize(), 64);
    }
  }

  /// Memory of zeros for a module with these sizes.
  static Execution of(Module module, long... symbols) {
    return new Execution(module, symbols.clone());
  }

  /// Gives a tensor its elements.
  Execution with(String name, double... values) {
    for (int element = 0; element < values.length; element++) {
      set(name, element, values[element]);
    }
    return this;
  }

  /// Gives an integer tensor its elements.
  Execution withIntegers(String name, long... values) {
    int number = number(name);
    for (int element = 0; element < values.length; element++) {
      Elements.setLong(
          buffers.get(number).type().dtype(), memory[number], element, values[element]);
    }
    return this;
  }

  /// How many elements a tensor has.
  long count(String name) {
    int number = number(name);
    return memory[number].byteSize() / buffers.get(number).type().dtype().byteSize();
  }

  /// Gives one element of a tensor its value.
  void set(String name, long element, double value) {
    int number = number(name);
    DType type = buffers.get(number).type().dtype();
    if (type.isFloat()) {
      Elements.setFloat(type, memory[number], element, value);
    } else {
      Elements.setLong(type, memory[number], element, (long) value);
    }
  }

  /// Overwrites one byte of a tensor.
  void setByte(String name, long offset, int value) {
    memory[number(name)].set(ValueLayout.JAVA_BYTE, offset, (byte) value);
  }

  private int number(String name) {
    for (int number = 0; number < buffers.size(); number++) {
      if (buffers.get(number).name().equals(name)) {
        return number;
      }
    }
    throw new IllegalArgumentException(name);
  }

  /// Runs all functions, checks them against the interpreter, and returns the trap if there was
  /// one.
  Optional<KernelTrap> run() {
    ClassCode code = KernelClass.hidden(module, VectorMachine.detect());
    VerifiedClass.check(code);
    String text = ClassText.print(code);
    try {
      assertEquals(code, ClassTextParser.parse(text));
      assertEquals(text, ClassText.print(ClassTextParser.parse(text)));
    } catch (ClassTextException e) {
      throw new AssertionError("line " + e.line() + " of\n" + text, e);
    }
    MemorySegment[] copies = new MemorySegment[memory.length];
    for (int number = 0; number < memory.length; number++) {
      copies[number] = Arena.ofAuto().allocate(memory[number].byteSize(), 64);
      copies[number].copyFrom(memory[number]);
    }
    Optional<KernelTrap> expected = trap(ModuleInterpreter.of(module), copies);
    Optional<KernelTrap> actual = trap(new JvmBackend().compile(module), memory);
    assertEquals(expected.map(Execution::facts), actual.map(Execution::facts));
    if (expected.isEmpty()) {
      for (int number = 0; number < memory.length; number++) {
        assertEquals(
            elements(number, copies), elements(number, memory), buffers.get(number).name());
      }
    }
    return actual;
  }

  private static String facts(KernelTrap trap) {
    return trap.kind() + " " + trap.site() + " " + trap.value() + " " + trap.bound();
  }

  private Optional<KernelTrap> trap(KernelModule code, MemorySegment[] on) {
    try {
      for (int function = 0; function < module.functions().size(); function++) {
        code.run(function, on, symbols, 0, code.parallelExtent(function, symbols));
      }
      return Optional.empty();
    } catch (KernelTrap trap) {
      return Optional.of(trap);
    }
  }

  /// The elements of a tensor, boxed, so that NaN equals NaN and −0.0 does not equal 0.0.
  private List<Number> elements(int number, MemorySegment[] from) {
    DType type = buffers.get(number).type().dtype();
    List<Number> elements = new ArrayList<>();
    for (long at = 0; at < from[number].byteSize() / type.byteSize(); at++) {
      if (type.isFloat()) {
        elements.add(Elements.getDouble(type, from[number], at));
      } else {
        elements.add(Elements.getLong(type, from[number], at));
      }
    }
    return elements;
  }

  /// The elements of a tensor after [#run].
  List<Number> elements(String name) {
    return elements(number(name), memory);
  }

  /// Runs without a trap and checks the elements of a tensor.
  void expect(String name, double... values) {
    assertEquals(Optional.empty(), run().map(Execution::facts));
    List<Number> expected = new ArrayList<>();
    boolean isFloat = buffers.get(number(name)).type().dtype().isFloat();
    for (double value : values) {
      expected.add(isFloat ? (Number) value : (Number) (long) value);
    }
    assertEquals(expected, elements(name));
  }

  /// Runs into a trap of this kind, at this site.
  void expectTrap(KernelTrap.Kind kind, int site) {
    assertEquals(
        Optional.of(kind + " " + site), run().map(trap -> trap.kind() + " " + trap.site()));
  }
}
