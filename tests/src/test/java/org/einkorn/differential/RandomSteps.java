package org.einkorn.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Usage;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.schedule.Schedule;
import org.einkorn.runtime.DType;

/// Random steps of schedules; about half of them are legal.
final class RandomSteps {
  private final Dice dice;
  private final RandomSamples samples;
  private int names = 0;

  RandomSteps(Dice dice) {
    this.dice = dice;
    samples = new RandomSamples(dice);
  }

  /// A step for the function as it is now; nothing where it has no loop.
  Optional<Step> next(Schedule schedule) {
    List<Stmt.For> loops = loops(schedule.function().body());
    if (loops.isEmpty()) {
      return Optional.empty();
    }
    Stmt.For loop = dice.pick(loops);
    if (dice.chance(0.12)) {
      return Optional.of(samples.next(schedule, name(loop), blocks(loop)));
    }
    LoopName name = samples.loop(schedule).orElseGet(() -> name(loop));
    return switch (dice.below(56)) {
      case 0, 1, 2 -> Optional.of(split(name, schedule));
      case 3, 4 -> Optional.of(new Step.Fuse(fresh(), chain(loop, 2)));
      case 5, 6, 7, 8 ->
          loops(loop).size() > 1 || dice.chance(0.05)
              ? Optional.of(reorder(loop))
              : Optional.empty();
      case 9 -> Optional.of(new Step.Partition(fresh(), fresh(), name, number(schedule)));
      case 10 -> Optional.of(new Step.Parallel(name));
      case 11 -> Optional.of(new Step.Vectorize(name));
      case 12 -> Optional.of(new Step.Unroll(name));
      case 33, 43 -> Optional.of(new Step.Bind(name, dice.pick(List.of(GridAxis.values()))));
      case 13, 14 -> ofBlock(loop, block -> new Step.Fission(name, block));
      case 15, 16 -> lift(name, schedule);
      case 17 -> Optional.of(copy(schedule));
      case 18, 19 -> layout(schedule);
      case 21 -> Optional.of(new Step.CacheWrite(fresh(), global(schedule)));
      case 22 -> Optional.of(new Step.CacheInPlace(fresh(), global(schedule)));
      case 23 -> ofBlock(loop, block -> new Step.Reindex(fresh(), global(schedule), block));
      case 24 -> {
        OptionalInt read = OptionalInt.of(dice.below(2));
        yield ofBlock(loop, block -> new Step.Reindex(fresh(), global(schedule), block, read));
      }
      case 25 -> align(schedule);
      case 26 -> rolling(name, schedule);
      case 46, 47 -> prefetch(name, schedule);
      case 48, 49, 50 -> doubleBuffer(name, schedule);
      case 27 -> Optional.of(new Step.Blockize(name, fresh()));
      case 31, 32 -> ofBlock(loop, block -> pad(block, loop, schedule));
      case 28, 29, 30 ->
          blocks(loop).isEmpty() ? Optional.empty() : Optional.of(map(dice.pick(blocks(loop))));
      case 20 -> ofBlock(loop, block -> new Step.DecomposeReduction(block, name));
      case 44, 45 -> ofBlock(loop, block -> new Step.DecomposePadding(block, name));
      case 34, 35, 36, 37, 38, 39, 40, 41, 42 -> new RandomMoves(dice).next(schedule);
      case 51 -> integers(schedule);
      case 52, 53, 54 -> Optional.of(new Step.Tensorize(place(loop, name), "dot"));
      default ->
          blocks(loop).isEmpty()
              ? Optional.empty()
              : Optional.of(new Step.AddUnitLoop(fresh(), dice.pick(blocks(loop)).name()));
    };
  }

  private Optional<Step> ofBlock(Stmt.For loop, Function<String, Step> step) {
    List<Stmt.Block> blocks = blocks(loop);
    return blocks.isEmpty() ? Optional.empty() : Optional.of(step.apply(dice.pick(blocks).name()));
  }

