package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.IterKind;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;

/// `for k < d { C[i] = C[i] + A[i, k] * B[k] } → for k < 4 * ((d + 3) floordiv 4) { C[i] = C[i] +
/// A'[i, k] * B'[k] }`, where `A'` and `B'` are copies with 0 in what they have more.
/// - More rounds of a reduction add +0: all elements that are read there are 0 and +0, so that
///   nothing infinite, and no NaN, is multiplied by 0; and the sum is never −0 ([PaddedSum]). So it
///   stays what it is, bit for bit.
/// - More rounds of a spatial loop store what nobody reads: the memory of the sum is allocated
///   inside of the loop, or has rows of its own for them, and is a temporary.
/// - What else stands in the loops runs in the rounds in which it ran; but what sets the sum to a
///   number runs in those of spatial loops too, so that there is something to add to.
/// - Where a loop has no rounds it has none afterwards.
final class PadEinsum implements Primitive<Step.PadEinsum> {
  /// A loop that is padded.
  ///
  /// @param iterator of the block, bound to the loop alone
  record Padded(Stmt.For loop, Stmt.BlockIter iterator, IndexExpr extent) {
    boolean isReduce() {
      return iterator.kind() == IterKind.REDUCE;
    }

    Guard guard() {
      return new Guard(IndexExpr.variable(loop.variable()), loop.extent());
    }
  }

  @Override
  public Module apply(Nest nest, Step.PadEinsum step) {
    Stmt.Block block = nest.block(step.block());
    if (!block.guards().isEmpty()) {
      throw nest.refuse(Reason.NO_MATCH, block, "has a guard of its own");
    }
    PaddedSum sum = PaddedSum.of(block, nest);
    List<Stmt> path = path(nest.function().body(), block);
    List<Padded> padded = new ArrayList<>();
    for (Step.Padding padding : step.paddings()) {
      padded.add(padded(padding, path, block, nest));
    }
    if (padded.stream().allMatch(each -> each.extent().equals(each.loop().extent()))) {
      throw nest.refuse(Reason.MALFORMED, block, "has loops that run up to these already");
    }
    requirePlain(path, padded, nest);
    requireIdentity(sum, padded, block, nest);
    Optional<Stmt.Allocate> local = allocation(sum.target(), path);
    Map<String, Buffer> memory = memory(sum, padded, path, local, block, nest);
    Map<String, Buffer> copies = copies(sum, padded, block, nest);
    Buffer target =
        local.map(Stmt.Allocate::buffer).orElseGet(() -> Copies.global(sum.target(), nest));
    PaddedNest rewrite =
        new PaddedNest(
            block, sum, padded, memory, copies, memory.getOrDefault(target.name(), target));
    Stmt body = rewrite.of(nest.function().body());
    if (block.init().isEmpty()
        && padded.stream().anyMatch(each -> !each.isReduce())
        && !rewrite.isSumSet()) {
      throw nest.refuse(
          Reason.NOT_ALL_STORED,
          block,
          "would add to what nothing has set, in rounds that are added");
    }
    return with(memory, copies, body, nest);
  }

  private static Module with(
      Map<String, Buffer> memory, Map<String, Buffer> copies, Stmt body, Nest nest) {
    List<Buffer> buffers = new ArrayList<>();
    for (Buffer buffer : nest.module().buffers()) {
      buffers.add(memory.getOrDefault(buffer.name(), buffer));
    }
    List<Stmt> all = new ArrayList<>();
    copies.forEach(
        (name, copy) -> {
          Buffer source = Copies.global(name, nest);
          buffers.add(copy);
          all.add(Copies.filled(copy.name() + ".fill", copy, nest));
          all.add(Copies.whole(copy.name(), copy, source, nest));
        });
    all.addAll(body instanceof Stmt.Sequence(List<Stmt> parts) ? parts : List.of(body));
    return nest.with(buffers, new Stmt.Sequence(all));
  }

