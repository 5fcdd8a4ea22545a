package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Extremes;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Buffer.Scope;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Substitution;

/// `for i < n { s(X[i, j …]) } → for i < n { alloc X: T[1, r] { s(X[0, j − a(i) …]) } }`
///
/// All accesses to the buffer stand in the loop, and no round reads what another one stored: so
/// each stores itself what it reads. In a round the positions on each axis lie in a range whose
/// start is over the loops around, and whose extent is a number. In a register there is one
/// element.
final class SetScope implements Primitive<Step.SetScope> {
  @Override
  public Module apply(Nest nest, Step.SetScope step) {
    Buffer old = buffer(nest, step.buffer());
    Nest.Site<Stmt.For> site = nest.loop(step.loop());
    Stmt.For loop = site.statement();
    requireOwn(nest, step.buffer(), loop);
    for (Stmt around : site.path()) {
      if (around instanceof Stmt.While) {
        throw nest.refuse(Reason.NOT_NESTED, loop, "runs again as long as the data say so");
      }
      if (around instanceof Stmt.For each && each.kind() == Stmt.LoopOrder.VECTORIZED) {
        throw nest.refuse(Reason.NOT_SERIAL, each, "is vectorized, and lanes share memory");
      }
      if (around instanceof Stmt.For each
          && step.scope() == Scope.SHARED
          && each.kind() instanceof GridAxis axis
          && axis.isOfThreads()) {
        throw nest.refuse(
            Reason.NOT_SERIAL, each, "is over threads, and each would have memory of its own");
      }
    }
    OwnRounds.require(nest, step.buffer(), site);
    Moves.requireUnchecked(nest, step.buffer());
    List<IndexExpr> starts = new ArrayList<>();
    List<IndexExpr> extents = new ArrayList<>();
    box(nest, old, site, starts, extents);
    boolean isRegister = step.scope() == Scope.REGISTER;
    if (isRegister && extents.stream().anyMatch(each -> !each.equals(IndexExpr.Constant.ONE))) {
      throw nest.refuse(
          Reason.TOO_LARGE, loop, "needs more than one element of `" + old.name() + "` in a round");
    }
    Buffer buffer =
        new Buffer(
            old.name(),
            new TensorType(old.type().dtype(), isRegister ? List.of() : extents),
            step.scope());
    requireSmall(nest, loop, buffer);
    Stmt body = accesses(nest, buffer, starts, site.path()).changed(loop.body());
    Stmt inside = loop.with(new Stmt.Allocate(buffer, body));
    Module changed = nest.replace(loop, inside);
    return changed.with(
        changed.signature(),
        changed.buffers().stream().filter(each -> !each.name().equals(old.name())).toList(),
        changed.functions());
  }

