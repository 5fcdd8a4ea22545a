package org.einkorn.ir.verify;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Repeat;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Rules about functions that run again and again.
final class RepeatRules {
  private RepeatRules() {}

  private static final TensorType CONDITION = new TensorType(DType.BOOL, List.of());
  private static final TensorType COUNT = new TensorType(DType.I64, List.of());

  static final Rule<Subject.Nests> FIT =
      new Rule<>(
          "repeats-fit",
          "What repeats are functions in order, none in two repetitions; the condition is a `bool`"
              + " and the number of rounds an `i64`, without axes.",
          (subject, report) -> {
            Module module = subject.module();
            Map<String, Integer> places = new HashMap<>();
            module.functions().forEach(each -> places.putIfAbsent(each.name(), places.size()));
            int free = 0;
            for (Repeat repeat : module.repeats()) {
              int first = places.getOrDefault(repeat.first(), -1);
              int last = places.getOrDefault(repeat.last(), -1);
              int test = repeat.test().map(name -> places.getOrDefault(name, -1)).orElse(first);
              Place place = Place.of("`repeat " + repeat.first() + "`");
              if (first < free || test < first || last < test) {
                report.find(
                    place, "is not from one function to a later one, after all other repetitions");
              }
              misfit(module, repeat.until(), CONDITION).ifPresent(why -> report.find(place, why));
              misfit(module, repeat.limit(), COUNT).ifPresent(why -> report.find(place, why));
              free = Math.max(free, last + 1);
            }
          });

  private static Optional<String> misfit(
      Module module, Optional<String> name, TensorType expected) {
    boolean isFit =
        name.isEmpty()
            || module.allBuffers().stream()
                .filter(buffer -> buffer.name().equals(name.get()))
                .map(Buffer::type)
                .anyMatch(expected::equals);
    return isFit
        ? Optional.empty()
        : Optional.of("`" + name.get() + "` is no buffer of type " + expected.dtype() + "[]");
  }
}
