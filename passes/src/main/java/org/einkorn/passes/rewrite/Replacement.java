package org.einkorn.passes.rewrite;

import java.util.List;
import java.util.function.Function;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Guard;

/// Other values in the place of elements that are read, in positions too.
///
/// @param reads what stands for an element whose own positions are replaced already
/// @param fetches what stands for a position from data whose source is replaced already
public record Replacement(
    Function<Scalar.Read, Scalar> reads, Function<IndexExpr.Fetch, IndexExpr> fetches) {

  /// The replacement that leaves the tensors alone that positions are of.
  public static Replacement of(Function<Scalar.Read, Scalar> reads) {
    return new Replacement(reads, fetch -> fetch);
  }

  public Body apply(Body body) {
    return switch (body) {
      case Body.Accumulate(var projection, List<Contraction> terms) ->
          new Body.Accumulate(projection, terms.stream().map(this::apply).toList());
      case Body.Scan(var projection, int axis, var axes, Scalar operand) ->
          new Body.Scan(projection, axis, axes, apply(operand));
      case Body.Derivative _, Body.Iterate _ -> body;
    };
  }

  public Contraction apply(Contraction term) {
    return new Contraction(
        term.axes(),
        term.guards().stream()
            .map(guard -> new Guard(apply(guard.index()), guard.extent()))
            .toList(),
        term.write().stream().map(this::apply).toList(),
        term.join(),
        term.operands().stream().map(this::apply).toList());
  }

  public Scalar apply(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal literal -> literal;
      case Scalar.Read(String tensor, var type, List<IndexExpr> indices) ->
          reads.apply(new Scalar.Read(tensor, type, indices.stream().map(this::apply).toList()));
      case Scalar.Position(IndexExpr index) -> new Scalar.Position(apply(index));
      case Scalar.Unary(var op, Scalar operand) -> new Scalar.Unary(op, apply(operand));
      case Scalar.Binary(var op, Scalar left, Scalar right) ->
          new Scalar.Binary(op, apply(left), apply(right));
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          new Scalar.Select(apply(condition), apply(then), apply(otherwise));
      case Scalar.Cast(var type, Scalar operand) -> new Scalar.Cast(type, apply(operand));
    };
  }

  public IndexExpr apply(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Constant _, IndexExpr.Variable _, IndexExpr.Symbol _ -> expr;
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) ->
          new IndexExpr.Sum(apply(left), apply(right));
      case IndexExpr.Product(IndexExpr left, IndexExpr right) ->
          new IndexExpr.Product(apply(left), apply(right));
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) ->
          new IndexExpr.FloorDiv(apply(left), apply(right));
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) ->
          new IndexExpr.FloorMod(apply(left), apply(right));
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) ->
          new IndexExpr.Minimum(apply(left), apply(right));
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) ->
          new IndexExpr.Maximum(apply(left), apply(right));
      case IndexExpr.Fetch(String tensor, int axis, IndexExpr extent, Scalar source) ->
          fetches.apply(new IndexExpr.Fetch(tensor, axis, extent, apply(source)));
    };
  }
}
