package org.einkorn.passes.tune;

/// What is chosen for a [MapNest] whose innermost loop stores elements side by side, and reads them
/// so or the same ones all along: strips of some vectors (strip mining).
///
/// @param axis the loop that is cut
/// @param lanes how long a strip is
record Strips(Axis axis, long lanes) implements MapChoice {}
