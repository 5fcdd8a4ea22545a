package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.rewrite.Substitution;

/// `acc[] = 0; for k < d { acc[] = acc[] + x(k) } Y[i] = acc[] + e(i)` → `acc[] = e(i); for k < d {
/// acc[] = acc[] + x(k) } Y[i] = acc[]`
///
/// The sum is that of the same numbers in another order. Nothing stores what `e` reads up to its
/// old place, and `acc` is only added to between.
final class FuseReductionEpilogue implements Primitive<Step.FuseReductionEpilogue> {
  @Override
  public Module apply(Nest nest, Step.FuseReductionEpilogue step) {
    Stmt.Block block = nest.block(step.block());
    Stmt.Block reduction = nest.block(step.reduction());
    if (!(reduction.body()
            instanceof Stmt.Store(String sum, List<IndexExpr> none, Scalar.Literal start))
        || !none.isEmpty()
        || !start.type().isFloat()
        || start.doubleValue() != 0
        || reduction.init().isPresent()
        || !reduction.guards().isEmpty()) {
      throw nest.refuse(Reason.NO_MATCH, reduction, "does not begin a sum of floats with 0");
    }
    Stmt.Allocate allocation = nest.allocation(sum);
    if (!(allocation.body() instanceof Stmt.Sequence(List<Stmt> parts))
        || place(parts, reduction) < 0
        || place(parts, block) <= place(parts, reduction)) {
      throw nest.refuse(
          Reason.NOT_NESTED,
          block,
          "does not stand after `%s` where `%s` is allocated".formatted(reduction.name(), sum));
    }
    Epilogue epilogue = epilogue(nest, block, sum);
    requireSum(nest, allocation, reduction, block, sum);
    requireUnchanged(nest, parts.subList(0, place(parts, block)), epilogue, block);
    Stmt first = beginning(nest, reduction, block, epilogue, allocation.buffer());
    Stmt last =
        new Stmt.Block(
            block.name(),
            block.iters(),
            block.guards(),
            block.reads(),
            block.writes(),
            block.init(),
            new Stmt.Store(epilogue.buffer(), epilogue.positions(), epilogue.result()));
    Stmt body = Statements.replace(allocation.body(), reduction, first);
    return nest.replace(
        allocation, new Stmt.Allocate(allocation.buffer(), Statements.replace(body, block, last)));
  }

  private static int place(List<Stmt> parts, Stmt part) {
    for (int place = 0; place < parts.size(); place++) {
      if (parts.get(place) == part) {
        return place;
      }
    }
    return -1;
  }

  /// `buffer[positions] = result + addend`
  ///
  /// @param result the sum, converted as it is stored
  private record Epilogue(String buffer, List<IndexExpr> positions, Scalar result, Scalar addend) {}

  private static Epilogue epilogue(Nest nest, Stmt.Block block, String sum) {
    if (block.guards().isEmpty()
        && block.init().isEmpty()
        && block.body()
            instanceof Stmt.Store(String buffer, List<IndexExpr> positions, Scalar value)
        && value instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
        && op == BinaryOp.ADD
        && value.type().isFloat()) {
      boolean isLeft = isSum(left, sum);
      Scalar addend = isLeft ? right : left;
      if ((isLeft || isSum(right, sum)) && !reads(addend).contains(sum)) {
        if (Faults.mayFail(addend)) {
          throw nest.refuse(Reason.MAY_FAIL, block, "adds what may fail");
        }
        return new Epilogue(buffer, positions, isLeft ? left : right, addend);
      }
    }
    throw nest.refuse(
        Reason.NO_MATCH, block, "does not store `%s` and something added to it".formatted(sum));
  }

  private static boolean isSum(Scalar value, String sum) {
    return switch (value) {
      case Scalar.Read read -> read.tensor().equals(sum);
      case Scalar.Cast(var type, Scalar.Read read) -> type.isFloat() && read.tensor().equals(sum);
      case Scalar.Literal _,
          Scalar.Position _,
          Scalar.Unary _,
          Scalar.Binary _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _,
          Scalar.Cast _ ->
          false;
    };
  }

