package org.einkorn.ir.tensor;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;

/// Finds the tensors that a definition reads.
public final class TensorReads {
  private TensorReads() {}

  /// The names of the tensors that a body reads or takes a position of, in order of first
  /// appearance.
  public static Set<String> of(Body body) {
    Set<String> found = new LinkedHashSet<>();
    Walk walk =
        Walk.of(
            scalar -> {
              if (scalar instanceof Scalar.Read read) {
                found.add(read.tensor());
              }
            },
            index -> {
              if (index instanceof IndexExpr.Fetch fetch) {
                found.add(fetch.tensor());
              }
            });
    body.walk(walk);
    found.addAll(named(body));
    return found;
  }

  /// The tensors that a body names as wholes; none where it reads elements.
  public static List<String> named(Body body) {
    return switch (body) {
      case Body.Derivative derivative -> derivative.tensors();
      case Body.Iterate iterate -> iterate.tensors();
      case Body.Accumulate _, Body.Scan _ -> List.of();
    };
  }
}
