package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.text.ExprPrinter;

/// `for i < n { s } → for io < ⌈n / f⌉ { for ii < f { if 0 <= f * io + ii < n { s } } }`, where `s`
/// has `f * io + ii` for `i`.
///
/// The rounds of the new loops are counted by a number with mixed bases, which takes every value
/// below the product of the extents once and in ascending order. The product is not below n, and
/// the guard leaves out what is not below n; so the same rounds run in the same order. The guard is
/// left out where it is proved, or where the product is not above n.
final class SplitLoop implements Primitive<Step.Split> {
  /// Factors beyond this are no tiles, and might leave 64 bits.
  private static final long MAX_FACTOR = 1L << 31;

  @Override
  public Module apply(Nest nest, Step.Split step) {
    Nest.Site<Stmt.For> site = nest.loop(step.loop());
    Stmt.For loop = site.statement();
    nest.requireSerial(loop);
    nest.requireFree(step.names(), List.of(loop));
    Assumptions outside = site.scope();
    IndexExpr product = IndexExpr.Constant.ONE;
    for (Optional<IndexExpr> factor : step.factors()) {
      if (factor.isPresent()) {
        product = product.times(checked(factor.get(), nest, site));
      }
    }
    product = outside.simplify(product);
    if (product instanceof IndexExpr.Constant(long value) && value > MAX_FACTOR) {
      throw nest.refuse(Reason.TOO_LARGE, loop, "a tile of more than 2^31 rounds");
    }
    List<IndexExpr> extents = extents(step, loop, product, nest, outside);
    IndexExpr position = position(step.names(), extents, outside);
    Assumptions inside = outside;
    for (int number = 0; number < extents.size(); number++) {
      inside = Scopes.inLoop(inside, step.names().get(number), extents.get(number));
    }
    Guard guard = new Guard(inside.simplify(position), loop.extent());
    IndexExpr all = extents.stream().reduce(IndexExpr.Constant.ONE, IndexExpr::times);
    boolean isProved = inside.proves(Condition.of(guard));
    boolean isEven = isProved || outside.proves(Condition.atMost(all, loop.extent()));
    Assumptions scope = isProved ? inside : Scopes.where(inside, guard);
    Stmt body =
        Statements.guarded(
            isEven ? List.of() : List.of(guard),
            Rebinding.of(Map.of(loop.variable(), position), loop.body(), scope));
    for (int number = extents.size() - 1; number >= 0; number--) {
      body =
          new Stmt.For(Stmt.LoopOrder.SERIAL, step.names().get(number), extents.get(number), body);
    }
    return nest.replace(loop, body);
  }

  private static IndexExpr checked(IndexExpr factor, Nest nest, Nest.Site<Stmt.For> site) {
    nest.requireKnown(factor, "a factor", site);
    if (!Scopes.isPositive(factor, site.scope())) {
      throw nest.refuse(
          Reason.FACTOR_NOT_POSITIVE,
          site.statement(),
          "the factor `" + ExprPrinter.print(factor) + "` is not known to be 1 or more");
    }
    return factor;
  }

  private static List<IndexExpr> extents(
      Step.Split step, Stmt.For loop, IndexExpr product, Nest nest, Assumptions outside) {
    if (step.factors().stream().allMatch(Optional::isPresent)
        && !outside.proves(Condition.atMost(loop.extent(), product))) {
      throw nest.refuse(
          Reason.ROUNDS_MISSING,
          loop,
          "`%s` rounds are not known to be all of `%s`"
              .formatted(ExprPrinter.print(product), ExprPrinter.print(loop.extent())));
    }
    if (!Scopes.canEvaluate(loop.extent(), outside)) {
      throw nest.refuse(Reason.EXTENT_MAY_FAIL, loop, "its extent may divide by zero, or is data");
    }
    IndexExpr rest = loop.extent().plus(product).plus(-1).floorDiv(product);
    List<IndexExpr> extents = new ArrayList<>();
    for (Optional<IndexExpr> factor : step.factors()) {
      extents.add(outside.simplify(factor.orElse(rest)));
    }
    return extents;
  }

  /// `io * (f * g) + im * g + ii`
  private static IndexExpr position(
      List<String> names, List<IndexExpr> extents, Assumptions outside) {
    List<IndexExpr> terms = new ArrayList<>();
    IndexExpr stride = IndexExpr.Constant.ONE;
    for (int number = names.size() - 1; number >= 0; number--) {
      terms.add(IndexExpr.variable(names.get(number)).times(stride));
      stride = outside.simplify(stride.times(extents.get(number)));
    }
    Collections.reverse(terms);
    return terms.stream().reduce(IndexExpr::plus).orElseThrow();
  }
}
