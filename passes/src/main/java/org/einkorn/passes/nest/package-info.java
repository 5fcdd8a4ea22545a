/// What loop nests are built of: [NestBuilder] makes the plain nest of a term, [Numbers] the
/// statements that keep counters, lists and registers of integers.
///
/// The nests are plain: spatial loops outside, reductions inside, an accumulator in a register
/// where an element is finished in one go. A map that reads its elements by digits has a loop for
/// each digit. Everything cleverer is a schedule.
@NullMarked
package org.einkorn.passes.nest;

import org.jspecify.annotations.NullMarked;
