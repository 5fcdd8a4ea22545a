package org.einkorn.ir.verify;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;

/// Rules about what loop nests read and store, and in which order.
final class MemoryRules {
  private MemoryRules() {}

  /// The depth of the frame that allocated what is accessed, where it is not global.
  static OptionalInt allocation(Facts.Access access) {
    List<Context.Frame> frames = access.context().frames();
    for (int depth = frames.size() - 1; depth >= 0; depth--) {
      if (frames.get(depth) instanceof Context.Frame.Memory(Buffer buffer, int number)
          && buffer.name().equals(access.tensor())) {
        return OptionalInt.of(depth);
      }
    }
    return OptionalInt.empty();
  }

  static final Rule<Subject.Nests> STORED_BEFORE_READ =
      new Rule<>(
          "stored-before-read",
          "Memory that is no input is stored somewhere before the first place that reads it.",
          (subject, report) -> {
            Set<String> stored = new HashSet<>();
            subject.signature().inputs().forEach(input -> stored.add(input.name()));
            for (Facts.Access access : subject.facts().accesses()) {
              OptionalInt depth = allocation(access);
              boolean global = depth.isEmpty();
              String memory = access.tensor() + (global ? "" : "@" + number(access, depth));
              if (access.isStore()) {
                stored.add(memory);
              } else if (!stored.contains(memory)
                  && (global
                      ? !access.context().isConditional()
                      : access.context().condition() != Context.Condition.SELECTED)
                  && access.context().frames().stream().noneMatch(MemoryRules::isEmpty)
                  && access.context().tensors().containsKey(access.tensor())) {
                report.find(
                    access.context().place(),
                    "`" + access.text() + "` is read before anything is stored in it");
              }
            }
          });

  private static int number(Facts.Access access, OptionalInt depth) {
    Context.Frame frame = access.context().frames().get(depth.orElseThrow());
    return ((Context.Frame.Memory) frame).number();
  }

  static final Rule<Subject.Nests> REGIONS_COVER =
      new Rule<>(
          "regions-cover",
          "The declared regions of a block hold every element that it accesses outside registers.",
          (subject, report) -> {
            for (Facts.Access access : subject.facts().accesses()) {
              List<Context.Frame> frames = access.context().frames();
              OptionalInt allocated = allocation(access);
              for (int depth = allocated.orElse(0); depth < frames.size(); depth++) {
                if (frames.get(depth) instanceof Context.Frame.Block(Stmt.Block block)
                    && !isRegister(access, allocated)
                    && !isCovered(access, block, depth)) {
                  report.find(
                      access.context().place(),
                      "`%s` is %s outside the regions of block `%s`"
                          .formatted(
                              access.text(), access.isStore() ? "stored" : "read", block.name()));
                }
              }
            }
          });

  private static boolean isRegister(Facts.Access access, OptionalInt allocated) {
    return allocated.isPresent()
        && access.context().frames().get(allocated.getAsInt())
            instanceof Context.Frame.Memory(Buffer buffer, int number)
        && buffer.scope() == Buffer.Scope.REGISTER;
  }

