/// Traces of schedules: what was done to the loop nest of a function, step by step.
///
/// A [Trace] is data and nothing more; `org.einkorn.passes.schedule` checks its steps and applies
/// them, and [org.einkorn.ir.text.TracePrinter] and [org.einkorn.ir.text.TraceParser] are its text:
///
/// ```text
/// schedule C {
///   (io, ii) = split i by 8
///   reorder io k ii
///   vectorize ii
///   parallel io
/// }
/// ```
///
/// # Names
///
/// Loops and blocks are named by the names that they have in the IR, so a step means the same
/// whatever stands elsewhere in the function. A step that makes loops says how they are called.
/// Where several loops have one name, a block inside of the loop tells which is meant: `k of
/// C.update`.
///
/// `parallel`, `vectorize`, `unroll` and `bind` of several loops are one step for each.
///
/// # Samples
///
/// `sample-tile`, `sample-choice` and `sample-location` decide something: factors, a number or a
/// loop, by the names that they give. In later steps these stand for what was decided. What is
/// decided is written behind `is`; without that it is still open, and applying the trace decides.
///
/// ```text
/// Trace    ::= function Step*
/// Step     ::= names = split LoopName by (factor | inferred)…
///            | name = fuse LoopName…
///            | reorder LoopName…
///            | names = partition LoopName at IndexExpr
///            | name = add-unit-loop block
///            | parallel LoopName… | vectorize LoopName… | unroll LoopName…
///            | bind LoopName… to GridAxis
///            | fission LoopName after block
///            | lift buffer above LoopName
///            | set-dtype buffer dtype
///            | tensorize (block | LoopName) as intrinsic
///            | name = cache-read buffer
///            | name = cache-write buffer
///            | name = cache-inplace buffer
///            | name = reindex buffer of block
///            | storage-align buffer axis number factor number offset number
///            | rolling-buffer buffer at LoopName
///            | double-buffer buffer at LoopName
///            | annotate LoopName prefetch buffer by number
///            | transform-layout buffer ( axis, … ) to ( IndexExpr, … )
///            | transform-block-layout block ( name, … ) to ( IndexExpr, … )
///            | blockize LoopName as block
///            | pad-einsum block by ( loop number, … )
///            | decompose-reduction block at LoopName | decompose-padding block at LoopName
///            | name = rfactor block at LoopName
///            | join function
///            | compute-at block at LoopName | reverse-compute-at block at LoopName
///            | compute-inline block | reverse-compute-inline block
///            | set-scope buffer (local | shared | register) at LoopName
///            | fuse-reduction-epilogue block into block
///            | names = sample-tile LoopName innermost number [is (number | inferred) number…]
///            | name = sample-choice number… [weights number…] [is number]
///            | name = sample-location block [is LoopName]
/// LoopName ::= variable [of block]
/// ```
@NullMarked
package org.einkorn.ir.schedule;

import org.jspecify.annotations.NullMarked;
