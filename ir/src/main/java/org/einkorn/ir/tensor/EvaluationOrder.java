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

/// In which order the definitions of a program are computed.
///
/// Definitions that do not need each other come one after the other. Those that do, such as `H[t +
/// 1] = f(H[t])`, are a recurrence: an axis of each is found along which every element needs only
/// elements of earlier rounds, or of the same round and computed before it. What still needs each
/// other within one round is a recurrence inside, along another axis, as in the tables of dynamic
/// programs (the loop distribution of Allen and Kennedy, TOPLAS 1987).
///
/// The order follows from the equations alone, so no pass can leave it behind.
public final class EvaluationOrder {
  private final Optional<Set<String>> kept;

  private EvaluationOrder(Optional<Set<String>> kept) {
    this.kept = kept.map(Set::copyOf);
  }

  /// What became of the search for an order.
  public sealed interface Result {
    /// @param steps every definition of the program, once
    record Ordered(List<Step> steps) implements Result {
      public Ordered {
        steps = List.copyOf(steps);
      }
    }

    /// No order is known: each of these tensors needs the next, and the last the first.
    record Circular(List<String> cycle) implements Result {
      public Circular {
        cycle = List.copyOf(cycle);
      }
    }
  }

  /// The order of a program; that of its definitions where none needs a later one or itself.
  public static Result of(Program program) {
    if (!program.slicings().isEmpty() && needsLater(program.definitions())) {
      // What runs in slices stays together, and so nothing is taken into rounds.
      return separate(program.definitions(), dependences(program.definitions()), Optional.empty());
    }
    Set<String> kept = new HashSet<>();
    program.signature().outputs().forEach(output -> kept.add(output.name()));
    return of(program.definitions(), kept);
  }

  /// The order of definitions.
  ///
  /// @param outputs the tensors that are stored as a whole in any case; those that a derivative
  ///   names are too
  public static Result of(List<Definition> definitions, Set<String> outputs) {
    if (!needsLater(definitions)) {
      return new Result.Ordered(
          definitions.stream().map(each -> (Step) new Step.Compute(each)).toList());
    }
    Set<String> kept = new HashSet<>(outputs);
    for (Definition definition : definitions) {
      kept.addAll(TensorReads.named(definition.body()));
    }
    List<Dependence> dependences = dependences(definitions);
    return switch (separate(definitions, dependences, Optional.of(kept))) {
      case Result.Ordered(List<Step> steps) ->
          new Result.Ordered(
              new ProducerFusion(dependences, kept)
                  .fuse(
                      new ConsumerFusion(new EvaluationOrder(Optional.of(kept)), dependences, kept)
                          .fuse(steps)));
      case Result.Circular circular -> circular;
    };
  }

  /// The definitions such that each stands after those it needs, but for those that it needs in
  /// rounds; in the order they have where that is so.
  ///
  /// @throws IllegalArgumentException where no order computes them
  public static List<Definition> sorted(List<Definition> definitions) {
    if (!needsLater(definitions)) {
      return definitions;
    }
    List<Definition> sorted = new ArrayList<>();
    flatten(stepsOf(separate(definitions, dependences(definitions), Optional.empty())), sorted);
    return List.copyOf(sorted);
  }

  private static void flatten(List<Step> steps, List<Definition> sorted) {
    for (Step step : steps) {
      switch (step) {
        case Step.Compute(Definition definition) -> sorted.add(definition);
        case Step.Recurrence recurrence -> flatten(recurrence.steps(), sorted);
        case Step.Iteration iteration -> {
          sorted.addAll(iteration.states());
          flatten(iteration.steps(), sorted);
        }
      }
    }
  }

  private static List<Dependence> dependences(List<Definition> definitions) {
    Set<String> names = new HashSet<>();
    definitions.forEach(definition -> names.add(definition.name()));
    List<Dependence> dependences = new ArrayList<>();
    for (Definition definition : definitions) {
      Dependence.of(definition).stream()
          .filter(dependence -> names.contains(dependence.source()))
          .forEach(dependences::add);
    }
    return dependences;
  }

  /// The order in which only what needs each other is computed together.
  private static Result separate(
      List<Definition> definitions, List<Dependence> dependences, Optional<Set<String>> kept) {
    Map<String, Definition> byName = new LinkedHashMap<>();
    definitions.forEach(definition -> byName.put(definition.name(), definition));
    List<String> cycle = new ArrayList<>();
    Optional<List<Step>> steps =
        new EvaluationOrder(kept).arrange(byName, dependences, Map.of(), cycle);
    return steps.isPresent() ? new Result.Ordered(steps.get()) : new Result.Circular(cycle);
  }

  /// The steps of a program whose order is known to exist.
  public static List<Step> stepsOf(Program program) {
    return stepsOf(of(program));
  }

  private static List<Step> stepsOf(Result result) {
    return switch (result) {
      case Result.Ordered(List<Step> steps) -> steps;
      case Result.Circular(List<String> cycle) ->
          throw new IllegalArgumentException("no order computes " + cycle);
    };
  }

  /// The names of the definitions that need themselves, on the way over others or at once.
  public static Set<String> recurrent(Program program) {
    if (!needsLater(program.definitions())) {
      return Set.of();
    }
    Map<String, Set<String>> needs = new HashMap<>();
    List<String> names = new ArrayList<>();
    for (Definition definition : program.definitions()) {
      names.add(definition.name());
      needs.put(definition.name(), TensorReads.of(definition.body()));
    }
    Set<String> found = new HashSet<>();
    for (List<String> component : Components.of(names, needs)) {
      String first = component.getFirst();
      if (component.size() > 1 || needs.getOrDefault(first, Set.of()).contains(first)) {
        found.addAll(component);
      }
    }
    return found;
  }

