package org.einkorn;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.passes.cost.ModuleCount;
import org.einkorn.passes.cost.OperationCount;

/// What the loops of a program will execute.
///
/// @param byDefinition the functions that were made of each definition, together
/// @param total all functions
record PlannedCounts(Map<String, OperationCount> byDefinition, OperationCount total) {
  PlannedCounts {
    byDefinition = Map.copyOf(byDefinition);
  }

  /// @param symbols the value of each symbol
  static PlannedCounts of(Pipelines.Lowered lowered, ToLongFunction<String> symbols) {
    Collection<String> definitions =
        lowered.equations().definitions().stream().map(Definition::name).toList();
    Map<String, OperationCount> counts = new LinkedHashMap<>();
    OperationCount total = OperationCount.ZERO;
    Module scheduled = lowered.counted().get();
    for (int place = 0; place < scheduled.functions().size(); place++) {
      Function function = scheduled.functions().get(place);
      OperationCount count = ModuleCount.of(function, symbols);
      count = isRepeated(scheduled, place) ? count.asRound() : count;
      counts.merge(definitionOf(function.name(), definitions), count, OperationCount::plus);
      total = total.plus(count);
    }
    return new PlannedCounts(counts, total);
  }

  private static boolean isRepeated(Module module, int place) {
    return module.repeats().stream()
        .anyMatch(
            repeat ->
                module.placeOf(repeat.first()) <= place && place <= module.placeOf(repeat.last()));
  }

  /// `Y.1.update` is a function of `Y.1`: of the longest name that it begins with.
  private static String definitionOf(String function, Collection<String> definitions) {
    return definitions.stream()
        .filter(name -> function.equals(name) || function.startsWith(name + "."))
        .reduce((one, other) -> one.length() >= other.length() ? one : other)
        .orElse(function);
  }

  /// The count of a definition.
  OperationCount of(String definition) {
    return byDefinition.getOrDefault(definition, OperationCount.ZERO);
  }
}
