/// Schedules that nobody wrote: by a model, without a measurement.
///
/// A function is seen as a [ReductionNest] or a [MapNest], with as few loops as [MergedLoops] can
/// make of them; a [Tiling], a [DotTiling], [Partials], a [Transposition] or [Strips] is all that
/// can be chosen for it; the [Model] chooses by what is known of the machine; a sketch writes the
/// choice down as steps, which [org.einkorn.passes.schedule.Schedule] proves like those of a user.
/// So the model may be wrong about speed, never about answers; and what it makes is a script that
/// can be printed, changed and committed.
///
/// A [RowGroup] is several functions that one loop over rows does: [RowGroups] finds them, and a
/// [RowSketch] writes them down as `join`, `compute-at` and what keeps temporaries small. Where
/// some are summed up in tiles, the loop is over a [RowBlock].
///
/// An [EntryNest] goes through entries of a sparse table, in blocks of rows; there is one schedule
/// for it, an [EntrySketch].
///
/// A [Space] is what a search may vary: the choices of the model, or the decisions of the samples
/// of a script that somebody wrote.
@NullMarked
package org.einkorn.passes.tune;

import org.jspecify.annotations.NullMarked;
