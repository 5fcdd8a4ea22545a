/// The reference interpreter: the meaning of both levels of the IR, executed slowly and plainly.
///
/// # Semantics
///
/// Every operation is computed in the exact type of its operands: `f32` arithmetic rounds after
/// each operation, functions such as `exp` are computed in `f64` and rounded once. Reductions run
/// in row-major order of their axes, one after the other; a reduction never reassociates here. Sums
/// of `f32` combine in `f64` and sums of `i32` in `i64`, and are converted once at the end. Integer
/// arithmetic is exact and traps where the exact result is no number of the type. `min` and `max`
/// return NaN when an operand is NaN; comparisons with NaN are false, `!=` true. `select` evaluates
/// the chosen side only.
///
/// A derivative is computed in `f64` from dual numbers ([DerivativeEvaluator]), which is slow and
/// needs no rule of differentiation but that of each scalar operation.
///
/// What "equal" means for a rewrite: *exact* and *conditional* rewrites keep every bit (all NaNs
/// are one); *reassociating* ones keep integers and Booleans bit for bit and floats within `4 ulp ·
/// √n` of the sum of magnitudes, n being the number of combined terms.
///
/// The interpreter checks what compiled code relies on, and throws where it does not hold:
/// positions are inside extents; every element of an output, a temporary or an allocated buffer is
/// stored before it is read, by whichever function; and an element that one round of a parallel
/// loop stores is touched by no other round ([Rounds]).
@NullMarked
package org.einkorn.ir.eval;

import org.jspecify.annotations.NullMarked;
