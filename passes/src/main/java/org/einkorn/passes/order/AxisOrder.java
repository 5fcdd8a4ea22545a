package org.einkorn.passes.order;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.runtime.DType;

/// Decides in which order the axes of the temporaries of a term lie, and in which order each step
/// sums.
///
/// The order of a temporary's axes is the order of the loops that make it, and decides with which
/// stride the step after it reads. For each step and each order of its result, the best order of
/// its sums and of the temporaries that it reads is found, children first; [Traffic] is the price.
/// So the whole tree is the best of the orders that [Permutations] has to offer. It is taken where
/// it is predicted to save a tenth of the time. Steps that are summed up in tiles reach memory in
/// the order of the tiles; what they pay for is [TilePrice].
final class AxisOrder {
  /// How much of the price of plain loops counts where tiles are made: it decides between orders
  /// that are the same to these.
  private static final double TIE = 1e-3;

  /// A share of the predicted time of the steps as they stand, which others must stay below.
  private static final double WORTHWHILE = 0.9;

  private final TermOrder.Ordered ordered;
  private final Map<String, TensorType> types;
  private final ToLongFunction<String> sizes;
  private final boolean mayReorder;
  private final PassContext context;
  private final Map<String, Definition> definitions = new HashMap<>();
  private final Map<String, Contraction> readers = new HashMap<>();
  private final Map<String, Step> temporaries = new HashMap<>();
  private final Map<String, List<String>> chosen = new HashMap<>();

  private AxisOrder(
      TermOrder.Ordered ordered,
      Map<String, TensorType> types,
      ToLongFunction<String> sizes,
      boolean mayReorder,
      PassContext context) {
    this.ordered = ordered;
    this.types = types;
    this.sizes = sizes;
    this.mayReorder = mayReorder;
    this.context = context;
    for (Definition step : ordered.before()) {
      definitions.put(step.name(), step);
      Contraction term = term(step);
      reads(term).forEach(read -> readers.put(read.tensor(), term));
    }
  }

  /// The same steps with axes in the best order.
  ///
  /// @param types of all tensors that the steps read, but those they make
  /// @param sizes the value of each symbol, or a guess
  /// @param context where terms of sums may be added in another order, steps that are not short are
  ///   summed up in tiles of vectors of its machine
  static TermOrder.Ordered choose(
      TermOrder.Ordered ordered,
      Map<String, TensorType> types,
      ToLongFunction<String> sizes,
      PassContext context) {
    AxisOrder plain = new AxisOrder(ordered, types, sizes, false, context);
    AxisOrder free = new AxisOrder(ordered, types, sizes, true, context);
    Plan best = free.plan();
    double work = free.nanosOfPoints();
    return work + best.cost < WORTHWHILE * (work + plain.plan().cost)
        ? free.rewritten(best)
        : ordered;
  }

  /// Arithmetic takes what it takes, in any order.
  private double nanosOfPoints() {
    double nanos = nanosOfPoints(ordered.last());
    for (Definition step : ordered.before()) {
      nanos += nanosOfPoints(term(step));
    }
    return nanos;
  }

  private double nanosOfPoints(Contraction term) {
    return points(term)
        * (isInTiles(term) ? TilePrice.PER_POINT : 1e9 * CostModel.FITTED.secondsPerPoint());
  }

  private boolean isInTiles(Contraction term) {
    return context.mayReassociate() && lanes() > 1 && !context.isShort(points(term));
  }

  private int lanes() {
    return context.machine().lanes(DType.F32);
  }

  private double points(Contraction term) {
    return term.axes().stream()
        .mapToDouble(axis -> extent(axis.extent()))
        .reduce(1, (a, b) -> a * b);
  }

  /// One step.
  ///
  /// @param orders in which its result can lie
  /// @param plans for each of these the best that can be done
  private record Step(
      Contraction term, TensorType type, List<List<String>> orders, List<Plan> plans) {
    double cost(int order) {
      return plans.get(order).cost;
    }
  }

  /// @param cost of a step and of all that it needs
  /// @param sums the order of its sums
  /// @param read for each temporary that it reads the number of its order
  private record Plan(double cost, List<String> sums, Map<String, Integer> read) {}

