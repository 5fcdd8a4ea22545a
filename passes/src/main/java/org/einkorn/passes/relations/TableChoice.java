package org.einkorn.passes.relations;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Fixpoint;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.Step;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.passes.sparse.Listed;
import org.einkorn.runtime.DType;

/// Which relations are kept as tables of their tuples: those with very many positions that rules
/// define, and that are read in no other way than as atoms of rules or as factors of sums.
public final class TableChoice {
  private final Program program;
  private final Vastness extents;

  /// What the choice is between, by name: the terms that define it.
  private final Map<String, List<Contraction>> candidates = new HashMap<>();

  /// The states of fixpoints among them, by the name of what they start from.
  private final Map<String, String> starts = new HashMap<>();

  private final Set<String> chosen = new LinkedHashSet<>();

  private TableChoice(Program program, Vastness extents) {
    this.program = program;
    this.extents = extents;
  }

  public static TableChoice of(Program program, List<Step> steps, Vastness extents) {
    TableChoice choice = new TableChoice(program, extents);
    if (program.slicings().isEmpty()) {
      steps.forEach(choice::consider);
      choice.settle(steps);
    }
    return choice;
  }

  /// Whether a tensor is kept as a table.
  public boolean isTable(String tensor) {
    return chosen.contains(tensor);
  }

  /// Whether a tensor is what a table starts from, and is nothing by itself.
  public boolean isStart(String tensor) {
    String state = starts.get(tensor);
    return state != null && chosen.contains(state);
  }

  /// Whether a definition reads a table.
  public boolean readsTable(Definition definition) {
    return TensorReads.of(definition.body()).stream().anyMatch(chosen::contains);
  }

  // --------------------------------------------------------------------- candidates

  private void consider(Step step) {
    switch (step) {
      case Step.Compute(Definition definition) -> {
        if (isSuited(definition) && Listed.tuples(definition).isEmpty()) {
          candidates.put(definition.name(), terms(definition).orElseThrow());
        }
      }
      case Step.Iteration iteration -> {
        if (Fixpoint.isMonotone(iteration)) {
          Fixpoint.of(iteration).orElseThrow().states().forEach(this::consider);
        }
      }
      case Step.Recurrence _ -> {}
    }
  }

  private void consider(Fixpoint.State state) {
    Definition definition = state.definition();
    if (!(definition.body() instanceof Body.Iterate iterate)
        || !isVastRelation(definition)
        || state.projection() != Projection.ANY) {
      return;
    }
    Optional<Definition> start =
        program.definitions().stream()
            .filter(each -> each.name().equals(iterate.start()))
            .findFirst();
    if (start.filter(this::isSuited).isPresent()
        && output(iterate.start()).isEmpty()
        && isReadOnce(iterate.start())) {
      candidates.put(state.name(), state.terms());
      candidates.put(iterate.start(), terms(start.get()).orElseThrow());
      starts.put(iterate.start(), state.name());
    }
  }

  private boolean isReadOnce(String tensor) {
    return program.definitions().stream()
            .filter(each -> TensorReads.of(each.body()).contains(tensor))
            .count()
        == 1;
  }

  /// Whether a definition is a relation that rules define.
  private boolean isSuited(Definition definition) {
    return isVastRelation(definition)
        && terms(definition).filter(TableChoice::areRules).isPresent();
  }

  private boolean isVastRelation(Definition definition) {
    if (definition.type().dtype() != DType.BOOL) {
      return false;
    }
    return output(definition.name())
        .map(this::isVastOutput)
        .orElseGet(() -> extents.isVast(definition.type()));
  }

  private Optional<Signature.Output> output(String name) {
    return program.signature().outputs().stream()
        .filter(output -> output.name().equals(name))
        .findFirst();
  }

  /// Whether an output has to be handed out as a list, and may be: no file wants it as a tensor.
  private boolean isVastOutput(Signature.Output output) {
    return (output.file().isEmpty() || output.tuples().isPresent())
        && extents.isVastOutput(output.type());
  }

