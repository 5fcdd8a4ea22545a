package org.einkorn.ir.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Growth;
import org.einkorn.ir.loop.Listing;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.TupleCount;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.runtime.DType;
import org.junit.jupiter.api.Test;

/// Each rule of level 2 finds what it is for, and nothing in a module that is near by and right.
class LoopVerifierTest {
  private static final String HEAD =
      """
      module test
      symbols n
      input X: f32[n]
      buffer Y: f32[n] global
      buffer Z: f32[n, 4] global
      buffer V: f32[64] global
      buffer W: f32[64, 64] global

      """;
  private static final Scalar ONE = Scalar.Literal.of(DType.F32, 1);
  private static final TensorType SCALAR = new TensorType(DType.F32, List.of());
  private static final Set<String> TESTED = new HashSet<>();

  private static Module parsed(String body) {
    return LoopParser.parse(new SourceFile("test.ir", HEAD + "function f {\n" + body + "\n}\n"))
        .require();
  }

  /// A module with the buffer `Y: f32[]` and one function.
  private static Module module(Stmt... statements) {
    Function function = new Function("f", new Stmt.Sequence(List.of(statements)));
    Buffer buffer = new Buffer("Y", SCALAR, Buffer.Scope.GLOBAL);
    Signature signature = new Signature(List.of(), List.of(), List.of(), List.of());
    return new Module("test", signature, List.of(buffer), List.of(function));
  }

  private static Stmt store(String buffer, Scalar value, IndexExpr... indices) {
    return new Stmt.Store(buffer, List.of(indices), value);
  }

  static void assertRule(String rule, String message, Module wrong, Module right) {
    TESTED.add(rule);
    assertEquals(List.of(), LoopVerifier.verify(right));
    List<Finding> findings = LoopVerifier.verify(wrong);
    assertEquals(
        Set.of(rule),
        findings.stream().map(Finding::rule).collect(Collectors.toSet()),
        () -> findings.toString());
    assertEquals(message, findings.getFirst().message());
  }

  static void assertRule(String rule, String message, String wrong, String right) {
    assertRule(rule, message, parsed(wrong), parsed(right));
  }

  @Test
  void everyRule() {
    namesAndScopes();
    types();
    blocks();
    order();
    regions();
    parallel();
    shared();
    GridRuleCases.check();
    AnnotationRuleCases.check();
    WarpRuleCases.check();
    repeats();
    growths();
    tupleCounts();
    listings();
    Set<String> own = LoopVerifier.catalogue().stream().map(Rule::name).collect(Collectors.toSet());
    assertEquals(own.size(), LoopVerifier.catalogue().size(), "two rules of one name");
    TensorVerifier.catalogue().forEach(rule -> own.remove(rule.name()));
    Set<String> tested = new TreeSet<>(TESTED);
    TensorVerifier.catalogue().forEach(rule -> tested.remove(rule.name()));
    assertEquals(new TreeSet<>(own), tested);
  }

  private void namesAndScopes() {
    Module one = module(store("Y", ONE));
    Function f = one.functions().getFirst();
    Function g = new Function("g", f.body());
    assertRule(
        "function-names-unique",
        "a second function `f`",
        new Module("test", one.signature(), one.buffers(), List.of(f, f)),
        new Module("test", one.signature(), one.buffers(), List.of(f, g)));
    Buffer register = new Buffer("Y", SCALAR, Buffer.Scope.REGISTER);
    assertRule(
        "scopes-of-memory",
        "lies in register memory",
        new Module("test", one.signature(), List.of(register), List.of(f)),
        one);
    assertRule(
        "scopes-of-memory",
        "allocates `r` in global memory",
        "alloc r: f32[] global { r[] = 1.0:f32 }",
        "alloc r: f32[] register { r[] = 1.0:f32 }");
    assertRule(
        "local-arrays-small",
        "`r` is local and has an extent that is no number",
        "alloc r: f32[n] local { for i < n { r[i] = 1.0:f32 } }",
        "alloc r: f32[4] local { for i < 4 { r[i] = 1.0:f32 } }");
    assertRule(
        "local-arrays-small",
        "`r` is local and takes more than 65536 bytes",
        "alloc r: f32[16, 1025] local { r[0, 0] = 1.0:f32 }",
        "alloc r: f32[16, 1024] local { r[0, 0] = 1.0:f32 }");
    assertRule(
        "allocations-hide-nothing",
        "`r` hides another buffer",
        "alloc r: f32[] register { alloc r: f32[] register { r[] = 1.0:f32 } }",
        "alloc r: f32[] register { r[] = 1.0:f32 } alloc r: f32[] register { r[] = 1.0:f32 }");
    assertRule(
        "variables-hide-nothing",
        "`i` hides another variable or symbol",
        "for i < n { for i < n { Y[i] = 1.0:f32 } }",
        "for i < n { Y[i] = 1.0:f32 } for i < n { Y[i] = 1.0:f32 }");
    assertRule(
        "variables-hide-nothing",
        "`i` hides another variable or symbol",
        "for i < n { block b(spatial i < n = i) { writes Y[i : 1] Y[i] = 1.0:f32 } }",
        "for i < n { block b(spatial v < n = i) { writes Y[v : 1] Y[v] = 1.0:f32 } }");
  }

