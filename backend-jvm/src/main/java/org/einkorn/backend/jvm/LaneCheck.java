package org.einkorn.backend.jvm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;

/// Finds out whether the iterations of a loop can run as lanes of vectors of one type.
///
/// Whatever differs between lanes must be an element at consecutive positions of a last axis, a
/// register of the loop's own, or an operation on those that vectors compute in the very same bits,
/// or an elementary function that is written out. All else must be the same in every lane, but for
/// one guard that compares a position, and choices by such comparisons.
final class LaneCheck {
  /// How a value depends on the lane.
  private enum Change {
    /// The same in every lane.
    NONE,
    /// A position that grows by 1 from lane to lane.
    STEP,
    /// A value of the type of the lanes that differs: a Boolean is a byte then.
    VALUE,
    /// The outcome of a comparison that differs.
    MASK,
    /// Anything else.
    OTHER
  }

  private final KernelContext context;
  private final Map<String, Buffer> arrays;
  private final Map<String, Change> names = new HashMap<>();
  private final Map<String, IndexExpr> extents = new HashMap<>();
  private final Map<String, DType> registers = new HashMap<>();
  private Optional<DType> type = Optional.empty();

  /// Whether a guard around holds for some lanes only.
  private boolean isMasked;

  private LaneCheck(KernelContext context, Map<String, Buffer> arrays) {
    this.context = context;
    this.arrays = arrays;
  }

  /// The type of the lanes, if the loop can run as vectors.
  ///
  /// @param arrays the local arrays that are visible at the loop
  static Optional<DType> of(Stmt.For loop, KernelContext context, Map<String, Buffer> arrays) {
    LaneCheck check = new LaneCheck(context, arrays);
    check.names.put(loop.variable(), Change.STEP);
    check.extents.put(loop.variable(), loop.extent());
    return check.holds(loop.body()) ? check.type : Optional.empty();
  }

  private boolean holds(Stmt statement) {
    return switch (statement) {
      case Stmt.For loop -> {
        boolean isSame = change(loop.extent()) == Change.NONE;
        names.put(loop.variable(), Change.NONE);
        extents.put(loop.variable(), loop.extent());
        yield isSame && holds(loop.body());
      }
      case Stmt.Block block -> {
        boolean holds = true;
        for (Stmt.BlockIter iter : block.iters()) {
          Change change = change(iter.binding());
          names.put(iter.variable(), change);
          extents.put(iter.variable(), iter.extent());
          holds &= change == Change.NONE || iter.kind() == Stmt.IterKind.SPATIAL;
        }
        yield holds
            && holds(
                block.guards(),
                () -> block.init().map(this::holds).orElse(true) && holds(block.body()));
      }
      case Stmt.Sequence(List<Stmt> statements) -> statements.stream().allMatch(this::holds);
      case Stmt.Allocate(Buffer buffer, Stmt body) -> {
        registers.put(buffer.name(), buffer.type().dtype());
        yield buffer.scope() == Buffer.Scope.REGISTER
            && isLaneType(buffer.type().dtype())
            && holds(body);
      }
      case Stmt.If(List<Guard> guards, Stmt body) -> holds(guards, () -> holds(body));
      case Stmt.When _, Stmt.While _ -> false;
      case Stmt.Store store -> holds(store);
    };
  }

  /// One guard may hold for some lanes only. With two, each might hold for other lanes, and what
  /// the lanes share would be computed though the body runs for none.
  private boolean holds(List<Guard> guards, BooleanSupplier body) {
    boolean outer = isMasked;
    for (Guard guard : guards) {
      Change change = change(guard.index());
      boolean isMask = change == Change.STEP && !isMasked;
      if (change(guard.extent()) != Change.NONE || change != Change.NONE && !isMask) {
        return false;
      }
      isMasked |= isMask;
    }
    boolean holds = body.getAsBoolean();
    isMasked = outer;
    return holds;
  }

