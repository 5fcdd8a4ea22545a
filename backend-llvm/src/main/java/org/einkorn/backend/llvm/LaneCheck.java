package org.einkorn.backend.llvm;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Polynomial;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Fetches;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;

/// Finds out whether the rounds of a loop can run as lanes of vectors, in the same bits.
///
/// All lanes take the same way through the loop, or some sit out a part of it. What is stored
/// outside of it lies side by side on a last axis, and no lane touches what another stores: a claim
/// that rounds are independent is not believed.
final class LaneCheck {
  /// More accesses of one buffer than this are not compared with one another.
  private static final int MOST_ACCESSES = 64;

  private final long extent;
  private final Map<String, Set<Touch>> touches = new LinkedHashMap<>();
  private final Set<String> stored = new LinkedHashSet<>();
  private int widestBytes = 1;
  private long ownBytes;
  private boolean fetches;
  private boolean mayOverflow;

  /// One way to access a buffer.
  ///
  /// @param isStep whether lanes access elements side by side
  /// @param fixed the terms of the last position that stay the same during the loop, that of the
  ///   lane among them
  /// @param moving a number of which the rest of the last position is a multiple
  private record Touch(
      boolean isStep, Map<List<IndexExpr>, Long> fixed, long constant, long moving) {
    Touch {
      fixed = Map.copyOf(fixed);
    }
  }

  private LaneCheck(long extent) {
    this.extent = extent;
  }

  /// What is known of a loop whose rounds can be lanes.
  ///
  /// @param widestBytes the size of the widest element that is computed with
  /// @param ownBytes the memory that each lane has for itself
  record Lanes(int widestBytes, long ownBytes) {}

  /// The lanes of a loop, if it can run as vectors.
  static Optional<Lanes> of(Stmt.For loop) {
    LaneCheck check =
        new LaneCheck(
            loop.extent() instanceof IndexExpr.Constant(long extent) ? extent : Long.MAX_VALUE);
    boolean holds =
        check.holds(loop.body(), LaneNames.of(loop))
            && !(check.fetches && check.mayOverflow)
            && check.areApart();
    return holds ? Optional.of(new Lanes(check.widestBytes, check.ownBytes)) : Optional.empty();
  }

  private boolean holds(Stmt statement, LaneNames names) {
    return switch (statement) {
      case Stmt.For loop -> {
        note(loop.extent(), names);
        yield !names.varies(loop.extent()) && holds(loop.body(), names.insideLoop(loop));
      }
      case Stmt.Block block -> {
        boolean holds = true;
        for (Stmt.BlockIter iter : block.iters()) {
          note(iter.binding(), names);
          holds &=
              !names.varies(iter.binding())
                  || iter.kind() == Stmt.IterKind.SPATIAL && !Walk.fetches(iter.binding());
        }
        LaneNames inner = names.with(block.iters());
        yield holds
            && canChoose(
                block.guards(),
                inner,
                () ->
                    block.init().map(init -> Fetches.of(init).isEmpty()).orElse(true)
                        && Fetches.of(block.body()).isEmpty())
            && block.init().map(init -> holds(init, inner)).orElse(true)
            && holds(block.body(), inner);
      }
      case Stmt.Sequence(List<Stmt> statements) ->
          statements.stream().allMatch(each -> holds(each, names));
      case Stmt.Allocate(Buffer buffer, Stmt body) -> {
        DType type = buffer.type().dtype();
        long elements = buffer.constantElements().orElse(Buffer.MAX_LOCAL_BYTES + 1);
        ownBytes += Math.min(elements, Buffer.MAX_LOCAL_BYTES + 1) * type.byteSize();
        widen(type);
        yield !type.isComplex() && holds(body, names.with(buffer));
      }
      case Stmt.If(List<Guard> guards, Stmt body) ->
          canChoose(guards, names, () -> Fetches.of(body).isEmpty()) && holds(body, names);
      case Stmt.When(Scalar condition, Stmt body) -> {
        note(condition, names);
        boolean isSame = !names.varies(condition);
        yield (isSame || computes(condition, names) && Fetches.of(statement).isEmpty())
            && holds(body, names);
      }
      case Stmt.While _ -> false;
      case Stmt.Store store -> holds(store, names);
    };
  }

  /// Whether lanes for which guards do not hold can sit out what they guard.
  ///
  /// A position from data that not all lanes take may fail, and which one does first is the result.
  private boolean canChoose(
      List<Guard> guards, LaneNames names, BooleanSupplier hasNoPositionsFromData) {
    boolean areSame = true;
    boolean areFetched = false;
    for (Guard guard : guards) {
      note(guard.index(), names);
      note(guard.extent(), names);
      areSame &= !names.varies(guard.index()) && !names.varies(guard.extent());
      areFetched |= guard.fetches();
    }
    return areSame || !areFetched && hasNoPositionsFromData.getAsBoolean();
  }

  private boolean holds(Stmt.Store store, LaneNames names) {
    store.indices().forEach(index -> note(index, names));
    note(store.value(), names);
    widen(store.value().type());
    if (!computes(store.value(), names)) {
      return false;
    }
    LaneNames.Change change = names.change(store.indices());
    if (names.own().contains(store.buffer())) {
      return change == LaneNames.Change.NONE;
    }
    stored.add(store.buffer());
    touch(store.buffer(), store.indices(), names);
    return change == LaneNames.Change.STEP;
  }

