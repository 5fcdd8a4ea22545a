package org.einkorn.ir.integer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Guard;
import org.junit.jupiter.api.Test;

/// What the page of the package shows, and other questions that schedules ask.
final class IntegerExamplesTest {
  private static final IndexExpr I = IndexExpr.variable("i");
  private static final IndexExpr IO = IndexExpr.variable("io");
  private static final IndexExpr II = IndexExpr.variable("ii");
  private static final IndexExpr J = IndexExpr.variable("j");
  private static final IndexExpr R = IndexExpr.variable("r");
  private static final IndexExpr F = IndexExpr.variable("f");
  private static final IndexExpr N = IndexExpr.symbol("n");
  private static final IndexExpr M = IndexExpr.symbol("m");
  private static final IndexExpr FOUR = IndexExpr.of(4);

  /// `for io < ⌈n / 4⌉, ii < 4`
  private static final List<Loop> TILES =
      List.of(new Loop("io", N.plus(3).floorDiv(FOUR)), new Loop("ii", FOUR));

  private static final IndexExpr ROW = IO.times(4).plus(II);
  private static final Assumptions SIZES =
      Assumptions.NONE.withSymbol("n", 1, Long.MAX_VALUE).withSymbol("m", 1, Long.MAX_VALUE);

  private static void assertText(String expected, IndexExpr actual) {
    assertEquals(expected, Text.of(actual));
  }

  // ---- prove

  @Test
  void rowsOfTilesNeedAGuard() {
    Assumptions scope = SIZES.with(TILES);
    Condition isRow = Condition.inside(ROW, N);
    assertFalse(scope.proves(isRow));
    assertTrue(scope.and(Condition.of(new Guard(ROW, N))).proves(isRow));
    assertTrue(scope.proves(Condition.less(ROW, N.plus(3))));
  }

  @Test
  void rowsOfWholeTilesNeedNone() {
    Assumptions whole = SIZES.and(Condition.equal(N.floorMod(FOUR), IndexExpr.of(0)));
    assertTrue(whole.with(TILES).proves(Condition.inside(ROW, N)));
    List<Loop> floor = List.of(new Loop("io", N.floorDiv(FOUR)), new Loop("ii", FOUR));
    assertTrue(SIZES.with(floor).proves(Condition.inside(ROW, N)));
  }

  @Test
  void partsOfAFusedLoopStayInTheirExtents() {
    Assumptions scope = SIZES.with("f", N.times(M));
    assertTrue(scope.proves(Condition.inside(F.floorDiv(M), N)));
    assertTrue(scope.proves(Condition.inside(F.floorMod(M), M)));
    assertText("f", scope.simplify(F.floorDiv(M).times(M).plus(F.floorMod(M))));
  }

  @Test
  void eitherSideOfASplitHoldsTheRow() {
    Assumptions scope = SIZES.with("i", N);
    assertTrue(scope.proves(Condition.less(I, FOUR).or(Condition.atMost(FOUR, I))));
    assertFalse(scope.proves(Condition.less(I, FOUR).or(Condition.atMost(IndexExpr.of(5), I))));
  }

  // ---- simplify

  @Test
  void tilesOfARowAreItsLoops() {
    Assumptions scope = SIZES.with(TILES);
    assertText("io", scope.simplify(ROW.floorDiv(FOUR)));
    assertText("ii", scope.simplify(ROW.floorMod(FOUR)));
    assertText("min(n - 4 * io, 4)", scope.simplify(N.minus(IO.times(4)).min(FOUR)));
  }

  @Test
  void conditionsAreWrittenInOneForm() {
    Assumptions scope = SIZES.with("i", N);
    Condition condition =
        Condition.less(I.times(2).plus(2), N.times(2)).and(Condition.atMost(IndexExpr.of(0), I));
    assertEquals("i + 1 < n", Text.of(scope.simplify(condition)));
    assertEquals("false", Text.of(scope.simplify(Condition.equal(I.times(2), I.times(4).plus(1)))));
  }