  /// The best that can be done for the result, which lies where the user wants it.
  private Plan plan() {
    for (Definition step : ordered.before()) {
      Contraction term = term(step);
      temporaries.put(step.name(), planned(term, step.type(), orders(step.name(), term)));
    }
    return planned(ordered.last(), spatial(ordered.last()));
  }

  private TermOrder.Ordered rewritten(Plan plan) {
    Contraction last = ordered.last();
    fix(plan);
    List<Definition> before = new ArrayList<>();
    for (Definition step : ordered.before()) {
      before.add(rewritten(step));
    }
    return new TermOrder.Ordered(
        before, rewritten(last, spatial(last), plan.sums), ordered.slices(), ordered.kind());
  }

  private static Contraction term(Definition step) {
    if (step.body() instanceof Body.Accumulate made) {
      return made.terms().getFirst();
    }
    throw new IllegalStateException("`" + step.name() + "` is no step");
  }

  /// The loops that run over elements of the result, in the order of its axes.
  private static List<String> spatial(Contraction term) {
    Set<String> reduced = term.reducedAxes();
    return term.write().stream()
        .flatMap(index -> Walk.variables(index).stream())
        .filter(axis -> !reduced.contains(axis))
        .distinct()
        .toList();
  }

  /// In which orders a temporary can lie: slices stay in front; of the others, those that the next
  /// step keeps come before those that it sums, or after them, or all stand as the term has them.
  private List<List<String>> orders(String name, Contraction term) {
    List<String> slices = ordered.slices();
    List<String> axes = spatial(term).stream().filter(axis -> !slices.contains(axis)).toList();
    if (!mayReorder) {
      return List.of(join(slices, axes));
    }
    Contraction reader = readers.getOrDefault(name, ordered.last());
    Set<String> summed = reader.reducedAxes();
    List<String> gone = axes.stream().filter(summed::contains).toList();
    List<String> kept = spatial(reader).stream().filter(axes::contains).toList();
    List<List<String>> bases = new ArrayList<>(List.of(axes));
    if (kept.size() + gone.size() == axes.size()) {
      for (Scalar.Read other : reads(reader)) {
        if (!other.tensor().equals(name)) {
          bases.add(join(kept, asRead(other, gone)));
        }
      }
      bases.add(join(gone, kept));
    }
    return Permutations.near(bases).stream().map(order -> join(slices, order)).toList();
  }

  /// Names in the order in which an access mentions them, then those that it does not.
  private static List<String> asRead(Scalar.Read access, List<String> names) {
    List<String> order = new ArrayList<>();
    for (IndexExpr index : access.indices()) {
      for (String axis : Walk.variables(index)) {
        if (names.contains(axis) && !order.contains(axis)) {
          order.add(axis);
        }
      }
    }
    names.stream().filter(name -> !order.contains(name)).forEach(order::add);
    return List.copyOf(order);
  }

  private static List<String> join(List<String> one, List<String> other) {
    List<String> all = new ArrayList<>(one);
    all.addAll(other);
    return List.copyOf(all);
  }

  private Step planned(Contraction term, TensorType type, List<List<String>> orders) {
    return new Step(
        term, type, orders, orders.stream().map(order -> planned(term, order)).toList());
  }

  /// The best that can be done where the result lies in this order.
  private Plan planned(Contraction term, List<String> order) {
    List<String> sums = List.copyOf(term.reducedAxes());
    List<List<String>> bases = new ArrayList<>(List.of(sums));
    reads(term).forEach(access -> bases.add(asRead(access, sums)));
    List<List<String>> candidates =
        mayReorder && context.mayReassociate() ? Permutations.near(bases) : List.of(sums);
    Optional<Plan> best = Optional.empty();
    for (List<String> candidate : candidates) {
      Plan plan = planned(term, order, candidate);
      if (best.isEmpty() || plan.cost < best.get().cost) {
        best = Optional.of(plan);
      }
    }
    return best.orElseThrow();
  }

