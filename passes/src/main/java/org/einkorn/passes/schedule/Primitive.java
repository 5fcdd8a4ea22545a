package org.einkorn.passes.schedule;

import org.einkorn.ir.loop.Module;
import org.einkorn.ir.schedule.Step;

/// How steps of one kind are applied: what must hold before, what becomes of the nest, and why that
/// computes the same: bit for bit, but for steps of which [Step#rounds] says otherwise.
interface Primitive<S extends Step> {
  /// The module after the step.
  ///
  /// @throws RefusedStepException where it is not proved that the function computes the same
  Module apply(Nest nest, S step);
}
