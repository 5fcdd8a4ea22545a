package org.einkorn.passes.normalize;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Slicing;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.passes.Pass;

/// Drops definitions that no output needs.
public final class RemoveDeadDefinitions {
  /// `T = e; … → …` where T is no output and no later definition reads T.
  public static final Pass<Program> PASS =
      Pass.of(
          "remove-dead-definitions",
          "drops tensors that no output needs",
          RemoveDeadDefinitions::apply);

  private RemoveDeadDefinitions() {}

  /// The slicings of what is left; where the last of one is needed, so are all.
  private static List<Slicing> slicings(Program program, List<Definition> kept) {
    Set<String> names = new HashSet<>();
    kept.forEach(definition -> names.add(definition.name()));
    return program.slicings().stream()
        .filter(slicing -> names.containsAll(slicing.definitions()))
        .toList();
  }

  private static Program apply(Program program) {
    Set<String> needed = new HashSet<>();
    program.signature().outputs().forEach(output -> needed.add(output.name()));
    List<Definition> kept = new ArrayList<>();
    for (Definition definition : program.definitions().reversed()) {
      if (needed.contains(definition.name())) {
        needed.addAll(TensorReads.of(definition.body()));
        kept.addFirst(definition);
      }
    }
    return kept.size() == program.definitions().size()
        ? program
        : new Program(program.name(), program.signature(), kept, slicings(program, kept));
  }
}
