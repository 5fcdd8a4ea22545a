package org.einkorn.ir.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.runtime.DType;
import org.junit.jupiter.api.Test;

final class BinderTest {
  private static final IndexExpr H = IndexExpr.symbol("H");
  private static final IndexExpr D = IndexExpr.symbol("D");

  /// Each extent is the one axis of an input of its own.
  private static Optional<Binder> binder(String symbol, IndexExpr... extents) {
    List<Signature.Input> inputs = new ArrayList<>();
    for (IndexExpr extent : extents) {
      inputs.add(
          new Signature.Input(
              Signature.Role.INPUT,
              "X" + inputs.size(),
              new TensorType(DType.F32, List.of(extent)),
              Optional.empty()));
    }
    return Binder.of(new Signature(List.of("H", "D"), inputs, List.of(), List.of()), symbol);
  }

  private static void assertBound(int input, Optional<Binder> binder) {
    assertEquals(Optional.of(new Binder(input, 0)), binder);
  }

  @Test
  void takesTheSymbolItselfThenAMultipleThenAProduct() {
    assertBound(2, binder("D", H.times(D), D.times(2), D));
    assertBound(1, binder("D", H.times(D), D.times(2).plus(1)));
    assertBound(0, binder("D", H.times(D)));
    assertBound(0, binder("D", H.floorDiv(IndexExpr.of(2)).times(D).plus(H)));
    assertBound(0, binder("H", H.plus(H)));
    assertBound(1, binder("H", H.times(D), H.times(3)));
  }

  @Test
  void leavesWhatCannotBeSolved() {
    Optional<Binder> none = Optional.empty();
    assertEquals(none, binder("H"));
    assertEquals(none, binder("H", D, IndexExpr.of(3)));
    assertEquals(none, binder("H", H.times(H)));
    assertEquals(none, binder("H", H.plus(1).times(H.plus(2))));
    assertEquals(none, binder("H", H.floorDiv(IndexExpr.of(2))));
    assertEquals(none, binder("H", H.min(IndexExpr.of(2))));
    assertEquals(none, binder("H", H.plus(H.times(-1).plus(3))));
    assertEquals(none, binder("H", H.times(D)), "D is known after H only");
  }
}
