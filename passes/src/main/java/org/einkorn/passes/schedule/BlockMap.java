package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.integer.IteratorMap;
import org.einkorn.ir.integer.Loop;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.rewrite.Substitution;

/// A map `f` of iterators to others with its inverse `g`.
///
/// `f` takes the old box into the new one, and `g(f(v)) = v` for each point of it; `f(g(w)) = w`
/// for each point of the new box that the guards let pass, which say that `g(w)` lies in the old
/// box. So the points of the old box and those of the new one that pass are the same.
///
/// The inverse is read off the digits of [IteratorMap]: where a new iterator has the digit `s · d`,
/// its value is `w floordiv s mod extent of d`, and an old iterator is the sum of its digits. Both
/// equations are proved of what is found like that.
///
/// @param names of the new iterators
/// @param positions `f`, over the old iterators
/// @param extents of the new iterators
/// @param inverses `g`, over the new iterators, by the names of the old ones
/// @param guards over the new iterators; without those that are proved
record BlockMap(
    List<String> names,
    List<IndexExpr> positions,
    List<IndexExpr> extents,
    Map<String, IndexExpr> inverses,
    List<Guard> guards) {
  BlockMap {
    names = List.copyOf(names);
    positions = List.copyOf(positions);
    extents = List.copyOf(extents);
    inverses = Map.copyOf(inverses);
    guards = List.copyOf(guards);
  }

  IndexExpr inverse(String iterator) {
    return Objects.requireNonNull(inverses.get(iterator));
  }

  /// The map of a block.
  ///
  /// @param box the old iterators
  /// @param outside what is known of everything else
  /// @throws RefusedStepException where it is not proved to have an inverse
  static BlockMap of(
      List<Loop> box,
      List<IndexExpr> positions,
      List<String> names,
      Assumptions outside,
      Stmt.Block block,
      Nest nest) {
    Set<String> old = box.stream().map(Loop::variable).collect(Collectors.toUnmodifiableSet());
    Assumptions inOld = outside.with(box);
    List<IndexExpr> extents = new ArrayList<>();
    for (IndexExpr position : positions) {
      if (!Scopes.canEvaluate(position, inOld)) {
        throw nest.refuse(
            Reason.EXTENT_MAY_FAIL, block, "would count by what may divide by zero, or is data");
      }
      if (!Scopes.isNotNegative(position, inOld)) {
        throw nest.refuse(Reason.NO_MATCH, block, "would have an iterator below 0");
      }
      extents.add(TransformLayout.extent(position, old, nest, inOld));
    }
    Map<String, IndexExpr> inverses = inverses(box, positions, names, outside, block, nest);
    List<Loop> made = new ArrayList<>();
    Map<String, IndexExpr> there = new HashMap<>();
    for (int number = 0; number < names.size(); number++) {
      made.add(new Loop(names.get(number), extents.get(number)));
      there.put(names.get(number), positions.get(number));
    }
    Assumptions inNew = withRounds(box, extents, outside, outside.with(made));
    List<Guard> guards = new ArrayList<>();
    for (Loop loop : box) {
      IndexExpr inverse = Objects.requireNonNull(inverses.get(loop.variable()));
      if (!Scopes.canEvaluate(inverse, inNew)) {
        throw nest.refuse(Reason.EXTENT_MAY_FAIL, block, "would divide by what may be zero");
      }
      Guard guard = new Guard(inNew.simplify(inverse), loop.extent());
      inverses.put(loop.variable(), guard.index());
      if (!inNew.proves(Condition.of(guard))) {
        guards.add(guard);
      }
      IndexExpr back = new Substitution(there).apply(inverse);
      if (!inOld.proves(Condition.equal(back, IndexExpr.variable(loop.variable())))) {
        throw notProved(block, nest);
      }
    }
    Assumptions inBoth = Scopes.where(inNew, guards);
    for (int number = 0; number < names.size(); number++) {
      IndexExpr again = new Substitution(inverses).apply(positions.get(number));
      if (!inBoth.proves(Condition.equal(again, IndexExpr.variable(names.get(number))))) {
        throw notProved(block, nest);
      }
    }
    return new BlockMap(names, positions, extents, inverses, guards);
  }

  /// With the old iterators that have a value wherever the new ones have: without it one of the new
  /// ones has none either.
  private static Assumptions withRounds(
      List<Loop> box, List<IndexExpr> extents, Assumptions outside, Assumptions inNew) {
    Assumptions all = inNew;
    for (Loop loop : box) {
      Assumptions none = outside.and(Condition.atMost(loop.extent(), IndexExpr.Constant.ZERO));
      if (extents.stream()
          .anyMatch(extent -> none.proves(Condition.atMost(extent, IndexExpr.Constant.ZERO)))) {
        all = all.and(Condition.atMost(IndexExpr.Constant.ONE, loop.extent()));
      }
    }
    return all;
  }

  private static RefusedStepException notProved(Stmt.Block block, Nest nest) {
    return nest.refuse(
        Reason.NO_MATCH, block, "would not be proved to run at the same points, each once");
  }

  private static Map<String, IndexExpr> inverses(
      List<Loop> box,
      List<IndexExpr> positions,
      List<String> names,
      Assumptions outside,
      Stmt.Block block,
      Nest nest) {
    List<IteratorMap.Binding> bindings = new ArrayList<>();
    for (int number = 0; number < positions.size(); number++) {
      bindings.add(new IteratorMap.Binding(names.get(number), positions.get(number)));
    }
    // Where an iterator has no value nothing runs at all.
    Assumptions some = outside.around(box);
    Map<String, IndexExpr> inverses = new HashMap<>();
    box.forEach(loop -> inverses.put(loop.variable(), IndexExpr.Constant.ZERO));
    switch (IteratorMap.detect(bindings, box, List.of(), some)) {
      case IteratorMap.Dependent(String iterator, var reason, IndexExpr _) ->
          throw nest.refuse(
              Reason.NO_MATCH,
              block,
              "would not run at the same points, each once",
              "position %d of the new iterators %s"
                  .formatted(names.indexOf(iterator), reason.text()));
      case IteratorMap.Independent map -> {
        for (IteratorMap.Iterator iterator : map.iterators()) {
          IndexExpr count =
              IndexExpr.variable(iterator.name()).minus(iterator.start()).floorDiv(iterator.step());
          for (IteratorMap.Digit digit : iterator.digits()) {
            if (!(digit.source() instanceof IndexExpr.Variable(String source))) {
              throw notProved(block, nest);
            }
            IndexExpr value = count.floorDiv(digit.scale());
            IndexExpr end = digit.scale().times(digit.extent());
            if (!some.proves(Condition.atMost(iterator.extent(), end))) {
              value = value.floorMod(digit.extent());
            }
            inverses.merge(source, value.times(digit.lower()), IndexExpr::plus);
          }
        }
      }
    }
    return inverses;
  }
}