  /// The statements around a block, the outermost first.
  private static List<Stmt> path(Stmt statement, Stmt.Block block) {
    List<Stmt> path = new ArrayList<>();
    Stmt inside = statement;
    while (inside != block) {
      path.add(inside);
      inside =
          inside.children().stream()
              .filter(each -> Statements.blocks(each).stream().anyMatch(some -> some == block))
              .findFirst()
              .orElseThrow();
    }
    return path;
  }

  private static Padded padded(Step.Padding padding, List<Stmt> path, Stmt.Block block, Nest nest) {
    Stmt.For loop =
        path.stream()
            .filter(Stmt.For.class::isInstance)
            .map(Stmt.For.class::cast)
            .filter(each -> each.variable().equals(padding.loop()))
            .findFirst()
            .orElseThrow(
                () ->
                    nest.refuse(
                        Reason.UNKNOWN_NAME,
                        block,
                        "does not stand in a loop `" + padding.loop() + "`"));
    nest.requireSerial(loop);
    if (!Walk.variables(loop.extent()).isEmpty()
        || !Scopes.canEvaluate(loop.extent(), Assumptions.NONE)) {
      throw nest.refuse(
          Reason.EXTENT_DEPENDS, loop, "has an extent that is not known as the function begins");
    }
    List<Stmt.BlockIter> bound =
        block.iters().stream()
            .filter(iter -> Walk.variables(iter.binding()).contains(loop.variable()))
            .toList();
    if (bound.size() != 1
        || !bound.getFirst().binding().equals(IndexExpr.variable(loop.variable()))
        || !bound.getFirst().extent().equals(loop.extent())) {
      throw nest.refuse(
          Reason.NO_MATCH,
          loop,
          "is not what one iterator of `" + block.name() + "` is bound to, and as long");
    }
    Stmt.BlockIter iterator = bound.getFirst();
    if (iterator.kind() != IterKind.SPATIAL && iterator.kind() != IterKind.REDUCE) {
      throw nest.refuse(
          Reason.ORDERED_ITERATOR,
          block,
          "has the %s iterator `%s`".formatted(iterator.kind().text(), iterator.variable()));
    }
    IndexExpr extent =
        Assumptions.NONE.simplify(
            loop.extent()
                .plus(padding.multiple() - 1)
                .floorDiv(IndexExpr.of(padding.multiple()))
                .times(IndexExpr.of(padding.multiple())));
    return new Padded(loop, iterator, extent);
  }

  private static void requirePlain(List<Stmt> path, List<Padded> padded, Nest nest) {
    boolean isInside = false;
    for (Stmt each : path) {
      isInside |= padded.stream().anyMatch(one -> one.loop() == each);
      boolean isPlain =
          switch (each) {
            case Stmt.For _, Stmt.Sequence _, Stmt.Allocate _ -> true;
            case Stmt.Block _, Stmt.If _, Stmt.When _, Stmt.While _, Stmt.Store _ -> false;
          };
      if (isInside && each instanceof Stmt.For loop) {
        Set<String> needed = Walk.variables(loop.extent());
        if (padded.stream().anyMatch(one -> needed.contains(one.loop().variable()))) {
          throw nest.refuse(
              Reason.EXTENT_DEPENDS, loop, "is as long as a loop says that is padded");
        }
      }
      if (isInside && !isPlain) {
        throw nest.refuse(
            Reason.NOT_NESTED,
            padded.getFirst().loop(),
            "has a block or a condition between it and the block");
      }
    }
  }

  private static void requireIdentity(
      PaddedSum sum, List<Padded> padded, Stmt.Block block, Nest nest) {
    for (Padded each : padded) {
      if (each.isReduce() && !sum.isZero(each.iterator().variable())) {
        throw nest.refuse(
            Reason.NO_MATCH,
            block,
            "would add more than 0 where `" + each.loop().variable() + "` runs on",
            "a number that is infinite, or NaN, times 0 is NaN");
      }
    }
    if (padded.stream().anyMatch(Padded::isReduce) && !sum.isNeverMinusZero(block, nest)) {
      throw nest.refuse(
          Reason.NO_MATCH,
          block,
          "adds to what may be -0, and -0 + 0 is 0",
          "`" + sum.target() + "` has to begin with 0, and nothing else may be stored in it");
    }
  }

