package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Taylor mode: the coefficients of each tensor along a direction, up to some order, in the order
/// of the program.
///
/// The coefficient of order n of a tensor is a tensor of its shape, defined by those of the orders
/// up to n of what it reads and those below n of itself. One that is 0 everywhere is not there.
final class Jet {
  private final Workspace space;
  private final String variable;
  private final String direction;
  private final int order;

  /// The tensors that change, the variable among them.
  private final Set<String> moving = new HashSet<>();

  /// The names of coefficients that may be read or are defined, by tensor and order.
  private final Map<String, Map<Integer, String>> names = new HashMap<>();

  /// The tensors all of whose coefficients are defined, and the orders that they have.
  private final Map<String, Set<Integer>> defined = new HashMap<>();

  /// The orders that were stored as they were found.
  private final Map<String, Set<Integer>> stored = new HashMap<>();

  Jet(Workspace space, String variable, String direction, int order) {
    this.space = space;
    this.variable = variable;
    this.direction = direction;
    this.order = order;
    moving.add(variable);
  }

  Workspace space() {
    return space;
  }

  int order() {
    return order;
  }

  /// The name of a coefficient: `H.jet.X.V.2`.
  String name(String tensor, int n) {
    return tensor + ".jet." + variable + "." + direction + "." + n;
  }

  /// Defines the coefficients on the way to `function`, and the derivatives that they are.
  ///
  /// @param name what these are called
  void expand(String function, String name) {
    List<Definition> path =
        Influence.ofHighOrder(variable, function, space).stream()
            .filter(definition -> !defined.containsKey(definition.name()))
            .toList();
    path.forEach(definition -> moving.add(definition.name()));
    int start = space.size();
    path.forEach(this::define);
    // In a recurrence, coefficients of one order are needed by others before their own are defined.
    space.sortFrom(start);
    TensorType like = space.type(function);
    DType type = space.slopeType(function);
    List<Contraction> orders = new ArrayList<>();
    double factorial = 1;
    for (int n = 0; n <= order; n++) {
      factorial *= Math.max(1, n);
      double factor = factorial;
      int at = n;
      Contraction plain =
          space.term(
              like,
              place ->
                  (at == 0
                          ? Optional.of(space.read(function, place, type))
                          : coefficient(function, at, place, type))
                      .map(some -> Series.times(factor, some))
                      .orElse(Partial.number(type, 0)));
      if (n == 0 || coefficient(function, n, plain.write(), type).isPresent()) {
        List<IndexExpr> write = new ArrayList<>(plain.write());
        write.addFirst(IndexExpr.of(n));
        orders.add(new Contraction(plain.axes(), List.of(), write, plain.join(), plain.operands()));
      }
    }
    List<IndexExpr> extents = new ArrayList<>(like.extents());
    extents.addFirst(IndexExpr.of(order + 1));
    space.add(name, type, extents, new Body.Accumulate(Projection.SUM, orders));
  }

  /// An element of a coefficient; nothing if that is 0 everywhere.
  Optional<Scalar> coefficient(String tensor, int n, List<IndexExpr> at, DType type) {
    if (tensor.equals(variable)) {
      return n == 1 ? Optional.of(space.read(direction, at, type)) : Optional.empty();
    }
    Set<Integer> orders = defined.get(tensor);
    boolean isThere = orders == null ? moving.contains(tensor) : orders.contains(n);
    return isThere ? Optional.of(space.read(declared(tensor, n), at, type)) : Optional.empty();
  }

  private String declared(String tensor, int n) {
    return names
        .computeIfAbsent(tensor, _ -> new HashMap<>())
        .computeIfAbsent(
            n,
            _ -> {
              String name = space.free(name(tensor, n));
              space.declare(name, space.slopeType(tensor), space.type(tensor).extents());
              return name;
            });
  }

  /// Defines the coefficient of an order.
  private void put(String tensor, int n, Body body) {
    String name = declared(tensor, n);
    space.add(name, space.slopeType(tensor), space.type(tensor).extents(), body);
  }

  // ------------------------------------------------------------------- definitions

  private void define(Definition definition) {
    Set<Integer> orders = new HashSet<>();
    JetOfProjection.of(this, definition)
        .forEach(
            (n, body) -> {
              orders.add(n);
              put(definition.name(), n, body);
            });
    orders.addAll(stored.getOrDefault(definition.name(), Set.of()));
    Map<Integer, String> read = names.getOrDefault(definition.name(), Map.of());
    read.keySet().stream()
        .filter(n -> !orders.contains(n))
        .sorted()
        .forEach(n -> put(definition.name(), n, space.constant(space.type(definition.name()), 0)));
    defined.put(definition.name(), orders);
  }

  /// Defines the coefficient of an order before those of higher orders are known.
  void store(String tensor, int n, Body body) {
    put(tensor, n, body);
    stored.computeIfAbsent(tensor, _ -> new HashSet<>()).add(n);
  }

  /// What stores the coefficients of an elementwise definition as they are found.
  Part own(Definition definition, Contraction term) {
    String tensor = definition.name();
    DType type = term.valueType();
    return new Part(
        new Scalar.Read(tensor, definition.type().dtype(), term.write()),
        (n, coefficient) ->
            coefficient.map(
                some -> {
                  store(tensor, n, map(term, some));
                  return space.read(declared(tensor, n), term.write(), type);
                }));
  }

  /// A definition with a value at each point of an elementwise term.
  static Body map(Contraction term, Scalar value) {
    return new Body.Accumulate(
        Projection.SUM,
        List.of(
            new Contraction(
                term.axes(), term.guards(), term.write(), BinaryOp.MULTIPLY, List.of(value))));
  }

  static List<IndexExpr> variables(List<Axis> axes) {
    return axes.stream().<IndexExpr>map(Axis::variable).toList();
  }
}
