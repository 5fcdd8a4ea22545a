package org.einkorn.frontend.learn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;

/// Which axes run over the rows of a batch: those that an index of the given name meets, and all
/// that such an axis meets in turn.
///
/// Rows of a batch are any rows, so an axis of rows may only be read and written at a plain index.
final class BatchAxes {
  private final Set<Place> rows = new LinkedHashSet<>();
  private final Map<Place, Set<Place>> links = new HashMap<>();
  private final Map<Place, IndexExpr> extents = new LinkedHashMap<>();
  private final List<Uneven> uneven = new ArrayList<>();

  /// An axis of a tensor, or with the number of a term an index of a definition.
  private record Place(String tensor, int term, String axis) {
    static Place of(String tensor, int axis) {
      return new Place(tensor, -1, Integer.toString(axis));
    }
  }

  /// A use of places that must be no rows.
  private record Uneven(Set<Place> places, String why) {}

  private BatchAxes() {}

  /// The axes that an index called `index` meets.
  static BatchAxes of(List<Definition> definitions, String index) {
    BatchAxes axes = new BatchAxes();
    definitions.forEach(axes::add);
    axes.extents.keySet().stream()
        .filter(place -> place.term >= 0)
        .filter(place -> place.axis.equals(index) || place.axis.startsWith(index + "."))
        .forEach(axes.rows::add);
    axes.spread();
    return axes;
  }

  /// The axes that these axes of data meet.
  static BatchAxes of(List<Definition> definitions, Map<String, List<Integer>> data) {
    BatchAxes axes = new BatchAxes();
    definitions.forEach(axes::add);
    data.forEach((tensor, all) -> all.forEach(axis -> axes.rows.add(Place.of(tensor, axis))));
    axes.spread();
    return axes;
  }

  /// The axes of a tensor that run over rows.
  List<Integer> of(String tensor, int rank) {
    List<Integer> found = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      if (rows.contains(Place.of(tensor, axis))) {
        found.add(axis);
      }
    }
    return found;
  }

  /// Why rows can't be any rows, if so.
  Optional<String> refusal() {
    return uneven.stream()
        .filter(use -> use.places.stream().anyMatch(rows::contains))
        .map(Uneven::why)
        .findFirst();
  }

  /// The extents of the indices and axes inside that run over rows.
  Set<IndexExpr> extents() {
    Set<IndexExpr> found = new LinkedHashSet<>();
    extents.forEach(
        (place, extent) -> {
          if (rows.contains(place)) {
            found.add(extent);
          }
        });
    return found;
  }

  private void spread() {
    List<Place> open = new ArrayList<>(rows);
    while (!open.isEmpty()) {
      for (Place next : links.getOrDefault(open.removeLast(), Set.of())) {
        if (rows.add(next)) {
          open.add(next);
        }
      }
    }
  }

  private void link(Place one, Place two) {
    links.computeIfAbsent(one, _ -> new LinkedHashSet<>()).add(two);
    links.computeIfAbsent(two, _ -> new LinkedHashSet<>()).add(one);
  }

  private void add(Definition definition) {
    String name = definition.name();
    for (int axis = 0; axis < definition.type().rank(); axis++) {
      extents.put(Place.of(name, axis), definition.type().extents().get(axis));
    }
    switch (definition.body()) {
      case Body.Accumulate accumulate -> {
        for (int term = 0; term < accumulate.terms().size(); term++) {
          add(name, term, accumulate.terms().get(term));
        }
      }
      case Body.Scan scan -> {
        axes(name, 0, scan.axes());
        for (int axis = 0; axis < scan.axes().size(); axis++) {
          link(Place.of(name, axis), new Place(name, 0, scan.axes().get(axis).name()));
        }
        uneven.add(
            new Uneven(
                Set.of(Place.of(name, scan.axis())), "`" + user(name) + "` accumulates along it"));
        reads(name, 0, scan.operand());
      }
      case Body.Derivative derivative -> {
        String like =
            derivative.mode() == Body.Derivative.Mode.JVP
                ? derivative.function()
                : derivative.variable();
        for (int axis = 0; axis < definition.type().rank(); axis++) {
          link(Place.of(name, axis), Place.of(like, axis));
        }
      }
      case Body.Iterate iterate -> {
        for (int axis = 0; axis < definition.type().rank(); axis++) {
          link(Place.of(name, axis), Place.of(iterate.start(), axis));
          link(Place.of(name, axis), Place.of(iterate.next(), axis));
        }
      }
    }
  }

  private void axes(String name, int term, List<Axis> axes) {
    axes.forEach(axis -> extents.put(new Place(name, term, axis.name()), axis.extent()));
  }

  private void add(String name, int term, Contraction contraction) {
    axes(name, term, contraction.axes());
    for (int axis = 0; axis < contraction.write().size(); axis++) {
      meet(name, term, name, axis, contraction.write().get(axis), "written");
    }
    contraction
        .guards()
        .forEach(
            guard ->
                uneven.add(
                    new Uneven(
                        places(name, term, guard.index()),
                        "where it counts depends on which row it is, in `" + user(name) + "`")));
    contraction.operands().forEach(operand -> reads(name, term, operand));
  }

  private void reads(String name, int term, Scalar operand) {
    Walk.ofScalars(
            part -> {
              switch (part) {
                case Scalar.Read read -> {
                  for (int axis = 0; axis < read.indices().size(); axis++) {
                    meet(name, term, read.tensor(), axis, read.indices().get(axis), "read");
                  }
                }
                case Scalar.Position(IndexExpr index) ->
                    uneven.add(
                        new Uneven(
                            places(name, term, index), "`" + user(name) + "` uses it as a number"));
                default -> {}
              }
            })
        .visit(operand);
  }

  /// Notes a position on an axis.
  private void meet(
      String name, int term, String tensor, int axis, IndexExpr position, String how) {
    Place on = Place.of(tensor, axis);
    if (position instanceof IndexExpr.Variable(String variable)) {
      link(on, new Place(name, term, variable));
      return;
    }
    Set<Place> all = places(name, term, position);
    all.add(on);
    uneven.add(
        new Uneven(
            all,
            "`%s` is %s there at something other than a plain index, in `%s`"
                .formatted(user(tensor), how, user(name))));
  }

  /// The indices that stand in a position, but not those by which the position is looked up.
  private static Set<Place> places(String name, int term, IndexExpr position) {
    Set<String> lookedUp = new LinkedHashSet<>();
    Walk.ofIndices(
            part -> {
              if (part instanceof IndexExpr.Fetch fetch) {
                lookedUp.addAll(Walk.variables(fetch.source()));
              }
            })
        .visit(position);
    Set<Place> found = new LinkedHashSet<>();
    for (String variable : Walk.variables(position)) {
      if (!lookedUp.contains(variable)) {
        found.add(new Place(name, term, variable));
      }
    }
    return found;
  }

  private static String user(String name) {
    int dot = name.indexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }
}
