package org.einkorn.passes.demand;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.EvaluationOrder;
import org.einkorn.ir.tensor.Fixpoint;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Landing;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Step;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.Pass;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.passes.trace.Kind;
import org.einkorn.passes.trace.Trace;
import org.einkorn.runtime.DType;

/// Derives only those tuples of recursive relations that a question needs.
///
/// Of `Ancestor(x, z) <- Parent(x, y), Ancestor(y, z)` the question `Ancestor(Alice, z)?` needs the
/// tuples whose first position is Alice or one of her descendants. That is a relation itself, the
/// magic set `asked(Alice)`, `asked(y) <- asked(x), Parent(x, y)`, which is computed along; each
/// rule then begins with the atom `asked(x)`.
///
/// A relation gets one magic set, over those axes at which all that ask for it know the position
/// ([Passing]). Source: Bancilhon, Maier, Sagiv, Ullman, *Magic Sets and Other Strange Ways to
/// Implement Logic Programs* (PODS 1986), with left-to-right passing as in Beeri and Ramakrishnan,
/// *On the Power of Magic* (PODS 1987).
public final class MagicSets {
  public static final Pass<Program> PASS =
      new Pass<>(
          "magic-sets",
          "derives only those tuples of recursive relations that are asked for",
          MagicSets::apply);

  private final Program program;
  private final Step.Iteration iteration;
  private final Fixpoint fixpoint;

  /// What the states start from, by name.
  private final Map<String, Body.Accumulate> starts = new LinkedHashMap<>();

  /// For each state its axes at which all that ask for it know the position.
  private final Map<String, Set<Integer>> bound = new LinkedHashMap<>();

  /// For each state the fixed positions that other equations read it at.
  private final Map<String, Set<List<IndexExpr>>> questions = new LinkedHashMap<>();

  private MagicSets(Program program, Step.Iteration iteration, Fixpoint fixpoint) {
    this.program = program;
    this.iteration = iteration;
    this.fixpoint = fixpoint;
  }

  private static Program apply(Program program, PassContext context) {
    boolean mayHave =
        program.slicings().isEmpty()
            && program.definitions().stream().anyMatch(each -> each.body() instanceof Body.Iterate);
    if (!mayHave) {
      return program;
    }
    Program current = program;
    for (Step step : EvaluationOrder.stepsOf(program).reversed()) {
      if (step instanceof Step.Iteration iteration) {
        Optional<Fixpoint> fixpoint = Fixpoint.of(iteration).filter(MagicSets::areRules);
        if (fixpoint.isPresent()) {
          MagicSets sets = new MagicSets(current, iteration, fixpoint.get());
          current = sets.find() ? sets.run(context.trace()) : current;
        }
      }
    }
    return current;
  }

  // ------------------------------------------------------------------------- search

  private static boolean areRules(Fixpoint fixpoint) {
    return fixpoint.isMonotone()
        && fixpoint.states().stream()
            .allMatch(
                state ->
                    state.type().dtype() == DType.BOOL
                        && state.type().rank() > 0
                        && state.projection() == Projection.ANY
                        && state.terms().stream().allMatch(Contraction::isConjunction));
  }

