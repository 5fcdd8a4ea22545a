/// NumPy's einsum strings, `ij,jk->ik`, as programs of one equation.
///
/// [EinsumSpec] parses the string, [EinsumFrontend] joins it with what is known of the operands,
/// [EinsumProblem] is everything that can be wrong with it, as data.
///
/// ```text
/// spec ::= term ("," term)* ["->" term]
/// term ::= (letter | "...")*                  // blanks mean nothing, "..." at most once
/// ```
///
/// Without `->` the output has the ellipsis and then every letter that occurs once, in alphabetic
/// order. A letter twice in one term reads a diagonal; twice in the output, it writes one. An axis
/// of extent 1 fits every extent.
@NullMarked
package org.einkorn.frontend.einsum;

import org.jspecify.annotations.NullMarked;
