package org.einkorn.passes.order;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.EvaluationOrder;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.Objective;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.lower.FoldedStorage;
import org.einkorn.passes.rewrite.Signs;
import org.einkorn.passes.trace.Kind;
import org.einkorn.passes.trace.Trace;
import org.einkorn.runtime.DType;

/// Decides on the steps of one term.
final class TermOrder {
  /// What an open size is taken for where nothing is known of it.
  private static final long GUESSED_EXTENT = 128;

  /// How many times longer a plan takes of which a run warns.
  private static final double DEAR = 10;

  /// How often the search is asked for less memory.
  private static final int ATTEMPTS = 8;

  private final Program program;
  private final Definition definition;
  private final Body.Accumulate body;
  private final Contraction term;
  private final PassContext context;
  private final Signs signs;
  private final DType type;

  /// A term in steps.
  ///
  /// @param before the steps before the last
  /// @param last stands in the term's place
  /// @param slices the axes of which one position at a time is stored; often none
  /// @param kind what the split may change
  record Ordered(List<Definition> before, Contraction last, List<String> slices, Kind kind) {
    Ordered {
      before = List.copyOf(before);
      slices = List.copyOf(slices);
    }

    /// The same steps with another last one.
    Ordered with(Contraction other) {
      return new Ordered(before, other, slices, kind);
    }
  }

  private TermOrder(
      Program program,
      Definition definition,
      Body.Accumulate body,
      Contraction term,
      PassContext context,
      Signs signs) {
    this.program = program;
    this.definition = definition;
    this.body = body;
    this.term = term;
    this.context = context;
    this.signs = signs;
    this.type = StepBuilder.stepType(body.projection(), term.valueType());
  }

  static TermOrder of(
      Program program,
      Definition definition,
      Body.Accumulate body,
      Contraction term,
      PassContext context,
      Signs signs) {
    return new TermOrder(program, definition, body, term, context, signs);
  }

  /// The term in steps, where that is allowed and pays.
  ///
  /// @param names gives a new name for each step
  Optional<Ordered> order(Supplier<String> names) {
    TermNetwork whole = TermNetwork.of(term);
    if (!whole.hasChoice()) {
      return Optional.empty();
    }
    OrderLaws laws = OrderLaws.of(body.projection(), term, type, this::isNonEmpty, signs);
    Optional<String> refusal = laws.refusal().or(() -> forbidden(laws.kind()));
    if (refusal.isPresent()) {
      return refused(refusal.get());
    }
    if (mayFailElsewhere(whole)) {
      return refused("an operand may fail at points that a condition leaves out");
    }
    Ordered free = steps(whole, search(whole, options()), names, laws.kind());
    if (context.memoryLimitBytes().isEmpty()) {
      return paying(free);
    }
    double limitBytes = context.memoryLimitBytes().getAsLong() - othersBytes();
    if (peakBytes(free) <= limitBytes) {
      return paying(free);
    }
    Optional<Ordered> chosen = limited(whole.withPrivateAxes(), limitBytes, names, laws.kind());
    recordDear(chosen, free);
    return chosen;
  }

  /// Notes a plan that the limit of memory made so dear that a run may not be worth its wait.
  private void recordDear(Optional<Ordered> chosen, Ordered free) {
    Trace.Cost plan =
        chosen
            .map(ordered -> predicted(ordered.before(), ordered.last()))
            .orElseGet(() -> predicted(List.of(), term));
    Trace.Cost better = predicted(free.before(), free.last());
    if (plan.seconds() >= DEAR * better.seconds()) {
      context
          .trace()
          .record(
              new Trace.Forced(
                  definition.name(),
                  chosen.isEmpty(),
                  plan,
                  better,
                  othersBytes() + peakBytes(free)));
    }
  }

  private Trace.Cost predicted(List<Definition> before, Contraction last) {
    double operations = points(last);
    double seconds = cost(last, elements(definition), Objective.TIME);
    for (Definition step : before) {
      if (step.body() instanceof Body.Accumulate made) {
        Contraction contraction = made.terms().getFirst();
        operations += points(contraction);
        seconds += cost(contraction, elements(step), Objective.TIME);
      }
    }
    return new Trace.Cost(operations, seconds);
  }

