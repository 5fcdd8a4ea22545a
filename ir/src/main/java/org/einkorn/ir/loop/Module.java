package org.einkorn.ir.loop;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.tensor.Signature;

/// A program as loop nests, run in order.
///
/// @param buffers outputs and temporaries: all global memory that is no input
public record Module(
    String name, Signature signature, List<Buffer> buffers, List<Function> functions) {
  public Module {
    buffers = List.copyOf(buffers);
    functions = List.copyOf(functions);
  }

  /// All global memory: the inputs in order, then the buffers. Compiled code takes it in this
  /// order. A complex input is a buffer of its [parts][org.einkorn.ir.tensor.TensorType#parts].
  public List<Buffer> allBuffers() {
    List<Buffer> all = new ArrayList<>();
    for (Signature.Input input : signature.inputs()) {
      all.add(new Buffer(input.name(), input.type().parts(), Buffer.Scope.GLOBAL));
    }
    all.addAll(buffers);
    return List.copyOf(all);
  }
}
