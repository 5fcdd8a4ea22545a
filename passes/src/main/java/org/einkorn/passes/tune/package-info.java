/// Schedules that nobody wrote: by a model, without a measurement.
///
/// A [ReductionNest] is what a function is seen as; a [Tiling] is all that can be chosen for it; a
/// [TilingModel] chooses by what is known of the machine; a [Sketch] writes a choice down as steps,
/// which [org.einkorn.passes.schedule.Schedule] proves like those of a user. So the model may be
/// wrong about speed, never about answers; and what it makes is a script that can be printed,
/// changed and committed.
@NullMarked
package org.einkorn.passes.tune;

import org.jspecify.annotations.NullMarked;
