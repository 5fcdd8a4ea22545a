package org.einkorn.frontend.syntax;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.source.Origin;

/// A program as it is written, without blanks, comments and redundant parentheses. Nothing is
/// resolved: a [Name] may be an index, a number or a tensor, and only the checker knows.
///
/// The package page has the grammar. Two trees are equal that say the same, wherever ([Origin]).
public sealed interface Tree {
  Origin origin();

  /// A whole file, in the order it was written.
  record Program(List<Statement> statements, Origin origin) implements Tree {
    public Program {
      statements = List.copyOf(statements);
    }
  }

  // ---------------------------------------------------------------- statements

  /// One line of a program.
  sealed interface Statement extends Tree {}

  /// `input X[p: P, d: 64]: f32 = "x.npy"`
  ///
  /// @param axes absent where no brackets are written: the rank is unknown then; `X[]` is a scalar
  /// @param type the element type's name
  /// @param value what the tensor begins as: a [Text] is a file; an `output` has none
  record Declaration(
      DeclarationKind kind,
      Name name,
      Optional<List<Axis>> axes,
      Optional<Name> type,
      Optional<Expression> value,
      Origin origin)
      implements Statement {
    public Declaration {
      axes = axes.map(List::copyOf);
      require(kind.hasValue() || value.isEmpty(), "it is defined by equations");
    }
  }

  /// `let T = 0.5`; a [Text] value is a file.
  record Let(Name name, Optional<Name> type, Expression value, Origin origin)
      implements Statement {}

  /// `semiring Tropical = (min, +)`
  record Semiring(Name name, Operation plus, Operation times, Origin origin) implements Statement {}

  /// `def f(X[..., i.], eps: 1e-5) = …`
  record Function(
      Name name, List<Parameter> parameters, Body body, Optional<Adjoint> adjoint, Origin origin)
      implements Statement {
    public Function {
      parameters = List.copyOf(parameters);
      require(!Names.isCapital(name.text()), "a function's name begins in lower case");
    }
  }

  /// `Y[p, c.] max= e pad until COND`, or `Y[p, c.] Tropical= e`
  ///
  /// @param semiring what the equation is over; its operator is [AssignOperator#ASSIGN] then
  record Equation(
      Head head,
      AssignOperator operator,
      Optional<Name> semiring,
      Expression value,
      Modifiers modifiers,
      Origin origin)
      implements Statement {
    public Equation {
      require(!(value instanceof Text), "a tensor that equals a text reads a file");
      require(semiring.isEmpty() || operator == AssignOperator.ASSIGN, "a semiring projects");
    }

    public Equation(
        Head head, AssignOperator operator, Expression value, Modifiers modifiers, Origin origin) {
      this(head, operator, Optional.empty(), value, modifiers, origin);
    }

    /// How the equation projects, as written: `max=` or `Tropical=`.
    public String sign() {
      return semiring.map(name -> name.text() + "=").orElse(operator.sign());
    }
  }

  /// `R(x, z) <- R(x, y), R(y, z)`; the body's elements are joined by `and`.
  record Rule(Head head, List<Expression> body, Modifiers modifiers, Origin origin)
      implements Statement {
    public Rule {
      body = List.copyOf(body);
      require(!body.isEmpty(), "a rule has a body");
    }
  }

  /// `Parent(Alice, Bob)`
  record Fact(Access atom, Origin origin) implements Statement {
    public Fact {
      require(atom.form() == Form.ROUND, "a fact is about a relation");
    }
  }

  /// `X = "x.npy"`, or `input R(x, y)`: a relation whose file who runs the program names.
  record ReadFile(Head head, Optional<Text> path, Origin origin) implements Statement {}

  /// `"y.npy" = Y`
  record WriteFile(Text path, Expression value, Origin origin) implements Statement {}

  /// `Y[0, c]?`, or `Y_q0[c]? "Y[0, c]?" with c: "cat" "dog"`
  ///
  /// @param title what is printed for the question, in place of the value as written
  /// @param legends the labels of axes of the answer, where the program does not show them
  ///   otherwise
  record Query(Expression value, Optional<Text> title, List<Legend> legends, Origin origin)
      implements Statement {
    public Query {
      legends = List.copyOf(legends);
    }
  }

