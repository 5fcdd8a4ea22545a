package org.einkorn.backend.llvm;

import static org.einkorn.backend.llvm.Samples.*;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.runtime.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every operation on every type in lanes, against the same loop without them, bit for bit.
class LaneOperationsTest {
  /// Some vectors side by side, a vector, and a rest.
  private static final int ELEMENTS = 4 * 16 + 16 + 7;

  static Stream<Arguments> unaryOperations() {
    return OperationsTest.unaryOperations();
  }

  @ParameterizedTest
  @MethodSource("unaryOperations")
  void computesUnary(UnaryOp op, DType type) {
    requireSame(map(type, type, x -> unary(op, x)));
  }

  static Stream<Arguments> binaryOperations() {
    return OperationsTest.binaryOperations();
  }

  @ParameterizedTest
  @MethodSource("binaryOperations")
  void computesBinary(BinaryOp op, DType type) {
    requireSame(zip(type, op.result(type), (a, b) -> binary(op, a, b)));
  }

  static Stream<DType> fused() {
    return Stream.of(DType.F32, DType.F64);
  }

  @ParameterizedTest
  @MethodSource("fused")
  void computesFused(DType type) {
    requireSame(zip(type, type, (a, b) -> new Scalar.MultiplyAdd(a, b, a)));
  }

  static Stream<Arguments> casts() {
    return OperationsTest.casts();
  }

  @ParameterizedTest
  @MethodSource("casts")
  void converts(DType from, DType to) {
    requireSame(map(from, to, x -> new Scalar.Cast(to, x)));
  }

  private static void requireSame(Module module) {
    Module inLanes = inLanes(module);
    long[] symbols = {ELEMENTS};
    try (Trial lanes = Trial.compiled(inLanes, symbols);
        Trial one = Trial.compiled(module, symbols)) {
      List<String> inputs = module.signature().inputs().stream().map(each -> each.name()).toList();
      DType type = one.type(inputs.getFirst());
      OperationsTest.overNumbers(
          type,
          first -> {
            fill(one, inputs.getFirst(), first);
            if (inputs.size() == 1) {
              Trial.compareRuns(module, one, lanes, 0);
              return;
            }
            OperationsTest.overNumbers(
                type,
                second -> {
                  fill(one, inputs.getLast(), second);
                  Trial.compareRuns(module, one, lanes, 0);
                });
          });
    }
  }

  private static void fill(Trial trial, String name, Number value) {
    if (value instanceof Long integer) {
      long[] all = new long[ELEMENTS];
      Arrays.fill(all, integer);
      trial.setLongs(name, all);
    } else {
      double[] all = new double[ELEMENTS];
      Arrays.fill(all, value.doubleValue());
      trial.set(name, all);
    }
  }

  private static Module inLanes(Module module) {
    return module.withFunctions(
        module.functions().stream()
            .map(
                function ->
                    function.body()
                            instanceof Stmt.For(var _, var name, var extent, var _, Stmt body)
                        ? new Function(
                            function.name(),
                            new Stmt.For(Stmt.LoopOrder.VECTORIZED, name, extent, body))
                        : function)
            .toList());
  }
}
