package org.einkorn.passes.tune;

import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.elementary.Formulas;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.target.Machine;
import org.einkorn.passes.PassContext;
import org.einkorn.runtime.DType;

/// Chooses how the loops of a function are cut, by counting.
final class Model {
  /// Vectors of partial results, so that no addition waits for the one before it.
  private static final int MOST_VECTORS = 4;

  /// So many times less has another way to be counted for to be taken: tiles are what backends
  /// compile best.
  private static final double LEAST_GAIN = 1.25;

  /// The elements of a square of a transposition along each axis: a line of memory of the narrowest
  /// floats that are computed with.
  private static final long SQUARE = 16;

  private static final long LARGE_SQUARE = 64;

  private final PassContext context;
  private final Machine machine;
  private final boolean mayRound;

  Model(PassContext context) {
    this.context = context;
    machine = context.machine();
    mayRound = context.mayReassociate();
  }

  /// How a reduction is scheduled, where it pays.
  Optional<ReductionChoice> choose(ReductionNest nest) {
    if (isShort(Axis.rounds(nest.loops()))) {
      return Optional.empty();
    }
    Optional<ReductionChoice> tiling = tiling(nest).map(ReductionChoice.class::cast);
    Optional<ReductionChoice> dots = dots(nest).map(ReductionChoice.class::cast);
    return dots.or(() -> tiling).or(() -> partials(nest).map(ReductionChoice.class::cast));
  }

  /// How vectors sum up along the reduction, where the elements of a result that lie side by side
  /// are too few for them.
  private Optional<DotTiling> dots(ReductionNest nest) {
    if (!isReduced(nest)) {
      return Optional.empty();
    }
    TilingFacts facts = new TilingFacts(nest, context);
    double most =
        tiling(nest)
            .map(tiling -> TilingModel.cycles(facts, tiling) / LEAST_GAIN)
            .orElse(Double.POSITIVE_INFINITY);
    return DotTilingModel.choose(facts, DotTilingModel.isAnyOrder(nest, context))
        .filter(dots -> dots.cycles() <= most)
        .map(DotTilingModel.Priced::tiling);
  }

  /// Whether loops do too little for a schedule to pay.
  ///
  /// @param rounds of all of them together
  boolean isShort(double rounds) {
    return context.isShort(rounds);
  }

  /// How what shares elements is summed up in tiles, where it can be.
  Optional<Tiling> tiling(ReductionNest nest) {
    return isReduced(nest) ? TilingModel.choose(new TilingFacts(nest, context)) : Optional.empty();
  }

  private static boolean isReduced(ReductionNest nest) {
    DType type = nest.accumulator().type().dtype();
    return isOfLanes(type) && combines(nest.combine());
  }

  /// Whether a nest does its elements in the order in which they lie, each for itself: no tile or
  /// square has it read less.
  boolean isInOrder(ElementNest nest) {
    return switch (nest) {
      case MapNest map -> squares(map).isEmpty();
      case ReductionNest reduction ->
          isUnit(reduction, reduction.reduce().getLast()) && tiling(reduction).isEmpty();
    };
  }

  /// The cache of a core.
  long l2Bytes() {
    return machine.l2Bytes();
  }

  private static boolean combines(BinaryOp op) {
    return switch (op) {
      case ADD, MINIMUM, MAXIMUM, AND, OR, XOR -> true;
      case SUBTRACT,
          MULTIPLY,
          DIVIDE,
          MODULO,
          POWER,
          LOG_ADD_EXP,
          COMPLEX,
          FOLLOW,
          SLOPE,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_EQUAL ->
          false;
    };
  }

  /// Whether vectors compute with a type.
  private static boolean isOfLanes(DType type) {
    return type == DType.F32
        || type == DType.F64
        || type == DType.I32
        || type == DType.I64
        || type == DType.BOOL;
  }

  private static boolean isUnit(ReductionNest nest, Axis axis) {
    return nest.operands().stream().anyMatch(each -> each.changesWith(axis))
        && nest.operands().stream().allMatch(each -> !each.changesWith(axis) || each.isUnit(axis));
  }

  /// How lanes reduce what lies side by side, where they can.
  Optional<Partials> partials(ReductionNest nest) {
    Axis last = nest.reduce().getLast();
    DType type = nest.sums(mayRound);
    long lanes = machine.lanes(type);
    boolean isAnyOrder = DotTilingModel.isAnyOrder(nest, context);
    if (!isAnyOrder || !isReduced(nest) || !isUnit(nest, last) || last.rounds() < 2 * lanes) {
      return Optional.empty();
    }
    long vectors = MOST_VECTORS;
    while (vectors > 1 && last.rounds() < 2 * vectors * lanes) {
      vectors /= 2;
    }
    return Optional.of(
        new Partials(
            last,
            vectors * lanes,
            lanes,
            Optional.of(type).filter(each -> each != nest.accumulator().type().dtype())));
  }

  /// How a map is scheduled, where it pays.
  Optional<MapChoice> choose(MapNest nest) {
    if (isShort(Axis.rounds(nest.loops()))) {
      return Optional.empty();
    }
    Optional<MapChoice> squares = squares(nest).map(MapChoice.class::cast);
    return squares.or(() -> strips(nest).map(MapChoice.class::cast));
  }

  private Optional<Transposition> squares(MapNest nest) {
    Optional<Axis> stored = nest.loops().stream().filter(nest.output()::isUnit).findFirst();
    if (stored.isEmpty()) {
      return Optional.empty();
    }
    for (Operand operand : nest.operands()) {
      Optional<Axis> read = nest.loops().stream().filter(operand::isUnit).findFirst();
      if (read.isPresent()
          && !read.equals(stored)
          && operand.changesWith(stored.get())
          && Math.min(read.get().rounds(), stored.get().rounds()) >= SQUARE) {
        double bytes = Axis.rounds(nest.loops()) * nest.value().type().byteSize();
        boolean isFar = bytes > machine.l2Bytes() / 2.0;
        long tile = isFar ? largeSquare(nest.value().type()) : SQUARE;
        return Optional.of(new Transposition(read.get(), stored.get(), tile, isFar));
      }
    }
    return Optional.empty();
  }

  /// How long a square is of which half of the nearest cache holds all.
  private long largeSquare(DType type) {
    long square = SQUARE;
    while (square < LARGE_SQUARE
        && 4 * square * square * type.byteSize() <= machine.l1Bytes() / 2) {
      square *= 2;
    }
    return square;
  }

  /// How what is stored and read side by side is cut, where it can be.
  Optional<Strips> strips(MapNest nest) {
    Axis last = nest.loops().getLast();
    boolean isUnit =
        nest.output().isUnit(last)
            && nest.operands().stream()
                .allMatch(each -> !each.changesWith(last) || each.isUnit(last));
    DType type = nest.value().type();
    boolean isReal = type.isFloat() || type == DType.I32 || type == DType.I64;
    if (!isUnit || !isReal) {
      return Optional.empty();
    }
    long lanes = (long) machine.lanes(type) * (isElementary(nest.value()) ? 1 : MOST_VECTORS);
    return last.rounds() < lanes ? Optional.empty() : Optional.of(new Strips(last, lanes));
  }

  /// Whether it has a function that is written out: many steps on many values, which take the
  /// registers of one vector.
  private static boolean isElementary(Scalar value) {
    boolean[] found = {false};
    Walk.ofScalars(
            part ->
                found[0] |=
                    part instanceof Scalar.Unary(UnaryOp op, Scalar operand)
                        && Formulas.contain(op, operand.type()))
        .visit(value);
    return found[0];
  }
}
