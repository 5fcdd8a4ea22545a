/// What must hold of a program at each level, checked before and after every pass.
///
/// A verifier returns everything it finds wrong; a finding is a fault of the compiler, or of IR
/// text that a user wrote ([Finding#toDiagnostic()], `E0809`), never of an Einkorn program.
///
/// Rules are values: a name, a sentence, and a check. [TensorVerifier#catalogue()] and
/// [LoopVerifier#catalogue()] list them. They look at facts that are collected once: every
/// expression with what surrounds it, every access to an element, every statement. Questions about
/// positions (does this access leave its tensor, do the regions of a block hold it) are decided by
/// affine arithmetic over the loops; what can't be decided is no finding.
///
/// ```text
/// Finding = rule where message origin
/// Rule    = name doc check
/// ```
@NullMarked
package org.einkorn.ir.verify;

import org.jspecify.annotations.NullMarked;
