package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.rewrite.Substitution;

/// `for i < n { X[i] = e } for j < n { Y[j] = f(X[j], j) } → for i < n { Y[i] = f(e, i) }`
///
/// The block stands in loops alone, one for each axis of the buffer, and nothing else reads that.
/// One store fills the buffer: each element that the loops read once. So the block can run where
/// its element is stored; its rounds have nothing to do with one another, and with what runs
/// between nothing but the buffer. The value that was stored keeps its type: it is rounded as
/// before.
final class ReverseComputeInline implements Primitive<Step.ReverseComputeInline> {
  @Override
  public Module apply(Nest nest, Step.ReverseComputeInline step) {
    Stmt.Block block = nest.block(step.block());
    if (block.init().isPresent()
        || !block.guards().isEmpty()
        || !(block.body()
            instanceof Stmt.Store(String result, List<IndexExpr> positions, Scalar value))) {
      throw nest.refuse(Reason.NO_MATCH, block, "is more than a store");
    }
    Producer producer = producer(nest, block);
    Siblings siblings = producer.siblings();
    String buffer = producer.store().buffer();
    AxisLoops moving = AxisLoops.of(siblings.later(), Moves.reads(siblings.later(), buffer));
    if (!moving.loops().isEmpty()) {
      Moves.requireLoops(nest, moving, siblings.scope(), block, buffer);
    }
    ReverseComputeAt.requireIndependent(nest, moving, siblings, block);
    Access stored = Moves.stores(siblings.earlier(), buffer).getFirst();
    requireOnce(nest, producer, stored, moving, block);
    List<Stmt> passed = new ArrayList<>(siblings.between());
    passed.add(siblings.earlier());
    Faults.requireSame(nest, siblings.later(), passed);
    if (Faults.mayFail(producer.store().value())) {
      throw nest.refuse(Reason.MAY_FAIL, block, "may not compute what it reads, which may fail");
    }
    Map<String, IndexExpr> here = new HashMap<>();
    for (Stmt.BlockIter iter : block.iters()) {
      here.put(iter.variable(), at(nest, iter, producer.store().indices(), moving, block));
    }
    Substitution values = new Substitution(here);
    Inlining inlining =
        Inlining.of(buffer, List.of(), producer.store().value(), nest.module(), nest.function());
    Stmt.Store store =
        new Stmt.Store(
            result, values.positions(positions), forwarded(values.apply(value), inlining));
    Stmt earlier = replaced(siblings.earlier(), producer, store, block, values, buffer);
    Module changed =
        nest.replace(
            siblings.sequence(), siblings.without(siblings.later(), siblings.earlier(), earlier));
    return Moves.without(changed, nest.function().name(), buffer);
  }

  /// The store of what the block reads.
  ///
  /// @param path the statements from the nest down to the store
  private record Producer(Stmt.Store store, Siblings siblings, List<Stmt> path) {}

  /// The store of a buffer that the block reads, element by element; the last where there are
  /// several.
  private static Producer producer(Nest nest, Stmt.Block block) {
    Stmt body = nest.function().body();
    Optional<Producer> last = Optional.empty();
    for (String buffer : Touched.of(block.body()).reads()) {
      List<Stmt.Store> stores = stores(body, buffer);
      Optional<Siblings> siblings =
          stores.size() == 1 ? Siblings.of(body, stores.getFirst(), block) : Optional.empty();
      if (siblings.isPresent()
          && isElementwise(siblings.get().later(), block, stores.getFirst())
          && last.stream().noneMatch(other -> runsLater(other.siblings(), siblings.get()))) {
        last =
            Optional.of(
                new Producer(
                    stores.getFirst(),
                    siblings.get(),
                    Statements.path(siblings.get().earlier(), stores.getFirst())));
      }
    }
    if (last.isEmpty()) {
      throw nest.refuse(
          Reason.NO_MATCH,
          block,
          "reads nothing element by element, in loops of its own, that one store before it fills");
    }
    requireOnly(nest, last.get(), block);
    return last.get();
  }

  private static List<Stmt.Store> stores(Stmt body, String buffer) {
    List<Stmt.Store> stores = new ArrayList<>();
    Statements.forEach(
        body,
        each -> {
          if (each instanceof Stmt.Store store && store.buffer().equals(buffer)) {
            stores.add(store);
          }
        });
    return stores;
  }

  private static boolean isElementwise(Stmt nest, Stmt.Block block, Stmt.Store store) {
    AxisLoops moving = AxisLoops.of(nest, Moves.reads(nest, store.buffer()));
    return moving.body() == block && moving.axes().size() == store.indices().size();
  }

  private static boolean runsLater(Siblings one, Siblings other) {
    return one.around().size() > other.around().size()
        || one.around().size() == other.around().size() && one.first() > other.first();
  }

