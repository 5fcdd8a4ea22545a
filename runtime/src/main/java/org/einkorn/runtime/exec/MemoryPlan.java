package org.einkorn.runtime.exec;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.einkorn.runtime.Tensor;

/// Where the temporaries of a run lie in one piece of memory.
///
/// Two temporaries share bytes only where their live ranges have no step in common. To find the
/// least total is the problem of dynamic storage allocation, which is NP-hard (Garey and Johnson,
/// *Computers and Intractability*, SR2). Temporaries are placed one by one into a gap between those
/// that live at the same time; the order decides how good that gets. Tried are the orders of
/// Pisarchyk and Lee, *Efficient Memory Management for Deep Neural Net Inference* (arXiv
/// 2001.03288), section 5: by size, and by the breadth of the steps; further by size times lifetime
/// and by first step. The best is kept. Where it does not reach the bound below which no plan can
/// get, and the temporaries are few, all orders are tried: the lowest gap in the right order gives
/// the least total.
///
/// The same spans give the same plan.
public final class MemoryPlan {
  /// What each temporary starts at a multiple of, and what its size is rounded up to.
  public static final long ALIGNMENT_BYTES = Tensor.ALIGNMENT_BYTES;

  /// So few temporaries have few enough orders to try them all.
  private static final int EXACT_SPANS = 7;

  /// So many temporaries are placed in one order only, as each takes a look at all others.
  private static final int MANY_SPANS = 4096;

  private final long[] offsets;
  private final long totalBytes;

  private MemoryPlan(long[] offsets, long totalBytes) {
    this.offsets = offsets;
    this.totalBytes = totalBytes;
  }

  /// A temporary.
  ///
  /// @param bytes its size
  /// @param live the steps during which no other may lie in its memory
  public record Span(long bytes, Manifest.Steps live) {
    public Span {
      if (bytes < 0) {
        throw new IllegalArgumentException("a size of " + bytes + " bytes");
      }
    }

    private long roundedBytes() {
      return Math.addExact(bytes, ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    }
  }

  /// A plan for these temporaries.
  ///
  /// @throws ArithmeticException if they take 2^63 bytes or more
  public static MemoryPlan of(List<Span> spans) {
    return new Search(spans).best();
  }

  /// The first byte of a temporary.
  public long offset(int span) {
    return offsets[span];
  }

  /// The size of the memory that holds all temporaries, a multiple of [#ALIGNMENT_BYTES].
  public long totalBytes() {
    return totalBytes;
  }

  /// The most bytes that live at one step: no plan takes less.
  ///
  /// @throws ArithmeticException if they are 2^63 or more
  public static long leastBytes(List<Span> spans) {
    TreeMap<Integer, Long> changes = new TreeMap<>();
    for (Span span : spans) {
      changes.merge(span.live().first(), span.roundedBytes(), Math::addExact);
      changes.merge(span.live().last() + 1, -span.roundedBytes(), Math::addExact);
    }
    long live = 0;
    long most = 0;
    for (long change : changes.values()) {
      live = Math.addExact(live, change);
      most = Math.max(most, live);
    }
    return most;
  }

  /// Which of the gaps that are large enough is taken.
  private enum Fit {
    /// The smallest.
    BEST,
    /// The one with the smallest offset.
    LOWEST
  }

  /// Places the same spans in several orders.
  private static final class Search {
    private final int count;
    private final long[] bytes;
    private final Manifest.Steps[] live;
    private final long least;
    private final List<Comparator<Integer>> orders;
    private long[] bestOffsets = new long[0];
    private long bestTotal = Long.MAX_VALUE;

    Search(List<Span> spans) {
      this.count = spans.size();
      this.bytes = spans.stream().mapToLong(Span::roundedBytes).toArray();
      this.live = spans.stream().map(Span::live).toArray(Manifest.Steps[]::new);
      this.least = leastBytes(spans);
      this.orders = orders(spans);
    }

