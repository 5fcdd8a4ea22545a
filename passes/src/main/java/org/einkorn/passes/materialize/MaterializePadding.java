package org.einkorn.passes.materialize;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Extremes;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.Pass;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.rewrite.Driver;
import org.einkorn.passes.rewrite.Outcome;
import org.einkorn.passes.rewrite.Rule;
import org.einkorn.passes.rewrite.RuleBook;
import org.einkorn.passes.rewrite.Site;
import org.einkorn.passes.trace.Kind;
import org.einkorn.runtime.DType;

/// Stores a padded operand with its padding, where each of its elements is read many times: the sum
/// over them then asks nothing.
///
/// The condition of a padded operand is over the positions at which it reads. So what is stored has
/// an axis for each position that moves, as long as that position's range, and one element of it
/// stands for all points of the sum at which the positions are the same. Where memory is limited
/// nothing more is stored than must be.
public final class MaterializePadding {
  /// `Y[i] = select(0 ≤ i+j−1 < n, X[i+j−1], 0) W[j] → P[u] = select(0 ≤ u−1 < n, X[u−1], 0), Y[i]
  /// = P[i+j] W[j]`
  static final Rule RULE = new Rule("materialize-padding", MaterializePadding::apply);

  public static final Pass<Program> PASS =
      new Pass<>(
          "materialize-padding",
          "stores padded operands that are read many times",
          (program, context) -> Driver.apply(RuleBook.of(RULE), program, context));

  /// How often each element is read before it is worth while to store it.
  private static final double LEAST_READS = 16;

  /// How much longer what is stored may be than what it is made of.
  private static final double MOST_GROWTH = 4;

  private MaterializePadding() {}

  private static Outcome apply(Definition definition, Site site) {
    if (site.context().memoryLimitBytes().isPresent()
        || !(definition.body() instanceof Body.Accumulate(Projection projection, var terms))) {
      return Outcome.unchanged();
    }
    for (int number = 0; number < terms.size(); number++) {
      Contraction term = terms.get(number);
      for (int place = 0; place < term.operands().size(); place++) {
        Optional<Padded> found =
            Padded.of(term.operands().get(place), term).filter(each -> pays(each, term, site));
        if (found.isPresent()) {
          Definition stored = found.get().definition(site.free(definition.name() + ".padded"));
          List<Scalar> operands = new ArrayList<>(term.operands());
          operands.set(place, found.get().read(stored.name()));
          List<Contraction> others = new ArrayList<>(terms);
          others.set(
              number,
              new Contraction(term.axes(), term.guards(), term.write(), term.join(), operands));
          Definition reading =
              new Definition(
                  definition.name(),
                  definition.type(),
                  new Body.Accumulate(projection, others),
                  definition.origin());
          return new Outcome.Rewritten(
              Kind.EXACT, List.of(definition), List.of(stored, reading), "");
        }
      }
    }
    return Outcome.unchanged();
  }

  private static boolean pays(Padded padded, Contraction term, Site site) {
    PassContext context = site.context();
    OptionalDouble stored = product(padded.axes, context);
    OptionalDouble points = product(term.axes(), context);
    Optional<TensorType> source = site.type(padded.from.tensor());
    if (stored.isEmpty() || points.isEmpty() || source.isEmpty()) {
      return false;
    }
    OptionalDouble elements = elements(source.get().extents(), context);
    return points.getAsDouble() >= LEAST_READS * stored.getAsDouble()
        && elements.isPresent()
        && stored.getAsDouble() <= MOST_GROWTH * elements.getAsDouble();
  }

  private static OptionalDouble product(List<Axis> axes, PassContext context) {
    return elements(axes.stream().map(Axis::extent).toList(), context);
  }

  /// How many there are, where all sizes are known.
  private static OptionalDouble elements(List<IndexExpr> extents, PassContext context) {
    double product = 1;
    for (IndexExpr extent : extents) {
      OptionalLong length = context.sizes().of(extent);
      if (length.isEmpty()) {
        return OptionalDouble.empty();
      }
      product *= length.getAsLong();
    }
    return OptionalDouble.of(product);
  }

