package org.einkorn.ir.eval;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.runtime.DType;

/// How far one run of a module has come: what its functions have stored so far, and what the rounds
/// of the function that runs have touched.
///
/// A run is a series of calls, function after function, each in one piece or several; nothing says
/// where it begins. A call belongs to the run in the same memory, unless it goes back to a function
/// that is through and does not repeat.
final class Progress {
  private final List<Memory> memories;
  private final Rounds rounds;
  private int function;
  private long roundsDone;
  private Optional<Rounds.Loop> outermost = Optional.empty();

  private Progress(List<Memory> memories, Rounds rounds, int function) {
    this.memories = List.copyOf(memories);
    this.rounds = rounds;
    this.function = function;
  }

  /// The memory of every buffer of the module.
  List<Memory> memories() {
    return memories;
  }

  Rounds rounds() {
    return rounds;
  }

  /// The loop that the pieces of the current function are rounds of.
  Rounds.Loop outermost(Stmt.For loop) {
    Rounds.Loop watched = outermost.orElseGet(() -> new Rounds.Loop(loop));
    outermost = Optional.of(watched);
    return watched;
  }

  /// The runs of a module that may still go on.
  static final class Runs {
    /// More at a time, and the oldest is forgotten: what it stored is then unknown, which is an
    /// error only in a program that reads it.
    private static final int MOST = 256;

    private final List<Buffer> buffers;
    private final int inputs;
    private final ModuleFacts facts;
    private final Map<List<MemorySegment>, Progress> open = new LinkedHashMap<>();

    Runs(List<Buffer> buffers, int inputs, ModuleFacts facts) {
      this.buffers = List.copyOf(buffers);
      this.inputs = inputs;
      this.facts = facts;
    }

    /// The run that a call of some rounds of a function belongs to.
    synchronized Progress of(MemorySegment[] memory, long[] symbols, int number, long rounds) {
      List<MemorySegment> key = List.of(memory);
      Progress progress = open.get(key);
      boolean isThrough = progress != null && progress.isThrough(number, symbols, facts);
      boolean isAgain = progress != null && isThrough && isRepeated(number, progress.function);
      if (progress == null || (isThrough && !isAgain)) {
        progress = start(memory, symbols, number);
        open.put(key, progress);
        if (open.size() > MOST) {
          open.remove(open.keySet().iterator().next());
        }
      }
      if (progress.function != number || isAgain) {
        progress.function = number;
        progress.roundsDone = 0;
        progress.outermost = Optional.empty();
      }
      progress.roundsDone += rounds;
      boolean isLast =
          number == facts.manifest().functions().size() - 1 && !isRepeated(number, number);
      if (isLast && progress.roundsDone >= facts.parallelExtent(number, symbols)) {
        open.remove(key);
      }
      return progress;
    }

    /// Whether a run goes on where a function follows one that stands behind it, or itself.
    private boolean isRepeated(int next, int before) {
      return facts.manifest().repeats().stream()
          .anyMatch(repeat -> repeat.first() <= next && before <= repeat.last());
    }

    /// Forgets a run that has failed.
    synchronized void end(Progress progress) {
      open.values().remove(progress);
    }

    private Progress start(MemorySegment[] segments, long[] symbols, int number) {
      Rounds rounds = new Rounds();
      List<Memory> memories = new ArrayList<>();
      for (int buffer = 0; buffer < segments.length; buffer++) {
        String name = buffers.get(buffer).name();
        DType type = buffers.get(buffer).type().dtype();
        long[] extents = new long[buffers.get(buffer).type().rank()];
        for (int axis = 0; axis < extents.length; axis++) {
          extents[axis] = facts.extent(buffer, axis, symbols);
        }
        memories.add(
            buffer < inputs
                ? Memory.initialized(name, type, extents, segments[buffer])
                : Memory.undefined(name, type, extents, segments[buffer], rounds));
      }
      return new Progress(memories, rounds, number);
    }
  }

  private boolean isThrough(int number, long[] symbols, ModuleFacts facts) {
    return number < function
        || number == function && roundsDone >= facts.parallelExtent(number, symbols);
  }
}
