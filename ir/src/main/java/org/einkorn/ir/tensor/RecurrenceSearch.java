package org.einkorn.ir.tensor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Finds along which axes definitions that need each other can be computed, in rounds.
///
/// With a delay `d` for each definition, position `p` of one is computed in round `p + d`. A read
/// of an element `k` positions before is answered if `d(reader) + k ≥ d(source)`: these
/// inequalities have a solution exactly if no cycle of reads goes forward on the whole, and the
/// longest paths are one (Bellman and Ford). Where the two sides are equal, both are computed in
/// one round.
final class RecurrenceSearch {
  private final Map<String, Definition> members;
  private final List<Dependence> dependences;
  private final Map<String, Set<Integer>> taken;
  private final Optional<Set<String>> kept;

  /// @param members they all need each other
  /// @param dependences those among the members
  /// @param taken axes that may not be chosen
  /// @param kept tensors that are stored as a whole in any case; nothing where memory does not
  ///   matter, and delays are the least that will do
  RecurrenceSearch(
      Map<String, Definition> members,
      List<Dependence> dependences,
      Map<String, Set<Integer>> taken,
      Optional<Set<String>> kept) {
    this.members = members;
    this.dependences = dependences;
    this.taken = taken;
    this.kept = kept;
  }

  /// A way to compute the members in rounds.
  ///
  /// @param sameRound the dependences within one round
  record Found(
      boolean isDescending,
      Map<String, Integer> axes,
      Map<String, Long> delays,
      List<Dependence> sameRound) {
    int axisOf(String name) {
      return axes.getOrDefault(name, -1);
    }

    long delayOf(String name) {
      return delays.getOrDefault(name, 0L);
    }
  }

  /// All ways, first those that leave the least to do within a round; else upwards before
  /// downwards, and the first axis before others.
  List<Found> all() {
    List<Found> found = new ArrayList<>();
    String first = members.keySet().iterator().next();
    int rank = rank(first);
    for (boolean isDescending : new boolean[] {false, true}) {
      for (int axis = 0; axis < rank; axis++) {
        if (!isTaken(first, axis)) {
          axes(first, axis).flatMap(axes -> schedule(axes, isDescending)).ifPresent(found::add);
        }
      }
    }
    found.sort(Comparator.comparingInt(way -> way.sameRound().size()));
    return found;
  }

  private int rank(String name) {
    Definition definition = members.get(name);
    return definition == null ? 0 : definition.type().rank();
  }

  private boolean isTaken(String name, int axis) {
    return taken.getOrDefault(name, Set.of()).contains(axis);
  }

  /// An axis of each member, such that what is read lies a number of positions away; nothing if
  /// none is.
  private Optional<Map<String, Integer>> axes(String first, int axis) {
    Map<String, Integer> axes = new HashMap<>();
    axes.put(first, axis);
    boolean isChanged = true;
    while (isChanged) {
      isChanged = false;
      for (Dependence dependence : dependences) {
        Integer reader = axes.get(dependence.reader());
        Integer source = axes.get(dependence.source());
        if (reader != null && source == null) {
          for (int other = 0; other < dependence.indices().size(); other++) {
            isChanged |= assign(axes, dependence, dependence.source(), reader, other, other);
          }
        } else if (reader == null && source != null) {
          for (int other = 0; other < dependence.write().size(); other++) {
            isChanged |= assign(axes, dependence, dependence.reader(), other, source, other);
          }
        }
      }
    }
    boolean isComplete = axes.keySet().containsAll(members.keySet());
    return isComplete && axes.entrySet().stream().allMatch(this::isSuited)
        ? Optional.of(axes)
        : Optional.empty();
  }

  private boolean assign(
      Map<String, Integer> axes,
      Dependence dependence,
      String name,
      int readerAxis,
      int sourceAxis,
      int axis) {
    boolean moves =
        Landing.of(dependence.write().get(readerAxis)) instanceof Landing.Moving
            && dependence.isUniform(readerAxis, sourceAxis);
    if (!moves || isTaken(name, axis) || axes.containsKey(name)) {
      return false;
    }
    axes.put(name, axis);
    return true;
  }

