package org.einkorn.frontend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.einkorn.frontend.lower.Frontend;
import org.einkorn.frontend.syntax.Formatter;
import org.einkorn.frontend.syntax.Syntax;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;
import org.junit.jupiter.api.Test;

/// What explicit equations look like. That every program prints the same again and gives equal
/// results is tested by [ProgramsTest] and on random programs.
class EquationPrinterTest {
  private static Program compile(String source) {
    Compiled compiled = Frontend.compile(new SourceFile("p.ein", source), Request.plain());
    List<String> errors =
        compiled.diagnostics().stream()
            .filter(Diagnostic::isError)
            .map(Diagnostic::toString)
            .toList();
    assertEquals(List.of(), errors, source);
    return compiled.program().orElseThrow();
  }

  private static void assertPrints(String source, String expected) {
    String printed = EquationPrinter.print(compile(source));
    assertEquals(expected, printed);
    assertStable(printed);
  }

  private static void assertStable(String printed) {
    assertEquals(printed, EquationPrinter.print(compile(printed)));
  }

  @Test
  void aProductHasAnExplicitSum() {
    assertPrints(
        "C[i, k] = A[i, j] B[j, k]",
        """
        input A[I, J]: f32
        input B[J, K]: f32
        output C
        C[i: I, k: K]: f32 = sum[j](A[i, j] B[j, k])
        """);
  }

  @Test
  void pointsLeftOutAreSaid() {
    assertPrints(
        "input K[l: L]\nY[l] = K[l-m] U[m]",
        """
        input K[L]: f32
        input U[M]: f32
        output Y
        Y[l: L]: f32 = sum[m: M](K[l-m] U[m]) with l-m: L
        """);
  }

  @Test
  void anIndexShorterThanItsAxisIsBounded() {
    assertPrints(
        "input X[8]\nY[i] = X[i+1] - X[i]",
        """
        input X[8]: f32
        output Y
        Y[i]: f32 = X[i+1] - X[i] with i: 7
        """);
  }

  @Test
  void extentsThatTheLeftSideDoesNotShowAreDeclared() {
    assertPrints(
        "input X[8]\nY[x/2] max= X[x]\nY?",
        """
        input X[8]: f32
        tensor Y[4]: f32
        Y[x/2] max= X[x]
        Y?
        """);
  }

  @Test
  void maximaOfIntegersSayWhereTheyStart() {
    assertPrints(
        "input X[n: N]: i32\nY max= X[n]",
        """
        input X[N]: i32
        output Y
        Y_1: i32 max= -2147483648
        Y_1: i32 max= max[n](X[n])
        Y: i32 = where(0 < N, Y_1, 0)
        """);
  }

  @Test
  void aReadThatAConditionKeepsInsideStaysSo() {
    assertPrints(
        "input X[8]\nY[i: 8] = where(i > 0, X[i-1], 7)",
        """
        input X[8]: f32
        output Y
        Y[i: 8]: f32 = where(0 < i, X[i-1], 7.0)
        """);
  }

  @Test
  void queriesKeepTextAndLabels() {
    assertPrints(
        "Parent(Ann, Bob)\nParent(Bob, Cy)\nParent(Ann, x)?",
        """
        tensor Parent[2, 2]: bool
        Parent[0, 0] or= true
        Parent[1, 1] or= true
        Parent_q0[x: 2]: bool = Parent[0, x]
        Parent_q0[i0]? "Parent(Ann, x)?" with i0: "Bob" "Cy"
        """);
  }

  @Test
  void scansCastsAndFilesAreKept() {
    assertPrints(
        """
        param X[n: 4]: f16 = "x.npy"
        Y[n] = cumsum[n](X[n])
        "y.npy" = Y
        """,
        """
        param X[4]: f16 = "x.npy"
        Y[n: 4]: f16 = cumsum[n](f32(X[n]))
        "y.npy" = Y
        """);
  }

  @Test
  void gathersAreReads() {
    assertPrints(
        "input Token[p: 5]: i32\ninput Emb[v: 9, d: 3]\nY[p, d] = Emb[Token[p], d]",
        """
        input Token[5]: i32
        input Emb[9, 3]: f32
        output Y
        Y[p: 5, d: 3]: f32 = Emb[Token[p], d]
        """);
  }

