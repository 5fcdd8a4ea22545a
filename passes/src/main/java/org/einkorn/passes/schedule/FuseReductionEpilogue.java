package org.einkorn.passes.schedule;

import org.einkorn.ir.loop.Module;
import org.einkorn.ir.schedule.Step;

/// wip
final class FuseReductionEpilogue implements Primitive<Step.FuseReductionEpilogue> {
  @Override
  public Module apply(Nest nest, Step.FuseReductionEpilogue step) {
    throw nest.refuse(Reason.NO_MATCH, "not yet");
  }
}