  /// `learn W, V minimizing Loss with adam(rate: 1e-3) for 200 steps over e in batches of 32
  /// holding X until Loss < 0.01`
  ///
  /// @param steps an [IntegerLiteral] or a [Name]
  /// @param held tensors that count as constants though they depend on what is learned
  /// @param until ends learning after the first step in which it holds
  record Learn(
      List<Name> parameters,
      Expression objective,
      Call optimizer,
      Expression steps,
      Optional<Batches> batches,
      List<Name> held,
      Optional<Expression> until,
      Origin origin)
      implements Statement {
    public Learn {
      parameters = List.copyOf(parameters);
      held = List.copyOf(held);
      require(!parameters.isEmpty(), "something is learned");
      require(isCount(steps), "a number of steps is an integer or a name");
    }
  }

  // ---------------------------------------------------------- parts of statements

  /// One operation of a semiring, by its sign or its name: `+`, `min`.
  record Operation(String text, Origin origin) implements Tree {}

  /// The left side: what a statement defines.
  ///
  /// @param indices empty where `form` is [Form#BARE]
  record Head(Name name, Form form, List<Index> indices, Optional<Name> type, Origin origin)
      implements Tree {
    public Head {
      indices = List.copyOf(indices);
      require(form != Form.BARE || indices.isEmpty(), "a bare name has no indices");
      require(form != Form.ROUND || Names.isCapital(name.text()), "relations begin in upper case");
    }
  }

  /// The labels of one axis of an answer, in order: `c: "cat" "dog"`.
  record Legend(Name index, List<Text> labels, Origin origin) implements Tree {
    public Legend {
      labels = List.copyOf(labels);
      require(!labels.isEmpty(), "a legend has labels");
    }
  }

  /// `l-m: L` after an equation: points where the position is outside `0 … L − 1` are left out.
  record Bound(Expression position, Expression extent, Origin origin) implements Tree {}

  /// One axis of a declaration: `p: P`, `64` or `d`.
  record Axis(Optional<Name> name, Optional<Expression> extent, Origin origin) implements Tree {
    public Axis {
      require(name.isPresent() || extent.isPresent(), "an axis has a name or an extent");
      require(name.isEmpty() || !Names.isCapital(name.get().text()), "axes begin in lower case");
      require(
          name.isPresent() || !(extent.get() instanceof Name bare) || Names.isCapital(bare.text()),
          "a name in lower case alone is the axis");
    }
  }

  /// `X[..., i.]`, `s` or `eps: 1e-5`
  record Parameter(
      Name name, Optional<List<Index>> indices, Optional<Expression> fallback, Origin origin)
      implements Tree {
    public Parameter {
      indices = indices.map(List::copyOf);
    }
  }

  /// What a function computes.
  sealed interface Body extends Tree {}

  /// `= e`
  record Value(Expression value, Origin origin) implements Body {}

  /// `{ … }`: equations, of which the one that defines the function's own name is the result.
  record Block(List<Statement> statements, Origin origin) implements Body {
    public Block {
      statements = List.copyOf(statements);
      require(statements.stream().allMatch(Tree::standsInBlock), "equations, rules and lets only");
    }
  }

  /// What may follow an equation. In text: `pad`, then `with`, then `until`, then `for`.
  record Modifiers(
      Optional<Padding> padding,
      List<Bound> bounds,
      Optional<Expression> until,
      Optional<Expression> steps) {
    public static final Modifiers NONE =
        new Modifiers(Optional.empty(), List.of(), Optional.empty(), Optional.empty());

    public Modifiers {
      bounds = List.copyOf(bounds);
      require(steps.isEmpty() || isCount(steps.get()), "steps are an integer or a name");
    }

    public boolean isEmpty() {
      return equals(NONE);
    }
  }

  /// `pad` (with zero) or `pad(e)`
  record Padding(Optional<Expression> value, Origin origin) implements Tree {}

