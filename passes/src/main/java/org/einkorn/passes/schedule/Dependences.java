package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.integer.IteratorMap;
import org.einkorn.ir.integer.Loop;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.passes.schedule.Dependence.Sign;

/// Finds the dependences between the rounds of loops.
///
/// Two accesses at rounds p and q of the loops depend on one another where both touch one element.
/// Each loop has an earlier, an equal or a later round in q than in p; a vector of these signs is
/// left out where it is proved that no such p and q touch one element:
/// - The indices of both are the same and take no value twice ([IteratorMap]): then all loops in
///   them have equal rounds.
/// - With the variables of q renamed and put below, at or above those of p, an axis is proved to
///   differ, or what one of the accesses needs (a guard, that it is the first of a reduction) is
///   proved not to hold.
///
/// Whatever is not proved is a dependence. Positions from data are never compared.
final class Dependences {
  /// How many questions may be asked about one pair before the rest of it counts as dependent.
  private static final int FUEL = 200;

  /// Marks a variable of q; a dot stands in no name of a user.
  private static final String OTHER = ".′";

  /// The signs in the order in which they are tried.
  private static final List<Sign> ORDER = List.of(Sign.LATER, Sign.EQUAL, Sign.EARLIER);

  private final List<Loop> loops;
  private final Assumptions outside;
  private int fuel = FUEL;

  private Dependences(List<Loop> loops, Assumptions outside) {
    this.loops = List.copyOf(loops);
    this.outside = outside;
  }

