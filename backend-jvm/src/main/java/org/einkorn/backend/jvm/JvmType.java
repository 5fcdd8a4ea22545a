package org.einkorn.backend.jvm;

import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.runtime.DType;

/// The types of values on the operand stack.
enum JvmType {
  INT("I", 1, Opcode.ILOAD, Opcode.ISTORE, Opcode.IRETURN),
  LONG("J", 2, Opcode.LLOAD, Opcode.LSTORE, Opcode.LRETURN),
  FLOAT("F", 1, Opcode.FLOAD, Opcode.FSTORE, Opcode.FRETURN),
  DOUBLE("D", 2, Opcode.DLOAD, Opcode.DSTORE, Opcode.DRETURN);

  private final String descriptor;
  private final int slots;
  private final Opcode load;
  private final Opcode store;
  private final Opcode giveBack;

  JvmType(String descriptor, int slots, Opcode load, Opcode store, Opcode giveBack) {
    this.descriptor = descriptor;
    this.slots = slots;
    this.load = load;
    this.store = store;
    this.giveBack = giveBack;
  }

  /// How values of an element type lie on the stack.
  static JvmType of(DType type) {
    return switch (type) {
      case F64 -> DOUBLE;
      case F32 -> FLOAT;
      case I64 -> LONG;
      case I32, I16, I8, U8, I4, BOOL, F16, BF16, F8E4M3, F8E5M2 -> INT;
      case C64, C128 -> throw new IllegalStateException("a complex number is no single value");
    };
  }

  String descriptor() {
    return descriptor;
  }

  /// How many local variables a value takes.
  int slots() {
    return slots;
  }

  Opcode load() {
    return load;
  }

  Opcode store() {
    return store;
  }

  Opcode giveBack() {
    return giveBack;
  }
}
