package org.einkorn.ir.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.einkorn.ir.expr.Affine;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;

/// That elements of one definition are computed from elements of a tensor: one read in one term.
///
/// @param axes the domain of the term
/// @param write which element is computed
/// @param scanned the axis of the reader along which it is a scan; −1 if it is none
/// @param indices which element is read
record Dependence(
    String reader,
    List<Axis> axes,
    List<Guard> guards,
    List<IndexExpr> write,
    int scanned,
    String source,
    List<IndexExpr> indices) {

  /// All reads of a definition, in text order.
  static List<Dependence> of(Definition definition) {
    List<Dependence> found = new ArrayList<>();
    switch (definition.body()) {
      case Body.Accumulate(var projection, List<Contraction> terms) -> {
        for (Contraction term : terms) {
          Walk walk = reads(found, definition.name(), term.axes(), term.guards(), term.write(), -1);
          term.guards().forEach(guard -> walk.visit(guard.index()));
          term.write().forEach(walk::visit);
          term.operands().forEach(walk::visit);
        }
      }
      case Body.Scan scan -> {
        List<IndexExpr> write = scan.axes().stream().map(Axis::variable).toList();
        reads(found, definition.name(), scan.axes(), List.of(), write, scan.axis())
            .visit(scan.operand());
      }
      case Body.Derivative _, Body.Iterate _ ->
          TensorReads.named(definition.body())
              .forEach(
                  tensor ->
                      found.add(
                          new Dependence(
                              definition.name(),
                              List.of(),
                              List.of(),
                              List.of(),
                              -1,
                              tensor,
                              List.of())));
    }
    return found;
  }

  private static Walk reads(
      List<Dependence> found,
      String reader,
      List<Axis> axes,
      List<Guard> guards,
      List<IndexExpr> write,
      int scanned) {
    return Walk.ofScalars(
        scalar -> {
          if (scalar instanceof Scalar.Read read) {
            found.add(
                new Dependence(
                    reader, axes, guards, write, scanned, read.tensor(), read.indices()));
          }
        });
  }

  /// Whether the element that is computed and the one that is read differ by a number of positions
  /// on two axes.
  boolean isUniform(int readerAxis, int sourceAxis) {
    return difference(readerAxis, sourceAxis, false).isConstant();
  }

  /// How many positions, at least, the element that is read lies before the one that is computed;
  /// behind it, where positions go down. Nothing where that is not known.
  OptionalLong distance(int readerAxis, int sourceAxis, boolean isDescending) {
    if (readerAxis == scanned) {
      return OptionalLong.empty();
    }
    Affine difference = difference(readerAxis, sourceAxis, isDescending);
    OptionalLong least = least(difference);
    for (Guard guard : guards) {
      Affine index = Affine.of(guard.index());
      // 0 ≤ index, and index ≤ extent − 1.
      least = larger(least, constant(difference.minus(index)));
      Affine end = Affine.of(guard.extent()).plus(new Affine(-1, Map.of()), 1);
      least = larger(least, constant(difference.plus(index, 1).minus(end)));
    }
    return least;
  }

  private Affine difference(int readerAxis, int sourceAxis, boolean isDescending) {
    Affine computed = Affine.of(write.get(readerAxis));
    Affine read = Affine.of(indices.get(sourceAxis));
    return isDescending ? read.minus(computed) : computed.minus(read);
  }

  /// The least value over the domain, where sizes do not matter.
  private OptionalLong least(Affine value) {
    Affine rest = value;
    for (Axis axis : axes) {
      long coefficient = rest.coefficients().getOrDefault(axis.variable(), 0L);
      if (coefficient != 0) {
        rest = rest.plus(Affine.of(axis.variable()), -coefficient);
      }
      if (coefficient < 0) {
        Affine last = Affine.of(axis.extent()).plus(new Affine(-1, Map.of()), 1);
        rest = rest.plus(last, coefficient);
      }
    }
    return constant(rest);
  }

  private static OptionalLong constant(Affine value) {
    return value.isConstant() ? OptionalLong.of(value.constant()) : OptionalLong.empty();
  }

  private static OptionalLong larger(OptionalLong one, OptionalLong two) {
    if (one.isEmpty() || two.isEmpty()) {
      return one.isEmpty() ? two : one;
    }
    return one.getAsLong() >= two.getAsLong() ? one : two;
  }
}
