package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.integer.Loop;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.passes.schedule.Dependence.Sign;

/// Whether rounds that need one another keep their order where loops are counted otherwise.
///
/// Two rounds run in the order of the first number in which they differ. For each vector of signs
/// that may occur between two rounds that touch one element, what they are in the other count is
/// compared number by number: as long as they are equal, and less at the first that is not. A
/// quotient is hard to compare and what it was made of is not, so this is tried from the old loops
/// to the new ones, and from the new ones to the old.
final class MappedOrder {
  /// Marks a variable of the second round; a dot stands in no name of a user.
  private static final String OTHER = ".′";

  private MappedOrder() {}

  /// Refuses rounds that need one another and may change places.
  ///
  /// @param before the loops around the block
  /// @param after the names of the loops that take their places
  /// @param inner what stands in these
  /// @param bindings the new loop for each new iterator
  static void require(
      List<Stmt.For> before,
      Stmt.Block block,
      List<String> after,
      Stmt inner,
      BlockMap map,
      Map<String, IndexExpr> bindings,
      Assumptions outside,
      Nest nest) {
    List<Loop> old = before.stream().map(loop -> new Loop(loop.variable(), loop.extent())).toList();
    Map<String, IndexExpr> bound = new HashMap<>();
    Map<String, String> iterators = new HashMap<>();
    for (Stmt.BlockIter iter : block.iters()) {
      bound.put(iter.variable(), iter.binding());
      if (iter.binding() instanceof IndexExpr.Variable(String loop)) {
        iterators.put(loop, iter.variable());
      }
    }
    List<IndexExpr> there = new Substitution(bound).positions(map.positions());
    Optional<Dependence> found =
        Dependences.find(
            old,
            AccessCollector.of(block, List.of()),
            outside,
            signs -> !isKept(old, there, signs, outside));
    if (found.isEmpty()) {
      return;
    }
    List<Loop> made = new ArrayList<>();
    for (int number = 0; number < after.size(); number++) {
      made.add(new Loop(after.get(number), map.extents().get(number)));
    }
    List<IndexExpr> back = new ArrayList<>();
    for (Loop loop : old) {
      back.add(
          new Substitution(bindings)
              .apply(map.inverse(iterators.getOrDefault(loop.variable(), loop.variable()))));
    }
    Optional<Dependence> other =
        Dependences.find(
            made,
            AccessCollector.of(inner, List.of()),
            outside,
            signs -> !isKept(made, back, signs, outside));
    if (other.isPresent()) {
      throw nest.refuse(
          Reason.DEPENDENCE,
          block,
          "would run two rounds that need each other in another order",
          found.get().text());
    }
  }

  /// Whether two rounds with these signs are in the same order by other positions.
  private static boolean isKept(
      List<Loop> loops, List<IndexExpr> positions, List<Sign> signs, Assumptions outside) {
    Sign first = Order.first(signs);
    if (first == Sign.EQUAL) {
      return true;
    }
    Assumptions scope = outside;
    Map<String, IndexExpr> names = new HashMap<>();
    for (int number = 0; number < loops.size(); number++) {
      Loop loop = loops.get(number);
      scope = scope.with(loop.variable(), loop.extent());
      IndexExpr mine = IndexExpr.variable(loop.variable());
      String other = loop.variable() + OTHER;
      switch (signs.get(number)) {
        case EQUAL -> {}
        case LATER -> {
          scope = scope.between(other, mine.plus(1), loop.extent().plus(-1));
          names.put(loop.variable(), IndexExpr.variable(other));
        }
        case EARLIER -> {
          scope = scope.between(other, IndexExpr.Constant.ZERO, mine.plus(-1));
          names.put(loop.variable(), IndexExpr.variable(other));
        }
      }
    }
    Substitution renaming = new Substitution(names);
    for (IndexExpr position : positions) {
      IndexExpr moved = renaming.apply(position);
      IndexExpr low = first == Sign.LATER ? position : moved;
      IndexExpr high = first == Sign.LATER ? moved : position;
      if (low.equals(high) || scope.proves(Condition.equal(low, high))) {
        continue;
      }
      if (scope.proves(Condition.less(low, high))) {
        return true;
      }
      if (!scope.proves(Condition.atMost(low, high))) {
        return false;
      }
      scope = scope.and(Condition.equal(low, high));
    }
    // Rounds that differ are not equal in all numbers.
    return true;
  }
}
