package org.einkorn.frontend.equations;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Conditions;
import org.einkorn.frontend.check.Linear;
import org.einkorn.frontend.check.Ranges;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;

/// What one iteration domain amounts to in text: how far each index runs, which of them need it
/// said, and which points are left out.
final class TermWriter {
  private final Map<String, TensorType> types;
  private final Map<String, IndexExpr> extents = new LinkedHashMap<>();
  private final Map<String, Set<IndexExpr>> direct = new HashMap<>();

  /// The axes that a read tells which no condition may skip.
  private final Set<String> told = new LinkedHashSet<>();

  private int conditions;
  private final Set<String> shifted = new LinkedHashSet<>();
  private final Set<Guard> guards;
  private final Map<String, String> names;
  final IndexWriter indices;
  final ScalarWriter scalars;

  TermWriter(
      Naming naming,
      Map<String, TensorType> types,
      List<Axis> axes,
      List<Guard> guards,
      List<Scalar> operands,
      TensorType target,
      List<IndexExpr> write) {
    this.types = types;
    this.guards = new LinkedHashSet<>(guards);
    axes.forEach(axis -> extents.put(axis.name(), axis.extent()));
    names = naming.axes(axes);
    indices = new IndexWriter(naming, axes.stream().map(Axis::name).toList(), names);
    scalars =
        new ScalarWriter(
            naming,
            indices,
            new ScalarWriter.Reads() {
              @Override
              public boolean isInside(IndexExpr position, IndexExpr extent) {
                return !variables(position).isEmpty()
                    || new Ranges(position, position).isInside(extent);
              }

              @Override
              public IndexExpr extent(String tensor, int axis) {
                return TermWriter.this.axis(tensor, axis);
              }
            });
    for (IndexExpr index : write) {
      if (index instanceof IndexExpr.Fetch(String _, int _, IndexExpr _, Scalar source)) {
        look(source, Conditions.NONE);
      }
    }
    operands.forEach(operand -> look(operand, Conditions.NONE));
    for (int axis = 0; axis < write.size(); axis++) {
      if (!variables(write.get(axis)).isEmpty() && !(write.get(axis) instanceof IndexExpr.Fetch)) {
        protect(write.get(axis), target.extents().get(axis), Conditions.NONE);
      }
    }
    for (Guard guard : this.guards) {
      if (guard.index() instanceof IndexExpr.Variable(String name)) {
        shifted.add(name);
      }
    }
  }

  private IndexExpr axis(String tensor, int axis) {
    return Objects.requireNonNull(types.get(tensor), tensor).extents().get(axis);
  }

  IndexExpr extent(String axis) {
    IndexExpr extent = extents.get(axis);
    if (extent == null) {
      throw Words.refused("the index `" + axis + "` has no axis");
    }
    return extent;
  }

  static Set<String> variables(IndexExpr index) {
    Set<String> found = new LinkedHashSet<>();
    Walk.ofIndices(
            part -> {
              if (part instanceof IndexExpr.Variable(String name)) {
                found.add(name);
              }
            })
        .visit(index);
    return found;
  }

  static Set<String> variables(Scalar scalar) {
    Set<String> found = new LinkedHashSet<>();
    Walk.ofIndices(
            part -> {
              if (part instanceof IndexExpr.Variable(String name)) {
                found.add(name);
              }
            })
        .visit(scalar);
    return found;
  }