  private boolean holds(Stmt.Store store) {
    Change value = change(store.value());
    if (value != Change.NONE && value != Change.VALUE) {
      return false;
    }
    if (registers.containsKey(store.buffer())) {
      return true;
    }
    Optional<Buffer> buffer = buffer(store.buffer());
    if (buffer.isEmpty()) {
      return false; // a register from outside: the lanes would be combined
    }
    return access(store.indices()) == Change.STEP && isLaneType(buffer.get().type().dtype());
  }

  /// A local array or a buffer of the module; nothing for a register.
  private Optional<Buffer> buffer(String name) {
    if (context.isBuffer(name)) {
      return Optional.of(context.buffer(context.bufferNumber(name)));
    }
    return Optional.ofNullable(arrays.get(name));
  }

  /// All lanes have one type.
  private boolean isLaneType(DType candidate) {
    if (!LaneOperations.hasLanes(candidate)) {
      return false;
    }
    if (type.isEmpty()) {
      type = Optional.of(candidate);
    }
    return type.get() == candidate;
  }

  /// `NONE` for one element, `STEP` for elements side by side.
  private Change access(List<IndexExpr> indices) {
    Change all = Change.NONE;
    for (int axis = 0; axis < indices.size(); axis++) {
      Change change = change(indices.get(axis));
      boolean isLast = axis == indices.size() - 1;
      if (change == Change.STEP && isLast && all == Change.NONE) {
        all = Change.STEP;
      } else if (change != Change.NONE) {
        all = Change.OTHER;
      }
    }
    return all;
  }

