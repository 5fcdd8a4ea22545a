package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.backend.jvm.asm.MethodCode;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;

/// What the functions of one module share: the numbers of buffers and symbols, and the class that
/// grows.
final class KernelContext {
  private final String className;
  private final List<Buffer> buffers;
  private final Map<String, Integer> bufferNumbers = new HashMap<>();
  private final Map<String, Integer> symbolNumbers = new HashMap<>();
  private final List<MethodCode> methods = new ArrayList<>();

  KernelContext(Module module, String className) {
    this.className = className;
    this.buffers = module.allBuffers();
    for (Buffer buffer : buffers) {
      if (buffer.type().dtype().isComplex()) {
        throw Refusals.complex(buffer);
      }
      bufferNumbers.put(buffer.name(), bufferNumbers.size());
    }
    for (String symbol : module.signature().symbols()) {
      symbolNumbers.put(symbol, symbolNumbers.size());
    }
  }

  String className() {
    return className;
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

  void addAll(List<MethodCode> more) {
    methods.addAll(more);
  }

  List<MethodCode> methods() {
    return List.copyOf(methods);
  }
}