  /// Finds for which states there are magic sets; false if for none.
  private boolean find() {
    if (iteration.limit().isPresent() || !findStarts()) {
      return false;
    }
    Set<String> inside = new HashSet<>();
    iteration.definitions().forEach(definition -> inside.add(definition.name()));
    Set<String> whole = new HashSet<>();
    program.signature().outputs().forEach(output -> whole.add(output.name()));
    fixpoint.states().forEach(state -> questions.put(state.name(), new LinkedHashSet<>()));
    Walk reads =
        Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Read read && questions.containsKey(read.tensor())) {
                Objects.requireNonNull(questions.get(read.tensor())).add(read.indices());
              }
            });
    for (Definition definition : program.definitions()) {
      if (!inside.contains(definition.name())) {
        whole.addAll(TensorReads.named(definition.body()));
        definition.body().walk(reads);
      }
    }
    for (Fixpoint.State state : fixpoint.states()) {
      Set<Integer> axes = new TreeSet<>();
      boolean isOpen = !whole.contains(state.name()) && !isRestricted(state);
      for (int axis = 0; axis < state.type().rank(); axis++) {
        if (isOpen && isFixed(state.name(), axis) && isMoving(state, axis)) {
          axes.add(axis);
        }
      }
      bound.put(state.name(), axes);
    }
    pass();
    return bound.values().stream().anyMatch(axes -> !axes.isEmpty());
  }

  private boolean findStarts() {
    for (Fixpoint.State state : fixpoint.states()) {
      String name = Step.Iteration.start(state.definition());
      long readers =
          program.definitions().stream()
              .filter(each -> TensorReads.of(each.body()).contains(name))
              .count();
      Body body = definition(name).body();
      boolean isKept = program.signature().hasOutput(name);
      if (isKept
          || readers != 1
          || !(body instanceof Body.Accumulate(Projection projection, var terms))
          || projection != Projection.ANY
          || !terms.stream().allMatch(Contraction::isConjunction)) {
        return false;
      }
      starts.put(state.name(), (Body.Accumulate) body);
    }
    return true;
  }

  private Definition definition(String name) {
    return program.definitions().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private boolean isFixed(String state, int axis) {
    return Objects.requireNonNull(questions.get(state)).stream()
        .map(indices -> indices.get(axis))
        .allMatch(index -> Walk.variables(index).isEmpty() && !Expressions.fetches(index));
  }

  /// Whether each rule says simply which of its points come to a position.
  private boolean isMoving(Fixpoint.State state, int axis) {
    return rules(state).stream()
        .noneMatch(rule -> Landing.of(rule.write().get(axis)) instanceof Landing.Scattered);
  }

  /// Whether a state has a magic set already.
  private boolean isRestricted(Fixpoint.State state) {
    return fixpoint.isState(magic(state.name()));
  }

  /// All rules of a state, those too that need no state.
  private List<Contraction> rules(Fixpoint.State state) {
    List<Contraction> rules =
        new ArrayList<>(Objects.requireNonNull(starts.get(state.name())).terms());
    rules.addAll(state.terms());
    return rules;
  }

  /// Leaves out the axes at which some rule does not know which position it asks for.
  private void pass() {
    boolean isStable = false;
    while (!isStable) {
      isStable = true;
      for (Fixpoint.State state : fixpoint.states()) {
        for (Contraction rule : state.terms()) {
          for (Passing passing : Passing.of(rule, asked(state, rule), fixpoint)) {
            Set<Integer> axes = axes(passing.read().tensor());
            boolean isWhole = axes(state.name()).isEmpty();
            isStable &=
                !(isWhole ? axes.removeAll(Set.copyOf(axes)) : axes.retainAll(passing.axes()));
          }
        }
      }
    }
  }

  private Set<Integer> axes(String state) {
    return Objects.requireNonNull(bound.get(state));
  }

  /// The indices of a rule's head that are asked for.
  private Set<String> asked(Fixpoint.State state, Contraction rule) {
    return axes(state.name()).stream()
        .flatMap(axis -> Walk.variables(rule.write().get(axis)).stream())
        .collect(Collectors.toSet());
  }

  // ------------------------------------------------------------------------ rewrite

  private static String magic(String state) {
    return state + ".asked";
  }

  private Program run(Trace.Recorder trace) {
    Map<String, List<Definition>> changes = new LinkedHashMap<>();
    Map<String, List<Contraction>> asking = new LinkedHashMap<>();
    List<Contraction> unchanged = new ArrayList<>();
    for (Fixpoint.State state : fixpoint.states()) {
      asking.put(state.name(), new ArrayList<>());
    }
    for (Fixpoint.State state : fixpoint.states()) {
      state.terms().forEach(rule -> ask(state, rule, asking));
    }
    for (Fixpoint.State state : fixpoint.states()) {
      // In the order of the states, of which a magic set comes after its relation.
      String next = Step.Iteration.next(state.definition());
      unchanged.add(Fixpoint.unchanged(state.type(), state.name(), next));
      if (!axes(state.name()).isEmpty()) {
        change(state, Objects.requireNonNull(asking.get(state.name())), changes);
        String set = magic(state.name());
        unchanged.add(Fixpoint.unchanged(magicType(state), set, set + ".next"));
      }
    }
    String settled = iteration.until().orElseThrow();
    changes.put(
        settled,
        List.of(changed(definition(settled), new Body.Accumulate(Projection.ALL, unchanged))));
    List<Definition> definitions = new ArrayList<>();
    for (Definition definition : program.definitions()) {
      List<Definition> after = changes.getOrDefault(definition.name(), List.of(definition));
      definitions.addAll(after);
    }
    for (Fixpoint.State state : fixpoint.states()) {
      if (!axes(state.name()).isEmpty()) {
        String next = Step.Iteration.next(state.definition());
        trace.record(
            new Trace.Applied(
                state.name(),
                PASS.name(),
                Kind.EXACT,
                List.of(definition(next)),
                Objects.requireNonNull(changes.get(next)),
                "only those positions on "
                    + words(axes(state.name()))
                    + " are looked at that a question leads to"));
      }
    }
    return new Program(program.name(), program.signature(), definitions, program.slicings());
  }

  private static String words(Set<Integer> axes) {
    return (axes.size() == 1 ? "axis " : "axes ")
        + axes.stream().map(String::valueOf).collect(Collectors.joining(" and "));
  }

  private static Definition changed(Definition old, Body body) {
    return new Definition(old.name(), old.type(), body, old.origin());
  }

  private TensorType magicType(Fixpoint.State state) {
    List<IndexExpr> extents = new ArrayList<>();
    axes(state.name()).forEach(axis -> extents.add(state.type().extents().get(axis)));
    return new TensorType(DType.BOOL, extents);
  }

  /// What a rule asks of the states that it reads.
  private void ask(Fixpoint.State state, Contraction rule, Map<String, List<Contraction>> asking) {
    for (Passing passing : Passing.of(rule, asked(state, rule), fixpoint)) {
      String read = passing.read().tensor();
      Set<Integer> axes = axes(read);
      if (axes.isEmpty()) {
        continue;
      }
      List<Scalar> operands = new ArrayList<>(List.of(askedFor(state, rule)));
      operands.addAll(passing.before());
      List<IndexExpr> write = passing.positions(axes);
      Set<String> used = new HashSet<>();
      operands.forEach(operand -> used.addAll(Expressions.variables(operand)));
      write.forEach(index -> used.addAll(Walk.variables(index)));
      Contraction question =
          new Contraction(
              rule.axes().stream().filter(axis -> used.contains(axis.name())).toList(),
              passing.guards(rule),
              write,
              BinaryOp.AND,
              operands);
      boolean isKnown = operands.equals(List.of(new Scalar.Read(magic(read), DType.BOOL, write)));
      if (!isKnown) {
        Objects.requireNonNull(asking.get(read)).add(question);
      }
    }
  }

  /// The condition that the head of a rule is asked for.
  private Scalar askedFor(Fixpoint.State state, Contraction rule) {
    List<IndexExpr> at = new ArrayList<>();
    axes(state.name()).forEach(axis -> at.add(rule.write().get(axis)));
    return new Scalar.Read(magic(state.name()), DType.BOOL, at);
  }

  private void change(
      Fixpoint.State state, List<Contraction> asking, Map<String, List<Definition>> changes) {
    Definition definition = state.definition();
    Definition next = definition(Step.Iteration.next(definition));
    Definition start = definition(Step.Iteration.start(definition));
    List<Contraction> terms = new ArrayList<>();
    terms.add(Fixpoint.itself(state.name(), state.type(), DType.BOOL));
    for (Contraction rule : rules(state)) {
      List<Scalar> operands = new ArrayList<>(List.of(askedFor(state, rule)));
      operands.addAll(rule.operands());
      terms.add(new Contraction(rule.axes(), rule.guards(), rule.write(), BinaryOp.AND, operands));
    }
    changes.put(next.name(), List.of(changed(next, new Body.Accumulate(Projection.ANY, terms))));
    changes.put(start.name(), List.of(changed(start, nothing(state.type()))));
    String set = magic(state.name());
    TensorType type = magicType(state);
    List<Contraction> more = new ArrayList<>();
    more.add(Fixpoint.itself(set, type, DType.BOOL));
    more.addAll(asking);
    Body.Iterate iterate = (Body.Iterate) definition.body();
    changes.put(
        state.name(),
        List.of(
            new Definition(set + ".start", type, questions(state, type), definition.origin()),
            definition,
            new Definition(
                set,
                type,
                new Body.Iterate(set + ".start", set + ".next", iterate.until(), iterate.limit()),
                definition.origin()),
            new Definition(
                set + ".next",
                type,
                new Body.Accumulate(Projection.ANY, more),
                definition.origin())));
  }

  /// A relation that holds nowhere.
  private static Body nothing(TensorType type) {
    List<Axis> axes = new ArrayList<>();
    for (IndexExpr extent : type.extents()) {
      axes.add(new Axis("at." + axes.size(), extent));
    }
    List<IndexExpr> here = axes.stream().map(Axis::variable).toList();
    Scalar no = Scalar.Literal.of(DType.BOOL, 0);
    return new Body.Accumulate(
        Projection.ANY, List.of(new Contraction(axes, List.of(), here, BinaryOp.AND, List.of(no))));
  }

  /// The positions that other equations ask for.
  private Body questions(Fixpoint.State state, TensorType type) {
    List<Contraction> terms = new ArrayList<>();
    for (List<IndexExpr> question : Objects.requireNonNull(questions.get(state.name()))) {
      List<IndexExpr> at = new ArrayList<>();
      axes(state.name()).forEach(axis -> at.add(question.get(axis)));
      List<Guard> guards = new ArrayList<>();
      for (int axis = 0; axis < at.size(); axis++) {
        guards.add(new Guard(at.get(axis), type.extents().get(axis)));
      }
      Scalar yes = Scalar.Literal.of(DType.BOOL, 1);
      terms.add(new Contraction(List.of(), guards, at, BinaryOp.AND, List.of(yes)));
    }
    return terms.isEmpty()
        ? nothing(type)
        : new Body.Accumulate(Projection.ANY, terms.stream().distinct().toList());
  }
}
