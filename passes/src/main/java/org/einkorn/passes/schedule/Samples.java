package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.text.TracePrinter;

/// Decides samples, and asks of decisions whether they are possible.
///
/// A decision that is drawn is one of
/// - the perfect tiles of a loop whose extent is a number: the last factor is a divisor of it that
///   is not above the limit, each one before a divisor of what is left, and what is left in the end
///   is for the outermost loop; all divisors alike;
/// - powers of two up to the limit, where the extent is no number;
/// - the numbers of a choice, as often as their weights say;
/// - the loops where `compute-at` of the block applies, all alike.
///
/// The outermost factor of a tile that is drawn is left for the split to find, so that the trace is
/// one for all sizes. A decision that is written may have a number there, which then makes the tile
/// perfect, or leave it open, and then any factors up to the limit cover the loop.
final class Samples {
  /// More rounds than that are no tile.
  private static final long MOST = Step.Sample.MOST;

  private Samples() {}

  /// What the names of a sample stand for.
  ///
  /// @param nest is about to take the sample, whose names are free
  /// @param sample has a decision
  /// @throws RefusedStepException where the decision is not possible
  static Variables with(Variables variables, Nest nest, Step.Sample sample) {
    return switch (sample) {
      case Step.SampleTile tile -> withTile(variables, nest, tile);
      case Step.SampleChoice(String name, var choices, var decision) -> {
        long value = decision.orElseThrow();
        if (choices.stream().noneMatch(choice -> choice.value() == value)) {
          throw nest.refuse(Reason.NOT_A_CHOICE, "`" + value + "` is none of the numbers");
        }
        yield variables.with(name, new Variables.Value.Known(value));
      }
      case Step.SampleLocation(String name, String block, var decision) -> {
        LoopName loop = decision.orElseThrow();
        requireLocation(nest, block, loop);
        yield variables.with(name, new Variables.Value.Loop(loop));
      }
    };
  }

  /// A sample with a decision.
  ///
  /// @param written in which names of other samples may stand
  /// @param sample without these
  /// @throws RefusedStepException where nothing is possible
  static Step.Sample drawn(
      Nest nest, Step.Sample written, Step.Sample sample, RandomGenerator random) {
    return switch (sample) {
      case Step.SampleTile tile -> {
        List<Optional<Long>> factors = factors(nest, tile, random);
        yield written instanceof Step.SampleTile same ? same.with(factors) : tile.with(factors);
      }
      case Step.SampleChoice choice -> choice.with(drawn(choice.choices(), random));
      case Step.SampleLocation location -> {
        nest.block(location.block());
        List<LoopName> loops = locations(nest.schedule(), location.block());
        if (loops.isEmpty()) {
          throw nest.refuse(
              Reason.NOT_A_CHOICE,
              nest.block(location.block()),
              "there is no loop where `compute-at` of it applies");
        }
        yield location.with(loops.get(random.nextInt(loops.size())));
      }
    };
  }

  // ---- tiles

  private static Variables withTile(Variables variables, Nest nest, Step.SampleTile tile) {
    Stmt.For loop = nest.loop(tile.loop()).statement();
    List<Optional<Long>> factors = tile.decision().orElseThrow();
    long last = factors.getLast().orElseThrow();
    if (last > tile.innermost()) {
      throw nest.refuse(
          Reason.NOT_A_CHOICE,
          loop,
          "the innermost factor %d is above %d".formatted(last, tile.innermost()));
    }
    long product = 1;
    for (Optional<Long> factor : factors.subList(1, factors.size())) {
      product = Math.multiplyExact(product, factor.orElseThrow());
    }
    if (product > MOST) {
      throw nest.refuse(Reason.TOO_LARGE, loop, "a tile of more than " + MOST + " rounds");
    }
    Optional<Long> outermost = outermost(nest, loop, tile, product);
    Variables more =
        variables.with(tile.names().getFirst(), new Variables.Value.Inferred(outermost));
    for (int number = 1; number < factors.size(); number++) {
      long factor = factors.get(number).orElseThrow();
      more = more.with(tile.names().get(number), new Variables.Value.Known(factor));
    }
    return more;
  }