  private Optional<Step> lift(LoopName loop, Schedule schedule) {
    List<Buffer> allocated = allocated(schedule.function().body());
    return allocated.isEmpty()
        ? Optional.empty()
        : Optional.of(new Step.Lift(dice.pick(allocated).name(), loop));
  }

  private Optional<Step> integers(Schedule schedule) {
    List<Buffer> allocated = allocated(schedule.function().body());
    return allocated.isEmpty()
        ? Optional.empty()
        : Optional.of(new Step.SetType(dice.pick(allocated).name(), DType.I32));
  }

  /// A loop inside that has four rounds, if one does, or a block.
  private LoopName place(Stmt.For loop, LoopName name) {
    List<Stmt.Block> blocks = blocks(loop);
    Optional<Stmt.For> four =
        loops(loop).stream().filter(each -> each.extent().equals(IndexExpr.of(4))).findFirst();
    if (four.isPresent()) {
      return name(four.get());
    }
    return blocks.isEmpty() || dice.chance(0.7) ? name : LoopName.of(dice.pick(blocks).name());
  }

  private Step copy(Schedule schedule) {
    return new Step.CacheRead(fresh(), global(schedule));
  }

  private String global(Schedule schedule) {
    return dice.pick(schedule.module().allBuffers()).name();
  }

  private Optional<Step> align(Schedule schedule) {
    List<Buffer> all = temporaries(schedule);
    if (all.isEmpty()) {
      return Optional.empty();
    }
    int factor = dice.between(1, 6);
    Buffer buffer = dice.pick(all);
    return Optional.of(
        new Step.StorageAlign(
            buffer.name(),
            dice.below(buffer.type().rank()),
            samples.number(schedule).orElseGet(() -> IndexExpr.of(factor)),
            IndexExpr.of(dice.below(factor))));
  }

  private Optional<Step> rolling(LoopName loop, Schedule schedule) {
    List<Buffer> all = temporaries(schedule);
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(new Step.RollingBuffer(dice.pick(all).name(), loop));
  }

  /// Mostly a buffer that the module has, not always one that the loop reads.
  private Optional<Step> prefetch(LoopName loop, Schedule schedule) {
    int distance = dice.chance(0.95) ? dice.between(1, 9) : dice.between(-1, 2000);
    return Optional.of(
        new Step.Prefetch(
            loop,
            global(schedule),
            samples.number(schedule).orElseGet(() -> IndexExpr.of(distance))));
  }

  /// Memory that is allocated somewhere, or a temporary; mostly a loop that stores and reads it.
  private Optional<Step> doubleBuffer(LoopName loop, Schedule schedule) {
    Stmt body = schedule.function().body();
    List<Buffer> all = new ArrayList<>(allocated(body));
    all.addAll(temporaries(schedule));
    if (all.isEmpty()) {
      return Optional.empty();
    }
    String buffer = dice.pick(all).name();
    List<LoopName> filled =
        loops(body).stream()
            .filter(each -> Usage.of(each.body()).reads(buffer))
            .filter(each -> Usage.of(each.body()).writes(buffer))
            .map(RandomSteps::name)
            .toList();
    return Optional.of(
        new Step.DoubleBuffer(
            buffer, filled.isEmpty() || dice.chance(0.2) ? loop : dice.pick(filled)));
  }

  /// One or two of the loops inside of a loop run up to a multiple.
  private Step pad(String block, Stmt.For loop, Schedule schedule) {
    List<String> inside = loops(loop).stream().map(Stmt.For::variable).distinct().toList();
    List<Step.Padding> paddings = new ArrayList<>();
    paddings.add(
        new Step.Padding(
            dice.pick(inside),
            samples.number(schedule).orElseGet(() -> IndexExpr.of(dice.between(1, 5)))));
    String other = dice.pick(inside);
    if (!other.equals(paddings.getFirst().loop())) {
      paddings.add(new Step.Padding(other, dice.between(1, 5)));
    }
    return new Step.PadEinsum(block, paddings);
  }

