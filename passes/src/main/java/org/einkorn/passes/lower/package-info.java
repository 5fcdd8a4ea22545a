/// Equations to loop nests: each definition becomes one function, or a few that run in order.
///
/// The nests are plain: spatial loops outside, reductions inside, an accumulator in a register
/// where an element is finished in one go. Everything cleverer is a schedule. Complex numbers end
/// here: [SplitComplex] writes them as pairs of real ones.
@NullMarked
package org.einkorn.passes.lower;

import org.jspecify.annotations.NullMarked;
