package org.einkorn.passes.tune;

/// What is chosen for a [MapNest]: all that its schedule is made from.
sealed interface MapChoice permits Transposition, Strips {}