  /// Other iterators of a block: turned, cut, joined, reversed or such that two are the same.
  private Step map(Stmt.Block block) {
    List<String> names = new ArrayList<>();
    List<IndexExpr> positions = new ArrayList<>();
    for (Stmt.BlockIter _ : block.iters()) {
      names.add(fresh());
      positions.add(
          dice.chance(0.7) ? positions.size() : dice.below(positions.size() + 1),
          IndexExpr.variable(names.getLast()));
    }
    for (int change = dice.below(3); change > 0 && !positions.isEmpty(); change--) {
      int place = dice.below(positions.size());
      IndexExpr chosen = positions.get(place);
      IndexExpr factor = IndexExpr.of(dice.between(1, 4));
      switch (dice.below(5)) {
        case 0, 1 -> {
          positions.set(place, chosen.floorDiv(factor));
          int other = dice.chance(0.5) ? place + 1 : dice.below(positions.size() + 1);
          positions.add(other, chosen.floorMod(factor));
        }
        case 2, 3 -> {
          int next = (place + 1) % positions.size();
          IndexExpr inner = positions.get(next);
          int old = names.indexOf(inner instanceof IndexExpr.Variable(String name) ? name : "");
          if (old >= 0 && next != place) {
            positions.set(place, chosen.times(block.iters().get(old).extent()).plus(inner));
            positions.remove(next);
          }
        }
        default -> positions.set(place, chosen.plus(dice.between(-1, 2)));
      }
    }
    return new Step.TransformBlockLayout(block.name(), names, positions);
  }

  /// Another layout of a copy, a temporary or an array; now and then one that can't be.
  private Optional<Step> layout(Schedule schedule) {
    List<Buffer> all = temporaries(schedule);
    if (all.isEmpty()) {
      return Optional.empty();
    }
    Buffer buffer = dice.pick(all);
    List<String> axes = new ArrayList<>();
    List<IndexExpr> positions = new ArrayList<>();
    for (int axis = 0; axis < buffer.type().rank(); axis++) {
      axes.add(fresh());
      positions.add(dice.below(positions.size() + 1), IndexExpr.variable(axes.getLast()));
    }
    int place = dice.below(positions.size());
    IndexExpr chosen = positions.get(place);
    IndexExpr factor = IndexExpr.of(dice.between(1, 4));
    switch (dice.below(5)) {
      case 0 -> {
        positions.set(place, chosen.floorDiv(factor));
        positions.add(dice.below(positions.size() + 1), chosen.floorMod(factor));
      }
      case 1 -> positions.set(place, chosen.plus(dice.between(-1, 3)));
      case 2 -> positions.set(place, chosen.times(factor));
      case 3 -> positions.set(place, chosen.floorDiv(factor));
      default -> {}
    }
    return Optional.of(new Step.TransformLayout(buffer.name(), axes, positions));
  }

  /// What is no input and has an axis; no output where there is anything else.
  private static List<Buffer> temporaries(Schedule schedule) {
    List<Buffer> all = new ArrayList<>(allocated(schedule.function().body()));
    all.addAll(schedule.module().buffers());
    all.removeIf(buffer -> buffer.type().rank() == 0);
    List<Buffer> own = new ArrayList<>(all);
    schedule
        .module()
        .signature()
        .outputs()
        .forEach(output -> own.removeIf(buffer -> buffer.name().equals(output.name())));
    return own.isEmpty() ? all : own;
  }

  private static List<Buffer> allocated(Stmt statement) {
    List<Buffer> buffers = new ArrayList<>();
    if (statement instanceof Stmt.Allocate(Buffer buffer, var body)) {
      buffers.add(buffer);
    }
    inside(statement).forEach(each -> buffers.addAll(allocated(each)));
    return buffers;
  }

