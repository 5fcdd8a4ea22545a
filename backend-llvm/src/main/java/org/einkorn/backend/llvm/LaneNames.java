package org.einkorn.backend.llvm;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Polynomial;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;

/// What names mean inside a loop whose rounds are lanes: iterators of blocks in terms of loops, and
/// which memory each lane has for itself.
///
/// @param lane the variable of the loop
/// @param meanings what iterators of blocks are bound to
/// @param ranges in which the variables of the loop and of those inside are
/// @param inside the variables of loops inside
/// @param own what is allocated inside
record LaneNames(
    String lane,
    Map<String, IndexExpr> meanings,
    Assumptions ranges,
    Set<String> inside,
    Set<String> own) {
  /// How positions on one axis depend on the lane.
  enum Change {
    /// The same in every lane.
    NONE,
    /// One more from lane to lane.
    STEP,
    /// Anything else.
    OTHER
  }

  LaneNames {
    meanings = Map.copyOf(meanings);
    inside = Set.copyOf(inside);
    own = Set.copyOf(own);
  }

  static LaneNames of(Stmt.For loop) {
    String lane = loop.variable();
    Assumptions ranges = Assumptions.NONE.with(lane, loop.extent());
    return new LaneNames(lane, Map.of(), ranges, Set.of(), Set.of());
  }

  LaneNames insideLoop(Stmt.For loop) {
    String variable = loop.variable();
    Assumptions more = ranges.with(variable, meaning(loop.extent()));
    return new LaneNames(lane, meanings, more, with(inside, variable), own);
  }

  LaneNames with(Buffer allocated) {
    return new LaneNames(lane, meanings, ranges, inside, with(own, allocated.name()));
  }

  LaneNames with(List<Stmt.BlockIter> iters) {
    Map<String, IndexExpr> more = new HashMap<>(meanings);
    iters.forEach(iter -> more.put(iter.variable(), meaning(iter.binding())));
    return new LaneNames(lane, more, ranges, inside, own);
  }

  private static Set<String> with(Set<String> names, String name) {
    Set<String> more = new HashSet<>(names);
    more.add(name);
    return more;
  }

  /// The same position in terms of loops.
  IndexExpr meaning(IndexExpr index) {
    return index instanceof IndexExpr.Variable(String name)
        ? meanings.getOrDefault(name, index)
        : index.mapParts(this::meaning, this::meaning);
  }

  private Scalar meaning(Scalar scalar) {
    return scalar.mapParts(this::meaning, this::meaning);
  }

  /// Whether a value differs between lanes.
  boolean varies(Scalar scalar) {
    boolean[] varies = {false};
    walk(varies).visit(scalar);
    return varies[0];
  }

  /// Whether a position differs between lanes.
  boolean varies(IndexExpr index) {
    boolean[] varies = {false};
    walk(varies).visit(meaning(index));
    return varies[0];
  }

  private Walk walk(boolean[] varies) {
    return Walk.of(
        scalar -> varies[0] |= scalar instanceof Scalar.Read read && own.contains(read.tensor()),
        index -> varies[0] |= index instanceof IndexExpr.Variable(String name) && isOfLane(name));
  }

  private boolean isOfLane(String name) {
    if (name.equals(lane)) {
      return true;
    }
    IndexExpr meaning = meanings.get(name);
    return meaning != null && varies(meaning);
  }

  /// Whether an atom of a position in terms of loops differs between rounds of loops inside.
  boolean isInside(IndexExpr atom) {
    boolean[] found = {false};
    Walk.of(
            scalar -> found[0] |= scalar instanceof Scalar.Read read && own.contains(read.tensor()),
            index ->
                found[0] |=
                    index instanceof IndexExpr.Variable(String name) && inside.contains(name))
        .visit(atom);
    return found[0];
  }

  /// The same position in terms of loops; without quotients and remainders where those of a tile
  /// are the tile or the place in it.
  private IndexExpr simple(IndexExpr index) {
    IndexExpr meaning = meaning(index);
    boolean[] divides = {false};
    Walk.ofIndices(
            part ->
                divides[0] |=
                    part instanceof IndexExpr.FloorDiv || part instanceof IndexExpr.FloorMod)
        .visit(meaning);
    return divides[0] && varies(meaning) ? ranges.simplify(meaning) : meaning;
  }

  Change change(IndexExpr index) {
    if (!varies(simple(index))) {
      return Change.NONE;
    }
    int steps = 0;
    for (Polynomial.Term term : polynomial(index).terms()) {
      if (term.atoms().stream().anyMatch(this::varies)) {
        boolean isStep =
            term.coefficient() == 1 && term.atoms().equals(List.of(IndexExpr.variable(lane)));
        steps += isStep ? 1 : 2;
      }
    }
    return steps == 1 ? Change.STEP : Change.OTHER;
  }

  /// How much further a position is from lane to lane; 0 where it is anything else, or the same.
  long stride(IndexExpr index) {
    long stride = 0;
    for (Polynomial.Term term : polynomial(index).terms()) {
      if (term.atoms().stream().anyMatch(this::varies)) {
        if (!term.atoms().equals(List.of(IndexExpr.variable(lane)))) {
          return 0;
        }
        stride = term.coefficient();
      }
    }
    return stride;
  }

  /// How an element depends on the lane: [Change#STEP] for elements side by side on the last axis.
  Change change(List<IndexExpr> indices) {
    Change all = Change.NONE;
    for (int axis = 0; axis < indices.size(); axis++) {
      Change change = change(indices.get(axis));
      boolean isLast = axis == indices.size() - 1;
      if (change == Change.STEP && isLast && all == Change.NONE) {
        all = Change.STEP;
      } else if (change != Change.NONE) {
        all = Change.OTHER;
      }
    }
    return all;
  }

  /// Whether a condition holds from one lane on, or up to one: it compares a position that is one
  /// more from lane to lane with one that is the same in all.
  boolean isStep(IndexExpr index, IndexExpr bound) {
    return change(index) == Change.STEP && !varies(bound);
  }

  /// A position as a sum of products of what loops count.
  Polynomial polynomial(IndexExpr index) {
    return Polynomial.of(simple(index));
  }
}
