package org.einkorn.frontend.syntax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ListTokenSource;
import org.antlr.v4.runtime.dfa.DFA;
import org.einkorn.ir.source.DiagnosticRenderer;
import org.junit.jupiter.api.Test;

/// Each construct of the language reads as the tree it should.
class SyntaxTest {
  static Tree.Program read(String text) {
    ParseResult result = Syntax.parse("test.ein", text);
    assertEquals("", DiagnosticRenderer.plain().renderAll(result.diagnostics()));
    return result.program();
  }

  /// The tree of the only statement, without blanks that do not matter.
  private static String tree(String text) {
    Tree.Program program = read(text);
    assertEquals(1, program.statements().size(), text);
    String shape = TreeText.print(program).strip().replaceAll("\\s+", " ");
    return shape.replaceAll("^\\(program \\[ ?|\\]\\)$", "").replace("[ ", "[");
  }

  private static void same(String one, String other) {
    assertEquals(TreeText.print(read(one)), TreeText.print(read(other)));
  }

  private static Tree.Expression value(String expression) {
    Tree.Query query =
        assertInstanceOf(Tree.Query.class, read(expression + "?").statements().getFirst());
    return query.value();
  }

  @Test
  void declarations() {
    assertEquals(
        "(declaration input (name \"X\") [(axis (name \"p\") (name \"P\"))"
            + " (axis (name \"d\") (integer-literal 64)) (axis none (name \"K\"))"
            + " (axis (name \"e\") none)] none none)",
        tree("input X[p: P, d: 64, K, e]").replaceAll("\\( ", "("));
    same("input X[P, 64]: f64", "input X: f64[P, 64]");
    assertEquals(
        "(declaration param (name \"W\") none (name \"f16\") (text \"w.npy\"))",
        tree("param W: f16 = \"w.npy\""));
    assertEquals("(declaration output (name \"Y\") [] none none)", tree("output Y[]"));
    assertEquals("(let (name \"T\") none (decimal-literal 0.5))", tree("let T = 0.5"));
    assertEquals(
        "(let (name \"Words\") none (text \"words.txt\"))", tree("let Words = \"words.txt\""));
  }

  @Test
  void equationsAndTheirProjections() {
    assertEquals(
        "(equation (head (name \"Y\") square [(position (name \"i\"))] none) max none"
            + " (access (name \"A\") square [(position (name \"i\")) (position (name \"j\"))])"
            + " (modifiers none [] none none))",
        tree("Y[i] max= A[i,j]"));
    assertEquals(
        "(semiring (name \"S\") (operation \"min\") (operation \"+\"))",
        tree("semiring S = (min, +)"));
    assertEquals(
        "(equation (head (name \"Y\") bare [] (name \"f64\")) assign (name \"S\") (name \"A\")"
            + " (modifiers none [] none none))",
        tree("Y: f64 S= A"));
    for (String sign :
        List.of("=", "+=", "max=", "min=", "*=", "avg=", "or=", "and=", "lse=", "xor=")) {
      Tree.Equation equation =
          assertInstanceOf(Tree.Equation.class, read("Y " + sign + " X").statements().getFirst());
      assertEquals(sign, equation.operator().sign());
    }
  }

  @Test
  void leftSidesWithExtentsTypesAndIndexFunctions() {
    assertEquals(
        "(head (name \"T\") square [(position (name \"i\")) (sized (name \"c\")"
            + " (integer-literal 10))] (name \"f64\"))",
        head("T[i, c: 10]: f64 = X[i, c]"));
    assertEquals(
        "(head (name \"P\") square [(position (product (name \"x\") [(factor divide"
            + " (integer-literal 2))])) (virtual (name \"t\") 1) (dotted (name \"c\"))"
            + " (group [(name \"h\") (name \"d\")])] none)",
        head("P[x/2, *t+1, c., (h d)] = X"));
    assertEquals("(head (name \"Loss\") bare [] none)", head("Loss = X"));
  }

  private static String head(String text) {
    String tree = tree(text);
    int start = tree.indexOf("(head");
    int depth = 0;
    int end = start;
    do {
      depth += tree.charAt(end) == '(' ? 1 : tree.charAt(end) == ')' ? -1 : 0;
      end++;
    } while (depth > 0);
    return tree.substring(start, end).replace("[ ", "[");
  }

