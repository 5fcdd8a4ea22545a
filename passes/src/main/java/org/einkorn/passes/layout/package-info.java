/// Reads inputs, and writes outputs, where they lie.
///
/// Code addresses a tensor as row-major memory. A view with other strides (transposed, reversed,
/// repeated, a part of a larger tensor) need not be copied for that: its memory *is* row-major for
/// some other tensor, and every read of the view is a read of that one at other positions.
/// [Storage] says which, [InPlace] rewrites a program so.
///
/// ```text
/// Storage ::= Dense                              // row-major as it is
///           | Permuted Place*                    // dense, with axes in another order
///           | Strided stride* first elements     // anything else, for these sizes only
/// Place   ::= axis of the memory [reversed] | repeated
/// ```
///
/// For a transposed view `A` of extents `I, J`, `Y[i, k] = A[i, j] B[j, k]` becomes `Y[i, k] = A[j,
/// i] B[j, k]` over an input `A` of extents `J, I`; sizes stay symbols. A stride that no order of
/// axes explains is a number in the code, which then is for these sizes alone.
///
/// An output may lie between memory that is not its own. Its [Placement] is an order of axes, which
/// [InPlace] writes into the equations, and a storage, which [PlaceOutputs] writes into the loops
/// made from them.
@NullMarked
package org.einkorn.passes.layout;

import org.jspecify.annotations.NullMarked;
