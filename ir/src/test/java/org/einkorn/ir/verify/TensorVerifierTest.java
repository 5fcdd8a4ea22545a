package org.einkorn.ir.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.ir.text.TensorParser;
import org.einkorn.runtime.DType;
import org.junit.jupiter.api.Test;

/// Each rule of level 1 finds what it is for, and nothing in a program that is near by and right.
class TensorVerifierTest {
  private static final IndexExpr N = IndexExpr.symbol("n");
  private static final IndexExpr I = IndexExpr.variable("i");
  private static final TensorType VECTOR = new TensorType(DType.F32, List.of(N));
  private static final Set<String> TESTED = new HashSet<>();

  private static Program parsed(String text) {
    return TensorParser.parse(
            new SourceFile(
                "test.ir",
                "program test\nsymbols n, m\ninput X: f32[n, m]\ninput T: i64[n]\n" + text))
        .require();
  }

  /// A program of the input `X: f32[n]` and these definitions.
  private static Program program(Definition... definitions) {
    Signature.Input input =
        new Signature.Input(Signature.Role.INPUT, "X", VECTOR, Optional.empty());
    Signature signature = new Signature(List.of("n"), List.of(input), List.of(), List.of());
    return new Program("test", signature, List.of(definitions));
  }

  /// `Y: f32[n]`, for each `i` in `n` the operand.
  private static Definition definition(String name, Scalar operand) {
    return definition(name, List.of(new Axis("i", N)), operand);
  }

  private static Definition definition(String name, List<Axis> axes, Scalar operand) {
    Contraction term =
        new Contraction(
            axes,
            List.of(),
            List.of(axes.getFirst().variable()),
            BinaryOp.MULTIPLY,
            List.of(operand));
    return new Definition(name, VECTOR, new Body.Accumulate(Projection.SUM, List.of(term)));
  }

  private static Scalar read(String tensor, IndexExpr... indices) {
    return new Scalar.Read(tensor, DType.F32, List.of(indices));
  }

  private static Scalar position(IndexExpr index) {
    return new Scalar.Cast(DType.F32, new Scalar.Position(index));
  }

  /// Asserts that the rule, and no other, finds something in `wrong`, and none anything in `right`.
  private static void assertRule(String rule, String message, Program wrong, Program right) {
    TESTED.add(rule);
    assertEquals(List.of(), TensorVerifier.verify(right));
    List<Finding> findings = TensorVerifier.verify(wrong);
    assertEquals(
        Set.of(rule),
        findings.stream().map(Finding::rule).collect(Collectors.toSet()),
        () -> findings.toString());
    assertEquals(message, findings.getFirst().message());
  }

  private static void assertRule(String rule, String message, String wrong, String right) {
    assertRule(rule, message, parsed(wrong), parsed(right));
  }

  @Test
  void everyRule() {
    signature();
    names();
    expressions();
    accesses();
    bodies();
    slicings();
    derivatives();
    iterations();
    Set<String> all =
        TensorVerifier.catalogue().stream().map(Rule::name).collect(Collectors.toSet());
    assertEquals(new TreeSet<>(all), new TreeSet<>(TESTED));
    assertEquals(all.size(), TensorVerifier.catalogue().size(), "two rules of one name");
  }

  private static final String DERIVED =
      """
      output G: f32[n]
      Loss: f32[] = sum for i < n [] <- X[i, 0] * X[i, 0]
      V: f32[n] = sum for i < n [i] <- X[i, 0]
      W: f32[m] = sum for i < m [i] <- X[0, i]
      K: i32[n] = sum for i < n [i] <- 1:i32
      G: f32[n] = hvp(Loss, V, V)
      """;

