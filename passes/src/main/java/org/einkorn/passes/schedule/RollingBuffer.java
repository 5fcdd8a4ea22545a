package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.integer.Extremes;
import org.einkorn.ir.integer.Loop;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Substitution;

/// `T[p, q] → T[p mod w, q]`, where a round of a loop touches no more than `w` positions in a row.
///
/// A round touches positions from `a` to `a + w - 1` only, and `a` does not fall from one round to
/// the next. Let `p < q` be two positions at one place then, so `q ≥ p + w`: in the first round
/// that touches `q`, `a ≥ q - w + 1 > p`, and so in all later ones. So `p` is not touched any more
/// as `q` is stored, and a read finds what it found. All accesses are in the loop. Where the loop
/// runs several times in the life of the memory, in rounds of loops around it, each time it stores
/// itself what it reads ([OwnRounds]): so a read finds what the same run of the loop stored.
final class RollingBuffer implements Primitive<Step.RollingBuffer> {
  /// A position of an axis as it is and the length of the window.
  private record Window(int axis, IndexExpr length) {}

  @Override
  public Module apply(Nest nest, Step.RollingBuffer step) {
    Nest.Site<Stmt.For> site = nest.loop(step.loop());
    nest.requireSerial(site.statement());
    Optional<Buffer> global = TransformLayout.temporary(nest, step.buffer());
    Optional<Stmt.Allocate> local =
        global.isPresent() ? Optional.empty() : Optional.of(nest.allocation(step.buffer()));
    Buffer old = global.orElseGet(() -> local.orElseThrow().buffer());
    requireLife(old, local, site, nest);
    List<IndexExpr> extents = new ArrayList<>(old.type().extents());
    List<Window> windows = windows(old, site, nest);
    windows.forEach(window -> extents.set(window.axis(), window.length()));
    Buffer buffer =
        new Buffer(old.name(), new TensorType(old.type().dtype(), extents), old.scope());
    Accesses accesses = Accesses.moving(buffer, own -> folded(own, windows));
    if (local.isPresent()) {
      Stmt.Allocate allocation = local.get();
      return nest.replace(allocation, new Stmt.Allocate(buffer, accesses.deep(allocation.body())));
    }
    List<Buffer> buffers =
        nest.module().buffers().stream()
            .map(each -> each.name().equals(buffer.name()) ? buffer : each)
            .toList();
    return nest.with(buffers, accesses.deep(nest.function().body()));
  }

  private static List<IndexExpr> folded(List<IndexExpr> own, List<Window> windows) {
    List<IndexExpr> all = new ArrayList<>(own);
    for (Window window : windows) {
      boolean isOne = window.length().equals(IndexExpr.Constant.ONE);
      IndexExpr index = all.get(window.axis());
      all.set(window.axis(), isOne ? IndexExpr.Constant.ZERO : index.floorMod(window.length()));
    }
    return all;
  }

  /// Refuses memory that is touched outside of the loop, or that outlives a run of the loop.
  private static void requireLife(
      Buffer buffer, Optional<Stmt.Allocate> local, Nest.Site<Stmt.For> site, Nest nest) {
    Stmt.For loop = site.statement();
    List<Stmt> between = site.around();
    if (local.isPresent()) {
      Stmt.Allocate allocation = local.get();
      List<Stmt> path = site.around();
      int place = 0;
      while (place < path.size() && path.get(place) != allocation) {
        place++;
      }
      if (place == path.size()) {
        throw nest.refuse(
            Reason.NOT_NESTED, loop, "does not stand where `" + buffer.name() + "` is allocated");
      }
      between = path.subList(place + 1, path.size());
    } else if (Coverage.repeat(nest.function(), nest.module()).isPresent()) {
      throw nest.refuse(
          Reason.NOT_TEMPORARY, "the function repeats, and finds what it stored the time before");
    }
    requireOwnRuns(buffer, between, site, nest);
    Moves.requireUnchecked(nest, buffer.name());
    Stmt rest = Statements.replace(nest.function().body(), loop, new Stmt.Sequence(List.of()));
    if (Accesses.renaming(buffer.name(), buffer.name()).isAccessed(rest)) {
      throw nest.refuse(Reason.NOT_NESTED, loop, "is not all that touches `" + buffer.name() + "`");
    }
  }

