package org.einkorn.derivatives;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.junit.jupiter.api.Test;

/// [Rules] has every operation, projection and kind of position, but for complex numbers.
class CoverageTest {
  private final Set<UnaryOp> unary = EnumSet.noneOf(UnaryOp.class);
  private final Set<BinaryOp> binary = EnumSet.noneOf(BinaryOp.class);
  private final Set<Projection> projections = EnumSet.noneOf(Projection.class);
  private final Set<Projection> scans = EnumSet.noneOf(Projection.class);
  private final Set<Class<?>> kinds = new HashSet<>();
  private final Set<String> gathers = new HashSet<>();

  @Test
  void everyOperationHasARule() {
    List<String> all = new ArrayList<>();
    Rules.scalars().forEach(value -> all.add("F[i, j] = " + value));
    all.addAll(Rules.projections());
    all.addAll(Rules.positions());
    all.addAll(Rules.recurrences());
    for (String equations : all) {
      Rules.program(equations, new SplittableRandom(1))
          .requests()
          .orElseThrow()
          .definitions()
          .forEach(this::note);
    }
    // Neither complex numbers have derivatives, nor whole numbers.
    assertEquals(
        EnumSet.complementOf(EnumSet.of(UnaryOp.RE, UnaryOp.IM, UnaryOp.CONJ, UnaryOp.MIX)), unary);
    assertEquals(EnumSet.complementOf(EnumSet.of(BinaryOp.COMPLEX)), binary);
    assertEquals(EnumSet.allOf(Projection.class), projections);
    assertEquals(
        EnumSet.of(Projection.SUM, Projection.PRODUCT, Projection.MAX, Projection.MIN), scans);
    assertEquals(Set.of("read", "write"), gathers);
    // Schedules of loops make those, and `DifferentiateTest` has their rule.
    kinds.add(Scalar.MultiplyAdd.class);
    kinds.add(Scalar.Dot.class);
    assertEquals(Set.of(Scalar.class.getPermittedSubclasses()), kinds);
  }

  private void note(Definition definition) {
    switch (definition.body()) {
      case Body.Accumulate body -> {
        projections.add(body.projection());
        for (Contraction term : body.terms()) {
          if (term.write().stream().anyMatch(IndexExpr.Fetch.class::isInstance)) {
            gathers.add("write");
          }
          binary.add(term.join());
        }
      }
      case Body.Scan scan -> scans.add(scan.projection());
      case Body.Derivative _, Body.Iterate _ -> {}
    }
    definition.body().walk(Walk.ofScalars(this::note));
  }

  private void note(Scalar scalar) {
    kinds.add(scalar.getClass());
    switch (scalar) {
      case Scalar.Unary some -> unary.add(some.op());
      case Scalar.Binary some -> binary.add(some.op());
      case Scalar.Read read -> {
        if (read.indices().stream().anyMatch(IndexExpr.Fetch.class::isInstance)) {
          gathers.add("read");
        }
      }
      case Scalar.Literal _,
          Scalar.Position _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _,
          Scalar.Cast _ -> {}
    }
  }
}