  private void growths() {
    Module one = module(store("Y", ONE));
    Buffer list =
        new Buffer(
            "list",
            new TensorType(DType.I64, List.of(IndexExpr.symbol("places"))),
            Buffer.Scope.GLOBAL);
    List<Buffer> buffers = List.of(one.buffers().getFirst(), list);
    Growth right = new Growth("places", "list");
    Growth wrong = new Growth("places", "Y");
    assertRule(
        "growths-fit",
        "is not the first extent of a temporary `Y`",
        module(one, buffers, List.of(wrong), List.of()),
        module(one, buffers, List.of(right), List.of()));
  }

  private static Module module(
      Module like, List<Buffer> buffers, List<Growth> growths, List<TupleCount> counts) {
    return new Module(
        "test", like.signature(), buffers, like.functions(), List.of(), growths, counts, List.of());
  }

  private void tupleCounts() {
    Module one = module(store("Y", ONE));
    Buffer number =
        new Buffer("R.count", new TensorType(DType.I64, List.of()), Buffer.Scope.GLOBAL);
    List<Buffer> buffers = List.of(one.buffers().getFirst(), number);
    TupleCount right = new TupleCount("R", new Scalar.Read("R.count", DType.I64, List.of()));
    Module fine = module(one, buffers, List.of(), List.of(right));
    assertRule(
        "tuple-counts-fit",
        "reads `Q`, which is no number",
        module(
            one,
            buffers,
            List.of(),
            List.of(new TupleCount("R", new Scalar.Read("Q", DType.I64, List.of())))),
        fine);
    assertRule(
        "tuple-counts-fit",
        "is of type f32",
        module(one, buffers, List.of(), List.of(new TupleCount("R", ONE))),
        fine);
  }

  private void listings() {
    Module one = module(store("Y", ONE));
    List<IndexExpr> vast = List.of(IndexExpr.of(1L << 40), IndexExpr.symbol("n"));
    Signature.Output output =
        new Signature.Output("R", new TensorType(DType.BOOL, vast), Optional.empty());
    Signature.Input input =
        new Signature.Input(
            Signature.Role.INPUT,
            "X",
            new TensorType(DType.F32, List.of(IndexExpr.symbol("n"))),
            Optional.empty());
    Signature signature = new Signature(List.of("n"), List.of(input), List.of(output), List.of());
    Module fine = listing(one, signature, 2, new Listing("R", "R.tuples", "R.count"));
    assertRule(
        "listings-fit",
        "no temporary `R.tuples` can hold its tuples",
        listing(one, signature, 3, fine.listings().getFirst()),
        fine);
    assertRule(
        "listings-fit",
        "no temporary `Y` can hold its tuples",
        listing(one, signature, 2, new Listing("R", "Y", "R.count")),
        fine);
    assertRule(
        "listings-fit",
        "no temporary `R.tuples` is a number",
        listing(one, signature, 2, new Listing("R", "R.tuples", "R.tuples")),
        fine);
    assertRule(
        "listings-fit",
        "is the second of this output",
        listing(one, signature, 2, fine.listings().getFirst(), fine.listings().getFirst()),
        fine);
    assertRule(
        "listings-fit",
        "is not of an output of truth values that no buffer holds",
        listing(one, signature, 2, fine.listings().getFirst(), new Listing("Y", "R", "R")),
        fine);
  }

