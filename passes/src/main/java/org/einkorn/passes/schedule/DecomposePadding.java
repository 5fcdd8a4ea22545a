package org.einkorn.passes.schedule;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.einkorn.ir.integer.Loop;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.IterKind;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.schedule.Dependence.Sign;

/// `for i { block b { B[i] = select(c, x, v) } } → for i { block b.pad { B[i] = v } } for i { block
/// b { if c { B[i] = x } } }`, where `v` is a constant; after `decompose_padding` of TensorIR.
///
/// All stores of `v` come before all else that the loop does. The block stores each element once,
/// so what is left of it decides what is there in the end; and nothing may touch an element from
/// the beginning of the loop to where the block stores it, as it would find `v` or be stored over.
/// Later rounds find what they found. The rest runs in its order, so its faults keep theirs; what
/// comes first can have none.
final class DecomposePadding implements Primitive<Step.DecomposePadding> {
  @Override
  public Module apply(Nest nest, Step.DecomposePadding step) {
    Nest.Site<Stmt.For> site = nest.loop(step.loop());
    Stmt.Block block = nest.block(step.block());
    if (block.init().isPresent() || !(block.body() instanceof Stmt.Store store)) {
      throw nest.refuse(Reason.NO_MATCH, block, "is more than a store");
    }
    PaddedValue padded =
        PaddedValue.of(store.value())
            .orElseThrow(
                () ->
                    nest.refuse(
                        Reason.NO_MATCH,
                        block,
                        "stores no `select` with a constant on one of its sides"));
    requireSpatial(block, nest);
    nest.requireFreeBlock(block.name() + ".pad");
    BlockPath path = BlockPath.of(nest, site.statement(), block);
    Stmt.Block pad =
        new Stmt.Block(
            block.name() + ".pad",
            block.iters(),
            block.guards(),
            List.of(),
            block.writes(),
            Optional.empty(),
            new Stmt.Store(store.buffer(), store.indices(), padded.constant()));
    requireNoFault(path.around(pad), padded, block, nest);
    Set<String> iterators =
        block.iters().stream().map(Stmt.BlockIter::variable).collect(Collectors.toSet());
    Stmt inside =
        padded.where(
            new Stmt.Store(store.buffer(), store.indices(), padded.value()),
            iterators,
            Scopes.inside(Statements.path(nest.function().body(), block)));
    Stmt.Block rest = Statements.with(block, block.name(), block.iters(), Optional.empty(), inside);
    requireOnce(path, pad, nest, site);
    requireOwnReadsLater(path, pad, rest, nest, site);
    requireOthersLater(path, pad, nest, site);
    return nest.replace(
        site.statement(),
        new Stmt.Sequence(
            List.of(path.around(pad), Statements.replace(site.statement(), block, rest))));
  }

  private static void requireSpatial(Stmt.Block block, Nest nest) {
    for (Stmt.BlockIter iter : block.iters()) {
      if (iter.kind() != IterKind.SPATIAL) {
        throw nest.refuse(
            Reason.NO_MATCH,
            block,
            "has the %s iterator `%s`".formatted(iter.kind().text(), iter.variable()));
      }
    }
  }

  private static void requireNoFault(Stmt first, PaddedValue padded, Stmt.Block block, Nest nest) {
    if (Statements.fetches(first)) {
      throw nest.refuse(
          Reason.POSITION_FROM_DATA,
          block,
          "where it stores, or whether, comes from data: another fault might come first");
    }
    if (Faults.mayFail(padded.constant())) {
      throw nest.refuse(
          Reason.MAY_FAIL, block, "stores a constant that is no number of its integer type");
    }
  }

  private static List<Loop> loops(BlockPath path) {
    return path.loops().stream().map(loop -> new Loop(loop.variable(), loop.extent())).toList();
  }

  private static void requireOnce(BlockPath path, Stmt pad, Nest nest, Nest.Site<Stmt.For> site) {
    Optional<Dependence> found =
        Dependences.find(
            loops(path),
            AccessCollector.of(pad, path.when()),
            site.scope(),
            signs -> Order.first(signs) != Sign.EQUAL);
    if (found.isPresent()) {
      throw nest.refuse(
          Reason.DEPENDENCE,
          path.block(),
          "stores an element in several rounds",
          found.get().text());
    }
  }

  private static void requireOwnReadsLater(
      BlockPath path, Stmt pad, Stmt rest, Nest nest, Nest.Site<Stmt.For> site) {
    List<Access> reads =
        AccessCollector.of(rest, path.when()).stream().filter(each -> !each.isStore()).toList();
    Optional<Dependence> found =
        Dependences.between(
            loops(path),
            AccessCollector.of(pad, path.when()),
            reads,
            site.scope(),
            signs -> Order.first(signs) != Sign.LATER);
    if (found.isPresent()) {
      throw nest.refuse(
          Reason.DEPENDENCE,
          path.block(),
          "reads an element before it stores it",
          found.get().text());
    }
  }

  /// What stands beside the way to the block touches an element after the block alone.
  private static void requireOthersLater(
      BlockPath path, Stmt pad, Nest nest, Nest.Site<Stmt.For> site) {
    for (int place = 0; place < path.statements().size(); place++) {
      if (!(path.statements().get(place) instanceof Stmt.Sequence(List<Stmt> parts))) {
        continue;
      }
      BlockPath outside = path.before(place);
      BlockPath below = path.from(place + 1);
      Stmt own = below.statements().isEmpty() ? path.block() : below.statements().getFirst();
      List<Access> stores = AccessCollector.of(below.around(pad), outside.when());
      boolean isBefore = true;
      for (Stmt part : parts) {
        if (part == own) {
          isBefore = false;
          continue;
        }
        Predicate<List<Sign>> matters =
            isBefore
                ? signs -> Order.first(signs) != Sign.LATER
                : signs -> Order.first(signs) == Sign.EARLIER;
        Optional<Dependence> found =
            Dependences.between(
                loops(outside),
                stores,
                AccessCollector.of(part, outside.when()),
                site.scope(),
                matters);
        if (found.isPresent()) {
          throw nest.refuse(
              Reason.DEPENDENCE,
              site.statement(),
              "an element is touched before `" + path.block().name() + "` stores it",
              found.get().text());
        }
      }
    }
  }
}
