package org.einkorn.ir.tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.Affine;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;

/// Computes what reads all of a recurrence in its rounds too, where nothing else keeps the past of
/// the recurrence in memory.
///
/// `Y[t] = f(H[t])` after `H[t + 1] = g(H[t])` needs every `H[t]`; computed in the rounds of `H` it
/// needs them one by one.
final class ConsumerFusion {
  private final EvaluationOrder order;
  private final List<Dependence> dependences;
  private final Map<String, Set<String>> needs = new HashMap<>();
  private final Map<String, List<Dependence>> bySource = new HashMap<>();
  private final Set<String> kept;

  /// @param dependences all of the program
  /// @param kept the tensors that are stored as a whole in any case
  ConsumerFusion(EvaluationOrder order, List<Dependence> dependences, Set<String> kept) {
    this.order = order;
    this.dependences = dependences;
    this.kept = kept;
    for (Dependence dependence : dependences) {
      needs
          .computeIfAbsent(dependence.reader(), _ -> new LinkedHashSet<>())
          .add(dependence.source());
      bySource.computeIfAbsent(dependence.source(), _ -> new ArrayList<>()).add(dependence);
    }
  }

  List<Step> fuse(List<Step> steps) {
    List<Step> result = steps;
    for (int place = 0; place < result.size(); place++) {
      if (result.get(place) instanceof Step.Recurrence) {
        Optional<List<Step>> fused = fuseAt(result, place);
        while (fused.isPresent()) {
          result = fused.get();
          place = firstRecurrence(result, place);
          fused = fuseAt(result, place);
        }
      }
    }
    return result;
  }

  private static int firstRecurrence(List<Step> steps, int from) {
    int place = from;
    while (!(steps.get(place) instanceof Step.Recurrence)) {
      place++;
    }
    return place;
  }

  /// The steps with the first reader of a recurrence that can be taken in.
  private Optional<List<Step>> fuseAt(List<Step> steps, int place) {
    if (!(steps.get(place) instanceof Step.Recurrence recurrence)) {
      return Optional.empty();
    }
    for (int reader = place + 1; reader < steps.size(); reader++) {
      if (readsPast(steps.get(reader), recurrence)) {
        Optional<List<Step>> fused = fuse(steps, place, reader);
        if (fused.isPresent()) {
          return fused;
        }
      }
    }
    return Optional.empty();
  }

  /// Whether a step reads a member that nothing keeps, elsewhere than at its last positions.
  private boolean readsPast(Step step, Step.Recurrence recurrence) {
    Set<String> readers = names(step);
    return recurrence.members().stream()
        .filter(member -> !kept.contains(member.definition().name()))
        .anyMatch(
            member ->
                bySource.getOrDefault(member.definition().name(), List.of()).stream()
                    .filter(read -> readers.contains(read.reader()))
                    .anyMatch(read -> !isLast(recurrence, member, read)));
  }

  private static boolean isLast(Step.Recurrence recurrence, Step.Member member, Dependence read) {
    IndexExpr position = read.indices().get(member.axis());
    if (position instanceof IndexExpr.Fetch fetch
        && fetch.source() instanceof Scalar.Position(IndexExpr checked)) {
      position = checked;
    }
    Affine index = Affine.of(position);
    Affine fromLast =
        recurrence.isDescending() ? index : Affine.of(member.extent().plus(-1)).minus(index);
    return fromLast.isConstant();
  }

  private Optional<List<Step>> fuse(List<Step> steps, int place, int reader) {
    List<Step> before = new ArrayList<>();
    List<Step> together = new ArrayList<>(List.of(steps.get(place)));
    List<Step> after = new ArrayList<>();
    Set<String> later = new HashSet<>(names(steps.get(place)));
    for (Step step : steps.subList(place + 1, reader)) {
      if (!dependsOn(step, later)) {
        before.add(step);
        continue;
      }
      later.addAll(names(step));
      boolean isNeeded = isNeeded(names(step), steps.subList(place + 1, reader + 1));
      (isNeeded ? together : after).add(step);
    }
    together.add(steps.get(reader));
    if (together.stream().anyMatch(Step.Iteration.class::isInstance)) {
      return Optional.empty(); // its rounds are others
    }
    Map<String, Definition> definitions = new LinkedHashMap<>();
    together.forEach(step -> collect(step, definitions));
    List<String> group = List.copyOf(definitions.keySet());
    return order
        .recurrence(definitions, group, dependences, Map.of())
        .map(
            fused -> {
              List<Step> result = new ArrayList<>(steps.subList(0, place));
              result.addAll(before);
              result.add(fused);
              result.addAll(after);
              result.addAll(steps.subList(reader + 1, steps.size()));
              return result;
            });
  }

  private boolean dependsOn(Step step, Set<String> names) {
    return names(step).stream()
        .anyMatch(name -> needs.getOrDefault(name, Set.of()).stream().anyMatch(names::contains));
  }

  /// Whether the last of some steps needs one of the names, on the way over the others or at once.
  private boolean isNeeded(Set<String> names, List<Step> steps) {
    Set<String> wanted = new HashSet<>(names(steps.getLast()));
    for (Step step : steps.reversed()) {
      if (names(step).stream().anyMatch(wanted::contains)) {
        names(step).forEach(name -> wanted.addAll(needs.getOrDefault(name, Set.of())));
      }
    }
    return names.stream().anyMatch(wanted::contains);
  }

  private static Set<String> names(Step step) {
    Map<String, Definition> definitions = new LinkedHashMap<>();
    collect(step, definitions);
    return definitions.keySet();
  }

  private static void collect(Step step, Map<String, Definition> definitions) {
    switch (step) {
      case Step.Compute(Definition definition) -> definitions.put(definition.name(), definition);
      case Step.Recurrence recurrence ->
          recurrence.steps().forEach(inner -> collect(inner, definitions));
      case Step.Iteration iteration ->
          iteration.definitions().forEach(each -> definitions.put(each.name(), each));
    }
  }
}
