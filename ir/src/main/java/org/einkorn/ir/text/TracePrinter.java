package org.einkorn.ir.text;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.runtime.DType;

/// Writes [traces][Trace], one line for each step.
///
/// ```text
/// schedule C {
///   (io, im, ii) = split i by 4, 8
///   (jo, ji) = split j by 16, _
///   reorder io k im ii
/// }
/// ```
///
/// The extent that a split infers is written `_`, and left out where it is the outermost loop's.
public final class TracePrinter {
  /// The words that are names elsewhere.
  static final Set<String> WORDS =
      Set.of(
          "schedule",
          "split",
          "by",
          "fuse",
          "reorder",
          "partition",
          "at",
          "add",
          "vectorize",
          "bind",
          "unroll",
          "fission",
          "after",
          "lift",
          "above",
          "set",
          "tensorize",
          "as",
          "cache",
          "reindex",
          "storage",
          "rolling",
          "double",
          "annotate",
          "transform",
          "blockize",
          "pad",
          "to",
          "decompose",
          "rfactor",
          "join",
          "compute",
          "sample",
          "reverse",
          "into",
          "of",
          "_");

  private TracePrinter() {}

  /// The script of a trace, which [TraceParser] reads back.
  public static String print(Trace trace) {
    StringBuilder out = new StringBuilder();
    out.append("schedule ").append(name(trace.function())).append(" {\n");
    trace.steps().forEach(step -> out.append("  ").append(print(step)).append('\n'));
    return out.append("}\n").toString();
  }

  /// `ij = fuse i j`
  public static String print(Step step) {
    return switch (step) {
      case Step.Split(List<String> names, LoopName loop, List<Optional<IndexExpr>> factors) ->
          "(%s) = split %s by %s".formatted(names(names), print(loop), factors(factors));
      case Step.Fuse(String name, List<LoopName> loops) ->
          "%s = fuse %s".formatted(name(name), loops(loops));
      case Step.Reorder(List<LoopName> loops) -> "reorder " + loops(loops);
      case Step.Partition(String first, String second, LoopName loop, IndexExpr point) ->
          "(%s) = partition %s at %s"
              .formatted(names(List.of(first, second)), print(loop), ExprPrinter.print(point));
      case Step.AddUnitLoop(String name, String block) ->
          "%s = add-unit-loop %s".formatted(name(name), name(block));
      case Step.Parallel(LoopName loop) -> "parallel " + print(loop);
      case Step.Vectorize(LoopName loop) -> "vectorize " + print(loop);
      case Step.Bind(LoopName loop, GridAxis axis) ->
          "bind %s to %s".formatted(print(loop), axis.text());
      case Step.Unroll(LoopName loop) -> "unroll " + print(loop);
      case Step.Fission(LoopName loop, String block) ->
          "fission %s after %s".formatted(print(loop), name(block));
      case Step.Lift(String buffer, LoopName loop) ->
          "lift %s above %s".formatted(name(buffer), print(loop));
      case Step.SetType(String buffer, DType type) ->
          "set-dtype %s %s".formatted(name(buffer), type.text());
      case Step.Tensorize(LoopName place, String intrinsic) ->
          "tensorize %s as %s".formatted(print(place), intrinsic);
      case Step.CacheRead(String name, String buffer) ->
          "%s = cache-read %s".formatted(name(name), name(buffer));
      case Step.CacheWrite(String name, String buffer) ->
          "%s = cache-write %s".formatted(name(name), name(buffer));
      case Step.CacheInPlace(String name, String buffer) ->
          "%s = cache-inplace %s".formatted(name(name), name(buffer));
      case Step.Reindex(String name, String buffer, String block, OptionalInt read) ->
          "%s = reindex %s of %s".formatted(name(name), name(buffer), name(block))
              + (read.isPresent() ? " read " + read.getAsInt() : "");
      case Step.StorageAlign(String buffer, int axis, IndexExpr factor, IndexExpr offset) ->
          "storage-align %s axis %d factor %s offset %s"
              .formatted(name(buffer), axis, number(factor), number(offset));
      case Step.RollingBuffer(String buffer, LoopName loop) ->
          "rolling-buffer %s at %s".formatted(name(buffer), print(loop));
      case Step.DoubleBuffer(String buffer, LoopName loop) ->
          "double-buffer %s at %s".formatted(name(buffer), print(loop));
      case Step.Prefetch(LoopName loop, String buffer, IndexExpr distance) ->
          "annotate %s prefetch %s by %s".formatted(print(loop), name(buffer), number(distance));
      case Step.TransformLayout(String buffer, List<String> axes, List<IndexExpr> positions) ->
          "transform-layout %s (%s) to (%s)"
              .formatted(name(buffer), names(axes), positions(positions));
      case Step.TransformBlockLayout(
              String block,
              List<String> iterators,
              List<IndexExpr> positions) ->
          "transform-block-layout %s (%s) to (%s)"
              .formatted(name(block), names(iterators), positions(positions));
      case Step.PadEinsum(String block, List<Step.Padding> paddings) ->
          "pad-einsum %s by (%s)"
              .formatted(
                  name(block),
                  paddings.stream()
                      .map(padding -> name(padding.loop()) + " " + number(padding.multiple()))
                      .collect(Collectors.joining(", ")));
      case Step.Blockize(LoopName loop, String name) ->
          "blockize %s as %s".formatted(print(loop), name(name));
      case Step.FactorReduction(String name, String block, LoopName loop) ->
          "%s = rfactor %s at %s".formatted(name(name), name(block), print(loop));
      case Step.DecomposeReduction(String block, LoopName loop) ->
          "decompose-reduction %s at %s".formatted(name(block), print(loop));
      case Step.DecomposePadding(String block, LoopName loop) ->
          "decompose-padding %s at %s".formatted(name(block), print(loop));
      case Step.Join(String function) -> "join " + name(function);
      case Step.ComputeAt(String block, LoopName loop) ->
          "compute-at %s at %s".formatted(name(block), print(loop));
      case Step.ReverseComputeAt(String block, LoopName loop) ->
          "reverse-compute-at %s at %s".formatted(name(block), print(loop));
      case Step.ComputeInline(String block) -> "compute-inline " + name(block);
      case Step.ReverseComputeInline(String block) -> "reverse-compute-inline " + name(block);
      case Step.SetScope(String buffer, var scope, LoopName loop) ->
          "set-scope %s %s at %s".formatted(name(buffer), scope.text(), print(loop));
      case Step.FuseReductionEpilogue(String block, String reduction) ->
          "fuse-reduction-epilogue %s into %s".formatted(name(block), name(reduction));
      case Step.Sample sample -> print(sample);
    };
  }

