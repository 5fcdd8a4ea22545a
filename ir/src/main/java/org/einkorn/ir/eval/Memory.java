package org.einkorn.ir.eval;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Elements;
import org.jspecify.annotations.Nullable;

/// The elements of one tensor, row-major, with the checks that compiled code relies on.
final class Memory {
  private final String name;
  private final DType type;
  private final long[] extents;
  private final MemorySegment segment;
  private final @Nullable BitSet stored;
  private final @Nullable Rounds rounds;

  private Memory(
      String name,
      DType type,
      long[] extents,
      MemorySegment segment,
      @Nullable BitSet stored,
      @Nullable Rounds rounds) {
    this.name = name;
    this.type = type;
    this.extents = extents;
    this.segment = segment;
    this.stored = stored;
    this.rounds = rounds;
  }

  /// Memory whose elements all have values.
  static Memory initialized(String name, DType type, long[] extents, MemorySegment segment) {
    return new Memory(name, type, extents, segment, null, null);
  }

  /// Memory whose elements must be stored before they are read.
  ///
  /// @param rounds where reads and stores are noted, so that rounds of a parallel loop that touch
  ///   one element are found
  static Memory undefined(
      String name, DType type, long[] extents, MemorySegment segment, Rounds rounds) {
    return new Memory(name, type, extents, segment, new BitSet(), rounds);
  }

  /// Memory whose elements must be stored before they are read, by one thread.
  static Memory pending(String name, DType type, long[] extents, MemorySegment segment) {
    return new Memory(name, type, extents, segment, new BitSet(), null);
  }

  String name() {
    return name;
  }

  DType type() {
    return type;
  }

  long[] extents() {
    return extents.clone();
  }

  /// The row-major number of the element at `indices`.
  long number(List<IndexExpr> indices, ScalarEvaluator evaluator) {
    if (indices.size() != extents.length) {
      throw new IllegalStateException(
          "`" + name + "` has " + extents.length + " axes, not " + indices.size());
    }
    long number = 0;
    for (int axis = 0; axis < extents.length; axis++) {
      long position = evaluator.index(indices.get(axis));
      if (position < 0 || position >= extents[axis]) {
        throw new IllegalStateException(
            "position "
                + position
                + " on axis "
                + axis
                + " of `"
                + name
                + "`, which has "
                + extents[axis]);
      }
      number = number * extents[axis] + position;
    }
    return number;
  }

  /// How many elements there are.
  long count() {
    long count = 1;
    for (long extent : extents) {
      count = Math.multiplyExact(count, extent);
    }
    return count;
  }

  /// Visits the elements at the given positions of some axes, in row-major order.
  ///
  /// @param at a position for each such axis
  void forEachAt(Map<Integer, Long> at, LongConsumer visit) {
    forEachAt(at, 0, 0, visit);
  }

  private void forEachAt(Map<Integer, Long> at, int axis, long number, LongConsumer visit) {
    if (axis == extents.length) {
      visit.accept(number);
      return;
    }
    Long only = at.get(axis);
    long first = only == null ? 0 : only;
    long end = only == null ? extents[axis] : only + 1;
    for (long position = first; position < end; position++) {
      forEachAt(at, axis + 1, number * extents[axis] + position, visit);
    }
  }

  double real(long number) {
    requireStored(number);
    return Elements.getDouble(type, segment, number);
  }

  Complex complex(long number) {
    requireStored(number);
    return new Complex(
        Elements.getDouble(type, segment, number), Elements.getImaginary(type, segment, number));
  }

  long integer(long number) {
    requireStored(number);
    return Elements.getLong(type, segment, number);
  }

  void setReal(long number, double value) {
    Elements.setFloat(type, segment, number, value);
    markStored(number);
  }

  void setComplex(long number, Complex value) {
    Elements.setComplex(type, segment, number, value.re(), value.im());
    markStored(number);
  }

  void setInteger(long number, long value) {
    Elements.setLong(type, segment, number, value);
    markStored(number);
  }

  /// Takes over all elements of another tensor of this type and shape.
  void copyFrom(Memory other) {
    segment.copyFrom(other.segment);
  }

  private void requireStored(long number) {
    if (stored != null && !stored.get(Math.toIntExact(number))) {
      throw new IllegalStateException(
          "element " + number + " of `" + name + "` is read before it is stored");
    }
    if (rounds != null) {
      rounds.noteRead(this, number);
    }
  }

  private void markStored(long number) {
    if (stored != null) {
      stored.set(Math.toIntExact(number));
    }
    if (rounds != null) {
      rounds.noteStore(this, number);
    }
  }
}
