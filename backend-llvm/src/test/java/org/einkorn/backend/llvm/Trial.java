package org.einkorn.backend.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.einkorn.ir.eval.ModuleInterpreter;
import org.einkorn.ir.loop.Module;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Elements;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.KernelTrap;
import org.einkorn.runtime.exec.Manifest;

/// One run of a module on data, by the backend and by the interpreter.
final class Trial implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final KernelModule kernel;
  private final long[] symbols;
  private final MemorySegment[] memory;

  private Trial(KernelModule kernel, long... symbols) {
    this.kernel = kernel;
    this.symbols = symbols.clone();
    this.memory = new MemorySegment[kernel.manifest().buffers().size()];
    for (int number = 0; number < memory.length; number++) {
      Manifest.BufferSpec buffer = kernel.manifest().buffers().get(number);
      memory[number] = arena.allocate(count(number) * buffer.dtype().byteSize(), 64);
    }
  }

  static Trial compiled(Module module, long... symbols) {
    return new Trial(new LlvmBackend().compile(module), symbols);
  }

  static Trial of(KernelModule kernel, long... symbols) {
    return new Trial(kernel, symbols);
  }

  static Trial interpreted(Module module, long... symbols) {
    return new Trial(ModuleInterpreter.of(module), symbols);
  }

  KernelModule kernel() {
    return kernel;
  }

  MemorySegment[] memory() {
    return memory.clone();
  }

  private int number(String buffer) {
    return kernel.manifest().indexOf(buffer).orElseThrow();
  }

  DType type(String buffer) {
    return kernel.manifest().buffers().get(number(buffer)).dtype();
  }

  long count(String buffer) {
    return count(number(buffer));
  }

  private long count(int number) {
    long count = 1;
    for (int axis = 0; axis < kernel.manifest().buffers().get(number).rank(); axis++) {
      count *= kernel.extent(number, axis, symbols);
    }
    return count;
  }

  MemorySegment segment(String buffer) {
    return memory[number(buffer)];
  }

  Trial set(String buffer, double... values) {
    for (int index = 0; index < values.length; index++) {
      if (type(buffer).isFloat()) {
        Elements.setFloat(type(buffer), segment(buffer), index, values[index]);
      } else {
        Elements.setLong(type(buffer), segment(buffer), index, (long) values[index]);
      }
    }
    return this;
  }

  Trial setLongs(String buffer, long... values) {
    for (int index = 0; index < values.length; index++) {
      Elements.setLong(type(buffer), segment(buffer), index, values[index]);
    }
    return this;
  }

  double real(String buffer, long index) {
    return Elements.getDouble(type(buffer), segment(buffer), index);
  }

  long integer(String buffer, long index) {
    return Elements.getLong(type(buffer), segment(buffer), index);
  }

  double[] reals(String buffer) {
    double[] values = new double[(int) count(buffer)];
    for (int index = 0; index < values.length; index++) {
      values[index] = real(buffer, index);
    }
    return values;
  }

  long[] integers(String buffer) {
    long[] values = new long[(int) count(buffer)];
    for (int index = 0; index < values.length; index++) {
      values[index] = integer(buffer, index);
    }
    return values;
  }

  /// Runs every function, each in one range.
  Trial run() {
    for (int function = 0; function < kernel.manifest().functions().size(); function++) {
      kernel.run(function, memory, symbols, 0, kernel.parallelExtent(function, symbols));
    }
    return this;
  }

  /// Runs every function; the trap, if there was one.
  Optional<KernelTrap> attempt() {
    try {
      run();
      return Optional.empty();
    } catch (KernelTrap trap) {
      return Optional.of(trap);
    }
  }

  /// Runs a module both ways on the same data and holds the results against each other.
  ///
  /// @param fill writes the inputs
  /// @param ulps how far floats may be apart, in units of the last place of their type
  /// @return whether both ran to the end; otherwise both met the same trap
  static boolean compare(
      Module module, long[] symbols, BiConsumer<String, Trial> fill, double ulps) {
    try (Trial compiled = compiled(module, symbols);
        Trial interpreted = interpreted(module, symbols)) {
      for (var input : module.signature().inputs()) {
        fill.accept(input.name(), interpreted);
      }
      return compareRuns(module, interpreted, compiled, ulps);
    }
  }

  /// Runs both on the data of the first and holds the results against each other; whether both ran
  /// to the end.
  static boolean compareRuns(Module module, Trial interpreted, Trial compiled, double ulps) {
    for (var input : module.signature().inputs()) {
      compiled.segment(input.name()).copyFrom(interpreted.segment(input.name()));
    }
    Optional<KernelTrap> expected = interpreted.attempt();
    Optional<KernelTrap> found = compiled.attempt();
    if (expected.isPresent() || found.isPresent()) {
      assertTrue(expected.isPresent(), () -> "trapped: " + found + " in " + module);
      assertTrue(found.isPresent(), () -> "no trap: " + expected + " in " + module);
      assertEquals(expected.get().getMessage(), found.get().getMessage());
      return false;
    }
    for (var buffer : module.buffers()) {
      requireClose(module, buffer.name(), interpreted, compiled, ulps);
    }
    return true;
  }

  private static void requireClose(
      Module module, String buffer, Trial expected, Trial found, double ulps) {
    DType type = expected.type(buffer);
    for (long index = 0; index < expected.count(buffer); index++) {
      long where = index;
      if (!type.isFloat()) {
        assertEquals(
            expected.integer(buffer, index),
            found.integer(buffer, index),
            () -> buffer + " " + where + " of " + module);
        continue;
      }
      double right = expected.real(buffer, index);
      double actual = found.real(buffer, index);
      if (!isClose(type, right, actual, ulps)) {
        fail(buffer + "[" + index + "] is " + actual + ", not " + right + ", in " + module);
      }
    }
  }

  static boolean isClose(DType type, double right, double actual, double ulps) {
    if (Double.isNaN(right) || Double.isNaN(actual)) {
      return Double.isNaN(right) && Double.isNaN(actual);
    }
    if (Double.doubleToRawLongBits(right) == Double.doubleToRawLongBits(actual)) {
      return true;
    }
    if (Double.isInfinite(right) || Double.isInfinite(actual)) {
      return false;
    }
    double unit = type == DType.F64 ? Math.ulp(right) : Math.ulp((float) right);
    return ulps > 0 && Math.abs(right - actual) <= ulps * unit;
  }

  @Override
  public void close() {
    assertNotNull(kernel);
    kernel.close();
    arena.close();
  }
}
