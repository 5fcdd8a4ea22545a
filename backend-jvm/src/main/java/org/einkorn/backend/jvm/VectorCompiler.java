package org.einkorn.backend.jvm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.backend.jvm.asm.Instruction;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.runtime.DType;

/// Translates the stores of a loop whose iterations are lanes, to calls of the Vector API.
///
/// A loop of a few vectors' length is computed side by side: each register of the loop is as many
/// vectors, and each store is translated once for each of them.
final class VectorCompiler {
  static final String API = "jdk/incubator/vector/";
  private static final String VECTOR = "L" + API + "Vector;";
  private static final String MASK = API + "VectorMask";
  private static final String MASK_TYPE = "L" + MASK + ";";
  private static final String OPERATORS = API + "VectorOperators";
  private static final String SPECIES_TYPE = "L" + API + "VectorSpecies;";
  private static final String SEGMENT_TYPE = "Ljava/lang/foreign/MemorySegment;";
  private static final String ORDER_TYPE = "Ljava/nio/ByteOrder;";

  private final MethodCompiler method;
  private final Frame frame;
  private final DType type;
  private final int bits;
  private final int lanes;
  private final int vectors;
  private final Atom lane;
  private final String owner;
  private final String ownerType;
  private final Map<String, int[]> registers = new HashMap<>();
  private final Map<Loaded, Integer> loaded = new HashMap<>();

  /// A value from memory that lies in a local variable.
  ///
  /// @param vector which of the vectors side by side; −1 for a value that all lanes share
  private record Loaded(Scalar value, int vector) {}

  /// @param type the type of the lanes, `f32` or `f64`
  /// @param vectors how many vectors are computed side by side
  /// @param lane the position of the first lane
  VectorCompiler(MethodCompiler method, DType type, VectorMachine machine, int vectors, Atom lane) {
    this.method = method;
    this.frame = method.frame();
    this.type = type;
    this.bits = machine.bits();
    this.lanes = machine.lanes(type);
    this.vectors = vectors;
    this.lane = lane;
    this.owner = API + (type == DType.F32 ? "FloatVector" : "DoubleVector");
    this.ownerType = "L" + owner + ";";
  }

  /// Whether vectors compute an operation, in the same bits as scalars do.
  static boolean computes(UnaryOp op, boolean ofMasks) {
    return switch (op) {
      case NEGATE, ABS, SQRT -> !ofMasks;
      case NOT -> ofMasks;
      case SIGN, FLOOR, CEIL, ROUND, EXP, LOG, SIN, COS, TAN, TANH, ERF, RE, IM, CONJ, STOP, MIX ->
          false;
    };
  }

  /// Whether vectors compute an operation, in the same bits as scalars do.
  static boolean computes(BinaryOp op, boolean ofMasks) {
    return switch (op) {
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, MINIMUM, MAXIMUM -> !ofMasks;
      case EQUAL, NOT_EQUAL, LESS, LESS_EQUAL -> !ofMasks;
      case AND, OR -> ofMasks;
      case XOR, MODULO, POWER, LOG_ADD_EXP, COMPLEX, FOLLOW, SLOPE -> false;
    };
  }

  /// Makes a register one vector, or several side by side, while `body` is emitted.
  void allocate(Buffer register, Runnable body) {
    Code code = frame.code();
    int[] slots = new int[vectors];
    for (int vector = 0; vector < vectors; vector++) {
      slots[vector] = frame.newReferenceSlot();
      pushSpecies(code);
      code.invokeStatic(owner, "zero", "(" + SPECIES_TYPE + ")" + ownerType);
      code.storeReference(slots[vector]);
    }
    int[] hidden = registers.put(register.name(), slots);
    body.run();
    if (hidden == null) {
      registers.remove(register.name());
    } else {
      registers.put(register.name(), hidden);
    }
  }

