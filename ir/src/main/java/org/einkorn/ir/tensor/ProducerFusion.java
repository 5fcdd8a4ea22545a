package org.einkorn.ir.tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Computes what a recurrence alone reads, position by position, in its rounds.
///
/// `U[t, i] = Σ over k of A[i, k] · X[t, k]` before `H[t + 1, i] = tanh(H[t, i] + U[t, i])` takes
/// memory for all `t`; computed in the rounds of `H` it takes that of one. A recurrence of which
/// something is kept has all its positions in memory in any case, and is left as it is.
final class ProducerFusion {
  private final List<Dependence> dependences;
  private final Set<String> kept;

  /// @param dependences all of the program
  /// @param kept the tensors that are stored as a whole in any case
  ProducerFusion(List<Dependence> dependences, Set<String> kept) {
    this.dependences = dependences;
    this.kept = kept;
  }

  List<Step> fuse(List<Step> steps) {
    List<Step> result = new ArrayList<>(steps);
    for (int place = 0; place < result.size(); place++) {
      if (result.get(place) instanceof Step.Recurrence recurrence && isTransient(recurrence)) {
        place = fuse(result, place, recurrence);
      }
    }
    return List.copyOf(result);
  }

  private boolean isTransient(Step.Recurrence recurrence) {
    return recurrence.members().stream()
        .noneMatch(member -> kept.contains(member.definition().name()));
  }

  /// Takes in definitions that stand before a recurrence.
  ///
  /// @return the new place of the recurrence
  private int fuse(List<Step> steps, int place, Step.Recurrence recurrence) {
    Step.Recurrence fused = recurrence;
    int at = place;
    for (int before = place - 1; before >= 0; before--) {
      if (!(steps.get(before) instanceof Step.Compute(Definition definition))) {
        continue;
      }
      Optional<Step.Recurrence> more = with(fused, definition);
      if (more.isPresent()) {
        fused = more.get();
        steps.remove(before);
        at--;
      }
    }
    steps.set(at, fused);
    return at;
  }

  private Optional<Step.Recurrence> with(Step.Recurrence recurrence, Definition definition) {
    if (kept.contains(definition.name())) {
      return Optional.empty();
    }
    Map<String, Step.Member> members = new HashMap<>();
    recurrence.members().forEach(member -> members.put(member.definition().name(), member));
    List<Dependence> reads =
        dependences.stream().filter(some -> some.source().equals(definition.name())).toList();
    boolean isOthers =
        reads.isEmpty() || reads.stream().anyMatch(read -> !members.containsKey(read.reader()));
    if (isOthers) {
      return Optional.empty();
    }
    for (int axis = 0; axis < definition.type().rank(); axis++) {
      OptionalLong delay = delay(recurrence, members, reads, axis);
      if (delay.isPresent() && isMoving(definition, axis)) {
        return Optional.of(with(recurrence, definition, axis, delay.getAsLong()));
      }
    }
    return Optional.empty();
  }

  /// Whether a definition can be computed position by position, and some of it belongs to each: a
  /// table of numbers would be looked through anew in every round.
  private static boolean isMoving(Definition definition, int axis) {
    return RecurrenceSearch.isSuited(definition, axis)
        && switch (definition.body()) {
          case Body.Accumulate(var projection, List<Contraction> terms) ->
              terms.stream()
                  .anyMatch(term -> Landing.of(term.write().get(axis)) instanceof Landing.Moving);
          case Body.Scan _ -> true;
          case Body.Derivative _, Body.Iterate _ -> false;
        };
  }

  /// The latest round in which what all members read is computed in time.
  private static OptionalLong delay(
      Step.Recurrence recurrence,
      Map<String, Step.Member> members,
      List<Dependence> reads,
      int axis) {
    long latest = Long.MAX_VALUE;
    for (Dependence read : reads) {
      Step.Member reader = members.get(read.reader());
      if (reader == null
          || !read.isUniform(reader.axis(), axis)
          || !(Landing.of(read.write().get(reader.axis())) instanceof Landing.Moving)) {
        return OptionalLong.empty();
      }
      OptionalLong back = read.distance(reader.axis(), axis, recurrence.isDescending());
      if (back.isEmpty()) {
        return OptionalLong.empty();
      }
      latest = Math.min(latest, reader.delay() + back.getAsLong());
    }
    return OptionalLong.of(latest);
  }

  private static Step.Recurrence with(
      Step.Recurrence recurrence, Definition definition, int axis, long delay) {
    long shift = Math.max(0, -delay);
    List<Step.Member> members = new ArrayList<>();
    members.add(new Step.Member(definition, axis, delay + shift));
    recurrence
        .members()
        .forEach(
            member ->
                members.add(
                    new Step.Member(member.definition(), member.axis(), member.delay() + shift)));
    List<Step> steps = new ArrayList<>();
    steps.add(new Step.Compute(definition));
    steps.addAll(recurrence.steps());
    return new Step.Recurrence(recurrence.isDescending(), members, steps);
  }
}
