package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;

/// Taylor coefficients of products over indices, by prefix products: `P[i] = P[i-1] x[i]` at order
/// n is the sum of the products of coefficients whose orders add up to n.
///
/// Nothing is divided, so this is right where values are 0. A product over several indices is taken
/// over one after the other.
final class ProductJet {
  private final Jet jet;
  private final Definition definition;

  ProductJet(Jet jet, Definition definition) {
    this.jet = jet;
    this.definition = definition;
  }

  /// Stored tensors over some axes: of order 0, and the coefficients.
  ///
  /// @param value the name of order 0
  /// @param coefficients the names from order 1; nothing where they are 0
  private record Stored(
      List<Axis> axes, DType type, String value, List<Optional<String>> coefficients) {
    Optional<String> at(int n) {
      return n == 0 ? Optional.of(value) : coefficients.get(n - 1);
    }

    Optional<Scalar> read(int n, List<IndexExpr> at) {
      return at(n).map(name -> new Scalar.Read(name, type, at));
    }

    List<IndexExpr> extents() {
      return axes.stream().map(Axis::extent).toList();
    }
  }

  Map<Integer, Body> of(Body.Scan scan) {
    DType type = scan.operand().type();
    Contraction term =
        new Contraction(
            scan.axes(),
            List.of(),
            Jet.variables(scan.axes()),
            BinaryOp.MULTIPLY,
            List.of(scan.operand()));
    Stored prefix = prefix(values(term, List.of()), scan.axis(), type);
    return copies(prefix, term);
  }

  Map<Integer, Body> of(Body.Accumulate body) {
    List<Contraction> plain = body.terms().stream().map(this::plain).toList();
    List<Stored> factors = new ArrayList<>();
    for (int number = 0; number < plain.size(); number++) {
      factors.add(reduced(plain.get(number), body.terms().get(number)));
    }
    Stored product = factors.getFirst();
    for (Stored factor : factors.subList(1, factors.size())) {
      product = joined(product, factor);
    }
    Contraction all =
        new Contraction(
            product.axes(),
            List.of(),
            Jet.variables(product.axes()),
            BinaryOp.MULTIPLY,
            List.of(Partial.number(product.type(), 0)));
    return copies(product, all);
  }

  /// The coefficients of the definition as copies of what is stored.
  private Map<Integer, Body> copies(Stored stored, Contraction term) {
    Map<Integer, Body> bodies = new TreeMap<>();
    for (int n = 1; n <= jet.order(); n++) {
      int at = n;
      stored.read(n, term.write()).ifPresent(read -> bodies.put(at, Jet.map(term, read)));
    }
    return bodies;
  }

  /// A term that writes by distinct axes of the target's extents: where it writes elsewhere than by
  /// an axis, one more axis runs over the target, and points that do not land there count as 1.
  private Contraction plain(Contraction term) {
    List<Axis> axes = new ArrayList<>(term.axes());
    List<IndexExpr> write = new ArrayList<>();
    for (int place = 0; place < term.write().size(); place++) {
      Axis axis = new Axis("to." + place, definition.type().extents().get(place));
      axes.add(place, axis);
      write.add(axis.variable());
    }
    return new Contraction(axes, term.guards(), write, term.join(), term.operands());
  }

  private Scalar lands(Contraction plain, Contraction term) {
    Scalar lands = Scalar.Literal.of(DType.BOOL, 1);
    for (int place = 0; place < term.write().size(); place++) {
      Scalar same =
          new Scalar.Binary(
              BinaryOp.EQUAL,
              position(term.write().get(place)),
              new Scalar.Position(plain.write().get(place)));
      lands = place == 0 ? same : new Scalar.Binary(BinaryOp.AND, lands, same);
    }
    return lands;
  }

  /// A position as a number; one from data is that number.
  static Scalar position(IndexExpr at) {
    return at instanceof IndexExpr.Fetch fetch
        ? Scalar.cast(DType.I64, fetch.source())
        : new Scalar.Position(at);
  }

  /// The product of a term over all its axes but those of the target.
  private Stored reduced(Contraction plain, Contraction term) {
    if (term.writesPlainAxes() && extents(term).equals(definition.type().extents())) {
      return reduced(values(inOrder(term), List.of()), term.write().size());
    }
    return reduced(values(plain, List.of(lands(plain, term))), term.write().size());
  }

  private List<IndexExpr> extents(Contraction term) {
    return inOrder(term).axes().subList(0, term.write().size()).stream().map(Axis::extent).toList();
  }

  /// The axes of the target first, in its order.
  private static Contraction inOrder(Contraction term) {
    List<Axis> axes = new ArrayList<>();
    for (IndexExpr at : term.write()) {
      term.axes().stream().filter(axis -> axis.variable().equals(at)).forEach(axes::add);
    }
    term.axes().stream().filter(axis -> !axes.contains(axis)).forEach(axes::add);
    return new Contraction(axes, term.guards(), term.write(), term.join(), term.operands());
  }

  private Stored reduced(Stored values, int rank) {
    Stored product = values;
    while (product.axes().size() > rank) {
      int last = product.axes().size() - 1;
      product = last(prefix(product, last, product.type()));
    }
    return product;
  }

  /// The values of a term at all its points; 1 where its guards or the conditions fail.
  private Stored values(Contraction term, List<Scalar> conditions) {
    Points points = new Points(jet, definition.name(), term.axes(), term.guards());
    Series series = new Taylor(points).of(term.joined());
    DType type = series.type();
    String base = jet.space().free(definition.name() + ".factor");
    define(base, term, type, Projection.PRODUCT, chosen(series.at(0).orElseThrow(), conditions, 1));
    List<Optional<String>> names = new ArrayList<>();
    for (int n = 1; n <= jet.order(); n++) {
      int at = n;
      names.add(
          series
              .at(n)
              .map(
                  some -> {
                    String name = jet.space().free(jet.name(base, at));
                    define(name, term, type, Projection.SUM, chosen(some, conditions, 0));
                    return name;
                  }));
    }
    return new Stored(term.axes(), type, base, names);
  }