  private static String print(Step.Sample sample) {
    return switch (sample) {
      case Step.SampleTile(List<String> names, LoopName loop, long innermost, var decision) ->
          "(%s) = sample-tile %s innermost %d%s"
              .formatted(
                  names(names),
                  print(loop),
                  innermost,
                  decision.map(factors -> " is " + numbers(factors)).orElse(""));
      case Step.SampleChoice(String name, List<Step.Choice> choices, Optional<Long> decision) -> {
        boolean isEven = choices.stream().allMatch(choice -> choice.weight() == 1);
        yield "%s = sample-choice %s%s%s"
            .formatted(
                name(name),
                joined(choices.stream().map(Step.Choice::value).toList()),
                isEven
                    ? ""
                    : " weights " + joined(choices.stream().map(Step.Choice::weight).toList()),
                decision.map(value -> " is " + value).orElse(""));
      }
      case Step.SampleLocation(String name, String block, Optional<LoopName> decision) ->
          "%s = sample-location %s%s"
              .formatted(
                  name(name), name(block), decision.map(loop -> " is " + print(loop)).orElse(""));
    };
  }

  private static String joined(List<Long> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  private static String numbers(List<Optional<Long>> factors) {
    return factors.stream()
        .map(factor -> factor.map(String::valueOf).orElse("_"))
        .collect(Collectors.joining(", "));
  }

  /// A number, or the name of one.
  private static String number(IndexExpr number) {
    return number instanceof IndexExpr.Variable(String name)
        ? name(name)
        : ExprPrinter.print(number);
  }

  /// `k of C.update`
  public static String print(LoopName loop) {
    String variable = name(loop.variable());
    return loop.block().map(block -> variable + " of " + name(block)).orElse(variable);
  }

  private static String loops(List<LoopName> loops) {
    return loops.stream().map(TracePrinter::print).collect(Collectors.joining(" "));
  }

  private static String names(List<String> names) {
    return names.stream().map(TracePrinter::name).collect(Collectors.joining(", "));
  }

  private static String positions(List<IndexExpr> positions) {
    return positions.stream().map(ExprPrinter::print).collect(Collectors.joining(", "));
  }

  private static String factors(List<Optional<IndexExpr>> factors) {
    boolean isUsual = factors.getFirst().isEmpty();
    return factors.subList(isUsual ? 1 : 0, factors.size()).stream()
        .map(factor -> factor.map(ExprPrinter::print).orElse("_"))
        .collect(Collectors.joining(", "));
  }

  private static String name(String name) {
    return WORDS.contains(name) ? "`" + name + "`" : Words.name(name);
  }
}
