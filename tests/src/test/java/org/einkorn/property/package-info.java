/// What holds of every program, tried on random ones.
///
/// The generators are those of [org.einkorn.differential]; where that package asks whether all ways
/// to run a program agree, this one asks what the passes, the printers and the counters promise.
@NullMarked
package org.einkorn.property;

import org.jspecify.annotations.NullMarked;
