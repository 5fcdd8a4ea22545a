package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;

/// Changes every access to one buffer: its name, its positions.
final class Accesses {
  private final String buffer;
  private final String other;
  private final UnaryOperator<List<IndexExpr>> positions;
  private final Optional<List<IndexExpr>> only;

  private final List<IndexExpr> extents;
  private final boolean keepsPositions;

  private Accesses(
      String buffer,
      String other,
      UnaryOperator<List<IndexExpr>> positions,
      Optional<List<IndexExpr>> only,
      List<IndexExpr> extents,
      boolean keepsPositions) {
    this.buffer = buffer;
    this.other = other;
    this.positions = positions;
    this.only = only;
    this.extents = List.copyOf(extents);
    this.keepsPositions = keepsPositions;
  }

  /// Accesses at other positions.
  ///
  /// @param buffer the buffer as it is then
  static Accesses moving(Buffer buffer, UnaryOperator<List<IndexExpr>> positions) {
    return new Accesses(
        buffer.name(), buffer.name(), positions, Optional.empty(), buffer.type().extents(), false);
  }

  /// Accesses to another buffer.
  static Accesses renaming(String buffer, String other) {
    return new Accesses(buffer, other, UnaryOperator.identity(), Optional.empty(), List.of(), true);
  }

  /// Reads at one position, which become those of one element of another buffer.
  static Accesses replacing(
      String buffer, List<IndexExpr> position, String other, List<IndexExpr> otherPosition) {
    return new Accesses(buffer, other, _ -> otherPosition, Optional.of(position), List.of(), false);
  }

  /// Whether a statement, or something inside of it, reads or stores the buffer.
  boolean isAccessed(Stmt statement) {
    boolean[] found = {false};
    Walk walk =
        Walk.ofScalars(
            part -> found[0] |= part instanceof Scalar.Read read && read.tensor().equals(buffer));
    Statements.forEach(
        statement,
        each -> {
          Statements.indices(each).forEach(walk::visit);
          Statements.value(each).ifPresent(walk::visit);
          found[0] |= each instanceof Stmt.Store store && store.buffer().equals(buffer);
        });
    return found[0];
  }

  /// A statement where all accesses inside are changed.
  Stmt deep(Stmt statement) {
    return shallow(statement.mapChildren(this::deep));
  }

  /// A statement where its own accesses are changed, and not those of statements inside.
  Stmt shallow(Stmt statement) {
    Stmt own = statement.mapOwn(this::index, this::scalar);
    return switch (own) {
      case Stmt.Block block ->
          new Stmt.Block(
              block.name(),
              block.iters(),
              block.guards(),
              regions(block.reads()),
              regions(block.writes()),
              block.init(),
              block.body());
      case Stmt.Store(String name, List<IndexExpr> indices, Scalar value)
          when name.equals(buffer) ->
          new Stmt.Store(other, positions.apply(indices), value);
      case Stmt.For _,
          Stmt.Sequence _,
          Stmt.Allocate _,
          Stmt.If _,
          Stmt.When _,
          Stmt.While _,
          Stmt.Store _ ->
          own;
    };
  }

  List<Guard> guards(List<Guard> guards) {
    return guards.stream()
        .map(guard -> new Guard(index(guard.index()), index(guard.extent())))
        .toList();
  }

  /// A region of one element moves with it; instead of a larger one that moves stands the whole
  /// buffer.
  List<Stmt.Region> regions(List<Stmt.Region> regions) {
    return regions.stream()
        .flatMap(region -> region.buffer().equals(buffer) ? region(region) : Stream.of(region))
        .distinct()
        .toList();
  }

  /// What becomes of a region; a larger one than an element stays where not all accesses in it
  /// change.
  private Stream<Stmt.Region> region(Stmt.Region region) {
    if (only.isEmpty()) {
      return Stream.of(moved(region));
    }
    List<Stmt.Range> ranges = region.ranges();
    if (ranges.stream().anyMatch(range -> !range.extent().equals(IndexExpr.Constant.ONE))) {
      return Stream.of(region, moved(region));
    }
    boolean isChanged = only.get().equals(ranges.stream().map(Stmt.Range::start).toList());
    return Stream.of(isChanged ? moved(region) : region);
  }

  private Stmt.Region moved(Stmt.Region region) {
    if (keepsPositions) {
      return new Stmt.Region(other, region.ranges());
    }
    boolean isElement =
        extents.isEmpty()
            || region.ranges().stream()
                .allMatch(range -> range.extent().equals(IndexExpr.Constant.ONE));
    List<Stmt.Range> ranges = new ArrayList<>();
    if (isElement) {
      for (IndexExpr start :
          positions.apply(region.ranges().stream().map(Stmt.Range::start).toList())) {
        ranges.add(new Stmt.Range(start, IndexExpr.Constant.ONE));
      }
    } else {
      extents.forEach(extent -> ranges.add(new Stmt.Range(IndexExpr.Constant.ZERO, extent)));
    }
    return new Stmt.Region(other, ranges);
  }

  private IndexExpr index(IndexExpr expr) {
    return expr.mapParts(this::index, this::scalar);
  }

  private Scalar scalar(Scalar scalar) {
    Scalar mapped = scalar.mapParts(this::index, this::scalar);
    return mapped instanceof Scalar.Read(String tensor, var type, List<IndexExpr> indices)
            && tensor.equals(buffer)
            && only.map(indices::equals).orElse(true)
        ? new Scalar.Read(other, type, positions.apply(indices))
        : mapped;
  }
}