  /// What a value reads.
  private static Set<String> reads(Scalar value) {
    return Touched.of(new Stmt.Store("value", List.of(), value)).reads();
  }

  /// That everything between adds to the sum, and nothing else has to do with it.
  private static void requireSum(
      Nest nest, Stmt.Allocate allocation, Stmt reduction, Stmt block, String sum) {
    Stmt rest =
        Statements.replace(
            Statements.replace(allocation.body(), reduction, new Stmt.Sequence(List.of())),
            block,
            new Stmt.Sequence(List.of()));
    Statements.forEach(
        rest,
        each -> {
          boolean isTouched = Touched.of(own(each)).touches(sum);
          if (isTouched && !(each instanceof Stmt.Store store && adds(store, sum))) {
            throw nest.refuse(
                Reason.NO_MATCH, reduction, "begins what is not only added to: `" + sum + "`");
          }
        });
  }

  /// The statement without those inside of it.
  private static Stmt own(Stmt statement) {
    return statement instanceof Stmt.Allocate
        ? new Stmt.Sequence(List.of())
        : statement.mapChildren(_ -> new Stmt.Sequence(List.of()));
  }

  private static boolean adds(Stmt.Store store, String sum) {
    if (!store.buffer().equals(sum)) {
      return false;
    }
    return switch (store.value()) {
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) when op == BinaryOp.ADD ->
          isRead(left, sum) && !reads(right).contains(sum)
              || isRead(right, sum) && !reads(left).contains(sum);
      case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) ->
          isRead(addend, sum) && !reads(left).contains(sum) && !reads(right).contains(sum);
      case Scalar.Literal _,
          Scalar.Read _,
          Scalar.Position _,
          Scalar.Unary _,
          Scalar.Binary _,
          Scalar.Dot _,
          Scalar.Select _,
          Scalar.Cast _ ->
          false;
    };
  }

  private static boolean isRead(Scalar value, String sum) {
    return value instanceof Scalar.Read read && read.tensor().equals(sum);
  }

  private static void requireUnchanged(
      Nest nest, List<Stmt> before, Epilogue epilogue, Stmt.Block block) {
    Optional<String> changed =
        reads(epilogue.addend()).stream().filter(Touched.of(before).stores()::contains).findFirst();
    if (changed.isPresent()) {
      throw nest.refuse(
          Reason.DEPENDENCE, block, "adds `" + changed.get() + "`, which is stored before it");
    }
  }

  /// The block that begins the sum, with iterators of the other block for what that adds.
  private static Stmt beginning(
      Nest nest, Stmt.Block reduction, Stmt.Block block, Epilogue epilogue, Buffer sum) {
    List<Stmt.BlockIter> iters = new ArrayList<>(reduction.iters());
    Map<String, IndexExpr> values = new HashMap<>();
    Set<String> needed = Walk.variables(epilogue.addend());
    FreshNames names = new FreshNames(nest.names());
    for (Stmt.BlockIter iter : block.iters()) {
      Optional<Stmt.BlockIter> same =
          iters.stream()
              .filter(
                  each ->
                      each.binding().equals(iter.binding()) && each.extent().equals(iter.extent()))
              .findFirst();
      if (same.isPresent()) {
        values.put(iter.variable(), IndexExpr.variable(same.get().variable()));
      } else if (needed.contains(iter.variable())) {
        String name = names.like(iter.variable());
        iters.add(new Stmt.BlockIter(Stmt.IterKind.SPATIAL, name, iter.extent(), iter.binding()));
        values.put(iter.variable(), IndexExpr.variable(name));
      }
    }
    Scalar start =
        Scalar.cast(sum.type().dtype(), new Substitution(values).apply(epilogue.addend()));
    List<Stmt.Region> reads = new ArrayList<>(reduction.reads());
    Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Read read) {
                reads.add(Inlining.element(read.tensor(), read.indices()));
              }
            })
        .visit(start);
    return new Stmt.Block(
        reduction.name(),
        iters,
        reduction.guards(),
        reads.stream().distinct().toList(),
        reduction.writes(),
        reduction.init(),
        new Stmt.Store(sum.name(), List.of(), start));
  }
}
