/// Elementary functions written out in arithmetic, without branches, so that loops over them become
/// vector code.
///
/// [org.einkorn.ir.elementary.Formulas] writes a function over an
/// [org.einkorn.ir.elementary.DoubleArithmetic], which a backend implements with values of its own,
/// such as instructions of LLVM. All implementations do the same steps in the same order, so those
/// that round each step agree in every bit.
///
/// ```text
/// Formulas<V, I, C>(DoubleArithmetic<V, I, C>).apply(op, type, V) → V
///   V  numbers of f64      I  their 64 bits as integers      C  conditions
/// ```
@NullMarked
package org.einkorn.ir.elementary;

import org.jspecify.annotations.NullMarked;
