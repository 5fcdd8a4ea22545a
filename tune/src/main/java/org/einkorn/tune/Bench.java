package org.einkorn.tune;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Usage;
import org.einkorn.ir.target.Backend;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.text.TracePrinter;
import org.einkorn.passes.Pass;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.passes.schedule.RefusedStepException;
import org.einkorn.passes.tune.DefaultSchedules;
import org.einkorn.passes.tune.Space;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.RunOptions;

/// Runs the schedules of a [Task] on data of its own and takes the time.
///
/// The data are small whole numbers, so that sums of products are exact in any order: then the
/// results of all schedules are compared bit for bit. Where results are no whole numbers they may
/// be rounded otherwise. What is read as a position is one: see [TrialData].
final class Bench implements AutoCloseable {
  /// Whole numbers up to here are exact in `f32`.
  private static final double EXACT = 1 << 24;

  /// How far results may be off that are rounded, for their size.
  private static final double NEAR = 1e-4;

  private static final int LEAST_RUNS = 5;
  private static final int MOST_RUNS = 50;

  private final Task task;
  private final Backend backend;
  private final RunOptions options;
  private final PassContext context;
  private final Timing timing;
  private final Arena arena = Arena.ofShared();
  private final Tensor[] tensors;
  private final List<Tensor> outputs = new ArrayList<>();
  private final List<Tensor> expected = new ArrayList<>();

  /// Outputs that are read before they are stored, as a sum is that goes on: 0 before each run.
  private final List<Tensor> begun = new ArrayList<>();

  /// How long runs are taken.
  ///
  /// @param warmSeconds before any counts: code is compiled further as it runs
  /// @param seconds while runs count
  record Timing(double warmSeconds, double seconds) {
    /// What a backend needs.
    static Timing of(Backend backend) {
      return backend.name().equals("jvm") ? new Timing(0.8, 0.1) : new Timing(0.02, 0.05);
    }
  }

  /// What came of a point.
  sealed interface Result {
    /// The median of several runs.
    record Ran(double seconds, String script) implements Result {}

    /// It computes something else.
    record Differs(String script) implements Result {}

    /// A step does not apply.
    record Refused(String why) implements Result {}
  }

  /// @throws DataException where the plain loops can't compute with any data that are made for them
  Bench(Task task, Backend backend, RunOptions options, PassContext context, long seed) {
    this.task = task;
    this.backend = backend;
    this.options = options;
    this.context = context;
    timing = Timing.of(backend);
    Signature signature = task.module().signature();
    Usage usage = Task.usage(task.module().functions());
    int inputs = signature.inputs().size();
    tensors = new Tensor[inputs + signature.outputs().size()];
    for (int number = 0; number < signature.outputs().size(); number++) {
      Signature.Output output = signature.outputs().get(number);
      Tensor tensor =
          Tensor.allocate(arena, output.type().dtype(), TrialData.extents(output.type()));
      outputs.add(tensor);
      if (usage.reads(output.name())) {
        begun.add(tensor);
      }
      tensors[inputs + number] = tensor;
    }
    TrialData data = new TrialData(task.module(), arena, seed);
    try (KernelModule plain = backend.compile(task.module())) {
      runPlain(new ModuleRunner(plain), data);
    } catch (DataException none) {
      arena.close();
      throw none;
    }
    outputs.forEach(output -> expected.add(copied(output)));
  }

  /// Runs on the first kind of data that the program has results for.
  private void runPlain(ModuleRunner plain, TrialData data) {
    Optional<DataException> failure = Optional.empty();
    for (TrialData.Positions positions : TrialData.Positions.values()) {
      List<Tensor> inputs = data.inputs(positions);
      for (int number = 0; number < inputs.size(); number++) {
        tensors[number] = inputs.get(number);
      }
      begin();
      try {
        plain.runInto(tensors, options);
        return;
      } catch (DataException fault) {
        failure = failure.or(() -> Optional.of(fault));
      }
    }
    throw failure.orElseThrow();
  }

  @Override
  public void close() {
    arena.close();
  }

  /// Runs the functions as a point of their space says.
  Result run(Space.Point point) {
    DefaultSchedules.Scheduled scheduled;
    try {
      scheduled = task.space().schedule(point);
    } catch (RefusedStepException refused) {
      return new Result.Refused(refused.refusal().label());
    }
    String script =
        scheduled.traces().stream().map(TracePrinter::print).collect(Collectors.joining());
    try (KernelModule code = backend.compile(finished(scheduled))) {
      ModuleRunner runner = new ModuleRunner(code);
      outputs.forEach(Bench::fill);
      begin();
      runner.runInto(tensors, options);
      if (!isRight()) {
        return new Result.Differs(script);
      }
      return new Result.Ran(seconds(runner), script);
    }
  }

  private Module finished(DefaultSchedules.Scheduled scheduled) {
    PassContext inside = context.withSchedules(scheduled.traces());
    Module module = task.alone(scheduled.module());
    for (Pass<Module> pass : Pipeline.LOOP_PASSES) {
      module = pass.apply(module, inside);
    }
    return module;
  }

  private double seconds(ModuleRunner runner) {
    long begin = System.nanoTime();
    do {
      begin();
      runner.runInto(tensors, options);
    } while (System.nanoTime() - begin < timing.warmSeconds * 1e9);
    List<Double> times = new ArrayList<>();
    begin = System.nanoTime();
    while (times.size() < LEAST_RUNS
        || times.size() < MOST_RUNS && System.nanoTime() - begin < timing.seconds * 1e9) {
      begin();
      long start = System.nanoTime();
      runner.runInto(tensors, options);
      times.add((System.nanoTime() - start) / 1e9);
    }
    times.sort(null);
    return times.get(times.size() / 2);
  }

  // ---- results

  private boolean isRight() {
    for (int number = 0; number < outputs.size(); number++) {
      Tensor right = expected.get(number);
      Tensor found = outputs.get(number);
      if (found.segment().mismatch(right.segment()) != -1
          && !isNear(right.toDoubleArray(), found.toDoubleArray())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isNear(double[] right, double[] found) {
    boolean isWhole =
        Arrays.stream(right).allMatch(each -> each == Math.rint(each) && Math.abs(each) < EXACT);
    double largest = Arrays.stream(right).map(Math::abs).filter(Double::isFinite).max().orElse(0);
    double allowed = isWhole ? 0 : NEAR * largest;
    for (int place = 0; place < right.length; place++) {
      boolean isSame = Double.compare(right[place], found[place]) == 0;
      if (!isSame && !(Math.abs(right[place] - found[place]) <= allowed)) {
        return false;
      }
    }
    return true;
  }

  private Tensor copied(Tensor tensor) {
    Tensor copy = Tensor.allocate(arena, tensor.dtype(), tensor.shape());
    copy.segment().copyFrom(tensor.segment());
    return copy;
  }

  private void begin() {
    begun.forEach(tensor -> tensor.segment().fill((byte) 0));
  }

  /// What was there before is not taken for a result.
  private static void fill(Tensor output) {
    output.segment().fill((byte) 0x7f);
  }
}
