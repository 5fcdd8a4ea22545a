package org.einkorn.ir.eval;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Compares what the rounds of parallel loops read and store.
///
/// Rounds of a parallel loop run in any order and at once, so an element that one of them stores
/// must be touched by no other. The interpreter runs them one after the other; this is how it finds
/// out that they only happened to work.
final class Rounds {
  private final List<Loop> open = new ArrayList<>();

  /// One run of a parallel loop; rounds of it may come in several pieces.
  static final class Loop {
    private final String variable;
    private final Map<Element, Long> storedBy = new HashMap<>();
    private final Map<Element, Long> readBy = new HashMap<>();
    private long round;

    Loop(String variable) {
      this.variable = variable;
    }

    void begin(long value) {
      round = value;
    }

    private void noteRead(Element element) {
      Long writer = storedBy.get(element);
      if (writer != null && writer != round) {
        throw race(element, writer, "stores", "reads");
      }
      Long reader = readBy.putIfAbsent(element, round);
      if (reader != null && reader != round) {
        readBy.put(element, SEVERAL);
      }
    }

    private void noteStore(Element element) {
      Long writer = storedBy.putIfAbsent(element, round);
      if (writer != null && writer != round) {
        throw race(element, writer, "stores", "stores");
      }
      Long reader = readBy.get(element);
      if (reader != null && reader != round) {
        throw race(element, reader, "reads", "stores");
      }
    }

    private IllegalStateException race(Element element, long other, String before, String now) {
      String who = other == SEVERAL ? "another round" : "round " + other;
      return new IllegalStateException(
          "a race: %s of the parallel loop `%s` %s element %d of `%s`, which round %d %s"
              .formatted(who, variable, before, element.number, element.memory.name(), round, now));
    }
  }

  private static final long SEVERAL = -1;

  /// Memories are told apart by identity: what a round allocates is its own.
  private record Element(Memory memory, long number) {}

  /// Runs the rounds of a parallel loop from here to [#leave].
  void enter(Loop loop) {
    open.add(loop);
  }

  void leave() {
    open.removeLast();
  }

  void noteRead(Memory memory, long number) {
    if (!open.isEmpty()) {
      Element element = new Element(memory, number);
      open.forEach(loop -> loop.noteRead(element));
    }
  }

  void noteStore(Memory memory, long number) {
    if (!open.isEmpty()) {
      Element element = new Element(memory, number);
      open.forEach(loop -> loop.noteStore(element));
    }
  }
}
