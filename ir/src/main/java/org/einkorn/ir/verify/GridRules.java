package org.einkorn.ir.verify;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;

/// Rules about loops that are bound to the blocks and threads of a grid, and about the memory that
/// threads share. The limits are those of [GridAxis#most()].
final class GridRules {
  private GridRules() {}

  private static Optional<GridAxis> axis(Stmt statement) {
    return statement instanceof Stmt.For loop && loop.kind() instanceof GridAxis axis
        ? Optional.of(axis)
        : Optional.empty();
  }

  private static Optional<GridAxis> axis(Context.Frame frame) {
    return frame instanceof Context.Frame.Loop(Stmt.For loop) ? axis(loop) : Optional.empty();
  }

  private static boolean hasGrid(NestFacts.Sites function) {
    return function.sites().stream().anyMatch(site -> axis(site.statement()).isPresent());
  }

  private static boolean isOfThreads(Context.Frame frame) {
    return axis(frame).filter(GridAxis::isOfThreads).isPresent();
  }

  static final Rule<Subject.Nests> BLOCKS_OUTERMOST =
      new Rule<>(
          "blocks-outermost",
          "Around a loop over blocks stand only loops over blocks, each directly inside the last:"
              + " blocks never wait for one another.",
          (subject, report) -> {
            for (NestFacts.Sites function : subject.nests().functions()) {
              for (NestFacts.Site site : function.sites()) {
                if (site.statement() instanceof Stmt.For loop
                    && loop.kind() instanceof GridAxis axis
                    && !axis.isOfThreads()
                    && !isOutermost(loop, function.function().body())) {
                  report.find(
                      site.context().place(),
                      "loop `"
                          + loop.variable()
                          + "` is over blocks, and something else stands around it");
                }
              }
            }
          });

  private static boolean isOutermost(Stmt.For loop, Stmt body) {
    Stmt outer = body;
    while (outer != loop
        && outer instanceof Stmt.For other
        && other.kind() instanceof GridAxis axis
        && !axis.isOfThreads()) {
      outer = other.body();
    }
    return outer == loop;
  }

  static final Rule<Subject.Nests> GRID_LOOPS_NEST =
      new Rule<>(
          "grid-loops-nest",
          "No loop stands inside another one that is bound to its axis; a function with a grid has"
              + " no parallel loops, and lanes of vectors have no threads.",
          (subject, report) -> {
            for (NestFacts.Sites function : subject.nests().functions()) {
              if (!hasGrid(function)) {
                continue;
              }
              for (NestFacts.Site site : function.sites()) {
                if (site.statement() instanceof Stmt.For loop) {
                  nesting(loop, site.context().frames())
                      .ifPresent(fault -> report.find(site.context().place(), fault));
                }
              }
            }
          });

  private static Optional<String> nesting(Stmt.For loop, List<Context.Frame> frames) {
    String name = "loop `" + loop.variable() + "` ";
    if (loop.kind() == Stmt.LoopOrder.PARALLEL) {
      return Optional.of(name + "is parallel, and other loops are bound to a grid");
    }
    if (!(loop.kind() instanceof GridAxis axis)) {
      return Optional.empty();
    }
    for (Context.Frame frame : frames) {
      if (frame instanceof Context.Frame.Loop(Stmt.For outer)) {
        if (outer.kind() == axis) {
          return Optional.of(
              name
                  + "stands in `"
                  + outer.variable()
                  + "`, which is bound to `"
                  + axis.text()
                  + "` too");
        }
        if (outer.kind() == Stmt.LoopOrder.VECTORIZED) {
          return Optional.of(name + "stands in `" + outer.variable() + "`, which is vectorized");
        }
      }
    }
    return Optional.empty();
  }

  static final Rule<Subject.Nests> GRID_EXTENTS =
      new Rule<>(
          "grid-extents",
          "The extent of a loop over blocks is over sizes alone, that of a loop over threads is a"
              + " number, and a block has at most "
              + GridAxis.MOST_THREADS
              + " threads.",
          (subject, report) -> {
            for (NestFacts.Site site : subject.nests().sites()) {
              if (site.statement() instanceof Stmt.For loop
                  && loop.kind() instanceof GridAxis axis) {
                extent(loop, axis).ifPresent(fault -> report.find(site.context().place(), fault));
              }
            }
            for (NestFacts.Sites function : subject.nests().functions()) {
              long threads = 1;
              for (long most : threads(function).values()) {
                threads *= most;
              }
              if (threads > GridAxis.MOST_THREADS) {
                report.find(
                    function.place(),
                    "a block has " + threads + " threads, more than " + GridAxis.MOST_THREADS);
              }
            }
          });

  private static Optional<String> extent(Stmt.For loop, GridAxis axis) {
    String name = "the extent of loop `" + loop.variable() + "` over `" + axis.text() + "` ";
    if (loop.extent() instanceof IndexExpr.Constant(long extent)) {
      return extent <= axis.most()
          ? Optional.empty()
          : Optional.of(name + "is " + extent + ", more than " + axis.most());
    }
    if (axis.isOfThreads()) {
      return Optional.of(name + "is no number");
    }
    return Walk.variables(loop.extent()).isEmpty() && !Walk.fetches(loop.extent())
        ? Optional.empty()
        : Optional.of(name + "is not over sizes alone");
  }

