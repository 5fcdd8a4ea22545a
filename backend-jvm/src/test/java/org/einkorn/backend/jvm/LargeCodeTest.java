package org.einkorn.backend.jvm;

import static org.einkorn.backend.jvm.Ir.at;
import static org.einkorn.backend.jvm.Ir.binary;
import static org.einkorn.backend.jvm.Ir.constant;
import static org.einkorn.backend.jvm.Ir.function;
import static org.einkorn.backend.jvm.Ir.loop;
import static org.einkorn.backend.jvm.Ir.module;
import static org.einkorn.backend.jvm.Ir.num;
import static org.einkorn.backend.jvm.Ir.plus;
import static org.einkorn.backend.jvm.Ir.read;
import static org.einkorn.backend.jvm.Ir.register;
import static org.einkorn.backend.jvm.Ir.sequence;
import static org.einkorn.backend.jvm.Ir.store;
import static org.einkorn.backend.jvm.Ir.tensor;
import static org.einkorn.backend.jvm.Ir.times;
import static org.einkorn.backend.jvm.Ir.unary;
import static org.einkorn.backend.jvm.Ir.vectorized;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.einkorn.backend.jvm.asm.MethodCode;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.runtime.DType;
import org.junit.jupiter.api.Test;

/// Code that would be over a limit of the machine in one piece.
class LargeCodeTest {
  private static void requireCompilableMethods(Module module) {
    for (MethodCode method : KernelClass.hidden(module, VectorMachine.detect()).methods()) {
      assertTrue(method.byteSize() < 8000, method.name() + " has " + method.byteSize());
    }
  }

  @Test
  void passesMoreBuffersThanAMethodTakesParameters() {
    List<Buffer> inputs = new ArrayList<>();
    Scalar sum = constant(DType.I64, 0);
    for (int number = 0; number < 300; number++) {
      Buffer input = tensor("X" + number, DType.I64, num(1));
      inputs.add(input);
      sum = plus(sum, read(input, num(0)));
    }
    Buffer y = tensor("Y", DType.I64);
    Module module = module(List.of(), inputs, List.of(y), function("Y", store(y, sum)));
    requireCompilableMethods(module);
    Execution execution = Execution.of(module);
    for (int number = 0; number < 300; number++) {
      execution.with("X" + number, number);
    }
    execution.expect("Y", 44850);
  }

  @Test
  void cutsALongExpression() {
    Buffer x = tensor("X", DType.F64, num(4), num(1000));
    Buffer y = tensor("Y", DType.F64, num(4));
    Buffer factor = register("factor", DType.F64);
    Scalar sum = constant(DType.F64, 0);
    for (int number = 0; number < 1000; number++) {
      sum = plus(sum, times(read(factor), read(x, at("i"), num(number))));
    }
    Stmt body =
        new Stmt.Allocate(
            factor,
            sequence(
                store(factor, Scalar.cast(DType.F64, new Scalar.Position(at("i")))),
                store(y, sum, at("i"))));
    Module module =
        module(List.of(), List.of(x), List.of(y), function("Y", loop("i", num(4), body)));
    requireCompilableMethods(module);
    double[] ones = new double[4000];
    Arrays.fill(ones, 1);
    Execution.of(module).with("X", ones).expect("Y", 0, 1000, 2000, 3000);
  }

  @Test
  void cutsALongBalancedExpression() {
    Buffer x = tensor("X", DType.F32, num(2048));
    Buffer y = tensor("Y", DType.F32);
    List<Scalar> parts = new ArrayList<>();
    for (int number = 0; number < 2048; number++) {
      parts.add(read(x, num(number)));
    }
    while (parts.size() > 1) {
      List<Scalar> half = new ArrayList<>();
      for (int at = 0; at < parts.size(); at += 2) {
        half.add(binary(BinaryOp.MAXIMUM, parts.get(at), parts.get(at + 1)));
      }
      parts = half;
    }
    Module module =
        module(List.of(), List.of(x), List.of(y), function("Y", store(y, parts.getFirst())));
    requireCompilableMethods(module);
    double[] values = new double[2048];
    values[1777] = 5;
    Execution.of(module).with("X", values).expect("Y", 5);
  }