  private double points(Contraction contraction) {
    double points = 1;
    for (Axis axis : contraction.axes()) {
      points *= extent(axis.extent());
    }
    return points;
  }

  /// Steps whose memory stays below a limit. Where slices add up in another type than the result
  /// has, that takes more memory than the result; then only those of its own axes may do.
  private Optional<Ordered> limited(
      TermNetwork network, double limitBytes, Supplier<String> names, Kind kind) {
    Limited any = within(network, limitBytes, false, names, kind);
    Optional<Ordered> found = any.ordered;
    boolean addsUp =
        body.projection().accumulator(term.valueType()) != definition.type().dtype()
            && found.map(ordered -> isSumSliced(ordered)).orElse(true);
    if (addsUp) {
      Optional<Ordered> own = within(network, limitBytes, true, names, kind).ordered;
      if (own.isPresent() && (found.isEmpty() || cost(own.get()) < cost(found.get()))) {
        found = own;
      }
    }
    if (found.isEmpty()) {
      return refused(any.why);
    }
    return body.terms().size() > 1 && !found.get().slices().isEmpty()
        ? refused("its terms can't run in slices, as memory would need")
        : paying(found.get());
  }

  /// Steps within a limit, or why there are none.
  private record Limited(Optional<Ordered> ordered, String why) {}