  /// Whether a value is the same in all lanes or computed lane by lane.
  private boolean computes(Scalar scalar, LaneNames names) {
    if (!names.varies(scalar)) {
      return true;
    }
    return switch (scalar) {
      case Scalar.Literal _ -> true;
      case Scalar.Read(String tensor, DType type, List<IndexExpr> indices) -> {
        widen(type);
        yield !names.own().contains(tensor)
            ? indices.stream().noneMatch(index -> names.varies(index) && Walk.fetches(index))
            : names.change(indices) == LaneNames.Change.NONE;
      }
      case Scalar.Position(IndexExpr index) -> !Walk.fetches(index);
      case Scalar.Unary(UnaryOp op, Scalar operand) -> {
        widen(operand.type());
        mayOverflow |= operand.type().isInteger();
        yield !isOfLibrary(op, operand.type()) && computes(operand, names);
      }
      case Scalar.Binary(
              BinaryOp op,
              Scalar.Position(IndexExpr index),
              Scalar.Position(IndexExpr bound))
          when op == BinaryOp.LESS && names.isStep(index, bound) ->
          !Walk.fetches(index) && !Walk.fetches(bound);
      case Scalar.Binary(var op, Scalar left, Scalar right) -> {
        widen(left.type());
        mayOverflow |= left.type().isInteger() && !op.isComparison();
        yield computes(left, names) && computes(right, names);
      }
      case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) ->
          computes(left, names) && computes(right, names) && computes(addend, names);
      case Scalar.Dot dot -> {
        widen(DType.I32);
        mayOverflow = true;
        boolean computes = true;
        for (Scalar part : dot.parts()) {
          computes &= computes(part, names);
        }
        yield computes;
      }
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          !(names.varies(condition) && (fetches(then) || fetches(otherwise)))
              && computes(condition, names)
              && computes(then, names)
              && computes(otherwise, names);
      case Scalar.Cast(DType type, Scalar operand) -> {
        mayOverflow |= type.isInteger();
        yield computes(operand, names);
      }
    };
  }

  /// Whether an operation is a call of the C library, which has no lanes.
  private static boolean isOfLibrary(UnaryOp op, DType type) {
    return type == DType.F64 && (op == UnaryOp.TANH || op == UnaryOp.ERF);
  }

  private static boolean fetches(Scalar scalar) {
    boolean[] fetches = {false};
    Walk.ofIndices(index -> fetches[0] |= index instanceof IndexExpr.Fetch).visit(scalar);
    return fetches[0];
  }

  private void widen(DType type) {
    widestBytes = Math.max(widestBytes, type.byteSize());
  }

  private void note(IndexExpr index, LaneNames names) {
    noting(names).visit(index);
  }

  private void note(Scalar scalar, LaneNames names) {
    noting(names).visit(scalar);
  }

  private Walk noting(LaneNames names) {
    return Walk.of(
        scalar -> {
          if (scalar instanceof Scalar.Read(String tensor, var type, List<IndexExpr> indices)
              && !names.own().contains(tensor)) {
            touch(tensor, indices, names);
          }
        },
        index -> fetches |= index instanceof IndexExpr.Fetch);
  }

  private void touch(String buffer, List<IndexExpr> indices, LaneNames names) {
    touches.computeIfAbsent(buffer, first -> new LinkedHashSet<>()).add(touch(indices, names));
  }

  private static Touch touch(List<IndexExpr> indices, LaneNames names) {
    if (indices.isEmpty() || names.change(indices) != LaneNames.Change.STEP) {
      return new Touch(false, Map.of(), 0, 0);
    }
    Polynomial position = names.polynomial(indices.getLast());
    Map<List<IndexExpr>, Long> fixed = new LinkedHashMap<>();
    long moving = 0;
    for (Polynomial.Term term : position.terms()) {
      if (term.atoms().stream().anyMatch(names::isInside)) {
        moving = gcd(moving, term.coefficient());
      } else {
        fixed.put(term.atoms(), term.coefficient());
      }
    }
    return new Touch(true, fixed, position.constant(), moving);
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a == Long.MIN_VALUE ? 1 : Math.abs(a) : gcd(b, a % b);
  }

  /// Whether no lane touches what another stores.
  private boolean areApart() {
    for (String buffer : stored) {
      List<Touch> all = List.copyOf(touches.getOrDefault(buffer, Set.of()));
      if (all.size() > MOST_ACCESSES) {
        return false;
      }
      for (int first = 0; first < all.size(); first++) {
        for (int second = first; second < all.size(); second++) {
          if (!areApart(all.get(first), all.get(second))) {
            return false;
          }
        }
      }
    }
    return true;
  }

  /// Two accesses meet in different lanes if their last positions differ by less than the extent,
  /// but not by 0. They differ by a constant and multiples of a number.
  private boolean areApart(Touch one, Touch other) {
    if (!one.isStep || !other.isStep) {
      return false;
    }
    long step = gcd(one.moving, other.moving);
    for (List<IndexExpr> atoms : one.fixed.keySet()) {
      step = gcd(step, one.fixed.get(atoms) - other.fixed.getOrDefault(atoms, 0L));
    }
    for (List<IndexExpr> atoms : other.fixed.keySet()) {
      step = gcd(step, other.fixed.get(atoms) - one.fixed.getOrDefault(atoms, 0L));
    }
    long distance = one.constant - other.constant;
    if (step == 0) {
      return distance == 0 || Math.abs(distance) >= extent;
    }
    long least = Math.floorMod(distance, step);
    return least == 0 ? step >= extent : least >= extent && step - least >= extent;
  }
}
