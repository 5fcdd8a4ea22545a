package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.integer.Loop;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Buffer.Scope;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.schedule.Dependence.Sign;

/// `for k < n { alloc P: T[…] { f(P, k); s(P, k) } } → alloc P: T[2, …] { if 0 < n { f(P[0], 0) }
/// for k < n { if k + 1 < n { f(P[(k + 1) mod 2], k + 1) } s(P[k mod 2], k) } }`; double buffering,
/// the software pipeline of two stages of TVM and Triton.
///
/// A round reads what it has filled itself: `P` is allocated in it, or no round reads what another
/// one stored ([OwnRounds]). So each round may have memory of its own, and two places are enough as
/// no more than two rounds are on their way. The filling of a round comes before the rest of the
/// round before, and before what stood before it in its own: it stores `P` alone, and reads nothing
/// that these store.
final class DoubleBuffer implements Primitive<Step.DoubleBuffer> {
  /// A function of more statements is not made larger.
  private static final int MAX_STATEMENTS = 2000;

  private static final IndexExpr PLACES = IndexExpr.of(2);

  @Override
  public Module apply(Nest nest, Step.DoubleBuffer step) {
    Nest.Site<Stmt.For> site = nest.loop(step.loop());
    Stmt.For loop = site.statement();
    nest.requireSerial(loop);
    requireRounds(nest, site);
    Optional<Buffer> global = TransformLayout.temporary(nest, step.buffer());
    Optional<Stmt.Allocate> local =
        global.isPresent() ? Optional.empty() : Optional.of(nest.allocation(step.buffer()));
    Buffer old = global.orElseGet(() -> local.orElseThrow().buffer());
    boolean isInside = local.isPresent() && !Statements.path(loop.body(), local.get()).isEmpty();
    if (!isInside) {
      requireLife(nest, old, local, site);
    }
    FilledRound round = new FilledRound.Finder(nest, loop, old, isInside).find();
    requireFree(nest, site, round);
    Buffer twice = twice(nest, loop, old);
    Stmt pipeline = pipeline(nest, site, round, twice);
    if (isInside) {
      return nest.replace(loop, new Stmt.Allocate(twice, pipeline));
    }
    if (local.isPresent()) {
      Stmt.Allocate allocation = local.get();
      Stmt inside = Statements.replace(allocation.body(), loop, pipeline);
      return nest.replace(allocation, new Stmt.Allocate(twice, inside));
    }
    List<Buffer> buffers =
        nest.module().buffers().stream()
            .map(each -> each.name().equals(twice.name()) ? twice : each)
            .toList();
    Stmt body = Statements.replace(nest.function().body(), loop, pipeline);
    return nest.with(buffers, Statements.flattened(body));
  }

  private static void requireRounds(Nest nest, Nest.Site<Stmt.For> site) {
    Stmt.For loop = site.statement();
    if (!Scopes.canEvaluate(loop.extent(), site.scope())) {
      throw nest.refuse(Reason.EXTENT_MAY_FAIL, loop, "its extent may divide by zero, or is data");
    }
    if (site.scope().proves(Condition.atMost(loop.extent(), IndexExpr.Constant.ONE))) {
      throw nest.refuse(Reason.PART_EMPTY, loop, "has no round after the first to fill it for");
    }
    if (Statements.count(nest.function().body()) + Statements.count(loop) > MAX_STATEMENTS) {
      throw nest.refuse(
          Reason.TOO_LARGE, loop, "the function would have more than 2000 statements");
    }
  }

  /// Refuses memory that outlives a round where something else than the rounds touches it, or where
  /// a round finds what another one left.
  private static void requireLife(
      Nest nest, Buffer buffer, Optional<Stmt.Allocate> local, Nest.Site<Stmt.For> site) {
    Stmt.For loop = site.statement();
    int outermost = local.map(allocation -> site.around().indexOf(allocation) + 1).orElse(0);
    if (local.isPresent() && outermost == 0) {
      throw nest.refuse(
          Reason.NOT_NESTED, loop, "does not stand where `" + buffer.name() + "` is allocated");
    }
    if (local.isEmpty() && Coverage.repeat(nest.function(), nest.module()).isPresent()) {
      throw nest.refuse(
          Reason.NOT_TEMPORARY, "the function repeats, and finds what it stored the time before");
    }
    for (Stmt each : site.around().subList(outermost, site.around().size())) {
      if (each instanceof Stmt.While) {
        throw nest.refuse(Reason.NOT_NESTED, loop, "runs again as long as the data say so");
      }
    }
    Stmt rest = Statements.replace(nest.function().body(), loop, new Stmt.Sequence(List.of()));
    if (Accesses.renaming(buffer.name(), buffer.name()).isAccessed(rest)) {
      throw nest.refuse(Reason.NOT_NESTED, loop, "is not all that touches `" + buffer.name() + "`");
    }
    OwnRounds.require(nest, buffer.name(), site);
  }

