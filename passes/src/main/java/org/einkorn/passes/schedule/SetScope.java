package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.integer.Extremes;
import org.einkorn.ir.integer.IteratorMap;
import org.einkorn.ir.integer.Loop;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Buffer.Scope;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.passes.schedule.Dependence.Sign;

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
    requireApart(nest, step.buffer(), site);
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
    Stmt body =
        new Moving(buffer, starts, extents, ranges(site.path()), nest.names())
            .moved(loop.body(), Map.of());
    Stmt inside =
        new Stmt.For(loop.kind(), loop.variable(), loop.extent(), new Stmt.Allocate(buffer, body));
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
    if (Moves.isSeen(module, nest.function(), buffer)
        || Moves.isStoredElsewhere(module, nest.function(), buffer)) {
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
    Stmt.For empty =
        new Stmt.For(loop.kind(), loop.variable(), loop.extent(), new Stmt.Sequence(List.of()));
    if (Touched.of(Statements.replace(nest.function().body(), loop, empty)).touches(buffer)) {
      throw nest.refuse(
          Reason.NOT_TEMPORARY, loop, "does not hold all that touches `" + buffer + "`");
    }
    if (!Touched.of(loop.body()).touches(buffer)) {
      throw nest.refuse(Reason.UNKNOWN_NAME, "nothing here touches `" + buffer + "`");
    }
  }

  /// That no round reads what an earlier one has stored.
  private static void requireApart(Nest nest, String buffer, Nest.Site<Stmt.For> site) {
    if (storesFirst(buffer, site)) {
      return;
    }
    List<Stmt> path = site.path();
    for (int depth = 0; depth < path.size(); depth++) {
      if (path.get(depth) instanceof Stmt.For loop) {
        Optional<Dependence> found =
            Dependences.between(
                List.of(new Loop(loop.variable(), loop.extent())),
                Moves.stores(loop.body(), buffer),
                Moves.reads(loop.body(), buffer),
                Scopes.inside(path.subList(0, depth)),
                signs -> signs.getFirst() == Sign.LATER);
        if (found.isPresent()) {
          throw nest.refuse(
              Reason.DEPENDENCE,
              loop,
              "has rounds that read what others store",
              found.get().text());
        }
      }
    }
  }

  /// Whether a round first fills a box in which it reads: with the elements of the box that any
  /// round stores, so with all that can be read.
  private static boolean storesFirst(String buffer, Nest.Site<Stmt.For> site) {
    Stmt body = site.statement().body();
    List<Stmt.Store> stores = new ArrayList<>();
    Statements.forEach(
        body,
        each -> {
          if (each instanceof Stmt.Store store && store.buffer().equals(buffer)) {
            stores.add(store);
          }
        });
    Stmt inside = body;
    while (inside instanceof Stmt.Allocate(Buffer _, Stmt deeper)) {
      inside = deeper;
    }
    if (!(inside instanceof Stmt.Sequence(List<Stmt> parts)) || stores.size() != 1) {
      return false;
    }
    int place = 0;
    while (Statements.path(parts.get(place), stores.getFirst()).isEmpty()) {
      place++;
    }
    Stmt filling = parts.get(place);
    Assumptions scope = Scopes.inside(site.path());
    Access stored = Moves.stores(filling, buffer).getFirst();
    return Touched.of(parts.subList(0, place + 1)).reads().stream().noneMatch(buffer::equals)
        && isFilling(filling, stores.getFirst(), stored)
        && holds(stored, Moves.reads(body, buffer), scope);
  }

  /// Whether a store happens wherever its position lies between numbers that are the same in all
  /// rounds.
  private static boolean isFilling(Stmt filling, Stmt.Store store, Access stored) {
    List<Stmt> path = Statements.path(filling, store);
    for (int depth = 0; depth < path.size(); depth++) {
      switch (path.get(depth)) {
        case Stmt.If(List<Guard> guards, Stmt _) -> {
          for (Guard guard : guards) {
            if (!stored.indices().contains(guard.index())
                || Scopes.fetches(guard)
                || !Walk.variables(guard.extent()).isEmpty()) {
              return false;
            }
          }
        }
        case Stmt.Block block -> {
          if (!block.guards().isEmpty() || Statements.path(block.body(), store).isEmpty()) {
            return false;
          }
        }
        case Stmt.When _, Stmt.While _ -> {
          return false;
        }
        case Stmt.For _, Stmt.Sequence _, Stmt.Allocate _, Stmt.Store _ -> {}
      }
    }
    return true;
  }

  /// Whether the positions of a store, while the loops around it run, are a box that holds those of
  /// reads.
  private static boolean holds(Access stored, List<Access> reads, Assumptions scope) {
    if (stored.indices().stream().anyMatch(Walk::fetches)
        || stored.inner().stream().anyMatch(loop -> Walk.fetches(loop.extent()))) {
      return false;
    }
    List<IteratorMap.Binding> bindings = new ArrayList<>();
    for (IndexExpr index : stored.indices()) {
      bindings.add(new IteratorMap.Binding("axis." + bindings.size(), index));
    }
    if (!(IteratorMap.detect(bindings, stored.inner(), List.of(), scope)
            instanceof IteratorMap.Independent map)
        || !map.inside().equals(Condition.of(true))) {
      return false;
    }
    for (int axis = 0; axis < bindings.size(); axis++) {
      IteratorMap.Iterator box = map.iterators().get(axis);
      Optional<Extremes.Span> span = Tile.span(reads, axis, scope);
      if (span.isEmpty()
          || !box.step().equals(IndexExpr.Constant.ONE)
              && !box.extent().equals(IndexExpr.Constant.ONE)
          || !scope.proves(Condition.atMost(box.start(), span.get().least()))
          || !scope.proves(Condition.less(span.get().greatest(), box.start().plus(box.extent())))) {
        return false;
      }
    }
    return true;
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

  /// Takes the start of the box from all positions of a buffer; a block, which sees no loop, gets
  /// an iterator for each that a start is over.
  private static final class Moving {
    private final Buffer buffer;
    private final List<IndexExpr> starts;
    private final List<IndexExpr> extents;
    private final Map<String, IndexExpr> ranges;
    private final List<String> variables;
    private final Set<String> taken;

    Moving(
        Buffer buffer,
        List<IndexExpr> starts,
        List<IndexExpr> extents,
        Map<String, IndexExpr> ranges,
        Set<String> taken) {
      this.buffer = buffer;
      this.starts = List.copyOf(starts);
      this.extents = List.copyOf(extents);
      this.ranges = ranges;
      this.taken = new HashSet<>(taken);
      Set<String> found = new HashSet<>();
      for (int axis = 0; axis < extents.size(); axis++) {
        if (!isOne(axis)) {
          found.addAll(Walk.variables(starts.get(axis)));
        }
      }
      this.variables = found.stream().sorted().toList();
    }

    private boolean isOne(int axis) {
      return extents.get(axis).equals(IndexExpr.Constant.ONE);
    }

    private List<IndexExpr> positions(List<IndexExpr> own, Substitution here) {
      if (buffer.scope() == Scope.REGISTER) {
        return List.of();
      }
      List<IndexExpr> moved = new ArrayList<>();
      for (int axis = 0; axis < own.size(); axis++) {
        IndexExpr start = here.apply(starts.get(axis));
        if (isOne(axis)) {
          moved.add(IndexExpr.Constant.ZERO);
        } else if (start.equals(IndexExpr.Constant.ZERO)) {
          moved.add(own.get(axis));
        } else {
          moved.add(Assumptions.NONE.simplify(own.get(axis).minus(start)));
        }
      }
      return moved;
    }

    /// @param here what stands for the loops around, in the blocks inside
    Stmt moved(Stmt statement, Map<String, IndexExpr> here) {
      Substitution values = new Substitution(here);
      Accesses accesses = Accesses.moving(buffer, own -> positions(own, values));
      return switch (statement) {
        case Stmt.Block block ->
            accesses.isAccessed(block) ? block(block, accesses, values) : block;
        case Stmt.For _,
            Stmt.Sequence _,
            Stmt.Allocate _,
            Stmt.If _,
            Stmt.When _,
            Stmt.While _,
            Stmt.Store _ ->
            accesses.shallow(Statements.mapChildren(statement, each -> moved(each, here)));
      };
    }

    private Stmt block(Stmt.Block block, Accesses around, Substitution outside) {
      Stmt.Block bound = (Stmt.Block) around.shallow(block);
      List<Stmt.BlockIter> iters = new ArrayList<>(bound.iters());
      Map<String, IndexExpr> here = new HashMap<>();
      for (String variable : variables) {
        String name = Renaming.free(variable, taken);
        taken.add(name);
        iters.add(
            new Stmt.BlockIter(
                Stmt.IterKind.SPATIAL,
                name,
                outside.apply(ranges.getOrDefault(variable, IndexExpr.Constant.ONE)),
                outside.apply(IndexExpr.variable(variable))));
        here.put(variable, IndexExpr.variable(name));
      }
      Substitution values = new Substitution(here);
      Accesses accesses = Accesses.moving(buffer, own -> positions(own, values));
      return new Stmt.Block(
          block.name(),
          iters,
          accesses.guards(block.guards()),
          accesses.regions(block.reads()),
          accesses.regions(block.writes()),
          block.init().map(init -> moved(init, here)),
          moved(block.body(), here));
    }
  }
}