  private void derivatives() {
    assertRule(
        "derivatives-fit", "`W` has another shape", DERIVED.replace("V, V)", "V, W)"), DERIVED);
    assertRule(
        "derivatives-fit",
        "the result has another shape than `W`",
        DERIVED.replace("hvp(Loss, V, V)", "grad(Loss, W)"),
        DERIVED);
    assertRule(
        "derivatives-fit",
        "`V` is no number",
        DERIVED.replace("hvp(Loss, V, V)", "grad(V, V)"),
        DERIVED.replace("hvp(Loss, V, V)", "grad(Loss, V)"));
    assertRule(
        "derivatives-fit",
        "`K` is no tensor of floats",
        DERIVED.replace("hvp(Loss, V, V)", "grad(Loss, K)"),
        DERIVED.replace("hvp(Loss, V, V)", "jvp(V, W, W)"));
    assertRule(
        "derivatives-fit",
        "`W` has another shape, or several axes",
        DERIVED.replace("hvp(Loss, V, V)", "root(W, V)"),
        DERIVED.replace("hvp(Loss, V, V)", "root(V, V)"));
    assertRule(
        "derivatives-fit",
        "the result has another shape than orders of `W`",
        DERIVED.replace("hvp(Loss, V, V)", "jet(W, V, V, 3)"),
        DERIVED
            .replace("f32[n] = hvp(Loss, V, V)", "f32[4, m] = jet(W, V, V, 3)")
            .replace("output G: f32[n]", "output G: f32[4, m]"));
  }

  private static final String ITERATED =
      """
      output V: f32[n]
      Start: f32[n] = sum for i < n [i] <- X[i, 0]
      Rounds: i64[] = sum [] <- 3:i64
      rec Next: f32[n]
      rec Done: bool[]
      V: f32[n] = iterate Start by Next until Done for Rounds
      Next: f32[n] = sum for i < n [i] <- V[i] * V[i]
      Done: bool[] = all for i < n [] <- (V[i] < 1.0:f32)
      """;

  private void iterations() {
    assertRule(
        "iterations-fit",
        "`Rounds` has another type",
        ITERATED.replace("until Done for Rounds", "until Rounds").replace("rec Done: bool[]", ""),
        ITERATED);
    assertRule(
        "iterations-fit",
        "`Rounds` has another type",
        ITERATED.replace("iterate Start", "iterate Rounds"),
        ITERATED);
    assertRule(
        "derivatives-fit",
        "`V` is an iteration without a number of rounds",
        ITERATED.replace("until Done for Rounds", "until Done")
            + "Loss: f32[] = sum for i < n [] <- V[i]\nG: f32[n] = grad(Loss, Start)\n",
        ITERATED + "Loss: f32[] = sum for i < n [] <- V[i]\nG: f32[n] = grad(Loss, Start)\n");
    // What a state starts from is there before.
    assertRule(
        "order-exists",
        "needs itself in a circle: `V` needs `Next` needs `V`",
        ITERATED.replace("iterate Start", "iterate Next"),
        ITERATED);
  }

  private static final String SLICED =
      """
      output Y: f32[n]
      slice j: W, Y
      W: f32[m, n] = sum for j < m, i < n [j, i] <- X[i, j] * X[i, j]
      Y: f32[n] = sum for i < n, j < m [i] <- W[j, i] * X[i, j]
      """;

  private void slicings() {
    assertRule(
        "slices-stand-together",
        "[W, Y] are no run of definitions",
        SLICED.replace(
            "Y: f32[n] = sum", "U: f32[n] = sum for i < n [i] <- X[i, i mod m] Y: f32[n] = sum"),
        SLICED);
    assertRule(
        "slices-share-axes",
        "does not have one term with the axes [j]",
        SLICED.replace("for i < n, j < m [i] <- W[j, i] * X[i, j]", "for i < n [i] <- X[i, 0]"),
        SLICED);
    assertRule(
        "slices-stay-inside",
        "sees more than one slice of [j]",
        SLICED.replace("W[j, i] * X[i, j]", "W[0, i] * X[i, j]"),
        SLICED);
    assertRule(
        "slices-stay-inside",
        "sees more than one slice of [j]",
        SLICED + "Z: f32[n] = sum for i < n [i] <- W[0, i]",
        SLICED);
    assertRule(
        "slices-stay-inside",
        "sees more than one slice of [j]",
        SLICED.replace("output Y: f32[n]", "output Y: f32[n] output W: f32[m, n]"),
        SLICED);
  }

