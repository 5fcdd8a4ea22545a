package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.backend.jvm.asm.Instruction;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.elementary.Formulas;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.runtime.DType;

/// Translates the stores of a loop whose iterations are lanes, to calls of the Vector API.
///
/// A loop of a few vectors' length is computed side by side: each register of the loop is as many
/// vectors, and each store is translated once for each of them. Long operations take one vector at
/// a time.
final class VectorCompiler {
  static final String API = "jdk/incubator/vector/";
  private static final String VECTOR = "L" + API + "Vector;";
  private static final String MASK_TYPE = LaneMasks.TYPE;
  private static final String OPERATORS = API + "VectorOperators";
  private static final String BINARY_TYPE = "L" + OPERATORS + "$Binary;";
  private static final String ASSOCIATIVE_TYPE = "L" + OPERATORS + "$Associative;";
  private static final String SPECIES_TYPE = "L" + API + "VectorSpecies;";
  private static final String SEGMENT_TYPE = "Ljava/lang/foreign/MemorySegment;";
  private static final String ORDER_TYPE = "Ljava/nio/ByteOrder;";

  /// The number of a lane within its vector, as part of a position. It lies in no local variable:
  /// what it is added to is the position of the first lane.
  static final Atom LANE = new Atom(-1, JvmType.INT, 0, Interval.NATURAL);

  private final MethodCompiler method;
  private final Frame frame;
  private final LoadedVectors loaded;
  private final DType type;
  private final int lanes;
  private final int vectors;

  private final LaneMasks masks;

  private final String owner;
  private final String ownerType;

  /// @param type the type of the lanes, one of which there are vectors, [LaneOperations#hasLanes]
  /// @param vectors how many vectors are computed side by side
  VectorCompiler(MethodCompiler method, DType type, int vectors) {
    this.method = method;
    this.frame = method.frame();
    this.loaded = method.loaded();
    this.type = type;
    this.lanes = method.function().machine().lanes(type);
    this.vectors = vectors;
    this.masks = new LaneMasks(method, type, lanes);
    this.owner = API + LaneOperations.vectorClass(type).orElseThrow();
    this.ownerType = "L" + owner + ";";
  }

  /// Makes a register one vector, or several side by side, while `body` is emitted.
  void allocate(Buffer register, Runnable body) {
    List<Integer> slots = new ArrayList<>();
    for (int vector = 0; vector < vectors; vector++) {
      slots.add(zero());
    }
    method.with(register.name(), new Local.Lanes(slots, type, masks.areWhole()), body);
  }

  /// A local variable with a vector of zeros.
  int zero() {
    Code code = frame.code();
    pushSpecies(code);
    code.invokeStatic(owner, "zero", "(" + SPECIES_TYPE + ")" + ownerType);
    int slot = frame.newReferenceSlot();
    code.storeReference(slot);
    return slot;
  }

  /// Whether a position differs between lanes.
  static boolean changes(Polynomial position) {
    return position.terms().stream().anyMatch(term -> term.factors().contains(LANE));
  }

  /// Translates what runs in the lanes for which `0 ≤ position < extent` holds.
  ///
  /// @param skip where code goes on if that is none
  void withMask(Polynomial position, Polynomial extent, int skip, Runnable body) {
    masks.with(firstLane(position), extent, vectors, skip, body);
  }

  /// `value → `
  ///
  /// @param isMasked whether lanes that a guard leaves out keep what they hold
  private void storeLocal(int slot, int vector, boolean isMasked) {
    Code code = frame.code();
    if (isMasked && !masks.areWhole()) {
      code.loadReference(slot);
      code.plain(Opcode.SWAP);
      masks.push(vector);
      call("blend", "(" + VECTOR + MASK_TYPE + ")" + ownerType);
    }
    code.storeReference(slot);
  }

  /// Stores an array that lies in vectors to a Java array.
  void copy(Local.Vectors from, Local.Array to) {
    Code code = frame.code();
    for (int vector = 0; vector < from.slots().size(); vector++) {
      code.loadReference(from.slots().get(vector));
      code.loadReference(to.slot());
      code.push(vector * lanes);
      intoArray();
    }
  }

