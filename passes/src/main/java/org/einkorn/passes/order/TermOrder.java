package org.einkorn.passes.order;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.passes.Objective;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.rewrite.Failures;
import org.einkorn.passes.rewrite.Signs;
import org.einkorn.passes.trace.Kind;
import org.einkorn.passes.trace.Trace;
import org.einkorn.runtime.DType;

/// Decides on the steps of one term.
final class TermOrder {
  /// What an open size is taken for where nothing is known of it.
  private static final long GUESSED_EXTENT = 128;

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
    Ordered free = steps(whole, search(whole, OptionalLong.empty()), names, laws.kind());
    if (context.memoryLimitBytes().isEmpty()) {
      return paying(free);
    }
    double limitBytes = context.memoryLimitBytes().getAsLong() - othersBytes();
    return peakBytes(free) <= limitBytes
        ? paying(free)
        : limited(whole.withPrivateAxes(), limitBytes, names, laws.kind());
  }

  /// Steps whose memory stays below a limit. The search counts elements; what the steps really
  /// take, each temporary at an aligned address and sums over slices in their accumulator, is a
  /// little more, so that it may have to be asked for less.
  private Optional<Ordered> limited(
      TermNetwork network, double limitBytes, Supplier<String> names, Kind kind) {
    double askedBytes = limitBytes;
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        long limit = (long) Math.max(0, askedBytes / type.byteSize());
        Ordered ordered = steps(network, search(network, OptionalLong.of(limit)), names, kind);
        double excessBytes = peakBytes(ordered) - limitBytes;
        if (excessBytes <= 0) {
          return body.terms().size() > 1 && !ordered.slices().isEmpty()
              ? refused("its terms can't run in slices, as memory would need")
              : paying(ordered);
        }
        askedBytes -= Math.max(excessBytes, type.byteSize());
      }
      return refused("no order was found that keeps the limit of memory");
    } catch (MemoryLimitException none) {
      // What the whole program takes is told, and refused, where it is run.
      return refused(String.valueOf(none.getMessage()));
    }
  }

  /// Whether an operand that may end the run with an error is computed, in steps, where a condition
  /// on other axes leaves all points out.
  private boolean mayFailElsewhere(TermNetwork network) {
    return network.operands().stream()
        .anyMatch(
            operand ->
                Failures.mayFail(operand.value()) && !operand.guards().containsAll(term.guards()));
  }

  private ContractionPlan search(TermNetwork network, OptionalLong limitElements) {
    // A run allocates its outputs before anything else.
    SearchOptions options =
        SearchOptions.defaults().withObjective(context.objective()).withResultHeld();
    return ContractionOrder.search(
        network.network(this::size),
        limitElements.isPresent()
            ? options.withMemoryLimitElements(limitElements.getAsLong())
            : options);
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
        : Optional.of(ordered);
  }

  private double peakBytes(Ordered ordered) {
    return StepMemory.peakBytes(definition, body.projection(), ordered, this::size);
  }

  /// What the other tensors of the program take, as if all lived at once.
  private double othersBytes() {
    double bytes = 0;
    for (Definition other : program.definitions()) {
      if (!other.name().equals(definition.name())) {
        bytes += StepMemory.alignedBytes(other.type(), this::size);
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
    double cost = cost(last, elements(definition));
    for (Definition step : before) {
      if (step.body() instanceof Body.Accumulate made) {
        cost = combined(cost, cost(made.terms().getFirst(), elements(step)));
      }
    }
    return cost;
  }

  /// Each point costs the products of its join, and one sum where the contraction reduces.
  private double cost(Contraction contraction, double written) {
    double points = 1;
    for (Axis axis : contraction.axes()) {
      points *= extent(axis.extent());
    }
    double operations = contraction.operands().size() - 1 + (isReducing(contraction) ? 1 : 0);
    return switch (context.objective()) {
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
