/// The text of the IR: printers and parsers of both levels.
///
/// The text is stable and complete: `parse(print(x)).equals(x)` and, for text that a printer made,
/// `print(parse(t)).equals(t)`. [ExprPrinter] writes expressions, [TensorPrinter] and [LoopPrinter]
/// the two levels; [TensorParser] and [LoopParser] read them back and give a [ParseResult]: the
/// program, or coded diagnostics (`E0800` to `E0808`) that show their places.
///
/// White space is free, `//` begins a comment. A name that is a word of the grammar, or has other
/// characters than a name may, stands between backticks. Reads have the type that the tensor is
/// declared with; a name in an index is a symbol where the signature declares it, else a variable.
///
/// ```text
/// program   ::= 'program' name signature definition*
/// module    ::= 'module' name signature ('buffer' buffer)* function*
/// signature ::= ['symbols' name,+] input* output* query*
/// input     ::= ('input' | 'param') name ':' type ['=' string]
/// output    ::= 'output' name ':' type ['->' string]
/// query     ::= 'query' string '=' name ('labels' '[' string,* ']')*
/// type      ::= dtype indices
/// indices   ::= '[' index,* ']'
///
/// definition ::= name ':' type '=' projection term+
///              | name ':' type '=' 'scan' projection 'along' name axes '<-' scalar
///              | name ':' type '=' ('grad' | 'jvp' | 'vjp' | 'hvp' | 'jet' | 'root') '(' name,+ [',' order] ')'
/// term       ::= [axes] ['where' guard,+] indices '<-' operand (join operand)* ['join' join]
/// axes       ::= 'for' (name '<' index),+
/// guard      ::= '0' '<=' index '<' index
///
/// buffer    ::= name ':' type ('global' | 'register')
/// function  ::= 'function' name body
/// body      ::= '{' statement* '}'                       one is itself, else they are a sequence
/// statement ::= 'for' ['parallel' | 'vectorized' | 'unrolled'] name '<' index body
///             | 'block' name '(' iterator,* ')' '{' ['where' guard,+] ['reads' region,+]
///                   ['writes' region,+] ['init' body] statement* '}'
///             | 'alloc' buffer body | 'if' guard,* body | 'seq' body
///             | name indices '=' scalar
/// iterator  ::= ('spatial' | 'reduce' | 'scan' | 'opaque') name '<' index '=' index
/// region    ::= name '[' (index ':' index),* ']'
///
/// index     ::= ['-'] integer | name | '(' index ')' | index ('+' | '-' | '*' | 'floordiv' | 'mod') index
///             | ('min' | 'max') '(' index ',' index ')'
///             | 'fetch' '<' name ',' integer ',' index '>' '(' scalar ')'
/// scalar    ::= operand | scalar infix scalar
/// operand   ::= number ':' dtype | 'true' | 'false' | name indices | 'pos' '(' index ')'
///             | (operation | dtype | 'select' | 'fma') '(' scalar,+ ')' | '(' scalar ')'
///             | 'dot' '(' scalar,+ ';' scalar,+ ';' scalar ')'
///
/// trace     ::= 'schedule' name '{' step* '}'             a step is a line
/// step      ::= '(' name,+ ')' '=' 'split' loop 'by' ('_' | index),+
///             | '(' name ',' name ')' '=' 'partition' loop 'at' index
///             | name '=' ('fuse' loop+ | 'add-unit-loop' name)
///             | 'reorder' loop+ | ('parallel' | 'vectorize' | 'unroll') loop
/// loop      ::= name ['of' name]
/// ```
///
/// How tightly infix signs bind stands in `Precedence`.
@NullMarked
package org.einkorn.ir.text;

import org.jspecify.annotations.NullMarked;
