// The grammar of the Einkorn language.
//
// Every decision of the parser rules is settled by the next token alone, so the generated parser is
// plain recursive descent: it never guesses, and ANTLR's prediction engine never runs.
//
// Two things happen between the lexer and the parser, in class Splitter:
//   * line ends become statement ends or vanish (see "Lines" in docs/language.md), and the parser is
//     given one statement at a time, so that a mistake in one hides nothing in the next;
//   * a `(` that touches the name or `]` before it becomes CALL: `f(x)` applies, `f (x)` multiplies.
//
// What a tree means by its shape alone (a left side is an expression that can be assigned to, a
// dotted axis stands only where axes are named) is checked by class TreeBuilder, which has words for
// the refusal; a grammar could only say "no viable alternative".
grammar Einkorn;

options { superClass = DepthLimitedParser; }

tokens { CALL }

// ---------------------------------------------------------------- statements

program : (statement? end)* EOF ;

end : NEWLINE | SEMICOLON ;

// One statement and nothing after it: what the parser is asked for.
line : statement EOF ;

statement
    : declaration
    | binding
    | semiring
    | definition
    | learning
    | clause
    ;

// input X[p: P, d: 64]: f32 = "x.npy"
declaration
    : kind=(INPUT | PARAM | OUTPUT | TENSOR) name (axes=brackets | round=arguments)? (COLON type=name inner=brackets?)?
      (ASSIGN expression)?
    ;

// let T = 0.5
binding : LET name (COLON type=name)? ASSIGN expression ;

// semiring Tropical = (min, +)
semiring : SEMIRING name ASSIGN LPAREN operation COMMA operation RPAREN ;

// Which operations can stand there is checked later, with words for those that can't.
operation : PLUS | MINUS | STAR | SLASH | PERCENT | CARET | AND | OR | name ;

// def relu(x) = max(x, 0)            def lnorm(X[..., i.], eps: 1e-5) { … }
definition
    : DEF name CALL (parameter (COMMA parameter?)*)? RPAREN
      (ASSIGN expression adjoint? | LBRACE (statement? end)* RBRACE)
    ;

// def f(x, y) = e with vjp(u) = u * y, u * x
adjoint : WITH name CALL name RPAREN ASSIGN expression (COMMA expression)* ;

parameter : name brackets? (COLON expression)? ;

// learn W, V minimizing Loss with adam(rate: 1e-3) for 200 steps over e in batches of 32 holding X
//     until Loss < 0.01
learning
    : LEARN name (COMMA name)* MINIMIZING expression
      WITH name arguments? FOR count STEPS (batches | holding)* ending?
    ;

batches : OVER name IN BATCHES OF count ;

// A number of steps or rows: a word more would be a product.
count : INTEGER | name ;

holding : HOLDING name (COMMA name)* ;

// It is last, since `over` and `holding` could go on an expression as names.
ending : UNTIL expression ;

// An equation, a rule, a fact, a query, or a file read or written: they all begin with an expression.
clause
    : expression
      ( QUESTION title=STRING? (WITH legend (COMMA legend)*)?
      | (COLON type=name over=name?)? ( operator expression modifier*
                           | ARROW expression (COMMA expression)* modifier* )
      )?
    ;

operator
    : ASSIGN | ADD_ASSIGN | MULTIPLY_ASSIGN | MAX_ASSIGN | MIN_ASSIGN | AVG_ASSIGN
    | OR_ASSIGN | AND_ASSIGN | LSE_ASSIGN | XOR_ASSIGN
    ;

// The labels of one axis of an answer: `x: "Ann" "Bob"`.
legend : name COLON STRING+ ;

modifier
    : PAD (LPAREN expression RPAREN)?
    | WITH bound (COMMA bound)*
    | UNTIL expression
    | FOR count STEPS
    ;

// `l-m: L`: points where the position is outside are left out.
bound : expression COLON expression ;

// --------------------------------------------------------------- expressions
// From the loosest to the tightest. Chains are lists, not left-deep trees: a sum of a hundred thousand
// terms is one flat node.

expression : conjunction (OR conjunction)* ;

conjunction : negation (AND negation)* ;

negation : NOT negation | comparison ;

comparison : sum ((EQUAL | UNEQUAL | LESS | AT_MOST | GREATER | AT_LEAST) sum)* ;

sum : product ((PLUS | MINUS) product)* ;

// Juxtaposition, `*`, `/` and `%` are one level, from left to right: `W X / T` is `(W X) / T`, and
// `1 / a b` is `(1 / a) b`.
product : unary factor* ;

factor : (STAR | SLASH | PERCENT) unary | power ;

unary : MINUS unary | power ;

// `2^-n^2` is `2^(-(n^2))`, `-x^2` is `-(x^2)`.
power : postfix (CARET unary)? ;

// X[i]    f(x)    sum[j](A[i, j])    kron(A, B)[j, i]    (A + B)[i, i]
postfix : primary (brackets | arguments)* ;

primary
    : name
    | INTEGER
    | DECIMAL
    | STRING
    | TRUE
    | FALSE
    | INF
    | NAN
    | LPAREN expression RPAREN
    ;