  private void signature() {
    assertRule(
        "symbols-unique",
        "a second symbol `n`",
        withSymbols(program(), List.of("n", "n")),
        program());
    assertRule(
        "symbols-bound",
        "no axis of an input can be solved for `n`",
        TensorParser.parse(new SourceFile("t", "program t symbols n input A: f32[n * n]"))
            .require(),
        TensorParser.parse(new SourceFile("t", "program t symbols n input A: f32[n]")).require());
    assertRule(
        "outputs-defined", "no tensor has this name", "output Z: f32[n]", "output X: f32[n, m]");
    assertRule(
        "outputs-defined",
        "the output is `f32[m, n]`, the tensor is `f32[n, m]`",
        "output X: f32[m, n]",
        "output X: f32[n, m]");
    assertRule(
        "queries-are-outputs",
        "`X` is no output",
        "query \"X?\" = X labels [] labels []",
        "output X: f32[n, m] query \"X?\" = X labels [] labels []");
    assertRule(
        "query-labels-fit",
        "labels for 1 axes, `X` has 2",
        "output X: f32[n, m] query \"X?\" = X labels []",
        "output X: f32[n, m] query \"X?\" = X labels [\"a\"] labels []");
    assertRule(
        "query-labels-fit",
        "1 labels for axis 0 of extent 2",
        "input Z: f32[2] output Z: f32[2] query \"Z?\" = Z labels [\"a\"]",
        "input Z: f32[2] output Z: f32[2] query \"Z?\" = Z labels [\"a\", \"b\"]");
  }

  private static Program withSymbols(Program program, List<String> symbols) {
    Signature old = program.signature();
    return new Program(
        program.name(),
        new Signature(symbols, old.inputs(), old.outputs(), old.queries()),
        program.definitions());
  }

  private void names() {
    Definition one = definition("Y", read("X", I));
    assertRule(
        "tensor-names-unique",
        "a second tensor `Y`",
        program(one, one),
        program(one, definition("Z", read("Y", I))));
    Signature.Input spaced =
        new Signature.Input(Signature.Role.INPUT, "a b", VECTOR, Optional.empty());
    Signature.Input plain =
        new Signature.Input(Signature.Role.INPUT, "ab", VECTOR, Optional.empty());
    assertRule("names-valid", "`a b` is no name", withInput(spaced), withInput(plain));
    assertRule(
        "axes-hide-no-symbols",
        "axis `n` has the name of a symbol",
        program(definition("Y", List.of(new Axis("n", N)), Scalar.Literal.of(DType.F32, 1))),
        program(definition("Y", List.of(new Axis("n'", N)), Scalar.Literal.of(DType.F32, 1))));
    TensorType square = new TensorType(DType.F32, List.of(N, N));
    assertRule(
        "order-exists",
        "needs itself in a circle: `Y` needs `Z` needs `Y`",
        """
        rec Z: f32[n + 1]
        Y: f32[n] = sum
          for i < n
            [i] <- Z[i] + 1.0:f32
        Z: f32[n + 1] = sum
          for i < n
            [i] <- Y[i]
        """,
        """
        rec Z: f32[n + 1]
        Y: f32[n] = sum
          for i < n
            [i] <- Z[i] + 1.0:f32
        Z: f32[n + 1] = sum
          for i < n
            [i + 1] <- Y[i]
        """);
    assertRule(
        "axes-unique",
        "a second axis `i`",
        program(new Definition("Y", square, scan("i", "i"))),
        program(new Definition("Y", square, scan("i", "j"))));
  }

  private static Program withInput(Signature.Input input) {
    return new Program(
        "test", new Signature(List.of("n"), List.of(input), List.of(), List.of()), List.of());
  }

  private static Body scan(String first, String second) {
    return new Body.Scan(
        Projection.SUM,
        1,
        List.of(new Axis(first, N), new Axis(second, N)),
        Scalar.Literal.of(DType.F32, 1));
  }