  /// Forgets what was loaded; called wherever code begins that is not always executed, or ends.
  ///
  /// The JIT compiler would find repeated loads too, but only after it has inlined each of them,
  /// and the number of calls it inlines is limited.
  void forget() {
    loaded.clear();
  }

  private void forget(String buffer) {
    loaded
        .keySet()
        .removeIf(
            key -> {
              boolean[] reads = {false};
              Walk.ofScalars(
                      part ->
                          reads[0] |=
                              part instanceof Scalar.Read read && read.tensor().equals(buffer))
                  .visit(key.value);
              return reads[0];
            });
  }

  void store(Stmt.Store store) {
    Code code = frame.code();
    int[] slots = registers.get(store.buffer());
    for (int vector = 0; vector < vectors; vector++) {
      pushVector(store.value(), vector);
      if (slots != null) {
        code.storeReference(slots[vector]);
      } else {
        int number = method.function().context().bufferNumber(store.buffer());
        pushAddress(number, store.indices(), vector);
        code.add(
            new Instruction.Invoke(
                Opcode.INVOKEVIRTUAL,
                owner,
                "intoMemorySegment",
                "(" + SEGMENT_TYPE + "J" + ORDER_TYPE + ")V",
                false));
        forget(store.buffer());
      }
    }
  }

  /// `→ segment offset order`
  private void pushAddress(int number, List<IndexExpr> indices, int vector) {
    Code code = frame.code();
    Buffer buffer = method.function().context().buffer(number);
    Polynomial offsetBytes =
        method
            .offsetBytes(buffer, indices)
            .plus(Polynomial.constant((long) vector * lanes * type.byteSize()));
    code.loadReference(method.segment(number));
    method.indices().push(offsetBytes);
    code.invokeStatic("java/nio/ByteOrder", "nativeOrder", "()" + ORDER_TYPE);
  }

  private void pushSpecies(Code code) {
    code.getStatic(owner, "SPECIES_" + bits, SPECIES_TYPE);
  }

  /// Whether a value differs between lanes.
  private boolean changes(Scalar scalar) {
    boolean[] changes = {false};
    walk(changes).visit(scalar);
    return changes[0];
  }

  private Walk walk(boolean[] changes) {
    return Walk.of(
        scalar ->
            changes[0] |=
                scalar instanceof Scalar.Read read && registers.containsKey(read.tensor()),
        index ->
            changes[0] |=
                index instanceof IndexExpr.Variable(String name)
                    && method.variable(name).terms().stream()
                        .anyMatch(term -> term.factors().contains(lane)));
  }