  @Test
  void productsAreOneLevelFromLeftToRight() {
    assertEquals(
        new Tree.Product(
            value("W[c, d]"),
            List.of(
                new Tree.Factor(FactorOperator.JUXTAPOSE, value("X[p, d]")),
                new Tree.Factor(FactorOperator.DIVIDE, value("T"))),
            org.einkorn.ir.source.Origin.UNKNOWN),
        value("W[c, d] X[p, d] / T"));
    assertEquals(value("a * b"), value("a × b"));
    assertEquals(value("a * b"), value("a · b"));
    assertEquals(value("-x^2"), value("-(x^2)"));
    assertEquals(value("a^b^c"), value("a^(b^c)"));
    assertEquals(value("2^-n"), value("2^(-n)"));
    assertEquals(value("a - b - c"), value("(a) - (b) - (c)"));
    assertFalse(value("a - b - c").equals(value("a - (b - c)")));
    assertFalse(value("a b c").equals(value("a (b c)")));
    assertEquals(value("not a == b"), value("not (a == b)"));
    assertEquals(value("a or b and c"), value("a or (b and c)"));
    assertEquals(value("a <= b"), value("a ≤ b"));
    assertEquals(value("a != b or not c and d"), value("a ≠ b ∨ ¬c ∧ d"));
  }

  @Test
  void aBlankBeforeAParenthesisMakesAProduct() {
    assertInstanceOf(Tree.Call.class, value("f(x)"));
    assertInstanceOf(Tree.Product.class, value("f (x)"));
    assertInstanceOf(Tree.Product.class, value("A[i] (B[i] + C[i])"));
    assertInstanceOf(Tree.Product.class, value("(a + b)(c + d)"));
    assertInstanceOf(Tree.Access.class, value("R(x)"));
    assertInstanceOf(Tree.Access.class, value("X [i]"));
  }

  @Test
  void callsProjectionsAndIndexedValues() {
    assertEquals(value("sig(x)"), value("σ(x)"), "the paper's sign of the sigmoid");
    assertInstanceOf(Tree.Projection.class, value("sum[j, k](A[i, j, k] * B[k])"));
    assertInstanceOf(Tree.Projection.class, value("argmax[c](Y[p, c])"));
    Tree.Indexed kron = assertInstanceOf(Tree.Indexed.class, value("kron(A, B)[j, i]"));
    assertInstanceOf(Tree.Call.class, kron.value());
    Tree.Indexed sum = assertInstanceOf(Tree.Indexed.class, value("(A + B)[i, i]"));
    assertInstanceOf(Tree.Sum.class, sum.value());
    Tree.Call adam = assertInstanceOf(Tree.Call.class, value("adam(x, rate: 1e-3)"));
    assertTrue(adam.arguments().get(0).name().isEmpty());
    assertEquals("rate", adam.arguments().get(1).name().orElseThrow().text());
  }

  @Test
  void indices() {
    Tree.Access access =
        assertInstanceOf(
            Tree.Access.class,
            value(
                "X[i, 2*i+k, i-j, i%2, -1, \"the\", Alice, 4:8, ::2, :, ..., Token[p], *t-1, N:]"));
    List<String> kinds =
        access.indices().stream().map(index -> index.getClass().getSimpleName()).toList();
    assertEquals(
        List.of(
            "Position",
            "Position",
            "Position",
            "Position",
            "Position",
            "Position",
            "Position",
            "Slice",
            "Slice",
            "Slice",
            "Ellipsis",
            "Position",
            "Virtual",
            "Slice"),
        kinds);
    assertEquals(value("X[...]"), value("X[…]"));
    assertEquals(value("X[(i)]"), value("X[i]"));
    assertEquals(value("X[a, b,]"), value("X[a, b]"));
    assertInstanceOf(Tree.Group.class, ((Tree.Access) value("X[(h d)]")).indices().getFirst());
    assertInstanceOf(Tree.Position.class, ((Tree.Access) value("X[(2 d)]")).indices().getFirst());
  }

