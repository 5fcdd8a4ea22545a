package org.einkorn.ir.eval;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.LoopKind;

/// Compares what the rounds of loops that run on threads read and store.
///
/// Rounds of a parallel loop, and of one that is bound to an axis of a grid, run in any order and
/// at once, so an element that one of them stores must be touched by no other. The interpreter runs
/// them one after the other; this is how it finds out that they only happened to work.
final class Rounds {
  private final List<Loop> open = new ArrayList<>();

  /// One run of such a loop; rounds of it may come in several pieces.
  static final class Loop {
    private final String variable;
    private final LoopKind kind;
    private final Map<Element, Long> storedBy = new HashMap<>();
    private final Map<Element, Long> readBy = new HashMap<>();
    private long round;

    Loop(Stmt.For loop) {
      this.variable = loop.variable();
      this.kind = loop.kind();
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
          "a race: %s of the %s loop `%s` %s element %d of `%s`, which round %d %s"
              .formatted(
                  who,
                  kind.text(),
                  variable,
                  before,
                  element.number,
                  element.memory.name(),
                  round,
                  now));
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
