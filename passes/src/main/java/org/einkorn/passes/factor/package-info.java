/// Structure of operands that a contraction makes use of without storing it.
///
/// A Kronecker product arrives here as its factors, read at digits of one index: `A[i floordiv m, j
/// floordiv n] · B[i mod m, j mod n]`. [org.einkorn.passes.factor.FactorKronecker] makes loops of
/// the digits; the order of contractions then applies one factor after the other. An axis along the
/// entries of a listed tensor ([org.einkorn.passes.sparse.Listed]) has no digits: entries are read
/// at plain axes.
///
/// In: a program in normal form. Out: a program of the same outputs, bit for bit.
@NullMarked
package org.einkorn.passes.factor;

import org.jspecify.annotations.NullMarked;
