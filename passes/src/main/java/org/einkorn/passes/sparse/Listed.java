package org.einkorn.passes.sparse;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.runtime.DType;

/// A tensor whose definition says at which positions it may differ from its background.
public sealed interface Listed {
  String name();

  TensorType type();

  /// What combines the values that are written at one position; its identity is the background.
  Projection projection();

  /// Whether the elements that are listed may be the background all the same.
  boolean mayListBackground();

  /// The value of every element that is not listed.
  default double background() {
    return projection().identity(type().dtype()).doubleValue();
  }

  /// `A[I[t], J[t]] ⊕= V[t]`: entries that data list.
  ///
  /// @param entry numbers the entries
  /// @param positions where an entry is written
  /// @param value what is written, in a compute type
  record Entries(
      String name,
      TensorType type,
      Projection projection,
      Axis entry,
      List<IndexExpr> positions,
      Scalar value)
      implements Listed {
    public Entries {
      positions = List.copyOf(positions);
    }

    /// Whether this is a relation that data list tuple by tuple: `R[E[t, 0], E[t, 1]] or= true`.
    ///
    /// What reads one can go along the tuples as they are listed, without their order.
    public boolean areTuples() {
      return projection == Projection.ANY
          && isTrue(value)
          && positions.stream().allMatch(IndexExpr.Fetch.class::isInstance);
    }

    private static boolean isTrue(Scalar value) {
      return value instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
              && op == BinaryOp.AND
          ? isTrue(left) && isTrue(right)
          : value.equals(Scalar.Literal.of(DType.BOOL, 1));
    }

    /// Where the entry of a number is written.
    public List<IndexExpr> at(IndexExpr number) {
      return Substitution.of(entry.name(), number).positions(positions);
    }

    /// What the entry of a number holds.
    public Scalar value(IndexExpr number) {
      return Substitution.of(entry.name(), number).apply(value);
    }

    /// Entries that are the background are dropped when they are sorted; those of a relation hold.
    @Override
    public boolean mayListBackground() {
      return false;
    }
  }

  /// `S[i, j] ⊕= where(R[i, j], …, 0)`: no more than another tensor lists.
  ///
  /// @param base the tensor that lists positions
  /// @param axes for each axis of `base` the axis of this tensor
  record Sampled(
      String name, TensorType type, Projection projection, Listed base, List<Integer> axes)
      implements Listed {
    public Sampled {
      axes = List.copyOf(axes);
    }

    @Override
    public boolean mayListBackground() {
      return true;
    }
  }

  /// The list of entries that a definition is, if it is one.
  static Optional<Entries> entries(Definition definition) {
    TensorType type = definition.type();
    if (type.rank() == 0
        || !type.dtype().isCompute()
        || type.dtype().isComplex()
        || !(definition.body() instanceof Body.Accumulate(Projection projection, var terms))
        || terms.size() != 1) {
      return Optional.empty();
    }
    Contraction term = terms.getFirst();
    if (term.axes().size() != 1
        || !term.guards().isEmpty()
        || term.valueType() != type.dtype()
        || !projection.hasProperIdentity(type.dtype())
        || projection == Projection.PRODUCT
        || projection == Projection.ALL) {
      return Optional.empty();
    }
    Axis entry = term.axes().getFirst();
    boolean isList = term.write().stream().anyMatch(IndexExpr.Fetch.class::isInstance);
    return isList
        ? Optional.of(
            new Entries(definition.name(), type, projection, entry, term.write(), term.joined()))
        : Optional.empty();
  }

  /// Whether a read of it goes through plain axes of its own extents, another one each time.
  default boolean isReadPlainly(Scalar.Read read, List<Axis> axes) {
    Set<IndexExpr> seen = new HashSet<>();
    for (int axis = 0; axis < read.indices().size(); axis++) {
      IndexExpr index = read.indices().get(axis);
      IndexExpr extent = type().extents().get(axis);
      boolean isOwn =
          axes.stream()
              .anyMatch(each -> each.variable().equals(index) && each.extent().equals(extent));
      if (!isOwn || !seen.add(index)) {
        return false;
      }
    }
    return true;
  }

  /// The relation that data list tuple by tuple, if a definition is one.
  static Optional<Entries> tuples(Definition definition) {
    return entries(definition).filter(Entries::areTuples);
  }

  /// The tensors that its positions and values are read from.
  default Set<String> sources() {
    Set<String> found = new HashSet<>();
    Walk walk =
        Walk.ofScalars(
            scalar -> {
              if (scalar instanceof Scalar.Read read) {
                found.add(read.tensor());
              }
            });
    switch (this) {
      case Entries entries -> {
        entries.positions.forEach(walk::visit);
        walk.visit(entries.value);
      }
      case Sampled sampled -> found.add(sampled.base.name());
    }
    return found;
  }

  /// The condition that an element is not the background.
  default Scalar differs(Scalar.Read read) {
    return type().dtype() == DType.BOOL
        ? read
        : new Scalar.Binary(
            BinaryOp.NOT_EQUAL,
            read,
            Scalar.constant(type().dtype(), projection().identity(type().dtype())));
  }

  /// The entries that all positions come from in the end.
  default Entries entries() {
    return switch (this) {
      case Entries entries -> entries;
      case Sampled sampled -> sampled.base.entries();
    };
  }

  /// The names of variables, in order.
  static List<String> variables(Scalar.Read read) {
    List<String> names = new ArrayList<>();
    for (IndexExpr index : read.indices()) {
      if (index instanceof IndexExpr.Variable(String name)) {
        names.add(name);
      }
    }
    return names;
  }
}
