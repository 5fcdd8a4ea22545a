/// Derivatives of programs, from text to results: every rule, and random programs.
///
/// Each program is asked for `jvp`, `vjp`, `grad` and `hvp` at once ([Checks]), and for jets
/// ([JetChecks]). The oracle is the interpreter on the requests themselves, which computes with
/// dual numbers.
@NullMarked
package org.einkorn.derivatives;

import org.jspecify.annotations.NullMarked;