  private static Buffer buffer(Nest nest, String name) {
    return nest.module().buffers().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                nest.refuse(
                    Reason.UNKNOWN_NAME, "`" + name + "` is no buffer that the module allocates"));
  }

  private static void requireOwn(Nest nest, String buffer, Stmt.For loop) {
    Module module = nest.module();
    if (Moves.isSeen(nest, buffer) || Moves.isStoredElsewhere(nest, buffer)) {
      throw nest.refuse(Reason.NOT_TEMPORARY, "`" + buffer + "` is needed by others too");
    }
    int place = module.placeOf(nest.function().name());
    if (module.repeats().stream()
        .anyMatch(
            repeat ->
                module.placeOf(repeat.first()) <= place
                    && place <= module.placeOf(repeat.last()))) {
      throw nest.refuse(
          Reason.OTHER_ROUNDS, "this function runs again, and may need `" + buffer + "` then");
    }
    Stmt.For empty = loop.with(new Stmt.Sequence(List.of()));
    if (Touched.of(Statements.replace(nest.function().body(), loop, empty)).touches(buffer)) {
      throw nest.refuse(
          Reason.NOT_TEMPORARY, loop, "does not hold all that touches `" + buffer + "`");
    }
    if (!Touched.of(loop.body()).touches(buffer)) {
      throw nest.refuse(Reason.UNKNOWN_NAME, "nothing here touches `" + buffer + "`");
    }
  }

  // ---- the box of a round

  private static void box(
      Nest nest,
      Buffer buffer,
      Nest.Site<Stmt.For> site,
      List<IndexExpr> starts,
      List<IndexExpr> extents) {
    Assumptions scope = Scopes.inside(site.path());
    List<Access> accesses = new ArrayList<>(Moves.stores(site.statement().body(), buffer.name()));
    accesses.addAll(Moves.reads(site.statement().body(), buffer.name()));
    for (int axis = 0; axis < buffer.type().rank(); axis++) {
      IndexExpr size = buffer.type().extents().get(axis);
      Optional<Extremes.Span> span =
          Tile.span(accesses, axis, scope).filter(each -> Scopes.canEvaluate(each.least(), scope));
      IndexExpr extent =
          span.map(each -> scope.simplify(each.greatest().minus(each.least()).plus(1)))
              .orElse(size);
      if (extent instanceof IndexExpr.Constant) {
        starts.add(span.map(Extremes.Span::least).orElse(IndexExpr.Constant.ZERO));
        extents.add(extent);
      } else if (size instanceof IndexExpr.Constant) {
        starts.add(IndexExpr.Constant.ZERO);
        extents.add(size);
      } else {
        throw nest.refuse(
            Reason.EXTENT_UNKNOWN,
            site.statement(),
            "needs a number of positions on axis %d of `%s` that is not known"
                .formatted(axis, buffer.name()));
      }
    }
  }

  private static void requireSmall(Nest nest, Stmt.For loop, Buffer buffer) {
    long bytes = buffer.scope() == Scope.SHARED ? Buffer.MAX_SHARED_BYTES : Buffer.MAX_LOCAL_BYTES;
    long most = bytes / buffer.type().dtype().byteSize();
    if (buffer.constantElements().orElse(Long.MAX_VALUE) > most) {
      throw nest.refuse(
          Reason.TOO_LARGE,
          loop,
          "needs more than %d bytes of `%s` in a round".formatted(bytes, buffer.name()));
    }
  }

  /// The extents of the loops and iterators around, by their names.
  private static Map<String, IndexExpr> ranges(List<Stmt> path) {
    Map<String, IndexExpr> ranges = new HashMap<>();
    for (Stmt each : path) {
      if (each instanceof Stmt.For loop) {
        ranges.put(loop.variable(), loop.extent());
      } else if (each instanceof Stmt.Block block) {
        block.iters().forEach(iter -> ranges.put(iter.variable(), iter.extent()));
      }
    }
    return ranges;
  }

  /// Takes the start of the box from all positions.
  private static RoundAccesses accesses(
      Nest nest, Buffer buffer, List<IndexExpr> starts, List<Stmt> path) {
    Set<String> used = new TreeSet<>();
    for (int axis = 0; axis < buffer.type().rank(); axis++) {
      if (!isOne(buffer, axis)) {
        used.addAll(Walk.variables(starts.get(axis)));
      }
    }
    Map<String, IndexExpr> ranges = ranges(path);
    return new RoundAccesses(
        buffer,
        used.stream()
            .map(
                variable ->
                    new RoundAccesses.Outer(
                        variable, ranges.getOrDefault(variable, IndexExpr.Constant.ONE)))
            .toList(),
        (own, here) -> inBox(buffer, starts, own, here),
        new FreshNames(nest.names()));
  }

  private static boolean isOne(Buffer buffer, int axis) {
    return buffer.type().extents().get(axis).equals(IndexExpr.Constant.ONE);
  }

  private static List<IndexExpr> inBox(
      Buffer buffer, List<IndexExpr> starts, List<IndexExpr> own, Substitution here) {
    List<IndexExpr> moved = new ArrayList<>();
    for (int axis = 0; axis < buffer.type().rank(); axis++) {
      IndexExpr start = here.apply(starts.get(axis));
      if (isOne(buffer, axis)) {
        moved.add(IndexExpr.Constant.ZERO);
      } else if (start.equals(IndexExpr.Constant.ZERO)) {
        moved.add(own.get(axis));
      } else {
        moved.add(Assumptions.NONE.simplify(own.get(axis).minus(start)));
      }
    }
    return moved;
  }
}
