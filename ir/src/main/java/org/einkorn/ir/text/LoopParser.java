package org.einkorn.ir.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Annotation;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Growth;
import org.einkorn.ir.loop.Listing;
import org.einkorn.ir.loop.MmaShape;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Repeat;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.TupleCount;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.source.Span;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;

/// Reads level 2 of the IR, as [LoopPrinter] writes it. White space is free, and `//` begins a
/// comment. Errors: `E0800` to `E0808`.
public final class LoopParser {
  private final TokenReader in;
  private final ExprParser exprs;
  private final Scope global = Scope.empty();
  private final SignatureParser signatures;
  private final Map<String, Span> functions = new HashMap<>();
  private int nesting = 0;

  private LoopParser(TokenReader in) {
    this.in = in;
    this.exprs = new ExprParser(in);
    this.signatures = new SignatureParser(in, exprs, global, TensorType::parts);
  }

  /// The module that a text holds, or all that is wrong with it.
  public static ParseResult<Module> parse(SourceFile file) {
    return TokenReader.readAll(file, in -> new LoopParser(in).module());
  }

  private Module module() {
    in.expect("module");
    Token name = in.expectName("the name of a module");
    Signature signature = signatures.signature();
    List<Growth> growths = new ArrayList<>();
    while (in.sees("growing")) {
      in.item(this::growth).ifPresent(growths::add);
    }
    List<Buffer> buffers = new ArrayList<>();
    while (in.sees("buffer")) {
      in.item(this::globalBuffer).ifPresent(buffers::add);
    }
    List<Repeat> repeats = new ArrayList<>();
    while (in.sees("repeat")) {
      in.item(this::repeat).ifPresent(repeats::add);
    }
    List<TupleCount> tupleCounts = new ArrayList<>();
    while (in.sees("tuples")) {
      in.item(this::tupleCount).ifPresent(tupleCounts::add);
    }
    List<Listing> listings = new ArrayList<>();
    while (in.sees("listing")) {
      in.item(this::listing).ifPresent(listings::add);
    }
    List<Function> functions = new ArrayList<>();
    while (!in.atEnd()) {
      in.item(this::function).ifPresent(functions::add);
    }
    return new Module(
        name.text(), signature, buffers, functions, repeats, growths, tupleCounts, listings);
  }

  /// `growing S of B`
  private Growth growth() {
    Token start = in.expect("growing");
    Token symbol = in.expectName("the name of a size");
    global.declareSymbol(symbol);
    in.expect("of");
    String buffer = in.expectName("the name of a buffer").text();
    return in.node(start, () -> new Growth(symbol.text(), buffer));
  }

  private Buffer globalBuffer() {
    in.expect("buffer");
    Token name = in.peek();
    Buffer buffer = buffer();
    global.declareTensor(name, buffer.type());
    return buffer;
  }

  private Buffer buffer() {
    Token name = in.expectName("the name of a buffer");
    TensorType type = signatures.declaredType(name);
    Token word = in.peek();
    Optional<Buffer.Scope> scope =
        Arrays.stream(Buffer.Scope.values()).filter(some -> word.is(some.text())).findFirst();
    if (scope.isEmpty()) {
      global.breakName(name.text());
      throw in.expected("where the memory lies, such as `global`");
    }
    in.next();
    return in.node(name, () -> new Buffer(name.text(), type, scope.get()));
  }

  /// `repeat X.next, X.advance test X.settled until X.settled for X.limit`
  private Repeat repeat() {
    Token start = in.expect("repeat");
    String first = in.expectName("the name of a function").text();
    in.expect(",");
    String last = in.expectName("the name of a function").text();
    Optional<String> test = named("test", "the name of a function");
    Optional<String> until = named("until", "a buffer");
    Optional<String> limit = named("for", "a buffer");
    return in.node(start, () -> new Repeat(first, test, last, until, limit));
  }

  /// `tuples R = R.head[]`
  private TupleCount tupleCount() {
    Token start = in.expect("tuples");
    String relation = in.expectName("the name of a relation").text();
    in.expect("=");
    Scalar count = exprs.scalar(global);
    return in.node(start, () -> new TupleCount(relation, count));
  }