  /// The search counts elements; what the steps really take, each temporary at an aligned address
  /// and sums over slices in their accumulator, is a little more, so that it may have to be asked
  /// for less.
  private Limited within(
      TermNetwork network,
      double limitBytes,
      boolean slicesOutputAlone,
      Supplier<String> names,
      Kind kind) {
    double askedBytes = limitBytes;
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        long limit = (long) Math.max(0, askedBytes / type.byteSize());
        SearchOptions options = options().withMemoryLimitElements(limit);
        ContractionPlan plan =
            search(network, slicesOutputAlone ? options.withOutputSlices() : options);
        Ordered ordered = steps(network, plan, names, kind);
        double excessBytes = peakBytes(ordered) - limitBytes;
        if (excessBytes <= 0) {
          return new Limited(Optional.of(ordered), "");
        }
        askedBytes -= Math.max(excessBytes, type.byteSize());
      }
      return new Limited(Optional.empty(), "no order was found that keeps the limit of memory");
    } catch (MemoryLimitException none) {
      // What the whole program takes is told, and refused, where it is run.
      return new Limited(Optional.empty(), String.valueOf(none.getMessage()));
    }
  }

  /// Whether an operand that may end the run with an error is computed, in steps, where a condition
  /// on other axes leaves all points out.
  private boolean mayFailElsewhere(TermNetwork network) {
    return network.operands().stream()
        .anyMatch(operand -> operand.mayFail() && !operand.guards().containsAll(term.guards()));
  }

  private boolean isSumSliced(Ordered ordered) {
    Set<String> written = new HashSet<>();
    term.write().forEach(index -> written.addAll(Walk.variables(index)));
    return !written.containsAll(ordered.slices());
  }

  /// What steps cost, or the term as it stands.
  double cost(Optional<Ordered> ordered) {
    return ordered.map(this::cost).orElseGet(() -> cost(List.of(), term));
  }

  private double cost(Ordered ordered) {
    return cost(ordered.before(), ordered.last());
  }

  private SearchOptions options() {
    // A run allocates its outputs before anything else.
    return SearchOptions.defaults().withObjective(context.objective()).withResultHeld();
  }

  private ContractionPlan search(TermNetwork network, SearchOptions options) {
    return ContractionOrder.search(network.network(this::size), options);
  }

  private Ordered steps(
      TermNetwork network, ContractionPlan plan, Supplier<String> names, Kind kind) {
    Set<String> slices = new LinkedHashSet<>();
    plan.slices().forEach(index -> slices.add(term.axes().get(index).name()));
    StepBuilder builder =
        new StepBuilder(definition, body.projection(), network, slices, this::isNonEmpty, names);
    Contraction last = builder.build(plan.steps());
    return new Ordered(builder.made(), last, List.copyOf(slices), kind);
  }

  /// The steps, where they cost less than the term as it stands.
  private Optional<Ordered> paying(Ordered ordered) {
    return ordered.before().isEmpty()
            || cost(ordered.before(), ordered.last()) >= cost(List.of(), term)
        ? Optional.empty()
        : Optional.of(
            AxisOrder.choose(
                ordered,
                types(),
                this::size,
                context.mayReassociate(),
                context.mayReassociate() ? context.machine().lanes(DType.F32) : 1));
  }

  /// The types of all tensors of the program, as it was before this pass.
  private Map<String, TensorType> types() {
    Map<String, TensorType> types = new HashMap<>();
    program.signature().inputs().forEach(input -> types.put(input.name(), input.type()));
    program.definitions().forEach(made -> types.put(made.name(), made.type()));
    return types;
  }

  private double peakBytes(Ordered ordered) {
    return StepMemory.peakBytes(definition, body.projection(), ordered, this::size);
  }

  /// What the other tensors of the program take, as if all lived at once.
  private double othersBytes() {
    FoldedStorage storage = FoldedStorage.of(program, EvaluationOrder.stepsOf(program));
    double bytes = 0;
    for (Definition other : program.definitions()) {
      if (!other.name().equals(definition.name())) {
        bytes += StepMemory.alignedBytes(storage.buffer(other).type(), this::size);
      }
    }
    return bytes;
  }

  private Optional<Ordered> refused(String why) {
    context.trace().record(new Trace.Refused(definition.name(), OrderContractions.NAME, why));
    return Optional.empty();
  }

  private Optional<String> forbidden(Kind kind) {
    return kind == Kind.REASSOCIATING && !context.mayReassociate()
        ? Optional.of("it changes the order of operations on " + type)
        : Optional.empty();
  }

  private boolean isNonEmpty(Axis axis) {
    boolean[] isKnown = {true};
    ToLongFunction<String> sizes =
        symbol -> {
          OptionalLong size = context.size(symbol);
          isKnown[0] &= size.isPresent();
          return size.orElse(0);
        };
    long extent = IndexEvaluator.extent(axis.extent(), sizes);
    return isKnown[0] && extent > 0;
  }

  private long size(String symbol) {
    return context.size(symbol).orElse(GUESSED_EXTENT);
  }

  /// What some definitions and a last contraction cost, by the objective.
  private double cost(List<Definition> before, Contraction last) {
    double cost = cost(last, elements(definition), context.objective());
    for (Definition step : before) {
      if (step.body() instanceof Body.Accumulate made) {
        cost = combined(cost, cost(made.terms().getFirst(), elements(step), context.objective()));
      }
    }
    return cost;
  }

  /// Each point costs the products of its join, and one sum where the contraction reduces.
  private double cost(Contraction contraction, double written, Objective objective) {
    double points = points(contraction);
    double operations = contraction.operands().size() - 1 + (isReducing(contraction) ? 1 : 0);
    return switch (objective) {
      case TIME -> CostModel.FITTED.seconds(points * operations / 2, 0, written);
      case FLOPS -> points * operations;
      case SIZE -> written;
    };
  }

  private static boolean isReducing(Contraction contraction) {
    return !contraction.writesPlainAxes() || !contraction.reducedAxes().isEmpty();
  }

  private double combined(double one, double other) {
    return context.objective() == Objective.SIZE ? Math.max(one, other) : one + other;
  }

  private double elements(Definition tensor) {
    double elements = 1;
    for (IndexExpr extent : tensor.type().extents()) {
      elements *= extent(extent);
    }
    return elements;
  }

  private double extent(IndexExpr extent) {
    return Math.max(0, IndexEvaluator.extent(extent, this::size));
  }
}
