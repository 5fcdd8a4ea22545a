package org.einkorn.passes;

import java.util.function.UnaryOperator;

/// One rewrite of a whole program at one level of the IR.
///
/// Flags, timing and dumps derive from the name and the summary.
///
/// @param <T> the level: `Program` or `Module`
/// @param name in kebab-case, as a user types it
/// @param summary one line on what it does
/// @param rewrite returns the same instance when it changes nothing
public record Pass<T>(String name, String summary, UnaryOperator<T> rewrite) {}
