/// The operations of scalars and the laws that hold between them.
///
/// Everything that a rewrite may assume about arithmetic stands in this package as data: [UnaryOp]
/// and [BinaryOp] name the elementwise operations, [Projection] names the operations an index can
/// be reduced with, and [Laws] is the table of what holds between a projection ⊕ and a join ⊗ on a
/// type. A pass that wants to exchange, reorder or factor asks the table, and reports [Laws#why]
/// where the law it needs does not hold:
///
/// | status | means | a rewrite by it is |
/// |---|---|---|
/// | [LawStatus.Holds] | the same bits for all values | exact |
/// | [LawStatus.Unless] | the same bits where no [Caveat] arises | conditional: exact once the caveats are ruled out |
/// | [LawStatus.Reassociates] | the same real number, rounded elsewhere | reassociating |
/// | [LawStatus.Fails] | not the same; a witness says where | not made |
///
/// Integers are exact, and still associate only up to overflow: the other order may trap on the way
/// ([Caveat#OUT_OF_RANGE]). Numbers with `max` as ⊕ and `*` as ⊗ distribute over factors that are
/// not negative, and their zero, −∞, times 0 is NaN. A test tries every claim, every caveat and
/// every witness on a grid of special values.
///
/// # Complex numbers
///
/// They are added, multiplied, divided and compared for equality by formulas on their parts, each
/// operation of which is rounded to the type of the parts:
///
/// ```text
/// (a + bi)(c + di)    (ac − bd) + (ad + bc)i
/// (a + bi)/(c + di)   Smith's method: r = d/c, s = c + dr, ((a + br) + (b − ar)i)/s if |d| ≤ |c|,
///                     else r = c/d, s = d + cr, ((ar + b) + (br − a)i)/s; r = 0 for a divisor of 0
/// |a + bi|            √(a² + b²) in f64 for c64; m√(1 + (n/m)²) for c128, m ≥ n of |a| and |b|
/// exp(a + bi)         exp(a) cos(b) + exp(a) sin(b) i
/// ```
///
/// Nothing is recovered where an infinity gives a NaN on the way. So the laws of sums and products
/// have more caveats than on floats: even `a · 1 = a` fails where a part is infinite, as the other
/// part meets `0 · ∞`. There is no order, hence no `min`, `max` or log-sum-exp.
///
/// ```text
/// UnaryOp    ::= negate | abs | sign | floor | ceil | round | sqrt | exp | log | sin | cos | tan | tanh | erf
///              | re | im | conj | not
/// BinaryOp   ::= + | - | * | / | % | ^ | min | max | logaddexp | complex | and | or | xor | == | != | < | <=
/// Projection ::= sum | prod | max | min | any | all | xor | lse
/// Semiring   ::= (Projection, BinaryOp) with a name
/// Laws       ::= (Projection, BinaryOp, DType) with a LawStatus for each Law
/// LawStatus  ::= Holds | Unless Caveat… | Reassociates Caveat… | Fails witness
/// ```
@NullMarked
package org.einkorn.ir.algebra;

import org.jspecify.annotations.NullMarked;
