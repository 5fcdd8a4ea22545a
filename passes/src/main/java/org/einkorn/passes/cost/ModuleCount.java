package org.einkorn.passes.cost;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.rewrite.Substitution;

/// What running a function will execute, found by looking at its loops: the plan that counting
/// kernels ([CountOperations]) are held against.
public final class ModuleCount {
  private final ToLongFunction<String> symbols;
  private int loops;
  private OperationCount total = OperationCount.ZERO;

  private ModuleCount(ToLongFunction<String> symbols) {
    this.symbols = symbols;
  }

  /// The count of a function.
  ///
  /// @param symbols the value of each symbol
  public static OperationCount of(Function function, ToLongFunction<String> symbols) {
    ModuleCount count = new ModuleCount(symbols);
    count.visit(function.body(), new Place(Domain.POINT, Map.of()));
    return count.total;
  }

  /// Where a statement stands.
  ///
  /// @param domain the points at which it is executed, over loops that are numbered, as names occur
  ///   more than once
  /// @param names what variables mean in terms of those loops
  private record Place(Domain domain, Map<String, IndexExpr> names) {
    Place bind(String name, IndexExpr value) {
      Map<String, IndexExpr> more = new HashMap<>(names);
      more.put(name, value);
      return new Place(domain, more);
    }

    Place where(List<Guard> guards) {
      return new Place(domain.where(new Substitution(names).guards(guards)), names);
    }
  }

  private void visit(Stmt statement, Place place) {
    switch (statement) {
      case Stmt.For(var kind, String variable, IndexExpr extent, var _, Stmt body) -> {
        String loop = "loop" + loops++;
        IndexExpr most = extent instanceof IndexExpr.Fetch fetch ? fetch.extent() : extent;
        Domain inside = place.domain.over(loop, new Substitution(place.names).apply(most));
        Place within = new Place(inside, place.names).bind(variable, IndexExpr.variable(loop));
        if (most.equals(extent)) {
          visit(body, within);
        } else {
          bound(body, within);
        }
      }
      case Stmt.When(var condition, Stmt body) -> bound(body, place);
      // How often is known to nobody; once is counted.
      case Stmt.While(var condition, Stmt body) -> bound(body, place);
      case Stmt.Block block -> block(block, place);
      case Stmt.Sequence(List<Stmt> statements) -> statements.forEach(part -> visit(part, place));
      case Stmt.Allocate(var buffer, Stmt body) -> visit(body, place);
      case Stmt.If(List<Guard> guards, Stmt body) -> visit(body, place.where(guards));
      case Stmt.Store store -> {
        ScalarCost cost = ScalarCost.of(store).with(new Substitution(place.names));
        if (!cost.isFree()) {
          total = total.plus(place.domain.count(cost, symbols));
        }
      }
    }
  }

  /// What the data may leave out.
  private void bound(Stmt body, Place place) {
    OperationCount before = total;
    total = OperationCount.ZERO;
    visit(body, place);
    total = before.plus(total.asBound());
  }

  private void block(Stmt.Block block, Place place) {
    Place inside = place;
    List<Guard> first = new ArrayList<>();
    for (Stmt.BlockIter iter : block.iters()) {
      IndexExpr binding = new Substitution(place.names).apply(iter.binding());
      inside = inside.bind(iter.variable(), binding);
      if (iter.kind() == Stmt.IterKind.REDUCE) {
        first.add(new Guard(IndexExpr.variable(iter.variable()), IndexExpr.Constant.ONE));
      }
    }
    inside = inside.where(block.guards());
    if (block.init().isPresent()) {
      visit(block.init().get(), inside.where(first));
    }
    visit(block.body(), inside);
  }
}
