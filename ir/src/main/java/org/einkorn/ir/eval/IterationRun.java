package org.einkorn.ir.eval;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Step;
import org.einkorn.runtime.exec.KernelTrap;

/// Runs an iteration, round by round.
final class IterationRun {
  private final ScalarEvaluator evaluator;
  private final Consumer<Step> compute;

  /// @param compute does a step of a round, all of whose memory may be written anew
  IterationRun(ScalarEvaluator evaluator, Consumer<Step> compute) {
    this.evaluator = evaluator;
    this.compute = compute;
  }

  /// @throws KernelTrap if the condition that ends it does not come true
  /// @param program whose iteration it is
  void execute(Step.Iteration iteration, Program program) {
    List<Step> beforeTest = iteration.beforeTest(program);
    for (Definition state : iteration.states()) {
      copy(Step.Iteration.start(state), state);
    }
    Optional<Long> limit = iteration.limit().map(this::number);
    for (long round = 0; ; round++) {
      beforeTest.forEach(compute);
      if (iteration.until().isPresent() && number(iteration.until().get()) != 0) {
        return;
      }
      if (limit.isPresent() && round >= limit.get()) {
        if (iteration.until().isPresent()) {
          throw KernelTrap.unsettled(-1, limit.get());
        }
        return;
      }
      iteration.steps().stream().filter(step -> !beforeTest.contains(step)).forEach(compute);
      for (Definition state : iteration.states()) {
        copy(Step.Iteration.next(state), state);
      }
    }
  }

  private long number(String scalar) {
    return evaluator.memory(scalar).integer(0);
  }

  private void copy(String from, Definition to) {
    evaluator.memory(to.name()).copyFrom(evaluator.memory(from));
  }
}