  /// `listing R of R.tuples to R.count`
  private Listing listing() {
    Token start = in.expect("listing");
    String relation = in.expectName("the name of an output").text();
    in.expect("of");
    String tuples = in.expectName("the name of a buffer").text();
    in.expect("to");
    String count = in.expectName("the name of a buffer").text();
    return in.node(start, () -> new Listing(relation, tuples, count));
  }

  private Optional<String> named(String word, String what) {
    return in.accept(word) ? Optional.of(in.expectName(what).text()) : Optional.empty();
  }

  private Function function() {
    if (!in.sees("function")) {
      throw in.unexpectedItem("a function");
    }
    Token first = in.next();
    Token name = in.expectName("the name of a function");
    Span heading = in.from(first);
    Span other = functions.putIfAbsent(name.text(), name.span());
    if (other != null) {
      throw new ParseFailure(
          Diagnostic.error("E0805", "function `" + name.text() + "` is declared twice")
              .at(name.span(), "declared again here")
              .and(other, "declared first here")
              .help("give one of them another name"));
    }
    nesting = 0;
    Stmt body = body(global);
    return in.node(name, () -> new Function(name.text(), body, Origin.of(heading)));
  }

  // ---- statements

  /// A statement in braces: the only one there, or the sequence of several or none.
  private Stmt body(Scope scope) {
    in.expect("{");
    List<Stmt> statements = statements(scope);
    in.expect("}");
    return single(statements);
  }

  private static Stmt single(List<Stmt> statements) {
    return statements.size() == 1 ? statements.getFirst() : new Stmt.Sequence(statements);
  }

  private List<Stmt> statements(Scope scope) {
    if (++nesting > LoopPrinter.MAX_DEPTH) {
      throw TokenReader.failure(
          "E0807",
          "statements nest too deep",
          in.peek().span(),
          "more than " + LoopPrinter.MAX_DEPTH + " inside one another");
    }
    List<Stmt> statements = new ArrayList<>();
    while (!in.sees("}") && !in.atEnd()) {
      statements.add(statement(scope));
    }
    nesting--;
    return statements;
  }

  private Stmt statement(Scope scope) {
    if (in.sees("for")) {
      return loop(scope);
    }
    if (in.sees("block")) {
      return block(scope);
    }
    if (in.accept("seq")) {
      in.expect("{");
      List<Stmt> statements = statements(scope);
      in.expect("}");
      return new Stmt.Sequence(statements);
    }
    if (in.sees("alloc")) {
      return allocate(scope);
    }
    if (in.accept("if")) {
      List<Guard> guards = in.sees("{") ? List.of() : exprs.guards(scope);
      return new Stmt.If(guards, body(scope));
    }
    if (in.accept("when")) {
      Token first = in.peek();
      Scalar condition = exprs.scalar(scope);
      Stmt body = body(scope);
      return in.node(first, () -> new Stmt.When(condition, body));
    }
    if (in.accept("while")) {
      Token first = in.peek();
      Scalar condition = exprs.scalar(scope);
      Stmt body = body(scope);
      return in.node(first, () -> new Stmt.While(condition, body));
    }
    return store(scope);
  }

  private Stmt loop(Scope scope) {
    Token first = in.expect("for");
    Stmt.LoopKind kind = Stmt.LoopOrder.SERIAL;
    for (Stmt.LoopKind some : Stmt.LoopKind.all()) {
      if (in.accept(some.text())) {
        kind = some;
        break;
      }
    }
    Token variable = in.expectName("a loop variable");
    in.expect("<");
    IndexExpr extent = exprs.index(scope);
    List<Annotation> annotations = new ArrayList<>();
    while (in.sees("prefetch") || in.sees("mma")) {
      annotations.add(in.sees("mma") ? product() : prefetch(scope));
    }
    Stmt body = body(scope.withVariable(variable));
    Stmt.LoopKind how = kind;
    return in.node(first, () -> new Stmt.For(how, variable.text(), extent, annotations, body));
  }

  /// `prefetch B by 8`
  private Annotation prefetch(Scope scope) {
    Token first = in.expect("prefetch");
    Token buffer = in.expectName("a buffer");
    var unused = scope.tensor(buffer);
    in.expect("by");
    int distance = in.expectNumber();
    return in.node(first, () -> new Annotation.Prefetch(buffer.text(), distance));
  }

