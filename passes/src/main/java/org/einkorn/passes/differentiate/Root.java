package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.differentiate.Partial.Step;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.runtime.DType;

/// Roots as programs: `Y = root(R, X)` is `X`, and changes such that `R` stays 0.
///
/// With `R` as a function of `X` and of all else, `a`, that is `dY = -J⁻¹ · ∂R/∂a da`, where `J =
/// ∂R/∂X` (the implicit function theorem). It is said by rules, of which derivatives of every order
/// follow:
///
/// | tensor | what it is | how it changes |
/// |---|---|---|
/// | `T.held`, for each `T` from `X` to `R` | `T` | as `T`, but for what comes from `X` |
/// | `Y` | `X` | `dY = -inverse · dR.held` |
/// | `Y.T` | `T` as a function of `Y` | as its equation says |
/// | `Y.slope` | `∂R/∂X`, by forward derivatives | as its equations say |
/// | `Y.inverse` | its inverse ([Inverse]) | `-inverse · dslope · inverse` |
final class Root {
  private final Workspace space;
  private final String residual;
  private final String start;
  private final String root;
  private final Map<String, String> held = new HashMap<>();
  private final Map<String, String> again = new HashMap<>();

  private Root(Workspace space, Body.Derivative request, String root) {
    this.space = space;
    this.residual = request.function();
    this.start = request.variable();
    this.root = root;
  }

  /// @param isDifferentiated whether the program has derivatives, so that rules are needed
  static void expand(
      Workspace space, Body.Derivative request, String name, boolean isDifferentiated) {
    new Root(space, request, name).run(isDifferentiated);
  }

  private void run(boolean isDifferentiated) {
    TensorType shape = space.type(start);
    List<Definition> chain =
        isDifferentiated ? Influence.of(start, residual, space) : List.<Definition>of();
    for (Definition definition : chain) {
      held.put(definition.name(), space.free(root + ".held." + definition.name()));
      again.put(definition.name(), space.free(root + "." + definition.name()));
    }
    for (Definition definition : chain) {
      TensorType type = definition.type();
      space.add(
          name(held, definition),
          type.dtype(),
          type.extents(),
          space.map(type, at -> space.read(definition.name(), at, type.dtype().compute())));
    }
    DType type = space.slopeType(start);
    space.add(root, type, shape.extents(), space.map(shape, at -> space.read(start, at, type)));
    if (chain.isEmpty()) {
      return;
    }
    again.put(start, root);
    List<Definition> copies = new ArrayList<>();
    for (Definition definition : chain) {
      Body body = Expressions.replace(definition.body(), this::moved);
      TensorType own = definition.type();
      space.add(name(again, definition), own.dtype(), own.extents(), body);
      copies.add(new Definition(name(again, definition), own, body, definition.origin()));
    }
    for (int place = 0; place < chain.size(); place++) {
      space.linearize(name(held, chain.get(place)), heldFixed(space.stored(copies.get(place))));
    }
    rules(copies);
  }

  private static String name(Map<String, String> names, Definition definition) {
    return names.getOrDefault(definition.name(), definition.name());
  }

  /// A read of what depends on the root.
  private Scalar moved(Scalar.Read read) {
    String other = again.get(read.tensor());
    return other == null
        ? read
        : Scalar.cast(
            read.type(),
            new Scalar.Read(
                other,
                space.type(read.tensor().equals(start) ? root : read.tensor()).dtype(),
                read.indices()));
  }

  /// The changes of a copy that do not come from the root, by the tensors that are held.
  private Linearized heldFixed(Linearized copy) {
    Map<String, String> sources = new HashMap<>();
    again.forEach(
        (tensor, other) -> {
          if (held.containsKey(tensor)) {
            sources.put(other, held.getOrDefault(tensor, tensor));
          }
        });
    List<LinearTerm> terms = new ArrayList<>();
    for (LinearTerm term : copy.terms()) {
      if (!term.source().equals(root)) {
        Scalar.Read read = term.partial().read();
        Scalar.Read source =
            new Scalar.Read(
                sources.getOrDefault(read.tensor(), read.tensor()), read.type(), read.indices());
        terms.add(
            new LinearTerm(
                term.axes(),
                term.guards(),
                term.write(),
                new Partial(term.partial().scale(), term.partial().steps(), source)));
      }
    }
    return new Linearized(List.of(), terms, copy.scan());
  }

  private void rules(List<Definition> copies) {
    String end = again.getOrDefault(residual, residual);
    DType type = space.slopeType(residual);
    String slope = new Jacobian(space, root).of(copies, end, space.free(root + ".slope"));
    List<IndexExpr> extents = space.type(start).extents();
    String inverse = Inverse.define(space, slope, extents, type, space.free(root + ".inverse"));
    List<Axis> to = axes("to", extents);
    List<Axis> from = axes("from", extents);
    space.linearize(
        root,
        rule(
            List.of(to, from),
            to,
            List.of(read(inverse, type, to, from)),
            read(held.getOrDefault(residual, residual), space.type(residual).dtype(), from)));
    List<Axis> left = axes("left", extents);
    List<Axis> right = axes("right", extents);
    List<Axis> both = new ArrayList<>(to);
    both.addAll(from);
    space.linearize(
        inverse,
        rule(
            List.of(to, from, left, right),
            both,
            List.of(read(inverse, type, to, left), read(inverse, type, right, from)),
            read(slope, type, right, left)));
  }

  /// `dT[write] += -factors · dR[…]`
  private static Linearized rule(
      List<List<Axis>> axes, List<Axis> write, List<Scalar.Read> factors, Scalar.Read source) {
    List<Step> steps = new ArrayList<>();
    factors.forEach(factor -> steps.add(new Step.Factor(factor)));
    LinearTerm term =
        new LinearTerm(
            axes.stream().flatMap(List::stream).toList(),
            List.of(),
            Jet.variables(write),
            new Partial(-1, steps, source));
    return new Linearized(List.of(), List.of(term), Optional.empty());
  }

  private static List<Axis> axes(String name, List<IndexExpr> extents) {
    return extents.stream().map(extent -> new Axis("root." + name, extent)).toList();
  }

  @SafeVarargs
  private static Scalar.Read read(String tensor, DType type, List<Axis>... at) {
    List<IndexExpr> indices = new ArrayList<>();
    for (List<Axis> part : at) {
      indices.addAll(Jet.variables(part));
    }
    return new Scalar.Read(tensor, type, indices);
  }

  /// An elementwise term, or a sum.
  static Body sum(List<Axis> axes, List<IndexExpr> write, Scalar... operands) {
    return new Body.Accumulate(
        Projection.SUM,
        List.of(new Contraction(axes, List.of(), write, BinaryOp.MULTIPLY, List.of(operands))));
  }
}
