package org.einkorn;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.einkorn.frontend.Lesson;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.io.TensorFiles;

/// Where learning stood: a `.safetensors` file with each parameter and state under its name, and
/// numbers of type `i64` under `learn:…`. No tensor of a program is named so.
final class Checkpoint {
  private static final String LESSON = "learn:lesson";
  private static final String STEP = "learn:step";
  private static final String DONE = "learn:done";
  private static final String SEED = "learn:seed";
  private static final String ROWS = "learn:rows";

  private final Path path;
  private final Map<String, Tensor> tensors;

  private Checkpoint(Path path, Map<String, Tensor> tensors) {
    this.path = path;
    this.tensors = tensors;
  }

  /// @param lesson the number of the `learn`
  /// @param step how many steps it has made
  /// @param isDone whether it is over before its last step
  /// @param rows how many rows a batch has; 0 for all
  static void write(
      Path path,
      Map<String, Tensor> tensors,
      int lesson,
      long step,
      boolean isDone,
      long seed,
      long rows) {
    Map<String, Tensor> all = new LinkedHashMap<>(tensors);
    try (Arena passing = Arena.ofConfined()) {
      all.put(LESSON, number(passing, lesson));
      all.put(STEP, number(passing, step));
      all.put(DONE, number(passing, isDone ? 1 : 0));
      all.put(SEED, number(passing, seed));
      all.put(ROWS, number(passing, rows));
      TensorFiles.writeAll(all, path);
    }
  }

  private static Tensor number(Arena arena, long value) {
    Tensor tensor = Tensor.allocate(arena, DType.I64);
    tensor.setLong(value);
    return tensor;
  }

  static Checkpoint read(Path path, Arena arena) {
    Checkpoint found = new Checkpoint(path, TensorFiles.readAll(arena, path));
    for (String name : new String[] {LESSON, STEP, DONE, SEED, ROWS}) {
      Tensor number = found.tensors.get(name);
      if (number == null || number.dtype() != DType.I64 || number.rank() != 0) {
        throw found
            .misfit()
            .expected("a file that `--checkpoint` wrote")
            .found("no number `" + name + "`");
      }
    }
    return found;
  }

  private long number(String name) {
    return tensor(name).getLong();
  }

  long lesson() {
    return number(LESSON);
  }

  long step() {
    return number(STEP);
  }

  boolean isDone() {
    return number(DONE) != 0;
  }

  Tensor tensor(String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  private DataException misfit() {
    return DataException.of(DataFault.CHECKPOINT_MISFIT).at(path);
  }

  /// @throws DataException E0561 if the order of rows was another, or the program is
  void requireSeed(long seed, int lessons) {
    if (number(SEED) != seed) {
      throw misfit()
          .expected("the seed of this run, " + seed)
          .found("the seed " + number(SEED))
          .withHelp("go on with the seed it began with: --seed " + number(SEED));
    }
    if (lesson() < 1 || lesson() > lessons) {
      throw misfit()
          .expected("one of the " + lessons + " `learn` of the program")
          .found("number " + lesson());
    }
  }

  /// @param first parameters and states as they would begin
  /// @throws DataException E0561 if they are others, or the steps are
  /// @param before what was learned before
  void requireFits(Lesson lesson, Map<String, Tensor> first, Set<String> before, long rows) {
    lesson.parameters().forEach(made -> requireTensor(made.name(), first));
    lesson.states().forEach(made -> requireTensor(made.name(), first));
    Set<String> others = new TreeSet<>(tensors.keySet());
    others.removeAll(before);
    others.removeAll(Set.of(LESSON, STEP, DONE, SEED, ROWS));
    lesson.parameters().forEach(made -> others.remove(made.name()));
    lesson.states().forEach(made -> others.remove(made.name()));
    if (!others.isEmpty()) {
      throw misfit()
          .expected("nothing but the parameters, and the states of `" + lesson.text() + "`")
          .found("`" + String.join("`, `", others) + "` too");
    }
    if (number(ROWS) != rows) {
      throw misfit()
          .expected(rows == 0 ? "no batches" : "batches of " + rows)
          .found(number(ROWS) == 0 ? "none" : "batches of " + number(ROWS));
    }
    if (step() < 0 || step() > lesson.steps()) {
      throw misfit().expected("at most " + lesson.steps() + " steps").found(step() + " steps");
    }
  }

  private void requireTensor(String name, Map<String, Tensor> first) {
    Tensor wanted = Objects.requireNonNull(first.get(name), name);
    Optional<Tensor> found = Optional.ofNullable(tensors.get(name));
    String text = text(wanted);
    if (found.isEmpty() || !text(found.get()).equals(text)) {
      throw misfit()
          .expected("`" + name + "` of type " + text)
          .found(found.map(Checkpoint::text).orElse("none"));
    }
  }

  private static String text(Tensor tensor) {
    return tensor.dtype() + tensor.shape().toString();
  }
}
