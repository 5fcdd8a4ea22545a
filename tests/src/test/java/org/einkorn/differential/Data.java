package org.einkorn.differential;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.StringJoiner;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Elements;

/// The elements of one tensor: the bits of a `double` for each float, else the integer. A complex
/// element is two floats, side by side.
record Data(DType type, long[] extents, long[] elements) {
  Data {
    extents = extents.clone();
    elements = elements.clone();
  }

  static int count(long[] extents) {
    long count = 1;
    for (long extent : extents) {
      count = Math.multiplyExact(count, extent);
    }
    return Math.toIntExact(count);
  }

  /// How many numbers a tensor holds: two for each complex element.
  static int size(DType type, long[] extents) {
    return count(extents) * perElement(type);
  }

  private static int perElement(DType type) {
    return type.isComplex() ? 2 : 1;
  }

  /// The element that a number belongs to.
  int element(int number) {
    return number / perElement(type);
  }

  /// Complex elements as floats, on a last axis of two; real ones as they are.
  Data parts() {
    if (!type.isComplex()) {
      return this;
    }
    long[] axes = Arrays.copyOf(extents, extents.length + 1);
    axes[extents.length] = 2;
    return new Data(type.part(), axes, elements);
  }

  /// What a piece of memory holds.
  static Data read(DType type, long[] extents, MemorySegment memory) {
    long[] elements = new long[size(type, extents)];
    for (int number = 0; number < elements.length; number++) {
      elements[number] =
          type.part().isFloat()
              ? Double.doubleToLongBits(Elements.getDouble(type.part(), memory, number))
              : Elements.getLong(type, memory, number);
    }
    return new Data(type, extents, elements);
  }

  void writeTo(MemorySegment memory) {
    for (int number = 0; number < elements.length; number++) {
      if (type.part().isFloat()) {
        Elements.setFloat(type.part(), memory, number, Double.longBitsToDouble(elements[number]));
      } else {
        Elements.setLong(type, memory, number, elements[number]);
      }
    }
  }

  /// The same after a way through memory, so that floats are numbers of the type.
  Data stored() {
    MemorySegment memory = MemorySegment.ofArray(new long[elements.length]);
    writeTo(memory);
    return read(type, extents, memory);
  }

  /// The element, or a part of one, exact but for large `i64`.
  double real(int number) {
    return type.part().isFloat()
        ? Double.longBitsToDouble(elements[number])
        : (double) elements[number];
  }

  /// Whether no element, or part of one, is infinite or NaN.
  boolean isFinite() {
    for (int number = 0; number < elements.length; number++) {
      if (!Double.isFinite(real(number))) {
        return false;
      }
    }
    return true;
  }

  /// The same with one element changed.
  Data with(int number, long element) {
    long[] changed = elements.clone();
    changed[number] = element;
    return new Data(type, extents, changed);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Data data
        && type == data.type
        && Arrays.equals(extents, data.extents)
        && Arrays.equals(elements, data.elements);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(extents) + Arrays.hashCode(elements);
  }

  /// `f32[2, 3] = 1.0 2.0 …`
  @Override
  public String toString() {
    StringJoiner values = new StringJoiner(" ", type + Arrays.toString(extents) + " = ", "");
    for (int number = 0; number < elements.length; number++) {
      values.add(
          type.part().isFloat() ? Double.toString(real(number)) : Long.toString(elements[number]));
    }
    return values.toString();
  }
}
