/// Sums of values that a condition on positions chooses.
///
/// What is put together of two tensors, `Key[k, d] = where(k < P, A[k, d], B[k - P, d])`, is seldom
/// wanted as one: a product with it is two products, each with a tensor that is there already.
/// [org.einkorn.passes.cases.SplitCases] makes two loops of one, and each of them is a plain
/// contraction for all that comes after.
///
/// In: a program in normal form. Out: a program of the same outputs, bit for bit but where floats
/// are summed over the axis that is cut.
@NullMarked
package org.einkorn.passes.cases;

import org.jspecify.annotations.NullMarked;
