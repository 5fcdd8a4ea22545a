package org.einkorn;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.einkorn.frontend.Known;
import org.einkorn.frontend.Lesson;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.RelationData;

/// Runs the lessons of a program: before each the data and first values that it begins with, then
/// its steps, each one run of the step's code.
final class Training {
  private final Compiler compiler;
  private final Map<String, Tensor> bound;
  private final Options options;
  private final Arena arena;
  private final List<Pipeline.Timing> timings;
  private final Map<String, Tensor> learned = new LinkedHashMap<>();

  private Training(
      Compiler compiler,
      Map<String, Tensor> bound,
      Options options,
      Arena arena,
      List<Pipeline.Timing> timings) {
    this.compiler = compiler;
    this.bound = bound;
    this.options = options;
    this.arena = arena;
    this.timings = timings;
  }

  /// What the program learns, by name; nothing if it does not.
  ///
  /// @param arena owns the result
  static Map<String, Tensor> run(
      Compiler compiler,
      Map<String, Tensor> bound,
      Options options,
      Arena arena,
      List<Pipeline.Timing> timings) {
    if (!compiler.mayLearn()) {
      return Map.of();
    }
    Training training = new Training(compiler, bound, options, arena, timings);
    training.run();
    return training.learned;
  }

  private void run() {
    List<Lesson> lessons = lessons();
    if (lessons.isEmpty()) {
      return;
    }
    if (options.counts()) {
      throw new RefusedException(
          "E0904",
          "operations of a program that learns are not counted in this version",
          "count those of a step: `ein explain` prints them");
    }
    Optional<Checkpoint> resumed =
        options.training().resume().map(path -> Checkpoint.read(path, arena));
    resumed.ifPresent(found -> found.requireSeed(options.seed(), lessons.size()));
    for (int number = 1; number <= lessons.size(); number++) {
      Lesson lesson = number == 1 ? lessons.getFirst() : lessons().get(number - 1);
      int lessonNumber = number;
      if (resumed.isPresent() && number < resumed.get().lesson()) {
        for (Lesson.Moved parameter : lesson.parameters()) {
          learned.put(parameter.name(), resumed.get().tensor(parameter.name()));
        }
        continue;
      }
      new LessonRun(lesson, number, lessons.size())
          .run(resumed.filter(found -> found.lesson() == lessonNumber));
    }
  }

  private List<Lesson> lessons() {
    return compiler.lessons(known(available()));
  }

  private Map<String, Tensor> available() {
    Map<String, Tensor> all = new LinkedHashMap<>(bound);
    all.putAll(learned);
    return all;
  }

  private static Map<String, Known> known(Map<String, Tensor> tensors) {
    Map<String, Known> known = new LinkedHashMap<>();
    tensors.forEach((name, made) -> known.put(name, Known.of(made.dtype(), made.shape())));
    return known;
  }

  /// One `learn`.
  private final class LessonRun {
    private final Lesson lesson;
    private final int number;
    private final int count;
    private final Map<String, Tensor> tensors = new HashMap<>();
    private final Map<String, Tensor> next = new HashMap<>();

    LessonRun(Lesson lesson, int number, int count) {
      this.lesson = lesson;
      this.number = number;
      this.count = count;
    }

    void run(Optional<Checkpoint> resumed) {
      Program step = lesson.step();
      refuseRelations(step.signature());
      requireSizes(step.signature());
      try (Arena working = Arena.ofShared()) {
        prepare(working);
        long first = 1;
        boolean isDone = false;
        if (resumed.isPresent()) {
          resumed.get().requireFits(lesson, tensors, learned.keySet(), batchSize());
          states().forEach(name -> tensors.put(name, resumed.get().tensor(name)));
          first = resumed.get().step() + 1;
          isDone = resumed.get().isDone();
        }
        if (!isDone) {
          try {
            steps(
                // A step is taken again and again.
                KernelCode.of(step, options.withExpectedRuns(Long.MAX_VALUE), timings),
                working,
                first);
          } catch (DataException e) {
            throw RunFaults.explain(e, step);
          }
        }
        for (Lesson.Moved parameter : lesson.parameters()) {
          learned.put(parameter.name(), tensor(parameter.name()).copy(arena));
        }
      }
    }

    /// A step runs on tensors of fixed sizes; the lists of relations are read when a program runs.
    private void refuseRelations(Signature signature) {
      for (Signature.Input input : signature.inputs()) {
        if (!(input.content() instanceof Signature.Content.Elements)) {
          throw new RefusedException(
              "E0904",
              "a step of a `learn` reads no relation from a file in this version, and this one"
                  + " needs `"
                  + RelationData.relationOf(input.name())
                  + "`",
              "read it as a table of numbers, `E[t, c] = \"r.csv\"`, and say"
                  + " `R[E[t, 0], E[t, 1]] or= true`");
        }
      }
    }

    /// Sizes that no data fix can't be learned with.
    private void requireSizes(Signature signature) {
      for (String symbol : signature.symbols()) {
        for (Signature.Input input : signature.inputs()) {
          if (input.type().extents().stream().anyMatch(e -> e.toString().contains(symbol))) {
            throw DataException.of(DataFault.INPUT_MISSING)
                .expected("a tensor for the input `" + input.name() + "`, to learn from")
                .found("none")
                .withHelp("bind it by name: " + input.name() + "=file.npy");
          }
        }
      }
    }

    /// Parameters and states, and what else moves with the steps.
    private List<String> states() {
      List<String> names = new ArrayList<>();
      lesson.parameters().forEach(parameter -> names.add(parameter.name()));
      lesson.states().forEach(state -> names.add(state.name()));
      return names;
    }