  /// `over e in batches of 32`
  record Batches(Name index, Expression size, Origin origin) implements Tree {
    public Batches {
      require(isCount(size), "the size of a batch is an integer or a name");
    }
  }

  /// An argument of a call: `x` or `rate: 1e-3`.
  record Argument(Optional<Name> name, Expression value, Origin origin) implements Tree {
    public Argument {
      require(name.isEmpty() || !Names.isCapital(name.get().text()), "keys begin in lower case");
    }
  }

  // --------------------------------------------------------------- expressions

  /// Something with a value.
  sealed interface Expression extends Tree {}

  /// A name that stands alone: an index used as a number, a `let`, a scalar, a whole tensor or a
  /// label.
  record Name(String text, Origin origin) implements Expression {
    public Name {
      require(Names.isName(text), "not a name: " + text);
    }
  }

  record IntegerLiteral(long value, Origin origin) implements Expression {
    public IntegerLiteral {
      require(value >= 0, "a negative number is the negation of a literal");
    }
  }

  /// A number with a point or an exponent, `inf` or `nan`.
  record DecimalLiteral(double value, Origin origin) implements Expression {
    public DecimalLiteral {
      require(Double.isNaN(value) || Math.copySign(1, value) > 0, "negations stand outside");
    }
  }

  record TruthLiteral(boolean value, Origin origin) implements Expression {}

  /// `"a string"`: a label or a file.
  record Text(String value, Origin origin) implements Expression {}

  /// `X[i, j]` or `R(x, y)`: elements of a tensor that has a name.
  record Access(Name tensor, Form form, List<Index> indices, Origin origin) implements Expression {
    public Access {
      indices = List.copyOf(indices);
      require(form != Form.BARE, "a bare name is a Name");
      require(form != Form.ROUND || Names.isCapital(tensor.text()), "relations are capitalized");
    }
  }

  /// `kron(A, B)[j, i]`, `(A + B)[i, i]`: elements of a tensor that has none.
  record Indexed(Expression value, List<Index> indices, Origin origin) implements Expression {
    public Indexed {
      indices = List.copyOf(indices);
      require(!(value instanceof Name), "elements of a named tensor are an Access");
    }
  }

  /// `f(a, b, key: c)`
  record Call(Name function, List<Argument> arguments, Origin origin) implements Expression {
    public Call {
      arguments = List.copyOf(arguments);
      require(!Names.isCapital(function.text()), "a function's name begins in lower case");
    }
  }

  /// `sum[j, k](e)`, `sum[j: 10](e)`; the indices are local to it.
  ///
  /// @param extents one for each index: how far it runs, where that is said
  record Projection(
      ProjectionKind kind,
      List<Name> indices,
      List<Optional<Expression>> extents,
      Expression body,
      Origin origin)
      implements Expression {
    public Projection {
      indices = List.copyOf(indices);
      extents = List.copyOf(extents);
      require(!indices.isEmpty(), "a projection names its indices");
      require(extents.size() == indices.size(), "an extent, or none, for each index");
    }

    /// A projection that leaves all extents to be inferred.
    public Projection(ProjectionKind kind, List<Name> indices, Expression body, Origin origin) {
      this(kind, indices, Collections.nCopies(indices.size(), Optional.empty()), body, origin);
    }
  }

  /// `a b * c / d % e`, from left to right.
  record Product(Expression first, List<Factor> rest, Origin origin) implements Expression {
    public Product {
      rest = List.copyOf(rest);
      require(!rest.isEmpty(), "a product has two factors");
    }
  }

  /// A factor after the first, and the sign before it.
  record Factor(FactorOperator operator, Expression value) {}

  /// `a + b - c`, from left to right.
  record Sum(Expression first, List<Term> rest, Origin origin) implements Expression {
    public Sum {
      rest = List.copyOf(rest);
      require(!rest.isEmpty(), "a sum has two terms");
    }
  }

  /// A term after the first, and the sign before it.
  record Term(TermOperator operator, Expression value) {}

  record Negate(Expression operand, Origin origin) implements Expression {}

