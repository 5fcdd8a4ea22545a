package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.schedule.PadEinsum.Padded;

/// The nest of a [PadEinsum] with the longer loops.
final class PaddedNest {
  private final Stmt.Block block;
  private final PaddedSum sum;
  private final List<Padded> padded;
  private final Map<String, Buffer> memory;
  private final Map<String, Buffer> copies;

  /// The memory of the sum, as it is then.
  private final Buffer target;

  private boolean isSumSet = false;

  /// @param memory what is larger, by its name
  /// @param copies what is read instead, by what was read
  PaddedNest(
      Stmt.Block block,
      PaddedSum sum,
      List<Padded> padded,
      Map<String, Buffer> memory,
      Map<String, Buffer> copies,
      Buffer target) {
    this.block = block;
    this.sum = sum;
    this.padded = padded;
    this.memory = memory;
    this.copies = copies;
    this.target = target;
  }

  Stmt of(Stmt statement) {
    return onPath(statement, List.of());
  }

  /// Whether the sum is set in the rounds that were added, before anything is added to it.
  boolean isSumSet() {
    return isSumSet;
  }

  /// @param around the padded loops that stand around
  private Stmt onPath(Stmt statement, List<Padded> around) {
    if (statement == block) {
      return padded();
    }
    return switch (statement) {
      case Stmt.For loop -> {
        List<Padded> inside = new ArrayList<>(around);
        padded.stream().filter(each -> each.loop() == loop).forEach(inside::add);
        var extent = inside.size() == around.size() ? loop.extent() : inside.getLast().extent();
        yield loop.with(extent, onPath(loop.body(), inside));
      }
      case Stmt.Allocate(Buffer buffer, Stmt body) ->
          new Stmt.Allocate(memory.getOrDefault(buffer.name(), buffer), onPath(body, around));
      case Stmt.Sequence(List<Stmt> parts) -> {
        List<Stmt> all = new ArrayList<>();
        boolean isBefore = true;
        for (Stmt part : parts) {
          boolean holds = Statements.blocks(part).stream().anyMatch(each -> each == block);
          all.add(holds ? onPath(part, around) : beside(part, around, isBefore));
          isBefore &= !holds;
        }
        yield new Stmt.Sequence(all);
      }
      // These stand around all padded loops.
      case Stmt.Block _, Stmt.If _, Stmt.When _, Stmt.While _, Stmt.Store _ ->
          statement.mapChildren(
              each ->
                  Statements.blocks(each).stream().anyMatch(one -> one == block)
                      ? onPath(each, around)
                      : each);
    };
  }

  private Stmt.Block padded() {
    List<Stmt.BlockIter> iters =
        block.iters().stream()
            .map(
                iter ->
                    padded.stream()
                        .filter(each -> each.iterator() == iter)
                        .findFirst()
                        .map(
                            each ->
                                new Stmt.BlockIter(
                                    iter.kind(), iter.variable(), each.extent(), iter.binding()))
                        .orElse(iter))
            .toList();
    Stmt.Block result = Statements.with(block, block.name(), iters, block.init(), block.body());
    for (Map.Entry<String, Buffer> copy : copies.entrySet()) {
      Accesses accesses = Accesses.renaming(copy.getKey(), copy.getValue().name());
      result =
          new Stmt.Block(
              result.name(),
              result.iters(),
              result.guards(),
              accesses.regions(result.reads()),
              result.writes(),
              result.init(),
              accesses.deep(result.body()));
    }
    return result;
  }

  /// What does not hold the block: it runs as before, but what sets the sum runs in more rounds.
  private Stmt beside(Stmt statement, List<Padded> around, boolean isBefore) {
    List<Padded> spatial = around.stream().filter(each -> !each.isReduce()).toList();
    // Memory that outlives a round holds sums of other rounds.
    boolean isOfRound =
        spatial.stream().allMatch(each -> sum.axis(each.iterator().variable()).isEmpty());
    boolean isSetting = isOfRound && setsSum(statement, spatial);
    List<Guard> guards =
        around.stream().filter(each -> !isSetting || each.isReduce()).map(Padded::guard).toList();
    Stmt inside = isSetting ? widened(statement, spatial) : statement;
    isSumSet |= isSetting && isBefore && guards.isEmpty() && Coverage.isWhole(inside, target);
    return Statements.guarded(guards, inside);
  }

  /// Whether a statement does nothing but to store numbers in the memory of the sum, the same in
  /// all rounds of these loops.
  private boolean setsSum(Stmt statement, List<Padded> spatial) {
    return switch (statement) {
      case Stmt.For loop -> !mentions(loop.extent(), spatial) && setsSum(loop.body(), spatial);
      case Stmt.Sequence(List<Stmt> parts) ->
          parts.stream().allMatch(part -> setsSum(part, spatial));
      case Stmt.Block setting ->
          setting.guards().isEmpty()
              && setting.init().isEmpty()
              && setting.iters().stream()
                  .allMatch(
                      iter ->
                          !mentions(iter.binding(), spatial)
                              || bound(iter, spatial).isPresent()
                                  && accessesLack(setting.body(), iter.variable()))
              && setsSum(setting.body(), spatial);
      case Stmt.Store(String buffer, List<IndexExpr> indices, Scalar value) ->
          buffer.equals(sum.target())
              && value instanceof Scalar.Literal
              && indices.stream().noneMatch(index -> mentions(index, spatial));
      case Stmt.Allocate _, Stmt.If _, Stmt.When _, Stmt.While _ -> false;
    };
  }

  private static boolean mentions(IndexExpr expr, List<Padded> loops) {
    return Walk.fetches(expr)
        || loops.stream().anyMatch(each -> Walk.variables(expr).contains(each.loop().variable()));
  }

  /// The loop that an iterator is bound to alone, as long as the loop.
  private static Optional<Padded> bound(Stmt.BlockIter iter, List<Padded> loops) {
    return loops.stream()
        .filter(
            each ->
                iter.binding().equals(IndexExpr.variable(each.loop().variable()))
                    && iter.extent().equals(each.loop().extent()))
        .findFirst();
  }

  private static boolean accessesLack(Stmt statement, String iterator) {
    boolean[] lacks = {true};
    Statements.forEach(
        statement,
        each -> {
          for (IndexExpr index : Statements.indices(each)) {
            lacks[0] &= !Walk.variables(index).contains(iterator);
          }
        });
    return lacks[0];
  }

  /// Iterators count as far as the loops that they are bound to.
  private static Stmt widened(Stmt statement, List<Padded> loops) {
    Stmt inside = statement.mapChildren(each -> widened(each, loops));
    if (!(inside instanceof Stmt.Block setting)) {
      return inside;
    }
    List<Stmt.BlockIter> iters =
        setting.iters().stream()
            .map(
                iter ->
                    bound(iter, loops)
                        .map(
                            each ->
                                new Stmt.BlockIter(
                                    iter.kind(), iter.variable(), each.extent(), iter.binding()))
                        .orElse(iter))
            .toList();
    return Statements.with(setting, setting.name(), iters, setting.init(), setting.body());
  }
}
