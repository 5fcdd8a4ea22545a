/// What fixpoints need not compute, because nobody asks for it.
///
/// [SliceFixpoints] leaves out an axis where each rule passes on the position that is asked for;
/// [MagicSets] computes along with a relation which tuples are asked for, and derives no others.
@NullMarked
package org.einkorn.passes.demand;

import org.jspecify.annotations.NullMarked;
