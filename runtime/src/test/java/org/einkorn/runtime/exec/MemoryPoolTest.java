package org.einkorn.runtime.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class MemoryPoolTest {
  private static final long PAGE = 4096;

  private final MemoryPool pool = new MemoryPool(16 * PAGE);

  private static long address(MemoryPool.Block block) {
    return block.memory().address();
  }

  @Test
  void theNextRunFindsTheMemoryOfTheOneBefore() {
    MemoryPool.Block first = pool.take(3 * PAGE);
    pool.give(first);
    MemoryPool.Block again = pool.take(3 * PAGE - 100);
    assertEquals(address(first), address(again));
    assertEquals(0, pool.idleBytes());
  }

  @Test
  void runsAtOnceHaveMemoryOfTheirOwn() {
    MemoryPool.Block one = pool.take(PAGE);
    MemoryPool.Block other = pool.take(PAGE);
    assertNotEquals(address(one), address(other));
  }

  @Test
  void aBlockThatIsTooSmallOrFarTooLargeStays() {
    pool.give(pool.take(8 * PAGE));
    MemoryPool.Block large = pool.take(9 * PAGE);
    assertTrue(large.memory().byteSize() >= 9 * PAGE);
    MemoryPool.Block small = pool.take(3 * PAGE);
    assertEquals(3 * PAGE, small.memory().byteSize());
    assertEquals(8 * PAGE, pool.idleBytes());
  }

  @Test
  void theOldestBlocksAreGivenBackWhereThereAreTooMany() {
    List<MemoryPool.Block> blocks =
        IntStream.range(0, 5).mapToObj(_ -> pool.take(4 * PAGE)).toList();
    blocks.forEach(pool::give);
    assertEquals(16 * PAGE, pool.idleBytes());
    assertFalse(blocks.get(0).arena().scope().isAlive());
    assertTrue(blocks.get(1).arena().scope().isAlive());
    MemoryPool.Block huge = pool.take(17 * PAGE);
    pool.give(huge);
    assertEquals(0, pool.idleBytes());
  }

  @Test
  void memoryThatThereIsNotIsAnErrorAndNothingStaysIdle() {
    pool.give(pool.take(PAGE));
    assertThrows(OutOfMemoryError.class, () -> pool.take(Long.MAX_VALUE));
    assertEquals(0, pool.idleBytes());
    assertEquals(PAGE, pool.take(1).memory().byteSize());
  }

  @Test
  void manyThreadsNeverShareABlock() {
    IntStream.range(0, 8)
        .parallel()
        .forEach(
            number -> {
              SplittableRandom random = new SplittableRandom(number);
              List<MemoryPool.Block> held = new ArrayList<>();
              for (int round = 0; round < 500; round++) {
                MemoryPool.Block block = pool.take(1 + random.nextLong(4 * PAGE));
                block.memory().fill((byte) number);
                held.add(block);
                if (held.size() > 3) {
                  MemoryPool.Block done = held.removeFirst();
                  for (long at = 0; at < done.memory().byteSize(); at += 512) {
                    assertEquals(
                        number, done.memory().get(java.lang.foreign.ValueLayout.JAVA_BYTE, at));
                  }
                  pool.give(done);
                }
              }
            });
  }
}
