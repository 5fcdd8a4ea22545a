package org.einkorn.ir.tensor;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;

/// What is computed next, in the order that [EvaluationOrder] finds.
public sealed interface Step {
  /// A definition: all of it or, inside recurrences, the elements at their positions.
  record Compute(Definition definition) implements Step {}

  /// Definitions that need each other, computed one position of one of their axes at a time.
  ///
  /// In round `r` a member is computed at the position that [#position] gives, if it has that one.
  ///
  /// @param isDescending whether positions go down from the end
  /// @param steps what is done in each round; every member occurs once in it, at any depth
  record Recurrence(boolean isDescending, List<Member> members, List<Step> steps) implements Step {
    public Recurrence {
      members = List.copyOf(members);
      steps = List.copyOf(steps);
      if (members.isEmpty()) {
        throw new IllegalArgumentException("a recurrence without a member");
      }
    }

    /// What the whole is called, after its last member.
    public String name() {
      return members.getLast().definition().name() + ".rounds";
    }

    /// How many rounds there are.
    public IndexExpr rounds() {
      if (isDescending) {
        long latest = members.stream().mapToLong(Member::delay).max().orElse(0);
        return top().plus(latest + 1).max(IndexExpr.Constant.ZERO);
      }
      return greatest(
          members.stream().map(member -> member.extent().plus(member.delay())).toList());
    }

    /// Where a member is in a round; beyond the ends of its axis there is nothing to compute.
    public IndexExpr position(Member member, IndexExpr round) {
      return isDescending ? top().plus(member.delay()).minus(round) : round.plus(-member.delay());
    }

    /// The highest position of any member, each counted from its delay.
    private IndexExpr top() {
      return greatest(members.stream().map(Recurrence::highest).toList());
    }

    private static IndexExpr greatest(List<IndexExpr> values) {
      return values.stream().distinct().reduce(IndexExpr::max).orElse(IndexExpr.Constant.ZERO);
    }

    private static IndexExpr highest(Member member) {
      return member.extent().plus(-1 - member.delay());
    }
  }

  /// Definitions that are computed again and again, until a condition holds or for a number of
  /// rounds: each state is what it starts from, and in each round the steps are done for the
  /// states, which then become what is next ([Body.Iterate]).
  ///
  /// @param states definitions by [Body.Iterate], with one end
  /// @param steps what is done in each round, recurrences and all
  record Iteration(List<Definition> states, List<Step> steps) implements Step {
    public Iteration {
      states = List.copyOf(states);
      steps = List.copyOf(steps);
      if (states.isEmpty()) {
        throw new IllegalArgumentException("an iteration without a state");
      }
      Body.Iterate first = iterate(states.getFirst());
      for (Definition state : states) {
        Body.Iterate other = iterate(state);
        if (!other.until().equals(first.until()) || !other.limit().equals(first.limit())) {
          throw new IllegalArgumentException("states of two iterations: " + states);
        }
      }
    }

    private static Body.Iterate iterate(Definition state) {
      return (Body.Iterate) state.body();
    }

    /// What the whole is called, after its first state.
    public String name() {
      return states.getFirst().name() + ".rounds";
    }

    /// The condition, if there is one.
    public Optional<String> until() {
      return iterate(states.getFirst()).until();
    }

    /// The number of rounds, if there is one.
    public Optional<String> limit() {
      return iterate(states.getFirst()).limit();
    }

    /// What a state becomes after a round.
    public static String next(Definition state) {
      return iterate(state).next();
    }

    /// What a state is at first.
    public static String start(Definition state) {
      return iterate(state).start();
    }

    /// The steps that the test for the end needs, or that something reads afterwards. The others
    /// are for the next round alone, and the last round does without them.
    public List<Step> beforeTest(Program program) {
      Set<String> needed = new HashSet<>();
      until().ifPresent(needed::add);
      program.signature().outputs().forEach(output -> needed.add(output.name()));
      List<Definition> inside = definitions();
      program.definitions().stream()
          .filter(definition -> !inside.contains(definition))
          .forEach(definition -> needed.addAll(TensorReads.of(definition.body())));
      List<Step> found = new ArrayList<>();
      for (Step step : steps.reversed()) {
        if (step.definitions().stream().anyMatch(some -> needed.contains(some.name()))) {
          found.addFirst(step);
          step.definitions().forEach(some -> needed.addAll(TensorReads.of(some.body())));
        }
      }
      return List.copyOf(found);
    }

    /// The states, and all that the steps compute.
    @Override
    public List<Definition> definitions() {
      List<Definition> all = new ArrayList<>(states);
      steps.forEach(step -> all.addAll(step.definitions()));
      return List.copyOf(all);
    }
  }

  /// All that a step computes.
  default List<Definition> definitions() {
    return switch (this) {
      case Compute(Definition definition) -> List.of(definition);
      case Recurrence recurrence -> recurrence.members().stream().map(Member::definition).toList();
      case Iteration iteration -> iteration.definitions();
    };
  }

  /// A definition in a recurrence.
  ///
  /// @param axis the axis of its tensor along which it is computed
  /// @param delay by how many rounds it is later than a member without delay
  record Member(Definition definition, int axis, long delay) {
    public IndexExpr extent() {
      return definition.type().extents().get(axis);
    }
  }
}
