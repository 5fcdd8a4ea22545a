/// Level 2 of the IR: loop nests over buffers, after TensorIR (Feng et al., ASPLOS 2023).
///
/// A [Module] is a program whose equations have become [Function]s: loops around blocks around
/// stores. Functions run one after the other; a function whose outermost statement is a parallel
/// loop may be split over threads by ranges of that loop.
///
/// ```text
/// Module    ::= name Signature Growth* Buffer* Repeat* TupleCount* Listing* Function*
///                                                           // the buffers that are no inputs
/// Growth    ::= growing symbol of buffer
/// TupleCount::= tuples relation = Scalar
/// Listing   ::= listing relation of buffer to buffer       // an output that no buffer holds
/// Repeat    ::= function … [test function] … function [until buffer] [for buffer]
/// Buffer    ::= name : TensorType scope
/// Function  ::= name Stmt
/// Stmt      ::= for (serial | parallel | vectorized | unrolled | GridAxis) name < extent
///               Annotation* { Stmt }
///             | block name (BlockIter*) where Guard* reads Region* writes Region* [init Stmt] Stmt
///             | seq { Stmt* }
///             | alloc Buffer { Stmt }                       // local to the statement
///             | if Guard* { Stmt }
///             | when Scalar { Stmt }
///             | while Scalar { Stmt }
///             | tensor[IndexExpr, …] = Scalar
/// Annotation::= prefetch name by rounds | mma MmaShape
/// GridAxis  ::= block.x | block.y | block.z | thread.x | thread.y | thread.z
/// BlockIter ::= (spatial | reduce | scan | opaque) name < extent = binding
/// Region    ::= name [ start : extent, … ]
/// ```
///
/// # Meaning
///
/// Functions run in order; those of a [Repeat] run again until its end. Loops count from 0. A block
/// binds its iterators and runs its body where all guards hold; `init` runs before the body at
/// those points where every reduce iterator is 0. A store takes a value of the buffer's storage
/// type. An [Annotation] changes nothing of what a loop computes.
///
/// Numbers are real. A complex tensor of the signature, `c64[i]`, is the buffer `f32[i, 2]`: see
/// [org.einkorn.ir.tensor.TensorType#parts()].
@NullMarked
package org.einkorn.ir.loop;

import org.jspecify.annotations.NullMarked;
