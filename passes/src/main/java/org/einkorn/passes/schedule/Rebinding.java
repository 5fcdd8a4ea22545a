package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.rewrite.Substitution;

/// Puts expressions in the places of loop variables and simplifies what these stood in; guards that
/// are proved then are left out, and so is what stands under one that never holds. Everything else
/// stays as it is.
final class Rebinding {
  private final Substitution values;
  private final Set<String> variables;

  private Rebinding(Map<String, IndexExpr> values) {
    this.values = new Substitution(values);
    this.variables = Set.copyOf(values.keySet());
  }

  /// The statement with `values` for variables.
  ///
  /// @param scope what is known where the statement stands
  static Stmt of(Map<String, IndexExpr> values, Stmt statement, Assumptions scope) {
    return new Rebinding(values).rebound(statement, scope);
  }

  private Stmt rebound(Stmt statement, Assumptions scope) {
    return switch (statement) {
      case Stmt.For loop -> {
        IndexExpr size = index(loop.extent(), scope);
        yield loop.with(size, rebound(loop.body(), Scopes.inLoop(scope, loop.variable(), size)));
      }
      case Stmt.Block block -> block(block, scope);
      case Stmt.If(List<Guard> guards, Stmt body) -> {
        Assumptions inside = scope;
        List<Guard> left = new ArrayList<>();
        for (Guard guard : guards) {
          Guard other = new Guard(index(guard.index(), inside), index(guard.extent(), inside));
          if (!other.fetches() && inside.proves(Condition.of(other).not())) {
            yield new Stmt.Sequence(List.of());
          }
          if (other.fetches() || !inside.proves(Condition.of(other))) {
            left.add(other);
            inside = Scopes.where(inside, other);
          }
        }
        Stmt body2 = rebound(body, inside);
        yield left.isEmpty() ? body2 : new Stmt.If(left, body2);
      }
      case Stmt.When(Scalar condition, Stmt body) ->
          new Stmt.When(scalar(condition), rebound(body, scope));
      case Stmt.While(Scalar condition, Stmt body) ->
          new Stmt.While(scalar(condition), rebound(body, scope));
      case Stmt.Store(String buffer, List<IndexExpr> indices, Scalar value) ->
          new Stmt.Store(
              buffer, indices.stream().map(index -> index(index, scope)).toList(), scalar(value));
      case Stmt.Sequence _, Stmt.Allocate _ -> statement.mapChildren(each -> rebound(each, scope));
    };
  }

  /// A block is isolated from the loops around it but for its bindings and extents.
  private Stmt block(Stmt.Block block, Assumptions scope) {
    List<Stmt.BlockIter> iters =
        block.iters().stream()
            .map(
                iter ->
                    new Stmt.BlockIter(
                        iter.kind(),
                        iter.variable(),
                        index(iter.extent(), scope),
                        index(iter.binding(), scope)))
            .toList();
    return Statements.with(block, block.name(), iters, block.init(), block.body());
  }

  private IndexExpr index(IndexExpr expr, Assumptions scope) {
    boolean[] found = {false};
    mentions(found).visit(expr);
    return found[0] ? scope.simplify(values.apply(expr)) : expr;
  }

  private Scalar scalar(Scalar scalar) {
    boolean[] found = {false};
    mentions(found).visit(scalar);
    return found[0] ? values.apply(scalar) : scalar;
  }

  private Walk mentions(boolean[] found) {
    return Walk.ofIndices(
        part -> {
          if (part instanceof IndexExpr.Variable(String name)) {
            found[0] |= variables.contains(name);
          } else if (part instanceof IndexExpr.Fetch fetch) {
            mentions(found).visit(fetch.extent());
          }
        });
  }
}