  private static Module listing(
      Module like, Signature signature, int columns, Listing... listings) {
    TensorType tuples = new TensorType(DType.I64, List.of(IndexExpr.of(9), IndexExpr.of(columns)));
    TensorType number = new TensorType(DType.I64, List.of());
    return new Module(
        "test",
        signature,
        List.of(
            like.buffers().getFirst(),
            new Buffer("R.tuples", tuples, Buffer.Scope.GLOBAL),
            new Buffer("R.count", number, Buffer.Scope.GLOBAL)),
        like.functions(),
        List.of(),
        List.of(),
        List.of(),
        List.of(listings));
  }

  private void types() {
    assertRule(
        "numbers-real",
        "`complex(X[0], X[0])` is complex",
        "Y[0] = re(complex(X[0], X[0]))",
        "Y[0] = X[0]");
    Module one = module(store("Y", ONE));
    Buffer pairs = new Buffer("Z", new TensorType(DType.C64, List.of()), Buffer.Scope.GLOBAL);
    assertRule(
        "numbers-real",
        "holds complex numbers",
        new Module(
            "test", one.signature(), List.of(one.buffers().getFirst(), pairs), one.functions()),
        one);
    assertRule(
        "store-types",
        "a value of i32 is stored in `Y: f32[]`",
        module(store("Y", Scalar.Literal.of(DType.I32, 1))),
        module(store("Y", ONE)));
    assertRule(
        "inputs-not-stored",
        "`X[i]` is an element of an input",
        "for i < n { X[i] = 1.0:f32 }",
        "for i < n { Y[i] = X[i] }");
  }

  private void blocks() {
    assertRule(
        "blocks-isolated",
        "`i` belongs to a loop outside the block; bind it",
        "for i < n { block b(spatial v < n = i) { writes Y[v : 1] Y[i] = 1.0:f32 } }",
        "for i < n { block b(spatial v < n = i) { writes Y[v : 1] Y[v] = 1.0:f32 } }");
    assertRule(
        "blocks-isolated",
        "`v` belongs to a loop outside the block; bind it",
        "for i < n { block b(spatial v < n = i) { writes Z[v : 1, 0 : 4]"
            + " for j < 4 { block c(spatial w < 4 = j) { writes Z[v : 1, w : 1]"
            + " Z[v, w] = 1.0:f32 } } } }",
        "for i < n { block b(spatial v < n = i) { writes Z[v : 1, 0 : 4]"
            + " for j < 4 { block c(spatial u < n = v, spatial w < 4 = j) { writes Z[u : 1, w : 1]"
            + " Z[u, w] = 1.0:f32 } } } }");
    assertRule(
        "bindings-in-range",
        "`v = 4 * i + j` leaves its extent `n`",
        "for i < n { for j < 4 { block b(spatial v < n = 4 * i + j) {"
            + " writes Y[0 : n] Y[v mod n] = 1.0:f32 } } }",
        "for i < n { for j < 4 { block b(spatial v < n = 4 * i + j) { where 0 <= v < n"
            + " writes Y[v : 1] Y[v] = 1.0:f32 } } }");
  }

