package org.einkorn.ir.loop;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Guard;

/// Finds the positions that a statement or a definition takes from data, in text order.
///
/// The ordinal of a fetch in this list is the *site* that a trap names. A fetch inside the source
/// of another comes before it, as it is evaluated before it.
public final class Fetches {
  private final List<IndexExpr.Fetch> found = new ArrayList<>();
  private final Walk walk = Walk.ofIndices(this::note);

  private Fetches() {}

  private void note(IndexExpr expr) {
    if (expr instanceof IndexExpr.Fetch fetch) {
      found.add(fetch);
    }
  }

  /// The fetches of a statement, each occurrence by itself.
  public static List<IndexExpr.Fetch> of(Stmt statement) {
    Fetches fetches = new Fetches();
    fetches.visit(statement);
    return List.copyOf(fetches.found);
  }

  /// The fetches of the body of a definition, each occurrence by itself.
  public static List<IndexExpr.Fetch> of(Body body) {
    Fetches fetches = new Fetches();
    body.walk(fetches.walk);
    return List.copyOf(fetches.found);
  }

  private void visit(Stmt statement) {
    switch (statement) {
      case Stmt.For(var _, var _, IndexExpr extent, var _, Stmt body) -> {
        walk.visit(extent);
        visit(body);
      }
      case Stmt.Block block -> {
        block.iters().forEach(iter -> walk.visit(iter.binding()));
        visit(block.guards());
        block.init().ifPresent(this::visit);
        visit(block.body());
      }
      case Stmt.Sequence(List<Stmt> statements) -> statements.forEach(this::visit);
      case Stmt.Allocate(var buffer, Stmt body) -> visit(body);
      case Stmt.If(List<Guard> guards, Stmt body) -> {
        visit(guards);
        visit(body);
      }
      case Stmt.When(var condition, Stmt body) -> {
        walk.visit(condition);
        visit(body);
      }
      case Stmt.While(var condition, Stmt body) -> {
        walk.visit(condition);
        visit(body);
      }
      case Stmt.Store store -> {
        store.indices().forEach(walk::visit);
        walk.visit(store.value());
      }
    }
  }

  private void visit(List<Guard> guards) {
    for (Guard guard : guards) {
      walk.visit(guard.index());
      walk.visit(guard.extent());
    }
  }
}
