package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.runtime.DType;

/// The rule of each kind of definition in Taylor mode: its coefficients by those of its values.
///
/// | projection | coefficient of order n |
/// |---|---|
/// | a map, prefix sum | of the value |
/// | `sum` | `Σ` over the orders of the factors that add up to n |
/// | `max`, `min` | the mean of those of the values that equal the element |
/// | `lse` | `Σ (m / n) xₘ wₙ₋ₘ` with the weights `w = exp(x - element)` |
/// | `prod` | that of the last prefix product ([ProductJet]) |
final class JetOfProjection {
  private final Jet jet;
  private final Definition definition;
  private final Map<Integer, List<Contraction>> terms = new TreeMap<>();

  private JetOfProjection(Jet jet, Definition definition) {
    this.jet = jet;
    this.definition = definition;
  }

  /// The definition of each coefficient that is not 0 and not stored already.
  static Map<Integer, Body> of(Jet jet, Definition definition) {
    return new JetOfProjection(jet, definition).run();
  }

  private Map<Integer, Body> run() {
    if (jet.space().isRuled(definition.name())) {
      return ruled(jet.space().stored(definition));
    }
    return switch (definition.body()) {
      case Body.Accumulate body -> accumulate(body);
      case Body.Scan scan -> scan(scan);
      case Body.Derivative _, Body.Iterate _ ->
          throw new IllegalStateException("no derivative goes through this: " + definition.name());
    };
  }

  /// What is said to change as `dT = Σ c dR` has `Σ (m / n) Rₘ cₙ₋ₘ` at order n.
  private Map<Integer, Body> ruled(Linearized linearized) {
    DType type = jet.space().slopeType(definition.name());
    for (LinearTerm term : linearized.terms()) {
      type = term.partial().widest(type);
    }
    for (LinearTerm term : linearized.terms()) {
      Points points = new Points(jet, definition.name(), term.axes(), term.guards());
      Scalar factor = Partial.product(term.partial().times(Optional.empty(), type));
      Series series = new Taylor(points).of(factor);
      Series source = points.read(term.partial().read());
      Contraction like =
          new Contraction(
              term.axes(), term.guards(), term.write(), BinaryOp.MULTIPLY, List.of(factor));
      for (int n = 1; n <= jet.order(); n++) {
        for (int m = 1; m <= n; m++) {
          Optional<Scalar> change = source.at(m);
          Optional<Scalar> slope = series.at(n - m);
          if (change.isPresent() && slope.isPresent()) {
            Scalar times = Partial.convert(type, change.get());
            add(n, like, List.of(Series.times((double) m / n, times), slope.get()));
          }
        }
      }
    }
    return bodies(
        n ->
            Optional.ofNullable(terms.get(n))
                .map(
                    all ->
                        linearized
                            .scan()
                            .<Body>map(scan -> prefix(scan, all))
                            .orElseGet(() -> new Body.Accumulate(Projection.SUM, all))));
  }

  /// The prefix sum of elementwise terms.
  private static Body prefix(Body.Scan scan, List<Contraction> terms) {
    Scalar sum = terms.getFirst().joined();
    for (Contraction term : terms.subList(1, terms.size())) {
      sum = new Scalar.Binary(BinaryOp.ADD, sum, term.joined());
    }
    return new Body.Scan(Projection.SUM, scan.axis(), scan.axes(), sum);
  }

  private Map<Integer, Body> scan(Body.Scan scan) {
    return switch (scan.projection()) {
      case SUM -> {
        Points points = new Points(jet, definition.name(), scan.axes(), List.of());
        Series value = new Taylor(points).of(scan.operand());
        yield bodies(
            n ->
                value
                    .at(n)
                    .map(some -> new Body.Scan(Projection.SUM, scan.axis(), scan.axes(), some)));
      }
      case PRODUCT -> new ProductJet(jet, definition).of(scan);
      case MAX, MIN, LOG_SUM_EXP, ANY, ALL, XOR -> accumulate(Linearize.prefix(scan));
    };
  }

  private Map<Integer, Body> bodies(IntFunction<Optional<Body>> body) {
    Map<Integer, Body> bodies = new TreeMap<>();
    for (int n = 1; n <= jet.order(); n++) {
      int at = n;
      body.apply(n).ifPresent(some -> bodies.put(at, some));
    }
    return bodies;
  }

  private Points points(Contraction term) {
    return new Points(jet, definition.name(), term.axes(), term.guards());
  }

