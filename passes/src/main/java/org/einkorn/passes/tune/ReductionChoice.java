package org.einkorn.passes.tune;

/// What is chosen for a [ReductionNest]: all that its schedule is made from.
sealed interface ReductionChoice permits Tiling, DotTiling, Partials {}
