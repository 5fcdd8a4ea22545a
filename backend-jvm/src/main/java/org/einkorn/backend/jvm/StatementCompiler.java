package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.backend.jvm.asm.Instruction;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;
import org.jspecify.annotations.Nullable;

/// Translates statements of one method.
final class StatementCompiler {
  /// How many vectors long a loop may be to be computed side by side.
  private static final int SIDE_BY_SIDE = 4;

  private final MethodCompiler method;
  private final Frame frame;

  /// What translates stores and registers inside a loop that runs as lanes.
  private @Nullable VectorCompiler vectors;

  StatementCompiler(MethodCompiler method, Frame frame) {
    this.method = method;
    this.frame = frame;
  }

  void emit(Stmt statement) {
    // A method of its own could not take vectors.
    if (vectors == null && method.function().isOutlined(statement)) {
      method.function().callOutlined(statement, method);
      return;
    }
    emitInline(statement);
  }

  /// The statement, by code of this method even if it was picked to be a method of its own.
  void emitInline(Stmt statement) {
    switch (statement) {
      case Stmt.For loop -> loop(loop);
      case Stmt.Block block -> block(block);
      case Stmt.Sequence(List<Stmt> statements) -> statements.forEach(this::emit);
      case Stmt.Allocate(Buffer buffer, Stmt body) -> {
        if (vectors != null) {
          vectors.allocate(buffer, () -> emit(body));
        } else {
          allocate(buffer, body);
        }
      }
      case Stmt.If(List<Guard> guards, Stmt body) -> {
        int skip = frame.newLabel();
        guards.forEach(guard -> jumpUnless(guard, skip));
        emit(body);
        mark(skip);
      }
      case Stmt.When(var condition, Stmt body) -> {
        int skip = frame.newLabel();
        method.scalars().jumpUnless(condition, skip);
        emit(body);
        mark(skip);
      }
      case Stmt.While(var condition, Stmt body) -> repeat(condition, body);
      case Stmt.Store store -> {
        if (vectors != null) {
          vectors.store(store);
        } else {
          store(store);
        }
      }
    }
  }

  /// The iterations `begin … end − 1` of a loop; both lie in local variables of type `long`.
  void emitRange(Stmt.For loop, int beginSlot, int endSlot) {
    Polynomial extent = method.indices().of(loop.extent());
    Code code = frame.code();
    Counter counter = Counter.of(method.function(), loop, extent, frame);
    code.load(JvmType.LONG, beginSlot);
    counter.fromLong(code);
    code.store(counter.type(), counter.slot());
    code.load(JvmType.LONG, endSlot);
    counter.fromLong(code);
    int bound = frame.newSlot(counter.type());
    code.store(counter.type(), bound);
    iterate(loop, counter, () -> code.load(counter.type(), bound));
  }

  private void loop(Stmt.For loop) {
    IndexCompiler indices = method.indices();
    Polynomial extent = indices.of(loop.extent());
    Code code = frame.code();
    if (extent.equals(Polynomial.constant(1))) {
      withVariable(loop.variable(), Polynomial.ZERO, () -> emit(loop.body()));
      return;
    }
    Optional<Reduction> reduction = vectors == null ? Reduction.of(loop) : Optional.empty();
    if (reduction.isPresent() && method.register(reduction.get().store().buffer()) == null) {
      Reduction found = reduction.get();
      block(found.outside(), () -> inRegister(found));
      return;
    }
    Counter counter = Counter.of(method.function(), loop, extent, frame);
    if (loop.kind() == Stmt.LoopKind.VECTORIZED
        && vectors == null
        && counter.type() == JvmType.INT
        && lanes(loop, counter, extent)) {
      return;
    }
    Runnable pushBound;
    if (extent.isConstant()) {
      pushBound = () -> counter.push(extent.constantTerm(), code);
    } else {
      indices.push(extent);
      counter.boundFromLong(code);
      int bound = frame.newSlot(counter.type());
      code.store(counter.type(), bound);
      pushBound = () -> code.load(counter.type(), bound);
    }
    counter.push(0, code);
    code.store(counter.type(), counter.slot());
    iterate(loop, counter, pushBound);
  }