  private static boolean needsLater(List<Definition> definitions) {
    Set<String> later = new HashSet<>();
    for (Definition definition : definitions.reversed()) {
      later.add(definition.name());
      if (definition.body() instanceof Body.Iterate
          || TensorReads.of(definition.body()).stream().anyMatch(later::contains)) {
        return true;
      }
    }
    return false;
  }

  /// The steps for some definitions, where only some of their dependences count.
  ///
  /// @param taken for each definition the axes along which recurrences outside run
  /// @param cycle receives the tensors that can't be ordered
  private Optional<List<Step>> arrange(
      Map<String, Definition> definitions,
      List<Dependence> dependences,
      Map<String, Set<Integer>> taken,
      List<String> cycle) {
    Map<String, Set<String>> needs = new HashMap<>();
    for (Dependence dependence : dependences) {
      needs
          .computeIfAbsent(dependence.reader(), _ -> new LinkedHashSet<>())
          .add(dependence.source());
    }
    List<Step> steps = new ArrayList<>();
    for (List<String> group : Components.of(List.copyOf(definitions.keySet()), needs)) {
      String first = group.getFirst();
      List<Definition> states = states(definitions, group);
      if (!states.isEmpty()) {
        Optional<Step> iteration = iteration(definitions, group, states, dependences, taken);
        if (iteration.isEmpty()) {
          cycle.addAll(Components.cycle(group, needs));
          return Optional.empty();
        }
        steps.add(iteration.get());
        continue;
      }
      if (group.size() == 1 && !needs.getOrDefault(first, Set.of()).contains(first)) {
        steps.add(new Step.Compute(definition(definitions, first)));
        continue;
      }
      Optional<Step> recurrence = recurrence(definitions, group, dependences, taken);
      if (recurrence.isEmpty()) {
        cycle.addAll(Components.cycle(group, needs));
        return Optional.empty();
      }
      steps.add(recurrence.get());
    }
    return Optional.of(steps);
  }

  private static List<Definition> states(Map<String, Definition> definitions, List<String> group) {
    return definitions.values().stream()
        .filter(definition -> group.contains(definition.name()))
        .filter(definition -> definition.body() instanceof Body.Iterate)
        .toList();
  }

  /// The iteration of definitions that need each other, some of which are its states; nothing where
  /// they belong to several, or what a state starts from needs it.
  private Optional<Step> iteration(
      Map<String, Definition> definitions,
      List<String> group,
      List<Definition> states,
      List<Dependence> dependences,
      Map<String, Set<Integer>> taken) {
    Set<String> starts = new HashSet<>();
    Set<List<Optional<String>>> ends = new HashSet<>();
    Set<String> names = new HashSet<>();
    for (Definition state : states) {
      if (state.body() instanceof Body.Iterate iterate) {
        starts.add(iterate.start());
        iterate.limit().ifPresent(starts::add);
        ends.add(List.of(iterate.until(), iterate.limit()));
        names.add(state.name());
      }
    }
    if (ends.size() > 1 || !taken.isEmpty() || group.stream().anyMatch(starts::contains)) {
      return Optional.empty();
    }
    Map<String, Definition> inner = new LinkedHashMap<>();
    definitions.forEach(
        (name, definition) -> {
          if (group.contains(name) && !names.contains(name)) {
            inner.put(name, definition);
          }
        });
    List<Dependence> inside =
        dependences.stream()
            .filter(some -> inner.containsKey(some.reader()) && inner.containsKey(some.source()))
            .toList();
    return arrange(inner, inside, Map.of(), new ArrayList<>())
        .map(steps -> new Step.Iteration(states, steps));
  }

  /// A recurrence of some definitions, which need not all need each other; nothing if there is
  /// none.
  Optional<Step> recurrence(
      Map<String, Definition> definitions,
      List<String> group,
      List<Dependence> dependences,
      Map<String, Set<Integer>> taken) {
    Set<String> names = new HashSet<>(group);
    Map<String, Definition> members = new LinkedHashMap<>();
    definitions.forEach(
        (name, definition) -> {
          if (names.contains(name)) {
            members.put(name, definition);
          }
        });
    List<Dependence> inside =
        dependences.stream()
            .filter(some -> names.contains(some.reader()) && names.contains(some.source()))
            .toList();
    RecurrenceSearch search = new RecurrenceSearch(members, inside, taken, kept);
    for (RecurrenceSearch.Found found : search.all()) {
      if (found.sameRound().size() == inside.size()) {
        continue; // an axis along which nothing moves brings nothing
      }
      Map<String, Set<Integer>> axes = new HashMap<>();
      found
          .axes()
          .forEach(
              (name, axis) -> {
                Set<Integer> all = new HashSet<>(taken.getOrDefault(name, Set.of()));
                all.add(axis);
                axes.put(name, all);
              });
      Optional<List<Step>> steps = arrange(members, found.sameRound(), axes, new ArrayList<>());
      if (steps.isPresent()) {
        List<Step.Member> all =
            members.values().stream()
                .map(
                    definition ->
                        new Step.Member(
                            definition,
                            found.axisOf(definition.name()),
                            found.delayOf(definition.name())))
                .toList();
        return Optional.of(new Step.Recurrence(found.isDescending(), all, steps.get()));
      }
    }
    return Optional.empty();
  }

  private static Definition definition(Map<String, Definition> definitions, String name) {
    Definition definition = definitions.get(name);
    if (definition == null) {
      throw new IllegalStateException("no definition `" + name + "`");
    }
    return definition;
  }
}