  /// An operand that is padded.
  ///
  /// @param value at positions of its own
  /// @param from what it reads
  /// @param axes what the positions run over
  /// @param positions where a point of the term reads, one for each axis
  private record Padded(
      Scalar value, Scalar.Read from, List<Axis> axes, List<IndexExpr> positions) {

    static Optional<Padded> of(Scalar operand, Contraction term) {
      if (!(operand
              instanceof
              Scalar.Select(
                  Scalar condition,
                  Scalar.Read(String tensor, DType type, List<IndexExpr> indices),
                  Scalar.Literal otherwise))
          || !type.isCompute()
          || !isOfPositions(condition)) {
        return Optional.empty();
      }
      Set<String> running = new HashSet<>();
      Assumptions inside = Assumptions.NONE;
      Map<String, IndexExpr> extents = new HashMap<>();
      for (Axis axis : term.axes()) {
        running.add(axis.name());
        extents.put(axis.name(), axis.extent());
        inside = inside.with(axis.name(), axis.extent());
      }
      List<Axis> axes = new ArrayList<>();
      List<IndexExpr> positions = new ArrayList<>();
      List<IndexExpr> here = new ArrayList<>();
      Map<IndexExpr, IndexExpr> moved = new HashMap<>();
      Set<String> used = new HashSet<>();
      boolean moves = false;
      for (IndexExpr index : indices) {
        Set<String> variables = new HashSet<>(Walk.variables(index));
        if (Walk.fetches(index) || variables.stream().anyMatch(name -> !used.add(name))) {
          return Optional.empty();
        }
        if (variables.isEmpty()) {
          here.add(index);
          continue;
        }
        Axis axis;
        IndexExpr at;
        if (index instanceof IndexExpr.Variable(String name) && extents.containsKey(name)) {
          axis = new Axis(name, extents.get(name));
          at = axis.variable();
          positions.add(index);
        } else {
          Optional<Extremes.Span> span = inside.extremes(index, running);
          if (span.isEmpty()) {
            return Optional.empty();
          }
          IndexExpr least = span.get().least();
          IndexExpr extent = span.get().greatest().minus(least).plus(1);
          // No element where an axis that the position is of has none.
          axis = new Axis("at" + axes.size(), Assumptions.NONE.simplify(atLeastZero(extent)));
          at = Assumptions.NONE.simplify(axis.variable().plus(least));
          positions.add(inside.simplify(index.minus(least)));
          moves |= variables.size() > 1;
        }
        axes.add(axis);
        here.add(at);
        moved.put(index, at);
      }
      Scalar.Read from = new Scalar.Read(tensor, type, here);
      return moves
          ? at(condition, moved)
              .map(
                  asked ->
                      new Padded(new Scalar.Select(asked, from, otherwise), from, axes, positions))
          : Optional.empty();
    }

    private static IndexExpr atLeastZero(IndexExpr extent) {
      return extent instanceof IndexExpr.Constant(long number)
          ? IndexExpr.of(Math.max(0, number))
          : new IndexExpr.Maximum(extent, IndexExpr.of(0));
    }

    private static boolean isOfPositions(Scalar condition) {
      boolean[] isOfPositions = {true};
      Walk.ofScalars(part -> isOfPositions[0] &= !(part instanceof Scalar.Read)).visit(condition);
      return isOfPositions[0];
    }

    /// A condition at the positions of its own; nothing where it is about more than these.
    private static Optional<Scalar> at(Scalar condition, Map<IndexExpr, IndexExpr> moved) {
      boolean[] isKnown = {true};
      Scalar at = at(condition, moved, isKnown);
      return isKnown[0] ? Optional.of(at) : Optional.empty();
    }

    private static Scalar at(Scalar part, Map<IndexExpr, IndexExpr> moved, boolean[] isKnown) {
      return part.mapParts(
          index -> {
            IndexExpr other = moved.get(index);
            isKnown[0] &= other != null || Walk.variables(index).isEmpty() && !Walk.fetches(index);
            return other == null ? index : other;
          },
          inner -> at(inner, moved, isKnown));
    }

    /// What is stored.
    Definition definition(String name) {
      DType type = value.type();
      List<IndexExpr> write = axes.stream().map(Axis::variable).toList();
      Contraction term =
          new Contraction(
              axes,
              List.of(),
              write,
              type == DType.BOOL ? BinaryOp.AND : BinaryOp.MULTIPLY,
              List.of(value));
      return new Definition(
          name,
          new TensorType(type, axes.stream().map(Axis::extent).toList()),
          new Body.Accumulate(type == DType.BOOL ? Projection.ANY : Projection.SUM, List.of(term)));
    }

    /// What a point of the term reads of it.
    Scalar read(String tensor) {
      return new Scalar.Read(tensor, value.type(), positions);
    }
  }
}
