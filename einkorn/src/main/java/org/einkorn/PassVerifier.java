package org.einkorn;

import java.util.List;
import org.einkorn.ir.eval.ModuleInterpreter;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.verify.Finding;
import org.einkorn.ir.verify.LoopVerifier;
import org.einkorn.ir.verify.TensorVerifier;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.exec.KernelModule;
import org.jspecify.annotations.Nullable;

/// Checks the program after each pass, as the options ask for: the verifiers of its level, and that
/// the interpreter still gives the results it gave before. Passes over equations may round
/// elsewhere unless the options say that they are exact; passes over loops change no bit, but for
/// the steps of a schedule that round otherwise.
final class PassVerifier implements Pipeline.Observer {
  private final Options options;
  private final Pipeline.Observer next;
  private @Nullable ReferenceRun reference;

  private PassVerifier(Options options, Pipeline.Observer next) {
    this.options = options;
    this.next = next;
  }

  /// The observer, with the checks of the options before it.
  static Pipeline.Observer around(Options options, Pipeline.Observer observer) {
    return switch (options.verification()) {
      case NONE -> observer;
      case STRUCTURE, EXECUTION -> new PassVerifier(options, observer);
    };
  }

  @Override
  public void afterEquations(String pass, Program before, Program after) {
    require(pass, TensorVerifier.verify(after));
    if (options.verification() == Options.Verification.EXECUTION && before != after) {
      ReferenceRun run =
          reference == null
              ? ReferenceRun.of(ProgramInterpreter.of(before), options.seed())
              : reference;
      reference = run;
      if (options.isExact()) {
        run.requireEqual(pass, ProgramInterpreter.of(after));
      } else {
        reference = run.requireNear(pass, ProgramInterpreter.of(after));
      }
    }
    next.afterEquations(pass, before, after);
  }

  @Override
  public void beforeLoops(Module loops) {
    if (options.verification() == Options.Verification.EXECUTION && reference == null) {
      reference = ReferenceRun.of(ModuleInterpreter.of(loops), options.seed());
    }
    next.beforeLoops(loops);
  }

  @Override
  public void afterLoops(String pass, Module after) {
    require(pass, LoopVerifier.verify(after));
    boolean rounds =
        pass.equals(Pipeline.SCHEDULE)
            && options
                .schedule()
                .filter(script -> Schedules.rounds(script, after.symbols()))
                .isPresent();
    requireSameResults(pass, ModuleInterpreter.of(after), rounds);
    next.afterLoops(pass, after);
  }

  private static void require(String pass, List<Finding> findings) {
    if (!findings.isEmpty()) {
      throw new IllegalStateException(
          "the program is wrong after the pass `" + pass + "`: " + findings.getFirst());
    }
  }

  private void requireSameResults(String pass, KernelModule after, boolean rounds) {
    if (options.verification() == Options.Verification.EXECUTION) {
      if (reference == null) {
        reference = ReferenceRun.of(after, options.seed());
      } else if (rounds) {
        reference = reference.requireScheduled(pass, after);
      } else {
        reference.requireEqual(pass, after);
      }
    }
  }
}
