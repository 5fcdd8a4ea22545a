package org.einkorn.passes.lower;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt.IterKind;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Slicing;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.nest.NestBuilder;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.runtime.DType;

/// The definitions of a [Slicing], cut down to one slice.
///
/// Of `T[s, i] = ⊕ over k of A[s, i, k]` a slice is `T[i] = ⊕ over k of A[s, i, k]`, with `s` a
/// loop outside. The last definition keeps its shape: it writes its own part of it, or combines.
final class SliceGroup {
  private final Slicing slicing;
  private final List<Definition> whole;
  private final Set<String> axisNames = new HashSet<>();

  SliceGroup(Slicing slicing, List<Definition> whole) {
    this.slicing = slicing;
    this.whole = List.copyOf(whole);
    whole.forEach(definition -> axisNames.addAll(NestBuilder.axisNames(definition.body())));
  }

  /// The axes of the loops over slices, outermost first.
  List<Axis> axes() {
    return slicing.axes().stream().map(this::axis).toList();
  }

  private Axis axis(String name) {
    return term(whole.getLast()).axes().stream()
        .filter(axis -> axis.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no axis `" + name + "`"));
  }

  /// All definitions but the last, one slice of each.
  List<Definition> inner() {
    return whole.subList(0, whole.size() - 1).stream().map(this::inner).toList();
  }

  private Definition inner(Definition definition) {
    int slices = slicing.axes().size();
    Contraction term = slice(definition);
    List<IndexExpr> write = term.write().subList(slices, term.write().size());
    List<IndexExpr> extents = definition.type().extents();
    return new Definition(
        definition.name(),
        new TensorType(definition.type().dtype(), extents.subList(slices, extents.size())),
        new Body.Accumulate(
            body(definition).projection(),
            List.of(
                new Contraction(term.axes(), term.guards(), write, term.join(), term.operands()))),
        definition.origin());
  }

  /// The definition that the others are for.
  Definition last() {
    return whole.getLast();
  }

  /// The body of the last definition for one slice.
  Body.Accumulate body() {
    Definition last = whole.getLast();
    return new Body.Accumulate(body(last).projection(), List.of(slice(last)));
  }

  /// Whether the last definition stores each element at most once over all slices.
  boolean isMap() {
    return body(whole.getLast()).isMap();
  }

  /// Whether it stores every element.
  boolean coversTarget(NestBuilder nest) {
    return nest.coversTarget(term(whole.getLast()));
  }

  /// Whether each element of the last definition is made in one slice, all at once.
  boolean finishesElements(NestBuilder nest) {
    Contraction term = term(whole.getLast());
    return !isMap()
        && term.writesPlainAxes()
        && nest.spansTarget(term)
        && term.reducedAxes().stream().noneMatch(slicing.axes()::contains);
  }

  /// Whether the elements of the last can't take shape in its own memory.
  boolean needsAccumulator(NestBuilder nest) {
    Definition last = whole.getLast();
    if (finishesElements(nest)) {
      return false;
    }
    return isMap()
        ? !coversTarget(nest)
            && !nest.identityConverts(body(last).projection(), term(last).valueType())
        : accumulatorType() != last.type().dtype();
  }

  /// The type in which the last definition combines.
  DType accumulatorType() {
    Definition last = whole.getLast();
    return body(last).projection().accumulator(term(last).valueType());
  }

  /// A builder for the nest of one slice of a definition.
  NestBuilder nest(Definition definition, Map<String, Buffer> buffers) {
    boolean isLast = definition.name().equals(slicing.last());
    Set<String> reduced = term(whole.getLast()).reducedAxes();
    List<NestBuilder.Outer> outer =
        axes().stream()
            .map(
                axis ->
                    new NestBuilder.Outer(
                        axis,
                        !isLast
                            ? IterKind.OPAQUE
                            : reduced.contains(axis.name()) ? IterKind.REDUCE : IterKind.SPATIAL))
            .toList();
    Buffer target = new Buffer(definition.name(), definition.type(), Buffer.Scope.GLOBAL);
    return new NestBuilder(definition, target, List.of(), buffers, outer, axisNames);
  }

  /// The term of a definition at one slice: its loops are outside, and what it reads of the group
  /// has no such axes.
  private Contraction slice(Definition definition) {
    Body read = Expressions.replace(definition.body(), this::slice);
    Contraction term = term(new Definition(definition.name(), definition.type(), read));
    return new Contraction(
        term.axes().stream().filter(axis -> !slicing.axes().contains(axis.name())).toList(),
        term.guards(),
        term.write(),
        term.join(),
        term.operands());
  }

  private Scalar slice(Scalar.Read read) {
    return slicing.definitions().contains(read.tensor())
        ? new Scalar.Read(
            read.tensor(),
            read.type(),
            read.indices().subList(slicing.axes().size(), read.indices().size()))
        : read;
  }

  private static Body.Accumulate body(Definition definition) {
    if (definition.body() instanceof Body.Accumulate body && body.terms().size() == 1) {
      return body;
    }
    throw new IllegalStateException("`" + definition.name() + "` can't run in slices");
  }

  private static Contraction term(Definition definition) {
    return body(definition).terms().getFirst();
  }
}