  private void expressions() {
    assertRule(
        "symbols-declared",
        "symbol `k` is not declared",
        program(definition("Y", position(IndexExpr.symbol("k")))),
        program(definition("Y", position(N))));
    assertRule(
        "variables-in-scope",
        "variable `k` belongs to no axis or loop",
        program(definition("Y", position(IndexExpr.variable("k")))),
        program(definition("Y", position(I))));
    assertRule(
        "extents-over-symbols",
        "extent `fetch<X, 0, n>(pos(n))` varies inside the program",
        program(
            definition(
                "Y",
                List.of(
                    new Axis("i", N),
                    new Axis("j", new IndexExpr.Fetch("X", 0, N, new Scalar.Position(N)))),
                read("X", I))),
        program(definition("Y", List.of(new Axis("i", N), new Axis("j", N)), read("X", I))));
    assertRule(
        "extents-not-negative",
        "extent -3",
        "Y: f32[] = sum for i < 1 - 4 [] <- 1.0:f32",
        "Y: f32[] = sum for i < 4 - 4 [] <- 1.0:f32");
    assertRule(
        "divisors-positive",
        "divides by 0",
        "Y: f32[n] = sum for i < n [i] <- f32(pos(i mod 0))",
        "Y: f32[n] = sum for i < n [i] <- f32(pos(i mod 1))");
    assertRule(
        "divisors-positive",
        "divides by -2",
        "Y: f32[n] = sum for i < n [i] <- f32(pos(i floordiv -2))",
        "Y: f32[n] = sum for i < n [i] <- f32(pos(i floordiv 2))");
    assertRule(
        "literals-fit",
        "`0x1.999999999999ap-4:f32` is no f32",
        "Y: f32[] = sum [] <- 0x1.999999999999ap-4:f32",
        "Y: f32[] = sum [] <- nan:f32 * -0.0:f32 * 0.1:f32");
    Scalar deep = Scalar.Literal.of(DType.F32, 1);
    for (int node = 0; node < 100_000; node++) {
      deep = new Scalar.Cast(DType.F32, deep);
    }
    assertRule(
        "nesting-limited",
        "nests too deep",
        program(definition("Y", deep)),
        program(definition("Y", new Scalar.Cast(DType.F32, read("X", I)))));
  }

  private void accesses() {
    assertRule(
        "reads-defined",
        "`Z` is not defined before `Z[i]`",
        program(definition("Y", read("Z", I)), definition("Z", read("X", I))),
        program(definition("Z", read("X", I)), definition("Y", read("Z", I))));
    assertRule(
        "order-exists",
        "needs itself in a circle: `Y` needs `Y`",
        program(definition("Y", read("Y", I))),
        program(definition("Y", read("X", I))));
    assertRule(
        "access-ranks",
        "`X[i, i]` has 2 indices, `X: f32[n]` has 1 axes",
        program(definition("Y", read("X", I, I))),
        program(definition("Y", read("X", I))));
    assertRule(
        "access-ranks",
        "`Y[i]` has 1 indices, `Y: f32[]` has 0 axes",
        program(
            new Definition(
                "Y", new TensorType(DType.F32, List.of()), definition("Z", read("X", I)).body())),
        program(definition("Y", read("X", I))));
    assertRule(
        "read-types",
        "`X[i]` is read as f64, `X` is stored as f32",
        program(
            definition("Y", Scalar.cast(DType.F32, new Scalar.Read("X", DType.F64, List.of(I))))),
        program(definition("Y", read("X", I))));
    assertRule(
        "fetches-consistent",
        "a fetch for `Z`, which is not defined",
        "Y: f32[n] = sum for i < n [i] <- X[fetch<Z, 0, n>(T[i]), 0]",
        "Y: f32[n] = sum for i < n [i] <- X[fetch<X, 0, n>(T[i]), 0]");
    assertRule(
        "fetches-consistent",
        "a fetch for axis 2 of `X`, which has 2 axes",
        "Y: f32[n] = sum for i < n [i] <- X[fetch<X, 2, n>(T[i]), 0]",
        "Y: f32[n] = sum for i < n [i] <- X[0, fetch<X, 1, m>(T[i])]");
    assertRule(
        "fetches-consistent",
        "a fetch checks against `m`, axis 0 of `X` has `n`",
        "Y: f32[n] = sum for i < n [i] <- X[fetch<X, 0, m>(T[i]), 0]",
        "Y: f32[n] = sum for i < n [i] <- X[fetch<X, 0, 0 + n>(T[i]), 0]");
    bounds();
  }

