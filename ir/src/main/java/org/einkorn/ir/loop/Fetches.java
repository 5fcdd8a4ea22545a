package org.einkorn.ir.loop;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Guard;

/// Finds the positions that a statement or a definition takes from data, in text order.
///
/// The ordinal of a fetch in this list is the *site* that a trap names. A fetch inside the source
/// of another comes before it, as it is evaluated before it.
public final class Fetches {
  private final List<IndexExpr.Fetch> found = new ArrayList<>();

  private Fetches() {}

  /// The fetches of a statement, each occurrence by itself.
  public static List<IndexExpr.Fetch> of(Stmt statement) {
    Fetches fetches = new Fetches();
    fetches.visit(statement);
    return List.copyOf(fetches.found);
  }

  /// The fetches of the body of a definition, each occurrence by itself.
  public static List<IndexExpr.Fetch> of(Body body) {
    Fetches fetches = new Fetches();
    switch (body) {
      case Body.Accumulate(var projection, List<Contraction> terms) -> {
        for (Contraction term : terms) {
          fetches.visit(term.guards());
          term.write().forEach(fetches::visit);
          term.operands().forEach(fetches::visit);
        }
      }
      case Body.Scan scan -> fetches.visit(scan.operand());
    }
    return List.copyOf(fetches.found);
  }

  private void visit(Stmt statement) {
    switch (statement) {
      case Stmt.For(var kind, var name, IndexExpr extent, Stmt body) -> {
        visit(extent);
        visit(body);
      }
      case Stmt.Block block -> {
        block.iters().forEach(iter -> visit(iter.binding()));
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
      case Stmt.Store(var buffer, List<IndexExpr> indices, Scalar value) -> {
        indices.forEach(this::visit);
        visit(value);
      }
    }
  }

  private void visit(List<Guard> guards) {
    for (Guard guard : guards) {
      visit(guard.index());
      visit(guard.extent());
    }
  }

  private void visit(IndexExpr expr) {
    switch (expr) {
      case IndexExpr.Constant _, IndexExpr.Variable _, IndexExpr.Symbol _ -> {}
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> visitBoth(left, right);
      case IndexExpr.Product(IndexExpr left, IndexExpr right) -> visitBoth(left, right);
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) -> visitBoth(left, right);
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) -> visitBoth(left, right);
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) -> visitBoth(left, right);
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) -> visitBoth(left, right);
      case IndexExpr.Fetch fetch -> {
        visit(fetch.source());
        found.add(fetch);
      }
    }
  }

  private void visitBoth(IndexExpr left, IndexExpr right) {
    visit(left);
    visit(right);
  }

  private void visit(Scalar scalar) {
    switch (scalar) {
      case Scalar.Literal _ -> {}
      case Scalar.Read read -> read.indices().forEach(this::visit);
      case Scalar.Position(IndexExpr index) -> visit(index);
      case Scalar.Unary(var op, Scalar operand) -> visit(operand);
      case Scalar.Binary(var op, Scalar left, Scalar right) -> {
        visit(left);
        visit(right);
      }
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
        visit(condition);
        visit(then);
        visit(otherwise);
      }
      case Scalar.Cast(var type, Scalar operand) -> visit(operand);
    }
  }
}