  @Test
  void whatIsWrittenIsAsTheFormatterSetsIt() {
    String printed = EquationPrinter.print(compile("Y[i] = X[i-1] - 2 X[i]^2 / X[i+1]"));
    assertEquals(printed, Formatter.format(Syntax.parse(new SourceFile("p.ein", printed))));
  }

  private static final Axis FOUR = new Axis("i", IndexExpr.of(4));

  /// `Y` of an input `X`, both of one type and four elements.
  private static Program program(TensorType type, Body body) {
    return new Program(
        "p",
        new Signature(
            List.of(),
            List.of(new Signature.Input(Signature.Role.INPUT, "X", type, Optional.empty())),
            List.of(new Signature.Output("Y", type, Optional.empty())),
            List.of()),
        List.of(new Definition("Y", type, body)));
  }

  private static TensorType four(DType type) {
    return new TensorType(type, List.of(IndexExpr.of(4)));
  }

  private static Scalar read(DType type, IndexExpr index) {
    return new Scalar.Read("X", type, List.of(index));
  }

  private static Body.Accumulate accumulate(
      Projection projection, List<Guard> guards, IndexExpr write, Scalar operand) {
    return new Body.Accumulate(
        projection,
        List.of(
            new Contraction(
                List.of(FOUR), guards, List.of(write), BinaryOp.MULTIPLY, List.of(operand))));
  }

  private static void assertWrites(Program program, String expected) {
    String printed = EquationPrinter.print(program);
    assertEquals(expected, printed);
    assertStable(printed);
  }

  @Test
  void aCumulativeLogicIsThatOfThePointsSoFar() {
    Scalar read = read(DType.BOOL, FOUR.variable());
    assertWrites(
        program(four(DType.BOOL), new Body.Scan(Projection.ALL, 0, List.of(FOUR), read)),
        """
        input X[4]: bool
        output Y
        Y[i_to: 4]: bool and= all[i](X[i]) with i_to-i: 4
        """);
  }

  @Test
  void whatIsCombinedInAnotherTypeIsATensorOfItsOwn() {
    Scalar value = Scalar.cast(DType.I64, new Scalar.Position(FOUR.variable()));
    IndexExpr half = FOUR.variable().floorDiv(IndexExpr.of(2));
    assertWrites(
        program(four(DType.F32), accumulate(Projection.MIN, List.of(), half, value)),
        """
        input X[4]: f32
        output Y
        tensor Y_value[4]: i64
        Y_value[at_0] min= 9223372036854775807 with at_0: 4
        Y_value[i/2] min= i with i: 4
        Y[at_0: 4]: f32 = Y_value[at_0]
        """);
  }

  @Test
  void aTermWithoutPointsIsTheIdentity() {
    Guard never = new Guard(IndexExpr.of(7), IndexExpr.of(4));
    assertWrites(
        program(
            four(DType.F32),
            accumulate(
                Projection.PRODUCT,
                List.of(never),
                FOUR.variable(),
                read(DType.F32, FOUR.variable()))),
        """
        input X[4]: f32
        output Y
        Y[at_0: 4]: f32 = 1.0
        """);
  }

  @Test
  void positionsAreWrittenInOneWay() {
    IndexExpr same = new IndexExpr.Product(FOUR.variable(), IndexExpr.Constant.ONE);
    Guard twice = new Guard(same.plus(1), IndexExpr.of(4));
    assertWrites(
        program(
            four(DType.F32),
            accumulate(
                Projection.SUM,
                List.of(twice, new Guard(FOUR.variable().plus(1), IndexExpr.of(4))),
                same,
                read(DType.F32, same.plus(1)))),
        """
        input X[4]: f32
        output Y
        Y[i: 4]: f32 = X[i+1] with i+1: 4
        """);
  }

  @Test
  void whatNoSourceMeansIsRefused() {
    Scalar source = Scalar.cast(DType.I64, read(DType.F32, FOUR.variable()));
    Guard guard = new Guard(new IndexExpr.Fetch("X", 0, IndexExpr.of(4), source), IndexExpr.of(3));
    Program program =
        program(
            four(DType.F32),
            accumulate(
                Projection.SUM, List.of(guard), FOUR.variable(), read(DType.F32, FOUR.variable())));
    RefusedException refused =
        assertThrows(RefusedException.class, () -> EquationPrinter.print(program));
    assertEquals("E0910", refused.code());
  }
}
