package org.einkorn.runtime.io;

import java.lang.foreign.Arena;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// Numbers that come one by one, kept in pieces of memory until their count is known.
final class CellBuffer {
  private static final int CELLS_PER_PIECE = 1 << 14;

  private final DType dtype;
  private final boolean keep;
  private final List<Tensor> pieces = new ArrayList<>();
  private int used = CELLS_PER_PIECE;

  /// @param keep whether the numbers are wanted later; if not, they are only checked
  CellBuffer(DType dtype, boolean keep) {
    this.dtype = dtype;
    this.keep = keep;
  }

  /// Takes the text of a number. A float type rounds it to nearest; an integer type must hold it
  /// exactly, so `1e3` is one and `1.5` is not.
  ///
  /// @return whether the element type can hold it
  boolean add(String text) {
    if (!keep && (dtype.isFloat() || dtype.isComplex())) {
      return true; // they hold any number, if only nearly
    }
    if (used == CELLS_PER_PIECE) {
      if (keep || pieces.isEmpty()) {
        pieces.add(Tensor.allocate(Arena.ofAuto(), dtype, CELLS_PER_PIECE));
      }
      used = 0;
    }
    Tensor piece = pieces.getLast();
    int position = used++;
    try {
      String word = text.substring(text.startsWith("-") || text.startsWith("+") ? 1 : 0);
      if (dtype.isFloat() || dtype.isComplex()) {
        if (TableReader.isSpecial(word)) {
          piece.set(special(text, word), position);
        } else if (dtype == DType.F32) {
          piece.set(Float.parseFloat(text), position); // once: not by way of a double
        } else {
          piece.set(Double.parseDouble(text), position);
        }
        return true;
      }
      if (TableReader.isSpecial(word)) {
        return false;
      }
      piece.setLong(exactLong(text), position);
      return true;
    } catch (ArithmeticException | DataException doesNotFit) {
      return false;
    }
  }

  private static long exactLong(String text) {
    BigDecimal number = new BigDecimal(text);
    // `1e999999999` must not be written out in full to learn that it is too large.
    if (number.signum() != 0 && (long) number.precision() - number.scale() > 19) {
      throw new ArithmeticException("more than 19 digits");
    }
    return number.longValueExact();
  }

  private static double special(String text, String word) {
    if (word.toLowerCase(Locale.ROOT).startsWith("n")) {
      return Double.NaN;
    }
    return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
  }

  /// The numbers so far, as a tensor of this shape in the arena.
  Tensor toTensor(Arena arena, Shape shape) {
    Tensor result = Tensor.allocate(arena, dtype, shape);
    long size = dtype.byteSize();
    long total = shape.elementCount() * size;
    long done = 0;
    for (Tensor piece : pieces) {
      long bytes = Math.min(CELLS_PER_PIECE * size, total - done);
      result.segment().asSlice(done, bytes).copyFrom(piece.segment().asSlice(0, bytes));
      done += bytes;
    }
    return result;
  }
}
