package org.einkorn.ir.target;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;

/// Names elements by their row-major number where their positions divide and that does not.
///
/// Loops that were fused leave positions such as `Y[f floordiv 24, f mod 24]`. In memory that is
/// element `24 * (f floordiv 24) + f mod 24`, which is `f`: nothing has to be divided, and one
/// round after the other touches elements side by side.
///
/// The number stands on the last axis then, and 0 on those before it. That is the same address, but
/// no position on the axis: what is made is for code generators alone, and the rules of the IR do
/// not hold of it. Of one buffer all accesses are named so or none, so that they can be compared.
public final class StraightPositions {
  private final Map<String, List<IndexExpr>> extents = new HashMap<>();

  /// The positions of each buffer at which it is accessed.
  private final Map<String, Set<List<IndexExpr>>> accesses = new HashMap<>();

  /// Instead of positions of each buffer.
  private final Map<String, Map<List<IndexExpr>, List<IndexExpr>>> straight = new HashMap<>();

  private final Walk reads =
      Walk.ofScalars(
          part -> {
            if (part instanceof Scalar.Read(String tensor, var _, List<IndexExpr> indices)) {
              access(tensor, indices);
            }
          });

  private StraightPositions() {}

  /// A function of a module, for code.
  public static Function of(Function function, Module module) {
    StraightPositions positions = new StraightPositions();
    module.allBuffers().forEach(positions::declare);
    positions.collect(function.body());
    positions.accesses.forEach(positions::straighten);
    return positions.straight.isEmpty()
        ? function
        : new Function(function.name(), positions.statement(function.body()), function.origin());
  }

  private void declare(Buffer buffer) {
    extents.put(buffer.name(), buffer.type().extents());
  }

  // ---- what there is

  private void collect(Stmt statement) {
    switch (statement) {
      case Stmt.For loop -> reads.visit(loop.extent());
      case Stmt.Block block -> {
        for (Stmt.BlockIter iter : block.iters()) {
          reads.visit(iter.extent());
          reads.visit(iter.binding());
        }
        collect(block.guards());
      }
      case Stmt.If(List<Guard> guards, var _) -> collect(guards);
      case Stmt.When(Scalar condition, var _) -> reads.visit(condition);
      case Stmt.While(Scalar condition, var _) -> reads.visit(condition);
      case Stmt.Store(String buffer, List<IndexExpr> indices, Scalar value) -> {
        access(buffer, indices);
        indices.forEach(reads::visit);
        reads.visit(value);
      }
      case Stmt.Allocate(Buffer buffer, var _) -> declare(buffer);
      case Stmt.Sequence _ -> {}
    }
    statement.children().forEach(this::collect);
  }

  private void collect(List<Guard> guards) {
    for (Guard guard : guards) {
      reads.visit(guard.index());
      reads.visit(guard.extent());
    }
  }

  private void access(String buffer, List<IndexExpr> indices) {
    accesses.computeIfAbsent(buffer, _ -> new HashSet<>()).add(indices);
  }

  private void straighten(String buffer, Set<List<IndexExpr>> all) {
    boolean divides = false;
    for (List<IndexExpr> indices : all) {
      divides |= indices.stream().anyMatch(StraightPositions::divides);
      if (indices.size() < 2 || indices.stream().anyMatch(Walk::fetches)) {
        return;
      }
    }
    if (!divides) {
      return;
    }
    Map<List<IndexExpr>, List<IndexExpr>> numbers = new HashMap<>();
    for (List<IndexExpr> indices : all) {
      IndexExpr number = number(indices, extents.getOrDefault(buffer, List.of()));
      if (divides(number)) {
        return;
      }
      List<IndexExpr> positions =
          new ArrayList<>(Collections.nCopies(indices.size() - 1, IndexExpr.Constant.ZERO));
      positions.add(number);
      numbers.put(indices, List.copyOf(positions));
    }
    straight.put(buffer, numbers);
  }

  private static IndexExpr number(List<IndexExpr> indices, List<IndexExpr> extents) {
    IndexExpr number = IndexExpr.Constant.ZERO;
    for (int axis = 0; axis < indices.size(); axis++) {
      number = number.times(extents.get(axis)).plus(indices.get(axis));
    }
    return Assumptions.NONE.simplify(number);
  }

  private static boolean divides(IndexExpr expr) {
    boolean[] divides = {false};
    Walk.ofIndices(
            part ->
                divides[0] |=
                    part instanceof IndexExpr.FloorDiv || part instanceof IndexExpr.FloorMod)
        .visit(expr);
    return divides[0];
  }

  // ---- what is made

  private Stmt statement(Stmt statement) {
    Stmt own = statement.mapChildren(this::statement).mapOwn(this::index, this::scalar);
    return own instanceof Stmt.Store store && statement instanceof Stmt.Store before
        ? new Stmt.Store(
            store.buffer(),
            instead(before.buffer(), before.indices(), store.indices()),
            store.value())
        : own;
  }

  private IndexExpr index(IndexExpr index) {
    return index.mapParts(this::index, this::scalar);
  }

  private Scalar scalar(Scalar scalar) {
    Scalar mapped = scalar.mapParts(this::index, this::scalar);
    return mapped instanceof Scalar.Read read && scalar instanceof Scalar.Read before
        ? new Scalar.Read(
            read.tensor(), read.type(), instead(before.tensor(), before.indices(), read.indices()))
        : mapped;
  }

  private List<IndexExpr> instead(
      String buffer, List<IndexExpr> before, List<IndexExpr> otherwise) {
    Map<List<IndexExpr>, List<IndexExpr>> numbers = straight.get(buffer);
    return numbers == null ? otherwise : numbers.getOrDefault(before, otherwise);
  }
}
