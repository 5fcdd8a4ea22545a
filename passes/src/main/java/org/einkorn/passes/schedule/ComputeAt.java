package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.IterKind;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.rewrite.Substitution;

/// `for j < m { X[j] = s(j) } for i < n { t(X[i …]) } → for i < n { for q < r(i) { X[a(i) + q] =
/// s(a(i) + q) } t(X[i …]) }`
///
/// The nest of the block stores one buffer, at a position on some axes that is one of its outermost
/// loops for each. A round of the other loop makes the elements of the box in which it reads, in
/// the rounds that the nest has for them. Some are made again in other rounds, and others not at
/// all. That is the same because
/// - what a round of the nest stores depends on memory that nothing stores up to the last read, and
///   not on what the buffer held before;
/// - nothing but the rounds of the loop reads the buffer, or each element is in a box.
final class ComputeAt implements Primitive<Step.ComputeAt> {
  @Override
  public Module apply(Nest nest, Step.ComputeAt step) {
    Stmt.Block block = nest.block(step.block());
    Nest.Site<Stmt.For> target = nest.loop(step.loop());
    Stmt body = nest.function().body();
    Siblings siblings =
        Siblings.of(body, block, target.statement())
            .orElseThrow(
                () ->
                    nest.refuse(
                        Reason.NOT_BEFORE,
                        target.statement(),
                        "does not run after the nest of `" + block.name() + "`"));
    Moves.requirePlain(nest, target, siblings.around().size() + 1);
    String buffer = stored(nest, siblings.earlier(), block);
    AxisLoops moving = moving(nest, siblings, block, buffer);
    requireApart(nest, siblings, target, buffer);
    requireAgain(nest, moving, block, buffer, siblings.scope());
    Tile tile =
        Tile.of(
            target.path(),
            siblings.around().size() + 1,
            moving,
            Moves.reads(target.statement().body(), buffer));
    requireCovered(nest, siblings, target, buffer, tile);
    Stmt made = tile.nest(nest.names());
    Stmt.For loop = target.statement();
    Stmt inside = new Stmt.Sequence(List.of(made, loop.body()));
    Stmt later = Statements.replace(siblings.later(), loop, loop.with(inside));
    return nest.replace(
        siblings.sequence(), siblings.without(siblings.earlier(), siblings.later(), later));
  }

  private static String stored(Nest nest, Stmt producer, Stmt.Block block) {
    Set<String> stores = Touched.of(producer).stores();
    if (stores.size() != 1) {
      throw nest.refuse(
          Reason.NO_MATCH,
          block,
          "stands in a nest that stores "
              + (stores.isEmpty() ? "nothing" : String.join(", ", stores)));
    }
    return stores.iterator().next();
  }

  private static AxisLoops moving(Nest nest, Siblings siblings, Stmt.Block block, String buffer) {
    AxisLoops moving = AxisLoops.of(siblings.earlier(), Moves.stores(siblings.earlier(), buffer));
    Moves.requireLoops(nest, moving, siblings.scope(), block, buffer);
    return moving;
  }

  private static void requireApart(
      Nest nest, Siblings siblings, Nest.Site<Stmt.For> target, String buffer) {
    Touched producer = Touched.of(siblings.earlier());
    Touched between = Touched.of(siblings.between());
    Touched consumer = Touched.of(siblings.later());
    Optional<String> changed =
        producer.reads().stream()
            .filter(name -> !name.equals(buffer))
            .filter(name -> between.stores().contains(name) || consumer.stores().contains(name))
            .findFirst();
    if (changed.isPresent()) {
      throw nest.refuse(
          Reason.DEPENDENCE,
          target.statement(),
          "`" + changed.get() + "` is stored before the loop is done");
    }
    Stmt.For loop = target.statement();
    Stmt empty = loop.with(new Stmt.Sequence(List.of()));
    Touched beside = Touched.of(Statements.replace(siblings.later(), loop, empty));
    if (between.touches(buffer) || beside.touches(buffer)) {
      throw nest.refuse(
          Reason.DEPENDENCE, loop, "`" + buffer + "` is needed before the rounds of the loop");
    }
    if (consumer.stores().contains(buffer)) {
      throw nest.refuse(Reason.DEPENDENCE, loop, "`" + buffer + "` is stored in the loop");
    }
    if (!consumer.reads().contains(buffer)) {
      throw nest.refuse(Reason.NO_MATCH, loop, "does not read `" + buffer + "`");
    }
  }