  /// `mma m16n8k16`
  private Annotation product() {
    in.expect("mma");
    Optional<MmaShape> shape = MmaShape.named(in.peek().text());
    if (shape.isEmpty()) {
      throw in.expected("a shape of matrices, " + MmaShape.names());
    }
    in.next();
    return new Annotation.Mma(shape.get());
  }

  private Stmt allocate(Scope scope) {
    in.expect("alloc");
    Token name = in.peek();
    Buffer buffer = buffer();
    return new Stmt.Allocate(buffer, body(scope.withTensor(name, buffer.type())));
  }

  private Stmt store(Scope scope) {
    Token name = in.expectName("a statement");
    TensorType type = scope.tensor(name).type();
    List<IndexExpr> indices = exprs.indicesOf(name, type, scope);
    in.expect("=");
    Token first = in.peek();
    Scalar value = exprs.scalar(scope);
    if (value.type() != type.dtype()) {
      throw new ParseFailure(
          Diagnostic.error(
                  "E0804", "a value of " + value.type() + " in a buffer of " + type.dtype())
              .at(in.from(first), "this is " + value.type())
              .and(name.span(), "declared as `" + ExprPrinter.print(type) + "`")
              .help("convert it: `" + type.dtype() + "(…)`"));
    }
    return in.node(name, () -> new Stmt.Store(name.text(), indices, value));
  }

  // ---- blocks

  private Stmt block(Scope outside) {
    Token first = in.expect("block");
    Token name = in.expectName("the name of a block");
    List<Stmt.BlockIter> iters = new ArrayList<>();
    Scope inside = iters(outside, iters);
    in.expect("{");
    List<Guard> guards = in.accept("where") ? exprs.guards(inside) : List.of();
    List<Stmt.Region> reads = in.accept("reads") ? regions(inside) : List.of();
    List<Stmt.Region> writes = in.accept("writes") ? regions(inside) : List.of();
    Optional<Stmt> init = in.accept("init") ? Optional.of(body(inside)) : Optional.empty();
    Stmt body = single(statements(inside));
    in.expect("}");
    return in.node(
        first, () -> new Stmt.Block(name.text(), iters, guards, reads, writes, init, body));
  }

  /// `(spatial vi < n = i, reduce vk < d = k)`
  private Scope iters(Scope outside, List<Stmt.BlockIter> iters) {
    Scope inside = outside;
    in.expect("(");
    while (!in.sees(")")) {
      if (!iters.isEmpty()) {
        in.expect(",");
      }
      Token word = in.peek();
      Optional<Stmt.IterKind> kind =
          Arrays.stream(Stmt.IterKind.values()).filter(some -> word.is(some.text())).findFirst();
      if (kind.isEmpty()) {
        throw in.expected("the kind of an iterator, such as `spatial`");
      }
      in.next();
      Token variable = in.expectName("an iterator");
      if (iters.stream().anyMatch(iter -> iter.variable().equals(variable.text()))) {
        throw TokenReader.failure(
            "E0805",
            "iterator `" + variable.text() + "` is declared twice",
            variable.span(),
            "declared again here");
      }
      in.expect("<");
      IndexExpr extent = exprs.index(outside);
      in.expect("=");
      IndexExpr binding = exprs.index(outside);
      inside = inside.withVariable(variable);
      iters.add(
          in.node(word, () -> new Stmt.BlockIter(kind.get(), variable.text(), extent, binding)));
    }
    in.expect(")");
    return inside;
  }

  /// `Q[vi : 1, 0 : d], K[vj : 1, 0 : d]`
  private List<Stmt.Region> regions(Scope scope) {
    List<Stmt.Region> regions = new ArrayList<>();
    do {
      Token buffer = in.expectName("a buffer");
      TensorType type = scope.tensor(buffer).type();
      List<Stmt.Range> ranges = new ArrayList<>();
      in.expect("[");
      while (!in.sees("]")) {
        if (!ranges.isEmpty()) {
          in.expect(",");
        }
        IndexExpr start = exprs.index(scope);
        in.expect(":");
        ranges.add(new Stmt.Range(start, exprs.index(scope)));
      }
      in.expect("]");
      exprs.requireRank(buffer, type, ranges.size());
      regions.add(new Stmt.Region(buffer.text(), ranges));
    } while (in.accept(","));
    return regions;
  }
}
