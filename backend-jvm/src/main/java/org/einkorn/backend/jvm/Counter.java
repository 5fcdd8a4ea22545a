package org.einkorn.backend.jvm;

import org.einkorn.backend.jvm.asm.Instruction;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.ir.loop.Stmt;

/// The counter of a loop: an `int` where the trip count is known to fit one, since the JIT compiler
/// unrolls such loops and moves bounds checks out of them, else a `long`.
///
/// @param interval the values it takes inside the loop
/// @param boundIsChecked whether the trip count was compared with the range of `int` on entry to
///   the function, so that it can be converted as it is
record Counter(JvmType type, int slot, Interval interval, boolean boundIsChecked) {
  static Counter of(FunctionCompiler function, Stmt.For loop, Polynomial extent, Frame frame) {
    long high = extent.interval().high();
    boolean isChecked = high > Integer.MAX_VALUE && function.checksOnEntry(loop.extent());
    if (isChecked) {
      high = Integer.MAX_VALUE;
    }
    JvmType type = high <= Integer.MAX_VALUE ? JvmType.INT : JvmType.LONG;
    Interval interval = new Interval(0, high == Long.MAX_VALUE ? high : Math.max(0, high - 1));
    return new Counter(type, frame.newSlot(type), interval, isChecked);
  }

  Atom atom(int scope) {
    return new Atom(slot, type, scope, interval);
  }

  void push(long value, Code code) {
    if (type == JvmType.INT) {
      // A negative trip count, however large, is as good as none.
      code.push((int) Math.max(value, 0));
    } else {
      code.push(value);
    }
  }

  /// `long → ` the counter's type, for a number in its range.
  void fromLong(Code code) {
    if (type == JvmType.INT) {
      code.plain(Opcode.L2I);
    }
  }

  /// `long → ` the counter's type, for a trip count, which may be negative.
  void boundFromLong(Code code) {
    if (type == JvmType.INT) {
      if (!boundIsChecked) {
        code.plain(Opcode.LCONST_0);
        code.invokeStatic("java/lang/Math", "max", "(JJ)J");
      }
      code.plain(Opcode.L2I);
    }
  }

  /// `counter bound → `
  void jumpUnlessBelow(int label, Code code) {
    if (type == JvmType.INT) {
      code.jump(Opcode.IF_ICMPGE, label);
    } else {
      code.plain(Opcode.LCMP);
      code.jump(Opcode.IFGE, label);
    }
  }

  void increment(Code code) {
    if (type == JvmType.INT) {
      code.add(new Instruction.Increment(slot, 1));
    } else {
      code.load(JvmType.LONG, slot);
      code.plain(Opcode.LCONST_1, Opcode.LADD);
      code.store(JvmType.LONG, slot);
    }
  }
}