  /// Runs a loop as lanes of vectors, if it can be.
  private boolean lanes(Stmt.For loop, Counter counter, Polynomial extent) {
    VectorMachine machine = method.function().machine();
    Optional<DType> type =
        machine.isPresent() ? LaneCheck.of(loop, method.function().context()) : Optional.empty();
    if (type.isEmpty() || extent.interval().high() < machine.lanes(type.get())) {
      return false;
    }
    int lanes = machine.lanes(type.get());
    Code code = frame.code();
    if (extent.isConstant()
        && extent.constantTerm() % lanes == 0
        && extent.constantTerm() / lanes <= SIDE_BY_SIDE) {
      code.push(0);
      code.store(JvmType.INT, counter.slot());
      vectorBody(loop, counter, type.get(), (int) extent.constantTerm() / lanes);
      return true;
    }
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
    vectorBody(loop, counter, type.get(), 1);
    code.add(new Instruction.Increment(counter.slot(), lanes));
    code.jump(Opcode.GOTO, head);
    code.mark(rest);
    iterate(loop, counter, () -> code.load(JvmType.INT, bound));
    return true;
  }

  private void vectorBody(Stmt.For loop, Counter counter, DType type, int count) {
    frame.openScope();
    Atom lane = counter.atom(frame.scopeNumber());
    vectors = new VectorCompiler(method, type, method.function().machine(), count, lane);
    withVariable(loop.variable(), Polynomial.of(lane), () -> emit(loop.body()));
    vectors = null;
    frame.closeScope();
  }

  private void iterate(Stmt.For loop, Counter counter, Runnable pushBound) {
    Code code = frame.code();
    int head = frame.newLabel();
    int end = frame.newLabel();
    mark(head);
    code.load(counter.type(), counter.slot());
    pushBound.run();
    counter.jumpUnlessBelow(end, code);
    frame.openScope();
    Polynomial value = Polynomial.of(counter.atom(frame.scopeNumber()));
    withVariable(loop.variable(), value, () -> emit(loop.body()));
    frame.closeScope();
    counter.increment(code);
    code.jump(Opcode.GOTO, head);
    mark(end);
  }

  /// Runs a statement as long as a condition holds.
  private void repeat(Scalar condition, Stmt body) {
    int head = frame.newLabel();
    int end = frame.newLabel();
    mark(head);
    frame.openScope();
    method.scalars().jumpUnless(condition, end);
    emit(body);
    frame.closeScope();
    frame.code().jump(Opcode.GOTO, head);
    mark(end);
  }

  /// Marks a place that code comes to on several ways.
  private void mark(int label) {
    frame.code().mark(label);
    if (vectors != null) {
      vectors.forget();
    }
  }

  private void withVariable(String name, Polynomial value, Runnable body) {
    Polynomial hidden = method.bind(name, value);
    body.run();
    method.restore(name, hidden);
  }

  /// Combines in a local variable what the loop would load and store in each iteration.
  private void inRegister(Reduction reduction) {
    Stmt.Store store = reduction.store();
    DType dtype = store.value().type();
    JvmType type = JvmType.of(dtype);
    Code code = frame.code();
    int slot = frame.newSlot(type);
    method.scalars().emit(new Scalar.Read(store.buffer(), dtype, store.indices()));
    code.store(type, slot);
    method.bind(store.buffer(), new MethodCompiler.Register(slot, dtype));
    loop(reduction.inside());
    method.unbindRegister(store.buffer());
    int number = method.function().context().bufferNumber(store.buffer());
    Buffer buffer = method.function().context().buffer(number);
    Polynomial offsetBytes = method.offsetBytes(buffer, store.indices());
    code.loadReference(method.segment(number));
    ElementAccess.pushLayout(dtype, code);
    method.indices().push(offsetBytes);
    code.load(type, slot);
    ElementAccess.set(dtype, code);
  }

  private void block(Stmt.Block block) {
    block(block, () -> emit(block.body()));
  }

