package org.einkorn.ir.loop;

/// A size that no input fixes: how many places a buffer has along its first axis.
///
/// A run begins with some number. Where code takes a position on that axis that lies beyond it, the
/// run is begun anew with a larger one; it is never less than before.
///
/// @param symbol the size
/// @param buffer a temporary whose first axis has that many positions
public record Growth(String symbol, String buffer) {}
