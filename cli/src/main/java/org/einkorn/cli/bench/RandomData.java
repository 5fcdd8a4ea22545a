package org.einkorn.cli.bench;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;

/// Data that a program is measured on: random, and never zeros alone, which processors and programs
/// can be quicker with.
///
/// Floats lie between −0.5 and 1, so that sums grow and are no small difference of large numbers,
/// whose digits would be rounding alone. Integers are small, so that sums of products fit their
/// type. What is read as a position is one.
final class RandomData {
  /// Which share of truth values is true.
  static final double DENSITY = 0.5;

  private RandomData() {}

  /// @param density which share of the elements of a Boolean tensor is true
  static Tensor of(Arena arena, Parameter input, double density, long seed) {
    SplittableRandom random = new SplittableRandom(seed ^ ((long) input.name().hashCode() << 20));
    Tensor flat = Tensor.allocate(arena, input.dtype(), input.shape().elementCount());
    long count = flat.elementCount();
    if (input.positions().isPresent()) {
      long positions = Math.max(input.positions().getAsLong(), 1);
      for (long number = 0; number < count; number++) {
        flat.setLong(random.nextLong(positions), number);
      }
    } else if (input.dtype() == DType.F32) {
      for (long number = 0; number < count; number++) {
        flat.segment().setAtIndex(JAVA_FLOAT, number, (float) real(random));
      }
    } else if (input.dtype() == DType.F64) {
      for (long number = 0; number < count; number++) {
        flat.segment().setAtIndex(JAVA_DOUBLE, number, real(random));
      }
    } else {
      fillSlowly(flat, density, random);
    }
    return flat.reshape(input.shape().extents());
  }

  private static void fillSlowly(Tensor flat, double density, SplittableRandom random) {
    for (long number = 0; number < flat.elementCount(); number++) {
      switch (flat.dtype().kind()) {
        case FLOAT -> flat.set(real(random), number);
        case COMPLEX -> flat.setComplex(real(random), real(random), number);
        case BOOLEAN -> flat.setLong(random.nextDouble() < density ? 1 : 0, number);
        case INTEGER -> {
          long size = 1L + random.nextInt(3);
          boolean isSigned = flat.dtype() != DType.U8;
          flat.setLong(isSigned && random.nextBoolean() ? -size : size, number);
        }
      }
    }
  }

  private static double real(SplittableRandom random) {
    return random.nextDouble() * 1.5 - 0.5;
  }
}