  // ---- memory

  private static Optional<Stmt.Allocate> allocation(String name, List<Stmt> path) {
    return path.stream()
        .filter(Stmt.Allocate.class::isInstance)
        .map(Stmt.Allocate.class::cast)
        .filter(each -> each.buffer().name().equals(name))
        .findFirst();
  }

  /// The memory of the sum, larger where more rounds of spatial loops have rows of their own.
  private static Map<String, Buffer> memory(
      PaddedSum sum,
      List<Padded> padded,
      List<Stmt> path,
      Optional<Stmt.Allocate> local,
      Stmt.Block block,
      Nest nest) {
    Buffer old =
        local.map(Stmt.Allocate::buffer).orElseGet(() -> Copies.global(sum.target(), nest));
    List<IndexExpr> extents = new ArrayList<>(old.type().extents());
    boolean grows = false;
    for (Padded each : padded) {
      boolean isOutside = local.isEmpty() || path.indexOf(each.loop()) > path.indexOf(local.get());
      if (each.isReduce()) {
        if (!isOutside) {
          throw nest.refuse(
              Reason.NOT_NESTED,
              each.loop(),
              "stands around the memory of the sum, which is another one in each round");
        }
        if (PaddedSum.mentions(sum.at(), Set.of(each.iterator().variable()))) {
          throw nest.refuse(
              Reason.NO_MATCH, block, "stores at a position over an iterator that reduces");
        }
      } else if (isOutside) {
        pad(extents, sum.at(), each, sum.target(), block, nest);
        grows = true;
      } else if (PaddedSum.mentions(sum.at(), Set.of(each.iterator().variable()))) {
        throw nest.refuse(
            Reason.NO_MATCH,
            block,
            "stores `%s` at a position over `%s`, which runs around it"
                .formatted(sum.target(), each.loop().variable()));
      }
    }
    if (!grows) {
      return Map.of();
    }
    if (local.isEmpty()) {
      var unused = TransformLayout.temporary(nest, sum.target());
    }
    return Map.of(
        sum.target(),
        new Buffer(old.name(), new TensorType(old.type().dtype(), extents), old.scope()));
  }

  /// Makes the axis as long as a loop that is padded.
  private static void pad(
      List<IndexExpr> extents,
      List<IndexExpr> indices,
      Padded padded,
      String buffer,
      Stmt.Block block,
      Nest nest) {
    Optional<Integer> axis = PaddedSum.axis(indices, padded.iterator().variable());
    if (axis.isEmpty()
        || !Assumptions.NONE.proves(
            Condition.equal(extents.get(axis.get()), padded.loop().extent()))) {
      throw nest.refuse(
          Reason.NO_MATCH,
          block,
          "has `%s` at no axis of `%s` that is as long, or at several"
              .formatted(padded.iterator().variable(), buffer));
    }
    extents.set(axis.get(), padded.extent());
  }

  /// The copies of operands, by their names.
  private static Map<String, Buffer> copies(
      PaddedSum sum, List<Padded> padded, Stmt.Block block, Nest nest) {
    Map<String, Buffer> copies = new LinkedHashMap<>();
    for (Scalar.Read read : sum.reads()) {
      // What is computed in a round is not there in rounds that are added.
      CacheRead.requireCopyable(Copies.global(read.tensor(), nest), nest);
      List<Padded> own =
          padded.stream()
              .filter(
                  each -> PaddedSum.mentions(read.indices(), Set.of(each.iterator().variable())))
              .toList();
      if (own.isEmpty() || copies.containsKey(read.tensor())) {
        continue;
      }
      Buffer source = Copies.global(read.tensor(), nest);
      List<IndexExpr> extents = new ArrayList<>(source.type().extents());
      own.forEach(each -> pad(extents, read.indices(), each, read.tensor(), block, nest));
      String name = read.tensor() + ".pad";
      Copies.requireFree(name, nest);
      copies.put(
          read.tensor(),
          new Buffer(name, new TensorType(source.type().dtype(), extents), Buffer.Scope.GLOBAL));
    }
    return copies;
  }
}
