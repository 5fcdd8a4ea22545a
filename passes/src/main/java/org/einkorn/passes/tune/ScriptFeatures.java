package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.target.Machine;

/// Numbers about loops as a script has left them, by which their time may be foretold: what runs at
/// once, what memory is used, and how the store that runs most often goes through memory. They mean
/// the same for any script; the decisions, which follow, mean something for one script alone.
final class ScriptFeatures {
  /// Decisions that are told; more samples than that are seen by what they do to the loops.
  private static final int MOST_DECISIONS = 8;

  /// An extent that is no number is taken for this.
  private static final double UNKNOWN = 64;

  private final Machine machine;

  ScriptFeatures(Machine machine) {
    this.machine = machine;
  }

  /// A loop around a statement.
  private record Around(String variable, Stmt.LoopKind kind, double rounds) {}

  /// A store, and the loops around it, the outermost first.
  ///
  /// @param moving the loops with which a variable changes
  private record Site(Stmt.Store store, List<Around> loops, Map<String, Set<String>> moving) {
    double rounds() {
      return loops.stream().mapToDouble(Around::rounds).reduce(1, (one, other) -> one * other);
    }

    double rounds(Predicate<Stmt.LoopKind> kind) {
      return loops.stream()
          .filter(loop -> kind.test(loop.kind()))
          .mapToDouble(Around::rounds)
          .reduce(1, (one, other) -> one * other);
    }

    /// The rounds of a loop, counted from the inside.
    double fromInside(int place) {
      return place < loops.size() ? loops.get(loops.size() - 1 - place).rounds() : 1;
    }

    /// Whether a position changes with the innermost loop.
    boolean moves(IndexExpr index) {
      return !loops.isEmpty()
          && Walk.variables(index).stream()
              .anyMatch(
                  name -> moving.getOrDefault(name, Set.of()).contains(loops.getLast().variable()));
    }
  }

  /// What is found in a function.
  private static final class Found {
    final List<Site> sites = new ArrayList<>();
    double loops = 0;
    double guards = 0;
    double allocated = 0;
  }

  /// The features of the functions that there still are of these.
  List<Double> of(Module module, List<String> functions, List<Long> decisions) {
    Found found = new Found();
    double temporaries = 0;
    for (Function function : module.functions()) {
      if (functions.contains(function.name())) {
        collect(function.body(), List.of(), Map.of(), found);
      }
    }
    for (Buffer buffer : module.buffers()) {
      temporaries += bytes(buffer);
    }
    List<Double> features = new ArrayList<>(List.of(Space.Kind.SCRIPT.feature()));
    double all = found.sites.stream().mapToDouble(Site::rounds).sum();
    double vectorized =
        found.sites.stream()
            .filter(site -> site.rounds(ScriptFeatures::isVectorized) > 1)
            .mapToDouble(Site::rounds)
            .sum();
    features.add(Space.log2(all));
    features.add(Space.log2(most(found, Stmt.LoopKind::isOnThreads)));
    features.add(Space.log2(most(found, ScriptFeatures::isVectorized)));
    features.add(Space.log2(most(found, kind -> kind == Stmt.LoopOrder.UNROLLED)));
    features.add(vectorized / Math.max(1, all));
    features.add(found.loops);
    features.add(found.guards);
    features.add(Space.log2(1 + found.allocated / machine.l1Bytes()));
    features.add(Space.log2(1 + temporaries / machine.l2Bytes()));
    heaviest(found).ifPresent(site -> addAccesses(site, features));
    while (features.size() < Space.FEATURES - MOST_DECISIONS) {
      features.add(0.0);
    }
    decisions.stream()
        .limit(MOST_DECISIONS)
        .mapToDouble(value -> (double) value)
        .forEach(value -> features.add(Math.signum(value) * Space.log2(1 + Math.abs(value))));
    return features;
  }

  private static boolean isVectorized(Stmt.LoopKind kind) {
    return kind == Stmt.LoopOrder.VECTORIZED;
  }

  private static double most(Found found, Predicate<Stmt.LoopKind> kind) {
    return found.sites.stream().mapToDouble(site -> site.rounds(kind)).max().orElse(1);
  }

  private static Optional<Site> heaviest(Found found) {
    Optional<Site> heaviest = Optional.empty();
    for (Site site : found.sites) {
      if (heaviest.isEmpty() || site.rounds() > heaviest.get().rounds()) {
        heaviest = Optional.of(site);
      }
    }
    return heaviest;
  }

  /// How the innermost loops of a store go through memory.
  private static void addAccesses(Site site, List<Double> features) {
    double[] reads = new double[3];
    Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Read(String _, var _, List<IndexExpr> indices)) {
                boolean isUnit = !indices.isEmpty() && site.moves(indices.getLast());
                boolean isFar =
                    indices.stream().limit(Math.max(0, indices.size() - 1)).anyMatch(site::moves);
                reads[isFar ? 2 : isUnit ? 1 : 0]++;
              }
            })
        .visit(site.store().value());
    for (double count : reads) {
      features.add(count);
    }
    double inside = 1;
    for (int place = 0; place < 3; place++) {
      inside *= site.fromInside(place);
      features.add(Space.log2(inside));
    }
  }

  private static void collect(
      Stmt statement, List<Around> around, Map<String, Set<String>> moving, Found found) {
    switch (statement) {
      case Stmt.For(var kind, String variable, IndexExpr extent, var _, Stmt body) -> {
        found.loops++;
        List<Around> inside = new ArrayList<>(around);
        inside.add(new Around(variable, kind, number(extent)));
        Map<String, Set<String>> more = new HashMap<>(moving);
        more.put(variable, Set.of(variable));
        collect(body, inside, more, found);
      }
      case Stmt.Block block -> {
        Map<String, Set<String>> more = new HashMap<>(moving);
        for (Stmt.BlockIter iter : block.iters()) {
          Set<String> loops = new HashSet<>();
          Walk.variables(iter.binding())
              .forEach(name -> loops.addAll(moving.getOrDefault(name, Set.of())));
          more.put(iter.variable(), loops);
        }
        found.guards += block.guards().size();
        collect(block.body(), around, more, found);
      }
      case Stmt.Sequence(List<Stmt> statements) ->
          statements.forEach(each -> collect(each, around, moving, found));
      case Stmt.Allocate(Buffer buffer, Stmt body) -> {
        found.allocated += bytes(buffer);
        collect(body, around, moving, found);
      }
      case Stmt.If(var guards, Stmt body) -> {
        found.guards += guards.size();
        collect(body, around, moving, found);
      }
      case Stmt.When(var _, Stmt body) -> collect(body, around, moving, found);
      case Stmt.While(var _, Stmt body) -> collect(body, around, moving, found);
      case Stmt.Store store -> found.sites.add(new Site(store, around, moving));
    }
  }

  private static double number(IndexExpr extent) {
    return extent instanceof IndexExpr.Constant(long value) ? Math.max(value, 1) : UNKNOWN;
  }

  private static double bytes(Buffer buffer) {
    double elements =
        buffer.type().extents().stream()
            .mapToDouble(ScriptFeatures::number)
            .reduce(1, (one, other) -> one * other);
    return elements * buffer.type().dtype().byteSize();
  }
}
