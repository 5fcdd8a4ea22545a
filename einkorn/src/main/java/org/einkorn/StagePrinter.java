package org.einkorn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.einkorn.frontend.EquationPrinter;
import org.einkorn.frontend.Known;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.text.TensorPrinter;
import org.einkorn.passes.pipeline.Pipeline;

/// Prints a program at a stage, running the passes up to there.
final class StagePrinter {
  private final Compiler compiler;
  private final Map<String, Known> inputs;
  private final Set<String> kept;
  private final Options options;
  private final boolean specialize;

  StagePrinter(Compiler compiler, Map<String, Known> inputs, Set<String> kept, Options options) {
    this(compiler, inputs, kept, options, false);
  }

  private StagePrinter(
      Compiler compiler,
      Map<String, Known> inputs,
      Set<String> kept,
      Options options,
      boolean specialize) {
    this.compiler = compiler;
    this.inputs = inputs;
    this.kept = kept;
    this.options = options;
    this.specialize = specialize;
  }

  /// With known sizes as constants.
  StagePrinter specialized() {
    return new StagePrinter(compiler, inputs, kept, options, true);
  }

  /// The text after each pass in `after` (or each pass, for `all`), then at the stage.
  String print(Stage stage, Set<String> after) {
    Form form = compiler.form();
    boolean isEarlier =
        stage.compareTo(form.stage()) < 0 && !(form instanceof Form.Source && stage == Stage.AST);
    if (isEarlier) {
      throw new IllegalArgumentException(
          "the stage "
              + stage.text()
              + " comes before "
              + form.stage().text()
              + ", at which this program was given");
    }
    StringBuilder dumps = new StringBuilder();
    Pipeline.Observer observer = dumpAfter(after, dumps);
    return switch (form) {
      case Form.Source(var file) ->
          stage == Stage.AST
              ? AstText.print(file)
              : fromEquations(
                  compiler.equations(inputs, kept, specialize, new ArrayList<>()),
                  stage,
                  observer,
                  dumps);
      case Form.Equations(Program program) -> fromEquations(program, stage, observer, dumps);
      case Form.Loops(Module module, boolean isScheduled) ->
          fromLoops(module, isScheduled, stage, observer, dumps);
      case Form.Code code -> fromCode(code, stage);
    };
  }

  private String fromEquations(
      Program program, Stage stage, Pipeline.Observer observer, StringBuilder dumps) {
    if (stage == Stage.EQUATIONS) {
      return EquationPrinter.print(program);
    }
    Pipeline pipeline = Pipelines.pipeline(options, observer);
    Program equations = pipeline.optimize(program);
    if (stage == Stage.TENSOR) {
      return dumps + TensorPrinter.print(equations);
    }
    Module loops = pipeline.lower(equations);
    return fromLoops(loops, false, stage, observer, dumps);
  }

  private String fromLoops(
      Module module,
      boolean isScheduled,
      Stage stage,
      Pipeline.Observer observer,
      StringBuilder dumps) {
    if (stage == Stage.LOOPS) {
      return dumps + LoopPrinter.print(module);
    }
    if (isScheduled && options.schedule().isPresent()) {
      throw Schedules.scheduledAlready();
    }
    Module scheduled =
        isScheduled
            ? module
            : Pipelines.scheduled(Pipelines.pipeline(options, observer), module, options);
    return dumps
        + (stage == Stage.SCHEDULED
            ? LoopPrinter.print(scheduled)
            : StageText.print(scheduled, stage));
  }

  private String fromCode(Form.Code code, Stage stage) {
    if (options.schedule().isPresent()) {
      throw Schedules.isCode(code.stage());
    }
    String writer = StageText.backendOf(code.stage());
    if (!StageText.backendOf(stage).equals(writer)) {
      throw new IllegalArgumentException(
          "the stage "
              + stage.text()
              + " is not made from "
              + code.stage().text()
              + ", at which this program was given");
    }
    String text = Backends.of(writer).rewrite(code.stage().text(), code.text(), stage.text());
    return StageText.withHeader(code.module(), stage, text);
  }

  private static Pipeline.Observer dumpAfter(Set<String> after, StringBuilder dumps) {
    return new Pipeline.Observer() {
      @Override
      public void afterEquations(String pass, Program before, Program result) {
        note(pass, () -> TensorPrinter.print(result));
      }

      @Override
      public void afterLoops(String pass, Module result) {
        note(pass, () -> LoopPrinter.print(result));
      }

      private void note(String pass, Supplier<String> text) {
        if (after.contains("all") || after.contains(pass)) {
          dumps.append("// after ").append(pass).append('\n').append(text.get()).append('\n');
        }
      }
    };
  }

  /// The names of the passes that can be watched.
  static List<String> passNames() {
    List<String> names = new ArrayList<>(Pipeline.names());
    names.add(Pipeline.LOWER);
    names.add(Pipeline.SCHEDULE);
    return List.copyOf(names);
  }
}
