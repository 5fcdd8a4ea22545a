package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
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
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Substitution;

/// `P[k, j] → P[j floordiv 8, k, j mod 8]`, at every access.
///
/// The map takes no two positions to one ([IteratorMap]), so elements that differ lie apart as they
/// did. The extents are one more than the greatest position on each axis. Only temporary memory
/// that no other function uses has a layout to choose.
final class TransformLayout implements Primitive<Step.TransformLayout> {
  @Override
  public Module apply(Nest nest, Step.TransformLayout step) {
    Optional<Buffer> global = temporary(nest, step.buffer());
    Buffer old = global.orElseGet(() -> nest.allocation(step.buffer()).buffer());
    if (step.axes().size() != old.type().rank()) {
      throw nest.refuse(
          Reason.MALFORMED,
          "`%s` has %d axes, and %d are named"
              .formatted(step.buffer(), old.type().rank(), step.axes().size()));
    }
    List<Loop> box = new ArrayList<>();
    Assumptions scope = Assumptions.NONE;
    for (int axis = 0; axis < step.axes().size(); axis++) {
      Loop loop = new Loop(step.axes().get(axis), old.type().extents().get(axis));
      box.add(loop);
      scope = scope.with(loop.variable(), loop.extent());
    }
    requireMap(nest, step, box, scope);
    Moves.requireUnchecked(nest, step.buffer());
    List<IndexExpr> extents = new ArrayList<>();
    for (IndexExpr position : step.positions()) {
      extents.add(extent(position, Set.copyOf(step.axes()), nest, scope));
    }
    Buffer buffer =
        new Buffer(old.name(), new TensorType(old.type().dtype(), extents), old.scope());
    Accesses accesses = Accesses.moving(buffer, own -> moved(step, own));
    if (global.isEmpty()) {
      Stmt.Allocate allocation = nest.allocation(step.buffer());
      return nest.replace(allocation, new Stmt.Allocate(buffer, accesses.deep(allocation.body())));
    }
    List<Buffer> buffers =
        nest.module().buffers().stream()
            .map(each -> each.name().equals(buffer.name()) ? buffer : each)
            .toList();
    return nest.with(buffers, accesses.deep(nest.function().body()));
  }

  /// The buffer of the module, if it is one.
  static Optional<Buffer> temporary(Nest nest, String name) {
    Module module = nest.module();
    Optional<Buffer> found =
        module.allBuffers().stream().filter(each -> each.name().equals(name)).findFirst();
    if (found.isEmpty()) {
      return found;
    }
    requireOwn(found.get(), nest);
    for (Function function : module.functions()) {
      if (!function.name().equals(nest.function().name())
          && nest.uses().isAccessed(function, name)) {
        throw nest.refuse(
            Reason.NOT_TEMPORARY, "function `" + function.name() + "` uses `" + name + "` too");
      }
    }
    return found;
  }

  /// Refuses memory whose extents others see.
  static void requireOwn(Buffer buffer, Nest nest) {
    Module module = nest.module();
    String name = buffer.name();
    boolean isOwn = module.buffers().contains(buffer);
    boolean isOutput = module.signature().hasOutput(name);
    if (!isOwn || isOutput) {
      throw nest.refuse(
          Reason.NOT_TEMPORARY,
          "`%s` is an %s of the program".formatted(name, isOutput ? "output" : "input"),
          "copy it first, and lay out the copy: `P = cache-read " + name + "`");
    }
    if (module.isNamed(name)) {
      throw nest.refuse(Reason.NOT_TEMPORARY, "the module itself reads `" + name + "`");
    }
  }

  private static void requireMap(
      Nest nest, Step.TransformLayout step, List<Loop> box, Assumptions scope) {
    Set<String> axes = Set.copyOf(step.axes());
    List<IteratorMap.Binding> bindings = new ArrayList<>();
    for (IndexExpr position : step.positions()) {
      for (String variable : Walk.variables(position)) {
        if (!axes.contains(variable)) {
          throw nest.refuse(
              Reason.UNKNOWN_NAME, "`" + variable + "` is no axis of `" + step.buffer() + "`");
        }
      }
      if (!Scopes.canEvaluate(position, scope)) {
        throw nest.refuse(
            Reason.EXTENT_MAY_FAIL, "a position may divide by zero, or comes from data");
      }
      if (!Scopes.isNotNegative(position, scope)) {
        throw nest.refuse(Reason.NO_MATCH, "a position may be negative");
      }
      bindings.add(new IteratorMap.Binding("axis" + bindings.size(), position));
    }
    // Where an axis is empty there are no elements at all.
    Assumptions some = Assumptions.NONE;
    for (Loop loop : box) {
      some = some.and(Condition.atMost(IndexExpr.Constant.ONE, loop.extent()));
    }
    switch (IteratorMap.detect(bindings, box, List.of(), some)) {
      case IteratorMap.Independent map -> {
        if (!map.isInjective()) {
          throw nest.refuse(Reason.NO_MATCH, "two elements would lie at one place");
        }
      }
      case IteratorMap.Dependent(String iterator, var reason, IndexExpr part) ->
          throw nest.refuse(
              Reason.NO_MATCH,
              "two elements may lie at one place: %s of the new layout %s"
                  .formatted(iterator, reason.text()));
    }
  }

  /// One more than the greatest value of a position, or 0.
  static IndexExpr extent(IndexExpr position, Set<String> axes, Nest nest, Assumptions scope) {
    Optional<Extremes.Span> span = scope.extremes(position, axes);
    if (span.isEmpty()) {
      throw nest.refuse(Reason.EXTENT_UNKNOWN, "how far an axis would reach is not known");
    }
    IndexExpr extent = Assumptions.NONE.simplify(span.get().greatest().plus(1));
    return Assumptions.NONE.proves(Condition.atMost(IndexExpr.Constant.ZERO, extent))
        ? extent
        : extent.max(IndexExpr.Constant.ZERO);
  }

  private static List<IndexExpr> moved(Step.TransformLayout step, List<IndexExpr> own) {
    Map<String, IndexExpr> values = new HashMap<>();
    for (int axis = 0; axis < own.size(); axis++) {
      values.put(step.axes().get(axis), own.get(axis));
    }
    return new Substitution(values).positions(step.positions());
  }
}
