package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
import org.einkorn.ir.loop.Stmt.IterKind;
import org.einkorn.ir.schedule.Step;

/// `for ii { s } → block b(io' = io) { for ii { s[io'/io] } }`, with an iterator for each variable
/// around that `s` uses.
///
/// An iterator is what it is bound to, and as large, so `s` computes the same: where the iterators
/// of a block inside are `8 * io + ii`, they are `8 * io' + ii` now, of which `io'` is the part
/// that the block outside counts. `init` of blocks inside stays with them. What the block reads and
/// writes is put together from the accesses inside.
///
/// An iterator is of the kind of those inside that are bound to it, where these are of one kind;
/// else its order has to stay.
final class Blockize implements Primitive<Step.Blockize> {
  /// As many regions of one buffer as are written down.
  private static final int MOST_REGIONS = 8;

  @Override
  public Module apply(Nest nest, Step.Blockize step) {
    Nest.Site<Stmt.For> site = nest.loop(step.loop());
    Stmt.For loop = site.statement();
    nest.requireFreeBlock(step.name());
    return nest.replace(loop, block(nest, site, step.name()));
  }

  /// The loop as the body of a block of a name.
  static Stmt.Block block(Nest nest, Nest.Site<Stmt.For> site, String block) {
    Stmt.For loop = site.statement();
    if (Statements.blocks(loop).isEmpty()) {
      throw nest.refuse(Reason.NO_MATCH, loop, "has no block in it");
    }
    List<Stmt.BlockIter> iters = new ArrayList<>();
    Map<String, IndexExpr> values = new HashMap<>();
    Set<String> used = variables(loop);
    for (Outer outer : outer(site.around()).values()) {
      if (!used.contains(outer.variable())) {
        continue;
      }
      if (Walk.fetches(outer.extent())) {
        throw nest.refuse(
            Reason.POSITION_FROM_DATA,
            loop,
            "uses `" + outer.variable() + "`, and how far that counts comes from data");
      }
      String name = block + "." + outer.variable();
      nest.requireFree(List.of(name), List.of());
      iters.add(
          new Stmt.BlockIter(
              kind(outer, loop), name, outer.extent(), IndexExpr.variable(outer.variable())));
      values.put(outer.variable(), IndexExpr.variable(name));
    }
    Stmt.Block shell =
        new Stmt.Block(block, iters, List.of(), List.of(), List.of(), Optional.empty(), loop);
    Assumptions inside = Scopes.inside(site.scope(), shell);
    Stmt body = Rebinding.of(values, loop, inside);
    List<Access> accesses = AccessCollector.of(body, List.of());
    Map<String, Buffer> buffers = buffers(site, nest);
    return new Stmt.Block(
        block,
        iters,
        List.of(),
        regions(accesses, false, buffers, inside),
        regions(accesses, true, buffers, inside),
        Optional.empty(),
        body);
  }

  /// A variable that can be seen where the loop stands.
  ///
  /// @param least what is known of it already
  private record Outer(String variable, IndexExpr extent, Optional<IterKind> least) {}

  private static Map<String, Outer> outer(List<Stmt> around) {
    Map<String, Outer> visible = new LinkedHashMap<>();
    for (Stmt each : around) {
      if (each instanceof Stmt.For loop) {
        // Of rounds that run at once it is proved already that no two need one another.
        Optional<IterKind> known =
            loop.kind().isAtOnce() ? Optional.of(IterKind.SPATIAL) : Optional.empty();
        visible.put(loop.variable(), new Outer(loop.variable(), loop.extent(), known));
      } else if (each instanceof Stmt.Block block) {
        visible.clear();
        for (Stmt.BlockIter iter : block.iters()) {
          visible.put(
              iter.variable(), new Outer(iter.variable(), iter.extent(), Optional.of(iter.kind())));
        }
      }
    }
    return visible;
  }

  /// All variables that stand somewhere in a statement.
  private static Set<String> variables(Stmt statement) {
    Set<String> found = new LinkedHashSet<>();
    Statements.forEach(
        statement,
        each -> {
          Statements.indices(each).forEach(index -> found.addAll(Walk.variables(index)));
          Statements.value(each).ifPresent(value -> found.addAll(Walk.variables(value)));
        });
    return found;
  }

  // ---- kinds

