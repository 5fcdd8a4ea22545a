package org.einkorn.ir.loop;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Guard;

/// Which tensors a statement reads and which it writes; registers too.
public final class Usage {
  private final Set<String> read = new LinkedHashSet<>();
  private final Set<String> written = new LinkedHashSet<>();
  private final Walk reads =
      Walk.ofScalars(
          scalar -> {
            if (scalar instanceof Scalar.Read each) {
              read.add(each.tensor());
            }
          });

  private Usage() {}

  public static Usage of(Stmt statement) {
    Usage usage = new Usage();
    usage.visit(statement);
    return usage;
  }

  /// Whether the statement reads the tensor or writes it.
  public boolean touches(String tensor) {
    return read.contains(tensor) || written.contains(tensor);
  }

  /// Whether the statement reads the tensor.
  public boolean reads(String tensor) {
    return read.contains(tensor);
  }

  /// Whether the statement writes the tensor.
  public boolean writes(String tensor) {
    return written.contains(tensor);
  }

  private void visit(Stmt statement) {
    switch (statement) {
      case Stmt.For(var _, var _, IndexExpr extent, var _, Stmt body) -> {
        visit(extent);
        visit(body);
      }
      case Stmt.Block block -> {
        block.iters().forEach(iter -> visit(iter.binding()));
        visitGuards(block.guards());
        block.init().ifPresent(this::visit);
        visit(block.body());
      }
      case Stmt.Sequence(List<Stmt> statements) -> statements.forEach(this::visit);
      case Stmt.Allocate(var buffer, Stmt body) -> visit(body);
      case Stmt.If(List<Guard> guards, Stmt body) -> {
        visitGuards(guards);
        visit(body);
      }
      case Stmt.When(Scalar condition, Stmt body) -> {
        visit(condition);
        visit(body);
      }
      case Stmt.While(Scalar condition, Stmt body) -> {
        visit(condition);
        visit(body);
      }
      case Stmt.Store(String buffer, List<IndexExpr> indices, Scalar value) -> {
        written.add(buffer);
        indices.forEach(this::visit);
        visit(value);
      }
    }
  }

  private void visitGuards(List<Guard> guards) {
    for (Guard guard : guards) {
      visit(guard.index());
      visit(guard.extent());
    }
  }

  private void visit(IndexExpr expr) {
    reads.visit(expr);
  }

  private void visit(Scalar scalar) {
    reads.visit(scalar);
  }
}
