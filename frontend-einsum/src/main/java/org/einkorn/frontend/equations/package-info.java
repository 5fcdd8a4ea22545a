/// Programs of the tensor IR back to the language: explicit equations that compile to the same
/// values, bit for bit.
///
/// ```text
/// Program (org.einkorn.ir.tensor) → Normal, Split → ProgramWriter → Tree.Program → TreePrinter → text
///   every position in one way    → Normal; what takes two equations → Split
///   Definition → DefinitionWriter: the left side with its extents, the projection, the guards
///   Scalar     → ScalarWriter: values; every literal stands where it takes its type, or has a cast
///   IndexExpr  → IndexWriter: positions and extents
///   names      → Naming: user names stay, `Y.1` becomes `Y_1`
/// ```
///
/// The text says everything that the lowering would otherwise infer, so that compiling it and
/// printing again gives the same text. What no source can mean is refused as `E0910`.
@NullMarked
package org.einkorn.frontend.equations;

import org.jspecify.annotations.NullMarked;
