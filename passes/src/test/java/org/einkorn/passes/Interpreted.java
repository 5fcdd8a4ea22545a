package org.einkorn.passes;

import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Program;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.RunOptions;

/// What programs of known sizes compute, by the interpreter.
public final class Interpreted {
  private Interpreted() {}

  /// Random data for all inputs: integers from -4 to 4, truth values, else normal ones.
  public static Map<String, Tensor> inputs(Program program, Arena arena, Random random) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    program
        .signature()
        .inputs()
        .forEach(
            input -> {
              Tensor tensor =
                  Tensor.allocate(arena, input.type().dtype(), extents(input.type().extents()));
              Tensor flat = tensor.reshape(tensor.elementCount());
              for (long at = 0; at < flat.elementCount(); at++) {
                flat.set(element(tensor.dtype(), random), at);
              }
              inputs.put(input.name(), tensor);
            });
    return inputs;
  }

  private static double element(DType type, Random random) {
    if (type == DType.BOOL) {
      return random.nextInt(2);
    }
    return type.isInteger() ? random.nextInt(9) - 4 : random.nextGaussian();
  }

  private static long[] extents(List<IndexExpr> extents) {
    return extents.stream().mapToLong(each -> ((IndexExpr.Constant) each).value()).toArray();
  }

  /// The elements of the only output.
  public static double[] run(Program program, Map<String, Tensor> inputs, Arena arena) {
    ModuleRunner runner = new ModuleRunner(ProgramInterpreter.of(program));
    Tensor result =
        runner
            .run(arena, inputs, RunOptions.defaults().withThreads(1))
            .outputs()
            .values()
            .iterator()
            .next();
    Tensor flat = result.reshape(result.elementCount());
    double[] elements = new double[(int) flat.elementCount()];
    for (int number = 0; number < elements.length; number++) {
      elements[number] = flat.getDouble(number);
    }
    return elements;
  }
}
