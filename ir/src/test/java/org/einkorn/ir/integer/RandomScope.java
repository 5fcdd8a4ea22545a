package org.einkorn.ir.integer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;

/// Symbols and variables with small ranges, random expressions and conditions over them, and every
/// point of the ranges.
final class RandomScope {
  private static final List<String> NAMES = List.of("k", "i", "j");
  private static final List<String> SIZES = List.of("n", "m");

  private record Range(String variable, IndexExpr least, IndexExpr greatest) {}

  private final RandomGenerator random;
  private final boolean isHuge;
  private final Map<String, long[]> symbols = new HashMap<>();
  private final List<String> sizes = new ArrayList<>();
  private final List<Range> loops = new ArrayList<>();
  private final List<Condition> conditions = new ArrayList<>();
  Assumptions assumptions = Assumptions.NONE;

  RandomScope(RandomGenerator random) {
    this(random, false);
  }

  /// @param isHuge whether numbers may be as great as 64 bits allow
  RandomScope(RandomGenerator random, boolean isHuge) {
    this.random = random;
    this.isHuge = isHuge;
    int symbolCount = random.nextInt(3);
    for (String size : SIZES.subList(0, symbolCount)) {
      long least = isHuge && chance(0.5) ? random.nextLong(1L << 62) : random.nextInt(3);
      symbols.put(size, new long[] {least, least + random.nextInt(4)});
      sizes.add(size);
      if (chance(0.7)) {
        // What is assumed may be less than what is so.
        long assumed = chance(0.5) ? Long.MAX_VALUE : symbols.get(size)[1];
        assumptions = assumptions.withSymbol(size, least, assumed);
      }
    }
    int loopCount = 1 + random.nextInt(3);
    for (String name : NAMES.subList(0, loopCount)) {
      IndexExpr least =
          chance(0.8) && !isHuge ? IndexExpr.Constant.ZERO : atom().plus(random.nextInt(-2, 3));
      IndexExpr greatest = isHuge ? least.plus(random.nextInt(4)) : end();
      assumptions = assumptions.between(name, least, greatest);
      loops.add(new Range(name, least, greatest));
    }
    if (chance(0.3)) {
      Condition condition = comparison(1);
      conditions.add(condition);
      assumptions = assumptions.and(condition);
    }
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  private IndexExpr end() {
    return switch (random.nextInt(6)) {
      case 0, 1 -> IndexExpr.of(random.nextInt(9));
      case 2 -> atom();
      case 3 -> atom().plus(-1);
      case 4 -> atom().times(random.nextInt(1, 4)).plus(-1);
      default -> IndexExpr.of(3).min(atom());
    };
  }

  /// A variable or symbol in scope, or a number.
  IndexExpr atom() {
    int choice = random.nextInt(loops.size() + sizes.size() + 1);
    if (choice < loops.size()) {
      return IndexExpr.variable(loops.get(choice).variable());
    }
    int symbol = choice - loops.size();
    return symbol < sizes.size()
        ? IndexExpr.symbol(sizes.get(symbol))
        : IndexExpr.of(isHuge ? huge() / 4 : random.nextInt(-3, 13));
  }

  /// A number of any length.
  private long huge() {
    long near = chance(0.5) ? 0 : random.nextInt(-2, 3);
    return switch (random.nextInt(4)) {
      case 0 -> near;
      case 1 -> (1L << random.nextInt(63)) + near;
      case 2 -> -(1L << random.nextInt(63)) + near;
      default -> random.nextLong() >> random.nextInt(64);
    };
  }

  private IndexExpr divisor() {
    if (!sizes.isEmpty() && chance(0.25)) {
      IndexExpr size = IndexExpr.symbol(sizes.get(random.nextInt(sizes.size())));
      return chance(0.5) ? size : size.plus(random.nextInt(1, 3));
    }
    return IndexExpr.of(isHuge && chance(0.5) ? huge() >>> 1 | 1 : random.nextInt(1, 9));
  }

  IndexExpr expr(int depth) {
    if (depth == 0 || chance(0.15)) {
      return atom();
    }
    IndexExpr left = expr(depth - 1);
    return switch (random.nextInt(10)) {
      case 0, 1, 2 -> new IndexExpr.Sum(left, expr(depth - 1));
      case 3 -> new IndexExpr.Sum(left, new IndexExpr.Product(number(), expr(depth - 1)));
      case 4 -> new IndexExpr.Product(number(), left);
      case 5 -> new IndexExpr.FloorDiv(left, divisor());
      case 6 -> new IndexExpr.FloorMod(left, divisor());
      case 7 -> new IndexExpr.Minimum(left, expr(depth - 1));
      case 8 -> new IndexExpr.Maximum(left, expr(depth - 1));
      default ->
          chance(0.5)
              ? new IndexExpr.Product(left, atom())
              : new IndexExpr.Sum(left, new IndexExpr.Product(IndexExpr.of(-1), expr(depth - 1)));
    };
  }

  private IndexExpr number() {
    return IndexExpr.of(isHuge && chance(0.5) ? huge() : random.nextInt(-4, 9));
  }

  private Condition comparison(int depth) {
    List<Condition.Relation> relations = List.of(Condition.Relation.values());
    Condition.Relation relation = relations.get(random.nextInt(relations.size()));
    return new Condition.Comparison(relation, expr(depth), expr(depth));
  }

  Condition condition(int depth) {
    if (depth == 0 || chance(0.4)) {
      return comparison(random.nextInt(3));
    }
    Condition left = condition(depth - 1);
    return switch (random.nextInt(3)) {
      case 0 -> left.and(condition(depth - 1));
      case 1 -> left.or(condition(depth - 1));
      default -> left.not();
    };
  }

  /// Adds a loop of which [#assumptions] know nothing.
  void add(Loop loop) {
    loops.add(new Range(loop.variable(), IndexExpr.Constant.ZERO, loop.extent().plus(-1)));
  }

  /// Every point where all that is assumed holds.
  List<Map<String, Long>> points() {
    List<Map<String, Long>> points = List.of(Map.of());
    for (String size : sizes) {
      long[] ends = Objects.requireNonNull(symbols.get(size));
      points = extended(points, size, IndexExpr.of(ends[0]), IndexExpr.of(ends[1]));
    }
    for (Range loop : loops) {
      points = extended(points, loop.variable(), loop.least(), loop.greatest());
    }
    Predicate<Map<String, Long>> holds =
        point ->
            conditions.stream()
                .allMatch(
                    condition -> {
                      try {
                        return holds(condition, point);
                      } catch (ArithmeticException undefined) {
                        return false;
                      }
                    });
    return points.stream().filter(holds).toList();
  }

  private static List<Map<String, Long>> extended(
      List<Map<String, Long>> points, String name, IndexExpr least, IndexExpr greatest) {
    List<Map<String, Long>> more = new ArrayList<>();
    for (Map<String, Long> point : points) {
      long last = value(greatest, point);
      for (long value = value(least, point); value <= last; value++) {
        Map<String, Long> extended = new HashMap<>(point);
        extended.put(name, value);
        more.add(extended);
      }
    }
    return more;
  }

  static long value(IndexExpr expr, Map<String, Long> point) {
    return IndexEvaluator.evaluate(
        expr,
        name -> Objects.requireNonNull(point.get(name), name),
        fetch -> {
          throw new IllegalStateException("no data");
        });
  }

  /// Whether a condition holds; all its parts are evaluated.
  static boolean holds(Condition condition, Map<String, Long> point) {
    return switch (condition) {
      case Condition.Constant(boolean value) -> value;
      case Condition.Comparison(var relation, IndexExpr left, IndexExpr right) ->
          relation.holds(value(left, point), value(right, point));
      case Condition.All(List<Condition> parts) ->
          parts.stream().filter(part -> !holds(part, point)).count() == 0;
      case Condition.Any(List<Condition> parts) ->
          parts.stream().filter(part -> holds(part, point)).count() > 0;
    };
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    symbols.forEach((name, ends) -> text.append("%s in %d..%d ".formatted(name, ends[0], ends[1])));
    loops.forEach(
        loop ->
            text.append(
                "%s in %s..%s "
                    .formatted(loop.variable(), Text.of(loop.least()), Text.of(loop.greatest()))));
    conditions.forEach(condition -> text.append(Text.of(condition)));
    return text.toString();
  }
}