  @Test
  void literals() {
    assertEquals(new Tree.IntegerLiteral(42, org.einkorn.ir.source.Origin.UNKNOWN), value("42"));
    assertEquals(1e-3, ((Tree.DecimalLiteral) value("1e-3")).value());
    assertEquals(0.5, ((Tree.DecimalLiteral) value(".5")).value());
    assertEquals(2.0, ((Tree.DecimalLiteral) value("2.")).value());
    assertEquals(Double.POSITIVE_INFINITY, ((Tree.DecimalLiteral) value("inf")).value());
    assertEquals(Double.NaN, ((Tree.DecimalLiteral) value("nan")).value());
    assertEquals("a\"\\\n", ((Tree.Text) value("\"a\\\"\\\\\\n\"")).value());
    assertEquals("p''", ((Tree.Name) value("p''")).text());
    assertEquals("变量₁", ((Tree.Name) value("变量₁")).text());
  }

  @Test
  void rulesFactsAndQueries() {
    same("R(x, z) <- R(x, y), R(y, z)", "R(x,z) ← R(x,y) , R(y,z)");
    Tree.Rule rule =
        assertInstanceOf(
            Tree.Rule.class,
            read("Only(x) <- All(x), not Some(x), x < 3, A(x, \"b\", *t+1)")
                .statements()
                .getFirst());
    assertEquals(4, rule.body().size());
    assertInstanceOf(Tree.Not.class, rule.body().get(1));
    assertEquals(2, read("Parent(Alice, Bob)   Parent(Bob, Charlie)").statements().size());
    assertInstanceOf(Tree.Query.class, read("Ancestor(Alice, x)?").statements().getFirst());
    Tree.Rule propositional =
        assertInstanceOf(Tree.Rule.class, read("Wet() <- Rain()").statements().getFirst());
    assertTrue(propositional.head().indices().isEmpty());
    assertInstanceOf(
        Tree.Equation.class, read("Near(x, y) = step(1 - D[x, y])").statements().getFirst());
  }

  @Test
  void filesAndModifiers() {
    assertInstanceOf(Tree.WriteFile.class, read("\"y.npy\" = Y").statements().getFirst());
    assertInstanceOf(Tree.ReadFile.class, read("X = \"x.npy\"").statements().getFirst());
    assertInstanceOf(Tree.ReadFile.class, read("X[i, j] = \"a.npz:k\"").statements().getFirst());
    Tree.Equation equation =
        assertInstanceOf(
            Tree.Equation.class,
            read("Y[x] = F[dx] X[x+dx-1] pad(-1) until D < 1e-3 for N steps")
                .statements()
                .getFirst());
    assertTrue(equation.modifiers().padding().orElseThrow().value().isPresent());
    assertTrue(equation.modifiers().until().isPresent());
    assertTrue(equation.modifiers().steps().isPresent());
    same("Y[x] = X[x+1] pad", "Y[x] = X[x+1]\n  pad");
  }

  @Test
  void functionsAndLearning() {
    Tree.Function function =
        assertInstanceOf(
            Tree.Function.class,
            read("""
            def lnorm(X[..., i.], eps: 1e-5) {
              Mean[...] = avg[i](X[..., i]); Centered[..., i] = X[..., i] - Mean[...]
              lnorm[..., i] = Centered[..., i] / sqrt(avg[i](Centered[..., i]^2) + eps)
            }
            """)
                .statements()
                .getFirst());
    assertEquals(2, function.parameters().size());
    assertEquals(3, ((Tree.Block) function.body()).statements().size());
    assertInstanceOf(
        Tree.Value.class,
        ((Tree.Function) read("def f(x, y) = max(x, y)").statements().getFirst()).body());
    Tree.Learn learn =
        assertInstanceOf(
            Tree.Learn.class,
            read("""
            learn W, V minimizing Loss
              with adam(rate: 1e-3)
              for 200 steps
              over e in batches of 32
              holding X, Y
            """)
                .statements()
                .getFirst());
    assertEquals(2, learn.parameters().size());
    assertEquals(2, learn.held().size());
    assertEquals("e", learn.batches().orElseThrow().index().text());
    // The words of `learn` are names elsewhere.
    read("over[i] = in[i] of[i]\nsteps = batches");
  }

