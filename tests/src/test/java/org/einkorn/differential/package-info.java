/// Random programs, run every way there is, must give the same answers.
///
/// ```text
/// seed ── RandomProgram ──► Case ── Agreement ──► nothing, or a Disagreement ── Shrinker ──► small Case
///           (equations        │
///            and data)        └─ level 1 interpreter, level 2 interpreter on plain and on scheduled
///                                loops, jvm, llvm; whole, in pieces, on two threads
/// ```
///
/// Each form on the way is also text that is read again: explicit equations ([EquationText]), both
/// levels of the IR, `bytecode`, `llvm` and `asm`. It must print the same and give the same
/// answers. Programs that no source means are counted, by reason.
///
/// Integers, Booleans and floats agree bit for bit, all NaNs being one; a program that fails on its
/// data fails everywhere, with the same fault. Only where a function that no standard rounds
/// (`exp`, `sin`, `pow` …) takes part may floats differ, by what [ErrorBounds] derives from 4 units
/// in the last place of each operation.
@NullMarked
package org.einkorn.differential;

import org.jspecify.annotations.NullMarked;
