package org.einkorn.ir.tensor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;

/// An iteration whose greatest number of rounds is known before it runs.
///
/// @param members the states and all that is computed in a round, in the order of the program
/// @param rounds how many there are, or at most are where a condition may end them; not negative
public record CountedRounds(List<Definition> members, IndexExpr rounds) {
  public CountedRounds {
    members = List.copyOf(members);
  }

  /// The definitions by [Body.Iterate].
  public List<Definition> states() {
    return members.stream()
        .filter(definition -> definition.body() instanceof Body.Iterate)
        .toList();
  }

  public boolean hasMember(String tensor) {
    return members.stream().anyMatch(definition -> definition.name().equals(tensor));
  }

  /// The iteration that a state belongs to; nothing if its rounds are counted when it runs, or if
  /// it is a fixpoint, which has as many rounds as it needs.
  public static Optional<CountedRounds> of(Definition state, List<Definition> definitions) {
    if (!(state.body() instanceof Body.Iterate iterate) || iterate.limit().isEmpty()) {
      return Optional.empty();
    }
    Optional<IndexExpr> rounds =
        definition(iterate.limit().get(), definitions).flatMap(CountedRounds::count);
    return isFixpoint(state, definitions)
        ? Optional.empty()
        : rounds
            .filter(count -> !isEndless(count))
            .map(count -> new CountedRounds(members(state, definitions), count));
  }

  /// Whether an iteration goes on until nothing changes.
  public static boolean isFixpoint(Definition state, List<Definition> definitions) {
    return state.body() instanceof Body.Iterate iterate
        && iterate
            .until()
            .flatMap(name -> definition(name, definitions))
            .filter(end -> isSettled(end, state, iterate))
            .isPresent();
  }

  private static Optional<Definition> definition(String name, List<Definition> definitions) {
    return definitions.stream().filter(definition -> definition.name().equals(name)).findFirst();
  }

  private static boolean isSettled(Definition until, Definition state, Body.Iterate iterate) {
    return until.body() instanceof Body.Accumulate(Projection projection, var terms)
        && projection == Projection.ALL
        && terms.contains(Fixpoint.unchanged(state.type(), state.name(), iterate.next()));
  }

  private static Optional<IndexExpr> count(Definition limit) {
    if (!(limit.body() instanceof Body.Accumulate body) || !body.isMap()) {
      return Optional.empty();
    }
    Contraction term = body.terms().getFirst();
    if (!term.guards().isEmpty() || !term.axes().isEmpty() || term.operands().size() != 1) {
      return Optional.empty();
    }
    return term.operands()
        .getFirst()
        .asIndex()
        .filter(rounds -> Walk.variables(rounds).isEmpty() && !Walk.fetches(rounds))
        .map(rounds -> rounds instanceof IndexExpr.Symbol ? rounds : rounds.max(IndexExpr.of(0)));
  }

  /// Whether the number only keeps a condition from never coming true.
  private static boolean isEndless(IndexExpr rounds) {
    return rounds instanceof IndexExpr.Constant(long value) && value >= Body.Iterate.MOST_ROUNDS;
  }

  private static List<Definition> members(Definition state, List<Definition> definitions) {
    Map<String, Set<String>> needs = new HashMap<>();
    for (Definition definition : definitions) {
      needs.put(definition.name(), TensorReads.of(definition.body()));
    }
    List<String> names = definitions.stream().map(Definition::name).toList();
    List<String> group =
        Components.of(names, needs).stream()
            .filter(component -> component.contains(state.name()))
            .findFirst()
            .orElse(List.of(state.name()));
    return definitions.stream().filter(definition -> group.contains(definition.name())).toList();
  }
}
