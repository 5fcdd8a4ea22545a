package org.einkorn.passes.tune;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.schedule.RefusedStepException;
import org.einkorn.passes.schedule.Schedule;
import org.einkorn.passes.schedule.Uses;

/// A schedule that grows: takes steps, and finds names for what they make.
final class Steps {
  private final Set<String> taken;
  private final MemoryNames memory;
  private final Uses uses;
  private Schedule schedule;

  /// @param module is known to keep the rules of the IR
  /// @param uses what is known of functions of the module
  /// @param memory the names of its memory
  Steps(Module module, String function, Uses uses, MemoryNames memory) {
    this.memory = memory;
    this.uses = uses;
    schedule = Schedule.ofVerified(module, function, uses);
    taken = new HashSet<>(schedule.names());
  }

  Schedule schedule() {
    return schedule;
  }

  /// @throws org.einkorn.passes.schedule.RefusedStepException where the step does not apply
  void take(Step step) {
    after(schedule.apply(step));
  }

  private void after(Schedule next) {
    schedule = next;
    // Steps bring names of their own with them.
    taken.addAll(schedule.names());
  }

  /// Takes a step where it applies.
  ///
  /// @return whether it does
  boolean tryTo(Step step) {
    if (schedule.attempt(step) instanceof Schedule.Attempt.Applied(Schedule next)) {
      after(next);
      return true;
    }
    return false;
  }

  /// Takes several steps where all of them apply, or else none.
  void tryAll(Runnable several) {
    Schedule before = schedule;
    try {
      several.run();
    } catch (RefusedStepException refused) {
      schedule = before;
    }
  }

  /// Whether another function touches memory.
  boolean isUsedElsewhere(String buffer) {
    String own = schedule.function().name();
    return schedule.module().functions().stream()
        .anyMatch(each -> !each.name().equals(own) && uses.isAccessed(each, buffer));
  }

  /// A name like the one that is wanted, for a loop, a block or memory of the function.
  String free(String wanted) {
    int number = 0;
    String name = wanted;
    while (memory.has(name) || !taken.add(name)) {
      number++;
      name = MemoryNames.numbered(wanted, number);
    }
    return name;
  }

  /// A name like the one that is wanted, for global memory.
  String freeMemory(String wanted) {
    String name = memory.take(wanted, taken::contains);
    taken.add(name);
    return name;
  }

  /// A loop in two, or as it is.
  ///
  /// @param outer empty where it is as it was
  record Cut(String outer, String inner) {
    static final Cut NONE = new Cut("", "");

    boolean isWhole() {
      return outer.isEmpty();
    }

    static Cut whole(Axis axis) {
      return new Cut("", axis.loop());
    }

    /// The loops that there are, the outermost first.
    List<String> loops() {
      return isWhole() ? List.of(inner) : List.of(outer, inner);
    }

    String outermost() {
      return loops().getFirst();
    }
  }

  /// Cuts a loop to tiles, unless it is one.
  Cut cut(Axis axis, long tile) {
    return cut(axis, LoopName.of(axis.loop()), tile);
  }

  /// Cuts a loop to tiles, unless it is one.
  ///
  /// @param loop the loop of the axis, by the name that it has now
  Cut cut(Axis axis, LoopName loop, long tile) {
    return axis.isWhole(tile) ? new Cut("", loop.variable()) : cut(loop, index(axis), tile);
  }

  /// Cuts a loop to tiles.
  ///
  /// @param base what the names of the new loops begin with
  Cut cut(LoopName loop, String base, long tile) {
    String infix = base.contains(".") ? "." : "";
    Cut cut = new Cut(free(base + infix + "o"), free(base + infix + "i"));
    take(Step.split(loop, List.of(cut.outer, cut.inner), IndexExpr.of(tile)));
    return cut;
  }

  /// The index that a loop runs over: `k` of `k.0`.
  static String index(Axis axis) {
    String loop = axis.loop();
    return loop.endsWith(".0") ? loop.substring(0, loop.length() - 2) : loop;
  }

  /// A loop around a block, by the loop alone where there is no other one of that name.
  LoopName named(String loop, String block) {
    Set<LoopName> all =
        schedule.loops().stream()
            .filter(each -> each.variable().equals(loop))
            .collect(Collectors.toSet());
    return all.size() == 1 ? all.iterator().next() : LoopName.of(loop, block);
  }

  /// Fuses the loops that axes are made of.
  void fuse(List<Axis> axes) {
    for (Axis axis : axes) {
      if (!axis.parts().isEmpty()) {
        List<LoopName> parts = axis.parts().stream().map(part -> LoopName.of(part.loop())).toList();
        take(new Step.Fuse(axis.loop(), parts));
      }
    }
  }

  void reorder(List<String> loops) {
    take(new Step.Reorder(loops.stream().map(LoopName::of).toList()));
  }

  /// Reorders loops around a block, unless they stand so already.
  ///
  /// @param cuts all of them, the outermost first, as they stand
  void reorder(List<Cut> cuts, List<String> loops, String block) {
    if (!loops.equals(cuts.stream().flatMap(cut -> cut.loops().stream()).toList())) {
      take(new Step.Reorder(loops.stream().map(loop -> named(loop, block)).toList()));
    }
  }
}
