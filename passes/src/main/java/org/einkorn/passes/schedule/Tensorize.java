package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.text.ExprPrinter;

/// `block b { a = c + x * y } → block b { a = fma(x, y, c) }`, and so for the computation and the
/// implementation of each [Intrinsic].
///
/// Of a loop, and for instructions that stand for all rounds of one, it is [TensorizeLoop]; for an
/// instruction of a warp, [TensorizeProduct].
///
/// All stores of the block are what the intrinsic computes, up to the order of operands that
/// commute.
final class Tensorize implements Primitive<Step.Tensorize> {
  @Override
  public Module apply(Nest nest, Step.Tensorize step) {
    if (step.intrinsic().equals(TensorizeProduct.NAME)) {
      return TensorizeProduct.apply(nest, step.place());
    }
    List<LoopIntrinsic> ofLoops = LoopIntrinsic.named(step.intrinsic());
    List<Intrinsic> intrinsics = Intrinsic.named(step.intrinsic());
    if (intrinsics.isEmpty() && ofLoops.isEmpty()) {
      throw nest.refuse(
          Reason.UNKNOWN_NAME,
          "there is no intrinsic `" + step.intrinsic() + "`; there are " + Intrinsic.names());
    }
    Optional<Stmt.Block> named = named(nest, step.place());
    if (!ofLoops.isEmpty()) {
      TensorizeLoop loops = new TensorizeLoop(nest, ofLoops);
      return named.isPresent() ? loops.block(named.get()) : loops.loop(nest.loop(step.place()));
    }
    if (named.isEmpty() && isLoop(nest, step.place())) {
      throw nest.refuse(
          Reason.NO_MATCH,
          nest.loop(step.place()).statement(),
          "is a loop, and `" + step.intrinsic() + "` is what a block computes",
          "name a block in it");
    }
    Stmt.Block block = named.isPresent() ? named.get() : nest.block(step.place().variable());
    List<Stmt.Store> stores = new ArrayList<>();
    Stmt body = rewritten(block.body(), intrinsics, block, stores, nest);
    if (stores.isEmpty()) {
      throw nest.refuse(Reason.NO_MATCH, block, "stores nothing");
    }
    return nest.replace(
        block, Statements.with(block, block.name(), block.iters(), block.init(), body));
  }

  /// The block of a name; none where no block has it.
  private static Optional<Stmt.Block> named(Nest nest, LoopName place) {
    boolean isBlock =
        place.block().isEmpty()
            && Statements.blocks(nest.function().body()).stream()
                .anyMatch(block -> block.name().equals(place.variable()));
    return isBlock ? Optional.of(nest.block(place.variable())) : Optional.empty();
  }

  private static boolean isLoop(Nest nest, LoopName place) {
    return place.block().isPresent()
        || Statements.loops(nest.function().body()).stream()
            .anyMatch(loop -> loop.variable().equals(place.variable()));
  }

  private static Stmt rewritten(
      Stmt statement,
      List<Intrinsic> intrinsics,
      Stmt.Block block,
      List<Stmt.Store> stores,
      Nest nest) {
    if (!(statement instanceof Stmt.Store(String buffer, List<IndexExpr> indices, Scalar value))) {
      return statement.mapChildren(each -> rewritten(each, intrinsics, block, stores, nest));
    }
    Optional<Scalar> implementation =
        intrinsics.stream().flatMap(each -> each.of(value).stream()).findFirst();
    if (implementation.isEmpty()) {
      throw nest.refuse(
          Reason.NO_MATCH,
          block,
          "does not compute what `" + intrinsics.getFirst().name() + "` computes",
          "it stores `" + ExprPrinter.print(value) + "` of " + value.type().text(),
          "`%s` computes %s"
              .formatted(
                  intrinsics.getFirst().name(),
                  String.join(
                      " or ",
                      intrinsics.stream()
                          .map(
                              each ->
                                  "`%s` of %s"
                                      .formatted(each.text(), each.computation().type().text()))
                          .toList())));
    }
    Stmt.Store store = new Stmt.Store(buffer, indices, implementation.get());
    stores.add(store);
    return store;
  }
}
