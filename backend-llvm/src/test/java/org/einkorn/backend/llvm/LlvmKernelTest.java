package org.einkorn.backend.llvm;

import static org.einkorn.backend.llvm.Samples.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelModule;
import org.junit.jupiter.api.Test;

class LlvmKernelTest {
  private static final LlvmBackend BACKEND = new LlvmBackend();

  @Test
  void worksOnJavaArrays() {
    float[] a = {1, 2, 3, 4};
    float[] b = {1, 0, 0, 1};
    float[] c = new float[4];
    try (KernelModule kernel = BACKEND.compile(matmul(DType.F32))) {
      MemorySegment[] memory = {
        MemorySegment.ofArray(a), MemorySegment.ofArray(b), MemorySegment.ofArray(c)
      };
      kernel.run(0, memory, new long[] {2, 2, 2}, 0, 1);
      assertArrayEquals(new float[] {1, 2, 0, 0}, c);
      kernel.run(0, memory, new long[] {2, 2, 2}, 1, 2);
      assertArrayEquals(new float[] {1, 2, 3, 4}, c);
    }
  }

  @Test
  void worksOnMemoryThatIsNotAligned() {
    try (Arena arena = Arena.ofConfined();
        KernelModule kernel =
            BACKEND.compile(map(DType.F64, DType.F64, x -> binary(BinaryOp.ADD, x, x)))) {
      MemorySegment x = arena.allocate(64, 64).asSlice(3, 16);
      MemorySegment y = arena.allocate(64, 64).asSlice(1, 16);
      x.set(java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED, 8, 21.0);
      kernel.run(0, new MemorySegment[] {x, y}, new long[] {2}, 0, 1);
      assertEquals(42.0, y.get(java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED, 8));
    }
  }

  @Test
  void refusesMemoryThatItCannotUse() {
    try (KernelModule kernel = BACKEND.compile(map(DType.F32, DType.F32, x -> x))) {
      Arena arena = Arena.ofShared();
      MemorySegment x = arena.allocate(8, 64);
      MemorySegment y = arena.allocate(8, 64);
      long[] two = {2};
      MemorySegment[] small = {x, y.asSlice(0, 4)};
      assertThrows(IllegalArgumentException.class, () -> kernel.run(0, small, two, 0, 1));
      MemorySegment[] readOnly = {x, y.asReadOnly()};
      assertThrows(IllegalArgumentException.class, () -> kernel.run(0, readOnly, two, 0, 1));
      kernel.run(0, new MemorySegment[] {x.asReadOnly(), y}, two, 0, 1);
      arena.close();
      MemorySegment[] closed = {x, y};
      assertThrows(IllegalStateException.class, () -> kernel.run(0, closed, two, 0, 1));
    }
  }

  @Test
  void refusesToRunOnceItIsClosed() {
    KernelModule kernel = BACKEND.compile(map(DType.F32, DType.F32, x -> x));
    kernel.close();
    kernel.close();
    MemorySegment[] memory = {
      MemorySegment.ofArray(new float[1]), MemorySegment.ofArray(new float[1])
    };
    assertThrows(IllegalStateException.class, () -> kernel.run(0, memory, new long[] {1}, 0, 1));
  }

  @Test
  void refusesMemoryOfAnotherThread() throws InterruptedException {
    try (Arena arena = Arena.ofConfined();
        KernelModule kernel = BACKEND.compile(map(DType.F32, DType.F32, x -> x))) {
      MemorySegment[] memory = {arena.allocate(8, 64), arena.allocate(8, 64)};
      List<Throwable> thrown = new ArrayList<>();
      Thread other =
          Thread.ofPlatform()
              .start(
                  () ->
                      thrown.add(
                          assertThrows(
                              WrongThreadException.class,
                              () -> kernel.run(0, memory, new long[] {2}, 0, 1))));
      other.join();
      assertEquals(1, thrown.size());
    }
  }

  /// Either a call is running and the arena can't be closed, or none is and the next one fails:
  /// code never writes to memory that is gone.
  @Test
  void keepsArenasOpenWhileItRuns() throws InterruptedException {
    int size = 256;
    Arena arena = Arena.ofShared();
    try (KernelModule kernel = BACKEND.compile(matmul(DType.F32))) {
      MemorySegment[] memory = new MemorySegment[3];
      java.util.Arrays.setAll(memory, number -> arena.allocate(4L * size * size, 64));
      long[] symbols = {size, size, size};
      CountDownLatch started = new CountDownLatch(1);
      List<Throwable> thrown = new ArrayList<>();
      Thread runner =
          Thread.ofPlatform()
              .start(
                  () ->
                      thrown.add(
                          assertThrows(
                              IllegalStateException.class,
                              () -> {
                                while (true) {
                                  kernel.run(0, memory, symbols, 0, size);
                                  started.countDown();
                                }
                              })));
      started.await();
      boolean isOpen = true;
      while (isOpen) {
        try {
          arena.close();
          isOpen = false;
        } catch (IllegalStateException inUse) {
          Thread.onSpinWait();
        }
      }
      runner.join();
      assertEquals(1, thrown.size());
    }
  }

  @Test
  void compilesAndRunsOnManyThreadsAtOnce() throws InterruptedException, ExecutionException {
    int threads = 4;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<double[]>> results = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        double factor = thread;
        results.add(
            executor.submit(
                () -> {
                  double[] sums = new double[5];
                  for (int round = 0; round < sums.length; round++) {
                    try (Trial trial =
                        Trial.compiled(
                            map(
                                DType.F32,
                                DType.F32,
                                x -> binary(BinaryOp.MULTIPLY, x, literal(DType.F32, factor))),
                            1)) {
                      sums[round] = trial.set("X", round).run().real("Y", 0);
                    }
                  }
                  return sums;
                }));
      }
      for (int thread = 0; thread < threads; thread++) {
        assertArrayEquals(
            new double[] {0, thread, 2 * thread, 3 * thread, 4 * thread},
            results.get(thread).get());
      }
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void runsOneKernelOnManyThreadsAtOnce() throws InterruptedException, ExecutionException {
    int rows = 64;
    ExecutorService executor = Executors.newFixedThreadPool(4);
    try (Trial trial = Trial.compiled(matmul(DType.F64), rows, 3, 2)) {
      double[] a = new double[rows * 3];
      java.util.Arrays.setAll(a, index -> index);
      trial.set("A", a).set("B", 1, 2, 3, 4, 5, 6);
      double[] expected = trial.run().reals("C");
      trial.segment("C").fill((byte) 0);
      List<Future<?>> ranges = new ArrayList<>();
      for (int row = 0; row < rows; row++) {
        int begin = row;
        ranges.add(
            executor.submit(
                () ->
                    trial
                        .kernel()
                        .run(0, trial.memory(), new long[] {rows, 3, 2}, begin, begin + 1)));
      }
      for (Future<?> range : ranges) {
        range.get();
      }
      assertArrayEquals(expected, trial.reals("C"));
    } finally {
      executor.shutdown();
    }
  }
}
