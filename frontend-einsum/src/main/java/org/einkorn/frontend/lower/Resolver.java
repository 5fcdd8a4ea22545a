package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.einkorn.frontend.check.Linear;
import org.einkorn.frontend.check.Ranges;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;

/// Puts the final extents and label positions into definitions, and drops the checks that turn out
/// to hold everywhere.
final class Resolver {
  private final Context context;
  private final Map<String, Integer> labels;
  private Map<String, IndexExpr> extents = new HashMap<>();

  Resolver(Context context, Map<String, Integer> labels) {
    this.context = context;
    this.labels = labels;
  }

  TensorType type(TensorType type) {
    return new TensorType(type.dtype(), type.extents().stream().map(this::index).toList());
  }

  IndexExpr extent(IndexExpr extent) {
    return index(extent);
  }

  Definition definition(Definition definition) {
    TensorType type = type(definition.type());
    Body body =
        switch (definition.body()) {
          case Body.Accumulate(var projection, List<Contraction> terms) ->
              new Body.Accumulate(
                  projection, terms.stream().map(term -> contraction(term, type)).toList());
          case Body.Scan scan -> {
            List<Axis> axes = axes(scan.axes());
            yield Divisors.guarded(
                new Body.Scan(scan.projection(), scan.axis(), axes, scalar(scan.operand())));
          }
          case Body.Derivative _, Body.Iterate _ -> definition.body();
        };
    return new Definition(definition.name(), type, body, definition.origin());
  }

  /// Whether a point may write outside the target, as `Y[i-2] = X[i]` does for its first points. An
  /// axis by itself has the target's extent, and a position from data alone is checked as it is
  /// taken.
  private boolean mayMiss(Guard landing) {
    return switch (landing.index()) {
      case IndexExpr.Variable _, IndexExpr.Fetch _ -> false;
      case IndexExpr.Constant(long position)
          when context.extents.hasPosition(landing.extent(), position) ->
          false;
      case IndexExpr.Constant _,
          IndexExpr.Symbol _,
          IndexExpr.Sum _,
          IndexExpr.Product _,
          IndexExpr.FloorDiv _,
          IndexExpr.FloorMod _,
          IndexExpr.Minimum _,
          IndexExpr.Maximum _ ->
          !range(landing.index()).isInside(landing.extent());
    };
  }

  private List<Axis> axes(List<Axis> axes) {
    List<Axis> resolved = new ArrayList<>();
    extents = new HashMap<>();
    for (Axis axis : axes) {
      resolved.add(new Axis(axis.name(), index(axis.extent())));
      extents.put(axis.name(), resolved.getLast().extent());
    }
    return resolved;
  }

  private Contraction contraction(Contraction term, TensorType target) {
    List<Axis> axes = axes(term.axes());
    List<Guard> guards = new ArrayList<>();
    for (Guard guard : term.guards()) {
      Guard resolved = new Guard(index(guard.index()), index(guard.extent()));
      if (!range(resolved.index()).isInside(resolved.extent())) {
        guards.add(resolved);
      }
    }
    List<IndexExpr> write = term.write().stream().map(this::index).toList();
    for (int axis = 0; axis < write.size(); axis++) {
      Guard landing = new Guard(write.get(axis), target.extents().get(axis));
      if (mayMiss(landing) && !guards.contains(landing)) {
        guards.add(landing);
      }
    }
    return Divisors.guarded(
        new Contraction(
            axes, guards, write, term.join(), term.operands().stream().map(this::scalar).toList()));
  }

  private Ranges range(IndexExpr position) {
    return Ranges.of(position, name -> Objects.requireNonNull(extents.get(name), name));
  }

  private IndexExpr index(IndexExpr expr) {
    return Linear.normalize(Linear.substitute(expr, this::leaf));
  }

  private IndexExpr leaf(IndexExpr leaf) {
    return switch (leaf) {
      case IndexExpr.Symbol(String name) -> {
        Integer number = labels.get(name);
        yield number == null ? context.extents.resolve(leaf) : IndexExpr.of(number);
      }
      case IndexExpr.Fetch(String tensor, int axis, IndexExpr extent, Scalar source) -> {
        IndexExpr size = index(extent);
        Scalar value = scalar(source);
        // A constant position that is inside after all needs no check.
        boolean isSurelyInside =
            value instanceof Scalar.Position(IndexExpr position)
                && new Ranges(position, position).isInside(size);
        yield isSurelyInside
            ? ((Scalar.Position) value).index()
            : new IndexExpr.Fetch(tensor, axis, size, value);
      }
      case IndexExpr.Constant _,
          IndexExpr.Variable _,
          IndexExpr.Sum _,
          IndexExpr.Product _,
          IndexExpr.FloorDiv _,
          IndexExpr.FloorMod _,
          IndexExpr.Minimum _,
          IndexExpr.Maximum _ ->
          leaf;
    };
  }

  private Scalar scalar(Scalar scalar) {
    return scalar.mapParts(this::index, this::scalar);
  }
}