brackets : LBRACK (item (COMMA item?)*)? RBRACK ;

arguments : CALL (item (COMMA item?)*)? RPAREN ;

// One index of a tensor, one axis of a declaration, one argument of a call:
//   i   2*i+k   -1   "label"   Token[p]   (h d)   c.   c: 10   4:8   ::2   *t+1   ...
item
    : ELLIPSIS
    | STAR name ((PLUS | MINUS) INTEGER)?
    | expression (DOT | range)?
    | range
    ;

range : COLON expression? (COLON expression?)? ;

// Words that mean something only inside `learn` may be used as names everywhere.
name : NAME | MINIMIZING | STEPS | OVER | IN | BATCHES | OF | HOLDING ;

// ------------------------------------------------------------------- tokens

INPUT      : 'input' ;
PARAM      : 'param' ;
OUTPUT     : 'output' ;
TENSOR     : 'tensor' ;
LET        : 'let' ;
SEMIRING   : 'semiring' ;
DEF        : 'def' ;
LEARN      : 'learn' ;
PAD        : 'pad' ;
UNTIL      : 'until' ;
FOR        : 'for' ;
WITH       : 'with' ;
AND        : 'and' | '\u2227' ;
OR         : 'or' | '\u2228' ;
NOT        : 'not' | '\u00AC' ;
TRUE       : 'true' ;
FALSE      : 'false' ;
INF        : 'inf' ;
NAN        : 'nan' ;

MINIMIZING : 'minimizing' ;
STEPS      : 'steps' ;
OVER       : 'over' ;
IN         : 'in' ;
BATCHES    : 'batches' ;
OF         : 'of' ;
HOLDING    : 'holding' ;

ASSIGN          : '=' ;
ADD_ASSIGN      : '+=' ;
MULTIPLY_ASSIGN : '*=' ;
MAX_ASSIGN      : 'max=' ;
MIN_ASSIGN      : 'min=' ;
AVG_ASSIGN      : 'avg=' ;
OR_ASSIGN       : 'or=' ;
AND_ASSIGN      : 'and=' ;
LSE_ASSIGN      : 'lse=' ;
XOR_ASSIGN      : 'xor=' ;
ARROW           : '<-' | '\u2190' ;

EQUAL    : '==' ;
UNEQUAL  : '!=' | '\u2260' ;
LESS     : '<' ;
AT_MOST  : '<=' | '\u2264' ;
GREATER     : '>' ;
AT_LEAST : '>=' | '\u2265' ;

PLUS     : '+' ;
MINUS    : '-' | '\u2212' ;
STAR     : '*' | '\u00D7' | '\u00B7' | '\u22C5' ;
SLASH    : '/' ;
PERCENT  : '%' ;
CARET    : '^' ;
QUESTION : '?' ;
COLON    : ':' ;
COMMA    : ',' ;
ELLIPSIS : '...' | '\u2026' ;
DOT      : '.' ;
LPAREN   : '(' ;
RPAREN   : ')' ;
LBRACK   : '[' ;
RBRACK   : ']' ;
LBRACE   : '{' ;
RBRACE   : '}' ;

INTEGER : [0-9]+ ;
DECIMAL : [0-9]+ '.' [0-9]* EXPONENT? | '.' [0-9]+ EXPONENT? | [0-9]+ EXPONENT ;
// A number that runs into a name or another number (`12abc`, `0x1F`, `1.2.3`) is a slip of the pen,
// not a product.
BAD_NUMBER
    : ([0-9]+ ('.' [0-9]*)? | '.' [0-9]+) EXPONENT? (LETTER | '.' [0-9]) (LETTER | [0-9.])*
    ;
NAME : LETTER (LETTER | [0-9])* '\''* ;

STRING          : '"' STRING_CHARACTER* '"' ;
UNCLOSED_STRING : '"' STRING_CHARACTER* '\\'? ;

NEWLINE   : '\r'? '\n' | '\r' ;
SEMICOLON : ';' ;
BLANK   : [ \t\f\u00A0\uFEFF]+ -> skip ;

LINE_COMMENT     : '//' ~[\r\n]* -> channel(HIDDEN) ;
BLOCK_COMMENT    : '/*' COMMENT_PART* '*'+ '/' -> channel(HIDDEN) ;
UNCLOSED_COMMENT : '/*' COMMENT_PART* '*'* ;

UNKNOWN : . ;

fragment EXPONENT         : [eE] [+-]? [0-9]+ ;
// Letters of any script, and at first every other sign beyond ASCII that is no operator and no blank:
// class Tokens refuses what is no letter, mark or digit. The tables of Unicode would make this lexer
// ten times as large and several times as slow to load; Java has them anyway.
fragment LETTER
    : [a-zA-Z_]
    | ~[\u0000-\u007F\u00A0\u00AC\u00B7\u00D7\u2026\u2190\u2212\u2227\u2228\u2260\u2264\u2265\u22C5\uFEFF]
    ;
fragment STRING_CHARACTER : ~["\\\r\n] | '\\' ~[\r\n] ;
fragment COMMENT_PART     : ~'*' | '*'+ ~[*/] ;
