/// Rules, the driver that applies them, and the record of what it did.
///
/// A [Rule] is a named constant whose documentation is an equation: what stands on its left may be
/// replaced by what stands on its right. It looks at one definition in its [Site] and answers with
/// an [Outcome]: nothing to do, definitions to put in its place, or a refusal with the reason. A
/// rule changes nothing itself and needs to check nothing but its equation. The [Driver] does the
/// rest, and it alone: it looks whether a rewrite of that kind is allowed, whether what came back
/// still defines the same tensor of the same type, whether the rules come to an end, and it writes
/// everything down in the trace (see `passes.trace`).
///
/// ```text
/// Rule     ::= name, Definition × Site -> Outcome
/// RuleBook ::= Rule*                                      // books are joined with `plus`
/// Outcome  ::= Unchanged
///            | Rewritten(Kind, before*, after+, because)  // the last of `after` keeps the name
///            | Refused(why)                               // it would fit, but a law fails
/// ```
///
/// # Kinds
///
/// *Exact* rewrites change no bit of any result. *Conditional* ones neither, given a condition that
/// was proved for this place (`because` says which). *Reassociating* ones are equations of real
/// numbers: they change the order in which floats are combined, how often they are rounded on the
/// way, and whether a zero comes out as 0.0 or −0.0; and where infinities or NaN take part, whether
/// a term such as 0 · ∞ arises. *Approximate* ones change values within a bound they state.
///
/// An error that a run reports (an integer that fits its type nowhere, a position outside its axis)
/// counts as a result: no rewrite may make one where there was none, with one exception. Where
/// integers are joined in another order, as contractions are (*reassociating*), one may leave its
/// type on the way although the result would fit; the run then ends with that error, never with a
/// wrong number, and `--exact` runs the order as written. An error may go away with an element that
/// nothing needs.
///
/// # A rule
///
/// <!-- not run: a sketch -->
///
/// ```java
/// /// `x ⊗ 1 → x`
/// static final Rule DROP_NEUTRAL = new Rule("drop-neutral-operands", (definition, site) -> …);
/// ```
@NullMarked
package org.einkorn.passes.rewrite;

import org.jspecify.annotations.NullMarked;
