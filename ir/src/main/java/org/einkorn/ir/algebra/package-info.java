/// The operations of scalars and the laws that hold between them.
///
/// Everything that a rewrite may assume about arithmetic stands in this package as data: [UnaryOp]
/// and [BinaryOp] name the elementwise operations, [Projection] names the operations an index can
/// be reduced with, and [Semiring] is the table of pairs (⊕, ⊗) for which a projection and a join
/// may be exchanged.
///
/// ```text
/// UnaryOp    ::= negate | abs | sign | floor | ceil | round | sqrt | exp | log | sin | cos | tan | tanh | erf | not
/// BinaryOp   ::= + | - | * | / | % | ^ | min | max | logaddexp | and | or | xor | == | != | < | <=
/// Projection ::= sum | prod | max | min | any | all | xor | lse
/// Semiring   ::= (Projection, BinaryOp) with its laws
/// ```
@NullMarked
package org.einkorn.ir.algebra;

import org.jspecify.annotations.NullMarked;
