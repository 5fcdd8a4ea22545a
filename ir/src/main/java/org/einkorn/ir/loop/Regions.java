package org.einkorn.ir.loop;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Guard;

/// Infers which elements a block touches, from the accesses in its body.
///
/// Each access makes a region of one element; a position that comes from data makes the whole axis.
public final class Regions {
  private final Function<String, Optional<Buffer>> buffers;
  private final Set<Stmt.Region> reads = new LinkedHashSet<>();
  private final Set<Stmt.Region> writes = new LinkedHashSet<>();
  private final Set<String> locals = new HashSet<>();

  private final Walk walk = Walk.ofScalars(this::noteRead);

  private Regions(Function<String, Optional<Buffer>> buffers) {
    this.buffers = buffers;
  }

  /// What a statement reads and writes.
  public record Access(List<Stmt.Region> reads, List<Stmt.Region> writes) {
    public Access {
      reads = List.copyOf(reads);
      writes = List.copyOf(writes);
    }
  }

  /// The regions of a statement without loops; those of what it allocates itself are left out.
  ///
  /// @param buffers finds all buffers it may touch, by name
  public static Access of(
      Stmt statement, List<Guard> guards, Function<String, Optional<Buffer>> buffers) {
    Regions regions = new Regions(buffers);
    guards.forEach(guard -> regions.walk.visit(guard.index()));
    regions.visit(statement);
    return new Access(List.copyOf(regions.reads), List.copyOf(regions.writes));
  }

  private void visit(Stmt statement) {
    switch (statement) {
      case Stmt.Store(String buffer, List<IndexExpr> indices, Scalar value) -> {
        indices.forEach(walk::visit);
        walk.visit(value);
        if (!locals.contains(buffer)) {
          writes.add(region(buffer, indices));
        }
      }
      case Stmt.Sequence(List<Stmt> statements) -> statements.forEach(this::visit);
      case Stmt.If(List<Guard> guards, Stmt body) -> {
        guards.forEach(guard -> walk.visit(guard.index()));
        visit(body);
      }
      case Stmt.When(Scalar condition, Stmt body) -> {
        walk.visit(condition);
        visit(body);
      }
      case Stmt.While(Scalar condition, Stmt body) -> {
        walk.visit(condition);
        visit(body);
      }
      case Stmt.Allocate(Buffer buffer, Stmt body) -> {
        locals.add(buffer.name());
        visit(body);
      }
      case Stmt.For _, Stmt.Block _ ->
          throw new IllegalArgumentException("regions of a nest are those of its blocks");
    }
  }

  private void noteRead(Scalar scalar) {
    if (scalar instanceof Scalar.Read read && !locals.contains(read.tensor())) {
      reads.add(region(read.tensor(), read.indices()));
    }
  }

  private Stmt.Region region(String name, List<IndexExpr> indices) {
    Buffer buffer =
        buffers
            .apply(name)
            .orElseThrow(() -> new IllegalArgumentException("`" + name + "` is no buffer"));
    List<Stmt.Range> ranges = new ArrayList<>();
    for (int axis = 0; axis < indices.size(); axis++) {
      IndexExpr index = indices.get(axis);
      ranges.add(
          fetches(index)
              ? new Stmt.Range(IndexExpr.Constant.ZERO, buffer.type().extents().get(axis))
              : new Stmt.Range(index, IndexExpr.Constant.ONE));
    }
    return new Stmt.Region(name, ranges);
  }

  private static boolean fetches(IndexExpr expr) {
    boolean[] found = {false};
    Walk.ofIndices(part -> found[0] |= part instanceof IndexExpr.Fetch).visit(expr);
    return found[0];
  }
}