  // ---- detect

  @Test
  void splitLoopsAreOneIterator() {
    List<IteratorMap.Binding> row = List.of(new IteratorMap.Binding("row", ROW));
    var map =
        assertInstanceOf(
            IteratorMap.Independent.class,
            IteratorMap.detect(row, TILES, List.of(new Guard(ROW, N)), SIZES));
    assertText("n", map.iterators().getFirst().extent());
    assertTrue(map.isInjective());
    assertEquals(Condition.of(true), map.inside());
  }

  @Test
  void unevenTilesArePadded() {
    List<IteratorMap.Binding> tiles =
        List.of(
            new IteratorMap.Binding("a", I.floorDiv(FOUR)),
            new IteratorMap.Binding("b", I.floorMod(FOUR)));
    var map =
        assertInstanceOf(
            IteratorMap.Independent.class,
            IteratorMap.detect(
                tiles, List.of(new Loop("i", IndexExpr.of(10))), List.of(), Assumptions.NONE));
    assertText("3", map.iterators().getFirst().extent());
    assertText("4", map.iterators().getLast().extent());
    assertEquals("4 * a + b <= 9", Text.of(map.inside()));
  }

  @Test
  void aLoopInTwoIteratorsIsRefused() {
    List<IteratorMap.Binding> skewed =
        List.of(new IteratorMap.Binding("a", I), new IteratorMap.Binding("b", I.plus(J)));
    var none =
        assertInstanceOf(
            IteratorMap.Dependent.class,
            IteratorMap.detect(
                skewed,
                List.of(new Loop("i", IndexExpr.of(8)), new Loop("j", FOUR)),
                List.of(),
                Assumptions.NONE));
    assertEquals(IteratorMap.Reason.OVERLAP, none.reason());
    assertEquals("b", none.iterator());
  }

  // ---- regions

  private static String region(Region region) {
    StringBuilder text = new StringBuilder();
    for (Region.Range range : region.ranges()) {
      text.append("[%s +%s]".formatted(Text.of(range.start()), Text.of(range.extent())));
    }
    return text + (region.isExact() ? " exactly" : "");
  }

  @Test
  void aTileOfAStencilReadsItsHalo() {
    Assumptions outside = SIZES.with("io", N);
    List<Loop> loops = List.of(new Loop("ii", FOUR), new Loop("r", IndexExpr.of(3)));
    Region read =
        Region.of(
            List.of(Region.Access.of(ROW.plus(R))), loops, List.of(N.times(4).plus(2)), outside);
    assertEquals("[4 * io +6] exactly", region(read));
    Region points =
        Region.of(
            List.of(
                Region.Access.of(ROW),
                Region.Access.of(ROW.plus(2)),
                Region.Access.of(ROW.plus(1))),
            loops.subList(0, 1),
            List.of(N.times(4).plus(2)),
            outside);
    assertEquals("[4 * io +6] exactly", region(points));
  }

  @Test
  void theLastTileIsCutOff() {
    Assumptions outside = SIZES.with(TILES.subList(0, 1));
    Region read =
        Region.of(
            List.of(new Region.Access(List.of(ROW), List.of(new Guard(ROW, N)))),
            TILES.subList(1, 2),
            List.of(N),
            outside);
    assertEquals("[4 * io +min(n - 4 * io, 4)] exactly", region(read));
  }

  @Test
  void stridesAndTrianglesAreWrapped() {
    List<Loop> triangle = List.of(new Loop("i", N), new Loop("j", I.plus(1)));
    Region read = Region.of(List.of(Region.Access.of(I, J)), triangle, List.of(N, N), SIZES);
    assertEquals("[0 +n][0 +n]", region(read));
    Region even =
        Region.of(
            List.of(Region.Access.of(I.times(2))),
            List.of(new Loop("i", N)),
            List.of(N.times(2)),
            SIZES);
    assertEquals("[0 +2 * n - 1]", region(even));
  }
}
