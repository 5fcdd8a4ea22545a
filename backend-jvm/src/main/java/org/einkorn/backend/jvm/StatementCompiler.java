package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  private final MethodCompiler method;
  private final Frame frame;
  private final LoadedVectors loaded;
  private final VectorLoops vectorLoops;

  /// What translates stores and registers inside a loop that runs as lanes.
  private @Nullable VectorCompiler vectors;

  StatementCompiler(MethodCompiler method) {
    this.method = method;
    this.frame = method.frame();
    this.loaded = method.loaded();
    this.vectorLoops = new VectorLoops(method);
  }

  void emit(Stmt statement) {
    Set<String> arrays = method.function().asArrays(statement);
    if (arrays.isEmpty()) {
      emitHere(statement);
    } else {
      vectorLoops.asArrays(arrays, Accesses.storesOf(statement), () -> emitHere(statement));
    }
  }

  private void emitHere(Stmt statement) {
    // A method of its own could not take vectors.
    if (vectors == null && method.function().isOutlined(statement)) {
      method.function().callOutlined(statement, method);
      loaded.forget();
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
          loaded.forget(buffer.name());
          vectors.allocate(buffer, () -> emit(body));
        } else {
          allocate(statement, buffer, body);
        }
      }
      case Stmt.If(List<Guard> guards, Stmt body) -> guarded(guards, () -> emit(body));
      case Stmt.When(var condition, Stmt body) -> {
        Map<LoadedVectors.Key, Integer> known = loaded.known();
        int skip = frame.newLabel();
        method.scalars().jumpUnless(condition, skip);
        emit(body);
        frame.code().mark(skip);
        loaded.retain(known);
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
    if (method.function().isWrittenOut(loop)) {
      for (long round = 0; round < extent.constantTerm(); round++) {
        withVariable(loop.variable(), Polynomial.constant(round), () -> emit(loop.body()));
      }
      return;
    }
    Optional<Reduction> reduction = vectors == null ? Reduction.of(loop) : Optional.empty();
    if (reduction.isPresent() && method.local(reduction.get().store().buffer()) == null) {
      Reduction found = reduction.get();
      block(found.outside(), () -> inRegister(found));
      return;
    }
    Counter counter = Counter.of(method.function(), loop, extent, frame);
    if (vectors == null && counter.type() == JvmType.INT && lanes(loop, counter, extent)) {
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
    Optional<DType> type = vectorLoops.laneType(loop, extent);
    if (type.isEmpty()) {
      return false;
    }
    if (vectorLoops.isSideBySide(loop, extent, type.get())) {
      VectorCompiler sideBySide = vectorLoops.sideBySide(extent, type.get());
      vectorBody(loop, sideBySide, Polynomial.of(VectorCompiler.LANE));
      return true;
    }
    loaded.forget();
    VectorCompiler single = new VectorCompiler(method, type.get(), 1);
    int bound =
        vectorLoops.steps(
            counter, extent, type.get(), position -> vectorBody(loop, single, position));
    if (vectorLoops.leavesNoRest(extent, type.get())) {
      // What was loaded inside is not there where the loop had no round.
      loaded.forget();
    } else {
      iterate(loop, counter, () -> frame.code().load(JvmType.INT, bound));
    }
    return true;
  }

  private void vectorBody(Stmt.For loop, VectorCompiler compiler, Polynomial position) {
    vectors = compiler;
    withVariable(loop.variable(), position, () -> emit(loop.body()));
    vectors = null;
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
    loaded.forget();
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
    method.with(store.buffer(), new Local.Register(slot, dtype), () -> loop(reduction.inside()));
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
    guarded(
        block.guards(),
        () -> {
          block.init().ifPresent(init -> initialize(reduced, init));
          body.run();
        });
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
    Map<LoadedVectors.Key, Integer> known = loaded.known();
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
    code.mark(skip);
    loaded.retain(known);
  }

  /// Runs what stands under guards.
  private void guarded(List<Guard> guards, Runnable body) {
    if (guards.isEmpty()) {
      body.run();
      return;
    }
    Map<LoadedVectors.Key, Integer> known = loaded.known();
    int skip = frame.newLabel();
    guarded(guards, skip, body);
    frame.code().mark(skip);
    loaded.retain(known);
  }

  private void guarded(List<Guard> guards, int skip, Runnable body) {
    if (guards.isEmpty()) {
      body.run();
      return;
    }
    Polynomial index = method.indices().of(guards.getFirst().index());
    Polynomial extent = method.indices().of(guards.getFirst().extent());
    Runnable rest = () -> guarded(guards.subList(1, guards.size()), skip, body);
    if (vectors != null && VectorCompiler.changes(index)) {
      vectors.withMask(index, extent, skip, rest);
    } else {
      jumpUnless(index, extent, skip);
      rest.run();
    }
  }

  private void jumpUnless(Polynomial index, Polynomial extent, int label) {
    IndexCompiler indices = method.indices();
    Code code = frame.code();
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

  private void allocate(Stmt statement, Buffer buffer, Stmt body) {
    if (buffer.type().dtype().isComplex()) {
      throw Refusals.complex(buffer);
    }
    loaded.forget(buffer.name());
    Local local =
        switch (buffer.scope()) {
          case REGISTER -> register(buffer.type().dtype());
          case LOCAL ->
              method.function().liesInVectors(statement)
                  ? vectorLoops.allocate(buffer, body)
                  : vectorLoops.array(buffer);
          case GLOBAL, SHARED -> throw Refusals.localArray(buffer);
        };
    method.with(buffer.name(), local, () -> emit(body));
    loaded.forget(buffer.name());
  }

  private Local.Register register(DType dtype) {
    JvmType type = JvmType.of(dtype);
    int slot = frame.newSlot(type);
    Code code = frame.code();
    // The verifier wants a value on every path; which one does not matter.
    ElementAccess.pushZero(type, code);
    code.store(type, slot);
    return new Local.Register(slot, dtype);
  }

  private void store(Stmt.Store store) {
    Code code = frame.code();
    List<IndexExpr> positions = store.indices();
    Scalar value = store.value();
    switch (method.local(store.buffer())) {
      case Local.Register(int slot, DType type) -> {
        ScalarCompiler.requireType(store.buffer(), type, value.type());
        method.scalars().emit(value);
        code.store(JvmType.of(type), slot);
      }
      case Local.Array(int slot, Buffer array) -> {
        ScalarCompiler.requireType(store.buffer(), array.type().dtype(), value.type());
        Polynomial element = method.elementNumber(array, positions);
        code.loadReference(slot);
        method.indices().push(element);
        code.plain(Opcode.L2I);
        method.scalars().emit(value);
        ElementAccess.setInArray(value.type(), code);
      }
      case Local.Lanes _, Local.Vectors _ ->
          throw new IllegalStateException("`" + store.buffer() + "` is stored by lanes only");
      case null -> {
        int number = method.function().context().bufferNumber(store.buffer());
        Buffer buffer = method.function().context().buffer(number);
        ScalarCompiler.requireType(store.buffer(), buffer.type().dtype(), value.type());
        Polynomial offsetBytes = method.offsetBytes(buffer, positions);
        code.loadReference(method.segment(number));
        ElementAccess.pushLayout(buffer.type().dtype(), code);
        method.indices().push(offsetBytes);
        method.scalars().emit(value);
        ElementAccess.set(buffer.type().dtype(), code);
      }
    }
    loaded.forget(store.buffer());
  }
}
