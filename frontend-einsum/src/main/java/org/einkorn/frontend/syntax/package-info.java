/// Text to tree and back: the syntax of the Einkorn language.
///
/// In flows a [org.einkorn.ir.source.SourceFile]; out flows a [ParseResult]: a [Tree.Program], the
/// diagnostics (`E0001` to `E0020`) and the comments. Nothing is resolved here: whether a name is
/// an index, a tensor or a label, whether extents agree and what is projected where, the checker
/// says.
///
/// ```java
/// ParseResult result = Syntax.parse(new SourceFile("layer.ein", text));   // never throws
/// String canonical  = Formatter.format(result);                           // ein fmt
/// String shape      = TreeText.print(result.program());                   // ein ir --stage ast
/// Tree.Program back = TreeText.parse(shape);                              // ein ir --from ast
/// String source     = TreePrinter.print(result.program());                // without comments
/// ```
///
/// How a text is read: [Tokens] cuts it into tokens (the lexer of `Einkorn.g4`), [Splitter] cuts
/// the tokens into statements, the parser of `Einkorn.g4` reads each statement by itself, so that a
/// fault in one hides nothing in the next, and [StatementBuilder] makes the tree and refuses what
/// only the shape of a tree can show. [SyntaxWords] has the words for what the parser refuses.
///
/// The tree:
///
/// ```text
/// Program     = Statement*
/// Statement   = Declaration INPUT|PARAM|OUTPUT|TENSOR Name Axis*? type:Name? value:Expression?
///             | Let Name type:Name? Expression          a Text is a file, here and in Declaration
///             | Semiring Name plus:Operation times:Operation
///             | Function Name Parameter* Body Adjoint?
///             | Equation Head AssignOperator semiring:Name? Expression Modifiers
///             | Rule Head Expression+ Modifiers         R(x) <- S(x), not T(x)
///             | Fact Access
///             | ReadFile Head Text? | WriteFile Text Expression
///             | Query Expression title:Text? Legend*
///             | Learn Name+ objective:Expression optimizer:Call steps:Count Batches? held:Name*
///                     until:Expression?
/// Operation   = a sign or a name                        +  *  min  or
/// Head        = Name BARE|SQUARE|ROUND Index* type:Name?
/// Axis        = Name? extent:Expression?                at least one
/// Parameter   = Name Index*? fallback:Expression?
/// Body        = Value Expression | Block (Equation | Rule | Let)*
/// Modifiers   = Padding? Bound* until:Expression? steps:Count?
/// Padding     = Expression?                             Batches = Name size:Count
/// Count       = IntegerLiteral | Name
/// Expression  = Name | IntegerLiteral | DecimalLiteral | TruthLiteral | Text
///             | Access Name SQUARE|ROUND Index*         X[i, j] or R(x, y)
///             | Indexed Expression Index*               (A + B)[i, i]
///             | Call Name Argument*
///             | Projection ProjectionKind (Name | Sized)+ Expression
///             | Product Expression Factor+              Factor = FactorOperator Expression
///             | Sum Expression Term+                    Term = TermOperator Expression
///             | Negate Expression | Power Expression Expression
///             | Comparison ComparisonOperator Expression Expression
///             | Logic AND|OR Expression+ | Not Expression
/// Argument    = Name? Expression
/// Index       = Position Expression                     i  2*i+k  -1  "the"  Alice  Token[p]
///             | Dotted Name | Virtual Name offset | Group Name+ | Ellipsis
///             | Slice start:Expression? stop:Expression? step:Expression?
///             | Sized Name extent:Expression            c: 10, in a Head, a Parameter, a Projection
/// ```
@NullMarked
package org.einkorn.frontend.syntax;

import org.jspecify.annotations.NullMarked;