  /// Loads a Java array into vectors.
  void copy(Local.Array from, Local.Vectors to) {
    Code code = frame.code();
    for (int vector = 0; vector < to.slots().size(); vector++) {
      pushSpecies(code);
      code.loadReference(from.slot());
      code.push(vector * lanes);
      fromArray();
      code.storeReference(to.slots().get(vector));
    }
  }

  /// `vector array index → `
  private void intoArray() {
    call("intoArray", "(" + ElementAccess.arrayType(type) + "I" + masks.type() + ")V");
  }

  /// `species array index → vector`
  private void fromArray() {
    fromMemory("fromArray", ElementAccess.arrayType(type) + "I" + masks.type());
  }

  void store(Stmt.Store store) {
    for (int vector = 0; vector < vectors; vector++) {
      pushVector(store.value(), vector);
      storeVector(store, vector);
    }
    loaded.forget(store.buffer());
  }

  /// `value → `
  private void storeVector(Stmt.Store store, int vector) {
    switch (method.local(store.buffer())) {
      case Local.Lanes(List<Integer> slots, var stored, boolean isMasked) ->
          storeLocal(slots.get(vector), vector, isMasked);
      case Local.Vectors(List<Integer> slots, Buffer array, boolean isMasked) ->
          storeLocal(slots.get(vectorNumber(array, store.indices(), vector)), vector, isMasked);
      case Local.Array(int slot, Buffer array) -> {
        pushElement(slot, array, store.indices(), vector);
        masks.push(vector);
        intoArray();
      }
      case Local.Register _ -> throw new IllegalStateException("lanes store to one register");
      case null -> {
        int number = method.function().context().bufferNumber(store.buffer());
        pushAddress(number, store.indices(), vector);
        masks.push(vector);
        call("intoMemorySegment", "(" + SEGMENT_TYPE + "J" + ORDER_TYPE + masks.type() + ")V");
      }
    }
  }

  /// Which of its vectors holds the elements of an array at a position that walks over lanes.
  private int vectorNumber(Buffer array, List<IndexExpr> indices, int vector) {
    Polynomial first = firstLane(method.elementNumber(array, indices));
    if (!first.isConstant() || first.constantTerm() % lanes != 0) {
      throw new IllegalStateException("`" + array.name() + "` is read between its vectors");
    }
    return (int) (first.constantTerm() / lanes) + vector;
  }

  /// `→ array index`
  private void pushElement(int slot, Buffer array, List<IndexExpr> indices, int vector) {
    Code code = frame.code();
    Polynomial element =
        firstLane(method.elementNumber(array, indices))
            .plus(Polynomial.constant((long) vector * lanes));
    code.loadReference(slot);
    method.indices().push(element);
    code.plain(Opcode.L2I);
  }

  /// `→ segment offset order`
  private void pushAddress(int number, List<IndexExpr> indices, int vector) {
    Code code = frame.code();
    Buffer buffer = method.function().context().buffer(number);
    Polynomial offsetBytes =
        firstLane(method.offsetBytes(buffer, indices))
            .plus(Polynomial.constant((long) vector * lanes * type.byteSize()));
    code.loadReference(method.segment(number));
    method.indices().push(offsetBytes);
    code.invokeStatic("java/nio/ByteOrder", "nativeOrder", "()" + ORDER_TYPE);
  }

  static Polynomial firstLane(Polynomial position) {
    return position.where(term -> !term.factors().contains(LANE));
  }

  private void pushSpecies(Code code) {
    pushSpecies(method, type, code);
  }

  static void pushSpecies(MethodCompiler method, DType type, Code code) {
    String owner = API + LaneOperations.vectorClass(type).orElseThrow();
    code.getStatic(owner, "SPECIES_" + method.function().machine().bits(), SPECIES_TYPE);
  }

  /// Whether a value differs between lanes.
  private boolean changes(Scalar scalar) {
    boolean[] changes = {false};
    Walk.of(
            part ->
                changes[0] |=
                    part instanceof Scalar.Read read
                        && method.local(read.tensor()) instanceof Local.Lanes,
            index ->
                changes[0] |=
                    index instanceof IndexExpr.Variable(String name)
                        && changes(method.variable(name)))
        .visit(scalar);
    return changes[0];
  }

