package org.einkorn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.frontend.EquationPrinter;
import org.einkorn.frontend.Known;
import org.einkorn.frontend.Lesson;
import org.einkorn.passes.pipeline.Pipeline;

/// The parts of a program that learns, for people to read.
final class LearningText {
  private final Compiler compiler;
  private final Map<String, Known> inputs;
  private final Set<String> kept;
  private final Options options;
  private final List<Lesson> lessons;

  private LearningText(
      Compiler compiler,
      Map<String, Known> inputs,
      Set<String> kept,
      Options options,
      List<Lesson> lessons) {
    this.compiler = compiler;
    this.inputs = inputs;
    this.kept = kept;
    this.options = options;
    this.lessons = lessons;
  }

  static LearningText of(
      Compiler compiler, Map<String, Known> inputs, Set<String> kept, Options options) {
    return new LearningText(compiler, inputs, kept, options, compiler.lessons(inputs));
  }

  /// The programs of equations, by their headings.
  private Map<String, org.einkorn.ir.tensor.Program> parts() {
    Map<String, org.einkorn.ir.tensor.Program> parts = new LinkedHashMap<>();
    for (int number = 1; number <= lessons.size(); number++) {
      Lesson lesson = lessons.get(number - 1);
      String name = lessons.size() == 1 ? "learn" : "learn " + number;
      lesson.start().ifPresent(start -> parts.put(name + ", what it begins with", start));
      parts.put(name + ", one step: " + lesson.text(), lesson.step());
    }
    return parts;
  }

  String ir(Stage stage, Set<String> after) {
    StringBuilder text = new StringBuilder();
    parts()
        .forEach(
            (heading, program) -> {
              Compiler part = new Compiler(new Form.Equations(program), compiler.files(), options);
              text.append("==== ").append(heading).append(" ====\n");
              text.append(
                  (stage == Stage.EQUATIONS
                          ? EquationPrinter.print(program)
                          : new StagePrinter(part, Map.of(), Set.of(), options).print(stage, after))
                      .stripTrailing());
              text.append("\n\n");
            });
    text.append("==== after learning ====\n");
    text.append(new StagePrinter(compiler, inputs, kept, options).print(stage, after));
    return text.toString();
  }

  /// What was decided for each part.
  List<Explanation.Part> explained() {
    List<Explanation.Part> explained = new ArrayList<>();
    parts()
        .forEach(
            (heading, program) -> {
              List<Pipeline.Timing> timings = new ArrayList<>();
              explained.add(
                  new Explanation.Part(heading, Explanation.of(program, options, timings)));
            });
    return explained;
  }
}