  @Test
  void linesEndStatementsUnlessTheyGoOn() {
    same("Y = A +\n\n  B", "Y = A + B");
    same("Y = A\n  + B // c\n\n  * C", "Y = A + B * C");
    same("Y = f(A,\n  B)", "Y = f(A, B)");
    same("R(x) <-\n S(x),\n T(x)", "R(x) <- S(x), T(x)");
    same("Y[i,\n j] =\n X[j,\n i]", "Y[i, j] = X[j, i]");
    assertEquals(2, read("Y = A\n-B?").statements().size());
    assertEquals(2, read("Y = A; Z = B;;").statements().size());
    assertEquals(2, read("Y = A /* over\n lines */ Z = B").statements().size());
    assertEquals(0, read("\n\n// nothing\n").statements().size());
    assertEquals(0, read("").statements().size());
    assertEquals(2, read("Y = A\r\nZ = B\rX = C?".replace("\rX = C?", "")).statements().size());
  }

  @Test
  void placesAreThoseOfTheText() {
    ParseResult result = Syntax.parse("u.ein", "𝛼 = β\nY[i] = Xs[i, k] 𝛼");
    Tree.Equation equation = (Tree.Equation) result.program().statements().get(1);
    Tree.Product product = (Tree.Product) equation.value();
    assertEquals("Xs[i, k] 𝛼", product.origin().span().orElseThrow().text());
    Tree.Access access = (Tree.Access) product.first();
    assertEquals("k", access.indices().get(1).origin().span().orElseThrow().text());
    assertEquals("u.ein:2:14", access.indices().get(1).origin().toString());
  }

  @Test
  void deepNestingIsRefusedAndWideProgramsAreNot() {
    for (String text :
        List.of(
            "Y = " + "(".repeat(100_000) + "x" + ")".repeat(100_000),
            "Y = " + "-".repeat(100_000) + "x",
            "Y = " + "not ".repeat(100_000) + "x",
            "Y = x" + "^x".repeat(100_000),
            "Y = X" + "[i]".repeat(100_000),
            "Y = " + "f(".repeat(100_000) + "x" + ")".repeat(100_000),
            "Y = " + "X[".repeat(100_000) + "x" + "]".repeat(100_000),
            "def f(x) {\n".repeat(100_000) + "}\n".repeat(100_000))) {
      ParseResult result = Syntax.parse("deep.ein", text);
      assertTrue(result.hasErrors());
    }
    assertEquals(
        "E0009",
        Syntax.parse("a", "Y = " + "(".repeat(1000) + "x" + ")".repeat(1000))
            .diagnostics()
            .getFirst()
            .code());
    Tree.Program wide = read("Y = x" + " + x".repeat(100_000) + "\nZ = X" + " x".repeat(100_000));
    assertEquals(2, wide.statements().size());
    assertEquals(wide, read(TreePrinter.print(wide)));
    assertEquals(1, read("Y = " + "(".repeat(100) + "x" + ")".repeat(100)).statements().size());
  }

  @Test
  void theProgramsOfTheReferenceAreRead() throws IOException {
    try (InputStream stream = SyntaxTest.class.getResourceAsStream("by-example.ein")) {
      String text =
          new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
      Tree.Program program = read(text);
      assertEquals(33, program.statements().size());
      assertEquals(program, read(Formatter.format(Syntax.parse("by-example.ein", text))));
    }
  }

  /// The grammar is settled by one token everywhere, so ANTLR's prediction engine, which can take
  /// time that grows faster than the text, has nothing to do. A change of the grammar that calls
  /// for it fails here.
  @Test
  void theGrammarNeedsNoPrediction() {
    EinkornParser parser = new EinkornParser(new CommonTokenStream(new ListTokenSource(List.of())));
    for (long seed = 0; seed < 200; seed++) {
      read(TreePrinter.print(new RandomTrees(seed).program()));
    }
    for (DFA decision : parser.getInterpreter().decisionToDFA) {
      assertNull(decision.s0, () -> "decision " + decision.decision + " was predicted");
    }
  }
}
