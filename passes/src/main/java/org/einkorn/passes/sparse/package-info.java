/// Tensors of which most elements are the same: which ones they are, and contractions that leave
/// those elements out.
///
/// A tensor is *listed* if its definition says at which positions something is written: by data,
/// entry by entry (`A[I[t], J[t]] += V[t]`, [Listed.Entries]), or because a factor is listed (`S[i,
/// j] = where(R[i, j], Q[i, d] K[j, d], 0)`, [Listed.Sampled]). Everywhere else it is its
/// background, the identity of its projection.
///
/// [SkipZeros] makes the left-out points explicit, by the law `0 ⊗ a = 0`:
///
/// ```text
/// Y[i, d] = Σ A[i, j] * X[j, d]   →   Y[i, d] = Σ where(A[i, j] != 0, A[i, j] * X[j, d], 0)
/// ```
///
/// What a condition leaves out adds the identity, so loops may pass over it: that is no law and no
/// rewrite any more. [ArrangeLoops] puts the axes in an order in which each listed tensor is gone
/// through along its rows.
///
/// Then [SparseLowering] makes loops of every [SparseTerm]: [SparseNest] goes along the rows that
/// [ListStore] keeps, entries sorted in the orders of axes that nests ask for ([SortedList]). Where
/// each entry is combined in many rows, there are [blocks][SparseBlocks] of them.
@NullMarked
package org.einkorn.passes.sparse;

import org.jspecify.annotations.NullMarked;