  private void pushVector(Scalar scalar, int vector) {
    Code code = frame.code();
    if (!changes(scalar)) {
      pushLoaded(new Loaded(scalar, -1));
      return;
    }
    switch (scalar) {
      case Scalar.Read(String tensor, var stored, List<IndexExpr> indices) -> {
        int[] slots = registers.get(tensor);
        if (slots != null) {
          code.loadReference(slots[vector]);
        } else {
          pushLoaded(new Loaded(scalar, vector));
        }
      }
      case Scalar.Unary(UnaryOp op, Scalar operand) -> {
        pushVector(operand, vector);
        call(name(op), "()" + ownerType);
      }
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) -> {
        pushVector(left, vector);
        pushVector(right, vector);
        call(name(op), "(" + VECTOR + ")" + ownerType);
      }
      case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) -> {
        pushVector(left, vector);
        pushVector(right, vector);
        pushVector(addend, vector);
        call("fma", "(" + VECTOR + VECTOR + ")" + ownerType);
      }
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
        pushVector(otherwise, vector);
        pushVector(then, vector);
        pushMask(condition, vector);
        call("blend", "(" + VECTOR + MASK_TYPE + ")" + ownerType);
      }
      case Scalar.Literal _, Scalar.Position _, Scalar.Cast _ ->
          throw new IllegalStateException("a value that has no lanes");
    }
  }

  /// Pushes what was loaded before, or loads it.
  private void pushLoaded(Loaded key) {
    Code code = frame.code();
    Integer slot = loaded.get(key);
    if (slot != null) {
      code.loadReference(slot);
      return;
    }
    pushSpecies(code);
    if (key.vector >= 0 && key.value instanceof Scalar.Read(var tensor, var stored, var indices)) {
      pushAddress(method.function().context().bufferNumber(tensor), indices, key.vector);
      code.invokeStatic(
          owner,
          "fromMemorySegment",
          "(" + SPECIES_TYPE + SEGMENT_TYPE + "J" + ORDER_TYPE + ")" + ownerType);
    } else {
      method.scalars().emit(key.value);
      String element = JvmType.of(type).descriptor();
      code.invokeStatic(owner, "broadcast", "(" + SPECIES_TYPE + element + ")" + ownerType);
    }
    slot = frame.newReferenceSlot();
    code.plain(Opcode.DUP);
    code.storeReference(slot);
    loaded.put(key, slot);
  }

  private void pushMask(Scalar condition, int vector) {
    Code code = frame.code();
    if (!changes(condition)) {
      pushSpecies(code);
      method.scalars().emit(condition);
      code.invokeInterface(API + "VectorSpecies", "maskAll", "(Z)" + MASK_TYPE);
      return;
    }
    switch (condition) {
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) -> {
        if (op.isComparison()) {
          pushVector(left, vector);
          code.getStatic(OPERATORS, name(op), "L" + OPERATORS + "$Comparison;");
          pushVector(right, vector);
          call("compare", "(L" + OPERATORS + "$Comparison;" + VECTOR + ")" + MASK_TYPE);
        } else {
          pushMask(left, vector);
          pushMask(right, vector);
          callOnMask(name(op), "(" + MASK_TYPE + ")" + MASK_TYPE);
        }
      }
      case Scalar.Unary(var op, Scalar operand) -> {
        pushMask(operand, vector);
        callOnMask("not", "()" + MASK_TYPE);
      }
      case Scalar.Literal _,
          Scalar.Position _,
          Scalar.Read _,
          Scalar.MultiplyAdd _,
          Scalar.Select _,
          Scalar.Cast _ ->
          throw new IllegalStateException("a condition that has no lanes");
    }
  }

  private void call(String name, String descriptor) {
    frame.code().add(new Instruction.Invoke(Opcode.INVOKEVIRTUAL, owner, name, descriptor, false));
  }

  private void callOnMask(String name, String descriptor) {
    frame.code().add(new Instruction.Invoke(Opcode.INVOKEVIRTUAL, MASK, name, descriptor, false));
  }

  private static String name(UnaryOp op) {
    return switch (op) {
      case NEGATE -> "neg";
      case ABS -> "abs";
      case SQRT -> "sqrt";
      case SIGN,
          FLOOR,
          CEIL,
          ROUND,
          EXP,
          LOG,
          SIN,
          COS,
          TAN,
          TANH,
          ERF,
          RE,
          IM,
          CONJ,
          NOT,
          STOP,
          MIX ->
          throw new IllegalStateException("vectors do not compute `" + op.text() + "`");
    };
  }

  private static String name(BinaryOp op) {
    return switch (op) {
      case ADD -> "add";
      case SUBTRACT -> "sub";
      case MULTIPLY -> "mul";
      case DIVIDE -> "div";
      case MINIMUM -> "min";
      case MAXIMUM -> "max";
      case AND -> "and";
      case OR -> "or";
      case EQUAL -> "EQ";
      case NOT_EQUAL -> "NE";
      case LESS -> "LT";
      case LESS_EQUAL -> "LE";
      case XOR, MODULO, POWER, LOG_ADD_EXP, COMPLEX, FOLLOW, SLOPE ->
          throw new IllegalStateException("vectors do not compute `" + op.text() + "`");
    };
  }
}
