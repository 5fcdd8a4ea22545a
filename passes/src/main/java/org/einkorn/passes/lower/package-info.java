/// Equations to loop nests: each definition becomes one function, or a few that run in order.
///
/// [LowerToLoops] goes through the steps of a program and has their nests made: plain ones by
/// `passes.nest`, those along entries of listed tensors by `passes.sparse`, those along tuples of
/// relations by `passes.relations`; recurrences ([RoundNests]) and steps that run slice by slice
/// ([SliceGroup]) here. Complex numbers end here: [SplitComplex] writes them as pairs of real ones.
@NullMarked
package org.einkorn.passes.lower;

import org.jspecify.annotations.NullMarked;
