package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.loop.Stmt;

/// Two statements of one sequence: where the ways to two places part.
///
/// @param around the statements around the sequence, the outermost first
/// @param first the number of the one that runs first
/// @param second the number of the other one
record Siblings(List<Stmt> around, Stmt.Sequence sequence, int first, int second) {
  Siblings {
    around = List.copyOf(around);
  }

  /// Where the ways from the body of the function to two places inside of it part; nothing where
  /// one stands in the other, or the first runs last.
  static Optional<Siblings> of(Stmt body, Stmt first, Stmt second) {
    List<Stmt> one = Statements.path(body, first);
    List<Stmt> other = Statements.path(body, second);
    int depth = 0;
    while (depth < one.size() && depth < other.size() && one.get(depth) == other.get(depth)) {
      depth++;
    }
    if (depth == 0
        || depth == one.size()
        || depth == other.size()
        || !(one.get(depth - 1) instanceof Stmt.Sequence sequence)) {
      return Optional.empty();
    }
    int earlier = place(sequence, one.get(depth));
    int later = place(sequence, other.get(depth));
    return earlier < later
        ? Optional.of(new Siblings(one.subList(0, depth - 1), sequence, earlier, later))
        : Optional.empty();
  }

  private static int place(Stmt.Sequence sequence, Stmt part) {
    int place = 0;
    while (sequence.statements().get(place) != part) {
      place++;
    }
    return place;
  }

  Stmt earlier() {
    return sequence.statements().get(first);
  }

  Stmt later() {
    return sequence.statements().get(second);
  }

  List<Stmt> between() {
    return sequence.statements().subList(first + 1, second);
  }

  /// What is known where the sequence stands.
  Assumptions scope() {
    return Scopes.inside(around);
  }

  /// Whether the sequence runs once as its function does.
  boolean runsOnce() {
    return around.stream()
        .noneMatch(each -> each instanceof Stmt.For || each instanceof Stmt.While);
  }

  /// The sequence without one of the two, and with something else for the other.
  Stmt.Sequence without(Stmt leaving, Stmt staying, Stmt replacement) {
    List<Stmt> parts = new ArrayList<>();
    for (Stmt part : sequence.statements()) {
      if (part == staying) {
        parts.add(replacement);
      } else if (part != leaving) {
        parts.add(part);
      }
    }
    return new Stmt.Sequence(parts);
  }
}
