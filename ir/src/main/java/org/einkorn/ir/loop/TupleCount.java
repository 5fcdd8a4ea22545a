package org.einkorn.ir.loop;

import org.einkorn.ir.expr.Scalar;

/// How many tuples a fixpoint has derived of a relation when all is done.
///
/// @param count an `i64` over memory of the module without axes
public record TupleCount(String relation, Scalar count) {}
