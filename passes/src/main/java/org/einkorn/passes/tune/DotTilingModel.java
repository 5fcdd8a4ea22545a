package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.target.Machine;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.tune.DotTiling.Side;
import org.einkorn.runtime.DType;

/// Chooses a [DotTiling] by counting what a tile costs, as [TilingModel] does.
///
/// In each vector of the reduction a tile of r · c dot products loads r + c vectors, of a product
/// of matrices, and does r · c multiply-adds. In the end each of its vectors is summed up lane by
/// lane.
final class DotTilingModel {
  /// As many rounds of one loop as a tile may have.
  static final long MOST_ROUNDS = 8;

  private static final double WEIGHT_OF_LOADS = 0.1;

  private final ReductionNest nest;
  private final TilingFacts facts;
  private final Machine machine;
  private final Axis sum;
  private final long lanes;

  private DotTilingModel(TilingFacts facts, Axis sum) {
    this.facts = facts;
    this.sum = sum;
    nest = facts.nest();
    machine = facts.machine();
    lanes = facts.lanes();
  }

  /// A tiling and how many cycles all of it is counted to take.
  record Priced(DotTiling tiling, double cycles) {}

  /// The cheapest tiling, where something is read more than once in a tile.
  ///
  /// @param isAnyOrder whether what is reduced may be so in another order
  static Optional<Priced> choose(TilingFacts facts, boolean isAnyOrder) {
    ReductionNest nest = facts.nest();
    Axis sum = nest.reduce().getLast();
    DotTilingModel model = new DotTilingModel(facts, sum);
    if (!isAnyOrder || sum.rounds() < 2 * model.lanes || !model.canBeLanes()) {
      return Optional.empty();
    }
    return model.cheapest();
  }

  /// Whether lanes read side by side what changes from lane to lane, or from copies.
  private boolean canBeLanes() {
    return nest.operands().stream().anyMatch(each -> each.changesWith(sum))
        && nest.operands().stream()
            .allMatch(
                each -> !each.changesWith(sum) || each.isUnit(sum) || facts.isWorthPanels(each));
  }

  private Optional<Priced> cheapest() {
    Optional<Priced> best = Optional.empty();
    List<Axis> axes = nest.spatial().stream().filter(axis -> axis.rounds() > 1).toList();
    for (int first = 0; first < axes.size(); first++) {
      for (int second = first + 1; second < axes.size(); second++) {
        best = cheaper(best, tiles(axes.get(first), axes.get(second)));
      }
    }
    return best;
  }

  private static Optional<Priced> cheaper(Optional<Priced> one, Optional<Priced> other) {
    return one.isPresent() && (other.isEmpty() || one.get().cycles <= other.get().cycles)
        ? one
        : other;
  }

  private Optional<Priced> tiles(Axis outer, Axis inner) {
    Optional<Priced> best = Optional.empty();
    long most = machine.vectorRegisters() * 3L / 4;
    for (long rows = 1; rows <= Math.min(MOST_ROUNDS, outer.rounds()); rows++) {
      for (long columns = 1; columns <= Math.min(MOST_ROUNDS, inner.rounds()); columns++) {
        if (rows * columns <= most) {
          List<Side> tile = List.of(new Side(outer, rows), new Side(inner, columns));
          best = cheaper(best, Optional.of(priced(tile)).filter(each -> shares(tile)));
        }
      }
    }
    return best;
  }

  /// Whether a tile reads less than its dot products do one by one.
  private boolean shares(List<Side> tile) {
    return loads(tile) < (double) nest.operands().size() * dots(tile);
  }

  private static double dots(List<Side> tile) {
    return tile.stream().mapToDouble(Side::rounds).reduce(1, (left, right) -> left * right);
  }

  private double loads(List<Side> tile) {
    double loads = 0;
    for (Operand operand : nest.operands()) {
      double each = 1;
      for (Side side : tile) {
        each *= operand.changesWith(side.axis()) ? side.rounds() : 1;
      }
      loads += each;
    }
    return loads;
  }

  private Priced priced(List<Side> tile) {
    double dots = dots(tile);
    double loads = loads(tile);
    // Of tiles that take the same the one that loads less: what it waits for is not counted.
    double round = TilingModel.cycles(dots, loads) * (1 + WEIGHT_OF_LOADS * loads / dots);
    double rounds = Axis.rounds(nest.reduce()) / sum.rounds() * sum.tiles(lanes);
    double tiles = 1;
    for (Axis axis : nest.spatial()) {
      long size =
          tile.stream()
              .filter(side -> side.axis().equals(axis))
              .mapToLong(Side::rounds)
              .findFirst()
              .orElse(1);
      tiles *= size > 1 ? axis.tiles(size) : axis.rounds();
    }
    return new Priced(tiling(tile), tiles * (rounds * round + dots * lanes));
  }

  private DotTiling tiling(List<Side> tile) {
    List<Operand> panels = new ArrayList<>();
    for (Operand operand : nest.operands()) {
      if (operand.changesWith(sum) && !operand.isUnit(sum)) {
        panels.add(operand);
      }
    }
    return facts.dots(sum, tile, panels);
  }

  /// Whether the lanes of vectors may be reduced each for itself: what is reduced is rounded
  /// otherwise then.
  static boolean isAnyOrder(ReductionNest nest, PassContext context) {
    boolean mayRound = context.mayReassociate();
    DType type = nest.sums(mayRound);
    // Integers are not added up in another order: sums on the way may overflow where the whole
    // does not. Where nothing may round no step is taken that could, whatever it does here.
    return mayRound && (type.isFloat() || nest.combine() != BinaryOp.ADD);
  }
}
