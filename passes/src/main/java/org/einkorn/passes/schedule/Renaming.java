package org.einkorn.passes.schedule;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.passes.rewrite.Substitution;

/// Gives loops that come to stand inside of others of their names names of their own.
final class Renaming {
  private final Set<String> around;
  private final Set<String> taken;

  private Renaming(Set<String> around, Set<String> taken) {
    this.around = Set.copyOf(around);
    this.taken = new HashSet<>(taken);
  }

  /// The statement, no loop of which has a name that is around.
  ///
  /// @param taken all names that no new one may be
  static Stmt of(Stmt statement, Set<String> around, Set<String> taken) {
    return new Renaming(around, taken).renamed(statement, Map.of());
  }

  /// The name, or the name with a number that is free.
  static String free(String name, Set<String> taken) {
    int number = 1;
    while (taken.contains(name + "." + number)) {
      number++;
    }
    return name + "." + number;
  }

  private Stmt renamed(Stmt statement, Map<String, IndexExpr> names) {
    Substitution values = new Substitution(names);
    return switch (statement) {
      case Stmt.For(var kind, String variable, IndexExpr extent, Stmt body) -> {
        if (!around.contains(variable)) {
          yield new Stmt.For(kind, variable, values.apply(extent), renamed(body, names));
        }
        String name = free(variable, taken);
        taken.add(name);
        Map<String, IndexExpr> inside = new HashMap<>(names);
        inside.put(variable, IndexExpr.variable(name));
        yield new Stmt.For(kind, name, values.apply(extent), renamed(body, inside));
      }
      case Stmt.Block block ->
          Statements.with(
              block,
              block.name(),
              block.iters().stream()
                  .map(
                      iter ->
                          new Stmt.BlockIter(
                              iter.kind(),
                              iter.variable(),
                              values.apply(iter.extent()),
                              values.apply(iter.binding())))
                  .toList(),
              block.init().map(init -> renamed(init, Map.of())),
              renamed(block.body(), Map.of()));
      case Stmt.If(var guards, Stmt body) ->
          new Stmt.If(values.guards(guards), renamed(body, names));
      case Stmt.When(var condition, Stmt body) ->
          new Stmt.When(values.apply(condition), renamed(body, names));
      case Stmt.While(var condition, Stmt body) ->
          new Stmt.While(values.apply(condition), renamed(body, names));
      case Stmt.Store(var buffer, var indices, var value) ->
          new Stmt.Store(buffer, values.positions(indices), values.apply(value));
      case Stmt.Sequence _, Stmt.Allocate _ ->
          Statements.mapChildren(statement, each -> renamed(each, names));
    };
  }
}
