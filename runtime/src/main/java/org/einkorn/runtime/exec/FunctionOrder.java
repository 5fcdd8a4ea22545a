package org.einkorn.runtime.exec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CancellationException;
import java.util.function.IntConsumer;

/// Runs the functions of a module in their order, those that repeat until their end.
public final class FunctionOrder {
  private final MemorySegment[] memory;
  private final IntConsumer run;

  private FunctionOrder(MemorySegment[] memory, IntConsumer run) {
    this.memory = memory;
    this.run = run;
  }

  /// Runs all functions.
  ///
  /// @param memory one segment for each buffer of the manifest
  /// @param run runs the function of a number
  /// @throws KernelTrap for an iteration that does not settle; its site is the number of the last
  ///   function that repeats
  /// @throws CancellationException if the thread is interrupted between two rounds
  public static void run(Manifest manifest, MemorySegment[] memory, IntConsumer run) {
    FunctionOrder order = new FunctionOrder(memory, run);
    int next = 0;
    for (Manifest.RepeatSpec repeat : manifest.repeats()) {
      order.run(next, repeat.first() - 1);
      order.repeat(repeat);
      next = repeat.last() + 1;
    }
    order.run(next, manifest.functions().size() - 1);
  }

  private void repeat(Manifest.RepeatSpec repeat) {
    long limit =
        repeat.limit() < 0
            ? Long.MAX_VALUE
            : Math.max(0, memory[repeat.limit()].get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
    for (long round = 0; ; round++) {
      run(repeat.first(), repeat.test());
      if (repeat.until() >= 0 && memory[repeat.until()].get(ValueLayout.JAVA_BYTE, 0) != 0) {
        return;
      }
      if (round >= limit) {
        if (repeat.until() >= 0) {
          throw KernelTrap.unsettled(repeat.last(), limit);
        }
        return;
      }
      if (Thread.interrupted()) {
        throw new CancellationException("interrupted in round " + round);
      }
      run(repeat.test() + 1, repeat.last());
    }
  }

  /// Runs some functions, both ends included.
  private void run(int first, int last) {
    for (int number = first; number <= last; number++) {
      run.accept(number);
    }
  }
}
