package org.einkorn.ir.warp;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Annotation;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.ir.loop.MmaShape;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.text.ExprPrinter;

/// Walks from the loop over lanes to the store of a [WarpProduct]: which loops and conditions there
/// are on the way, and whether all lanes take it.
final class WarpSearch {
  private static final String LANES = "`bind` a loop of 32 rounds to `thread.x`";

  private final List<Stmt> around;
  private final Stmt.For loop;

  WarpSearch(List<Stmt> around, Stmt.For loop) {
    this.around = around;
    this.loop = loop;
  }

  WarpProduct.Found found() {
    try {
      return new WarpProduct.Matched(product());
    } catch (Misfit misfit) {
      return misfit.fault;
    } catch (ArithmeticException overflow) {
      return new WarpProduct.Fault("has positions that leave 64 bits", List.of());
    }
  }

  /// Ends the search.
  static final class Misfit extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient WarpProduct.Fault fault;

    Misfit(String text, String... notes) {
      super(text, null, false, false);
      this.fault = new WarpProduct.Fault(text, List.of(notes));
    }
  }

  private WarpProduct product() {
    if (loop.kind() != Stmt.LoopOrder.SERIAL) {
      throw new Misfit("is " + loop.kind().text() + ", and one instruction does all its rounds");
    }
    if (!loop.annotations().stream().allMatch(each -> each instanceof Annotation.Mma)) {
      throw new Misfit("is asked for something else, and one instruction does all its rounds");
    }
    int place = placeOfLanes();
    Stmt.For lanes = (Stmt.For) around.get(place);
    WarpScope scope = new WarpScope();
    around.subList(0, place).forEach(scope::enter);
    scope.enterLanes(lanes.variable());
    Set<String> own = new HashSet<>();
    for (Stmt statement : around.subList(place + 1, around.size())) {
      requireAllLanes(statement, scope);
      scope.enter(statement);
      if (statement instanceof Stmt.Allocate(Buffer buffer, Stmt _)) {
        own.add(buffer.name());
      }
    }
    scope.enter(loop);
    List<Stmt.For> shares = new ArrayList<>();
    Stmt.Store store = store(loop.body(), scope, shares);
    WarpSum sum = WarpSum.of(store, scope);
    MmaShape shape = shape(sum.types(), sum);
    requireRounds(shape);
    requireShares(shape, shares);
    requireCommon(sum.left(), sum, own);
    requireCommon(sum.right(), sum, own);
    List<String> counters =
        shares.stream().filter(WarpSearch::counts).map(Stmt.For::variable).toList();
    return new WarpElements(scope, loop.variable(), lanes.variable())
        .matched(sum, counters, shape, lanes, loop);
  }

  private int placeOfLanes() {
    for (int place = 0; place < around.size(); place++) {
      if (around.get(place) instanceof Stmt.For lanes && lanes.kind() == GridAxis.THREAD_X) {
        if (!lanes.extent().equals(IndexExpr.of(MmaShape.LANES))) {
          throw new Misfit(
              "stands in `%s`, which has %s rounds on `thread.x`, and a warp has 32 lanes"
                  .formatted(lanes.variable(), ExprPrinter.print(lanes.extent())),
              LANES);
        }
        return place;
      }
    }
    throw new Misfit("stands in no loop over the lanes of a warp", LANES);
  }

  // ---- all lanes come to the loop

  private static void requireAllLanes(Stmt statement, WarpScope scope) {
    switch (statement) {
      case Stmt.For outer -> {
        if (outer.kind() == Stmt.LoopOrder.VECTORIZED) {
          throw new Misfit("stands in `" + outer.variable() + "`, which is vectorized");
        }
        if (!scope.isUniform(outer.extent())) {
          throw new Misfit(
              "stands in `%s`, whose rounds differ between lanes: `%s`"
                  .formatted(outer.variable(), ExprPrinter.print(outer.extent())),
              "all lanes of a warp come to an instruction of the warp, and as often");
        }
      }
      case Stmt.Block block -> requireAllLanes(block.guards(), scope.inside(block));
      case Stmt.If(List<Guard> guards, Stmt _) -> requireAllLanes(guards, scope);
      case Stmt.When _, Stmt.While _ ->
          throw new Misfit(
              "stands under a condition on data, which may differ between lanes",
              "all lanes of a warp come to an instruction of the warp, and as often");
      case Stmt.Sequence _, Stmt.Allocate _, Stmt.Store _ -> {}
    }
  }

  private static void requireAllLanes(List<Guard> guards, WarpScope scope) {
    for (Guard guard : guards) {
      if (!scope.isUniform(guard.index()) || !scope.isUniform(guard.extent())) {
        throw new Misfit(
            "stands under a condition that differs between lanes: `%s`".formatted(text(guard)),
            "all lanes of a warp come to an instruction of the warp, and as often");
      }
    }
  }

  private static String text(Guard guard) {
    return "0 <= %s < %s"
        .formatted(ExprPrinter.print(guard.index()), ExprPrinter.print(guard.extent()));
  }

  // ---- what stands in the loop

  private static Stmt.Store store(Stmt body, WarpScope scope, List<Stmt.For> shares) {
    switch (body) {
      case Stmt.For inner -> {
        if (inner.kind() != Stmt.LoopOrder.SERIAL && inner.kind() != Stmt.LoopOrder.UNROLLED) {
          throw new Misfit(
              "has the loop `%s` in it, which is %s"
                  .formatted(inner.variable(), inner.kind().text()),
              "a lane goes over its elements in serial or unrolled loops");
        }
        if (!inner.annotations().isEmpty()) {
          throw new Misfit(
              "has the loop `%s` in it, which is asked for something".formatted(inner.variable()));
        }
        scope.enter(inner);
        shares.add(inner);
        return store(inner.body(), scope, shares);
      }
      case Stmt.Block block -> {
        if (block.init().isPresent()) {
          throw new Misfit(
              "has the block `" + block.name() + "` in it, which has an `init`",
              "take it out first: `decompose-reduction " + block.name() + " at …`");
        }
        scope.enter(block);
        requireAllRounds(block.guards(), scope);
        return store(block.body(), scope, shares);
      }
      case Stmt.If(List<Guard> guards, Stmt inside) -> {
        requireAllRounds(guards, scope);
        return store(inside, scope, shares);
      }
      case Stmt.Store store -> {
        return store;
      }
      case Stmt.Sequence _, Stmt.Allocate _, Stmt.When _, Stmt.While _ ->
          throw new Misfit("has more in it than loops around one store");
    }
  }

  private static void requireAllRounds(List<Guard> guards, WarpScope scope) {
    for (Guard guard : guards) {
      if (!scope.holds(guard)) {
        throw new Misfit(
            "leaves out rounds: it asks whether `" + text(guard) + "`",
            "the instruction computes all of them; `pad-einsum` the block before loops are split");
      }
    }
  }

  // ---- what the instruction is for

  private static MmaShape shape(MmaShape.Operands types, WarpSum sum) {
    return MmaShape.of(types)
        .orElseThrow(
            () -> {
              List<String> notes = new ArrayList<>();
              notes.add("there is " + MmaShape.table());
              notes.addAll(sum.advice());
              return new Misfit(
                  "adds up " + types.text() + ", which no shape of `mma` is for",
                  notes.toArray(String[]::new));
            });
  }

  private void requireRounds(MmaShape shape) {
    if (!loop.extent().equals(IndexExpr.of(shape.rounds()))) {
      throw new Misfit(
          "has %s rounds, and `%s` adds up %d"
              .formatted(ExprPrinter.print(loop.extent()), shape.text(), shape.rounds()),
          "`split` it by "
              + shape.rounds()
              + " first, and where that leaves a rest, `pad-einsum` the block before that");
    }
  }

  private static boolean counts(Stmt.For share) {
    return !share.extent().equals(IndexExpr.Constant.ONE);
  }

  private static void requireShares(MmaShape shape, List<Stmt.For> shares) {
    List<Stmt.For> counting = shares.stream().filter(WarpSearch::counts).toList();
    int expected = shape.rowsOfLane() == 1 ? 1 : 2;
    IndexExpr two = IndexExpr.of(MmaShape.COLUMNS_OF_LANE);
    if (counting.size() != expected
        || !counting.stream().allMatch(share -> share.extent().equals(two))) {
      String inside =
          shares.isEmpty()
              ? "no loops"
              : String.join(
                  ", ",
                  shares.stream()
                      .map(
                          share ->
                              "`%s < %s`"
                                  .formatted(share.variable(), ExprPrinter.print(share.extent())))
                      .toList());
      throw new Misfit(
          "has %s in it, and a lane holds %s of 2 elements of a `%s`"
              .formatted(inside, expected == 1 ? "1 row" : "2 rows", shape.text()),
          WarpElements.layout(shape));
    }
  }

  /// That all lanes see a factor.
  private void requireCommon(Scalar.Read factor, WarpSum sum, Set<String> own) {
    if (factor.tensor().equals(sum.store().buffer())) {
      throw new Misfit("reads `" + factor.tensor() + "`, which it stores, besides adding to it");
    }
    boolean isOfThread =
        own.contains(factor.tensor())
            || around.stream()
                .anyMatch(
                    each ->
                        each instanceof Stmt.Allocate(Buffer buffer, Stmt _)
                            && buffer.name().equals(factor.tensor())
                            && buffer.scope() != Buffer.Scope.SHARED);
    if (isOfThread) {
      throw new Misfit(
          "reads `" + factor.tensor() + "`, which is memory of one thread",
          "a lane hands over what other lanes read: let factors lie in `shared` or global memory");
    }
  }
}
