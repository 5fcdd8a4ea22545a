package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.IterKind;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.runtime.DType;

/// `for ko { for ki < 8 { a = a + x } } → alloc r: T[8] { for ki { r[ki] = 0 } for ko { for ki {
/// r[ki] = r[ki] + x } } for ki { a = a + r[ki] } }`
///
/// Each round of a loop has a result of its own, and these are combined at the end. The operation
/// is associative and commutative, with an identity that rounds that never run leave; floats are
/// added and multiplied in another order, and so round otherwise. Integers are not added: a sum on
/// the way may overflow where the whole does not.
final class FactorReduction implements Primitive<Step.FactorReduction> {
  @Override
  public Module apply(Nest nest, Step.FactorReduction step) {
    Nest.Site<Stmt.For> site = nest.loop(step.loop());
    Stmt.Block block = nest.block(step.block());
    Stmt.For loop = site.statement();
    nest.requireSerial(loop);
    nest.requireFree(List.of(step.name()), List.of());
    nest.requireFreeBlock(step.name());
    nest.requireFreeBlock(step.name() + ".init");
    if (!(loop.extent() instanceof IndexExpr.Constant)) {
      throw nest.refuse(
          Reason.EXTENT_UNKNOWN,
          loop,
          "has an extent that is no number, as an array of the thread's own needs",
          "split it, and factor by the inner loop");
    }
    Combination combination = Combination.of(block, nest);
    Nest.Site<Stmt.For> outermost = outermost(block, site, nest);
    requireAlone(combination, block, outermost.statement(), nest);
    List<Stmt.BlockIter> outside = outside(combination, block, outermost.statement(), nest);
    Buffer results =
        new Buffer(
            step.name(),
            new TensorType(combination.type(), List.of(loop.extent())),
            Buffer.Scope.LOCAL);
    List<Guard> runs = runs(outermost, block, nest);
    FreshNames names = new FreshNames(nest.names());
    Stmt partial =
        Statements.replace(
            outermost.statement(), block, partial(block, combination, results, loop, names));
    return nest.replace(
        outermost.statement(),
        new Stmt.Allocate(
            results,
            new Stmt.Sequence(
                List.of(
                    first(results, combination, loop, names),
                    partial,
                    Statements.guarded(runs, last(results, combination, outside, loop, names))))));
  }

  /// What holds where any round runs: that the first one does.
  private static List<Guard> runs(Nest.Site<Stmt.For> outermost, Stmt.Block block, Nest nest) {
    List<Guard> conditions = new ArrayList<>();
    Map<String, IndexExpr> zeros = new HashMap<>();
    Assumptions scope = outermost.scope();
    Stmt inside = outermost.statement();
    while (inside != block) {
      if (inside instanceof Stmt.For loop) {
        conditions.add(new Guard(IndexExpr.variable(loop.variable()), loop.extent()));
        zeros.put(loop.variable(), IndexExpr.Constant.ZERO);
      } else if (inside instanceof Stmt.If(List<Guard> guards, Stmt _)) {
        conditions.addAll(guards);
      }
      scope = Scopes.inside(scope, inside);
      inside =
          inside.children().stream()
              .filter(each -> Statements.blocks(each).stream().anyMatch(some -> some == block))
              .findFirst()
              .orElseThrow();
    }
    Map<String, IndexExpr> iterators = new HashMap<>();
    block.iters().forEach(iter -> iterators.put(iter.variable(), iter.binding()));
    for (Guard guard : block.guards()) {
      Guard bound = new Substitution(iterators).apply(guard);
      conditions.add(bound);
      scope = Scopes.where(scope, bound);
    }
    List<Guard> first = new ArrayList<>();
    for (Guard guard : new Substitution(zeros).guards(conditions)) {
      boolean holds = !guard.fetches() && scope.proves(Condition.of(guard));
      if (!holds) {
        throw nest.refuse(
            Reason.NOT_FIRST_ROUND, block, "may run in some rounds and not in the first");
      }
      if (!outermost.scope().proves(Condition.of(guard)) && !first.contains(guard)) {
        first.add(guard);
      }
    }
    return first;
  }

