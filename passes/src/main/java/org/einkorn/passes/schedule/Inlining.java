package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.passes.rewrite.Substitution;

/// Puts a value in the place of all reads of a buffer.
///
/// The value has the type of the elements: a conversion that rounds as it is stored is part of it.
///
/// @param axes the variables of the value that stand for the positions
/// @param shapes the extents of all memory that the value reads
record Inlining(
    String buffer, List<String> axes, Scalar value, Map<String, List<IndexExpr>> shapes) {
  Inlining {
    axes = List.copyOf(axes);
    shapes = Map.copyOf(shapes);
  }

  static Inlining of(
      String buffer, List<String> axes, Scalar value, Module module, Function function) {
    Map<String, List<IndexExpr>> shapes = new HashMap<>();
    module.allBuffers().forEach(each -> shapes.put(each.name(), each.type().extents()));
    Statements.forEach(
        function.body(),
        each -> {
          if (each instanceof Stmt.Allocate(Buffer own, Stmt _)) {
            shapes.put(own.name(), own.type().extents());
          }
        });
    return new Inlining(buffer, axes, value, shapes);
  }

  Stmt deep(Stmt statement) {
    Stmt mapped = (statement.mapChildren(this::deep)).mapOwn(this::index, this::scalar);
    return mapped instanceof Stmt.Block block
        ? new Stmt.Block(
            block.name(),
            block.iters(),
            block.guards(),
            regions(block.reads()),
            block.writes(),
            block.init(),
            block.body())
        : mapped;
  }

  IndexExpr index(IndexExpr expr) {
    return expr.mapParts(this::index, this::scalar);
  }

  Scalar scalar(Scalar scalar) {
    Scalar mapped = scalar.mapParts(this::index, this::scalar);
    return mapped instanceof Scalar.Read(String tensor, var type, List<IndexExpr> indices)
            && tensor.equals(buffer)
        ? at(indices).apply(value)
        : mapped;
  }

  private Substitution at(List<IndexExpr> positions) {
    Map<String, IndexExpr> values = new HashMap<>();
    for (int axis = 0; axis < axes.size(); axis++) {
      values.put(axes.get(axis), positions.get(axis));
    }
    return new Substitution(values);
  }

  /// What the value reads instead of regions of the buffer: of a larger one, all of it.
  List<Stmt.Region> regions(List<Stmt.Region> regions) {
    return regions.stream()
        .flatMap(
            region -> region.buffer().equals(buffer) ? instead(region).stream() : Stream.of(region))
        .distinct()
        .toList();
  }

  private List<Stmt.Region> instead(Stmt.Region region) {
    boolean isElement =
        region.ranges().stream().allMatch(range -> range.extent().equals(IndexExpr.Constant.ONE));
    Substitution here = at(region.ranges().stream().map(Stmt.Range::start).toList());
    List<Stmt.Region> found = new ArrayList<>();
    Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Read(String tensor, var type, List<IndexExpr> indices)) {
                found.add(
                    isElement
                        ? element(tensor, here.positions(indices))
                        : whole(tensor, indices.size()));
              }
            })
        .visit(value);
    return found;
  }

  static Stmt.Region element(String buffer, List<IndexExpr> here) {
    return new Stmt.Region(
        buffer, here.stream().map(index -> new Stmt.Range(index, IndexExpr.Constant.ONE)).toList());
  }

  private Stmt.Region whole(String tensor, int rank) {
    List<Stmt.Range> ranges = new ArrayList<>();
    for (IndexExpr extent : shapes.getOrDefault(tensor, List.of())) {
      ranges.add(new Stmt.Range(IndexExpr.Constant.ZERO, extent));
    }
    if (ranges.size() != rank) {
      throw new IllegalStateException("`" + tensor + "` is not in scope");
    }
    return new Stmt.Region(tensor, ranges);
  }
}