  private static IterKind kind(Outer outer, Stmt.For loop) {
    Set<IterKind> kinds = EnumSet.noneOf(IterKind.class);
    collect(outer.variable(), loop, kinds);
    if (outer.least().isPresent()) {
      return outer.least().get();
    }
    if (kinds.isEmpty()) {
      return IterKind.SPATIAL;
    }
    return kinds.size() == 1 ? kinds.iterator().next() : IterKind.OPAQUE;
  }

  /// The kinds of the iterators that are bound to a variable; opaque where statements outside of
  /// blocks use it for more than to ask whether they run.
  private static void collect(String variable, Stmt statement, Set<IterKind> kinds) {
    switch (statement) {
      case Stmt.Block block -> {
        for (Stmt.BlockIter iter : block.iters()) {
          if (Walk.variables(iter.binding()).contains(variable)) {
            kinds.add(iter.kind());
          }
        }
      }
      case Stmt.If(var _, Stmt body) -> collect(variable, body, kinds);
      case Stmt.For _,
          Stmt.Sequence _,
          Stmt.Allocate _,
          Stmt.When _,
          Stmt.While _,
          Stmt.Store _ -> {
        boolean isUsed =
            Statements.indices(statement).stream()
                    .anyMatch(index -> Walk.variables(index).contains(variable))
                || Statements.value(statement).stream()
                    .anyMatch(value -> Walk.variables(value).contains(variable));
        if (isUsed) {
          kinds.add(IterKind.OPAQUE);
        }
        statement.children().forEach(each -> collect(variable, each, kinds));
      }
    }
  }

  // ---- regions

  private static Map<String, Buffer> buffers(Nest.Site<Stmt.For> site, Nest nest) {
    Map<String, Buffer> buffers = new HashMap<>();
    nest.module().allBuffers().forEach(buffer -> buffers.put(buffer.name(), buffer));
    for (Stmt each : site.around()) {
      if (each instanceof Stmt.Allocate(Buffer buffer, Stmt _)) {
        buffers.put(buffer.name(), buffer);
      }
    }
    return buffers;
  }

  private static List<Stmt.Region> regions(
      List<Access> accesses, boolean stores, Map<String, Buffer> buffers, Assumptions inside) {
    Map<String, Set<Stmt.Region>> found = new LinkedHashMap<>();
    for (Access access : accesses) {
      Buffer buffer = buffers.get(access.buffer());
      if (access.isStore() == stores && buffer != null) {
        found
            .computeIfAbsent(buffer.name(), _ -> new LinkedHashSet<>())
            .add(region(access, buffer, inside));
      }
    }
    List<Stmt.Region> regions = new ArrayList<>();
    found.forEach(
        (name, all) -> {
          Buffer buffer = buffers.get(name);
          if (all.size() > MOST_REGIONS && buffer != null) {
            regions.add(
                new Stmt.Region(
                    name, buffer.type().extents().stream().map(Blockize::whole).toList()));
          } else {
            regions.addAll(all);
          }
        });
    return regions;
  }

  private static Stmt.Range whole(IndexExpr extent) {
    return new Stmt.Range(IndexExpr.Constant.ZERO, extent);
  }

  /// What an access touches while the loops inside run.
  private static Stmt.Region region(Access access, Buffer buffer, Assumptions inside) {
    Assumptions scope = inside;
    for (Loop loop : access.inner()) {
      scope = Scopes.inLoop(scope, loop.variable(), loop.extent());
    }
    for (Condition condition : access.when()) {
      scope = scope.and(condition);
    }
    Set<String> running =
        access.inner().stream().map(Loop::variable).collect(Collectors.toUnmodifiableSet());
    List<Stmt.Range> ranges = new ArrayList<>();
    for (int axis = 0; axis < access.indices().size(); axis++) {
      IndexExpr index = access.indices().get(axis);
      Optional<Extremes.Span> span =
          Walk.fetches(index) ? Optional.empty() : scope.extremes(index, running);
      IndexExpr extent = buffer.type().extents().get(axis);
      ranges.add(
          span.map(
                  ends ->
                      new Stmt.Range(
                          inside.simplify(ends.least()),
                          inside.simplify(ends.greatest().minus(ends.least()).plus(1))))
              .orElseGet(() -> whole(extent)));
    }
    return new Stmt.Region(buffer.name(), ranges);
  }
}