    private long batchSize() {
      return lesson.batches().map(Lesson.Batches::size).orElse(0L);
    }

    private Tensor tensor(String name) {
      return Objects.requireNonNull(tensors.get(name), name);
    }

    /// Data and first values.
    private void prepare(Arena working) {
      Map<String, Tensor> known = available();
      Map<String, Tensor> made = new HashMap<>();
      if (lesson.start().isPresent()) {
        Program start = lesson.start().get();
        org.einkorn.Program program = compiler.part(start, options);
        for (Signature.Input input : start.signature().inputs()) {
          Tensor tensor = known.get(input.name());
          if (tensor != null) {
            program = program.with(input.name(), tensor);
          }
        }
        made.putAll(program.run(working).tensors());
      }
      Map<String, String> files = compiler.filesOfInputs(known(known));
      for (Signature.Input input : lesson.step().signature().inputs()) {
        String name = input.name();
        Optional<Lesson.State> state =
            lesson.states().stream().filter(found -> found.name().equals(name)).findFirst();
        if (name.equals(lesson.stepNumber()) || state.isPresent()) {
          continue;
        }
        Tensor tensor = known.containsKey(name) ? known.get(name) : made.get(name);
        DType type = input.type().dtype();
        if (tensor == null && files.containsKey(name)) {
          tensor = compiler.files().read(working, Objects.requireNonNull(files.get(name)), type);
        }
        if (tensor == null) {
          throw DataException.of(DataFault.INPUT_MISSING)
              .expected("a tensor for the " + input.role().text() + " `" + name + "`")
              .found("none")
              .withHelp("bind it by name: " + name + "=file.npy");
        }
        tensors.put(
            name, tensor.dtype() == type ? tensor.contiguous(working) : tensor.cast(working, type));
      }
      for (Lesson.State state : lesson.states()) {
        Signature.Input input =
            lesson.step().signature().inputs().stream()
                .filter(found -> found.name().equals(state.name()))
                .findFirst()
                .orElseThrow();
        Tensor tensor = Tensor.allocate(working, input.type().dtype(), Shapes.of(input.type()));
        if (state.first() != 0) {
          throw new IllegalStateException("a state that does not begin at 0");
        }
        tensors.put(state.name(), tensor);
      }
    }

    private void steps(KernelCode code, Arena working, long first) {
      Optional<Rows> rows =
          lesson.batches().map(found -> Rows.of(found, tensors, options.seed(), number, working));
      rows.ifPresent(found -> tensors.putAll(found.batch()));
      Tensor step = Tensor.allocate(working, DType.F64);
      tensors.put(lesson.stepNumber(), step);
      Map<String, String> nexts = new LinkedHashMap<>();
      lesson.parameters().forEach(made -> nexts.put(made.next(), made.name()));
      lesson.states().forEach(made -> nexts.put(made.next(), made.name()));
      for (String output : code.outputs()) {
        String name = nexts.get(output);
        next.put(
            output,
            name != null
                ? Tensor.allocate(working, tensor(name).dtype(), tensor(name).shape())
                : Tensor.allocate(working, outputType(output)));
      }
      // A step must not write where it reads: two sets of tensors take turns.
      nexts.forEach((output, name) -> tensors.put(name, tensor(name).copy(working)));
      Tensor loss = Objects.requireNonNull(next.get(lesson.objective()));
      for (long made = first; made <= lesson.steps(); made++) {
        step.set((double) made);
        long current = made;
        rows.ifPresent(found -> found.fill(current));
        code.run(arguments(code));
        double value = loss.getDouble();
        if (Double.isNaN(value)) {
          throw DataException.of(DataFault.LOSS_NOT_A_NUMBER)
              .at("step " + made + " of `" + lesson.text() + "`")
              .expected("a number to minimize")
              .found("NaN")
              .withHelp("take a smaller rate, or keep the loss from dividing by 0");
        }
        nexts.forEach(
            (output, name) -> {
              Tensor old = tensor(name);
              tensors.put(name, Objects.requireNonNull(next.get(output)));
              next.put(output, old);
            });
        boolean isLast = made == lesson.steps() || isOver();
        TrainingOptions training = options.training();
        if (isLast || made % training.checkpointEvery() == 0) {
          training
              .checkpoint()
              .ifPresent(
                  path ->
                      Checkpoint.write(
                          path,
                          kept(),
                          number,
                          current,
                          isLast && current < lesson.steps(),
                          options.seed(),
                          batchSize()));
        }
        training
            .onStep()
            .accept(
                new TrainingProgress(
                    number, count, lesson.text(), made, lesson.steps(), value, isLast));
        if (isLast) {
          return;
        }
      }
    }

    private DType outputType(String output) {
      return lesson.step().signature().outputs().stream()
          .filter(found -> found.name().equals(output))
          .map(found -> found.type().dtype())
          .findFirst()
          .orElseThrow();
    }

    private boolean isOver() {
      return lesson
          .until()
          .map(name -> Objects.requireNonNull(next.get(name)).getBoolean())
          .orElse(false);
    }

    private Tensor[] arguments(KernelCode code) {
      List<Tensor> all = new ArrayList<>();
      code.inputs().forEach(name -> all.add(tensor(name)));
      code.outputs().forEach(name -> all.add(Objects.requireNonNull(next.get(name))));
      return all.toArray(Tensor[]::new);
    }

    /// What a checkpoint keeps: what was learned before, and what moves.
    private Map<String, Tensor> kept() {
      Map<String, Tensor> kept = new LinkedHashMap<>(learned);
      states().forEach(name -> kept.put(name, tensor(name)));
      return kept;
    }
  }
}