  private Plan planned(Contraction term, List<String> order, List<String> sums) {
    List<String> loops = join(order, sums);
    Map<String, Double> trips = new HashMap<>();
    term.axes().forEach(axis -> trips.put(axis.name(), extent(axis.extent())));
    double[] counts = loops.stream().mapToDouble(axis -> trips.getOrDefault(axis, 1.0)).toArray();
    Optional<String> columns = columns(term, order, trips);
    Optional<String> lastSum = Optional.of(sums).filter(axes -> !axes.isEmpty()).map(List::getLast);
    TilePrice price = new TilePrice(columns, lastSum, points(term));
    boolean isInTiles = isInTiles(term);
    double share = isInTiles && columns.isPresent() ? TIE : 1;
    double cost = 0;
    Map<String, Integer> read = new LinkedHashMap<>();
    for (Scalar.Read access : reads(term)) {
      Step made = temporaries.get(access.tensor());
      if (made == null) {
        TensorType type = types.get(access.tensor());
        double plain =
            type == null ? 0 : Traffic.of(counts, strides(access.indices(), type, loops));
        cost += share * plain;
        if (type != null && isInTiles) {
          List<IndexExpr> indices = access.indices();
          cost += price.of(indices, elements(type), uses(indices, order, trips));
        }
        continue;
      }
      double least = Double.POSITIVE_INFINITY;
      for (int number = 0; number < made.orders.size(); number++) {
        double[] strides = strides(made, made.orders.get(number), loops, trips);
        double plain = Traffic.of(counts, strides);
        List<IndexExpr> indices = placed(made, made.orders.get(number), access.indices());
        double one =
            made.cost(number)
                + (isInTiles
                    ? share * plain
                        + price.of(indices, elements(made.type), uses(indices, order, trips))
                    : plain);
        if (one < least) {
          least = one;
          read.put(access.tensor(), number);
        }
      }
      cost += least;
    }
    return new Plan(cost, sums, read);
  }

  private double elements(TensorType type) {
    return type.extents().stream().mapToDouble(this::extent).reduce(1, (a, b) -> a * b);
  }

  /// The last axis of a result, if it can have lanes: it is as long as half a vector at least, and
  /// what is no temporary allows it.
  private Optional<String> columns(
      Contraction term, List<String> order, Map<String, Double> trips) {
    return Optional.of(order)
        .filter(axes -> !axes.isEmpty())
        .map(List::getLast)
        .filter(axis -> 2 * trips.getOrDefault(axis, 1.0) >= lanes())
        .filter(
            axis ->
                reads(term).stream()
                    .filter(access -> !temporaries.containsKey(access.tensor()))
                    .map(Scalar.Read::indices)
                    .allMatch(
                        indices -> TilePrice.allows(axis, indices, uses(indices, order, trips))));
  }

  /// How often an element is read, for other elements of the result.
  private static double uses(
      List<IndexExpr> indices, List<String> order, Map<String, Double> trips) {
    Set<String> own = new HashSet<>();
    indices.forEach(index -> own.addAll(Walk.variables(index)));
    return order.stream()
        .filter(axis -> !own.contains(axis))
        .mapToDouble(axis -> trips.getOrDefault(axis, 1.0))
        .reduce(1, (a, b) -> a * b);
  }

  /// Positions in a temporary whose axes lie in some order.
  private static List<IndexExpr> placed(Step made, List<String> order, List<IndexExpr> indices) {
    List<String> before = spatial(made.term);
    return order.stream().map(axis -> indices.get(before.indexOf(axis))).toList();
  }