    private List<Comparator<Integer>> orders(List<Span> spans) {
      Comparator<Integer> largest = Comparator.comparingLong(span -> -bytes[span]);
      Comparator<Integer> longest =
          Comparator.comparingInt(span -> live[span].first() - live[span].last());
      Comparator<Integer> earliest = Comparator.comparingInt(span -> live[span].first());
      Comparator<Integer> widest =
          Comparator.comparingDouble(span -> -(double) bytes[span] * (1 + lifetime(span)));
      List<Comparator<Integer>> all = new ArrayList<>();
      all.add(largest.thenComparing(longest));
      if (spans.size() <= MANY_SPANS) {
        long[] breadth = breadths(spans);
        Comparator<Integer> broadest = Comparator.comparingLong(span -> -breadth[span]);
        all.add(broadest.thenComparing(largest).thenComparing(longest));
        all.add(widest);
        all.add(longest.thenComparing(largest));
        all.add(earliest.thenComparing(largest));
      }
      return all;
    }

    private int lifetime(int span) {
      return live[span].last() - live[span].first();
    }

    /// For each span the most bytes that live at one of its steps.
    private long[] breadths(List<Span> spans) {
      TreeMap<Integer, Long> atStep = new TreeMap<>();
      for (Span span : spans) {
        atStep.put(span.live().first(), 0L);
      }
      atStep.replaceAll(
          (step, none) -> {
            long sum = 0;
            for (int span = 0; span < count; span++) {
              if (live[span].first() <= step && step <= live[span].last()) {
                sum = Math.addExact(sum, bytes[span]);
              }
            }
            return sum;
          });
      return IntStream.range(0, count)
          .mapToLong(
              span ->
                  atStep.subMap(live[span].first(), true, live[span].last(), true).values().stream()
                      .mapToLong(Long::longValue)
                      .max()
                      .orElse(0))
          .toArray();
    }

    MemoryPlan best() {
      for (Comparator<Integer> order : orders) {
        List<Integer> sorted = IntStream.range(0, count).boxed().sorted(order).toList();
        for (Fit fit : Fit.values()) {
          if (bestTotal > least) {
            place(sorted, fit);
          }
        }
      }
      if (bestTotal > least && count <= EXACT_SPANS) {
        tryAll(new ArrayList<>(), new long[count], 0);
      }
      return new MemoryPlan(bestOffsets, bestTotal);
    }

    private void place(List<Integer> order, Fit fit) {
      long[] offsets = new long[count];
      List<Integer> placed = new ArrayList<>();
      long total = 0;
      for (int span : order) {
        offsets[span] = offset(span, placed, offsets, fit);
        total = Math.max(total, Math.addExact(offsets[span], bytes[span]));
        insert(placed, span, offsets);
      }
      keep(offsets, total);
    }

    private void keep(long[] offsets, long total) {
      if (total < bestTotal) {
        bestTotal = total;
        bestOffsets = offsets.clone();
      }
    }

    /// Every order, as long as it may be better than the best so far.
    private void tryAll(List<Integer> placed, long[] offsets, long total) {
      if (total >= bestTotal || bestTotal == least) {
        return;
      }
      if (placed.size() == count) {
        keep(offsets, total);
        return;
      }
      for (int span = 0; span < count; span++) {
        if (!placed.contains(span)) {
          offsets[span] = offset(span, placed, offsets, Fit.LOWEST);
          List<Integer> further = new ArrayList<>(placed);
          insert(further, span, offsets);
          tryAll(further, offsets, Math.max(total, Math.addExact(offsets[span], bytes[span])));
        }
      }
    }

    /// A gap between the placed spans that live at the same time, or the end of them.
    ///
    /// @param placed in the order of their offsets
    private long offset(int span, List<Integer> placed, long[] offsets, Fit fit) {
      long end = 0;
      long bestGap = Long.MAX_VALUE;
      long best = -1;
      for (int other : placed) {
        if (!live[span].overlaps(live[other])) {
          continue;
        }
        long gap = offsets[other] - end;
        if (gap >= bytes[span] && gap < bestGap) {
          if (fit == Fit.LOWEST) {
            return end;
          }
          bestGap = gap;
          best = end;
        }
        end = Math.max(end, offsets[other] + bytes[other]);
      }
      return best >= 0 ? best : end;
    }

    private static void insert(List<Integer> placed, int span, long[] offsets) {
      int at = placed.size();
      while (at > 0 && offsets[placed.get(at - 1)] > offsets[span]) {
        at--;
      }
      placed.add(at, span);
    }
  }
}