  private void block(Stmt.Block block, Runnable body) {
    List<@Nullable Polynomial> hidden = new ArrayList<>();
    List<Polynomial> reduced = new ArrayList<>();
    boolean opensScope = false;
    for (Stmt.BlockIter iter : block.iters()) {
      Polynomial value = method.indices().of(iter.binding());
      if (value.scope() == Atom.HERE) {
        value = keep(value, frame.scopeNumber() + 1);
        opensScope = true;
      }
      hidden.add(method.bind(iter.variable(), value));
      if (iter.kind() == Stmt.IterKind.REDUCE) {
        reduced.add(value);
      }
    }
    if (opensScope) {
      frame.openScope();
    }
    int skip = frame.newLabel();
    block.guards().forEach(guard -> jumpUnless(guard, skip));
    block.init().ifPresent(init -> initialize(reduced, init));
    body.run();
    if (!block.guards().isEmpty()) {
      mark(skip);
    }
    if (opensScope) {
      frame.closeScope();
    }
    for (int iter = 0; iter < block.iters().size(); iter++) {
      method.restore(block.iters().get(iter).variable(), hidden.get(iter));
    }
  }

  /// A value that became known in the middle of a scope, as an atom of the scope that opens next.
  private Polynomial keep(Polynomial value, int scope) {
    Code code = frame.code();
    method.indices().push(value);
    int slot = frame.newSlot(JvmType.LONG);
    code.store(JvmType.LONG, slot);
    return Polynomial.of(new Atom(slot, JvmType.LONG, scope, value.interval()));
  }

  /// Runs `init` where every reduce iterator is 0.
  private void initialize(List<Polynomial> reduced, Stmt init) {
    Code code = frame.code();
    int skip = frame.newLabel();
    for (Polynomial iterator : reduced) {
      if (iterator.isAtom() && iterator.atom().type() == JvmType.INT) {
        code.load(JvmType.INT, iterator.atom().slot());
        code.jump(Opcode.IFNE, skip);
      } else if (!iterator.equals(Polynomial.ZERO)) {
        method.indices().push(iterator);
        code.plain(Opcode.LCONST_0, Opcode.LCMP);
        code.jump(Opcode.IFNE, skip);
      }
    }
    emit(init);
    mark(skip);
  }

  private void jumpUnless(Guard guard, int label) {
    IndexCompiler indices = method.indices();
    Code code = frame.code();
    Polynomial index = indices.of(guard.index());
    Polynomial extent = indices.of(guard.extent());
    if (!index.interval().isNatural()) {
      indices.push(index);
      code.plain(Opcode.LCONST_0, Opcode.LCMP);
      code.jump(Opcode.IFLT, label);
    }
    if (index.interval().high() >= extent.interval().low()) {
      indices.push(index);
      indices.push(extent);
      code.plain(Opcode.LCMP);
      code.jump(Opcode.IFGE, label);
    }
  }

  private void allocate(Buffer buffer, Stmt body) {
    if (buffer.scope() != Buffer.Scope.REGISTER) {
      throw Refusals.localArray(buffer);
    }
    if (buffer.type().dtype().isComplex()) {
      throw Refusals.complex(buffer);
    }
    JvmType type = JvmType.of(buffer.type().dtype());
    int slot = frame.newSlot(type);
    Code code = frame.code();
    // The verifier wants a value on every path; which one does not matter.
    ElementAccess.pushZero(type, code);
    code.store(type, slot);
    MethodCompiler.Register hidden = method.register(buffer.name());
    method.bind(buffer.name(), new MethodCompiler.Register(slot, buffer.type().dtype()));
    emit(body);
    if (hidden == null) {
      method.unbindRegister(buffer.name());
    } else {
      method.bind(buffer.name(), hidden);
    }
  }

  private void store(Stmt.Store store) {
    Code code = frame.code();
    MethodCompiler.Register register = method.register(store.buffer());
    if (register != null) {
      ScalarCompiler.requireType(store.buffer(), register.type(), store.value().type());
      method.scalars().emit(store.value());
      code.store(JvmType.of(register.type()), register.slot());
      return;
    }
    int number = method.function().context().bufferNumber(store.buffer());
    Buffer buffer = method.function().context().buffer(number);
    ScalarCompiler.requireType(store.buffer(), buffer.type().dtype(), store.value().type());
    List<IndexExpr> positions = store.indices();
    Polynomial offsetBytes = method.offsetBytes(buffer, positions);
    code.loadReference(method.segment(number));
    ElementAccess.pushLayout(buffer.type().dtype(), code);
    method.indices().push(offsetBytes);
    method.scalars().emit(store.value());
    ElementAccess.set(buffer.type().dtype(), code);
  }
}