  private Change change(IndexExpr index) {
    return switch (index) {
      case IndexExpr.Constant _, IndexExpr.Symbol _ -> Change.NONE;
      case IndexExpr.Variable(String name) -> names.getOrDefault(name, Change.NONE);
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> {
        Change first = change(left);
        Change second = change(right);
        yield first == Change.NONE ? second : second == Change.NONE ? first : Change.OTHER;
      }
      case IndexExpr.Product(IndexExpr left, IndexExpr right) -> same(left, right);
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) -> same(left, right);
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) -> same(left, right);
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) -> same(left, right);
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) -> same(left, right);
      case IndexExpr.Fetch fetch -> {
        boolean isSame =
            change(fetch.source()) == Change.NONE && change(fetch.extent()) == Change.NONE;
        yield isSame ? Change.NONE : Change.OTHER;
      }
    };
  }

  private Change same(IndexExpr left, IndexExpr right) {
    return change(left) == Change.NONE && change(right) == Change.NONE ? Change.NONE : Change.OTHER;
  }

  private Change change(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal _ -> Change.NONE;
      case Scalar.Read(String tensor, DType stored, List<IndexExpr> indices) -> {
        if (registers.containsKey(tensor)) {
          yield Change.VALUE;
        }
        Change access = access(indices);
        yield access == Change.STEP ? isLaneType(stored) ? Change.VALUE : Change.OTHER : access;
      }
      case Scalar.Position(IndexExpr index) ->
          change(index) == Change.NONE ? Change.NONE : Change.OTHER;
      case Scalar.Unary(UnaryOp op, Scalar operand) -> {
        Change change = change(operand);
        yield change == Change.NONE
                || change != Change.OTHER
                    && LaneOperations.computes(op, operand.type(), change == Change.MASK)
            ? change
            : Change.OTHER;
      }
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) -> change(op, left, right);
      case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) -> {
        Change product = change(BinaryOp.MULTIPLY, left, right);
        Change sum = change(addend);
        if (product == Change.NONE && sum == Change.NONE) {
          yield Change.NONE;
        }
        boolean hasOther = product == Change.OTHER || sum == Change.OTHER;
        yield !hasOther && isLaneType(scalar.type()) ? Change.VALUE : Change.OTHER;
      }
      case Scalar.Dot dot ->
          dot.parts().stream().allMatch(part -> change(part) == Change.NONE)
              ? Change.NONE
              : Change.OTHER;
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          change(condition, then, otherwise);
      case Scalar.Cast(DType to, Scalar operand) ->
          change(operand) == Change.NONE ? Change.NONE : Change.OTHER;
    };
  }

  private Change change(BinaryOp op, Scalar left, Scalar right) {
    if (LaneMasks.isOfPositions(op, left, right)) {
      return compared(left, right);
    }
    Change first = change(left);
    Change second = change(right);
    if (first == Change.OTHER || second == Change.OTHER) {
      return Change.OTHER;
    }
    if (first == Change.NONE && second == Change.NONE) {
      return Change.NONE;
    }
    boolean ofMasks = first == Change.MASK || second == Change.MASK;
    boolean areAlike = !ofMasks || isMask(first, left) && isMask(second, right);
    if (!areAlike
        || !LaneOperations.computes(op, left.type(), ofMasks)
        || !ofMasks && !isLaneType(left.type())) {
      return Change.OTHER;
    }
    return ofMasks || op.isComparison() ? Change.MASK : Change.VALUE;
  }

  /// How the outcome of a comparison of two positions depends on the lane.
  private Change compared(Scalar left, Scalar right) {
    Change first = step(left);
    Change second = step(right);
    if (first == Change.NONE && second == Change.NONE) {
      return Change.NONE;
    }
    boolean grows = first == Change.STEP && second == Change.NONE;
    return grows || first == Change.NONE && second == Change.STEP ? Change.MASK : Change.OTHER;
  }

  private Change step(Scalar position) {
    return LaneMasks.position(position).map(this::change).orElse(Change.OTHER);
  }

  /// Whether it is a mask, or can be made one since it is the same in all lanes.
  private static boolean isMask(Change change, Scalar scalar) {
    return change == Change.MASK || change == Change.NONE && scalar.type() == DType.BOOL;
  }

  /// Vectors compute both sides and choose, so neither may fail where it is not chosen. By a
  /// condition on positions lanes read what they choose alone.
  private Change change(Scalar condition, Scalar then, Scalar otherwise) {
    Change chosen = change(condition);
    Change first = change(then);
    Change second = change(otherwise);
    if (chosen == Change.NONE && first == Change.NONE && second == Change.NONE) {
      return Change.NONE;
    }
    boolean isFloat = first != Change.OTHER && second != Change.OTHER && isLaneType(then.type());
    boolean isCondition = chosen == Change.MASK || chosen == Change.NONE;
    boolean readsChosen = LaneMasks.comparePositions(condition);
    return isCondition
            && isFloat
            && cannotFail(then, readsChosen)
            && cannotFail(otherwise, readsChosen)
        ? Change.VALUE
        : Change.OTHER;
  }

  /// @param readsChosen whether elements side by side are read in the lanes that choose them only
  private boolean cannotFail(Scalar scalar, boolean readsChosen) {
    if (Traps.possible(scalar)) {
      return false;
    }
    boolean[] isInside = {true};
    Walk.ofScalars(
            part ->
                isInside[0] &=
                    !(part instanceof Scalar.Read read)
                        || isInside(read)
                        || readsChosen && change(read) == Change.VALUE)
        .visit(scalar);
    return isInside[0];
  }

  /// Whether each position is an iterator that runs over just the axis it is used on, or both are
  /// numbers that fit.
  private boolean isInside(Scalar.Read read) {
    Optional<Buffer> buffer = buffer(read.tensor());
    if (buffer.isEmpty()) {
      return true;
    }
    List<IndexExpr> axes = buffer.get().type().extents();
    for (int axis = 0; axis < axes.size(); axis++) {
      IndexExpr extent = axes.get(axis);
      boolean isInside =
          switch (read.indices().get(axis)) {
            case IndexExpr.Variable(String name) -> {
              IndexExpr rounds = extents.get(name);
              yield rounds != null && (rounds.equals(extent) || isAtMost(rounds, extent));
            }
            case IndexExpr.Constant(long at) -> at >= 0 && isAtMost(IndexExpr.of(at + 1), extent);
            case IndexExpr _ -> false;
          };
      if (!isInside) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAtMost(IndexExpr left, IndexExpr right) {
    return left instanceof IndexExpr.Constant(long first)
        && right instanceof IndexExpr.Constant(long second)
        && first <= second;
  }
}