  private void pushVector(Scalar scalar, int vector) {
    if (!changes(scalar)) {
      pushShared(scalar);
      return;
    }
    switch (scalar) {
      case Scalar.Read read -> pushRead(read, vector);
      case Scalar.Unary(UnaryOp op, Scalar operand) -> {
        pushVector(operand, vector);
        if (op == UnaryOp.NOT) {
          lanewise("XOR", 1);
        } else if (Formulas.contain(op, type)) {
          LaneArithmetic.apply(op, type, method);
        } else {
          call(LaneOperations.name(op), "()" + ownerType);
        }
      }
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) -> {
        pushFactors(left, right, op.commutes(), vector);
        if (op == BinaryOp.XOR) {
          // There is no method `xor`. The other operand of an operator comes after it.
          frame.code().getStatic(OPERATORS, "XOR", ASSOCIATIVE_TYPE);
          frame.code().plain(Opcode.SWAP);
          call("lanewise", "(" + BINARY_TYPE + VECTOR + ")" + ownerType);
        } else {
          call(LaneOperations.name(op), "(" + VECTOR + ")" + ownerType);
        }
      }
      case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) -> {
        pushFactors(left, right, true, vector);
        pushVector(addend, vector);
        call("fma", "(" + VECTOR + VECTOR + ")" + ownerType);
      }
      case Scalar.Select select when isReadInPart(select) -> pushReadInPart(select, vector);
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
        if (LaneMasks.comparePositions(condition)) {
          pushMask(condition, vector);
          masks.choose(vector, () -> pushVector(otherwise, vector), () -> pushVector(then, vector));
        } else {
          pushVector(otherwise, vector);
          pushVector(then, vector);
          pushMask(condition, vector);
        }
        call("blend", "(" + VECTOR + MASK_TYPE + ")" + ownerType);
      }
      case Scalar.Literal _, Scalar.Position _, Scalar.Dot _, Scalar.Cast _ ->
          throw new IllegalStateException("a value that has no lanes");
    }
  }

  /// Whether it is memory in the lanes up to one, or from one on, and 0 in the others: that is what
  /// a load with a mask gives.
  private boolean isReadInPart(Scalar.Select select) {
    return masks.areWhole()
        && masks.isForAll()
        && select.condition() instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
        && LaneMasks.isOfPositions(op, left, right)
        && changes(select.condition())
        && select.then() instanceof Scalar.Read read
        && method.local(read.tensor()) == null
        && changes(read)
        && type.isFloat()
        && select.otherwise().equals(Scalar.Literal.of(type, 0));
  }

  private void pushReadInPart(Scalar.Select select, int vector) {
    Scalar.Read read = (Scalar.Read) select.then();
    int number = method.function().context().bufferNumber(read.tensor());
    pushLoaded(
        key(select, vector),
        () -> {
          pushAddress(number, read.indices(), vector);
          pushMask(select.condition(), vector);
          fromMemory("fromMemorySegment", SEGMENT_TYPE + "J" + ORDER_TYPE + MASK_TYPE);
        });
  }

  /// `→ vector vector`, of which the first is what a method is called of. C2 knows of what was
  /// loaded or computed which class of vectors it is, but not of a variable that a loop changes: it
  /// would leave a call there, where the class that was seen most is not the only one that was.
  private void pushFactors(Scalar left, Scalar right, boolean mayTurn, int vector) {
    boolean turns = mayTurn && isVariable(left) && !isVariable(right);
    pushVector(turns ? right : left, vector);
    pushVector(turns ? left : right, vector);
  }

  private boolean isVariable(Scalar scalar) {
    return scalar instanceof Scalar.Read read
        && (method.local(read.tensor()) instanceof Local.Lanes
            || method.local(read.tensor()) instanceof Local.Vectors);
  }

  private void pushRead(Scalar.Read read, int vector) {
    Code code = frame.code();
    switch (method.local(read.tensor())) {
      case Local.Lanes(List<Integer> slots, var stored, var masked) ->
          code.loadReference(slots.get(vector));
      case Local.Vectors(List<Integer> slots, Buffer array, var masked) ->
          code.loadReference(slots.get(vectorNumber(array, read.indices(), vector)));
      case Local.Array(int slot, Buffer array) ->
          pushLoaded(
              key(read, vector),
              () -> {
                pushElement(slot, array, read.indices(), vector);
                masks.push(vector);
                fromArray();
              });
      case Local.Register _ -> throw new IllegalStateException("lanes read one register");
      case null -> {
        int number = method.function().context().bufferNumber(read.tensor());
        boolean isMasked =
            !masks.isForAll()
                || !isWhole(method.function().context().buffer(number), read.indices());
        pushLoaded(
            key(read, vector),
            () -> {
              pushAddress(number, read.indices(), vector);
              if (isMasked) {
                masks.push(vector);
              }
              String mask = isMasked ? masks.type() : "";
              fromMemory("fromMemorySegment", SEGMENT_TYPE + "J" + ORDER_TYPE + mask);
              if (type == DType.BOOL) {
                // Others than we may have stored a byte: it is true unless it is 0.
                lanewise("UMIN", 1);
              }
            });
      }
    }
  }

  /// Whether there is memory in all lanes, if there is in any: they are part of one row.
  private boolean isWhole(Buffer buffer, List<IndexExpr> indices) {
    Polynomial first = firstLane(method.indices().of(indices.getLast()));
    return first.isConstant()
        && first.constantTerm() >= 0
        && buffer.type().extents().getLast() instanceof IndexExpr.Constant(long extent)
        && first.constantTerm() + (long) vectors * lanes <= extent;
  }

  /// `vector → vector`, of a byte that all lanes share.
  private void lanewise(String operator, int operand) {
    Code code = frame.code();
    code.getStatic(OPERATORS, operator, ASSOCIATIVE_TYPE);
    code.push(operand);
    call("lanewise", "(" + BINARY_TYPE + "B)" + ownerType);
  }

  private void fromMemory(String name, String place) {
    frame.code().invokeStatic(owner, name, "(" + SPECIES_TYPE + place + ")" + ownerType);
  }

  /// Pushes a value that all lanes share.
  private void pushShared(Scalar scalar) {
    pushLoaded(
        key(scalar, -1),
        () -> {
          method.scalars().emit(scalar);
          fromMemory("broadcast", type == DType.BOOL ? "B" : JvmType.of(type).descriptor());
        });
  }

  private LoadedVectors.Key key(Scalar value, int vector) {
    Map<String, Polynomial> variables = new HashMap<>();
    for (String name : Walk.variables(value)) {
      variables.put(name, method.variable(name));
    }
    return new LoadedVectors.Key(value, variables, type, vector);
  }

  /// Pushes what was loaded before, or loads it.
  private void pushLoaded(LoadedVectors.Key key, Runnable load) {
    Code code = frame.code();
    Integer slot = loaded.slot(key);
    if (slot != null) {
      code.loadReference(slot);
      return;
    }
    pushSpecies(code);
    load.run();
    if (key.vector() >= 0 && !masks.isForAll()) {
      return; // other lanes may need it later
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
        if (LaneMasks.isOfPositions(op, left, right)) {
          masks.pushOrder(op, left, right, vector);
        } else if (op.isComparison()) {
          pushVector(left, vector);
          code.getStatic(OPERATORS, LaneOperations.name(op), "L" + OPERATORS + "$Comparison;");
          pushVector(right, vector);
          call("compare", "(L" + OPERATORS + "$Comparison;" + VECTOR + ")" + MASK_TYPE);
        } else {
          pushMask(left, vector);
          pushMask(right, vector);
          masks.call(LaneOperations.name(op), "(" + MASK_TYPE + ")" + MASK_TYPE);
        }
      }
      case Scalar.Unary(var op, Scalar operand) -> {
        pushMask(operand, vector);
        masks.call("not", "()" + MASK_TYPE);
      }
      case Scalar.Literal _,
          Scalar.Position _,
          Scalar.Read _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _,
          Scalar.Cast _ ->
          throw new IllegalStateException("a condition that has no lanes");
    }
  }

  private void call(String name, String descriptor) {
    frame.code().add(new Instruction.Invoke(Opcode.INVOKEVIRTUAL, owner, name, descriptor, false));
  }
}
