package org.einkorn.backend.jvm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.target.CpuCode;

/// What the functions of one module share: the numbers of buffers and symbols, the name of the
/// class, and the vectors that code may use.
final class KernelContext {
  private final String className;
  private final VectorMachine machine;
  private final List<Buffer> buffers;
  private final Map<String, Integer> bufferNumbers = new HashMap<>();
  private final Map<String, Integer> symbolNumbers = new HashMap<>();

  KernelContext(Module module, String className, VectorMachine machine) {
    CpuCode.requireNoGrid(module, "jvm");
    this.className = className;
    this.machine = machine;
    this.buffers = module.allBuffers();
    for (Buffer buffer : buffers) {
      if (buffer.type().dtype().isComplex()) {
        throw Refusals.complex(buffer);
      }
      bufferNumbers.put(buffer.name(), bufferNumbers.size());
    }
    for (String symbol : module.symbols()) {
      symbolNumbers.put(symbol, symbolNumbers.size());
    }
  }

  String className() {
    return className;
  }

  VectorMachine machine() {
    return machine;
  }

  boolean isBuffer(String name) {
    return bufferNumbers.containsKey(name);
  }

  Buffer buffer(int number) {
    return buffers.get(number);
  }

  /// The position of a buffer in the memory that a kernel is given.
  int bufferNumber(String name) {
    Integer number = bufferNumbers.get(name);
    if (number == null) {
      throw new IllegalStateException("`" + name + "` is no buffer of the module");
    }
    return number;
  }

  int symbolNumber(String name) {
    Integer number = symbolNumbers.get(name);
    if (number == null) {
      throw new IllegalStateException("the symbol `" + name + "` is not declared");
    }
    return number;
  }
}
