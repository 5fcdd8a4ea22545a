/// Level 1 of the IR: tensor equations in single-assignment form.
///
/// A [Program] is what a frontend makes and what the rewrite passes work on. Its central node is
/// the [Contraction]: a projection ⊕ over an n-ary join ⊗ of operands, each read through index
/// expressions. An elementwise equation is a contraction without reduced axes.
///
/// ```text
/// Program     ::= name Signature Definition* Slicing*
/// Signature   ::= symbol* Input* Output* Query*
/// Input       ::= (input | param) name : TensorType [= file]
/// Output      ::= output name : TensorType [-> file]
/// Query       ::= query text : name                         // the tensor that answers it
/// TensorType  ::= dtype [ IndexExpr, … ]                    // extents; over symbols only
/// Definition  ::= name : TensorType = Body
/// Body        ::= Accumulate(Projection, Contraction+)      // several equations, one tensor
///               | Scan(Projection, axis, Axis*, Scalar)     // prefix reduction along one axis
///               | Derivative(mode, name, name, name?, order)  // a request, replaced before all else
///               | Iterate(name, name, name?, name?)         // start, next, until, limit
/// Contraction ::= Axis* Guard* write: IndexExpr* join: BinaryOp operands: Scalar+
/// Axis        ::= name < extent
/// Slicing     ::= Axis-name+ Definition-name+                  // run together, slice by slice
/// Guard       ::= 0 ≤ IndexExpr < IndexExpr                 // else the point is left out
/// ```
///
/// # Meaning
///
/// `Accumulate` starts every element at the projection's identity; a *map* (see
/// [Body.Accumulate#isMap()]) then stores its values, so that −0.0 stays −0.0. Else, for each
/// contraction in order and for each point of its axes (in row-major order, first axis outermost)
/// at which all guards hold, it combines the element at `write` with the join of the operands. The
/// accumulator has the type that the projection combines values of the operands' type in (see
/// `Projection.accumulator`); the result is converted to the tensor's type once, at the end.
@NullMarked
package org.einkorn.ir.tensor;

import org.jspecify.annotations.NullMarked;
