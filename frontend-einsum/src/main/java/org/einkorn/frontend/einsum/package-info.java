/// NumPy's einsum strings, `ij,jk->ik`, as programs of one equation.
///
/// [EinsumParser] reads the string, [EinsumSpec] holds what it says, [EinsumAxes] joins it with
/// what is known of the operands, [EinsumEquation] makes the equation, [EinsumProblem] is
/// everything that can be wrong with it, as data. [EinsumFrontend] runs them.
///
/// ```text
/// spec    ::= term ("," term)* ["->" term]
/// term    ::= (letter | "..." | sublist)*     // blanks mean nothing, "..." at most once
/// sublist ::= "[" [item (("," | blank) item)*] "]"
/// item    ::= number | "..."
/// ```
///
/// Without `->` the output has the ellipsis and then every axis that occurs once: numbers, then
/// letters by their code points. A letter twice in one term reads a diagonal; twice in the output,
/// it writes one. Between operands an axis of extent 1 fits every extent.
@NullMarked
package org.einkorn.frontend.einsum;

import org.jspecify.annotations.NullMarked;
