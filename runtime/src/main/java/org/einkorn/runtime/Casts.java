package org.einkorn.runtime;

import java.lang.foreign.MemorySegment;

/// Copies the elements of any layout into contiguous memory of any type.
final class Casts {
  private Casts() {}

  /// Writes the elements of `layout` in row-major order to `target`, which holds them from its
  /// start.
  static void cast(
      DType from, Layout layout, MemorySegment source, DType to, MemorySegment target) {
    Copier copier = new Copier(from, source, to, target);
    Rows.forEach(layout, from == to ? copier::copyRow : copier::castRow);
  }

  private static final class Copier {
    private final DType from;
    private final MemorySegment source;
    private final DType to;
    private final MemorySegment target;
    private long written;

    Copier(DType from, MemorySegment source, DType to, MemorySegment target) {
      this.from = from;
      this.source = source;
      this.to = to;
      this.target = target;
    }

    void copyRow(long first, long stride, long count) {
      long size = from.byteSize();
      if (stride == 1) {
        MemorySegment.copy(source, first * size, target, written * size, count * size);
      } else {
        for (long n = 0; n < count; n++) {
          MemorySegment.copy(
              source, (first + n * stride) * size, target, (written + n) * size, size);
        }
      }
      written += count;
    }

    void castRow(long first, long stride, long count) {
      for (long n = 0; n < count; n++) {
        castElement(first + n * stride, written + n);
      }
      written += count;
    }

    private void castElement(long sourceNumber, long targetNumber) {
      switch (from.kind()) {
        case INTEGER, BOOLEAN ->
            Elements.setLong(
                to, target, targetNumber, Elements.getLong(from, source, sourceNumber));
        case FLOAT -> store(Elements.getDouble(from, source, sourceNumber), targetNumber);
        case COMPLEX -> {
          double real = Elements.getDouble(from, source, sourceNumber);
          double imaginary = Elements.getImaginary(from, source, sourceNumber);
          if (to.isComplex()) {
            Elements.setComplex(to, target, targetNumber, real, imaginary);
          } else if (imaginary == 0) {
            store(real, targetNumber);
          } else {
            throw DataException.of(DataFault.VALUE_OUT_OF_RANGE)
                .expected("a number without an imaginary part for " + to)
                .found("(" + real + ", " + imaginary + ")");
          }
        }
      }
    }

    private void store(double value, long number) {
      switch (to.kind()) {
        case FLOAT, COMPLEX -> Elements.setFloat(to, target, number, value);
        case INTEGER -> {
          if (!(value > -0x1p63 - 1 && value < 0x1p63)) {
            throw Elements.outOfRange(to, value);
          }
          Elements.setLong(to, target, number, (long) value);
        }
        case BOOLEAN -> {
          if (value != 0 && value != 1) {
            throw Elements.outOfRange(to, value);
          }
          Elements.setLong(to, target, number, (long) value);
        }
      }
    }
  }
}
