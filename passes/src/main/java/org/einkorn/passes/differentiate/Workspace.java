package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Components;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// The program as far as it is expanded, and the derivatives that are there already.
final class Workspace {
  private final List<Definition> definitions = new ArrayList<>();
  private final Map<String, TensorType> types = new HashMap<>();
  private final Set<String> taken = new HashSet<>();
  private final Map<String, Linearized> linearized = new HashMap<>();
  private final Set<String> stored = new HashSet<>();
  private final Set<String> ruled = new HashSet<>();
  private final Map<Request, String> derivatives = new HashMap<>();
  private Origin origin = Origin.UNKNOWN;

  /// A derivative of one tensor.
  ///
  /// @param direction empty for a gradient
  /// @param order of a jet; else 1
  record Request(
      Body.Derivative.Mode mode,
      String function,
      String variable,
      Optional<String> direction,
      int order) {
    Request(
        Body.Derivative.Mode mode, String function, String variable, Optional<String> direction) {
      this(mode, function, variable, direction, 1);
    }

    static Request of(Body.Derivative body) {
      return new Request(
          body.mode(), body.function(), body.variable(), body.direction(), body.order());
    }

    /// `Loss.grad.W`, `F.jvp.X.V`
    String name() {
      return function
          + "."
          + mode.text()
          + "."
          + variable
          + direction.map(name -> "." + name).orElse("");
    }
  }

  Workspace(Program program) {
    program.signature().inputs().forEach(input -> types.put(input.name(), input.type()));
    taken.addAll(types.keySet());
    taken.addAll(program.signature().symbols());
    program.definitions().forEach(definition -> taken.add(definition.name()));
  }

  /// Where the request stands that is being expanded.
  void startAt(Origin place) {
    origin = place;
  }

  void add(Definition definition) {
    definitions.add(definition);
    types.put(definition.name(), definition.type());
    taken.add(definition.name());
  }

  /// Says of what type a tensor will be, so that others may read it before it is defined.
  void declare(String name, DType type, List<IndexExpr> extents) {
    types.put(name, new TensorType(type, extents));
    taken.add(name);
  }

  void addAll(List<Definition> more) {
    more.forEach(this::add);
  }

  /// Adds a definition that belongs to the request.
  void add(String name, DType type, List<IndexExpr> extents, Body body) {
    add(new Definition(name, new TensorType(type, extents), body, origin));
  }

  /// Orders the definitions from a place on such that each stands after those it needs, but for
  /// those of recurrences, which need each other.
  void sortFrom(int start) {
    Map<String, Definition> late = new LinkedHashMap<>();
    Map<String, Set<String>> needs = new HashMap<>();
    for (Definition definition : definitions.subList(start, definitions.size())) {
      late.put(definition.name(), definition);
      needs.put(definition.name(), TensorReads.of(definition.body()));
    }
    definitions.subList(start, definitions.size()).clear();
    for (List<String> component : Components.of(List.copyOf(late.keySet()), needs)) {
      for (String name : component) {
        definitions.add(Objects.requireNonNull(late.get(name)));
      }
    }
  }

  /// Puts definitions in the places of those that have their names, and the others before the first
  /// of these.
  void replace(List<Definition> others) {
    Map<String, Definition> byName = new LinkedHashMap<>();
    others.forEach(definition -> byName.put(definition.name(), definition));
    int start = definitions.size();
    for (int place = definitions.size() - 1; place >= 0; place--) {
      Definition replaced = byName.remove(definitions.get(place).name());
      if (replaced != null) {
        definitions.set(place, replaced);
        linearized.remove(replaced.name());
        start = place;
      }
    }
    definitions.addAll(start, byName.values());
    byName.values().forEach(definition -> types.put(definition.name(), definition.type()));
    sortFrom(start);
  }

  /// How many definitions there are.
  int size() {
    return definitions.size();
  }

  /// All definitions so far, in order.
  List<Definition> definitions() {
    return List.copyOf(definitions);
  }

  TensorType type(String tensor) {
    return Objects.requireNonNull(types.get(tensor), tensor);
  }

  /// The type of derivatives of, or with respect to, a tensor.
  DType slopeType(String tensor) {
    return type(tensor).dtype().compute();
  }

  /// A name that no tensor has: the wish, or the wish with a number.
  String free(String wish) {
    String name = wish;
    for (int number = 1; !taken.add(name); number++) {
      name = wish + "." + number;
    }
    return name;
  }

  /// The definition as a linear function, computed once.
  Linearized linearized(Definition definition) {
    Linearized known = linearized.get(definition.name());
    if (known == null) {
      known = Linearize.of(definition, this::free);
      linearized.put(definition.name(), known);
    }
    return known;
  }

  /// Says how a definition changes, where that does not follow from its body.
  void linearize(String tensor, Linearized rule) {
    linearized.put(tensor, rule);
    ruled.add(tensor);
  }

  /// Whether it was said how a definition changes.
  boolean isRuled(String tensor) {
    return ruled.contains(tensor);
  }

  /// The definition as a linear function, with what its coefficients read being stored.
  Linearized stored(Definition definition) {
    Linearized result = linearized(definition);
    if (stored.add(definition.name())) {
      result.needs().forEach(this::add);
    }
    return result;
  }

  /// The tensor that holds a derivative, if there is one.
  Optional<String> known(Request request) {
    return Optional.ofNullable(derivatives.get(request));
  }

  void know(Request request, String name) {
    derivatives.put(request, name);
  }

  /// A definition that is the same number everywhere.
  Body constant(TensorType type, double value) {
    return map(type, at -> Partial.number(type.dtype().compute(), value));
  }

  /// A definition with a value for each position.
  Body map(TensorType type, Function<List<IndexExpr>, Scalar> value) {
    Projection projection = type.dtype() == DType.BOOL ? Projection.ANY : Projection.SUM;
    return new Body.Accumulate(projection, List.of(term(type, value)));
  }

  /// The same as a term.
  Contraction term(TensorType type, Function<List<IndexExpr>, Scalar> value) {
    List<Axis> axes = new ArrayList<>();
    for (IndexExpr extent : type.extents()) {
      axes.add(new Axis("at." + axes.size(), extent));
    }
    List<IndexExpr> at = axes.stream().<IndexExpr>map(Axis::variable).toList();
    BinaryOp join = type.dtype() == DType.BOOL ? BinaryOp.AND : BinaryOp.MULTIPLY;
    return new Contraction(axes, List.of(), at, join, List.of(value.apply(at)));
  }

  /// The value of a tensor at a position, in a type.
  Scalar read(String tensor, List<IndexExpr> at, DType type) {
    return Scalar.cast(type, new Scalar.Read(tensor, type(tensor).dtype(), at));
  }
}
