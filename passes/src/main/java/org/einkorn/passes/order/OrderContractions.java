package org.einkorn.passes.order;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.EvaluationOrder;
import org.einkorn.ir.tensor.Fixpoint;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.Slicing;
import org.einkorn.ir.tensor.Step;
import org.einkorn.passes.Pass;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.rewrite.Signs;
import org.einkorn.passes.rewrite.Site;
import org.einkorn.passes.trace.Kind;
import org.einkorn.passes.trace.Trace;
import org.einkorn.runtime.DType;

/// Splits the join of a contraction into binary steps, in the order that costs least.
///
/// `⊕ over j, k of A[i, j] ⊗ B[j, k] ⊗ C[k, l]` walks i·j·k·l points; `T[i, k] = ⊕ over j of A ⊗ B`
/// and `⊕ over k of T ⊗ C` walk i·j·k + i·k·l. That they are equal is the law of distribution, so
/// only a pair (⊕, ⊗) that has it is split; [OrderLaws] asks the table. An axis that one operand
/// alone mentions is reduced there, before any join. Under a limit of memory the steps run in
/// slices ([Slicing]).
public final class OrderContractions {
  /// The name of the pass, and of its one rule in a trace.
  static final String NAME = "order-contractions";

  /// `⊕ (a ⊗ b ⊗ c) = ⊕ ((⊕ a ⊗ b) ⊗ c)`
  public static final Pass<Program> PASS =
      new Pass<>(
          NAME,
          "splits joins of several operands into the cheapest binary steps",
          (program, context) -> new OrderContractions(program, context).run());

  private final Program program;
  private final PassContext context;
  private final Signs signs;
  private final Set<String> names = new HashSet<>();
  private final List<Definition> made = new ArrayList<>();
  private final List<Slicing> slicings = new ArrayList<>();
  private final Set<String> recurrent;

  /// What the rounds of monotone fixpoints compute: there each rule is evaluated as a whole, from
  /// the elements that changed.
  private final Set<String> whole;

  private OrderContractions(Program program, PassContext context) {
    this.program = program;
    this.context = context;
    this.recurrent = EvaluationOrder.recurrent(program);
    this.whole = monotone(program);
    this.signs = new Signs(Site.of(program, context));
    program.signature().inputs().stream().map(Signature.Input::name).forEach(names::add);
    program.definitions().stream().map(Definition::name).forEach(names::add);
  }

  private static Set<String> monotone(Program program) {
    Set<String> found = new HashSet<>();
    if (program.definitions().stream().anyMatch(each -> each.body() instanceof Body.Iterate)) {
      for (Step step : EvaluationOrder.stepsOf(program)) {
        if (step instanceof Step.Iteration iteration && Fixpoint.isMonotone(iteration)) {
          iteration.definitions().forEach(each -> found.add(each.name()));
        }
      }
    }
    return found;
  }

  private Program run() {
    Set<String> sliced = new HashSet<>();
    program.slicings().forEach(slicing -> sliced.addAll(slicing.definitions()));
    boolean isChanged = false;
    for (Definition definition : program.definitions()) {
      program.slicings().stream()
          .filter(slicing -> slicing.definitions().getFirst().equals(definition.name()))
          .forEach(slicings::add);
      Definition last =
          definition.body() instanceof Body.Accumulate body
                  && !sliced.contains(definition.name())
                  && !whole.contains(definition.name())
              ? split(definition, body)
              : definition;
      isChanged |= last != definition;
      made.add(last);
    }
    return isChanged ? new Program(program.name(), program.signature(), made, slicings) : program;
  }

  /// The definition with its last steps; the steps before go to `made`.
  private Definition split(Definition definition, Body.Accumulate body) {
    List<Contraction> terms = new ArrayList<>();
    List<Definition> steps = new ArrayList<>();
    Kind kind = Kind.EXACT;
    for (Contraction term : body.terms()) {
      Optional<TermOrder.Ordered> ordered = ordered(definition, body, term);
      if (ordered.isPresent()) {
        steps.addAll(ordered.get().before());
        kind = kind.and(ordered.get().kind());
        addSlicing(ordered.get(), definition);
      }
      terms.add(ordered.map(TermOrder.Ordered::last).orElse(term));
    }
    if (terms.equals(body.terms())) {
      return definition;
    }
    DType type = StepBuilder.stepType(body.projection(), body.terms().getFirst().valueType());
    Definition last =
        new Definition(
            definition.name(),
            definition.type(),
            new Body.Accumulate(
                body.projection(), terms.stream().map(term -> converted(term, type)).toList()),
            definition.origin());
    made.addAll(steps);
    record(definition, kind, steps, last);
    return last;
  }

  /// The steps of a term; if conditions between its atoms can wait for the last, they do unless
  /// that costs more.
  private Optional<TermOrder.Ordered> ordered(
      Definition definition, Body.Accumulate body, Contraction term) {
    TermOrder whole = TermOrder.of(program, definition, body, term, contextOf(definition), signs);
    Optional<LateConditions> late = LateConditions.of(body.projection(), term);
    if (late.isEmpty()) {
      return whole.order(names(definition));
    }
    TermOrder early =
        TermOrder.of(program, definition, body, late.get().rest(), contextOf(definition), signs);
    Optional<TermOrder.Ordered> waiting = early.order(names(definition));
    Optional<TermOrder.Ordered> eager = whole.order(names(definition));
    return early.cost(waiting) <= whole.cost(eager)
        ? waiting.map(steps -> steps.with(late.get().restoredTo(steps.last())))
        : eager;
  }

  /// What runs in rounds can't run in slices.
  private PassContext contextOf(Definition definition) {
    return recurrent.contains(definition.name()) ? context.withoutMemoryLimit() : context;
  }

  private void addSlicing(TermOrder.Ordered ordered, Definition definition) {
    if (!ordered.slices().isEmpty()) {
      List<String> group =
          new ArrayList<>(ordered.before().stream().map(Definition::name).toList());
      group.add(definition.name());
      slicings.add(new Slicing(ordered.slices(), group));
    }
  }

  private void record(Definition before, Kind kind, List<Definition> steps, Definition last) {
    List<Definition> after = new ArrayList<>(steps);
    after.add(last);
    context
        .trace()
        .record(new Trace.Applied(before.name(), NAME, kind, List.of(before), after, ""));
  }

  /// All terms of a definition have values of one type.
  private static Contraction converted(Contraction term, DType type) {
    return new Contraction(
        term.axes(),
        term.guards(),
        term.write(),
        term.join(),
        term.operands().stream().map(operand -> Scalar.cast(type, operand)).toList());
  }

  /// `Y.1`, `Y.2`, … as far as nothing else has that name.
  private Supplier<String> names(Definition definition) {
    String name = definition.name();
    int dot = name.indexOf('.');
    String base = dot > 0 ? name.substring(0, dot) : name;
    return () -> {
      int number = 1;
      while (!names.add(base + "." + number)) {
        number++;
      }
      return base + "." + number;
    };
  }
}
