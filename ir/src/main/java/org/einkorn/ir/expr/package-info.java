/// Expressions that both levels of the IR share: where an element is, and what its value is.
///
/// An [IndexExpr] is an integer: a position on an axis, or an extent. It is affine or quasi-affine
/// in iteration variables and symbols, but for [IndexExpr.Fetch], which takes the position from
/// data. A [Scalar] is a value of one compute or storage type.
///
/// ```text
/// IndexExpr ::= integer | variable | symbol
///             | IndexExpr + IndexExpr | IndexExpr * IndexExpr
///             | IndexExpr floordiv IndexExpr | IndexExpr mod IndexExpr
///             | min(IndexExpr, IndexExpr) | max(IndexExpr, IndexExpr)
///             | fetch<tensor, axis, extent>(Scalar)          // traps outside 0 ≤ value < extent
/// Scalar    ::= literal : type
///             | tensor[IndexExpr, …]                          // of the tensor's storage type
///             | pos(IndexExpr)                                // i64
///             | op(Scalar) | (Scalar op Scalar) | op(Scalar, Scalar)
///             | select(Scalar, Scalar, Scalar)                // evaluates only the chosen side
///             | fma(Scalar, Scalar, Scalar)                   // rounded once
///             | dot(Scalar,4; Scalar,4; Scalar)               // of i8 or u8, with an i32
///             | type(Scalar)                                  // conversion
/// ```
///
/// Arithmetic happens in compute types only (`f64 f32 i64 i32 bool`); a read of an `f16` tensor is
/// an `f16` and is converted before it is used. The constructors check that.
@NullMarked
package org.einkorn.ir.expr;

import org.jspecify.annotations.NullMarked;
