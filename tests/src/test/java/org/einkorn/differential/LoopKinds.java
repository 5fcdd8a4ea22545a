package org.einkorn.differential;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.IterKind;
import org.einkorn.ir.loop.Stmt.LoopKind;
import org.einkorn.ir.loop.Stmt.LoopOrder;

/// Schedules that no pass makes: serial loops become unrolled ones, and vectors where every block
/// below writes elements of its own.
final class LoopKinds {
  private final long choices;

  private LoopKinds(long choices) {
    this.choices = choices;
  }

  /// The module with other kinds of loops, the same for the same `choices`.
  static Module vary(Module module, long choices) {
    LoopKinds kinds = new LoopKinds(choices);
    List<Function> functions = new ArrayList<>();
    for (Function function : module.functions()) {
      functions.add(new Function(function.name(), kinds.vary(function.body()), function.origin()));
    }
    return module.withFunctions(functions);
  }

  private Stmt vary(Stmt statement) {
    return switch (statement) {
      case Stmt.For loop -> {
        Stmt.For other = loop.with(vary(loop.body()));
        yield loop.kind() == LoopOrder.SERIAL && loop.annotations().isEmpty()
            ? other.with(kind(loop.variable(), loop.body()))
            : other;
      }
      case Stmt.Sequence(List<Stmt> statements) ->
          new Stmt.Sequence(statements.stream().map(this::vary).toList());
      case Stmt.Allocate(var buffer, Stmt body) -> new Stmt.Allocate(buffer, vary(body));
      case Stmt.If(var guards, Stmt body) -> new Stmt.If(guards, vary(body));
      case Stmt.When(var condition, Stmt body) -> new Stmt.When(condition, vary(body));
      case Stmt.While(var condition, Stmt body) -> new Stmt.While(condition, vary(body));
      case Stmt.Block block -> block;
      case Stmt.Store store -> store;
    };
  }

  private LoopKind kind(String variable, Stmt body) {
    int choice = new Dice(choices ^ variable.hashCode()).below(10);
    if (choice < 6 && isSpatial(variable, body, new HashSet<>())) {
      return LoopOrder.VECTORIZED;
    }
    return choice < 7 ? LoopOrder.UNROLLED : LoopOrder.SERIAL;
  }

  private static boolean isSpatial(String loop, Stmt statement, Set<String> locals) {
    return switch (statement) {
      case Stmt.For inner -> isSpatial(loop, inner.body(), locals);
      case Stmt.Sequence(List<Stmt> statements) ->
          statements.stream().allMatch(inner -> isSpatial(loop, inner, locals));
      case Stmt.Allocate(var buffer, Stmt body) -> {
        locals.add(buffer.name());
        yield isSpatial(loop, body, locals);
      }
      case Stmt.If(var guards, Stmt body) -> isSpatial(loop, body, locals);
      case Stmt.When(var condition, Stmt body) -> isSpatial(loop, body, locals);
      case Stmt.While(var condition, Stmt body) -> isSpatial(loop, body, locals);
      case Stmt.Store store -> locals.contains(store.buffer());
      case Stmt.Block block -> writesOwn(loop, block, locals);
    };
  }

  private static boolean writesOwn(String loop, Stmt.Block block, Set<String> locals) {
    List<Stmt.Range> own =
        block.iters().stream()
            .filter(iter -> iter.kind() == IterKind.SPATIAL)
            .filter(iter -> iter.binding().equals(IndexExpr.variable(loop)))
            .map(
                iter -> new Stmt.Range(IndexExpr.variable(iter.variable()), IndexExpr.Constant.ONE))
            .toList();
    return block.writes().stream()
        .allMatch(
            write ->
                locals.contains(write.buffer()) || write.ranges().stream().anyMatch(own::contains));
  }
}