  /// False where the access certainly leaves each region: a read may lie in what the block writes.
  private static boolean isCovered(Facts.Access access, Stmt.Block block, int depth) {
    List<Stmt.Region> regions = new ArrayList<>(block.writes());
    if (!access.isStore()) {
      regions.addAll(block.reads());
    }
    Bounds bounds = Bounds.of(access.context());
    for (Stmt.Region region : regions) {
      if (region.buffer().equals(access.tensor()) && !isOutside(access, region, depth, bounds)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOutside(
      Facts.Access access, Stmt.Region region, int depth, Bounds bounds) {
    if (access.context().isConditional()) {
      return false;
    }
    int axes = Math.min(region.ranges().size(), access.indices().size());
    for (int axis = 0; axis < axes; axis++) {
      Stmt.Range range = region.ranges().get(axis);
      if (bounds.leaves(access.indices().get(axis), range.start(), range.extent(), depth + 1)) {
        return true;
      }
    }
    return false;
  }

  static final Rule<Subject.Nests> PARALLEL_STORES_DISJOINT =
      new Rule<>(
          "parallel-stores-disjoint",
          "What a loop on threads stores outside its own memory depends on its variable, through"
              + " spatial iterators or guards.",
          (subject, report) -> {
            for (Facts.Access access : subject.facts().accesses()) {
              List<Context.Frame> frames = access.context().frames();
              if (!access.isStore()
                  || frames.stream().anyMatch(MemoryRules::isEmpty)
                  || frames.stream().anyMatch(MemoryRules::neverHolds)) {
                continue;
              }
              for (int depth = allocation(access).orElse(0); depth < frames.size(); depth++) {
                if (frames.get(depth) instanceof Context.Frame.Loop(Stmt.For loop)
                    && loop.kind().isOnThreads()
                    && hasManyRounds(loop, frames.subList(0, depth), access.context().ranges())
                    && !isChosen(loop, frames.subList(depth + 1, frames.size()))
                    && !spatialVariables(access.indices(), frames).contains(loop.variable())) {
                  report.find(
                      access.context().place(),
                      "every round of %s loop `%s` stores `%s`"
                          .formatted(loop.kind().text(), loop.variable(), access.text()));
                }
              }
            }
          });

  /// Whether nothing inside ever happens, as far as the text of a guard says: `0 <= i < 0`.
  private static boolean neverHolds(Context.Frame frame) {
    return frame instanceof Context.Frame.Guards(List<Guard> guards)
        && guards.stream().anyMatch(MemoryRules::neverHolds);
  }

  private static boolean neverHolds(Guard guard) {
    return guard.extent() instanceof IndexExpr.Constant(long extent)
        && (extent <= 0
            || guard.index() instanceof IndexExpr.Constant(long index)
                && (index < 0 || index >= extent));
  }

  /// Whether a loop has no rounds whatever the sizes are.
  private static boolean isEmpty(Context.Frame frame) {
    return frame instanceof Context.Frame.Loop(Stmt.For loop)
        && loop.extent() instanceof IndexExpr.Constant(long extent)
        && extent <= 0;
  }

  /// Whether for some sizes the loop has several rounds, in the first or in the last rounds of the
  /// loops around. The difference of quotients that are rounded up and down has not.
  private static boolean hasManyRounds(
      Stmt.For loop, List<Context.Frame> around, Map<String, IndexExpr> ranges) {
    if (Walk.fetches(loop.extent())) {
      return true;
    }
    for (long size : SIZES) {
      if (around.stream().anyMatch(frame -> isEmpty(frame, size, ranges))) {
        continue;
      }
      for (boolean isLast : List.of(false, true)) {
        if (rounds(loop.extent(), size, isLast, ranges) > 1) {
          return true;
        }
      }
    }
    return false;
  }

  /// Whether a loop has no round, whatever round the loops around it are in.
  private static boolean isEmpty(Context.Frame frame, long size, Map<String, IndexExpr> ranges) {
    return frame instanceof Context.Frame.Loop(Stmt.For loop)
        && !Walk.fetches(loop.extent())
        && Walk.variables(loop.extent()).isEmpty()
        && rounds(loop.extent(), size, true, ranges) <= 0;
  }

  private static long rounds(
      IndexExpr extent, long size, boolean isLast, Map<String, IndexExpr> ranges) {
    try {
      return IndexEvaluator.extent(
          extent,
          name -> {
            IndexExpr outer = ranges.get(name);
            if (outer == null || Walk.fetches(outer)) {
              return size;
            }
            return isLast ? Math.max(0, rounds(outer, size, true, ranges) - 1) : 0;
          });
    } catch (ArithmeticException none) {
      return 0;
    }
  }

  private static final List<Long> SIZES = List.of(2L, 3L, 64L, 1_000_003L);

  /// Whether a guard inside lets some rounds of the loop pass only.
  private static boolean isChosen(Stmt.For loop, List<Context.Frame> inside) {
    Set<String> variables = new HashSet<>();
    for (Context.Frame frame : inside.reversed()) {
      switch (frame) {
        case Context.Frame.Guards(List<Guard> guards) -> variables.addAll(variables(guards));
        case Context.Frame.Block(Stmt.Block block) -> {
          variables.addAll(variables(block.guards()));
          for (Stmt.BlockIter iter : block.iters()) {
            if (variables.remove(iter.variable())) {
              variables.addAll(Walk.variables(iter.binding()));
            }
          }
        }
        case Context.Frame.Loop _, Context.Frame.Memory _, Context.Frame.Data _ -> {}
      }
    }
    return variables.contains(loop.variable());
  }

  private static Set<String> variables(List<Guard> guards) {
    Set<String> variables = new HashSet<>();
    guards.forEach(guard -> variables.addAll(Walk.variables(guard.index())));
    return variables;
  }

  /// The variables that positions depend on, directly and through the bindings of spatial
  /// iterators.
  private static Set<String> spatialVariables(List<IndexExpr> indices, List<Context.Frame> frames) {
    Set<String> variables = new HashSet<>();
    indices.forEach(index -> variables.addAll(Walk.variables(index)));
    for (Context.Frame frame : frames.reversed()) {
      if (frame instanceof Context.Frame.Block(Stmt.Block block)) {
        Set<String> outside = new HashSet<>();
        for (Stmt.BlockIter iter : block.iters()) {
          if (variables.remove(iter.variable()) && iter.kind() == Stmt.IterKind.SPATIAL) {
            outside.addAll(Walk.variables(iter.binding()));
          }
        }
        variables.addAll(outside);
      }
    }
    return variables;
  }

  static final Rule<Subject.Nests> ORDERED_ITERATORS_SERIAL =
      new Rule<>(
          "ordered-iterators-serial",
          "Scan and opaque iterators are bound to loops that keep their order.",
          (subject, report) -> {
            for (NestFacts.Site site : subject.nests().sites()) {
              if (site.statement() instanceof Stmt.Block block) {
                for (Stmt.BlockIter iter : block.iters()) {
                  checkOrder(iter, block, site.context(), report);
                }
              }
            }
          });

  private static void checkOrder(
      Stmt.BlockIter iter, Stmt.Block block, Context context, Rule.Report report) {
    if (iter.kind() != Stmt.IterKind.SCAN && iter.kind() != Stmt.IterKind.OPAQUE) {
      return;
    }
    Set<String> variables = Walk.variables(iter.binding());
    for (Context.Frame frame : context.frames().reversed()) {
      switch (frame) {
        case Context.Frame.Block(Stmt.Block outer) -> {
          for (Stmt.BlockIter outside : outer.iters()) {
            if (variables.remove(outside.variable())) {
              variables.addAll(Walk.variables(outside.binding()));
            }
          }
        }
        case Context.Frame.Loop(Stmt.For loop) -> {
          if (variables.contains(loop.variable()) && loop.kind().isAtOnce()) {
            report.find(
                context.place().in("block `" + block.name() + "`"),
                "%s iterator `%s` is bound to %s loop `%s`"
                    .formatted(
                        iter.kind().text(), iter.variable(), loop.kind().text(), loop.variable()));
          }
        }
        case Context.Frame.Memory _, Context.Frame.Guards _, Context.Frame.Data _ -> {}
      }
    }
  }

  static final List<Rule<? super Subject.Nests>> ALL =
      List.of(
          STORED_BEFORE_READ, REGIONS_COVER, PARALLEL_STORES_DISJOINT, ORDERED_ITERATORS_SERIAL);
}
