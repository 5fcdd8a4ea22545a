/// What must hold of a program at each level, checked before and after every pass.
///
/// A verifier returns everything it finds wrong; a finding is a fault of the compiler, or of IR
/// text that a user wrote, never of an Einkorn program.
@NullMarked
package org.einkorn.ir.verify;

import org.jspecify.annotations.NullMarked;