  private Map<Integer, Body> accumulate(Body.Accumulate body) {
    DType type = body.terms().getFirst().valueType();
    if (!type.isFloat()) {
      return Map.of();
    }
    if (body.isMap()) {
      return map(body.terms().getFirst());
    }
    switch (body.projection()) {
      case SUM -> body.terms().forEach(this::sum);
      case MAX, MIN -> extremum(body, type);
      case LOG_SUM_EXP -> logSumExp(body, type);
      case PRODUCT -> {
        return new ProductJet(jet, definition).of(body);
      }
      case ANY, ALL, XOR -> {}
    }
    return bodies(
        n ->
            Optional.ofNullable(terms.get(n)).map(all -> new Body.Accumulate(Projection.SUM, all)));
  }

  private Map<Integer, Body> map(Contraction term) {
    Taylor taylor = new Taylor(points(term));
    if (term.valueType() != definition.type().dtype()) {
      Series value = taylor.of(term.joined());
      return bodies(n -> value.at(n).map(some -> Jet.map(term, some)));
    }
    Part own = jet.own(definition, term);
    Series value = taylor.of(term.joined(), own);
    return own.isUsed() ? Map.of() : bodies(n -> value.at(n).map(some -> Jet.map(term, some)));
  }

  private void add(int n, Contraction term, List<Scalar> operands) {
    terms.computeIfAbsent(n, _ -> new ArrayList<>()).add(contraction(term, operands));
  }

  private static Contraction contraction(Contraction term, List<Scalar> operands) {
    return new Contraction(term.axes(), term.guards(), term.write(), BinaryOp.MULTIPLY, operands);
  }

  // -------------------------------------------------------------------------- sums

  private void sum(Contraction term) {
    Taylor taylor = new Taylor(points(term));
    List<Scalar> factors = new ArrayList<>();
    if (term.join() == BinaryOp.MULTIPLY) {
      term.operands().forEach(operand -> factors(operand, factors));
    } else {
      factors.add(term.joined());
    }
    List<Series> series = factors.stream().map(taylor::of).toList();
    for (int n = 1; n <= jet.order(); n++) {
      orders(term, series, n, n, new ArrayList<>());
    }
  }

  private static void factors(Scalar scalar, List<Scalar> factors) {
    if (scalar instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
        && op == BinaryOp.MULTIPLY) {
      factors(left, factors);
      factors(right, factors);
    } else {
      factors.add(scalar);
    }
  }

  /// A term for each way to give the factors orders that add up to n.
  private void orders(Contraction term, List<Series> series, int n, int left, List<Scalar> taken) {
    if (taken.size() == series.size()) {
      if (left == 0) {
        add(n, term, List.copyOf(taken));
      }
      return;
    }
    Series factor = series.get(taken.size());
    for (int mine = 0; mine <= left; mine++) {
      Optional<Scalar> coefficient = factor.at(mine);
      if (coefficient.isPresent()) {
        taken.add(coefficient.get());
        orders(term, series, n, left - mine, taken);
        taken.removeLast();
      }
    }
  }

  // ---------------------------------------------------------------- other projections

  private void extremum(Body.Accumulate body, DType type) {
    Definition ties = Linearize.ties(definition, body, type, jet.space()::free);
    jet.space().add(ties);
    for (Contraction term : body.terms()) {
      Series value = new Taylor(points(term)).of(term.joined());
      Scalar isExtreme = Linearize.isExtreme(definition, term, type);
      Scalar count = new Scalar.Read(ties.name(), type, term.write());
      for (int n = 1; n <= jet.order(); n++) {
        int at = n;
        value
            .at(n)
            .ifPresent(
                some ->
                    add(
                        at,
                        term,
                        List.of(
                            new Scalar.Select(
                                isExtreme,
                                new Scalar.Binary(BinaryOp.DIVIDE, some, count),
                                Partial.number(type, 0)))));
      }
    }
  }

  /// A term of `lse`: its values and their weights.
  private record Weighted(Contraction term, Series x, Part weight) {}

  private void logSumExp(Body.Accumulate body, DType type) {
    List<Weighted> all = new ArrayList<>();
    for (Contraction term : body.terms()) {
      Points points = points(term);
      Series x = new Taylor(points).of(term.joined());
      Scalar element = Linearize.element(definition, term, type);
      all.add(new Weighted(term, x, points.everywhere(Partials.share(x.value(), element))));
    }
    for (int n = 1; n <= jet.order(); n++) {
      List<Contraction> sum = new ArrayList<>();
      for (Weighted part : all) {
        for (int m = 1; m <= n; m++) {
          double factor = (double) m / n;
          Series.times(part.x.at(m), part.weight.at(n - m))
              .ifPresent(
                  some -> sum.add(contraction(part.term, List.of(Series.times(factor, some)))));
        }
      }
      jet.store(definition.name(), n, new Body.Accumulate(Projection.SUM, sum));
      for (Weighted part : n < jet.order() ? all : List.<Weighted>of()) {
        part.weight.put(
            Taylor.share(
                part.x,
                m -> jet.coefficient(definition.name(), m, part.term.write(), type),
                part.weight,
                n));
      }
    }
  }
}
