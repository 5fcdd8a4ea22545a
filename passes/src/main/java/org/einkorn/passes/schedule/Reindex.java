package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.ir.text.ExprPrinter;
import org.einkorn.passes.rewrite.Substitution;

/// `block b(i, j) { … B[f(i, j)] … } → for i { for j { T[i, j] = B[f(i, j)] } } block b(i, j) { …
/// T[i, j] … }`
///
/// What the block reads at one position `f`, over iterators of its own, it reads from the copy
/// then; where it reads `B` at several, the step says at which. The copy has an axis for each of
/// them, as long as it counts. The function does not store `B`, and all of `B` is stored before
/// ([Coverage]): `T[i, j]` is `B[f(i, j)]` wherever that is an element, and nothing else is read.
final class Reindex implements Primitive<Step.Reindex> {
  @Override
  public Module apply(Nest nest, Step.Reindex step) {
    Buffer source = Copies.global(step.buffer(), nest);
    Stmt.Block block = nest.block(step.block());
    Copies.requireFree(step.name(), nest);
    List<List<IndexExpr>> positions = positions(block, source, nest);
    List<IndexExpr> position = chosen(positions, block, step, nest);
    Map<String, IndexExpr> axes = axes(block, position, nest);
    CacheRead.requireCopyable(source, nest);
    Buffer copy =
        new Buffer(
            step.name(),
            new TensorType(source.type().dtype(), List.copyOf(axes.values())),
            Buffer.Scope.GLOBAL);
    List<String> iterators = List.copyOf(axes.keySet());
    Stmt copying =
        Copies.of(copy.name(), copy, source, here -> there(position, iterators, here), nest);
    List<IndexExpr> plain = iterators.stream().map(IndexExpr::variable).toList();
    Stmt body =
        replaced(nest.function().body(), block, reading(block, step, position, plain), copy);
    return Copies.around(copy, List.of(copying), body, List.of(), nest);
  }

  /// The statement with another block; what stands around it reads the copy too.
  private static Stmt replaced(Stmt statement, Stmt.Block old, Stmt.Block block, Buffer copy) {
    if (statement == old) {
      return block;
    }
    Stmt other = statement.mapChildren(each -> replaced(each, old, block, copy));
    if (other == statement || !(other instanceof Stmt.Block outer)) {
      return other;
    }
    List<Stmt.Region> reads = new ArrayList<>(outer.reads());
    reads.add(
        new Stmt.Region(
            copy.name(),
            copy.type().extents().stream()
                .map(extent -> new Stmt.Range(IndexExpr.Constant.ZERO, extent))
                .toList()));
    return new Stmt.Block(
        outer.name(),
        outer.iters(),
        outer.guards(),
        reads,
        outer.writes(),
        outer.init(),
        outer.body());
  }

  /// The positions at which a block reads a buffer.
  private static List<List<IndexExpr>> positions(Stmt.Block block, Buffer source, Nest nest) {
    Set<List<IndexExpr>> positions = new LinkedHashSet<>();
    Walk walk =
        Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Read(String tensor, var _, List<IndexExpr> indices)
                  && tensor.equals(source.name())) {
                positions.add(indices);
              }
            });
    for (Guard guard : block.guards()) {
      walk.visit(guard.index());
      walk.visit(guard.extent());
    }
    block
        .children()
        .forEach(
            part ->
                Statements.forEach(
                    part,
                    each -> {
                      Statements.indices(each).forEach(walk::visit);
                      Statements.value(each).ifPresent(walk::visit);
                    }));
    if (positions.isEmpty()) {
      throw nest.refuse(Reason.UNKNOWN_NAME, block, "does not read `" + source.name() + "`");
    }
    return List.copyOf(positions);
  }

  private static List<IndexExpr> chosen(
      List<List<IndexExpr>> positions, Stmt.Block block, Step.Reindex step, Nest nest) {
    int read = step.read().orElse(0);
    if (read < positions.size() && (step.read().isPresent() || positions.size() == 1)) {
      return positions.get(read);
    }
    String wrong =
        step.read().isPresent()
            ? "does not read `%s` at so many positions".formatted(step.buffer())
            : "reads `%s` at several positions".formatted(step.buffer());
    List<String> all = new ArrayList<>();
    for (int number = 0; number < positions.size(); number++) {
      String indices = ExprPrinter.printIndices(positions.get(number));
      all.add("`%s%s` is `read %d`".formatted(step.buffer(), indices, number));
    }
    throw nest.refuse(Reason.NO_MATCH, block, wrong, String.join(", ", all));
  }

  /// The iterators in a position, in the order of the block, with their extents.
  private static Map<String, IndexExpr> axes(
      Stmt.Block block, List<IndexExpr> position, Nest nest) {
    Set<String> used = new LinkedHashSet<>();
    for (IndexExpr index : position) {
      if (Walk.fetches(index)) {
        throw nest.refuse(
            Reason.POSITION_FROM_DATA, block, "reads it at a position that comes from data");
      }
      used.addAll(Walk.variables(index));
    }
    Map<String, IndexExpr> axes = new LinkedHashMap<>();
    Assumptions scope = Assumptions.NONE;
    for (Stmt.BlockIter iter : block.iters()) {
      if (!used.remove(iter.variable())) {
        continue;
      }
      IndexExpr extent = iter.extent();
      if (!Walk.variables(extent).isEmpty() || !Scopes.canEvaluate(extent, Assumptions.NONE)) {
        throw nest.refuse(
            Reason.EXTENT_UNKNOWN,
            block,
            "has the iterator `%s`, of which it is not known before how far it counts"
                .formatted(iter.variable()));
      }
      // Memory has no extent below 0.
      boolean isSize = Scopes.isNotNegative(extent, Assumptions.NONE);
      axes.put(iter.variable(), isSize ? extent : extent.max(IndexExpr.Constant.ZERO));
      scope = scope.and(Condition.atMost(IndexExpr.Constant.ONE, extent));
      scope = scope.with(iter.variable(), extent);
    }
    if (!used.isEmpty()) {
      throw nest.refuse(
          Reason.NO_MATCH,
          block,
          "reads it at a position over `%s`, which is no iterator of it"
              .formatted(used.iterator().next()));
    }
    for (IndexExpr index : position) {
      if (!Scopes.canEvaluate(index, scope)) {
        throw nest.refuse(
            Reason.EXTENT_MAY_FAIL, block, "reads it at a position that may divide by zero");
      }
    }
    return axes;
  }

  private static List<IndexExpr> there(
      List<IndexExpr> position, List<String> iterators, List<IndexExpr> here) {
    Map<String, IndexExpr> values = new HashMap<>();
    for (int axis = 0; axis < iterators.size(); axis++) {
      values.put(iterators.get(axis), here.get(axis));
    }
    return new Substitution(values).positions(position);
  }

  private static Stmt.Block reading(
      Stmt.Block block, Step.Reindex step, List<IndexExpr> position, List<IndexExpr> plain) {
    Accesses accesses = Accesses.replacing(step.buffer(), position, step.name(), plain);
    Optional<Stmt> init = block.init().map(accesses::deep);
    return new Stmt.Block(
        block.name(),
        block.iters(),
        accesses.guards(block.guards()),
        accesses.regions(block.reads()),
        block.writes(),
        init,
        accesses.deep(block.body()));
  }
}
