package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import org.einkorn.passes.differentiate.Workspace.Request;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.runtime.DType;

/// Reverse mode: what each tensor contributes to the function, against the order of the program.
///
/// Each linear term of a definition is transposed; all that is contributed by one tensor is one
/// definition. It does not depend on the variable that is asked for, so several gradients of one
/// function share it.
final class Reverse {
  private final Workspace space;
  private final String function;
  private final Optional<String> weights;
  private final Map<String, String> names = new HashMap<>();
  private final Map<String, List<Contribution>> contributions = new HashMap<>();
  private final Map<String, List<Definition>> after = new HashMap<>();

  private Reverse(Workspace space, String function, Optional<String> weights) {
    this.space = space;
    this.function = function;
    this.weights = weights;
  }

  /// A linear term that is to be transposed, and what stands for the change of what it wrote.
  private record Contribution(LinearTerm term, LinearTerm.Direction direction) {}

  /// Defines the derivatives on the way from `function` back to `variable`.
  ///
  /// @param weights what the elements of the function count; nothing for 1
  /// @param name what the last of them is called
  static void expand(
      Workspace space, String function, String variable, Optional<String> weights, String name) {
    new Reverse(space, function, weights).run(variable, name);
  }

  private void run(String variable, String name) {
    List<Definition> path = Influence.of(variable, function, space);
    if (path.isEmpty()) {
      DType type = space.slopeType(variable);
      TensorType shape = space.type(variable);
      boolean isSame = function.equals(variable);
      space.add(
          name,
          type,
          shape.extents(),
          isSame && weights.isPresent()
              ? space.map(shape, at -> space.read(weights.get(), at, type))
              : space.constant(shape, isSame ? 1 : 0));
      return;
    }
    Set<String> targets = new LinkedHashSet<>();
    path.reversed().forEach(definition -> targets.add(definition.name()));
    boolean isRecurrent =
        path.stream()
            .anyMatch(definition -> space.linearized(definition).sources().contains(function));
    if (!isRecurrent) {
      targets.remove(function);
    }
    targets.add(variable);
    List<String> open = new ArrayList<>();
    for (String tensor : targets) {
      if (tensor.equals(variable) || space.known(request(tensor)).isEmpty()) {
        String own = tensor.equals(variable) ? name : space.free(request(tensor).name());
        space.declare(own, space.slopeType(tensor), space.type(tensor).extents());
        open.add(tensor);
        names.put(tensor, own);
      } else {
        names.put(tensor, space.known(request(tensor)).orElseThrow());
      }
    }
    path.reversed().forEach(definition -> contribute(definition, new HashSet<>(open)));
    space.addAll(after.getOrDefault(function, List.of()));
    for (String tensor : open) {
      define(tensor);
    }
  }

  private Request request(String tensor) {
    Body.Derivative.Mode mode =
        weights.isPresent() ? Body.Derivative.Mode.VJP : Body.Derivative.Mode.GRADIENT;
    return new Request(mode, function, tensor, weights);
  }

  /// The weight of an element of the function; nothing for 1.
  private Optional<Scalar> seed(List<IndexExpr> at, DType type) {
    return weights.map(name -> space.read(name, at, type));
  }

  /// Notes what a definition passes on to the tensors that it reads.
  private void contribute(Definition definition, Set<String> targets) {
    boolean isNeeded =
        space.linearized(definition).sources().stream()
            .anyMatch(source -> targets.contains(source) && space.known(request(source)).isEmpty());
    if (!isNeeded) {
      return;
    }
    Linearized linearized = space.stored(definition);
    LinearTerm.Direction direction = reading(definition.name());
    if (linearized.scan().isPresent()) {
      direction = after(definition, linearized.scan().get(), direction);
    }
    for (LinearTerm term : linearized.terms()) {
      if (targets.contains(term.source())) {
        contributions
            .computeIfAbsent(term.source(), _ -> new ArrayList<>())
            .add(new Contribution(term, direction));
      }
    }
  }

  private LinearTerm.Direction reading(String tensor) {
    String known = names.get(tensor);
    if (known == null) {
      return this::seed;
    }
    return (at, type) -> Optional.of(space.read(known, at, type));
  }