  private void order() {
    assertRule(
        "stored-before-read",
        "`r[]` is read before anything is stored in it",
        "alloc r: f32[] register { for i < n { r[] = r[] + X[i] } }",
        "alloc r: f32[] register { r[] = 0.0:f32 for i < n { r[] = r[] + X[i] } }");
    assertRule(
        "stored-before-read",
        "`r[]` is read before anything is stored in it",
        "alloc r: f32[] register { r[] = 0.0:f32 }"
            + " for i < n { if 0 <= i - 1 < n { alloc r: f32[] register { Y[i] = r[] } } }",
        "alloc r: f32[] register { r[] = 0.0:f32 Y[0] = r[] }");
    assertRule(
        "stored-before-read",
        "`Z[i, 0]` is read before anything is stored in it",
        "for i < n { Y[i] = Z[i, 0] } for i < n { Z[i, 0] = 1.0:f32 }",
        "for i < n { Z[i, 0] = 1.0:f32 } for i < n { Y[i] = Z[i, 0] }");
    assertRule(
        "stored-before-read",
        "`r[]` is read before anything is stored in it",
        "alloc r: f32[] register { for i < n { block b(reduce v < n = i) {"
            + " reads X[v : 1] r[] = r[] + X[v] } } }",
        "alloc r: f32[] register { for i < n { block b(reduce v < n = i) {"
            + " reads X[v : 1] init { r[] = 0.0:f32 } r[] = r[] + X[v] } } }");
    assertRule(
        "stored-before-read",
        "`Y[i]` is read before anything is stored in it",
        "for i < n { Y[i] = Y[i] + X[i] }",
        "for i < n { Y[i] = select(pos(0) < pos(i), Y[i - 1], X[i]) }");
    assertRule(
        "stored-before-read",
        "`Z[i, 0]` is read before anything is stored in it",
        "for i < n { for j < 1 { Y[i] = Z[i, 0] } }",
        "for i < n { for j < 0 { Y[i] = Z[i, 0] } }");
  }

  private void regions() {
    assertRule(
        "regions-defined",
        "a region of `Q`, which is not in scope",
        module(block("Q", List.of(), store("Y", ONE))),
        module(block("Y", List.of(), store("Y", ONE))));
    assertRule(
        "regions-defined",
        "a region of `Y` with 1 ranges for 0 axes",
        module(
            block(
                "Y",
                List.of(new Stmt.Range(IndexExpr.Constant.ZERO, IndexExpr.Constant.ONE)),
                store("Y", ONE))),
        module(block("Y", List.of(), store("Y", ONE))));
    String loop = "for i < n { block b(spatial v < n = i) { ";
    assertRule(
        "regions-cover",
        "`Y[v]` is stored outside the regions of block `b`",
        loop + "reads Y[v : 1] Y[v] = 1.0:f32 } }",
        loop + "writes Y[v : 1] Y[v] = 1.0:f32 } }");
    assertRule(
        "regions-cover",
        "`X[n - 1 - v]` is read outside the regions of block `b`",
        loop + "reads X[0 : n - 1] writes Y[v : 1] Y[v] = X[n - 1 - v] } }",
        loop + "reads X[0 : n] writes Y[v : 1] Y[v] = X[n - 1 - v] } }");
    assertRule(
        "regions-cover",
        "`Z[v, j + 1]` is stored outside the regions of block `b`",
        loop + "writes Z[v : 1, 0 : 3] for j < 3 { Z[v, j + 1] = 1.0:f32 } } }",
        loop + "writes Z[v : 1, 0 : 2], Z[v : 1, 1 : 3] for j < 3 { Z[v, j + 1] = 1.0:f32 } } }");
    assertRule(
        "regions-cover",
        "`Z[u, w]` is stored outside the regions of block `b`",
        loop
            + "writes Z[v : 1, 0 : 3] for j < 4 { block c(spatial u < n = v, spatial w < 4 = j) {"
            + " writes Z[u : 1, w : 1] Z[u, w] = 1.0:f32 } } } }",
        loop
            + "writes Z[v : 1, 0 : 4] for j < 4 { block c(spatial u < n = v, spatial w < 4 = j) {"
            + " writes Z[u : 1, w : 1] Z[u, w] = 1.0:f32 } } } }");
  }

  private static Stmt block(String region, List<Stmt.Range> ranges, Stmt body) {
    List<Stmt.Region> writes =
        List.of(new Stmt.Region("Y", List.of()), new Stmt.Region(region, ranges));
    return new Stmt.Block("b", List.of(), List.of(), List.of(), writes, Optional.empty(), body);
  }

