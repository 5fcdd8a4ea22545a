package org.einkorn.backend.jvm.asm;

import java.util.List;

/// A method with its instructions.
///
/// @param handlers what is caught where, innermost first
public record MethodCode(
    int access,
    String name,
    String descriptor,
    List<Handler> handlers,
    List<Instruction> instructions) {

  public MethodCode {
    handlers = List.copyOf(handlers);
    instructions = List.copyOf(instructions);
  }

  /// Exceptions of a type that are thrown between two labels go to a third.
  public record Handler(int start, int end, int target, String type) {}

  /// An upper bound for the length of the code in bytes.
  public int byteSize() {
    int bytes = 0;
    for (Instruction instruction : instructions) {
      bytes += instruction.byteSize();
    }
    return bytes;
  }
}