  // ---- a round that runs again

  /// That a round does the same again: it reads nothing that it stores, or what it has stored
  /// first.
  private static void requireAgain(
      Nest nest, AxisLoops moving, Stmt.Block block, String buffer, Assumptions outside) {
    if (!Touched.of(moving.body()).reads().contains(buffer)) {
      return;
    }
    Assumptions scope = outside;
    for (Stmt.For loop : moving.loops()) {
      scope = Scopes.inside(scope, loop);
    }
    if (!beginsAnew(moving.body(), buffer, scope)) {
      throw nest.refuse(
          Reason.DEPENDENCE,
          block,
          "goes on with what `%s` holds, which would be done again".formatted(buffer));
    }
  }

  /// Whether a statement is a reduction that begins with its `init`, in loops of its own.
  private static boolean beginsAnew(Stmt statement, String buffer, Assumptions outside) {
    Stmt inside = statement;
    Assumptions scope = outside;
    Map<String, IndexExpr> zeros = new HashMap<>();
    while (inside instanceof Stmt.For loop && loop.kind() == Stmt.LoopOrder.SERIAL) {
      zeros.put(loop.variable(), IndexExpr.Constant.ZERO);
      scope = Scopes.inside(scope, loop);
      inside = loop.body();
    }
    if (!(inside instanceof Stmt.Block block)
        || !block.guards().isEmpty()
        || !(block.init().orElse(block.body())
            instanceof Stmt.Store(String stored, List<IndexExpr> indices, var value))
        || !stored.equals(buffer)
        || Touched.of(block.init().orElse(block.body())).reads().contains(buffer)) {
      return false;
    }
    Substitution first = new Substitution(zeros);
    for (Stmt.BlockIter iter : block.iters()) {
      boolean stays = first.apply(iter.binding()).equals(iter.binding());
      boolean beginsAtZero =
          scope.proves(Condition.equal(first.apply(iter.binding()), IndexExpr.Constant.ZERO));
      if (iter.kind() == IterKind.REDUCE ? !beginsAtZero : !stays) {
        return false;
      }
    }
    // The block touches one element of the buffer, the same in all rounds.
    List<Access> accesses = new ArrayList<>(AccessCollector.of(block, List.of()));
    accesses.removeIf(access -> !access.buffer().equals(buffer));
    return accesses.stream()
        .allMatch(
            access ->
                access.inner().isEmpty()
                    && access.indices().equals(accesses.getFirst().indices())
                    && first.positions(access.indices()).equals(access.indices()));
  }

  // ---- elements that are made nowhere

  private static void requireCovered(
      Nest nest, Siblings siblings, Nest.Site<Stmt.For> target, String buffer, Tile tile) {
    Stmt moved = siblings.earlier();
    List<Stmt> passed = new ArrayList<>(siblings.between());
    passed.add(siblings.later());
    Faults.requireSame(nest, moved, passed);
    boolean isNeeded = isNeeded(nest, siblings, target.statement(), buffer);
    if ((isNeeded || Faults.mayFail(moved)) && tile.cover() == Tile.Cover.SOME) {
      throw nest.refuse(
          Reason.NOT_COVERED,
          target.statement(),
          isNeeded
              ? "may leave out elements of `" + buffer + "` that something else reads"
              : "may leave out elements of `" + buffer + "` where integers overflow");
    }
  }

  /// Whether something but the loop, as the sequence runs once, needs the buffer.
  private static boolean isNeeded(Nest nest, Siblings siblings, Stmt.For loop, String buffer) {
    Stmt rest =
        Statements.replace(
            Statements.replace(
                nest.function().body(), siblings.earlier(), new Stmt.Sequence(List.of())),
            loop,
            new Stmt.Sequence(List.of()));
    return !siblings.runsOnce()
        || Moves.isSeen(nest, buffer)
        || Touched.of(rest).reads().contains(buffer);
  }
}
