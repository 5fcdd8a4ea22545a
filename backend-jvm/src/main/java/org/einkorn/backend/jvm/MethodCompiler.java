package org.einkorn.backend.jvm;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.jspecify.annotations.Nullable;

/// One method in the making: which local variable holds which buffer, symbol, iterator and
/// register, and the translators that share them.
///
/// The first two parameters of every method are the memory and the symbols of the module.
final class MethodCompiler {
  static final String SEGMENT_ARRAY = "[Ljava/lang/foreign/MemorySegment;";
  private static final int MEMORY_SLOT = 0;
  private static final int SYMBOLS_SLOT = 1;

  private final FunctionCompiler function;
  private final Frame frame;
  private final IndexCompiler indices;
  private final ScalarCompiler scalars;
  private final StatementCompiler statements;
  private final Map<String, Polynomial> variables = new HashMap<>();
  private final Map<String, Local> locals = new HashMap<>();
  private final LoadedVectors loaded = new LoadedVectors();
  private final Map<Integer, Integer> segments = new HashMap<>();
  private final Map<String, Atom> symbols = new HashMap<>();

  /// @param parameterSlots the local variables that the parameters take
  MethodCompiler(FunctionCompiler function, int parameterSlots) {
    this.function = function;
    this.frame = new Frame(parameterSlots);
    this.indices = new IndexCompiler(this, frame);
    this.scalars = new ScalarCompiler(this, frame);
    this.statements = new StatementCompiler(this);
  }

  Frame frame() {
    return frame;
  }

  IndexCompiler indices() {
    return indices;
  }

  ScalarCompiler scalars() {
    return scalars;
  }

  StatementCompiler statements() {
    return statements;
  }

  FunctionCompiler function() {
    return function;
  }

  /// The value of an iterator that is visible here.
  Polynomial variable(String name) {
    Polynomial value = variables.get(name);
    if (value == null) {
      throw new IllegalStateException("`" + name + "` has no value here");
    }
    return value;
  }

  boolean hasVariable(String name) {
    return variables.containsKey(name);
  }

  /// Gives an iterator its value and returns the one that it hides, for [#restore].
  @Nullable Polynomial bind(String name, Polynomial value) {
    return variables.put(name, value);
  }

  /// Ends the visibility of an iterator.
  void restore(String name, @Nullable Polynomial hidden) {
    if (hidden == null) {
      variables.remove(name);
    } else {
      variables.put(name, hidden);
    }
  }

  /// What a name stands for, if it is that of an allocation here.
  @Nullable Local local(String name) {
    return locals.get(name);
  }

  /// Makes a name stand for an allocation while `body` is translated.
  void with(String name, Local local, Runnable body) {
    Local hidden = locals.put(name, local);
    body.run();
    if (hidden == null) {
      locals.remove(name);
    } else {
      locals.put(name, hidden);
    }
  }

  /// All allocations that are visible here.
  Map<String, Local> locals() {
    return Collections.unmodifiableMap(locals);
  }

  /// The vectors that lie in local variables of this method.
  LoadedVectors loaded() {
    return loaded;
  }

  /// Gives a name its meaning for the whole method.
  void bind(String name, Local local) {
    locals.put(name, local);
  }

  /// A symbol, loaded when the method begins.
  Atom symbol(String name) {
    Atom atom = symbols.get(name);
    if (atom == null) {
      Code entry = frame.scope(0).entry();
      entry.loadReference(SYMBOLS_SLOT);
      entry.push(function.context().symbolNumber(name));
      entry.plain(Opcode.LALOAD);
      int slot = frame.newSlot(JvmType.LONG);
      entry.store(JvmType.LONG, slot);
      atom = new Atom(slot, JvmType.LONG, 0, Interval.NATURAL);
      symbols.put(name, atom);
    }
    return atom;
  }

  /// The local variable of a buffer's segment, loaded when the method begins.
  int segment(int buffer) {
    Integer slot = segments.get(buffer);
    if (slot == null) {
      Code entry = frame.scope(0).entry();
      entry.loadReference(MEMORY_SLOT);
      entry.push(buffer);
      entry.plain(Opcode.AALOAD);
      slot = frame.newReferenceSlot();
      entry.storeReference(slot);
      segments.put(buffer, slot);
    }
    return slot;
  }

  /// The distance of an element from the beginning of its buffer, in bytes.
  Polynomial offsetBytes(Buffer buffer, List<IndexExpr> positions) {
    return elementNumber(buffer, positions).times(buffer.type().dtype().byteSize());
  }

  /// How many elements lie before one.
  Polynomial elementNumber(Buffer buffer, List<IndexExpr> positions) {
    if (positions.size() != buffer.type().rank()) {
      throw new IllegalStateException(
          "`" + buffer.name() + "` has " + buffer.type().rank() + " axes, not " + positions.size());
    }
    Polynomial number = Polynomial.ZERO;
    for (int axis = 0; axis < positions.size(); axis++) {
      Polynomial extent = indices.of(buffer.type().extents().get(axis));
      number = number.times(extent).plus(indices.of(positions.get(axis)));
    }
    return number;
  }

  int site(IndexExpr.Fetch fetch) {
    return function.site(fetch);
  }
}
