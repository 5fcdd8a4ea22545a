package org.einkorn.ir.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.source.Span;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.Slicing;
import org.einkorn.ir.tensor.TensorType;

/// Reads level 1 of the IR, as [TensorPrinter] writes it. White space is free, and `//` begins a
/// comment.
///
/// A tensor is defined before it is read, or announced by `rec`, so that each read has a type.
/// Errors: `E0800` to `E0808`.
public final class TensorParser {
  private final TokenReader in;
  private final ExprParser exprs;
  private final Scope scope = Scope.empty();
  private final SignatureParser signatures;

  /// What `rec` announced and no definition has followed up yet.
  private final Map<String, Token> announced = new LinkedHashMap<>();

  private TensorParser(TokenReader in) {
    this.in = in;
    this.exprs = new ExprParser(in);
    this.signatures = new SignatureParser(in, exprs, scope, type -> type);
  }

  /// The program that a text holds, or all that is wrong with it.
  public static ParseResult<Program> parse(SourceFile file) {
    return TokenReader.readAll(file, in -> new TensorParser(in).program());
  }

  private Program program() {
    in.expect("program");
    Token name = in.expectName("the name of a program");
    Signature signature = signatures.signature();
    List<Definition> definitions = new ArrayList<>();
    List<Slicing> slicings = new ArrayList<>();
    boolean isComplete = true;
    while (!in.atEnd()) {
      if (in.sees("rec")) {
        isComplete &= in.item(this::recursive).isPresent();
      } else if (in.sees("slice")) {
        isComplete &= in.item(() -> slicings.add(slicing())).isPresent();
      } else {
        isComplete &= in.item(() -> definitions.add(definition())).isPresent();
      }
    }
    announced.values().forEach(token -> in.report(neverDefined(token).diagnostic()));
    if (!isComplete || !announced.isEmpty()) {
      return new Program(name.text(), signature, definitions);
    }
    return in.node(name, () -> new Program(name.text(), signature, definitions, slicings));
  }

  /// `rec H: f32[T + 1, n]`
  private TensorType recursive() {
    in.expect("rec");
    Token name = in.expectName("a tensor");
    TensorType type = signatures.declaredType(name);
    scope.declareTensor(name, type);
    announced.put(name.text(), name);
    return type;
  }

  private static ParseFailure neverDefined(Token name) {
    return TokenReader.failure(
        "E0802",
        "`" + name.text() + "` is announced and never defined",
        name.span(),
        "no definition follows");
  }

  /// A definition of what `rec` announced has the type that it said.
  private void requireAsAnnounced(Token name, TensorType type) {
    Scope.Declared before = scope.tensor(name);
    if (!before.type().equals(type)) {
      throw new ParseFailure(
          Diagnostic.error("E0805", "`" + name.text() + "` is declared with two types")
              .at(name.span(), "`" + ExprPrinter.print(type) + "` here")
              .and(before.place(), "`" + ExprPrinter.print(before.type()) + "` here")
              .help("write one type in both places"));
    }
  }

  /// `slice s, t: Y.1, Y`
  private Slicing slicing() {
    Token first = in.peek();
    in.expect("slice");
    List<String> axes = names("an axis");
    in.expect(":");
    List<String> definitions = names("a definition");
    return in.node(first, () -> new Slicing(axes, definitions));
  }

  private List<String> names(String what) {
    List<String> names = new ArrayList<>();
    do {
      names.add(in.expectName(what).text());
    } while (in.accept(","));
    return names;
  }