  /// `target[at] = target[at] ⊕ v`
  private record Combination(
      String target, List<IndexExpr> at, DType type, Projection projection, Scalar value) {
    static Combination of(Stmt.Block block, Nest nest) {
      if (block.init().isPresent()) {
        throw nest.refuse(
            Reason.NO_MATCH,
            block,
            "has an `init`",
            "take it out first: `decompose-reduction " + block.name() + " at …`");
      }
      if (!(block.body() instanceof Stmt.Store(String target, List<IndexExpr> at, Scalar value))) {
        throw nest.refuse(Reason.NO_MATCH, block, "does more than one store");
      }
      Scalar before = new Scalar.Read(target, value.type(), at);
      Optional<BinaryOp> op =
          switch (value) {
            case Scalar.Binary(BinaryOp each, Scalar left, Scalar right)
                when left.equals(before) != right.equals(before) ->
                Optional.of(each);
            case Scalar.MultiplyAdd(Scalar _, Scalar _, Scalar addend) when addend.equals(before) ->
                Optional.of(BinaryOp.ADD);
            case Scalar.Literal _,
                Scalar.Read _,
                Scalar.Position _,
                Scalar.Unary _,
                Scalar.Binary _,
                Scalar.MultiplyAdd _,
                Scalar.Dot _,
                Scalar.Select _,
                Scalar.Cast _ ->
                Optional.empty();
          };
      int[] reads = {0};
      Walk.ofScalars(
              part -> {
                if (part instanceof Scalar.Read read && read.tensor().equals(target)) {
                  reads[0]++;
                }
              })
          .visit(value);
      Optional<Projection> projection =
          op.flatMap(
              each ->
                  Arrays.stream(Projection.values())
                      .filter(some -> some.combine() == each && isFor(some, value.type()))
                      .findFirst());
      if (projection.isEmpty() || reads[0] != 1) {
        throw nest.refuse(
            Reason.NO_MATCH,
            block,
            "does not combine a value with the element that it stores, in any order");
      }
      return new Combination(target, at, value.type(), projection.get(), value);
    }

    private static boolean isFor(Projection projection, DType type) {
      return switch (projection) {
        case SUM, PRODUCT, LOG_SUM_EXP -> type.isFloat();
        case MAX, MIN -> type != DType.BOOL;
        case ANY, ALL, XOR -> type == DType.BOOL;
      };
    }

    Scalar identity() {
      return Scalar.constant(type, projection.identity(type));
    }
  }

  /// The outermost loop that a reduce iterator is bound to; the factored one is among them.
  private static Nest.Site<Stmt.For> outermost(
      Stmt.Block block, Nest.Site<Stmt.For> loop, Nest nest) {
    Set<String> reduced = new HashSet<>();
    for (Stmt.BlockIter iter : block.iters()) {
      if (iter.kind() == IterKind.REDUCE) {
        reduced.addAll(Walk.variables(iter.binding()));
      }
    }
    boolean isInside = Statements.blocks(loop.statement()).stream().anyMatch(each -> each == block);
    if (!reduced.contains(loop.statement().variable()) || !isInside) {
      throw nest.refuse(
          Reason.NOT_NESTED,
          loop.statement(),
          "no reduce iterator of `" + block.name() + "` is bound to it");
    }
    for (int depth = 0; depth < loop.around().size(); depth++) {
      if (loop.around().get(depth) instanceof Stmt.For outer
          && reduced.contains(outer.variable())) {
        nest.requireSerial(outer);
        return new Nest.Site<>(loop.around().subList(0, depth), outer);
      }
    }
    return loop;
  }

  private static void requireAlone(
      Combination combination, Stmt.Block block, Stmt.For outermost, Nest nest) {
    Stmt others = Statements.replace(outermost, block, new Stmt.Sequence(List.of()));
    if (Accesses.renaming(combination.target, combination.target).isAccessed(others)) {
      throw nest.refuse(
          Reason.DEPENDENCE, outermost, "something else inside uses `" + combination.target + "`");
    }
    Statements.forEach(
        outermost,
        each -> {
          if (each instanceof Stmt.While || each instanceof Stmt.When) {
            throw nest.refuse(Reason.NOT_NESTED, "a condition on data stands inside");
          }
          if (each instanceof Stmt.Allocate(Buffer buffer, Stmt _)
              && buffer.name().equals(combination.target)) {
            throw nest.refuse(
                Reason.NOT_KNOWN_OUTSIDE,
                outermost,
                "`" + combination.target + "` is allocated inside");
          }
        });
  }

