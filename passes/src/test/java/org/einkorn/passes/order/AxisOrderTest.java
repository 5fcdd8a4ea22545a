package org.einkorn.passes.order;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.Machine;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.ir.text.TensorParser;
import org.einkorn.ir.text.TensorPrinter;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.trace.Kind;
import org.junit.jupiter.api.Test;

/// Temporaries lie so that the step after reads them along their memory.
final class AxisOrderTest {
  private static Program ordered(String text, PassContext context) {
    Program program = TensorParser.parse(new SourceFile("test", text)).require();
    return OrderContractions.PASS.apply(program, context);
  }

  private static final String PAIRS =
      """
      program pairs
      input A: f32[90, 60, 50]
      input B: f32[50, 60, 80]
      input C: f32[80, 7]
      output Y: f32[90, 7]
      Y: f32[90, 7] = sum
        for a < 90, e < 7, c < 60, d < 50, k < 80
          [a, e] <- A[a, c, d] * B[d, c, k] * C[k, e]
      """;

  private static List<String> axesOf(Definition definition) {
    return ((Body.Accumulate) definition.body())
        .terms().getFirst().axes().stream().map(axis -> axis.name()).toList();
  }

  /// `A` has `d` last, so the temporary that meets it has, and the sum over `d` is innermost.
  @Test
  void aTemporaryLiesAsWhatItMeets() {
    Program after = ordered(PAIRS, PassContext.defaults());
    String printed = TensorPrinter.print(after);
    assertEquals(2, after.definitions().size(), printed);
    assertEquals(List.of("a", "e", "c", "d"), axesOf(after.definitions().getLast()), printed);
    assertTrue(printed.contains(" * Y.1[c, e, d]"), printed);
  }

  private static final String SPLIT =
      """
      program split
      input A: f32[90, 60, 50]
      input B: f32[50, 60, 80]
      input C: f32[80, 7]
      output Y: f32[90, 7]
      T: f32[50, 60, 7] = sum
        for d < 50, c < 60, e < 7, k < 80
          [d, c, e] <- B[d, c, k] * C[k, e]
      Y: f32[90, 7] = sum
        for a < 90, e < 7, d < 50, c < 60
          [a, e] <- A[a, c, d] * T[d, c, e]
      """;

  private static List<String> sumsOfTheLast(boolean mayReorderSums) {
    TermOrder.Ordered after = ordered(SPLIT, mayReorderSums, 4);
    assertEquals(
        "T", after.before().getFirst().name(), "the steps are the same, whatever their axes");
    return names(after.last());
  }

  /// @param text a program of two steps
  private static TermOrder.Ordered ordered(String text, boolean mayReorderSums, int vectorBytes) {
    Program program = TensorParser.parse(new SourceFile("test", text)).require();
    Definition last = program.definitions().getLast();
    Map<String, TensorType> types = new HashMap<>();
    program.signature().inputs().forEach(input -> types.put(input.name(), input.type()));
    TermOrder.Ordered steps =
        new TermOrder.Ordered(
            program.definitions().subList(0, 1),
            ((Body.Accumulate) last.body()).terms().getFirst(),
            List.of(),
            Kind.EXACT);
    PassContext context =
        PassContext.defaults()
            .withReassociation(mayReorderSums)
            .withMachine(Machine.ofVectors(vectorBytes));
    return AxisOrder.choose(steps, types, _ -> 1, context);
  }

  /// Where the order of operations must stay, temporaries are laid out, and sums are left alone.
  @Test
  void sumsKeepTheirOrderWhereTheyMust() {
    assertEquals(List.of("a", "e", "d", "c"), sumsOfTheLast(false));
    assertEquals(List.of("a", "e", "c", "d"), sumsOfTheLast(true));
  }

  private static final String DIGITS =
      """
      program digits
      input A: f32[64, 64]
      input B: f32[64, 64]
      input X: f32[4096]
      output Y: f32[64, 64]
      T: f32[64, 64] = sum
        for j < 64, k < 64, l < 64
          [j, k] <- B[j, l] * X[k * 64 + l]
      Y: f32[64, 64] = sum
        for i < 64, j < 64, k < 64
          [i, j] <- A[i, k] * T[j, k]
      """;

  /// Lanes over `k` would have to be copied together from `X`, which no copy of a matrix does;
  /// lanes over `j` need a copy of `B`, and the next step then reads `T` as it lies.
  @Test
  void lanesRunOverWhatCanBeCopiedTogether() {
    assertEquals(List.of("k", "j", "l"), axesOfTheFirst(64));
    assertEquals(List.of("j", "k", "l"), axesOfTheFirst(4));
  }

  private static List<String> axesOfTheFirst(int vectorBytes) {
    return ordered(DIGITS, true, vectorBytes).before().getFirst().body()
            instanceof Body.Accumulate body
        ? names(body.terms().getFirst())
        : List.of();
  }

  private static List<String> names(Contraction term) {
    return term.axes().stream().map(axis -> axis.name()).toList();
  }

  @Test
  void trafficKnowsTheCaches() {
    // A matrix read along its rows, and along its columns.
    double rows = Traffic.of(new double[] {1000, 1000}, new double[] {4000, 4});
    double columns = Traffic.of(new double[] {1000, 1000}, new double[] {4, 4000});
    assertTrue(rows < columns, rows + " and " + columns);
    // Columns of a small one stay in the first cache, unless they share its sets.
    double small = Traffic.of(new double[] {100, 100}, new double[] {4, 400});
    double spread = Traffic.of(new double[] {100, 100}, new double[] {4, 4096});
    assertTrue(small < spread, small + " and " + spread);
    // What no loop moves is fetched once.
    assertEquals(10 + 0.3 * 1000, Traffic.of(new double[] {1000, 50}, new double[] {0, 0}), 1e-9);
  }

  @Test
  void permutationsAreAllOfFewAndSomeOfMany() {
    assertEquals(1, Permutations.near(List.of(List.of())).size());
    assertEquals(6, Permutations.near(List.of(List.of("a", "b", "c"))).size());
    assertEquals(
        List.of(
            List.of("a", "b", "c", "d"),
            List.of("b", "c", "d", "a"),
            List.of("a", "c", "d", "b"),
            List.of("a", "b", "d", "c")),
        Permutations.near(List.of(List.of("a", "b", "c", "d"))));
  }
}
