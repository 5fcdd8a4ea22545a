package org.einkorn.backend.jvm;

import org.einkorn.backend.jvm.asm.Instruction;
import org.einkorn.backend.jvm.asm.Instruction.ElementType;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.runtime.DType;

/// How an element of each type is read from and written to a memory segment or a Java array.
///
/// The layouts ask for no alignment: a tensor may lie in any memory that its owner handed over, and
/// current processors read unaligned numbers as fast.
final class ElementAccess {
  private static final String SEGMENT = "java/lang/foreign/MemorySegment";
  private static final String LAYOUT = "java/lang/foreign/ValueLayout";

  private ElementAccess() {}

  /// What is moved: a carrier type of the foreign memory API.
  private enum Carrier {
    BYTE("JAVA_BYTE", "OfByte", "B", Opcode.BALOAD, Opcode.BASTORE),
    SHORT("JAVA_SHORT_UNALIGNED", "OfShort", "S", Opcode.SALOAD, Opcode.SASTORE),
    INT("JAVA_INT_UNALIGNED", "OfInt", "I", Opcode.IALOAD, Opcode.IASTORE),
    LONG("JAVA_LONG_UNALIGNED", "OfLong", "J", Opcode.LALOAD, Opcode.LASTORE),
    FLOAT("JAVA_FLOAT_UNALIGNED", "OfFloat", "F", Opcode.FALOAD, Opcode.FASTORE),
    DOUBLE("JAVA_DOUBLE_UNALIGNED", "OfDouble", "D", Opcode.DALOAD, Opcode.DASTORE);

    private final String constant;
    private final String layout;
    private final String descriptor;
    private final Opcode load;
    private final Opcode store;

    Carrier(String constant, String layout, String descriptor, Opcode load, Opcode store) {
      this.constant = constant;
      this.layout = "L" + LAYOUT + "$" + layout + ";";
      this.descriptor = descriptor;
      this.load = load;
      this.store = store;
    }

    static Carrier of(DType type) {
      return switch (type) {
        case F64 -> DOUBLE;
        case F32 -> FLOAT;
        case I64 -> LONG;
        case I32 -> INT;
        case F16, BF16, I16 -> SHORT;
        case F8E4M3, F8E5M2, I8, U8, I4, BOOL -> BYTE;
        case C64, C128 -> throw new IllegalStateException("a complex number is no single value");
      };
    }
  }

  /// Pushes the layout constant of a type; the segment lies below it, the offset comes next.
  static void pushLayout(DType type, Code code) {
    Carrier carrier = Carrier.of(type);
    code.getStatic(LAYOUT, carrier.constant, carrier.layout);
  }

  /// `segment layout offset → value`
  static void get(DType type, Code code) {
    Carrier carrier = Carrier.of(type);
    code.invokeInterface(SEGMENT, "get", "(" + carrier.layout + "J)" + carrier.descriptor);
    if (type == DType.BOOL) {
      Conversions.isNotZero(JvmType.INT, code);
    }
  }

  /// `segment layout offset value → `
  static void set(DType type, Code code) {
    Carrier carrier = Carrier.of(type);
    code.invokeInterface(SEGMENT, "set", "(" + carrier.layout + "J" + carrier.descriptor + ")V");
  }

  /// The type of a Java array of elements.
  static String arrayType(DType type) {
    return "[" + Carrier.of(type).descriptor;
  }

  /// `length → array`
  static void newArray(DType type, Code code) {
    code.add(new Instruction.NewArray(ElementType.valueOf(Carrier.of(type).name())));
  }

  /// `array index → value`
  static void getFromArray(DType type, Code code) {
    code.plain(Carrier.of(type).load);
  }

  /// `array index value → `
  static void setInArray(DType type, Code code) {
    code.plain(Carrier.of(type).store);
  }

  /// Pushes 0 as a value of a type.
  static void pushZero(JvmType type, Code code) {
    code.plain(
        switch (type) {
          case INT -> Opcode.ICONST_0;
          case LONG -> Opcode.LCONST_0;
          case FLOAT -> Opcode.FCONST_0;
          case DOUBLE -> Opcode.DCONST_0;
        });
  }
}