  /// Looks at all reads, in the order in which they are evaluated.
  ///
  /// @param facts what the conditions around say
  private void look(Scalar scalar, Conditions facts) {
    switch (scalar) {
      case Scalar.Literal _, Scalar.Position _ -> {}
      case Scalar.Read read -> {
        for (int axis = 0; axis < read.indices().size(); axis++) {
          position(read.indices().get(axis), axis(read.tensor(), axis), facts);
        }
      }
      case Scalar.Unary(var _, Scalar operand) -> look(operand, facts);
      case Scalar.Cast(var _, Scalar operand) -> look(operand, facts);
      case Scalar.Binary(var _, Scalar left, Scalar right) -> {
        look(left, facts);
        look(right, facts);
      }
      case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) -> {
        look(left, facts);
        look(right, facts);
        look(addend, facts);
      }
      case Scalar.Dot dot -> dot.parts().forEach(part -> look(part, facts));
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
        look(condition, facts);
        conditions++;
        look(then, facts.and(condition, true));
        look(otherwise, facts.and(condition, false));
        conditions--;
      }
    }
  }

  private void position(IndexExpr index, IndexExpr extent, Conditions facts) {
    switch (index) {
      case IndexExpr.Fetch(String _, int _, IndexExpr _, Scalar source) -> look(source, facts);
      case IndexExpr.Variable(String name) -> {
        direct.computeIfAbsent(name, _ -> new LinkedHashSet<>()).add(Linear.normalize(extent));
        if (conditions == 0) {
          told.add(name);
        }
        protect(index, extent, facts);
      }
      case IndexExpr.Constant _,
          IndexExpr.Symbol _,
          IndexExpr.Sum _,
          IndexExpr.Product _,
          IndexExpr.FloorDiv _,
          IndexExpr.FloorMod _,
          IndexExpr.Minimum _,
          IndexExpr.Maximum _ -> {
        shifted.addAll(variables(index));
        if (!variables(index).isEmpty()) {
          protect(index, extent, facts);
        }
      }
    }
  }

  /// The lowering leaves out points at which it can't prove that a read is inside; here the text
  /// says so. Under a condition that would leave out more than the program does.
  private void protect(IndexExpr index, IndexExpr extent, Conditions facts) {
    if (Ranges.of(index, this::extent).isInside(extent)
        || facts.keepInside(index, extent, this::extent)) {
      return;
    }
    Guard guard = new Guard(Linear.normalize(index), Linear.normalize(extent));
    if (facts != Conditions.NONE && !guards.contains(guard)) {
      throw Words.refused("a read that is inside its tensor by a condition too hard to follow");
    }
    guards.add(guard);
  }

  /// Whether every direct read of the axis has its extent.
  private boolean agrees(String axis) {
    IndexExpr extent = Linear.normalize(extent(axis));
    return direct.getOrDefault(axis, Set.of()).stream().allMatch(extent::equals);
  }

  /// Whether the reads tell the extent of an axis without a word.
  boolean isTold(String axis) {
    return agrees(axis) && told.contains(axis) && !shifted.contains(axis);
  }

  Tree.Name name(String axis) {
    return Words.name(Objects.requireNonNull(names.get(axis), axis));
  }

  /// `i: I` on the left side; a bare `i` where it reads an axis of another extent, which has to be
  /// said after `with`.
  ///
  /// @param open gets the axes that `with` bounds
  Tree.Index sized(String axis, List<String> open) {
    if (agrees(axis)) {
      return new Tree.Sized(name(axis), indices.write(extent(axis)), Words.NOWHERE);
    }
    open.add(axis);
    return plain(axis);
  }

  /// The extent of a projected index, where the reads don't tell it.
  ///
  /// @param open gets the axes that `with` bounds
  Optional<Tree.Expression> projected(String axis, List<String> open) {
    if (!agrees(axis)) {
      open.add(axis);
      return Optional.empty();
    }
    return isTold(axis) ? Optional.empty() : Optional.of(indices.write(extent(axis)));
  }

  /// `i`
  Tree.Index plain(String axis) {
    return new Tree.Position(name(axis), Words.NOWHERE);
  }

  boolean hasGuards() {
    return !guards.isEmpty();
  }

  /// @param open the axes whose extents nothing else tells
  Tree.Modifiers modifiers(List<String> open) {
    List<Tree.Bound> bounds = new ArrayList<>();
    for (String axis : open) {
      bounds.add(new Tree.Bound(name(axis), indices.write(extent(axis)), Words.NOWHERE));
    }
    for (Guard guard : guards) {
      if (guard.index() instanceof IndexExpr.Fetch) {
        throw Words.refused("a condition on a position taken from data");
      }
      bounds.add(
          new Tree.Bound(
              indices.write(guard.index()), indices.write(guard.extent()), Words.NOWHERE));
    }
    return new Tree.Modifiers(Optional.empty(), bounds, Optional.empty(), Optional.empty());
  }
}
