package org.einkorn.passes.cost;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;

/// How many points a domain has, exactly.
///
/// Axes that no condition and no extent connects multiply. The axes of a connected group are walked
/// but for one, the longest of which every condition is affine: on it the points are an interval,
/// whose ends follow from the others. So a mask over `n × n` positions takes `n` steps.
final class PointCount {
  private final ToLongFunction<String> symbols;
  private final Map<String, Long> values = new HashMap<>();

  private PointCount(ToLongFunction<String> symbols) {
    this.symbols = symbols;
  }

  /// @param symbols the value of each symbol
  static BigInteger of(Domain domain, ToLongFunction<String> symbols) {
    return new PointCount(symbols).count(domain);
  }

  private long value(String name) {
    Long value = values.get(name);
    return value == null ? symbols.applyAsLong(name) : value;
  }

  private long extent(Axis axis) {
    return IndexEvaluator.extent(axis.extent(), this::value);
  }

  private BigInteger count(Domain domain) {
    List<Constraint> constraints = Constraint.of(domain, symbols);
    for (Constraint constraint : constraints) {
      if (constraint.variables().isEmpty() && !constraint.holds(this::value)) {
        return BigInteger.ZERO;
      }
    }
    BigInteger points = BigInteger.ONE;
    List<Axis> left = new ArrayList<>(domain.axes());
    while (!left.isEmpty() && points.signum() > 0) {
      Set<String> group = groupOf(left.getFirst(), domain.axes(), constraints);
      List<Axis> axes = left.stream().filter(axis -> group.contains(axis.name())).toList();
      List<Constraint> among =
          constraints.stream()
              .filter(constraint -> !Collections.disjoint(constraint.variables(), group))
              .toList();
      points = points.multiply(countGroup(axes, among));
      left.removeAll(axes);
    }
    return points;
  }

  /// The axes that conditions and extents connect with an axis, and the axis.
  private static Set<String> groupOf(Axis axis, List<Axis> axes, List<Constraint> constraints) {
    List<Set<String>> links = new ArrayList<>();
    constraints.forEach(constraint -> links.add(constraint.variables()));
    for (Axis other : axes) {
      Set<String> link = new HashSet<>(Walk.variables(other.extent()));
      link.add(other.name());
      links.add(link);
    }
    Set<String> group = new HashSet<>(Set.of(axis.name()));
    boolean grows = true;
    while (grows) {
      grows = false;
      for (Set<String> link : links) {
        grows |= !Collections.disjoint(link, group) && group.addAll(link);
      }
    }
    return group;
  }

  private BigInteger countGroup(List<Axis> axes, List<Constraint> constraints) {
    Axis inner = innermost(axes, constraints);
    List<Axis> walked = axes.stream().filter(axis -> axis != inner).toList();
    List<List<Constraint>> decided = new ArrayList<>();
    Set<String> bound = new HashSet<>();
    List<Constraint> left = new ArrayList<>(constraints);
    for (Axis axis : walked) {
      bound.add(axis.name());
      List<Constraint> now =
          left.stream().filter(constraint -> bound.containsAll(constraint.variables())).toList();
      left.removeAll(now);
      decided.add(now);
    }
    return walk(walked, 0, decided, inner, left);
  }

  /// The axis that is not walked: no extent mentions it, and if there is one on which all
  /// conditions are affine, the longest such.
  private Axis innermost(List<Axis> axes, List<Constraint> constraints) {
    Set<String> mentioned = new HashSet<>();
    axes.forEach(axis -> mentioned.addAll(Walk.variables(axis.extent())));
    Axis best = axes.getLast();
    long longest = -1;
    for (Axis axis : axes) {
      boolean isAffine =
          !mentioned.contains(axis.name())
              && constraints.stream()
                  .allMatch(
                      constraint ->
                          constraint.isAffine() || !constraint.variables().contains(axis.name()));
      long length = Walk.variables(axis.extent()).isEmpty() ? extent(axis) : 0;
      if (isAffine && length > longest) {
        best = axis;
        longest = length;
      }
    }
    return best;
  }

  private BigInteger walk(
      List<Axis> walked,
      int depth,
      List<List<Constraint>> decided,
      Axis inner,
      List<Constraint> left) {
    if (depth == walked.size()) {
      return BigInteger.valueOf(countInner(inner, left));
    }
    Axis axis = walked.get(depth);
    long extent = extent(axis);
    BigInteger points = BigInteger.ZERO;
    for (long value = 0; value < extent; value++) {
      values.put(axis.name(), value);
      if (decided.get(depth).stream().allMatch(constraint -> constraint.holds(this::value))) {
        points = points.add(walk(walked, depth + 1, decided, inner, left));
      }
    }
    values.remove(axis.name());
    return points;
  }

  private long countInner(Axis axis, List<Constraint> constraints) {
    long low = 0;
    long high = extent(axis) - 1;
    boolean isInterval = constraints.stream().allMatch(Constraint::isAffine);
    if (!isInterval) {
      return countOneByOne(axis, high, constraints);
    }
    for (Constraint constraint : constraints) {
      long slope = constraint.slope(axis.name());
      long rest = constraint.rest(axis.name(), this::value);
      if (slope > 0) {
        low = Math.max(low, Math.ceilDiv(Math.negateExact(rest), slope));
      } else if (slope < 0) {
        high = Math.min(high, Math.floorDiv(rest, Math.negateExact(slope)));
      } else if (rest < 0) {
        return 0;
      }
    }
    return Math.max(0, high - low + 1);
  }

  private long countOneByOne(Axis axis, long high, List<Constraint> constraints) {
    long points = 0;
    for (long value = 0; value <= high; value++) {
      values.put(axis.name(), value);
      if (constraints.stream().allMatch(constraint -> constraint.holds(this::value))) {
        points++;
      }
    }
    values.remove(axis.name());
    return points;
  }
}
