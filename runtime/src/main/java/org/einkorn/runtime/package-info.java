/// Tensors: what a compiled kernel reads and writes, and nothing of the compiler.
///
/// A [Tensor] is three things, each a value of its own:
///
/// ```text
/// Tensor  = DType             how an element is stored
///         × Layout            where each element lies, counted in elements
///         × MemorySegment     the bytes, usually off-heap and 64-byte aligned, owned by an Arena
/// Layout  = Shape             the extents
///         × strides           elements between neighbours along each axis; 0 repeats, negative reverses
///         × offset            the element of the segment that stands at index (0, …, 0)
/// Shape   = extent*           each ≥ 0, their product below 2^63
/// ```
///
/// A view (`permute`, `slice`, `select`, `broadcastTo`, `reshape`) changes the layout and shares
/// the segment; only `contiguous`, `cast` and the factories named `of` copy.
///
/// Two classes of static functions hold the arithmetic that generated code and the interpreter
/// share, so that the two cannot differ: [NarrowFloats] (f16, bf16, 8-bit floats) and [Elementary]
/// (erf, pow, log-add-exp, checked conversions).
///
/// What data can do wrong is listed in [DataFault] and thrown as [DataException]: a stable code,
/// what was expected, what came, a way out. Files are the business of `org.einkorn.runtime.io`.
@NullMarked
package org.einkorn.runtime;

import org.jspecify.annotations.NullMarked;