  /// How many threads each axis needs. What is over a limit counts as one: it is found already.
  private static Map<GridAxis, Long> threads(NestFacts.Sites function) {
    Map<GridAxis, Long> most = new EnumMap<>(GridAxis.class);
    for (NestFacts.Site site : function.sites()) {
      if (site.statement() instanceof Stmt.For loop
          && loop.kind() instanceof GridAxis axis
          && axis.isOfThreads()
          && loop.extent() instanceof IndexExpr.Constant(long extent)
          && extent <= axis.most()) {
        most.merge(axis, Math.max(1, extent), Math::max);
      }
    }
    return most;
  }

  static final Rule<Subject.Nests> THREADS_MEET =
      new Rule<>(
          "threads-meet",
          "All threads of a block come to each loop over threads inside another one, and as often:"
              + " nothing that differs between threads decides on it.",
          (subject, report) -> {
            for (NestFacts.Site site : subject.nests().sites()) {
              if (axis(site.statement()).filter(GridAxis::isOfThreads).isPresent()) {
                difference(site.context().frames())
                    .ifPresent(
                        fault ->
                            report.find(
                                site.context().place(),
                                "loop `"
                                    + ((Stmt.For) site.statement()).variable()
                                    + "` is over threads, and "
                                    + fault));
              }
            }
          });

  /// What may differ between threads in the statements around a loop.
  private static Optional<String> difference(List<Context.Frame> frames) {
    Set<String> differ = new HashSet<>();
    boolean isInThreads = false;
    for (Context.Frame frame : frames) {
      switch (frame) {
        case Context.Frame.Loop(Stmt.For loop) -> {
          if (isOfThreads(frame)) {
            isInThreads = true;
            differ.add(loop.variable());
          } else if (isInThreads
              && (Walk.fetches(loop.extent()) || usesAny(loop.extent(), differ))) {
            return Optional.of("the rounds of `" + loop.variable() + "` differ between threads");
          }
        }
        case Context.Frame.Block(Stmt.Block block) -> {
          for (Stmt.BlockIter iter : block.iters()) {
            if (usesAny(iter.binding(), differ)) {
              differ.add(iter.variable());
            }
          }
          if (isInThreads && (decides(block.guards(), differ) || isFirstForSome(block, differ))) {
            return Optional.of("the guards of `" + block.name() + "` differ between threads");
          }
        }
        case Context.Frame.Guards(List<Guard> guards) -> {
          if (isInThreads && decides(guards, differ)) {
            return Optional.of("a condition around it differs between threads");
          }
        }
        case Context.Frame.Data _ -> {
          if (isInThreads) {
            return Optional.of("a condition on data around it may differ between threads");
          }
        }
        case Context.Frame.Memory _ -> {}
      }
    }
    return Optional.empty();
  }

  /// Whether a block begins a reduction for some threads only.
  private static boolean isFirstForSome(Stmt.Block block, Set<String> differ) {
    return block.init().isPresent()
        && block.iters().stream()
            .anyMatch(
                iter -> iter.kind() == Stmt.IterKind.REDUCE && differ.contains(iter.variable()));
  }

  private static boolean decides(List<Guard> guards, Set<String> differ) {
    return guards.stream()
        .anyMatch(
            guard ->
                Walk.fetches(guard.index())
                    || Walk.fetches(guard.extent())
                    || usesAny(guard.index(), differ)
                    || usesAny(guard.extent(), differ));
  }

  private static boolean usesAny(IndexExpr expr, Set<String> variables) {
    return Walk.variables(expr).stream().anyMatch(variables::contains);
  }

  static final Rule<Subject.Nests> SHARED_MEMORY =
      new Rule<>(
          "shared-memory",
          "Shared memory is allocated outside of all loops over threads; its extents are numbers,"
              + " and what is allocated at once takes at most 227 KiB.",
          (subject, report) -> {
            for (NestFacts.Site site : subject.nests().sites()) {
              if (site.statement() instanceof Stmt.Allocate(Buffer buffer, Stmt _)
                  && buffer.scope() == Buffer.Scope.SHARED) {
                shared(buffer, site.context().frames())
                    .ifPresent(fault -> report.find(site.context().place(), fault));
              }
            }
          });

  private static Optional<String> shared(Buffer buffer, List<Context.Frame> frames) {
    String name = "`" + buffer.name() + "` is shared, and ";
    if (frames.stream().anyMatch(GridRules::isOfThreads)) {
      return Optional.of(name + "is allocated by each thread");
    }
    if (buffer.constantElements().isEmpty()) {
      return Optional.of(name + "has an extent that is no number");
    }
    long bytes = sharedBytes(buffer);
    for (Context.Frame frame : frames) {
      if (frame instanceof Context.Frame.Memory(Buffer outer, int _)
          && outer.scope() == Buffer.Scope.SHARED) {
        bytes += sharedBytes(outer);
      }
    }
    return bytes <= Buffer.MAX_SHARED_BYTES
        ? Optional.empty()
        : Optional.of(
            name
                + "with it shared memory takes "
                + bytes
                + " bytes, more than "
                + Buffer.MAX_SHARED_BYTES);
  }

  /// At most so much that sums stay in 64 bits.
  private static long sharedBytes(Buffer buffer) {
    long elements = Math.min(buffer.constantElements().orElse(0), 1L << 32);
    return elements * buffer.type().dtype().byteSize();
  }

  static final List<Rule<? super Subject.Nests>> ALL =
      List.of(BLOCKS_OUTERMOST, GRID_LOOPS_NEST, GRID_EXTENTS, THREADS_MEET, SHARED_MEMORY);
}