  /// The outermost factor, where it is a number.
  private static Optional<Long> outermost(
      Nest nest, Stmt.For loop, Step.SampleTile tile, long product) {
    Optional<Long> rounds = rounds(nest, tile.loop());
    Optional<Long> written = tile.decision().orElseThrow().getFirst();
    if (written.isEmpty()) {
      return rounds.filter(all -> all % product == 0).map(all -> all / product);
    }
    if (rounds.isEmpty()) {
      throw nest.refuse(
          Reason.EXTENT_UNKNOWN,
          loop,
          "its extent is no number, nor is the outermost factor: `_` leaves it to the split");
    }
    long all = Math.multiplyExact(written.get(), product);
    if (all != rounds.get()) {
      throw nest.refuse(
          Reason.NOT_A_CHOICE, loop, "the factors make %d rounds, not all".formatted(all));
    }
    return written;
  }

  private static Optional<Long> rounds(Nest nest, LoopName name) {
    Nest.Site<Stmt.For> site = nest.loop(name);
    IndexExpr extent = site.scope().simplify(site.statement().extent());
    return extent instanceof IndexExpr.Constant(long value) && value >= 1
        ? Optional.of(value)
        : Optional.empty();
  }

  private static List<Optional<Long>> factors(
      Nest nest, Step.SampleTile tile, RandomGenerator random) {
    Optional<Long> rounds = rounds(nest, tile.loop());
    List<Optional<Long>> factors = new ArrayList<>();
    long left = rounds.orElse(0L);
    long room = MOST;
    for (int number = tile.names().size() - 1; number >= 1; number--) {
      boolean isLast = number == tile.names().size() - 1;
      long limit = isLast || rounds.isEmpty() ? Math.min(tile.innermost(), room) : room;
      List<Long> options = rounds.isEmpty() ? powers(limit) : divisors(left, limit);
      long factor = options.get(random.nextInt(options.size()));
      factors.addFirst(Optional.of(factor));
      left /= factor;
      room /= factor;
    }
    factors.addFirst(Optional.empty());
    return factors;
  }

  private static List<Long> powers(long limit) {
    return LongStream.iterate(1, power -> power <= limit, power -> 2 * power).boxed().toList();
  }

  /// The divisors of a number up to a limit, in order.
  private static List<Long> divisors(long number, long limit) {
    List<Long> small = new ArrayList<>();
    List<Long> large = new ArrayList<>();
    for (long divisor = 1; divisor <= number / divisor; divisor++) {
      if (number % divisor == 0) {
        small.addLast(divisor);
        if (divisor != number / divisor) {
          large.addFirst(number / divisor);
        }
      }
    }
    small.addAll(large);
    return small.stream().filter(divisor -> divisor <= limit).toList();
  }

  /// Decisions with each innermost factor that could be drawn, the greatest first.
  static List<Step> tiles(Schedule schedule, Step.SampleTile tile) {
    Nest nest = new Nest(schedule, tile);
    Optional<Long> rounds;
    try {
      rounds = rounds(nest, tile.loop());
    } catch (RefusedStepException unknown) {
      return List.of();
    }
    List<Long> options =
        rounds
            .map(all -> divisors(all, tile.innermost()))
            .orElseGet(() -> powers(tile.innermost()));
    List<Step> steps = new ArrayList<>();
    for (Long last : options.reversed()) {
      List<Optional<Long>> factors = new ArrayList<>();
      factors.add(rounds.map(all -> all / last));
      while (factors.size() < tile.names().size() - 1) {
        factors.add(Optional.of(1L));
      }
      factors.add(Optional.of(last));
      steps.add(tile.with(factors));
    }
    return steps;
  }

  // ---- choices

  private static long drawn(List<Step.Choice> choices, RandomGenerator random) {
    long all = choices.stream().mapToLong(Step.Choice::weight).sum();
    long place = random.nextLong(all);
    for (Step.Choice choice : choices) {
      place -= choice.weight();
      if (place < 0) {
        return choice.value();
      }
    }
    throw new IllegalStateException("weights that do not add up");
  }

  // ---- locations

  /// The loops where `compute-at` of a block applies.
  static List<LoopName> locations(Schedule schedule, String block) {
    return schedule.loops().stream()
        .filter(
            loop ->
                schedule.attempt(new Step.ComputeAt(block, loop))
                    instanceof Schedule.Attempt.Applied)
        .toList();
  }

  private static void requireLocation(Nest nest, String block, LoopName loop) {
    if (nest.schedule().attempt(new Step.ComputeAt(block, loop))
        instanceof Schedule.Attempt.Refused(Refusal why)) {
      Refusal refusal =
          new Refusal(
              why.reason(), nest.step(), nest.schedule(), why.place(), why.label(), why.notes());
      throw new RefusedStepException(
          refusal.and("asked: `" + TracePrinter.print(why.step()) + "`"));
    }
  }
}