  private static Scalar chosen(Scalar value, List<Scalar> conditions, double otherwise) {
    Scalar chosen = value;
    for (Scalar condition : conditions) {
      chosen = new Scalar.Select(condition, chosen, Partial.number(value.type(), otherwise));
    }
    return chosen;
  }

  private void define(
      String name, Contraction term, DType type, Projection projection, Scalar value) {
    Contraction all =
        new Contraction(
            term.axes(),
            term.guards(),
            Jet.variables(term.axes()),
            BinaryOp.MULTIPLY,
            List.of(value));
    jet.space()
        .add(
            name,
            type,
            term.axes().stream().map(Axis::extent).toList(),
            new Body.Accumulate(projection, List.of(all)));
  }

  /// The products of all values up to each along an axis.
  private Stored prefix(Stored values, int axis, DType type) {
    List<Axis> axes = values.axes();
    List<IndexExpr> here = Jet.variables(axes);
    List<IndexExpr> before = new ArrayList<>(here);
    before.set(axis, here.get(axis).plus(-1));
    Guard isLater = new Guard(before.get(axis), axes.get(axis).extent());
    Guard isFirst = new Guard(here.get(axis), IndexExpr.Constant.ONE);
    String base = jet.space().free(definition.name() + ".upto");
    jet.space()
        .add(
            base,
            type,
            values.extents(),
            new Body.Scan(Projection.PRODUCT, axis, axes, values.read(0, here).orElseThrow()));
    List<Optional<String>> names = new ArrayList<>();
    Stored prefix = new Stored(axes, type, base, names);
    for (int n = 1; n <= jet.order(); n++) {
      String name = jet.space().free(jet.name(base, n));
      jet.space().declare(name, type, values.extents());
      List<Contraction> terms = new ArrayList<>();
      values.read(n, here).ifPresent(value -> terms.add(term(axes, isFirst, here, List.of(value))));
      boolean isMoving = false;
      for (int m = 0; m <= n; m++) {
        Optional<Scalar> one =
            m == n
                ? Optional.of(new Scalar.Read(name, type, before))
                : m == 0
                    ? prefix.read(0, before)
                    : names.get(m - 1).map(some -> new Scalar.Read(some, type, before));
        Optional<Scalar> two = values.read(n - m, here);
        if (one.isPresent() && two.isPresent()) {
          isMoving |= m < n;
          terms.add(term(axes, isLater, here, List.of(one.get(), two.get())));
        }
      }
      if (isMoving) {
        jet.space().add(name, type, values.extents(), new Body.Accumulate(Projection.SUM, terms));
      }
      names.add(isMoving ? Optional.of(name) : Optional.empty());
    }
    return new Stored(axes, type, base, names);
  }

  private static Contraction term(
      List<Axis> axes, Guard guard, List<IndexExpr> write, List<Scalar> operands) {
    return new Contraction(axes, List.of(guard), write, BinaryOp.MULTIPLY, operands);
  }

  /// The prefix products at the end of the last axis; where that is empty there is no change.
  private Stored last(Stored prefix) {
    int rank = prefix.axes().size() - 1;
    List<Axis> axes = prefix.axes().subList(0, rank);
    IndexExpr extent = prefix.axes().getLast().extent();
    List<IndexExpr> at = new ArrayList<>(Jet.variables(axes));
    at.add(extent.plus(-1));
    Guard isThere = new Guard(extent.plus(-1), extent);
    List<IndexExpr> extents = axes.stream().map(Axis::extent).toList();
    List<String> stored = new ArrayList<>();
    List<Optional<String>> names = new ArrayList<>();
    for (int n = 0; n <= jet.order(); n++) {
      Optional<Scalar> read = prefix.read(n, at);
      if (read.isPresent()) {
        String wish = definition.name() + ".product";
        String name = jet.space().free(n == 0 ? wish : jet.name(wish, n));
        jet.space()
            .add(
                name,
                prefix.type(),
                extents,
                new Body.Accumulate(
                    n == 0 ? Projection.PRODUCT : Projection.SUM,
                    List.of(term(axes, isThere, Jet.variables(axes), List.of(read.get())))));
        stored.add(name);
      }
      if (n > 0) {
        names.add(read.isPresent() ? Optional.of(stored.getLast()) : Optional.empty());
      }
    }
    return new Stored(axes, prefix.type(), stored.getFirst(), names);
  }

  /// The product of two, element by element.
  private Stored joined(Stored one, Stored two) {
    List<IndexExpr> here = Jet.variables(one.axes());
    List<Optional<String>> names = new ArrayList<>();
    String base = jet.space().free(definition.name() + ".joined");
    for (int n = 0; n <= jet.order(); n++) {
      int at = n;
      Optional<Scalar> value =
          Series.product(m -> one.read(m, here), m -> two.read(m, here), n, 0, n);
      String name = n == 0 ? base : jet.space().free(jet.name(base, n));
      value.ifPresent(
          some ->
              jet.space()
                  .add(
                      name,
                      one.type(),
                      one.extents(),
                      new Body.Accumulate(
                          Projection.SUM,
                          List.of(
                              new Contraction(
                                  one.axes(),
                                  List.of(),
                                  here,
                                  BinaryOp.MULTIPLY,
                                  List.of(some))))));
      if (at > 0) {
        names.add(value.map(_ -> name));
      }
    }
    return new Stored(one.axes(), one.type(), base, names);
  }
}
