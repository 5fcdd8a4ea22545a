/// Elementary functions written out in arithmetic, without branches, so that loops over them become
/// vector code.
///
/// [org.einkorn.ir.elementary.Formulas] writes a function over an
/// [org.einkorn.ir.elementary.DoubleArithmetic], which a backend implements with values of its own,
/// such as instructions of LLVM. All implementations do the same steps in the same order. Functions
/// of `f64` round each step, so they agree in every bit; those of `f32` multiply and add in one
/// step of `f64` where the machine has it, so of some billions of results one may be the other
/// neighbour.
///
/// ```text
/// Formulas<V, I, C>(DoubleArithmetic<V, I, C>).apply(op, type, V) → V
///   V  numbers of f64      I  their 64 bits as integers      C  conditions
/// ```
@NullMarked
package org.einkorn.ir.elementary;

import org.jspecify.annotations.NullMarked;
