package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.backend.jvm.asm.Instruction;
import org.einkorn.backend.jvm.asm.Instruction.Constant;
import org.einkorn.backend.jvm.asm.Opcode;

/// Instructions in the making. A place in the middle can be kept open: [#insertionPoint()] returns
/// code that stands there and can grow later.
final class Code {
  /// An instruction, or code that stands in its place.
  private sealed interface Item {
    record One(Instruction instruction) implements Item {}

    record Many(Code code) implements Item {}
  }

  private final List<Item> items = new ArrayList<>();

  Code insertionPoint() {
    Code inserted = new Code();
    items.add(new Item.Many(inserted));
    return inserted;
  }

  List<Instruction> instructions() {
    List<Instruction> all = new ArrayList<>();
    collect(all);
    return List.copyOf(all);
  }

  private void collect(List<Instruction> all) {
    for (Item item : items) {
      switch (item) {
        case Item.One(Instruction instruction) -> all.add(instruction);
        case Item.Many(Code code) -> code.collect(all);
      }
    }
  }

  void add(Instruction instruction) {
    items.add(new Item.One(instruction));
  }

  void plain(Opcode... opcodes) {
    for (Opcode opcode : opcodes) {
      add(new Instruction.Plain(opcode));
    }
  }

  void load(JvmType type, int slot) {
    add(new Instruction.Local(type.load(), slot));
  }

  void store(JvmType type, int slot) {
    add(new Instruction.Local(type.store(), slot));
  }

  void loadReference(int slot) {
    add(new Instruction.Local(Opcode.ALOAD, slot));
  }

  void storeReference(int slot) {
    add(new Instruction.Local(Opcode.ASTORE, slot));
  }

  void jump(Opcode opcode, int label) {
    add(new Instruction.Jump(opcode, label));
  }

  void mark(int label) {
    add(new Instruction.Mark(label));
  }

  void invokeStatic(String owner, String name, String descriptor) {
    add(new Instruction.Invoke(Opcode.INVOKESTATIC, owner, name, descriptor, false));
  }

  void invokeInterface(String owner, String name, String descriptor) {
    add(new Instruction.Invoke(Opcode.INVOKEINTERFACE, owner, name, descriptor, true));
  }

  void getStatic(String owner, String name, String descriptor) {
    add(new Instruction.Field(Opcode.GETSTATIC, owner, name, descriptor));
  }

  void push(int value) {
    if (value >= -1 && value <= 5) {
      plain(SMALL.get(value + 1));
    } else if (value == (byte) value) {
      add(new Instruction.Push(Opcode.BIPUSH, value));
    } else if (value == (short) value) {
      add(new Instruction.Push(Opcode.SIPUSH, value));
    } else {
      add(new Instruction.LoadConstant(new Constant.OfInt(value)));
    }
  }

  private static final List<Opcode> SMALL =
      List.of(
          Opcode.ICONST_M1,
          Opcode.ICONST_0,
          Opcode.ICONST_1,
          Opcode.ICONST_2,
          Opcode.ICONST_3,
          Opcode.ICONST_4,
          Opcode.ICONST_5);

  void push(long value) {
    if (value == 0 || value == 1) {
      plain(value == 0 ? Opcode.LCONST_0 : Opcode.LCONST_1);
    } else {
      add(new Instruction.LoadConstant(new Constant.OfLong(value)));
    }
  }

  void push(float value) {
    if (Float.floatToRawIntBits(value) == 0) {
      plain(Opcode.FCONST_0);
    } else if (value == 1 || value == 2) {
      plain(value == 1 ? Opcode.FCONST_1 : Opcode.FCONST_2);
    } else {
      add(new Instruction.LoadConstant(new Constant.OfFloat(value)));
    }
  }

  void push(double value) {
    if (Double.doubleToRawLongBits(value) == 0) {
      plain(Opcode.DCONST_0);
    } else if (value == 1) {
      plain(Opcode.DCONST_1);
    } else {
      add(new Instruction.LoadConstant(new Constant.OfDouble(value)));
    }
  }

  void push(String value) {
    add(new Instruction.LoadConstant(new Constant.OfString(value)));
  }
}
