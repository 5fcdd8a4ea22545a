package org.einkorn.differential;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.passes.rewrite.Substitution;

/// Loops that run from their last round to their first: if the rounds of a loop are independent,
/// nothing changes.
final class Turned {
  private final Predicate<Stmt.For> turns;

  private Turned(Predicate<Stmt.For> turns) {
    this.turns = turns;
  }

  /// The module with some of its loops turned round.
  static Module of(Module module, Predicate<Stmt.For> turns) {
    Turned turned = new Turned(turns);
    List<Function> functions =
        module.functions().stream()
            .map(function -> new Function(function.name(), turned.of(function.body(), Map.of())))
            .toList();
    return module.withFunctions(functions);
  }

  private Stmt of(Stmt statement, Map<String, IndexExpr> values) {
    Substitution now = new Substitution(values);
    return switch (statement) {
      case Stmt.For loop -> {
        IndexExpr extent = now.apply(loop.extent());
        Map<String, IndexExpr> inside = new java.util.HashMap<>(values);
        if (turns.test(loop)) {
          IndexExpr variable = IndexExpr.variable(loop.variable());
          inside.put(loop.variable(), extent.minus(variable).plus(-1));
        }
        Stmt body = of(loop.body(), inside);
        yield new Stmt.For(Stmt.LoopOrder.SERIAL, loop.variable(), extent, body);
      }
      case Stmt.Block block -> {
        List<Stmt.BlockIter> iters =
            block.iters().stream()
                .map(
                    iter ->
                        new Stmt.BlockIter(
                            iter.kind(),
                            iter.variable(),
                            now.apply(iter.extent()),
                            now.apply(iter.binding())))
                .toList();
        yield new Stmt.Block(
            block.name(),
            iters,
            block.guards(),
            block.reads(),
            block.writes(),
            block.init(),
            of(block.body(), Map.of()));
      }
      case Stmt.Sequence(List<Stmt> statements) ->
          new Stmt.Sequence(statements.stream().map(each -> of(each, values)).toList());
      case Stmt.Allocate(var buffer, Stmt body) -> new Stmt.Allocate(buffer, of(body, values));
      case Stmt.If(var guards, Stmt body) -> new Stmt.If(now.guards(guards), of(body, values));
      case Stmt.When(var condition, Stmt body) ->
          new Stmt.When(now.apply(condition), of(body, values));
      case Stmt.While(var condition, Stmt body) ->
          new Stmt.While(now.apply(condition), of(body, values));
      case Stmt.Store(var buffer, var indices, var value) ->
          new Stmt.Store(buffer, now.positions(indices), now.apply(value));
    };
  }
}