  private void parallel() {
    assertRule(
        "parallel-stores-disjoint",
        "every round of parallel loop `i` stores `Y[0]`",
        "for parallel i < n { Y[0] = X[i] }",
        "for parallel i < n { Y[i] = X[i] } for parallel j < 1 { Y[0] = X[j] }");
    assertRule(
        "parallel-stores-disjoint",
        "every round of parallel loop `i` stores `Y[v]`",
        "for parallel i < n { block b(reduce v < n = i) { writes Y[v : 1] Y[v] = 1.0:f32 } }",
        "for parallel i < n { block b(spatial v < n = i) { writes Y[v : 1] Y[v] = 1.0:f32 } }");
    assertRule(
        "parallel-stores-disjoint",
        "every round of parallel loop `i` stores `r[]`",
        "alloc r: f32[] register { for parallel i < n { r[] = X[i] } }",
        "for parallel i < n { alloc r: f32[] register { r[] = X[i] Y[i] = r[] } }");
    String nested =
        "{ block b(spatial v < n = i) { writes Y[v : 1]"
            + " block c(%s w < n = v) { writes Y[w : 1] Y[w] = 1.0:f32 } } }";
    assertRule(
        "parallel-stores-disjoint",
        "every round of parallel loop `i` stores `Y[w]`",
        "for parallel i < n " + nested.formatted("reduce"),
        "for parallel i < n " + nested.formatted("spatial"));
    assertRule(
        "ordered-iterators-serial",
        "scan iterator `w` is bound to vectorized loop `j`",
        "for i < n { for vectorized j < 4 { block b(spatial v < n = i, scan w < 4 = j) {"
            + " writes Z[v : 1, w : 1] Z[v, w] = 1.0:f32 } } }",
        "for parallel i < n { for j < 4 { block b(spatial v < n = i, scan w < 4 = j) {"
            + " writes Z[v : 1, w : 1] Z[v, w] = 1.0:f32 } } }");
    assertRule(
        "ordered-iterators-serial",
        "opaque iterator `w` is bound to vectorized loop `i`",
        "for vectorized i < n " + nested.formatted("opaque"),
        "for unrolled i < n " + nested.formatted("opaque"));
  }

  /// Rules of both levels see through loops, blocks and their bindings.
  private static final String REPEATED =
      """
      module test
      output Y: i64[]
      buffer N: i64[] global
      buffer Y: i64[] global
      repeat b, c test b for N
      function a { N[] = 3:i64 }
      function b { Y[] = 1:i64 }
      function c { Y[] = 2:i64 }
      """;

  private static Module repeated(String before, String after) {
    return LoopParser.parse(new SourceFile("test.ir", REPEATED.replace(before, after))).require();
  }

  private void repeats() {
    assertRule(
        "repeats-fit",
        "is not from one function to a later one, after all other repetitions",
        repeated("repeat b, c", "repeat c, b"),
        repeated("test b", ""));
    assertRule(
        "repeats-fit",
        "is not from one function to a later one, after all other repetitions",
        repeated("for N\n", "for N\nrepeat c, c for N\n"),
        repeated("repeat b, c test b for N", "repeat b, b for N repeat c, c for N"));
    assertRule(
        "repeats-fit",
        "`N` is no buffer of type bool[]",
        repeated("for N", "until N"),
        repeated("repeat b, c", "repeat a, c"));
  }

  private void shared() {
    assertRule(
        "variables-in-scope",
        "variable `i` belongs to no axis or loop",
        module(store("Y", Scalar.cast(DType.F32, new Scalar.Position(IndexExpr.variable("i"))))),
        module(store("Y", ONE)));
    assertRule(
        "reads-defined",
        "`r` is not defined before `r[]`",
        module(store("Y", new Scalar.Read("r", DType.F32, List.of()))),
        module(store("Y", ONE)));
    assertRule(
        "accesses-in-bounds",
        "`X[v + 1]` leaves axis 0, of extent `n`",
        "for i < n { block b(spatial v < n = i) {"
            + " reads X[v + 1 : 1] writes Y[v : 1] Y[v] = X[v + 1] } }",
        "for i < n - 1 { block b(spatial v < n = i) {"
            + " reads X[v + 1 : 1] writes Y[v : 1] Y[v] = X[v + 1] } }");
    assertRule(
        "accesses-in-bounds",
        "`X[i - 1]` leaves axis 0, of extent `n`",
        "for i < n { Y[i] = X[i - 1] }",
        "for i < n { if 0 <= i - 1 < n { Y[i] = X[i - 1] } }");
    Stmt deep = store("Y", ONE);
    for (int level = 0; level < 100_000; level++) {
      deep = new Stmt.Sequence(List.of(deep));
    }
    assertRule("nesting-limited", "nests too deep", module(deep), module(store("Y", ONE)));
  }
}