  @Test
  void cutsALongSequence() {
    Buffer y = tensor("Y", DType.I32, num(2000), num(2));
    List<Stmt> stores = new ArrayList<>();
    for (int number = 0; number < 2000; number++) {
      Scalar value = Scalar.cast(DType.I32, new Scalar.Position(at("i").plus(number)));
      stores.add(store(y, value, num(number), at("i")));
    }
    Module module =
        module(
            List.of(),
            List.of(),
            List.of(y),
            function("Y", loop("i", num(2), new Stmt.Sequence(stores))));
    requireCompilableMethods(module);
    double[] expected = new double[4000];
    for (int at = 0; at < expected.length; at++) {
      expected[at] = at / 2 + at % 2;
    }
    Execution.of(module).expect("Y", expected);
  }

  @Test
  void cutsAroundAnAccumulator() {
    Buffer x = tensor("X", DType.I64, num(500));
    Buffer y = tensor("Y", DType.I64);
    Buffer sum = register("sum", DType.I64);
    List<Stmt> steps = new ArrayList<>();
    steps.add(store(sum, constant(DType.I64, 0)));
    for (int number = 0; number < 500; number++) {
      Scalar term = read(x, num(number));
      for (int power = 0; power < 4; power++) {
        term = times(term, read(x, num(number)));
      }
      steps.add(store(sum, plus(read(sum), term)));
    }
    steps.add(store(y, read(sum)));
    Module module =
        module(
            List.of(),
            List.of(x),
            List.of(y),
            function("Y", new Stmt.Allocate(sum, new Stmt.Sequence(steps))));
    double[] twos = new double[500];
    Arrays.fill(twos, 2);
    Execution.of(module).with("X", twos).expect("Y", 16000);
  }

  @Test
  void dispatchesThousandsOfFunctions() {
    Buffer y = tensor("Y", DType.I64);
    List<Function> functions = new ArrayList<>();
    functions.add(function("fill", store(y, constant(DType.I64, 0))));
    for (int number = 0; number < 1500; number++) {
      Scalar next = plus(read(y), constant(DType.I64, number));
      functions.add(function("step" + number, store(y, next)));
    }
    Module module = module(List.of(), List.of(), List.of(y), functions.toArray(Function[]::new));
    requireCompilableMethods(module);
    Execution.of(module).expect("Y", 1499 * 750);
  }

  @Test
  void nestsManyLoops() {
    Buffer y = tensor("Y", DType.I64);
    Scalar sum = read(y);
    for (int depth = 0; depth < 20; depth++) {
      sum = plus(sum, new Scalar.Position(at("i" + depth)));
    }
    Stmt nest = store(y, sum, new IndexExpr[0]);
    for (int depth = 0; depth < 20; depth++) {
      nest = loop("i" + depth, num(depth % 5 == 0 ? 2 : 1), nest);
    }
    Function fill = function("fill", store(y, constant(DType.I64, 0)));
    Module module = module(List.of(), List.of(), List.of(y), fill, function("Y", nest));
    Execution.of(module).expect("Y", 32);
  }

  /// `Y[n, j] = sqrt(X[j]) * X[j]` for j below 64 in lanes, for each n a loop of its own.
  private static Module nests(int count) {
    Buffer x = tensor("X", DType.F32, num(64));
    Buffer y = tensor("Y", DType.F32, num(count), num(64));
    List<Stmt> nests = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      Scalar value = times(unary(UnaryOp.SQRT, read(x, at("j"))), read(x, at("j")));
      Stmt each = store(y, value, num(number), at("j"));
      nests.add(loop("k", num(3), vectorized("j", num(64), each)));
    }
    return module(List.of(), List.of(x), List.of(y), function("Y", new Stmt.Sequence(nests)));
  }

  private static long methods(Module module) {
    return KernelClass.hidden(module, VectorMachine.detect()).methods().stream()
        .filter(method -> method.name().contains("Y"))
        .count();
  }

  @Test
  void cutsLoopsOverLanesApart() {
    assertEquals(1, methods(nests(1)));
    assertTrue(methods(nests(6)) >= 4);
    Execution execution = Execution.of(nests(6));
    for (int element = 0; element < 64; element++) {
      execution.set("X", element, element);
    }
    assertEquals(Optional.empty(), execution.run());
    assertEquals(27.0, execution.elements("Y").get(5 * 64 + 9));
  }
}