  private Step split(LoopName loop, Schedule schedule) {
    int count = dice.pick(List.of(2, 2, 2, 3));
    int inferred = dice.chance(0.1) ? -1 : dice.chance(0.7) ? 0 : dice.below(count);
    List<String> made = new ArrayList<>();
    List<Optional<IndexExpr>> factors = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      made.add(fresh());
      factors.add(number == inferred ? Optional.empty() : Optional.of(factor(schedule)));
    }
    return new Step.Split(made, loop, factors);
  }

  private IndexExpr factor(Schedule schedule) {
    Optional<IndexExpr> sampled = samples.number(schedule);
    if (sampled.isPresent()) {
      return sampled.get();
    }
    return dice.chance(0.8) ? IndexExpr.of(dice.between(1, 5)) : number(schedule);
  }

  private IndexExpr number(Schedule schedule) {
    List<String> symbols = schedule.module().symbols();
    if (symbols.isEmpty() || dice.chance(0.3)) {
      return IndexExpr.of(dice.between(-1, 4));
    }
    IndexExpr symbol = IndexExpr.symbol(dice.pick(symbols));
    return switch (dice.below(6)) {
      case 0 -> symbol.plus(-1);
      case 1 -> symbol.floorDiv(IndexExpr.of(2));
      case 2 -> symbol.max(IndexExpr.Constant.ONE);
      case 3 -> symbol.plus(1);
      case 4 -> IndexExpr.of(4).floorDiv(symbol.max(IndexExpr.Constant.ONE));
      default -> symbol;
    };
  }

  private Step reorder(Stmt.For loop) {
    List<LoopName> chain = new ArrayList<>(chain(loop, dice.between(2, 4)));
    List<LoopName> order = new ArrayList<>();
    while (!chain.isEmpty()) {
      order.add(chain.remove(dice.below(chain.size())));
    }
    return new Step.Reorder(order);
  }

  /// A loop and loops inside of it, the first that there are.
  private static List<LoopName> chain(Stmt.For loop, int most) {
    List<LoopName> chain = new ArrayList<>();
    for (Stmt.For inside : loops(loop)) {
      if (chain.size() < most) {
        chain.add(name(inside));
      }
    }
    if (chain.size() == 1) {
      chain.add(chain.getFirst());
    }
    return chain;
  }

  private String fresh() {
    return "x" + names++;
  }

  static LoopName name(Stmt.For loop) {
    return blocks(loop).isEmpty()
        ? LoopName.of(loop.variable())
        : LoopName.of(loop.variable(), blocks(loop).getFirst().name());
  }

  static List<Stmt.For> loops(Stmt statement) {
    List<Stmt.For> loops = new ArrayList<>();
    if (statement instanceof Stmt.For loop) {
      loops.add(loop);
    }
    inside(statement).forEach(each -> loops.addAll(loops(each)));
    return loops;
  }

  static List<Stmt.Block> blocks(Stmt statement) {
    List<Stmt.Block> blocks = new ArrayList<>();
    if (statement instanceof Stmt.Block block) {
      blocks.add(block);
    }
    inside(statement).forEach(each -> blocks.addAll(blocks(each)));
    return blocks;
  }

  private static List<Stmt> inside(Stmt statement) {
    return switch (statement) {
      case Stmt.For loop -> List.of(loop.body());
      case Stmt.Block block -> List.of(block.body());
      case Stmt.Sequence(List<Stmt> statements) -> statements;
      case Stmt.Allocate(var buffer, Stmt body) -> List.of(body);
      case Stmt.If(var guards, Stmt body) -> List.of(body);
      case Stmt.When(var condition, Stmt body) -> List.of(body);
      case Stmt.While(var condition, Stmt body) -> List.of(body);
      case Stmt.Store _ -> List.of();
    };
  }
}
