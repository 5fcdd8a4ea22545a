package org.einkorn.passes.normalize;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Slicing;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.passes.Pass;

/// Drops definitions that no output needs.
public final class RemoveDeadDefinitions {
  /// `T = e; … → …` where T is no output and nothing that an output needs reads T.
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
    Map<String, Definition> byName = new HashMap<>();
    program.definitions().forEach(definition -> byName.put(definition.name(), definition));
    Set<String> needed = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    program.signature().outputs().forEach(output -> open.add(output.name()));
    while (!open.isEmpty()) {
      String name = open.remove();
      Definition definition = byName.get(name);
      if (needed.add(name) && definition != null) {
        open.addAll(TensorReads.of(definition.body()));
      }
    }
    List<Definition> kept =
        program.definitions().stream()
            .filter(definition -> needed.contains(definition.name()))
            .toList();
    return kept.size() == program.definitions().size()
        ? program
        : new Program(program.name(), program.signature(), kept, slicings(program, kept));
  }
}
