package org.einkorn.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class OverlapTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261128L);

  private static Set<Long> numbers(Tensor tensor) {
    Set<Long> numbers = new HashSet<>();
    addNumbers(tensor, new long[tensor.rank()], 0, numbers);
    return numbers;
  }

  private static void addNumbers(Tensor tensor, long[] at, int axis, Set<Long> numbers) {
    if (axis == at.length) {
      numbers.add(tensor.layout().elementNumber(at));
      return;
    }
    for (at[axis] = 0; at[axis] < tensor.extent(axis); at[axis]++) {
      addNumbers(tensor, at, axis + 1, numbers);
    }
    at[axis] = 0;
  }

  private static boolean share(Tensor one, Tensor other) {
    Set<Long> common = numbers(one);
    common.retainAll(numbers(other));
    return !common.isEmpty();
  }

  /// Boxes of a tensor, turned, with axes taken away.
  private static Tensor part(Random random, Tensor whole) {
    Tensor part = whole;
    for (int axis = 0; axis < whole.rank(); axis++) {
      long first = random.nextLong(whole.extent(axis));
      long last = first + random.nextLong(whole.extent(axis) - first);
      part =
          random.nextBoolean()
              ? part.slice(axis, first, last + 1, 1)
              : part.slice(axis, last, first - 1, -1);
    }
    part = part.permute(2, 0, 1);
    return random.nextInt(3) == 0 ? part.select(random.nextInt(3), 0) : part;
  }

  @Test
  void partsOfOneTensorAreToldApartExactly() {
    Random random = new Random(SEED);
    Tensor whole = Tensor.wrap(new float[2 + 3 * 4 * 5]).slice(0, 2, 62, 1).reshape(3, 4, 5);
    for (int round = 0; round < 2000; round++) {
      Tensor one = part(random, whole);
      Tensor other = part(random, whole);
      assertEquals(share(one, other), one.overlaps(other), one.layout() + " and " + other.layout());
    }
  }

  @Test
  void whatIsSaidToBeApartIs() {
    Random random = new Random(SEED);
    MemorySegment memory = MemorySegment.ofArray(new float[200]);
    int apart = 0;
    for (int round = 0; round < 5000; round++) {
      Tensor one = strided(random, memory);
      Tensor other = strided(random, memory);
      if (!one.overlaps(other)) {
        apart++;
        assertFalse(share(one, other), one.layout() + " and " + other.layout());
      }
    }
    assertTrue(apart > 500, "only " + apart);
  }

  private static Tensor strided(Random random, MemorySegment memory) {
    long[] extents = random.longs(random.nextInt(4), 0, 4).toArray();
    long[] strides = random.longs(extents.length, -12, 13).toArray();
    return Tensor.wrap(
        memory, DType.F32, new Layout(Shape.of(extents), strides, 75 + random.nextInt(30)));
  }

  @Test
  void memoryThatIsAnothersDoesNotMatter() {
    Tensor one = Tensor.wrap(new float[4]);
    assertFalse(one.overlaps(Tensor.wrap(new float[4])));
    assertTrue(one.overlaps(one));
    assertFalse(one.slice(0, 0, 0, 1).overlaps(one));
    try (Arena arena = Arena.ofConfined()) {
      Tensor off = Tensor.allocate(arena, DType.F32, 4);
      assertFalse(off.overlaps(one));
      assertFalse(off.slice(0, 0, 2, 1).overlaps(off.slice(0, 2, 4, 1)));
      Tensor bytes = Tensor.wrap(off.segment(), DType.I8, Layout.rowMajor(Shape.of(16)));
      assertTrue(bytes.slice(0, 3, 4, 1).overlaps(off));
      assertFalse(bytes.slice(0, 8, 9, 1).overlaps(off.slice(0, 0, 2, 1)));
    }
  }
}
