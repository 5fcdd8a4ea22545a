package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;

/// A round of a loop that fills memory and then reads it.
///
/// @param frames what stands around the filling and all that reads the memory; not the allocation
///   of the memory itself
/// @param filling from the first to the last statement that stores the memory
/// @param left what stands beside it in its sequence
/// @param before all that the round does before the filling
/// @param after all that the round does after it
record FilledRound(
    Buffer buffer,
    List<Frame> frames,
    Part filling,
    Stmt left,
    List<Part> before,
    List<Part> after) {
  FilledRound {
    frames = List.copyOf(frames);
    before = List.copyOf(before);
    after = List.copyOf(after);
  }

  /// A statement around a part of what stands inside of it.
  record Frame(Stmt around, Stmt inside) {
    Stmt with(Stmt other) {
      return around.mapChildren(each -> each == inside ? other : each);
    }
  }

  /// A statement of a round, and the conditions in the round under which it stands.
  record Part(Stmt statement, List<Guard> guards) {
    Part {
      guards = List.copyOf(guards);
    }

    /// Its accesses to other memory than this.
    Stream<Access> toOthers(Buffer buffer) {
      List<Condition> when = guards.stream().map(Condition::of).toList();
      return AccessCollector.of(statement, when).stream()
          .filter(access -> !access.buffer().equals(buffer.name()));
    }
  }

  /// The accesses of parts of the round to other memory.
  List<Access> accesses(List<Part> parts) {
    return parts.stream().flatMap(part -> part.toOthers(buffer)).toList();
  }

  /// What the round does but for the filling.
  List<Part> others() {
    return Stream.concat(before.stream(), after.stream()).toList();
  }

  /// A statement in all that stands around the filling.
  Stmt around(Stmt statement) {
    Stmt result = statement;
    for (Frame frame : frames.reversed()) {
      result = frame.with(result);
    }
    return result;
  }

  /// Takes a round apart.
  static final class Finder {
    private final Nest nest;
    private final Stmt.For loop;
    private final Buffer buffer;
    private final List<Frame> frames = new ArrayList<>();
    private final List<Part> before = new ArrayList<>();
    private final List<Part> later = new ArrayList<>();
    private final List<Guard> guards = new ArrayList<>();
    private boolean isAllocated;

    /// @param isInside whether the memory is allocated in the round
    Finder(Nest nest, Stmt.For loop, Buffer buffer, boolean isInside) {
      this.nest = nest;
      this.loop = loop;
      this.buffer = buffer;
      this.isAllocated = !isInside;
    }

    FilledRound find() {
      Stmt inside = loop.body();
      while (true) {
        switch (inside) {
          case Stmt.Allocate(Buffer own, Stmt body) -> {
            if (own.name().equals(buffer.name())) {
              isAllocated = true;
            } else {
              frames.add(new Frame(inside, body));
            }
            inside = body;
          }
          case Stmt.If(List<Guard> own, Stmt body) -> {
            if (own.stream().anyMatch(Guard::fetches)) {
              throw nest.refuse(Reason.POSITION_FROM_DATA, loop, "has a condition on data inside");
            }
            frames.add(new Frame(inside, body));
            guards.addAll(own);
            inside = body;
          }
          case Stmt.Sequence(List<Stmt> parts) -> {
            List<Stmt> touching = parts.stream().filter(this::concerns).toList();
            if (touching.size() != 1) {
              return cut(parts);
            }
            int place = parts.indexOf(touching.getFirst());
            before.addAll(parts(parts.subList(0, place)));
            later.addAll(0, parts(parts.subList(place + 1, parts.size())));
            frames.add(new Frame(inside, touching.getFirst()));
            inside = touching.getFirst();
          }
          case Stmt.For _, Stmt.Block _, Stmt.When _, Stmt.While _, Stmt.Store _ ->
              throw isAllocated
                  ? nest.refuse(
                      Reason.NO_MATCH,
                      loop,
                      "does not fill `%s` in one statement and read it in another"
                          .formatted(buffer.name()))
                  : nest.refuse(
                      Reason.NOT_NESTED,
                      loop,
                      "`%s` is allocated further inside, and not for the whole round"
                          .formatted(buffer.name()));
        }
      }
    }

    private boolean concerns(Stmt part) {
      boolean[] allocates = {false};
      Statements.forEach(
          part,
          each ->
              allocates[0] |=
                  each instanceof Stmt.Allocate(Buffer own, Stmt _)
                      && own.name().equals(buffer.name()));
      return allocates[0] || Touched.of(part).touches(buffer.name());
    }

    private List<Part> parts(List<Stmt> statements) {
      return statements.stream().map(each -> new Part(each, guards)).toList();
    }

    private FilledRound cut(List<Stmt> parts) {
      int begin = parts.size();
      int end = 0;
      for (int place = 0; place < parts.size(); place++) {
        if (Touched.of(parts.get(place)).stores().contains(buffer.name())) {
          begin = Math.min(begin, place);
          end = place + 1;
        }
      }
      if (begin == parts.size()) {
        throw nest.refuse(Reason.NO_MATCH, loop, "stores nothing in `" + buffer.name() + "`");
      }
      if (end == parts.size()) {
        throw nest.refuse(
            Reason.NO_MATCH, loop, "reads nothing of `" + buffer.name() + "` once it is filled");
      }
      Part filling = new Part(new Stmt.Sequence(parts.subList(begin, end)), guards);
      before.addAll(parts(parts.subList(0, begin)));
      List<Part> after = new ArrayList<>(parts(parts.subList(end, parts.size())));
      after.addAll(later);
      List<Stmt> left = new ArrayList<>(parts.subList(0, begin));
      left.addAll(parts.subList(end, parts.size()));
      requireOwn(filling.statement());
      return new FilledRound(buffer, frames, filling, new Stmt.Sequence(left), before, after);
    }

    /// Refuses a filling that does more, or that needs memory of the round.
    private void requireOwn(Stmt filling) {
      Touched touched = Touched.of(filling);
      for (String stored : touched.stores()) {
        if (!stored.equals(buffer.name())) {
          throw nest.refuse(
              Reason.NO_MATCH,
              loop,
              "stores `%s` too while it fills `%s`".formatted(stored, buffer.name()));
        }
      }
      if (before.stream().anyMatch(part -> Touched.of(part.statement()).touches(buffer.name()))) {
        throw nest.refuse(
            Reason.NOT_BEFORE, loop, "reads `" + buffer.name() + "` before it is filled");
      }
      for (Frame frame : frames) {
        if (frame.around() instanceof Stmt.Allocate(Buffer own, Stmt _)
            && touched.touches(own.name())) {
          throw nest.refuse(
              Reason.NOT_NESTED,
              loop,
              "fills `%s` from `%s`, which is another one in each round"
                  .formatted(buffer.name(), own.name()));
        }
      }
    }
  }
}