  /// Refuses a loop that runs more than once in the life of memory, unless each time it stores what
  /// it reads.
  ///
  /// @param between what stands around the loop, and not around the memory
  private static void requireOwnRuns(
      Buffer buffer, List<Stmt> between, Nest.Site<Stmt.For> site, Nest nest) {
    Optional<Stmt.For> around = Optional.empty();
    for (Stmt each : between) {
      if (each instanceof Stmt.While) {
        throw nest.refuse(
            Reason.NOT_NESTED,
            site.statement(),
            "runs more than once in the life of `" + buffer.name() + "`");
      }
      if (each instanceof Stmt.For outer) {
        nest.requireSerial(outer);
        around = Optional.of(outer);
      }
    }
    if (around.isPresent()) {
      List<Stmt> outside = site.around().subList(0, site.around().indexOf(around.get()));
      OwnRounds.require(nest, buffer.name(), new Nest.Site<>(outside, around.get()));
    }
  }

  private static List<Window> windows(Buffer buffer, Nest.Site<Stmt.For> site, Nest nest) {
    Stmt.For loop = site.statement();
    List<Access> accesses =
        AccessCollector.of(loop.body(), List.of()).stream()
            .filter(access -> access.buffer().equals(buffer.name()))
            .toList();
    if (accesses.isEmpty()) {
      throw nest.refuse(Reason.UNKNOWN_NAME, loop, "does not touch `" + buffer.name() + "`");
    }
    List<Window> windows = new ArrayList<>();
    List<String> why = new ArrayList<>();
    for (int axis = 0; axis < buffer.type().rank(); axis++) {
      switch (window(axis, accesses, buffer, loop, site.scope())) {
        case Found.Some(Window window) -> windows.add(window);
        case Found.None(String reason) -> why.add("axis " + axis + ": " + reason);
      }
    }
    if (windows.isEmpty()) {
      throw nest.refuse(
          Reason.NO_MATCH,
          loop,
          "has no window that moves on over `" + buffer.name() + "`",
          why.toArray(String[]::new));
    }
    return windows;
  }

  private sealed interface Found {
    record Some(Window window) implements Found {}

    record None(String reason) implements Found {}
  }

  private static Found window(
      int axis, List<Access> accesses, Buffer buffer, Stmt.For loop, Assumptions outside) {
    Assumptions inside = Scopes.inLoop(outside, loop.variable(), loop.extent());
    List<Extremes.Span> spans = new ArrayList<>();
    for (Access access : accesses) {
      Optional<Extremes.Span> span = span(access, axis, inside);
      if (span.isEmpty()) {
        return new Found.None("where `" + access.text() + "` lies is not known");
      }
      spans.add(span.get());
    }
    Optional<IndexExpr> least =
        spans.stream()
            .map(Extremes.Span::least)
            .filter(
                low ->
                    spans.stream()
                        .allMatch(other -> inside.proves(Condition.atMost(low, other.least()))))
            .findFirst();
    if (least.isEmpty() || !Walk.variables(least.get()).contains(loop.variable())) {
      return new Found.None("the first position that a round touches is not known to move on");
    }
    IndexExpr next =
        Substitution.of(loop.variable(), IndexExpr.variable(loop.variable()).plus(1))
            .apply(least.get());
    if (!inside.proves(Condition.atMost(least.get(), next))) {
      return new Found.None("a round may touch a position before those of the round before");
    }
    List<IndexExpr> lengths =
        spans.stream()
            .map(span -> inside.simplify(span.greatest().minus(least.get()).plus(1)))
            .toList();
    Optional<IndexExpr> length =
        lengths.stream()
            .filter(
                most ->
                    Walk.variables(most).isEmpty()
                        && Scopes.isPositive(most, Assumptions.NONE)
                        && lengths.stream()
                            .allMatch(other -> inside.proves(Condition.atMost(other, most))))
            .findFirst();
    if (length.isEmpty()) {
      return new Found.None("how much of it a round touches is not known");
    }
    IndexExpr extent = buffer.type().extents().get(axis);
    return Assumptions.NONE.proves(Condition.atMost(extent, length.get()))
        ? new Found.None("a round touches as much as there is")
        : new Found.Some(new Window(axis, length.get()));
  }

  /// From the first to the last position that an access touches in a round.
  private static Optional<Extremes.Span> span(Access access, int axis, Assumptions inside) {
    IndexExpr index = access.indices().get(axis);
    if (Walk.fetches(index)) {
      return Optional.empty();
    }
    Assumptions scope = inside;
    for (Loop inner : access.inner()) {
      scope = Scopes.inLoop(scope, inner.variable(), inner.extent());
    }
    for (Condition condition : access.when()) {
      scope = scope.and(condition);
    }
    Set<String> running =
        access.inner().stream().map(Loop::variable).collect(Collectors.toUnmodifiableSet());
    return scope.extremes(index, running);
  }
}
