package org.einkorn.passes.rewrite;

import java.util.function.Function;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;

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
    return body.mapParts(this::apply, this::apply);
  }

  public Contraction apply(Contraction term) {
    return term.mapParts(this::apply, this::apply);
  }

  public Scalar apply(Scalar scalar) {
    Scalar inside = scalar.mapParts(this::apply, this::apply);
    return inside instanceof Scalar.Read read ? reads.apply(read) : inside;
  }

  public IndexExpr apply(IndexExpr expr) {
    IndexExpr inside = expr.mapParts(this::apply, this::apply);
    return inside instanceof IndexExpr.Fetch fetch ? fetches.apply(fetch) : inside;
  }
}