  /// Refuses a filling that needs what runs after it then.
  private static void requireFree(Nest nest, Nest.Site<Stmt.For> site, FilledRound round) {
    Stmt.For loop = site.statement();
    Order.requireFree(Set.of(loop.variable()), loop.body(), nest);
    Faults.requireSame(
        nest,
        round.filling().statement(),
        round.others().stream().map(FilledRound.Part::statement).toList());
    List<Loop> loops = List.of(new Loop(loop.variable(), loop.extent()));
    List<Access> reads = round.accesses(List.of(round.filling()));
    List<Access> earlier = round.accesses(round.others());
    Optional<Dependence> found =
        Dependences.between(
                loops, reads, earlier, site.scope(), signs -> signs.getFirst() == Sign.EARLIER)
            .or(
                () ->
                    Dependences.between(
                        loops,
                        reads,
                        round.accesses(round.before()),
                        site.scope(),
                        signs -> signs.getFirst() == Sign.EQUAL));
    if (found.isPresent()) {
      throw nest.refuse(
          Reason.DEPENDENCE,
          loop,
          "what fills `%s` needs what would run after it".formatted(round.buffer().name()),
          found.get().text());
    }
  }

  /// The memory with two places; an element of a register becomes an array.
  private static Buffer twice(Nest nest, Stmt.For loop, Buffer old) {
    List<IndexExpr> extents = new ArrayList<>();
    extents.add(PLACES);
    extents.addAll(old.type().extents());
    Scope scope = old.scope() == Scope.REGISTER ? Scope.LOCAL : old.scope();
    Buffer twice = new Buffer(old.name(), new TensorType(old.type().dtype(), extents), scope);
    if (scope == Scope.GLOBAL) {
      return twice;
    }
    long bytes = scope == Scope.SHARED ? Buffer.MAX_SHARED_BYTES : Buffer.MAX_LOCAL_BYTES;
    long most = bytes / old.type().dtype().byteSize();
    if (twice.constantElements().orElse(Long.MAX_VALUE) > most) {
      throw nest.refuse(
          Reason.TOO_LARGE,
          loop,
          "needs more than %d bytes for two of `%s`".formatted(bytes, old.name()));
    }
    return twice;
  }

  // ---- the pipeline

  private static Stmt pipeline(
      Nest nest, Nest.Site<Stmt.For> site, FilledRound round, Buffer twice) {
    Stmt.For loop = site.statement();
    IndexExpr variable = IndexExpr.variable(loop.variable());
    FreshNames names = new FreshNames(nest.names());
    RoundAccesses accesses =
        new RoundAccesses(
            twice,
            List.of(new RoundAccesses.Outer(loop.variable(), loop.extent())),
            (own, here) -> inPlace(here.apply(variable), own),
            names);
    FilledRound.Part part = round.filling();
    Stmt filling = Statements.guarded(part.guards(), accesses.changed(part.statement()));
    Stmt first = PartitionLoop.copy(filling, suffix(nest, filling), Map.of());
    Guard runs = new Guard(IndexExpr.Constant.ZERO, loop.extent());
    Stmt begin = at(IndexExpr.Constant.ZERO, loop, first, Scopes.where(site.scope(), runs));
    boolean hasFirst = Scopes.isPositive(loop.extent(), site.scope());
    Assumptions inside = Scopes.inside(site.scope(), loop);
    Guard goesOn = new Guard(variable.plus(1), loop.extent());
    Stmt next = at(variable.plus(1), loop, filling, Scopes.where(inside, goesOn));
    Stmt rest = round.around(accesses.changed(round.left()));
    return new Stmt.Sequence(
        List.of(
            hasFirst ? begin : Statements.guarded(List.of(runs), begin),
            loop.with(
                new Stmt.Sequence(List.of(Statements.guarded(List.of(goesOn), next), rest)))));
  }

  private static Stmt at(IndexExpr value, Stmt.For loop, Stmt statement, Assumptions scope) {
    return Statements.flattened(Rebinding.of(Map.of(loop.variable(), value), statement, scope));
  }

  private static List<IndexExpr> inPlace(IndexExpr number, List<IndexExpr> own) {
    List<IndexExpr> all = new ArrayList<>();
    all.add(number.floorMod(PLACES));
    all.addAll(own);
    return all;
  }

  /// What makes the names of a copy's loops and blocks free.
  private static String suffix(Nest nest, Stmt statement) {
    Set<String> taken = new HashSet<>(nest.names());
    Statements.blocks(nest.function().body()).forEach(block -> taken.add(block.name()));
    Set<String> names = new HashSet<>();
    Statements.loops(statement).forEach(loop -> names.add(loop.variable()));
    Statements.blocks(statement).forEach(block -> names.add(block.name()));
    String suffix = "first";
    for (int number = 1; isTaken(names, suffix, taken); number++) {
      suffix = "first." + number;
    }
    return suffix;
  }

  private static boolean isTaken(Set<String> names, String suffix, Set<String> taken) {
    return names.stream().anyMatch(name -> taken.contains(name + "." + suffix));
  }
}
