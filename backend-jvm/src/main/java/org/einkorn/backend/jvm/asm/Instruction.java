package org.einkorn.backend.jvm.asm;

import java.util.List;
import java.util.Locale;
import org.einkorn.backend.jvm.asm.Opcode.Shape;

/// One instruction of a method, or a label between two.
public sealed interface Instruction {
  /// `iadd`
  record Plain(Opcode opcode) implements Instruction {
    public Plain {
      require(opcode, Shape.PLAIN);
    }
  }

  /// `lload 4`
  record Local(Opcode opcode, int slot) implements Instruction {
    public Local {
      require(opcode, Shape.LOCAL);
      requireSlot(slot);
    }
  }

  /// `iinc 3 1`
  record Increment(int slot, int amount) implements Instruction {
    public Increment {
      requireSlot(slot);
      if (amount != (short) amount) {
        throw new IllegalArgumentException("iinc can't add " + amount);
      }
    }
  }

  /// `bipush 100`, `sipush 1000`
  record Push(Opcode opcode, int value) implements Instruction {
    public Push {
      require(opcode, Shape.PUSH);
      if (value != (opcode == Opcode.BIPUSH ? (byte) value : (short) value)) {
        throw new IllegalArgumentException(opcode.text() + " can't push " + value);
      }
    }
  }

  /// `ldc float 0x1.8p0`, `ldc2_w long 5`
  record LoadConstant(Constant constant) implements Instruction {}

  /// `if_icmplt L3`
  record Jump(Opcode opcode, int label) implements Instruction {
    public Jump {
      require(opcode, Shape.JUMP);
    }
  }

  /// `L3:`
  record Mark(int label) implements Instruction {}

  /// `invokestatic java/lang/Math.exp (D)D`
  ///
  /// @param onInterface whether the owner is an interface
  record Invoke(Opcode opcode, String owner, String name, String descriptor, boolean onInterface)
      implements Instruction {
    public Invoke {
      require(opcode, Shape.INVOKE);
      if (opcode == Opcode.INVOKEINTERFACE && !onInterface) {
        throw new IllegalArgumentException("invokeinterface needs an interface");
      }
    }
  }

  /// `getstatic java/lang/foreign/ValueLayout.JAVA_BYTE Ljava/lang/foreign/ValueLayout$OfByte;`
  record Field(Opcode opcode, String owner, String name, String descriptor) implements Instruction {
    public Field {
      require(opcode, Shape.FIELD);
    }
  }

  /// `new java/util/ArrayList`
  record OfType(Opcode opcode, String type) implements Instruction {
    public OfType {
      require(opcode, Shape.TYPE);
    }
  }

  /// `newarray float`
  record NewArray(ElementType element) implements Instruction {}

  /// The primitive types of elements of arrays, with their numbers in the Java Virtual Machine
  /// Specification, §6.5 `newarray`.
  enum ElementType {
    BOOLEAN(4),
    CHAR(5),
    FLOAT(6),
    DOUBLE(7),
    BYTE(8),
    SHORT(9),
    INT(10),
    LONG(11);

    private final int number;

    ElementType(int number) {
      this.number = number;
    }

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    int number() {
      return number;
    }
  }

  /// `tableswitch 0 L1 L2 default L3`
  record TableSwitch(int low, List<Integer> labels, int defaultLabel) implements Instruction {
    public TableSwitch {
      labels = List.copyOf(labels);
    }
  }

  /// An entry of the constant pool. Floats are equal where their values are, all NaNs being one.
  sealed interface Constant {
    record OfInt(int value) implements Constant {}

    record OfLong(long value) implements Constant {}

    record OfFloat(float value) implements Constant {}

    record OfDouble(double value) implements Constant {}

    record OfString(String value) implements Constant {}
  }

  /// The number of bytes this takes in a class file; never too low for methods below 32 KiB.
  default int byteSize() {
    return switch (this) {
      case Plain _ -> 1;
      case Local(var _, int slot) -> slot < 4 ? 1 : slot < 256 ? 2 : 4;
      case Increment(int slot, int amount) -> slot < 256 && amount == (byte) amount ? 3 : 6;
      case NewArray _ -> 2;
      case Push(Opcode opcode, var _) -> opcode == Opcode.BIPUSH ? 2 : 3;
      case LoadConstant _, Jump _, Field _, OfType _ -> 3;
      case Mark _ -> 0;
      case Invoke(Opcode opcode, var _, var _, var _, var _) ->
          opcode == Opcode.INVOKEINTERFACE ? 5 : 3;
      case TableSwitch(var _, List<Integer> labels, var _) -> 16 + 4 * labels.size();
    };
  }

  private static void require(Opcode opcode, Shape shape) {
    if (opcode.shape() != shape) {
      throw new IllegalArgumentException(opcode.text() + " is not of the shape " + shape);
    }
  }

  private static void requireSlot(int slot) {
    if (slot < 0 || slot > 65534) {
      throw new IllegalArgumentException("there is no local variable " + slot);
    }
  }
}
