package org.einkorn.cli.bench;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.einkorn.Backends;
import org.einkorn.Einkorn;
import org.einkorn.Kernel;
import org.einkorn.Options;
import org.einkorn.Target;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.Backend;
import org.einkorn.ir.target.Machine;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.RunOptions;

/// What this machine can do at most with some number of threads, measured by kernels of this
/// compiler: fused multiply-adds of numbers that never leave registers, and streams over memory
/// that no cache holds.
///
/// Each is the best of several tries. On a machine that others use too, another minute has another
/// limit.
public final class Limits {
  private static final double SECONDS = 0.3;

  /// Of each thread and array; two or three together are more than caches hold.
  private static final long STREAM_BYTES = 64L << 20;

  /// Multiply-adds that one call of the kernel does after one another in each lane.
  private static final int DEPTH = 100_000;

  private static final Map<Integer, Limits> KNOWN = new ConcurrentHashMap<>();

  private final Target target;
  private final int threads;
  private final Map<DType, Double> gigaflops = new EnumMap<>(DType.class);
  private final Map<Boolean, Double> bandwidth = new HashMap<>();

  private Limits(Target target, int threads) {
    this.target = target;
    this.threads = threads;
  }

  /// The limits of so many threads; each is measured when it is first asked for in this process.
  static Limits of(int threads) {
    return KNOWN.computeIfAbsent(threads, count -> new Limits(best(), count));
  }

  /// The backend that reaches the limits. Where LLVM can't be loaded, the other one must do.
  private static Target best() {
    try {
      Backends.of("llvm").machine("native");
      return Target.llvm();
    } catch (RefusedException e) {
      return Target.jvm();
    }
  }

  /// What was measured, in words.
  List<String> describe() {
    List<String> parts = new ArrayList<>();
    gigaflops.forEach(
        (type, rate) ->
            parts.add(String.format(Locale.ROOT, "%.0f GFLOP/s of fma in %s", rate, type.text())));
    if (bandwidth.containsKey(false)) {
      parts.add(String.format(Locale.ROOT, "%.1f GB/s read", bandwidth(false)));
    }
    if (bandwidth.containsKey(true)) {
      parts.add(
          String.format(Locale.ROOT, "%.1f GB/s read and written two to one", bandwidth(true)));
    }
    parts.add("measured by " + target.name());
    return parts;
  }

  int threads() {
    return threads;
  }

  /// A multiply-add counts as two operations.
  ///
  /// @param type `f32` or `f64`
  synchronized double gigaflops(DType type) {
    return gigaflops.computeIfAbsent(type, this::measureMultiplyAdds);
  }

  /// Bytes a nanosecond.
  ///
  /// @param writes whether a third of the bytes is written; else all are read
  synchronized double bandwidth(boolean writes) {
    return bandwidth.computeIfAbsent(writes, this::measureStream);
  }

  // ---- multiply-adds

  private double measureMultiplyAdds(DType type) {
    Backend backend = Backends.of(target.name());
    Machine machine = backend.machine(target.equals(Target.jvm()) ? "jvm" : "native");
    int lanes = Math.max(machine.lanes(type), 1);
    // Two registers hold the factor and the addend; eight sums in flight hide the latency.
    int vectors = Math.clamp(machine.vectorRegisters() - 2L, 8, 14);
    String text = multiplyAdds(type, vectors, lanes);
    try (KernelModule code =
            backend.compile(LoopParser.parse(new SourceFile("limit", text)).require());
        Arena arena = Arena.ofShared()) {
      ModuleRunner runner = new ModuleRunner(code);
      List<Runnable> works = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        Tensor start = Tensor.allocate(arena, type, (long) vectors * lanes);
        for (long number = 0; number < start.elementCount(); number++) {
          start.set((double) number, number);
        }
        Tensor[] tensors = {
          start,
          Tensor.scalar(arena, type, 0.999),
          Tensor.scalar(arena, type, 0.001),
          Tensor.allocate(arena, type, start.shape())
        };
        works.add(() -> runner.runInto(tensors, RunOptions.defaults().withThreads(1)));
      }
      return 2.0 * vectors * lanes * DEPTH / nanoseconds(works) * threads;
    }
  }

  private static String multiplyAdds(DType type, int vectors, int lanes) {
    int all = vectors * lanes;
    return """
    module `limit`
    input X: %1$s[%4$d]
    input A: %1$s[]
    input B: %1$s[]
    output S: %1$s[%4$d]
    buffer S: %1$s[%4$d] global

    function S {
      alloc S.acc: %1$s[%2$d, %3$d] local {
        for v < %2$d {
          for vectorized l < %3$d {
            S.acc[v, l] = X[l + %3$d * v]
          }
        }
        for k < %5$d {
          for unrolled v < %2$d {
            for vectorized l < %3$d {
              S.acc[v, l] = fma(S.acc[v, l], A[], B[])
            }
          }
        }
        for v < %2$d {
          for vectorized l < %3$d {
            S[l + %3$d * v] = S.acc[v, l]
          }
        }
      }
    }
    """
        .formatted(type.text(), vectors, lanes, all, DEPTH);
  }

  // ---- bandwidth

  private double measureStream(boolean writes) {
    String source =
        writes
            ? "input X[i: N]\ninput Y[i: N]\nZ[i] = X[i] + Y[i]\noutput Z\n"
            : "input X[i: N]\ninput Y[i: N]\nZ = X[i] Y[i]\noutput Z\n";
    Shape shape = Shape.of(STREAM_BYTES / DType.F32.byteSize());
    Options options =
        Options.defaults().withTarget(target).withRun(RunOptions.defaults().withThreads(1));
    Kernel kernel =
        Einkorn.compile("limit", source)
            .with(options)
            .kernel(target, Map.of("X", shape, "Y", shape));
    try (Arena arena = Arena.ofShared()) {
      List<Runnable> works = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        Tensor[] tensors = {
          Tensor.allocate(arena, DType.F32, shape),
          Tensor.allocate(arena, DType.F32, shape),
          Tensor.allocate(arena, DType.F32, writes ? shape : Shape.of())
        };
        for (Tensor tensor : tensors) {
          tensor.segment().fill((byte) 0x3f); // pages that were never written are all one page
        }
        works.add(() -> kernel.run(tensors));
      }
      long arrays = writes ? 3 : 2;
      return (double) arrays * STREAM_BYTES * threads / nanoseconds(works);
    }
  }

  // ---- time

  /// The least time in which all works run side by side, one a thread.
  private static double nanoseconds(List<Runnable> works) {
    try (ExecutorService workers = Executors.newFixedThreadPool(works.size())) {
      double least = Double.POSITIVE_INFINITY;
      long begin = System.nanoTime();
      for (int round = 0; round < 3 || System.nanoTime() - begin < SECONDS * 1e9; round++) {
        CountDownLatch ready = new CountDownLatch(works.size());
        List<Future<long[]>> spans = new ArrayList<>();
        for (Runnable work : works) {
          Callable<long[]> timed =
              () -> {
                ready.countDown();
                ready.await();
                long start = System.nanoTime();
                work.run();
                return new long[] {start, System.nanoTime()};
              };
          spans.add(workers.submit(timed));
        }
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (Future<long[]> span : spans) {
          long[] ends = span.get();
          first = Math.min(first, ends[0]);
          last = Math.max(last, ends[1]);
        }
        least = Math.min(least, (double) Math.max(last - first, 1));
      }
      return least;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while limits were measured", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a limit could not be measured", e);
    }
  }
}
