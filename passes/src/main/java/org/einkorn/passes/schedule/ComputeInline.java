package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;

/// `for j < m { X[j] = e(j) } … s(X[i])` → `s(e(i))`
///
/// The block alone stores the buffer, at its iterators, and its value is over these. Only what runs
/// after it in the same sequence reads the buffer, and nothing stores what the value reads from the
/// block to there: so the value is the same where it is read. An element that is read is one that
/// is stored, as the loops were right before. The value has the type of the elements, and is
/// rounded as before; it can't fail, since elements that nothing reads are not computed.
final class ComputeInline implements Primitive<Step.ComputeInline> {
  /// A value with more parts is none to be written again and again.
  private static final int MAX_PARTS = 1000;

  @Override
  public Module apply(Nest nest, Step.ComputeInline step) {
    Stmt.Block block = nest.block(step.block());
    if (block.init().isPresent()
        || !(block.body()
            instanceof Stmt.Store(String buffer, List<IndexExpr> indices, Scalar value))) {
      throw nest.refuse(Reason.NO_MATCH, block, "is more than a store");
    }
    List<String> axes = axes(nest, block, indices, value);
    Place place = Place.of(nest, block);
    requireOnly(nest, place, block, buffer);
    requireUnchanged(nest, place, block, value, buffer);
    if (Faults.mayFail(place.nest())) {
      throw nest.refuse(
          Reason.MAY_FAIL, block, "may fail, and would not where nothing reads an element");
    }
    Inlining inlining = Inlining.of(buffer, axes, value, nest.module(), nest.function());
    List<Stmt> parts = new ArrayList<>();
    for (int number = 0; number < place.sequence().statements().size(); number++) {
      Stmt part = place.sequence().statements().get(number);
      if (number > place.number()) {
        parts.add(inlining.deep(part));
      } else if (number < place.number()) {
        parts.add(part);
      }
    }
    requireSmall(nest, parts);
    Module changed = nest.replace(place.sequence(), new Stmt.Sequence(parts));
    return Moves.without(changed, nest.function().name(), buffer);
  }

  /// The iterators that are the positions, each on one axis; the value has no others.
  private static List<String> axes(
      Nest nest, Stmt.Block block, List<IndexExpr> indices, Scalar value) {
    List<String> axes = new ArrayList<>();
    for (IndexExpr index : indices) {
      if (!(index instanceof IndexExpr.Variable(String name)) || axes.contains(name)) {
        throw nest.refuse(
            Reason.NO_MATCH, block, "stores at a position that is no iterator of its own");
      }
      axes.add(name);
    }
    for (String variable : Walk.variables(value)) {
      if (!axes.contains(variable)) {
        throw nest.refuse(
            Reason.NO_MATCH,
            block,
            "stores what depends on `" + variable + "`, which is no position");
      }
    }
    return axes;
  }

  /// The block with the loops and guards around it alone, in its sequence.
  ///
  /// @param around the statements around the sequence
  private record Place(List<Stmt> around, Stmt.Sequence sequence, int number) {
    static Place of(Nest nest, Stmt.Block block) {
      List<Stmt> path = Statements.path(nest.function().body(), block);
      for (int depth = path.size() - 2; depth >= 0; depth--) {
        switch (path.get(depth)) {
          case Stmt.For _, Stmt.If _ -> {}
          case Stmt.Sequence sequence -> {
            int number = 0;
            while (sequence.statements().get(number) != path.get(depth + 1)) {
              number++;
            }
            return new Place(path.subList(0, depth), sequence, number);
          }
          case Stmt.Allocate _, Stmt.Block _, Stmt.When _, Stmt.While _, Stmt.Store _ ->
              throw nest.refuse(
                  Reason.NOT_NESTED, block, "stands in more than loops and conditions on sizes");
        }
      }
      throw nest.refuse(Reason.NO_MATCH, block, "has nothing after it that reads what it stores");
    }

    Stmt nest() {
      return sequence.statements().get(number);
    }

    List<Stmt> later() {
      return sequence.statements().subList(number + 1, sequence.statements().size());
    }
  }

  private static void requireOnly(Nest nest, Place place, Stmt.Block block, String buffer) {
    if (Moves.isSeen(nest, buffer) || Moves.isStoredElsewhere(nest, buffer)) {
      throw nest.refuse(
          Reason.NOT_TEMPORARY, block, "stores `" + buffer + "`, which others need too");
    }
    if (Touched.of(place.later()).stores().contains(buffer)) {
      throw nest.refuse(Reason.DEPENDENCE, block, "does not store `" + buffer + "` alone");
    }
    List<Stmt> gone = new ArrayList<>(place.later());
    gone.add(place.nest());
    Stmt rest = nest.function().body();
    for (Stmt part : gone) {
      rest = Statements.replace(rest, part, new Stmt.Sequence(List.of()));
    }
    if (Touched.of(rest).touches(buffer)) {
      throw nest.refuse(
          Reason.DEPENDENCE,
          block,
          "stores `" + buffer + "`, which is touched by more than what follows it");
    }
  }

  /// That nothing stores what the value reads from the block to the last read.
  private static void requireUnchanged(
      Nest nest, Place place, Stmt.Block block, Scalar value, String buffer) {
    Set<String> inputs = Touched.of(new Stmt.Store(buffer, List.of(), value)).reads();
    Touched later = Touched.of(place.later());
    Optional<Stmt> outermost =
        place.around().stream()
            .filter(each -> each instanceof Stmt.For || each instanceof Stmt.While)
            .findFirst();
    Set<String> stored = new HashSet<>(later.stores());
    // What is allocated inside is stored too.
    outermost.ifPresent(
        loop ->
            Statements.forEach(
                loop,
                each -> {
                  if (each instanceof Stmt.Store store) {
                    stored.add(store.buffer());
                  }
                }));
    for (String input : inputs) {
      if (stored.contains(input) || input.equals(buffer)) {
        throw nest.refuse(
            Reason.DEPENDENCE,
            block,
            "reads `" + input + "`, which is stored before the last read of `" + buffer + "`");
      }
    }
  }

  private static void requireSmall(Nest nest, List<Stmt> parts) {
    for (Stmt part : parts) {
      Statements.forEach(
          part,
          each ->
              Statements.value(each)
                  .ifPresent(
                      value -> {
                        int[] count = {0};
                        Walk.ofScalars(_ -> count[0]++).visit(value);
                        if (count[0] > MAX_PARTS) {
                          throw nest.refuse(
                              Reason.TOO_LARGE, "a value would have more than 1000 parts");
                        }
                      }));
    }
  }
}
