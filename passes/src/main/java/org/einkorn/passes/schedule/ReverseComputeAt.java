package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.integer.Loop;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.schedule.Dependence.Sign;

/// `for i < n { s(X[i …]) } for j < m { t(X[j]) } → for i < n { s(X[i …]) for q < r(i) { t(X[a(i) +
/// q]) } }`
///
/// The nest of the block reads buffers that the nest of the loop stores, at a position on some axes
/// that is one of its outermost loops for each. A round of the other loop stores in a box, and is
/// followed by the rounds of the nest for the box. Each of these is in one box alone: so it runs
/// once, and nothing stores what it reads later. Its rounds have nothing to do with one another,
/// and with what runs between nothing but the buffer.
final class ReverseComputeAt implements Primitive<Step.ReverseComputeAt> {
  @Override
  public Module apply(Nest nest, Step.ReverseComputeAt step) {
    Stmt.Block block = nest.block(step.block());
    Nest.Site<Stmt.For> target = nest.loop(step.loop());
    Siblings siblings =
        Siblings.of(nest.function().body(), target.statement(), block)
            .orElseThrow(
                () ->
                    nest.refuse(
                        Reason.NOT_BEFORE,
                        target.statement(),
                        "does not run before the nest of `" + block.name() + "`"));
    Moves.requirePlain(nest, target, siblings.around().size() + 1);
    List<String> buffers = requireApart(nest, siblings, target, block);
    AxisLoops moving = moving(nest, siblings, block, buffers);
    requireIndependent(nest, moving, siblings, block);
    Tile tile = tile(nest, siblings, target, moving, buffers);
    List<Stmt> passed = new ArrayList<>(siblings.between());
    passed.add(siblings.earlier());
    Faults.requireSame(nest, siblings.later(), passed);
    Stmt.For loop = target.statement();
    Stmt inside = new Stmt.Sequence(List.of(loop.body(), tile.nest(nest.names())));
    Stmt earlier = Statements.replace(siblings.earlier(), loop, loop.with(inside));
    return nest.replace(
        siblings.sequence(), siblings.without(siblings.later(), siblings.earlier(), earlier));
  }

  /// The outermost loops that go over an axis of each buffer.
  private static AxisLoops moving(
      Nest nest, Siblings siblings, Stmt.Block block, List<String> buffers) {
    AxisLoops fewest =
        buffers.stream()
            .map(buffer -> AxisLoops.of(siblings.later(), Moves.reads(siblings.later(), buffer)))
            .min(Comparator.comparingInt(each -> each.loops().size()))
            .orElseThrow();
    Moves.requireLoops(nest, fewest, siblings.scope(), block, buffers.getFirst());
    return fewest;
  }

  /// The box of a round: the same for each buffer, on the axes that the loops go over.
  private static Tile tile(
      Nest nest,
      Siblings siblings,
      Nest.Site<Stmt.For> target,
      AxisLoops moving,
      List<String> buffers) {
    List<Tile> tiles = new ArrayList<>();
    for (String buffer : buffers) {
      AxisLoops own = AxisLoops.of(siblings.later(), Moves.reads(siblings.later(), buffer));
      AxisLoops same =
          new AxisLoops(
              moving.loops(), own.axes().subList(0, moving.loops().size()), moving.body());
      tiles.add(
          Tile.of(
              target.path(),
              siblings.around().size() + 1,
              same,
              Moves.stores(target.statement().body(), buffer)));
    }
    Tile tile = tiles.getFirst();
    if (tile.cover() != Tile.Cover.ONCE
        || tiles.stream().anyMatch(each -> !each.ranges().equals(tile.ranges()))) {
      throw nest.refuse(
          Reason.NOT_COVERED,
          target.statement(),
          "is not known to store in each round other elements of `%s`, and all of them"
              .formatted(String.join("` and `", buffers)));
    }
    return tile;
  }

  /// The buffers by which the nests have to do with one another.
  private static List<String> requireApart(
      Nest nest, Siblings siblings, Nest.Site<Stmt.For> target, Stmt.Block block) {
    Touched producer = Touched.of(siblings.earlier());
    Touched between = Touched.of(siblings.between());
    Touched consumer = Touched.of(siblings.later());
    Optional<String> other =
        consumer
            .shared(between)
            .or(() -> consumer.stores().stream().filter(producer::touches).findFirst());
    if (other.isPresent()) {
      throw nest.refuse(
          Reason.DEPENDENCE, block, "needs `" + other.get() + "` as it is in its place");
    }
    List<String> read = consumer.reads().stream().filter(producer.stores()::contains).toList();
    if (read.isEmpty()) {
      throw nest.refuse(Reason.NO_MATCH, block, "reads nothing that the nest of the loop stores");
    }
    Stmt.For loop = target.statement();
    Stmt empty = loop.with(new Stmt.Sequence(List.of()));
    Touched beside = Touched.of(Statements.replace(siblings.earlier(), loop, empty));
    for (String buffer : read) {
      if (beside.stores().contains(buffer)) {
        throw nest.refuse(Reason.DEPENDENCE, loop, "does not store all of `" + buffer + "`");
      }
    }
    return read;
  }

  static void requireIndependent(Nest nest, AxisLoops moving, Siblings siblings, Stmt.Block block) {
    Optional<Dependence> found =
        Dependences.find(
            moving.loops().stream().map(loop -> new Loop(loop.variable(), loop.extent())).toList(),
            AccessCollector.of(moving.body(), List.of()),
            siblings.scope(),
            signs -> Order.first(signs) != Sign.EQUAL);
    if (found.isPresent()) {
      throw nest.refuse(
          Reason.DEPENDENCE, block, "stands in rounds that need one another", found.get().text());
    }
  }
}
