package org.einkorn.cli.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Layout;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// Compares what two contenders made of the same data.
///
/// Integers and truth values are equal. Floats may be rounded otherwise: sums of *n* terms in
/// another order wander apart by about √n units in the last place, so that a result may be off by
/// `max(1024, 4 √n)` units of the largest number of its tensor.
///
/// @param workload what is measured
/// @param terms how many additions each element of the result takes
record ResultCheck(String workload, double terms) {
  private static final double LEAST_UNITS = 1024;
  private static final double UNITS = 4;

  /// Numbers that are looked at in one go.
  private static final long CHUNK = 1 << 20;

  /// How far a number may be off, for the largest one.
  double tolerance(DType type) {
    double unit =
        switch (type) {
          case F64, C128 -> 0x1p-52;
          case F32, C64 -> 0x1p-23;
          case F16 -> 0x1p-10;
          case BF16 -> 0x1p-7;
          case F8E4M3 -> 0x1p-3;
          case F8E5M2 -> 0x1p-2;
          case I64, I32, I16, I8, U8, I4, BOOL -> 0;
        };
    double units = unit < 0x1p-20 ? Math.max(LEAST_UNITS, UNITS * Math.sqrt(terms)) : UNITS;
    return unit * units;
  }

  /// @param right by what it is compared, and who made that
  /// @throws RefusedException E0562 if a number is another one
  void requireNear(
      String found, Map<String, Tensor> made, String right, Map<String, Tensor> expected) {
    expected.forEach(
        (name, tensor) -> {
          Tensor other = made.get(name);
          if (other == null) {
            throw new IllegalStateException(found + " made no `" + name + "`");
          }
          difference(other, tensor)
              .ifPresent(
                  where -> {
                    throw wrong(
                        "on %s, `%s` of `%s` is not what %s makes: %s"
                            .formatted(found, name, workload, right, where));
                  });
        });
  }

  /// The last of many runs makes what the first one made, bit for bit.
  ///
  /// @throws RefusedException E0562 if it does not
  void requireSame(String found, Map<String, Tensor> first, Map<String, Tensor> last) {
    first.forEach(
        (name, tensor) -> {
          Tensor other = last.get(name);
          if (other == null || other.segment().mismatch(tensor.segment()) != -1) {
            throw wrong(
                "on %s, `%s` of `%s` is another one after many runs than after the first"
                    .formatted(found, name, workload));
          }
        });
  }

  private static RefusedException wrong(String message) {
    return new RefusedException(
        "E0562",
        message,
        "this is a fault of the compiler or of the peer: no time is printed for a wrong result");
  }

  /// Where two tensors differ, and how.
  private Optional<String> difference(Tensor made, Tensor expected) {
    if (!made.shape().equals(expected.shape()) || made.dtype() != expected.dtype()) {
      return Optional.of(
          "it is %s%s and not %s%s"
              .formatted(made.dtype(), made.shape(), expected.dtype(), expected.shape()));
    }
    if (made.segment().mismatch(expected.segment()) == -1) {
      return Optional.empty();
    }
    double allowed = tolerance(expected.dtype()) * largest(expected);
    Tensor right = numbers(expected);
    Tensor found = numbers(made);
    for (long start = 0; start < right.elementCount(); start += CHUNK) {
      double[] rights = chunk(right, start);
      double[] founds = chunk(found, start);
      for (int place = 0; place < rights.length; place++) {
        if (!isNear(founds[place], rights[place], allowed)) {
          long number = (start + place) / (expected.dtype().isComplex() ? 2 : 1);
          return Optional.of(
              String.format(
                  Locale.ROOT,
                  "element %s is %s and not %s, and may be off by %.2g",
                  Arrays.toString(index(expected, number)),
                  founds[place],
                  rights[place],
                  allowed));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isNear(double found, double right, double allowed) {
    return found == right
        || Double.isNaN(right) && Double.isNaN(found)
        || Math.abs(right - found) <= allowed;
  }

  private static double largest(Tensor tensor) {
    Tensor all = numbers(tensor);
    double largest = 0;
    for (long start = 0; start < all.elementCount(); start += CHUNK) {
      for (double each : chunk(all, start)) {
        largest = Double.isFinite(each) ? Math.max(largest, Math.abs(each)) : largest;
      }
    }
    return largest;
  }

  /// The real numbers of a tensor in a row; a complex one is two.
  private static Tensor numbers(Tensor tensor) {
    DType type = tensor.dtype();
    long count = tensor.elementCount() * (type.isComplex() ? 2 : 1);
    return Tensor.wrap(
        tensor.segment(), type.isComplex() ? type.part() : type, Layout.rowMajor(Shape.of(count)));
  }

  private static double[] chunk(Tensor numbers, long start) {
    long end = Math.min(start + CHUNK, numbers.elementCount());
    return numbers.slice(0, start, end, 1).toDoubleArray();
  }

  /// Where the element of a row-major number is.
  private static long[] index(Tensor tensor, long number) {
    long[] index = tensor.shape().extents();
    long rest = number;
    for (int axis = index.length - 1; axis >= 0; axis--) {
      long extent = index[axis];
      index[axis] = rest % extent;
      rest /= extent;
    }
    return index;
  }
}
