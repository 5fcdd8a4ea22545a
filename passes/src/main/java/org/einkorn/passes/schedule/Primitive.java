package org.einkorn.passes.schedule;

import org.einkorn.ir.loop.Function;
import org.einkorn.ir.schedule.Step;

/// How steps of one kind are applied: what must hold before, what becomes of the nest, and why that
/// computes the same, bit for bit.
interface Primitive<S extends Step> {
  /// The function after the step.
  ///
  /// @throws RefusedStepException where it is not proved that the function computes the same
  Function apply(Nest nest, S step);
}