  private static List<Scalar.Read> reads(Contraction term) {
    List<Scalar.Read> found = new ArrayList<>();
    Walk walk =
        Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Read read) {
                found.add(read);
              }
            });
    term.operands().forEach(walk::visit);
    return found;
  }

  /// By how many bytes each loop moves in a temporary that lies in some order.
  private double[] strides(
      Step made, List<String> order, List<String> loops, Map<String, Double> trips) {
    double[] strides = new double[loops.size()];
    double bytes = made.type.dtype().byteSize();
    for (String axis : order.reversed()) {
      int loop = loops.indexOf(axis);
      if (loop >= 0 && !ordered.slices().contains(axis)) {
        strides[loop] = bytes;
      }
      bytes *= trips.getOrDefault(axis, 1.0);
    }
    return strides;
  }

  /// By how many bytes each loop moves in a tensor that is read.
  private double[] strides(List<IndexExpr> indices, TensorType type, List<String> loops) {
    double[] strides = new double[loops.size()];
    double bytes = type.dtype().byteSize();
    for (int place = indices.size() - 1; place >= 0; place--) {
      for (int loop = 0; loop < strides.length; loop++) {
        strides[loop] += bytes * slope(indices.get(place), loops.get(loop));
      }
      bytes *= extent(type.extents().get(place));
    }
    for (int loop = 0; loop < strides.length; loop++) {
      strides[loop] = Math.abs(strides[loop]);
    }
    return strides;
  }

  /// How fast a position grows with an axis; what isn't affine is taken to grow as the axis does.
  private double slope(IndexExpr expr, String axis) {
    return switch (expr) {
      case IndexExpr.Constant _, IndexExpr.Symbol _ -> 0;
      case IndexExpr.Variable(String name) -> name.equals(axis) ? 1 : 0;
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> slope(left, axis) + slope(right, axis);
      case IndexExpr.Product(IndexExpr left, IndexExpr right) ->
          Walk.variables(left).isEmpty()
              ? extent(left) * slope(right, axis)
              : Walk.variables(right).isEmpty()
                  ? extent(right) * slope(left, axis)
                  : grows(expr, axis);
      case IndexExpr.FloorDiv(IndexExpr dividend, IndexExpr divisor) ->
          Walk.variables(divisor).isEmpty()
              ? slope(dividend, axis) / Math.max(1, extent(divisor))
              : grows(expr, axis);
      case IndexExpr.FloorMod _, IndexExpr.Minimum _, IndexExpr.Maximum _, IndexExpr.Fetch _ ->
          grows(expr, axis);
    };
  }

  private static double grows(IndexExpr expr, String axis) {
    return Walk.variables(expr).contains(axis) ? 1 : 0;
  }

  private double extent(IndexExpr extent) {
    return IndexEvaluator.extent(extent, sizes);
  }

  /// Fixes the orders of the temporaries that a plan reads, and of those behind them.
  private void fix(Plan plan) {
    List<Plan> open = new ArrayList<>(List.of(plan));
    while (!open.isEmpty()) {
      open.removeLast()
          .read
          .forEach(
              (name, number) -> {
                Step made = temporaries.get(name);
                if (made != null) {
                  chosen.put(name, made.orders.get(number));
                  open.add(made.plans.get(number));
                }
              });
    }
  }

  private Definition rewritten(Definition step) {
    Step made = temporaries.get(step.name());
    List<String> order = chosen.get(step.name());
    if (made == null || order == null) {
      throw new IllegalStateException("nothing reads `" + step.name() + "`");
    }
    Plan plan = made.plans.get(made.orders.indexOf(order));
    Contraction term = rewritten(made.term, order, plan.sums);
    TensorType type = new TensorType(step.type().dtype(), permuted(step, step.type().extents()));
    List<IndexExpr> write = permuted(step, made.term.write());
    Contraction written =
        new Contraction(term.axes(), term.guards(), write, term.join(), term.operands());
    Body.Accumulate body = (Body.Accumulate) step.body();
    return new Definition(
        step.name(), type, new Body.Accumulate(body.projection(), List.of(written)), step.origin());
  }

  private Contraction rewritten(Contraction term, List<String> order, List<String> sums) {
    List<Axis> axes = new ArrayList<>();
    for (String name : join(order, sums)) {
      term.axes().stream().filter(axis -> axis.name().equals(name)).forEach(axes::add);
    }
    return new Contraction(
        axes,
        term.guards(),
        term.write(),
        term.join(),
        term.operands().stream().map(value -> Expressions.replace(value, this::read)).toList());
  }

  private Scalar read(Scalar.Read read) {
    Definition step = definitions.get(read.tensor());
    return step == null
        ? read
        : new Scalar.Read(read.tensor(), read.type(), permuted(step, read.indices()));
  }

  /// What belongs to the axes of a temporary, in its new order.
  private <T> List<T> permuted(Definition step, List<T> values) {
    List<String> before = spatial(term(step));
    List<String> order = chosen.getOrDefault(step.name(), before);
    return order.stream().map(axis -> values.get(before.indexOf(axis))).toList();
  }
}
