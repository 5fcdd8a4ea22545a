package org.einkorn.bench;

import org.einkorn.runtime.Tensor;

/// One way to compute something.
///
/// @param run computes it
/// @param result where each run leaves it
record Way(Runnable run, Tensor result) {}
