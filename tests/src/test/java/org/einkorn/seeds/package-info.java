/// Programs of the literature, written as plain equations: the compiler finds the trick of the
/// paper, and the counts say so.
///
/// The programs are those of `examples/seeds`. Each count here was derived by hand from the
/// factored form that the paper gives; a test holds the plan to it, and the run to the plan.
@NullMarked
package org.einkorn.seeds;

import org.jspecify.annotations.NullMarked;
