/// Reasoning about integers: what an index expression is equal to, between what it lies, whether a
/// condition holds, whether iterators are independent, which elements loops reach.
///
/// It answers what a schedule asks before it changes a nest. [Assumptions] hold what is known of
/// the variables and symbols in scope; everything else is asked of them or takes them along. An
/// answer is right for every point at which the assumptions hold, or it is no answer: `false`, a
/// reason, a box that says that it is not exact.
///
/// # Whether a condition holds
///
/// A loop over n rows is split into tiles of 4. The last tile may stand out, so a guard is needed,
/// unless n is known to be a multiple of 4:
///
/// ```java
/// var tiles = List.of(new Loop("io", n.plus(3).floorDiv(four)), new Loop("ii", four));
/// var row = io.times(4).plus(ii);
/// var sizes = Assumptions.NONE.withSymbol("n", 1, Long.MAX_VALUE);
///
/// sizes.with(tiles).proves(Condition.inside(row, n));                           // false
/// sizes.and(Condition.equal(n.floorMod(four), IndexExpr.of(0)))
///     .with(tiles).proves(Condition.inside(row, n));                            // true
/// sizes.with(tiles).and(Condition.of(new Guard(row, n)))
///     .proves(Condition.inside(row, n));                                        // true
/// ```
///
/// # What an expression is equal to
///
/// ```java
/// sizes.with(tiles).simplify(row.floorDiv(four));                               // io
/// sizes.with(tiles).simplify(row.floorMod(four));                               // ii
/// sizes.with("f", n.times(m)).simplify(
///     f.floorDiv(m).times(m).plus(f.floorMod(m)));                              // f
/// sizes.with("i", n).simplify(Condition.less(i.times(2).plus(2), n.times(2)));  // i + 1 < n
/// ```
///
/// The canonical form is a sum of products over variables, symbols, quotients, remainders, minima
/// and maxima, in a fixed order. Equal sums of products have the same form; so do most expressions
/// with quotients that are equal. To know that two expressions are equal, ask for a proof.
///
/// # Which integers a value can be
///
/// [IntegerRange] is that of an expression, from types and constants: a product of two `i8` is
/// always an `i32`. [StoredIntegers] is that of memory that sums are kept in: as much as is added,
/// as often as the loops around have rounds.
///
/// # Whether iterators are independent
///
/// Iterators that are made from loops by splitting, fusing and reordering can be exchanged freely;
/// those that share parts of a loop can't. A split that does not come out even is padded, and the
/// form says which points of the box are reached:
///
/// ```java
/// IteratorMap.detect(
///     List.of(new Binding("a", i.floorDiv(four)), new Binding("b", i.floorMod(four))),
///     List.of(new Loop("i", ten)), List.of(), Assumptions.NONE);
///     // Independent: a of 3, b of 4, inside 4 * a + b <= 9
/// IteratorMap.detect(
///     List.of(new Binding("row", row)), tiles, List.of(new Guard(row, n)), sizes);
///     // Independent: row of n, nothing padded, each round once
/// IteratorMap.detect(
///     List.of(new Binding("a", i), new Binding("b", i.plus(j))), loops, List.of(), sizes);
///     // Dependent: b, OVERLAP, i + j
/// ```
///
/// # Which elements are reached
///
/// A producer that is computed at a loop has to make what the loops inside of it read. For a
/// stencil of three points that is a tile and its halo:
///
/// ```java
/// Region.of(
///     List.of(Access.of(row), Access.of(row.plus(1)), Access.of(row.plus(2))),
///     List.of(new Loop("ii", four)), List.of(n.plus(2)), sizes.with(tiles.subList(0, 1)));
///     // 4 * io … 4 * io + 5, exact
/// Region.of(
///     List.of(new Access(List.of(row), List.of(new Guard(row, n)))),
///     List.of(new Loop("ii", four)), List.of(n), sizes.with(tiles.subList(0, 1)));
///     // from 4 * io on, min(n - 4 * io, 4) elements, exact
/// ```
///
/// # Numbers
///
/// All rules are about whole numbers of any size; each states why it is right. They are computed
/// with in 64 bits: arithmetic on coefficients that would leave these throws inside and the rule is
/// given up, and the ends of [intervals][Interval] that would leave them become none. A simplified
/// expression stays in 64 bits wherever its parts can be shown to do so before. Divisors are
/// positive, as [IndexExpr][org.einkorn.ir.expr.IndexExpr] demands; where that is not known, a
/// quotient is left alone.
///
/// A pipeline asks the same again and again; while it runs, a [Memo] keeps the answers.
///
/// ```text
/// Assumptions ::= (atom in Range)… (Polynomial >= 0)…
/// Range       ::= Interval, forms it is not below…, forms it is not above…
/// Polynomial  ::= Σ (number · atom · …) + number
/// atom        ::= variable | symbol | floordiv | mod | min | max | fetch
/// Condition   ::= true | false | IndexExpr (< | <= | == | !=) IndexExpr | all Condition… | any Condition…
/// IteratorMap ::= Independent Iterator… inside Condition | Dependent iterator Reason part
/// Iterator    ::= start + step · Σ Digit
/// Digit       ::= scale · (source floordiv lower mod extent)
/// Region      ::= (start, extent)… exact or not
/// ```
@NullMarked
package org.einkorn.ir.integer;

import org.jspecify.annotations.NullMarked;
