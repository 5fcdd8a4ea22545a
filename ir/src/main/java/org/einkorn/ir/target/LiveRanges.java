package org.einkorn.ir.target;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.runtime.exec.Manifest.Steps;

/// Between which steps of a program each buffer holds something of use.
///
/// A step is one function, or one of several nests in a function ([FunctionSteps]): within a step
/// any order of reads and writes is possible, so all that it touches lives through it. A temporary
/// lives from the first step that touches it to the last; nobody reads what was there before the
/// first, since elements are stored before they are read. What is kept lives to the end, and from
/// the beginning, since the memory of an output is the caller's. What one of several steps touches
/// that are taken again and again lives through all of them.
final class LiveRanges {
  private final Map<String, Steps> temporaries = new HashMap<>();
  private final Set<String> kept;
  private final Steps all;

  private LiveRanges(Set<String> kept, Steps all) {
    this.kept = Set.copyOf(kept);
    this.all = all;
  }

  /// @param touched for each step the buffers that it reads or writes
  /// @param repeated ranges of steps that are taken again and again
  /// @param kept the buffers that are of use when all is done
  static LiveRanges of(List<Set<String>> touched, List<Steps> repeated, Set<String> kept) {
    LiveRanges ranges = new LiveRanges(kept, new Steps(0, Math.max(0, touched.size() - 1)));
    for (int number = 0; number < touched.size(); number++) {
      Steps step = new Steps(number, number);
      for (String buffer : touched.get(number)) {
        ranges.temporaries.merge(
            buffer, step, (before, now) -> new Steps(before.first(), now.last()));
      }
    }
    for (Steps rounds : repeated) {
      ranges.temporaries.replaceAll(
          (_, live) ->
              live.overlaps(rounds)
                  ? new Steps(
                      Math.min(live.first(), rounds.first()), Math.max(live.last(), rounds.last()))
                  : live);
    }
    return ranges;
  }

  /// All steps of the program.
  Steps all() {
    return all;
  }

  /// The steps of a buffer that is no input; all steps for one that nothing touches.
  Steps of(String buffer) {
    return kept.contains(buffer) ? all : temporaries.getOrDefault(buffer, all);
  }
}
