/// Elementary functions written out in arithmetic, without branches, so that loops over them become
/// vector code.
///
/// [org.einkorn.ir.elementary.Formulas] writes a function over an
/// [org.einkorn.ir.elementary.FloatArithmetic], which a backend implements with values of its own,
/// such as instructions of LLVM. All implementations do the same steps in the same order. Functions
/// of `f64` round each step, so they agree in every bit; those of `f32` multiply and add in one
/// step where the machine has it. In steps of `f64` that makes of some billions of results one the
/// other neighbour; `exp` of `f32`, in steps of `f32`, is the nearest number or one beside it on
/// each machine.
///
/// ```text
/// Formulas<V, I, C>(FloatArithmetic<V, I, C>).apply(op, type, V) → V
///   V  numbers of steps(op, type)      I  their bits as integers      C  conditions
/// ```
@NullMarked
package org.einkorn.ir.elementary;

import org.jspecify.annotations.NullMarked;
