/// Derivatives as programs: every request for one becomes equations like any others.
///
/// `grad(Loss, W)`, `jvp(F, X, V)`, `vjp(F, X, U)`, `hvp(Loss, W, V)` and `jet(F, X, V, k)` stand
/// in a program as bodies of their own (`Body.Derivative`). [Differentiate] replaces them, in the
/// order of the program, so that a derivative can be differentiated again.
///
/// ```text
/// Definition  --Linearize-->  Linearized  ::= LinearTerm*            // sums
///                                           | prefix sum of LinearTerm*
/// LinearTerm  ::= for axes where guards: dT[write] += Partial · dR[at]
/// Partial     ::= number, (factor | divisor | condition)*, R[at]
/// ```
///
/// There is a rule for each scalar operation ([Partials]) and for each projection ([Linearize]).
/// They give linear terms, and these are all that the two modes see: [Forward] emits them as they
/// are, [Reverse] transposed. Reading and writing change places, so a read through index functions
/// becomes a write through them, or where it can be solved, a sum over shifted reads ([Gathering]).
/// A gather becomes a sum into the rows that it took; conditions stay conditions, guards guards.
///
/// A [Jet] has rules of its own: for each scalar operation ([Taylor]), and for each kind of
/// definition ([JetOfProjection]).
///
/// A [Root] is a copy of a tensor that changes by a rule of its own.
///
/// [Influence] finds through which definitions a variable changes the function; nothing else is
/// differentiated. Values of the program itself are read where the rules need them, not computed
/// again: `tanh` has the derivative `1 - T²` with the stored `T`. Where a derivative of a tensor is
/// asked for twice, or on the way to another, it is there once.
///
/// The definitions of a recurrence need each other, and so do their derivatives. Their names are
/// given first; what is computed when follows from the equations, as for the program itself.
///
/// An iteration with a known number of rounds becomes a recurrence first ([Rounds]).
///
/// Names tell what a tensor is: `Loss.grad.H` is the derivative of `Loss` by `H`, `H.jvp.X.V` the
/// change of `H` where `X` moves along `V`.
///
/// The pass is checked against the interpreter, which runs a request on dual numbers.
///
/// Sources: Griewank, Walther, *Evaluating Derivatives* (SIAM 2008), chapter 13, for Taylor
/// coefficients; Radul, Paszke, Frostig, Johnson, Maclaurin, *You Only Linearize Once* (arXiv
/// 2204.10923); Laue, Mitterreiter, Giesen, *A Simple and Efficient Tensor Calculus* (AAAI 2020).
@NullMarked
package org.einkorn.passes.differentiate;

import org.jspecify.annotations.NullMarked;
