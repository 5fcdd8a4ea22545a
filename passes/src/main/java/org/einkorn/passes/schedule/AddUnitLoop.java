package org.einkorn.passes.schedule;

import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;

/// `block b → for u < 1 { block b }`
///
/// One round of a loop whose variable nothing reads is what stands in it.
final class AddUnitLoop implements Primitive<Step.AddUnitLoop> {
  @Override
  public Module apply(Nest nest, Step.AddUnitLoop step) {
    Stmt.Block block = nest.block(step.block());
    nest.requireFree(List.of(step.name()), List.of());
    return nest.replace(
        block, new Stmt.For(Stmt.LoopOrder.SERIAL, step.name(), IndexExpr.Constant.ONE, block));
  }
}
