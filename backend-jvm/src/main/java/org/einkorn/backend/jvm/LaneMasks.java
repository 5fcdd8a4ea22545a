package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.backend.jvm.asm.Instruction;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.runtime.DType;

/// Which lanes of a loop take part: those that a guard around it leaves, and of these those for
/// which a condition on positions chooses a value.
final class LaneMasks {
  private static final String CLASS = VectorCompiler.API + "VectorMask";
  static final String TYPE = "L" + CLASS + ";";
  private static final Polynomial ONE = Polynomial.constant(1);

  private final MethodCompiler method;
  private final Frame frame;
  private final DType type;
  private final int lanes;

  /// Local variables with the lanes for which a guard holds, for each vector; none for all lanes.
  private List<Integer> guarded = List.of();

  /// The local variable with the lanes that take the value which is being computed, where a
  /// condition on positions chooses it; else −1.
  private int chosen = -1;

  LaneMasks(MethodCompiler method, DType type, int lanes) {
    this.method = method;
    this.frame = method.frame();
    this.type = type;
    this.lanes = lanes;
  }

  /// Whether no guard around leaves lanes out.
  boolean areWhole() {
    return guarded.isEmpty();
  }

  /// Whether each lane takes the value that is being computed, for all that is known.
  boolean isForAll() {
    return chosen < 0;
  }

  /// Translates what runs in the lanes for which `0 ≤ position < extent` holds.
  ///
  /// @param first the position of the first lane
  /// @param vectors how many vectors are side by side
  /// @param skip where code goes on if that is none
  void with(Polynomial first, Polynomial extent, int vectors, int skip, Runnable body) {
    Code code = frame.code();
    IndexCompiler indices = method.indices();
    indices.push(first);
    indices.push(extent);
    code.plain(Opcode.LCMP);
    code.jump(Opcode.IFGE, skip);
    if (!first.interval().isNatural()) {
      indices.push(first.plus(Polynomial.constant((long) vectors * lanes - 1)));
      code.plain(Opcode.LCONST_0, Opcode.LCMP);
      code.jump(Opcode.IFLT, skip);
    }
    List<Integer> slots = new ArrayList<>();
    for (int vector = 0; vector < vectors; vector++) {
      slots.add(inside(first.plus(Polynomial.constant((long) vector * lanes)), extent));
    }
    guarded = List.copyOf(slots);
    body.run();
    guarded = List.of();
  }

  /// What a mask is found again by.
  private record Inside(DType type, Polynomial first, Polynomial extent) {}

  /// A local variable with the lanes of a vector that lie inside, made as early as it is known.
  private int inside(Polynomial first, Polynomial extent) {
    int scope = Math.max(first.scope(), extent.scope());
    if (scope == Atom.HERE) {
      return inside(first, extent, frame.code(), scope);
    }
    Frame.Scope known = frame.scope(scope);
    Inside key = new Inside(type, first, extent);
    Integer slot = known.references().get(key);
    if (slot == null) {
      slot = inside(first, extent, known.entry(), scope);
      known.references().put(key, slot);
    }
    return slot;
  }

  private int inside(Polynomial first, Polynomial extent, Code code, int scope) {
    VectorCompiler.pushSpecies(method, type, code);
    method.indices().push(first, code, scope);
    method.indices().push(extent, code, scope);
    code.invokeInterface(VectorCompiler.API + "VectorSpecies", "indexInRange", "(JJ)" + TYPE);
    int slot = frame.newReferenceSlot();
    code.storeReference(slot);
    return slot;
  }

  /// `→ mask`, of the lanes that take part, if those are some only.
  void push(int vector) {
    Code code = frame.code();
    if (chosen >= 0) {
      code.loadReference(chosen);
    } else if (!guarded.isEmpty()) {
      code.loadReference(guarded.get(vector));
    }
  }

  /// The type of what [#push(int)] pushes.
  String type() {
    return guarded.isEmpty() && chosen < 0 ? "" : TYPE;
  }

  /// Whether a comparison of positions is part of a condition. Where such a condition chooses,
  /// lanes that take the other value read nothing.
  static boolean comparePositions(Scalar condition) {
    boolean[] found = {false};
    Walk.ofScalars(
            part ->
                found[0] |=
                    part instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
                        && isOfPositions(op, left, right))
        .visit(condition);
    return found[0];
  }

  /// Whether an operation compares two positions by their order.
  static boolean isOfPositions(BinaryOp op, Scalar left, Scalar right) {
    return (op == BinaryOp.LESS || op == BinaryOp.LESS_EQUAL)
        && position(left).isPresent()
        && position(right).isPresent()
        && (left instanceof Scalar.Position || right instanceof Scalar.Position);
  }

  /// The position that a scalar is, or that a number stands for.
  static Optional<IndexExpr> position(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Position(IndexExpr index) -> Optional.of(index);
      case Scalar.Literal literal ->
          literal.type() == DType.I64
              ? Optional.of(IndexExpr.of(literal.longValue()))
              : Optional.empty();
      case Scalar.Read _,
          Scalar.Unary _,
          Scalar.Binary _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _,
          Scalar.Cast _ ->
          Optional.empty();
    };
  }

  /// `→ mask`, of the lanes in which one position is less than another, one of which grows by 1
  /// from lane to lane.
  void pushOrder(BinaryOp op, Scalar lesser, Scalar greater, int vector) {
    Polynomial left = method.indices().of(position(lesser).orElseThrow());
    Polynomial right = method.indices().of(position(greater).orElseThrow());
    boolean growsLeft = VectorCompiler.changes(left);
    Polynomial distance = right.plus(left.times(-1));
    // The number of lanes, from the first one on, in which the one that grows is less …
    Polynomial below = VectorCompiler.firstLane(growsLeft ? distance : distance.times(-1));
    Polynomial count = below.plus(Polynomial.constant((long) -vector * lanes));
    // … or equal.
    boolean isOrEqual = growsLeft == (op == BinaryOp.LESS_EQUAL);
    int slot = inside(Polynomial.ZERO, isOrEqual ? count.plus(ONE) : count);
    frame.code().loadReference(slot);
    if (!growsLeft) {
      call("not", "()" + TYPE);
    }
  }

  /// Computes two values, each for the lanes that take it, one after the other.
  ///
  /// `mask → mask`
  ///
  /// @param first for lanes in which the condition does not hold
  /// @param second for those in which it holds
  void choose(int vector, Runnable first, Runnable second) {
    Code code = frame.code();
    int outer = chosen;
    int condition = frame.newReferenceSlot();
    code.storeReference(condition);
    code.loadReference(condition);
    call("not", "()" + TYPE);
    int negated = restricted(vector);
    code.loadReference(condition);
    int restricted = restricted(vector);
    chosen = negated;
    first.run();
    chosen = restricted;
    second.run();
    chosen = outer;
    code.loadReference(condition);
  }

  /// `mask → `, into a local variable, without the lanes that take no part.
  private int restricted(int vector) {
    Code code = frame.code();
    if (!type().isEmpty()) {
      push(vector);
      call("and", "(" + TYPE + ")" + TYPE);
    }
    int slot = frame.newReferenceSlot();
    code.storeReference(slot);
    return slot;
  }

  void call(String name, String descriptor) {
    frame.code().add(new Instruction.Invoke(Opcode.INVOKEVIRTUAL, CLASS, name, descriptor, false));
  }
}