  /// The iterators that say which element is combined; they must not change inside.
  private static List<Stmt.BlockIter> outside(
      Combination combination, Stmt.Block block, Stmt.For outermost, Nest nest) {
    Set<String> used = new HashSet<>();
    combination.at.forEach(index -> used.addAll(Walk.variables(index)));
    Set<String> inside = new HashSet<>();
    Statements.loops(outermost).forEach(loop -> inside.add(loop.variable()));
    List<Stmt.BlockIter> kept = new ArrayList<>();
    for (Stmt.BlockIter iter : block.iters()) {
      if (!used.contains(iter.variable())) {
        continue;
      }
      if (iter.kind() != IterKind.SPATIAL
          || Walk.fetches(iter.binding())
          || Walk.variables(iter.binding()).stream().anyMatch(inside::contains)) {
        throw nest.refuse(
            Reason.NOT_KNOWN_OUTSIDE,
            block,
            "combines several elements inside of `" + outermost.variable() + "`");
      }
      kept.add(iter);
    }
    return kept;
  }

  // ---- the parts

  private static Stmt first(
      Buffer results, Combination combination, Stmt.For loop, FreshNames names) {
    IndexExpr here = IndexExpr.variable(names.like(loop.variable()));
    Stmt store = new Stmt.Store(results.name(), List.of(here), combination.identity());
    return around(
        loop,
        results.name() + ".init",
        List.of(iterator(IterKind.SPATIAL, here, loop)),
        List.of(),
        List.of(element(results, here)),
        store);
  }

  private static Stmt.Block partial(
      Stmt.Block block, Combination combination, Buffer results, Stmt.For loop, FreshNames names) {
    IndexExpr here = IndexExpr.variable(names.like(loop.variable()));
    List<Stmt.BlockIter> iters = new ArrayList<>(block.iters());
    iters.add(iterator(IterKind.SPATIAL, here, loop));
    Scalar before = new Scalar.Read(combination.target, combination.type, combination.at);
    Scalar own = new Scalar.Read(results.name(), combination.type, List.of(here));
    Stmt store =
        new Stmt.Store(results.name(), List.of(here), replaced(combination.value, before, own));
    return new Stmt.Block(
        block.name(),
        iters,
        block.guards(),
        moved(block.reads(), combination.target, element(results, here)),
        moved(block.writes(), combination.target, element(results, here)),
        Optional.empty(),
        store);
  }

  private static Stmt last(
      Buffer results,
      Combination combination,
      List<Stmt.BlockIter> outside,
      Stmt.For loop,
      FreshNames names) {
    IndexExpr here = IndexExpr.variable(names.like(loop.variable()));
    List<Stmt.BlockIter> iters = new ArrayList<>(outside);
    iters.add(iterator(IterKind.REDUCE, here, loop));
    Stmt.Region whole =
        new Stmt.Region(
            combination.target,
            combination.at.stream()
                .map(index -> new Stmt.Range(index, IndexExpr.Constant.ONE))
                .toList());
    Scalar value =
        new Scalar.Binary(
            combination.projection.combine(),
            new Scalar.Read(combination.target, combination.type, combination.at),
            new Scalar.Read(results.name(), combination.type, List.of(here)));
    return around(
        loop,
        results.name(),
        iters,
        List.of(whole, element(results, here)),
        List.of(whole),
        new Stmt.Store(combination.target, combination.at, value));
  }

  private static Stmt around(
      Stmt.For loop,
      String name,
      List<Stmt.BlockIter> iters,
      List<Stmt.Region> reads,
      List<Stmt.Region> writes,
      Stmt body) {
    Stmt.Block block =
        new Stmt.Block(name, iters, List.of(), reads, writes, Optional.empty(), body);
    return loop.with(block);
  }

  private static Stmt.BlockIter iterator(IterKind kind, IndexExpr here, Stmt.For loop) {
    String name = ((IndexExpr.Variable) here).name();
    return new Stmt.BlockIter(kind, name, loop.extent(), IndexExpr.variable(loop.variable()));
  }

  private static Stmt.Region element(Buffer results, IndexExpr here) {
    return new Stmt.Region(results.name(), List.of(new Stmt.Range(here, IndexExpr.Constant.ONE)));
  }

  private static List<Stmt.Region> moved(
      List<Stmt.Region> regions, String target, Stmt.Region own) {
    return regions.stream()
        .map(region -> region.buffer().equals(target) ? own : region)
        .distinct()
        .toList();
  }

  private static Scalar replaced(Scalar scalar, Scalar before, Scalar own) {
    return scalar.equals(before)
        ? own
        : scalar.mapParts(index -> index, part -> replaced(part, before, own));
  }
}