  private void bounds() {
    assertRule(
        "accesses-in-bounds",
        "`X[i + 1, 0]` leaves axis 0, of extent `n`",
        "Y: f32[n] = sum for i < n [i] <- X[i + 1, 0]",
        "Y: f32[n] = sum for i < n - 1 [i] <- X[i + 1, 0]");
    assertRule(
        "accesses-in-bounds",
        "`X[n - 2 - i, 0]` leaves axis 0, of extent `n`",
        "Y: f32[n] = sum for i < n [i] <- X[n - 2 - i, 0]",
        "Y: f32[n] = sum for i < n [i] <- X[n - 1 - i, 0]");
    assertRule(
        "accesses-in-bounds",
        "`X[i + j, 0]` leaves axis 0, of extent `n`",
        "Y: f32[n] = sum for i < n, j < 3 [i] <- X[i + j, 0]",
        "Y: f32[n] = sum for i < n, j < 3 where 0 <= i + j < n [i] <- X[i + j, 0]");
    assertRule(
        "accesses-in-bounds",
        "`Y[i + n - 3]` leaves axis 0, of extent `n`",
        "Y: f32[n] = sum for i < 4 [i + n - 3] <- 1.0:f32",
        "Y: f32[n] = sum for i < n floordiv 2 [2 * i] <- select(false, X[n, 0], 1.0:f32)");
  }

  private void bodies() {
    assertRule(
        "scan-spans-target",
        "axes run over `[m, n]`, the tensor has `[n, m]`",
        "Y: f32[n, m] = scan sum along j for j < m, i < n <- X[i, j]",
        "Y: f32[n, m] = scan sum along j for i < n, j < m <- X[i, j]");
    assertRule(
        "values-convert",
        "values of c64 do not convert to f32",
        "Y: f32[n] = sum for i < n [i] <- c64(X[i, 0])",
        "Y: c64[n] = sum for i < n [i] <- X[i, 0]");
    assertRule(
        "positions-real",
        "`i32(re(c64(X[i, 0])))` has a complex part",
        "Y: f32[n] = sum for i < n [fetch<Y, 0, n>(i32(re(c64(X[i, 0]))))] <- 1.0:f32",
        "Y: f32[n] = sum for i < n [fetch<Y, 0, n>(i32(X[i, 0]))] <- 1.0:f32");
    assertRule(
        "joins-closed",
        "`<` does not join values of f32",
        "Y: f32[n] = sum for i < n [i] <- X[i, 0] < X[i, 0]",
        "Y: bool[n] = any for i < n [i] <- (X[i, 0] < X[i, 0])");
    assertRule(
        "joins-closed",
        "`and` does not join values of f32",
        "Y: f32[n] = sum for i < n [i] <- X[i, 0] and X[i, 0]",
        "Y: f32[n] = sum for i < n [i] <- X[i, 0] join and");
  }

  @Test
  void aFindingPointsAtTheHeadingOfItsDefinition() {
    Program program = parsed("Y: f32[n] = sum for i < n [i] <- X[i + 1, 0]");
    Diagnostic diagnostic = TensorVerifier.verify(program).getFirst().toDiagnostic();
    assertEquals("E0809", diagnostic.code());
    assertEquals("Y: f32[n]", diagnostic.span().orElseThrow().text());
    assertTrue(TensorVerifier.catalogue().stream().noneMatch(rule -> rule.doc().isBlank()));
  }
}
