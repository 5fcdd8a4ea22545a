package org.einkorn.runtime.exec;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/// The threads of this process that run parallel loops: one pool, shared by all callers, so that
/// many callers at once do not oversubscribe the processors. Idle threads sleep.
///
/// Work is shared out statically: thread number `w` of `n` takes the `w`-th of `n` equal ranges.
public final class Workers {
  private static final ThreadLocal<Boolean> WORKING = ThreadLocal.withInitial(() -> false);

  private Workers() {}

  /// Created on first use, so that programs that never run in parallel start no thread.
  private static final class Pool {
    static final ExecutorService EXECUTOR = create();

    private static ExecutorService create() {
      AtomicInteger number = new AtomicInteger();
      return Executors.newFixedThreadPool(
          Math.max(1, Runtime.getRuntime().availableProcessors() - 1),
          task -> {
            Thread thread = new Thread(task, "einkorn-worker-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          });
    }
  }

  /// A piece of a loop.
  @FunctionalInterface
  public interface Range {
    /// Runs the iterations `begin … end − 1`.
    void run(long begin, long end);
  }

  /// Runs `0 … extent − 1` in at most `threads` ranges at once and returns when all are done.
  ///
  /// The calling thread takes part. A call from inside a worker runs on that worker alone. If
  /// ranges fail, the failure of the first range (in loop order) is thrown, after all have ended.
  public static void forEachRange(long extent, int threads, Range body) {
    long pieces = Math.min(extent, threads);
    if (pieces <= 1 || WORKING.get()) {
      body.run(0, extent);
      return;
    }
    List<Future<?>> others = new ArrayList<>();
    RuntimeException failure = null;
    try {
      for (long piece = 1; piece < pieces; piece++) {
        long begin = start(extent, pieces, piece);
        long end = start(extent, pieces, piece + 1);
        others.add(Pool.EXECUTOR.submit(() -> work(body, begin, end)));
      }
      work(body, 0, start(extent, pieces, 1));
    } catch (RuntimeException e) {
      failure = e;
    } finally {
      // Even where this thread is out of memory: the others work on memory that the caller frees.
      for (Future<?> other : others) {
        RuntimeException otherFailure = await(other);
        failure = failure == null ? otherFailure : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static long start(long extent, long pieces, long piece) {
    return extent / pieces * piece + Math.min(piece, extent % pieces);
  }

  private static void work(Range body, long begin, long end) {
    WORKING.set(true);
    try {
      body.run(begin, end);
    } finally {
      WORKING.set(false);
    }
  }

  private static @org.jspecify.annotations.Nullable RuntimeException await(Future<?> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          future.get();
          return null;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          return e.getCause() instanceof RuntimeException failure
              ? failure
              : new IllegalStateException("a worker failed", e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
