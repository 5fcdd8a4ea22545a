package org.einkorn.passes.tune;

import static java.util.Comparator.comparingInt;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.tune.Steps.Cut;

/// The steps of a [Transposition].
///
/// ```text
/// (jo, ji) = split j.0 by 64
/// (io, ii) = split i.0 by 64
/// reorder jo io ji ii
/// A.square = cache-read A
/// compute-at A.square at io
/// transform-layout A.square (i, j) to (i floordiv 16, j, i mod 16)
/// set-scope A.square local at io
/// (iio, iii) = split ii by 16
/// vectorize iii
/// parallel jo
/// ```
///
/// Lines of a matrix whose rows are a power of two long lie in one set of a cache, which holds
/// fewer of them than a square has: a square is read once, line by line, to memory of its own. It
/// lies there as it is stored, a line at a time.
final class TranspositionSketch {
  /// Elements of a square that are stored at once: a line of memory of `f32`.
  private static final long LINE = 16;

  private TranspositionSketch() {}

  /// @throws org.einkorn.passes.schedule.RefusedStepException where a step does not apply
  static void take(MapNest nest, Transposition choice, Steps steps) {
    steps.fuse(nest.loops());
    Cut read = side(choice.read(), choice.tile(), steps);
    Cut stored = side(choice.stored(), choice.tile(), steps);
    List<Cut> cuts = new ArrayList<>();
    nest.loops().forEach(axis -> cuts.add(cut(axis, choice, read, stored)));
    List<String> order = new ArrayList<>();
    for (Axis axis : inOrder(nest, choice)) {
      Cut cut = cut(axis, choice, read, stored);
      if (!cut.isWhole() || !isOfSquare(axis, choice)) {
        order.add(cut.outermost());
      }
    }
    order.add(read.inner());
    order.add(stored.inner());
    steps.reorder(cuts, order, nest.block());
    if (choice.isStaged() && order.size() > 2) {
      LoopName square = LoopName.of(order.get(order.size() - 3));
      across(nest, choice)
          .forEach(
              operand -> steps.tryAll(() -> stage(operand, nest, choice.stored(), square, steps)));
      Cut lines = lines(choice, stored, steps);
      steps.tryTo(new Step.Vectorize(LoopName.of(lines.inner())));
    }
    steps.take(new Step.Parallel(LoopName.of(order.getFirst())));
  }

  private static Cut side(Axis axis, long tile, Steps steps) {
    return axis.isAtMost(tile) ? Cut.whole(axis) : steps.cut(axis, tile);
  }

  /// Cuts what is stored of a square to lines.
  private static Cut lines(Transposition choice, Cut stored, Steps steps) {
    boolean isLine = choice.tile() <= LINE || choice.stored().isAtMost(LINE);
    LoopName loop = LoopName.of(stored.inner());
    return isLine
        ? new Cut("", stored.inner())
        : steps.cut(loop, Steps.index(choice.stored()), LINE);
  }

  private static Cut cut(Axis axis, Transposition choice, Cut read, Cut stored) {
    if (axis.equals(choice.read())) {
      return read;
    }
    return axis.equals(choice.stored()) ? stored : Cut.whole(axis);
  }

  private static boolean isOfSquare(Axis axis, Transposition choice) {
    return axis.equals(choice.read()) || axis.equals(choice.stored());
  }

  /// The loops around squares, the outermost first: between that over lines which are stored and
  /// that over those which are read, the others as what is read has them, so that squares one after
  /// the other lie on the same pages.
  private static List<Axis> inOrder(MapNest nest, Transposition choice) {
    List<Axis> others = new ArrayList<>(nest.loops());
    others.removeIf(axis -> isOfSquare(axis, choice));
    across(nest, choice).findFirst().ifPresent(first -> others.sort(comparingInt(first::place)));
    List<Axis> all = new ArrayList<>(List.of(choice.read()));
    all.addAll(others);
    all.add(choice.stored());
    return all;
  }

  /// What is read in lines across those that are stored, and in no other way.
  private static Stream<Operand> across(MapNest nest, Transposition choice) {
    return nest.operands().stream()
        .filter(Operand::isPlain)
        .filter(operand -> operand.isUnit(choice.read()))
        .filter(operand -> operand.changesWith(choice.stored()))
        .filter(
            operand ->
                nest.operands().stream()
                        .filter(each -> each.tensor().equals(operand.tensor()))
                        .count()
                    == 1);
  }

  /// Reads a square line by line to memory of its own.
  ///
  /// @param stored the loop over what is stored side by side
  /// @param square the loop over squares
  private static void stage(
      Operand operand, MapNest nest, Axis stored, LoopName square, Steps steps) {
    String name = steps.freeMemory(operand.tensor() + ".square");
    steps.take(new Step.CacheRead(name, operand.tensor()));
    steps.take(new Step.ComputeAt(name, square));
    List<String> axes = new ArrayList<>();
    List<IndexExpr> positions = new ArrayList<>();
    IndexExpr inLine = stored.position();
    for (IndexExpr index : operand.indices()) {
      Axis axis = Axis.of(index, nest.loops());
      IndexExpr position = axis.position();
      axis.plain().forEach(part -> axes.add(Steps.index(part)));
      positions.add(axis.equals(stored) ? position.floorDiv(IndexExpr.of(LINE)) : position);
    }
    positions.add(inLine.floorMod(IndexExpr.of(LINE)));
    steps.take(new Step.TransformLayout(name, axes, positions));
    steps.take(new Step.SetScope(name, Buffer.Scope.LOCAL, square));
  }
}