  private Definition definition() {
    Token name = in.peek();
    if (!name.isName()) {
      throw in.unexpectedItem("a definition");
    }
    in.next();
    TensorType type = signatures.declaredType(name);
    Span heading = in.from(name);
    Optional<ParseFailure> failure = Optional.empty();
    Optional<Body> body = Optional.empty();
    try {
      in.expect("=");
      body = Optional.of(body(name, type));
    } catch (ParseFailure inBody) {
      failure = Optional.of(inBody);
    }
    // After its body, so that the body can't read it; also where the body is wrong, so that what
    // follows can.
    if (announced.remove(name.text()) == null) {
      scope.declareTensor(name, type);
    } else if (failure.isEmpty()) {
      requireAsAnnounced(name, type);
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
    Body complete = body.orElseThrow();
    return in.node(name, () -> new Definition(name.text(), type, complete, Origin.of(heading)));
  }

  private Body body(Token name, TensorType type) {
    if (in.accept("scan")) {
      return scan(name, type);
    }
    Optional<Body.Derivative.Mode> mode =
        in.peek().kind() == Token.Kind.WORD
            ? Body.Derivative.Mode.of(in.peek().text())
            : Optional.empty();
    if (mode.isPresent()) {
      return derivative(mode.get());
    }
    if (in.sees("iterate")) {
      return iterate();
    }
    Token first = in.peek();
    Projection projection = projection();
    List<Contraction> terms = new ArrayList<>();
    do {
      terms.add(term(name, type));
    } while (in.sees("for") || in.sees("where") || in.sees("["));
    return in.node(first, () -> new Body.Accumulate(projection, terms));
  }

  private Projection projection() {
    Optional<Projection> projection =
        in.peek().kind() == Token.Kind.WORD ? Projection.of(in.peek().text()) : Optional.empty();
    if (projection.isEmpty()) {
      throw in.expected("a projection such as `sum`");
    }
    in.next();
    return projection.get();
  }

  private Body scan(Token name, TensorType type) {
    Token first = in.peek();
    Projection projection = projection();
    in.expect("along");
    Token along = in.expectName("an axis");
    List<Axis> axes = new ArrayList<>();
    Scope inside = axes(axes);
    List<String> names = axes.stream().map(Axis::name).toList();
    int axis = names.indexOf(along.text());
    if (axis < 0) {
      throw TokenReader.failure(
          "E0802",
          "unknown axis `" + along.text() + "`",
          along.span(),
          "a scan runs along one of " + names);
    }
    exprs.requireRank(name, type, axes.size());
    in.expect("<-");
    Scalar operand = exprs.scalar(inside);
    return in.node(first, () -> new Body.Scan(projection, axis, axes, operand));
  }

  /// `grad(Loss, W)`, `jvp(F, X, V)`, `jet(F, X, V, 3)`
  private Body derivative(Body.Derivative.Mode mode) {
    Token first = in.next();
    in.expect("(");
    String function = tensor();
    in.expect(",");
    String variable = tensor();
    Optional<String> direction = in.accept(",") ? Optional.of(tensor()) : Optional.empty();
    int order = in.accept(",") ? order() : 1;
    in.expect(")");
    return in.node(first, () -> new Body.Derivative(mode, function, variable, direction, order));
  }

  private int order() {
    if (in.peek().kind() != Token.Kind.INTEGER) {
      throw in.expected("the order of a jet");
    }
    String digits = in.next().text();
    return digits.length() > 4 ? Integer.MAX_VALUE : Integer.parseInt(digits);
  }

  /// `iterate X.start by X.next until X.settled for X.limit`
  private Body iterate() {
    Token first = in.next();
    String start = tensor();
    in.expect("by");
    String next = tensor();
    Optional<String> until = in.accept("until") ? Optional.of(tensor()) : Optional.empty();
    Optional<String> limit = in.accept("for") ? Optional.of(tensor()) : Optional.empty();
    return in.node(first, () -> new Body.Iterate(start, next, until, limit));
  }

  private String tensor() {
    Token name = in.expectName("a tensor");
    scope.tensor(name);
    return name.text();
  }

  private Contraction term(Token name, TensorType type) {
    Token first = in.peek();
    List<Axis> axes = new ArrayList<>();
    Scope inside = axes(axes);
    List<Guard> guards = in.accept("where") ? exprs.guards(inside) : List.of();
    List<IndexExpr> write = exprs.indices(inside);
    exprs.requireRank(name, type, write.size());
    in.expect("<-");
    List<Scalar> operands = new ArrayList<>();
    operands.add(exprs.operand(inside));
    Optional<BinaryOp> join = joinSign();
    if (join.isPresent()) {
      String sign = join.get().text();
      while (in.accept(sign)) {
        operands.add(exprs.operand(inside));
      }
      if (joinSign().isPresent()) {
        throw mixedJoins(sign);
      }
    } else if (in.accept("join")) {
      join = joinSign();
      if (join.isEmpty()) {
        throw in.expected("an operation of two operands");
      }
      in.next();
    }
    BinaryOp op = join.orElseGet(() -> TensorPrinter.defaultJoin(operands.getFirst().type()));
    return in.node(first, () -> new Contraction(axes, guards, write, op, operands));
  }

  private ParseFailure mixedJoins(String sign) {
    return TokenReader.failure(
        "E0801",
        "expected `" + sign + "` or the end of the term, found " + in.peek().shown(),
        in.peek().span(),
        "one sign joins all operands; put an operand of several parts in parentheses");
  }

  /// The sign between operands that comes next, if one does.
  private Optional<BinaryOp> joinSign() {
    Token sign = in.peek();
    boolean possible = sign.kind() == Token.Kind.SIGN || sign.kind() == Token.Kind.WORD;
    return possible ? BinaryOp.of(sign.text()) : Optional.empty();
  }

  /// `for i < n, j < 4`, or nothing. Extents are made of symbols.
  private Scope axes(List<Axis> axes) {
    Scope inside = scope;
    if (in.accept("for")) {
      do {
        Token name = in.expectName("an axis");
        if (axes.stream().anyMatch(axis -> axis.name().equals(name.text()))) {
          throw TokenReader.failure(
              "E0805",
              "axis `" + name.text() + "` is declared twice",
              name.span(),
              "declared again here");
        }
        inside = inside.withVariable(name);
        in.expect("<");
        IndexExpr extent = exprs.index(scope);
        axes.add(in.node(name, () -> new Axis(name.text(), extent)));
      } while (in.accept(","));
    }
    return inside;
  }
}
