/// The normal form of equations: how a user split them does not matter.
///
/// `T[i,k] = A[i,j] B[j,k]` and `Y[i,l] = T[i,k] C[k,l]` say what `Y[i,l] = A[i,j] B[j,k] C[k,l]`
/// says. The pass [Normalize] brings both to the second form, a join of three operands, from which
/// the pass that orders contractions chooses afresh. Its rules, in the order they are tried:
///
/// | rule | equation |
/// |---|---|
/// | `drop-neutral-operands` | `A ⊗ 1 → A` |
/// | `fold-constants` | `2 ⊗ A ⊗ 3 → 6 ⊗ A` |
/// | `inline-renamings` | `… T[e] …, T[i] = X[f(i)] → … X[f(e)] …` |
/// | `eliminate-deltas` | `⊕ⱼ δ[i,j] ⊗ A[j] → A[i]` |
/// | `drop-free-axes` | `⊕ⱼ A[i] → A[i]`, `Σⱼ A[i] → n · A[i]` |
/// | `factor-common-operands` | `A ⊗ B ⊕ A ⊗ C → A ⊗ (B ⊕ C)` |
/// | `share-equal-definitions` | `T = e, U = e → T = e, U = T` |
/// | `denest` | `⊕ₐ X ⊗ T[e], T[v] = ⊕ᵣ A ⊗ B → ⊕ₐ ⊕ᵣ X ⊗ A ⊗ B where v = e` |
///
/// `expand-sums`, the other direction of factoring, is there for passes that take terms apart; the
/// normal form does not use it.
///
/// # Denesting
///
/// Two nested contractions become one when their indices are made one: the positions that the inner
/// one writes must equal the positions that the outer one reads. [SymbolGraph] solves these
/// equations. Between plain symbols they are edges of a graph, and each connected component becomes
/// one symbol; so `T[i,i] = A[i,j]` read as `T[k,l]` makes k and l one, which is what a factor δ
/// would do. Positions that are expressions are solved for a symbol, under a guard that keeps it in
/// its extent. What can't be solved stays as it was written.
///
/// A tensor is merged where it is needed once and not kept. It is left alone where an operand that
/// costs something (a quotient, an `exp`) would be computed again for each point of the outer
/// contraction; where that contraction could not be split again; and where the position it is read
/// at comes from data, for the message about a wrong position names the tensor.
///
/// # Laws
///
/// Which laws a rewrite uses and what the table of laws says of them decide its kind ([Judgement]).
/// Caveats are ruled out where that can be proved: overflow of integers by `Ranges`, negative
/// factors by `Signs`, both in `passes.rewrite`. What is left:
///
/// | values | denesting is |
/// |---|---|
/// | Booleans | exact |
/// | integers | conditional, where neither form can leave its types: the types of the inputs are narrow and the extents are numbers. Else refused: an overflow on the way could come or go |
/// | floats | reassociating; exact where a product of a map is the first operand and keeps its order, and for selections |
///
/// `max` over `*` needs factors that are seen not to be negative; and as −∞ · 0 is no number, there
/// must be no element that nothing was combined into. What is refused stands in the trace with the
/// law and what it fails on, and `ein explain` prints it.
///
/// Source: Wenig, Rump, Blacher, Giesen, *The Syntax and Semantics of einsum* (arXiv 2509.20020).
/// Its theorems are the properties that `EinsumTheoremsTest` tries.
@NullMarked
package org.einkorn.passes.normalize;

import org.jspecify.annotations.NullMarked;