  private static void requireOnly(Nest nest, Producer producer, Stmt.Block block) {
    String buffer = producer.store().buffer();
    Siblings siblings = producer.siblings();
    Stmt rest =
        Statements.replace(nest.function().body(), siblings.later(), new Stmt.Sequence(List.of()));
    if (Moves.isSeen(nest, buffer)
        || Moves.isStoredElsewhere(nest, buffer)
        || Touched.of(rest).reads().contains(buffer)) {
      throw nest.refuse(
          Reason.NOT_TEMPORARY, block, "reads `" + buffer + "`, which others need too");
    }
    Touched consumer = Touched.of(siblings.later());
    Touched earlier = Touched.of(siblings.earlier());
    Optional<String> other =
        consumer
            .shared(Touched.of(siblings.between()))
            .or(() -> consumer.stores().stream().filter(earlier::touches).findFirst())
            .or(
                () ->
                    consumer.reads().stream()
                        .filter(name -> !name.equals(buffer) && earlier.stores().contains(name))
                        .findFirst());
    if (other.isPresent()) {
      throw nest.refuse(
          Reason.DEPENDENCE, block, "needs `" + other.get() + "` as it is in its place");
    }
  }

  /// That each element that the loops of the block read is stored once, and no other.
  private static void requireOnce(
      Nest nest, Producer producer, Access stored, AxisLoops moving, Stmt.Block block) {
    List<Stmt> path = producer.path();
    int blocks = 0;
    for (int depth = 0; depth < path.size(); depth++) {
      switch (path.get(depth)) {
        case Stmt.Block each -> {
          blocks++;
          boolean isBody =
              Statements.path(each.body(), producer.store()).size() == path.size() - depth - 1;
          if (!isBody || each.guards().size() + blocks > 1) {
            throw nest.refuse(
                Reason.NO_MATCH, each, "stores it under a condition, or in a block of a block");
          }
        }
        case Stmt.When _, Stmt.While _ ->
            throw nest.refuse(
                Reason.NO_MATCH, block, "reads what is stored under a condition on data");
        case Stmt.For _, Stmt.If _, Stmt.Sequence _, Stmt.Allocate _, Stmt.Store _ -> {}
      }
    }
    List<Stmt> at = new ArrayList<>(producer.siblings().around());
    at.add(producer.siblings().sequence());
    int around = at.size();
    Assumptions scope = Scopes.inside(at);
    for (Stmt each : path) {
      if (!(each instanceof Stmt.Block)) {
        at.add(each);
        scope = Scopes.inside(scope, each);
      }
    }
    List<Tile.Range> ranges = new ArrayList<>();
    boolean isInside = true;
    for (int number = 0; number < moving.loops().size(); number++) {
      IndexExpr position = stored.indices().get(moving.axes().get(number));
      IndexExpr extent = moving.loops().get(number).extent();
      ranges.add(new Tile.Range(position, IndexExpr.Constant.ONE));
      isInside &=
          !Walk.fetches(position) && scope.proves(Condition.of(new Guard(position, extent)));
    }
    if (!isInside || new Tile(at, around, moving, ranges).cover() != Tile.Cover.ONCE) {
      throw nest.refuse(
          Reason.NOT_COVERED,
          block,
          "reads elements of `%s` of which not each is known to be stored once, and no other"
              .formatted(producer.store().buffer()));
    }
  }

  /// What an iterator of the block is where its element is stored.
  private static IndexExpr at(
      Nest nest, Stmt.BlockIter iter, List<IndexExpr> stored, AxisLoops moving, Stmt.Block block) {
    Map<String, IndexExpr> values = new HashMap<>();
    for (int number = 0; number < moving.loops().size(); number++) {
      values.put(moving.loops().get(number).variable(), stored.get(moving.axes().get(number)));
    }
    for (String variable : Walk.variables(iter.binding())) {
      if (!values.containsKey(variable)) {
        throw nest.refuse(
            Reason.NO_MATCH, block, "depends on `" + variable + "`, which is no loop of its own");
      }
    }
    return new Substitution(values).apply(iter.binding());
  }

  /// The value that was to be stored instead of its read.
  private static Scalar forwarded(Scalar scalar, Inlining inlining) {
    return inlining.scalar(scalar);
  }

  private static Stmt replaced(
      Stmt nest,
      Producer producer,
      Stmt.Store store,
      Stmt.Block block,
      Substitution values,
      String buffer) {
    Stmt result = Statements.replace(nest, producer.store(), store);
    for (Stmt each : producer.path()) {
      if (each instanceof Stmt.Block old) {
        Stmt.Block inside =
            new Stmt.Block(
                old.name(),
                old.iters(),
                old.guards(),
                joined(old.reads(), block.reads(), values, buffer),
                joined(old.writes(), block.writes(), values, buffer),
                old.init(),
                Statements.replace(old.body(), producer.store(), store));
        result = Statements.replace(nest, old, inside);
      }
    }
    return result;
  }

  private static List<Stmt.Region> joined(
      List<Stmt.Region> own, List<Stmt.Region> more, Substitution values, String buffer) {
    List<Stmt.Region> all = new ArrayList<>(own);
    for (Stmt.Region region : more) {
      all.add(
          new Stmt.Region(
              region.buffer(),
              region.ranges().stream()
                  .map(
                      range ->
                          new Stmt.Range(values.apply(range.start()), values.apply(range.extent())))
                  .toList()));
    }
    return all.stream().filter(region -> !region.buffer().equals(buffer)).distinct().toList();
  }
}