  /// A dependence with signs that `matters`; nothing where it is proved that there is none.
  ///
  /// @param loops directly in one another, the outermost first
  /// @param accesses all inside of the innermost
  /// @param outside what is known outside of the outermost
  static Optional<Dependence> find(
      List<Loop> loops, List<Access> accesses, Assumptions outside, Predicate<List<Sign>> matters) {
    Dependences dependences = new Dependences(loops, outside);
    for (int first = 0; first < accesses.size(); first++) {
      List<Access> others = accesses.subList(first, accesses.size());
      Optional<Dependence> found = dependences.among(accesses.get(first), others, matters);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /// A dependence of an access of the second list on one of the first, with signs that `matters`.
  static Optional<Dependence> between(
      List<Loop> loops,
      List<Access> firsts,
      List<Access> seconds,
      Assumptions outside,
      Predicate<List<Sign>> matters) {
    Dependences dependences = new Dependences(loops, outside);
    for (Access first : firsts) {
      Optional<Dependence> found = dependences.among(first, seconds, matters);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<Dependence> among(
      Access first, List<Access> seconds, Predicate<List<Sign>> matters) {
    for (Access second : seconds) {
      if (first.buffer().equals(second.buffer()) && (first.isStore() || second.isStore())) {
        Optional<Dependence> found = between(first, second, matters);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Dependence> between(Access a, Access b, Predicate<List<Sign>> matters) {
    fuel = FUEL;
    Set<String> equal = equalRounds(a, b);
    return search(a, b, equal, new ArrayList<>(), matters);
  }

  private Optional<Dependence> search(
      Access a, Access b, Set<String> equal, List<Sign> signs, Predicate<List<Sign>> matters) {
    if (!anyMatters(equal, signs, matters)) {
      return Optional.empty();
    }
    if (signs.size() == loops.size()) {
      return isRefuted(a, b, signs)
          ? Optional.empty()
          : Optional.of(new Dependence(a, b, loops, signs));
    }
    if (!signs.isEmpty() && fuel > 0 && isRefuted(a, b, signs)) {
      return Optional.empty();
    }
    for (Sign sign : possible(equal, signs)) {
      signs.addLast(sign);
      Optional<Dependence> found = search(a, b, equal, signs, matters);
      signs.removeLast();
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /// Whether signs that begin with these matter: asked first, since a proof costs far more.
  private boolean anyMatters(Set<String> equal, List<Sign> signs, Predicate<List<Sign>> matters) {
    if (signs.size() == loops.size()) {
      return matters.test(signs);
    }
    for (Sign sign : possible(equal, signs)) {
      signs.addLast(sign);
      boolean found = anyMatters(equal, signs, matters);
      signs.removeLast();
      if (found) {
        return true;
      }
    }
    return false;
  }

  private List<Sign> possible(Set<String> equal, List<Sign> signs) {
    return equal.contains(loops.get(signs.size()).variable()) ? List.of(Sign.EQUAL) : ORDER;
  }

  // ---- the same indices

  /// The loops that have equal rounds wherever both accesses touch one element.
  private Set<String> equalRounds(Access a, Access b) {
    List<IndexExpr> indices = new ArrayList<>();
    Set<String> variables = new HashSet<>();
    for (int axis = 0; axis < a.indices().size(); axis++) {
      IndexExpr index = a.indices().get(axis);
      if (index.equals(b.indices().get(axis)) && !Walk.fetches(index)) {
        indices.add(index);
        variables.addAll(Walk.variables(index));
      }
    }
    List<Loop> running = new ArrayList<>(loops);
    // Loops of one name further inside may be two.
    if (a.inner().equals(b.inner())) {
      running.addAll(a.inner());
    } else if (inner(a).stream().anyMatch(variables::contains)
        || inner(b).stream().anyMatch(variables::contains)) {
      return Set.of();
    }
    Set<String> all = new HashSet<>(inner(a));
    running.forEach(loop -> all.add(loop.variable()));
    running.removeIf(loop -> !variables.contains(loop.variable()));
    boolean isBox =
        running.stream()
            .allMatch(loop -> Walk.variables(loop.extent()).stream().noneMatch(all::contains));
    if (running.isEmpty() || !isBox || !isInjective(indices, running, a)) {
      return Set.of();
    }
    return running.stream().map(Loop::variable).collect(Collectors.toUnmodifiableSet());
  }

  private static List<String> inner(Access access) {
    return access.inner().stream().map(Loop::variable).toList();
  }

  private boolean isInjective(List<IndexExpr> indices, List<Loop> running, Access access) {
    if (running.stream().anyMatch(loop -> Walk.fetches(loop.extent()))) {
      return false;
    }
    List<IndexExpr> joined = JoinedIndices.of(indices, outside.with(running));
    return areInjective(indices, running, access)
        || !joined.equals(indices) && areInjective(joined, running, access);
  }

  private boolean areInjective(List<IndexExpr> indices, List<Loop> running, Access access) {
    List<IteratorMap.Binding> bindings = new ArrayList<>();
    for (IndexExpr index : indices) {
      bindings.add(new IteratorMap.Binding("axis." + bindings.size(), index));
    }
    Assumptions scope = outside;
    for (Condition condition : access.when()) {
      scope = isFixed(condition, access) ? scope.and(condition) : scope;
    }
    return switch (IteratorMap.detect(bindings, running, List.of(), scope)) {
      case IteratorMap.Independent map -> map.isInjective();
      case IteratorMap.Dependent _ -> false;
    };
  }

  /// Whether a condition is one on what does not run.
  private boolean isFixed(Condition condition, Access access) {
    return switch (condition) {
      case Condition.Constant _ -> true;
      case Condition.Comparison(var relation, IndexExpr left, IndexExpr right) ->
          isFixed(left, access) && isFixed(right, access);
      case Condition.All(List<Condition> parts) ->
          parts.stream().allMatch(part -> isFixed(part, access));
      case Condition.Any(List<Condition> parts) ->
          parts.stream().allMatch(part -> isFixed(part, access));
    };
  }

  private boolean isFixed(IndexExpr expr, Access access) {
    Set<String> variables = Walk.variables(expr);
    return loops.stream().noneMatch(loop -> variables.contains(loop.variable()))
        && inner(access).stream().noneMatch(variables::contains);
  }

  // ---- renamed variables

  /// Whether no rounds with these signs of the outermost loops touch one element.
  private boolean isRefuted(Access a, Access b, List<Sign> signs) {
    if (--fuel < 0) {
      return false;
    }
    Assumptions scope = outside;
    Map<String, IndexExpr> names = new HashMap<>();
    for (int number = 0; number < loops.size(); number++) {
      Loop loop = loops.get(number);
      IndexExpr mine = IndexExpr.variable(loop.variable());
      IndexExpr extent = new Substitution(names).apply(loop.extent());
      scope = Scopes.inLoop(scope, loop.variable(), loop.extent());
      if (number < signs.size() && signs.get(number) == Sign.EQUAL) {
        continue;
      }
      String other = loop.variable() + OTHER;
      names.put(loop.variable(), IndexExpr.variable(other));
      if (number >= signs.size() || Walk.fetches(extent)) {
        scope = Scopes.inLoop(scope, other, extent);
      } else if (isSingle(loop, scope) || isSingle(new Loop(other, extent), scope)) {
        return true;
      } else if (signs.get(number) == Sign.LATER) {
        scope = scope.between(other, mine.plus(1), extent.plus(-1));
      } else {
        scope =
            scope
                .between(other, IndexExpr.Constant.ZERO, mine.plus(-1))
                .and(Condition.less(IndexExpr.variable(other), extent));
      }
    }
    for (Loop loop : a.inner()) {
      scope = Scopes.inLoop(scope, loop.variable(), loop.extent());
    }
    for (Loop loop : b.inner()) {
      String other = loop.variable() + OTHER;
      scope = Scopes.inLoop(scope, other, new Substitution(names).apply(loop.extent()));
      names.put(loop.variable(), IndexExpr.variable(other));
    }
    return areApart(a, b, new Substitution(names), scope);
  }

  /// Whether a loop has one round at most, so that no two differ.
  private static boolean isSingle(Loop loop, Assumptions scope) {
    return !Walk.fetches(loop.extent())
        && scope.proves(Condition.atMost(loop.extent(), IndexExpr.Constant.ONE));
  }

  private static boolean areApart(Access a, Access b, Substitution names, Assumptions start) {
    Assumptions scope = start;
    List<Condition> needed = new ArrayList<>(a.when());
    b.when().forEach(condition -> needed.add(renamed(condition, names)));
    for (Condition condition : needed) {
      if (scope.proves(condition.not())) {
        return true;
      }
      scope = scope.and(condition);
    }
    List<Condition> same = new ArrayList<>();
    for (int axis = 0; axis < a.indices().size(); axis++) {
      IndexExpr mine = a.indices().get(axis);
      IndexExpr other = names.apply(b.indices().get(axis));
      if (!Walk.fetches(mine) && !Walk.fetches(other)) {
        same.add(Condition.equal(mine, other));
      }
    }
    for (Condition condition : same) {
      if (scope.proves(condition.not())) {
        return true;
      }
    }
    for (Condition condition : same) {
      Assumptions others = scope;
      for (Condition other : same) {
        others = other == condition ? others : others.and(other);
      }
      if (same.size() > 1 && others.proves(condition.not())) {
        return true;
      }
    }
    return false;
  }

  private static Condition renamed(Condition condition, Substitution names) {
    return switch (condition) {
      case Condition.Constant constant -> constant;
      case Condition.Comparison(var relation, IndexExpr left, IndexExpr right) ->
          new Condition.Comparison(relation, names.apply(left), names.apply(right));
      case Condition.All(List<Condition> parts) ->
          new Condition.All(parts.stream().map(part -> renamed(part, names)).toList());
      case Condition.Any(List<Condition> parts) ->
          new Condition.Any(parts.stream().map(part -> renamed(part, names)).toList());
    };
  }
}
