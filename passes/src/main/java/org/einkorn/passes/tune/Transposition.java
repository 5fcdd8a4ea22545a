package org.einkorn.passes.tune;

/// What is chosen for a [MapNest] that reads along one axis what it stores along another: squares
/// of both, so that each line of memory that is loaded is used up.
///
/// @param read the loop over what is read side by side
/// @param stored the loop over what is stored side by side
/// @param tile how long a square is
/// @param isStaged whether squares are read to memory of their own first
record Transposition(Axis read, Axis stored, long tile, boolean isStaged) implements MapChoice {}