  record Power(Expression base, Expression exponent, Origin origin) implements Expression {}

  record Comparison(ComparisonOperator operator, Expression left, Expression right, Origin origin)
      implements Expression {}

  /// `a and b and c`, `a or b`
  record Logic(LogicOperator operator, List<Expression> operands, Origin origin)
      implements Expression {
    public Logic {
      operands = List.copyOf(operands);
      require(operands.size() >= 2, "`and` and `or` have two operands");
    }
  }

  record Not(Expression operand, Origin origin) implements Expression {}

  // ------------------------------------------------------------------- indices

  /// What stands between the brackets of a tensor.
  sealed interface Index extends Tree {}

  /// An index function, a label, a number, or a tensor read as an index: `i`, `2*i+k`, `"the"`,
  /// `-1`, `Token[p]`.
  record Position(Expression value, Origin origin) implements Index {}

  /// `c.`: the axis a normalizing function works along.
  record Dotted(Name name, Origin origin) implements Index {}

  /// `*t+1`: an index whose past is not kept.
  record Virtual(Name name, long offset, Origin origin) implements Index {
    /// The same position on an axis that is kept: `t+1`.
    public Expression position() {
      if (offset == 0) {
        return name;
      }
      TermOperator sign = offset > 0 ? TermOperator.PLUS : TermOperator.MINUS;
      Term term = new Term(sign, new IntegerLiteral(Math.abs(offset), origin));
      return new Sum(name, List.of(term), origin);
    }
  }

  /// `(h d)`: several axes as one, the last the fastest.
  record Group(List<Name> names, Origin origin) implements Index {
    public Group {
      names = List.copyOf(names);
      require(names.size() >= 2, "a group has two axes");
    }
  }

  /// `start:stop:step`
  record Slice(
      Optional<Expression> start,
      Optional<Expression> stop,
      Optional<Expression> step,
      Origin origin)
      implements Index {
    public Slice {
      require(
          start.isEmpty() || !(start.get() instanceof Name n) || Names.isCapital(n.text()),
          "`i: e` is an axis with its extent");
    }
  }

  /// `c: 10` on the left side: an index with its extent.
  record Sized(Name name, Expression extent, Origin origin) implements Index {
    public Sized {
      require(!Names.isCapital(name.text()), "an index begins in lower case");
    }
  }

  /// `...`
  record Ellipsis(Origin origin) implements Index {}

  // --------------------------------------------------------------------- words

  /// How a tensor is written: `X`, `X[…]`, or `R(…)`, which is Boolean.
  enum Form {
    BARE,
    SQUARE,
    ROUND
  }

  /// How a statement projects what its left side does not bind. `=` sums, as `+=` does; they differ
  /// in where (see "Meaning of an equation" in the language reference).
  enum AssignOperator {
    ASSIGN("="),
    ADD("+="),
    MULTIPLY("*="),
    MAX("max="),
    MIN("min="),
    AVG("avg="),
    OR("or="),
    AND("and="),
    LSE("lse="),
    XOR("xor=");

    private final String sign;

    AssignOperator(String sign) {
      this.sign = sign;
    }

    public String sign() {
      return sign;
    }
  }

  enum ComparisonOperator {
    EQUAL("=="),
    UNEQUAL("!="),
    LESS("<"),
    AT_MOST("<="),
    GREATER(">"),
    AT_LEAST(">=");

    private final String sign;

    ComparisonOperator(String sign) {
      this.sign = sign;
    }

    public String sign() {
      return sign;
    }
  }

  private static boolean isCount(Expression count) {
    return count instanceof IntegerLiteral || count instanceof Name;
  }

  /// Whether a statement may stand in the block of a function.
  static boolean standsInBlock(Statement statement) {
    return switch (statement) {
      case Equation _, Rule _, Let _ -> true;
      case Declaration _,
          Semiring _,
          Function _,
          Fact _,
          ReadFile _,
          WriteFile _,
          Query _,
          Learn _ ->
          false;
    };
  }

  private static void require(boolean condition, String words) {
    if (!condition) {
      throw new IllegalArgumentException(words);
    }
  }
}
