package org.einkorn.ir.tensor;

import java.util.List;
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
