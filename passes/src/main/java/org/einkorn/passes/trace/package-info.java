/// What passes did to a program and what they would not do, for `explain` and the debugger.
///
/// ```text
/// Trace   ::= Applied* Refused*
/// Applied ::= definition, rule, Kind, before: Definition*, after: Definition+, because
/// Refused ::= definition, rule, why
/// Kind    ::= exact | conditional | reassociating | approximate
/// ```
@NullMarked
package org.einkorn.passes.trace;

import org.jspecify.annotations.NullMarked;