  /// The transpose of a prefix sum: the sum over all positions that are not before. It is the
  /// prefix sum of what lies the other way round.
  private LinearTerm.Direction after(
      Definition definition, Body.Scan scan, LinearTerm.Direction direction) {
    DType type = space.slopeType(definition.name());
    IndexExpr last = scan.axes().get(scan.axis()).extent().plus(-1);
    List<IndexExpr> at = scan.axes().stream().<IndexExpr>map(Axis::variable).toList();
    Scalar value =
        direction.apply(turned(at, scan.axis(), last), type).orElse(Partial.number(type, 1));
    String name = space.free(request(definition.name()).name() + ".after");
    TensorType shape = new TensorType(type, space.type(definition.name()).extents());
    space.declare(name, type, shape.extents());
    after.put(
        definition.name(),
        List.of(
            new Definition(
                name,
                shape,
                new Body.Scan(Projection.SUM, scan.axis(), scan.axes(), value),
                definition.origin())));
    return (position, wide) ->
        Optional.of(space.read(name, turned(position, scan.axis(), last), wide));
  }

  private static List<IndexExpr> turned(List<IndexExpr> at, int axis, IndexExpr last) {
    List<IndexExpr> turned = new ArrayList<>(at);
    turned.set(axis, last.minus(at.get(axis)));
    return turned;
  }

  /// Defines the sum of all that a tensor contributes.
  private void define(String tensor) {
    String name = Objects.requireNonNull(names.get(tensor));
    List<Contribution> all = contributions.getOrDefault(tensor, List.of());
    TensorType type = space.type(tensor);
    DType wide = space.slopeType(tensor);
    for (Contribution contribution : all) {
      wide = contribution.term.partial().widest(wide);
    }
    List<Contraction> terms = new ArrayList<>();
    List<Contraction> maps = new ArrayList<>();
    if (tensor.equals(function)) {
      maps.add(
          space.term(
              type,
              at ->
                  seed(at, type.dtype().compute())
                      .orElse(Partial.number(type.dtype().compute(), 1))));
    }
    for (Contribution contribution : all) {
      Contraction term = contribution.term.transposed(contribution.direction, type, wide);
      Optional<Contraction> map = map(term, type);
      map.ifPresent(maps::add);
      if (map.isEmpty()) {
        terms.add(term);
      }
    }
    if (!maps.isEmpty()) {
      terms.addFirst(sum(maps));
    }
    space.add(
        name,
        space.slopeType(tensor),
        type.extents(),
        terms.isEmpty() ? space.constant(type, 0) : new Body.Accumulate(Projection.SUM, terms));
    space.know(request(tensor), name);
    if (!tensor.equals(function)) {
      space.addAll(after.getOrDefault(tensor, List.of()));
    }
  }

  /// The term with its axes in the order of the tensor's, if it gives each element one value.
  private static Optional<Contraction> map(Contraction term, TensorType type) {
    if (!term.guards().isEmpty() || !term.writesPlainAxes() || !term.reducedAxes().isEmpty()) {
      return Optional.empty();
    }
    List<Axis> axes = new ArrayList<>(term.axes());
    axes.sort(Comparator.comparingInt(axis -> term.write().indexOf(axis.variable())));
    return axes.stream().map(Axis::extent).toList().equals(type.extents())
        ? Optional.of(new Contraction(axes, List.of(), term.write(), term.join(), term.operands()))
        : Optional.empty();
  }

  /// Elementwise contributions to all of a tensor, as one.
  private static Contraction sum(List<Contraction> maps) {
    Contraction first = maps.getFirst();
    if (maps.size() == 1) {
      return first;
    }
    Scalar sum = first.joined();
    for (Contraction term : maps.subList(1, maps.size())) {
      Map<String, IndexExpr> names = new HashMap<>();
      for (int axis = 0; axis < term.axes().size(); axis++) {
        names.put(term.axes().get(axis).name(), first.axes().get(axis).variable());
      }
      sum = new Scalar.Binary(BinaryOp.ADD, sum, new Substitution(names).apply(term.joined()));
    }
    return new Contraction(first.axes(), List.of(), first.write(), BinaryOp.MULTIPLY, List.of(sum));
  }
}