  /// Whether a relation that data hold is an output, and is handed out as a list.
  public boolean isListedOutput(Definition definition) {
    return isVastRelation(definition)
        && program.slicings().isEmpty()
        && Listed.tuples(definition).isPresent()
        && output(definition.name()).isPresent();
  }

  private static Optional<List<Contraction>> terms(Definition definition) {
    return definition.body() instanceof Body.Accumulate(Projection projection, var terms)
            && projection == Projection.ANY
        ? Optional.of(terms)
        : Optional.empty();
  }

  private static boolean areRules(List<Contraction> terms) {
    return terms.stream().allMatch(Contraction::isConjunction);
  }

  // -------------------------------------------------------------------------- reads

  /// Leaves out those that something else reads than rules and sums can go along.
  private void settle(List<Step> steps) {
    chosen.addAll(candidates.keySet());
    int before;
    do {
      before = chosen.size();
      steps.forEach(this::leaveOut);
      starts.forEach(
          (start, state) -> {
            if (!chosen.contains(start) || !chosen.contains(state)) {
              chosen.remove(start);
              chosen.remove(state);
            }
          });
    } while (chosen.size() < before);
    chosen.removeAll(starts.keySet());
  }

  private void leaveOut(Step step) {
    switch (step) {
      case Step.Compute(Definition definition) -> leaveOut(definition);
      case Step.Recurrence recurrence -> leaveOutAll(recurrence.definitions());
      case Step.Iteration iteration -> {
        if (Fixpoint.isMonotone(iteration)) {
          // What a tensor starts from is copied.
          iteration.states().stream()
              .map(Step.Iteration::start)
              .filter(start -> !starts.containsKey(start))
              .forEach(chosen::remove);
          Fixpoint.of(iteration)
              .orElseThrow()
              .states()
              .forEach(state -> state.terms().forEach(this::leaveOutOfRule));
        } else {
          leaveOutAll(iteration.definitions());
        }
      }
    }
  }

  private void leaveOutAll(List<Definition> definitions) {
    definitions.forEach(each -> chosen.removeAll(TensorReads.of(each.body())));
  }

  private void leaveOut(Definition definition) {
    if (definition.body() instanceof Body.Accumulate(Projection projection, var terms)
        && (projection == Projection.ANY && areRules(terms) || isSum(projection, terms))) {
      terms.forEach(this::leaveOutOfRule);
    } else {
      leaveOutAll(List.of(definition));
    }
  }

  /// Whether all terms are products of integers, of which a relation may be one.
  static boolean isSum(Projection projection, List<Contraction> terms) {
    return projection == Projection.SUM
        && terms.stream()
            .allMatch(
                term ->
                    term.valueType().isInteger()
                        && (term.operands().size() == 1 || term.join() == BinaryOp.MULTIPLY));
  }

  /// Leaves out what a term reads otherwise than as an atom.
  private void leaveOutOfRule(Contraction term) {
    Walk inside =
        Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Read read) {
                chosen.remove(read.tensor());
              }
            });
    term.guards().forEach(guard -> inside.visit(guard.index()));
    term.write().forEach(inside::visit);
    for (Scalar operand : term.operands()) {
      Optional<Scalar.Read> atom = atom(operand);
      if (atom.isPresent()) {
        atom.get().indices().forEach(inside::visit);
      } else {
        inside.visit(operand);
      }
    }
  }

  /// The relation that an operand asks for, be it negated or as a number.
  static Optional<Scalar.Read> atom(Scalar operand) {
    return switch (operand) {
      case Scalar.Read read when read.type() == DType.BOOL -> Optional.of(read);
      case Scalar.Unary(UnaryOp op, Scalar.Read read)
          when op == UnaryOp.NOT && read.type() == DType.BOOL ->
          Optional.of(read);
      case Scalar.Cast(var type, Scalar.Read read) when read.type() == DType.BOOL ->
          Optional.of(read);
      default -> Optional.empty();
    };
  }
}