  private boolean isSuited(Map.Entry<String, Integer> chosen) {
    Definition definition = members.get(chosen.getKey());
    return definition != null && isSuited(definition, chosen.getValue());
  }

  /// Whether all terms of a definition say which of their points land on a position of an axis.
  static boolean isSuited(Definition definition, int axis) {
    return switch (definition.body()) {
      case Body.Accumulate(var projection, List<Contraction> terms) ->
          terms.stream()
              .noneMatch(term -> Landing.of(term.write().get(axis)) instanceof Landing.Scattered);
      case Body.Scan scan -> scan.axis() != axis;
      case Body.Derivative _, Body.Iterate _ -> false;
    };
  }

  private Optional<Found> schedule(Map<String, Integer> axes, boolean isDescending) {
    List<Distance> distances = new ArrayList<>();
    for (Dependence dependence : dependences) {
      OptionalLong distance =
          dependence.distance(
              axes.getOrDefault(dependence.reader(), -1),
              axes.getOrDefault(dependence.source(), -1),
              isDescending);
      if (distance.isEmpty()) {
        return Optional.empty();
      }
      distances.add(new Distance(dependence, distance.getAsLong()));
    }
    return delays(distances)
        .map(
            delays ->
                new Found(
                    isDescending,
                    axes,
                    delays,
                    distances.stream()
                        .filter(distance -> distance.slack(delays) == 0)
                        .map(Distance::dependence)
                        .toList()));
  }

  /// A dependence, and how many positions it goes back.
  private record Distance(Dependence dependence, long positions) {
    /// How many rounds lie between the two.
    long slack(Map<String, Long> delays) {
      return delays.getOrDefault(dependence.reader(), 0L)
          + positions
          - delays.getOrDefault(dependence.source(), 0L);
    }
  }

  private Optional<Map<String, Long>> delays(List<Distance> distances) {
    Map<String, Long> delays = new HashMap<>();
    boolean isChanged = true;
    for (int round = 0; isChanged; round++) {
      if (round > members.size()) {
        return Optional.empty();
      }
      isChanged = false;
      for (Distance distance : distances) {
        long missing = -distance.slack(delays);
        if (missing > 0) {
          delays.merge(distance.dependence.reader(), missing, Long::sum);
          isChanged = true;
        }
      }
    }
    kept.ifPresent(whole -> postpone(delays, distances, whole));
    return Optional.of(normalized(delays));
  }

  /// Computes temporaries as late as their readers allow, so that little of them is alive at once.
  private void postpone(Map<String, Long> delays, List<Distance> distances, Set<String> whole) {
    String anchor =
        members.keySet().stream()
            .filter(whole::contains)
            .findFirst()
            .orElse(members.keySet().iterator().next());
    boolean isChanged = true;
    for (int round = 0; isChanged && round < members.size(); round++) {
      isChanged = false;
      for (String name : members.keySet()) {
        if (name.equals(anchor) || whole.contains(name)) {
          continue;
        }
        long room =
            distances.stream()
                .filter(distance -> distance.dependence.source().equals(name))
                .mapToLong(distance -> distance.slack(delays))
                .min()
                .orElse(0);
        boolean needsItself =
            distances.stream()
                .anyMatch(
                    distance ->
                        distance.dependence.source().equals(name)
                            && distance.dependence.reader().equals(name));
        if (room > 0 && !needsItself) {
          delays.merge(name, room, Long::sum);
          isChanged = true;
        }
      }
    }
  }

  private Map<String, Long> normalized(Map<String, Long> delays) {
    long least =
        members.keySet().stream().mapToLong(name -> delays.getOrDefault(name, 0L)).min().orElse(0);
    Map<String, Long> shifted = new HashMap<>();
    members.keySet().forEach(name -> shifted.put(name, delays.getOrDefault(name, 0L) - least));
    return shifted;
  }
}
