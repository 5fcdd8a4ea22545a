package org.einkorn.passes.tune;

import java.util.Optional;
import org.einkorn.runtime.DType;

/// What is chosen for a [ReductionNest] that reduces what lies side by side: lanes of vectors have
/// results of their own, which are combined in the end.
///
/// @param axis the loop over what lies side by side
/// @param lanes how many results there are; several vectors of them, so that no addition waits for
///   the one before it
/// @param combined how many are left when vectors are added to one another
/// @param sums the type of results, where it is another one than the accumulator has
record Partials(Axis axis, long lanes, long combined, Optional<DType> sums)
    implements ReductionChoice {}
