package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.einkorn.backend.jvm.asm.Instruction;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Use;
import org.einkorn.runtime.DType;

/// Translates loops of one method whose iterations run as lanes of vectors.
///
/// A short loop of a few vectors' length is written out, all its vectors side by side. So is one
/// that goes over an array which lies in vectors. A longer one steps by a vector's length, and
/// scalar code does the rest.
final class VectorLoops {
  /// How many vectors long a loop may be to be computed side by side.
  private static final int SIDE_BY_SIDE = 4;

  private final MethodCompiler method;
  private final Frame frame;

  VectorLoops(MethodCompiler method) {
    this.method = method;
    this.frame = method.frame();
  }

  /// What the statements of this loop run with, if it can run as lanes.
  Optional<DType> laneType(Stmt.For loop, Polynomial extent) {
    VectorMachine machine = method.function().machine();
    if (loop.kind() != Stmt.LoopOrder.VECTORIZED || !machine.isPresent()) {
      return Optional.empty();
    }
    return LaneCheck.of(loop, method.function().context(), arrays())
        .filter(type -> extent.interval().high() >= machine.lanes(type));
  }

  private Map<String, Buffer> arrays() {
    Map<String, Buffer> arrays = new HashMap<>();
    method
        .locals()
        .forEach(
            (name, local) -> {
              switch (local) {
                case Local.Array(var slot, Buffer buffer) -> arrays.put(name, buffer);
                case Local.Vectors(var slots, Buffer buffer, var masked) ->
                    arrays.put(name, buffer);
                case Local.Register _, Local.Lanes _ -> {}
              }
            });
    return arrays;
  }

  /// Whether all vectors of a loop are computed side by side.
  boolean isSideBySide(Stmt.For loop, Polynomial extent, DType type) {
    int lanes = method.function().machine().lanes(type);
    if (!leavesNoRest(extent, type)) {
      return false;
    }
    long vectors = extent.constantTerm() / lanes;
    return vectors == 1
        || vectors <= SIDE_BY_SIDE && !LaneMethods.isLong(loop.body())
        || Accesses.of(loop.body()).stream()
            .anyMatch(name -> method.local(name) instanceof Local.Vectors);
  }

  /// Whether vectors do all iterations of a loop.
  boolean leavesNoRest(Polynomial extent, DType type) {
    return extent.isConstant()
        && extent.constantTerm() % method.function().machine().lanes(type) == 0;
  }

  VectorCompiler sideBySide(Polynomial extent, DType type) {
    int lanes = method.function().machine().lanes(type);
    return new VectorCompiler(method, type, (int) extent.constantTerm() / lanes);
  }

  /// Vectors one after the other, as long as there are enough iterations; comes to lie in front of
  /// a scalar loop over what is left.
  ///
  /// @param body translates the loop's body for the value of its variable
  /// @return the local variable with the trip count
  int steps(Counter counter, Polynomial extent, DType type, Consumer<Polynomial> body) {
    int lanes = method.function().machine().lanes(type);
    Code code = frame.code();
    int bound = frame.newSlot(JvmType.INT);
    int last = frame.newSlot(JvmType.INT);
    method.indices().push(extent);
    code.plain(Opcode.LCONST_0);
    code.invokeStatic("java/lang/Math", "max", "(JJ)J");
    code.plain(Opcode.L2I, Opcode.DUP);
    code.store(JvmType.INT, bound);
    code.push(lanes);
    code.plain(Opcode.ISUB);
    code.store(JvmType.INT, last);
    code.push(0);
    code.store(JvmType.INT, counter.slot());
    int head = frame.newLabel();
    int rest = frame.newLabel();
    code.mark(head);
    code.load(JvmType.INT, counter.slot());
    code.load(JvmType.INT, last);
    code.jump(Opcode.IF_ICMPGT, rest);
    frame.openScope();
    Polynomial first = Polynomial.of(counter.atom(frame.scopeNumber()));
    body.accept(first.plus(Polynomial.of(VectorCompiler.LANE)));
    frame.closeScope();
    code.add(new Instruction.Increment(counter.slot(), lanes));
    code.jump(Opcode.GOTO, head);
    code.mark(rest);
    return bound;
  }

  /// Vectors for all elements of an array.
  ///
  /// @param body what uses it
  Local.Vectors allocate(Buffer array, Stmt body) {
    VectorCompiler vectors = new VectorCompiler(method, array.type().dtype(), 1);
    int count = method.function().machine().vectors(array);
    List<Integer> slots = new ArrayList<>();
    for (int vector = 0; vector < count; vector++) {
      slots.add(vectors.zero());
    }
    return new Local.Vectors(slots, array, !isWholeAtEdges(array, body));
  }

  /// Whether nobody looks at what lies in lanes that guards leave out: all uses of the array have
  /// the same guard on lanes.
  private static boolean isWholeAtEdges(Buffer array, Stmt body) {
    List<Use> uses = Use.of(body, array.name());
    int last = array.type().rank() - 1;
    return !uses.isEmpty()
        && uses.getFirst().loops().stream()
            .filter(loop -> loop.kind() == Stmt.LoopOrder.VECTORIZED)
            .filter(loop -> isPosition(uses.getFirst().indices().get(last), loop))
            .anyMatch(
                loop ->
                    uses.getFirst().guards().stream()
                        .anyMatch(guard -> Use.areUnder(guard, loop, uses)));
  }

  private static boolean isPosition(IndexExpr index, Stmt.For loop) {
    return index.equals(IndexExpr.variable(loop.variable()));
  }

  /// One array for all rounds of the loops around it, since nothing is read before it is stored.
  Local.Array array(Buffer buffer) {
    Code entry = frame.scope(0).entry();
    entry.push(Math.toIntExact(buffer.constantElements().orElseThrow()));
    ElementAccess.newArray(buffer.type().dtype(), entry);
    int slot = frame.newReferenceSlot();
    entry.storeReference(slot);
    return new Local.Array(slot, buffer);
  }

  /// Translates a statement for which arrays in vectors have to be Java arrays.
  ///
  /// @param stored what the statement stores to
  void asArrays(Set<String> names, Set<String> stored, Runnable statement) {
    Runnable inside = statement;
    for (String name : names) {
      if (method.local(name) instanceof Local.Vectors vectors) {
        Runnable further = inside;
        inside = () -> asArray(name, vectors, stored.contains(name), further);
      }
    }
    inside.run();
  }

  private void asArray(String name, Local.Vectors inVectors, boolean isStored, Runnable inside) {
    Local.Array array = array(inVectors.buffer());
    VectorCompiler vectors = new VectorCompiler(method, inVectors.type(), 1);
    vectors.copy(inVectors, array);
    method.with(name, array, inside);
    method.loaded().forget(name);
    if (isStored) {
      vectors.copy(array, inVectors);
    }
  }
}
