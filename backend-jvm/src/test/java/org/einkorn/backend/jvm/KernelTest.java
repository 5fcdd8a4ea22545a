package org.einkorn.backend.jvm;

import static org.einkorn.backend.jvm.Ir.at;
import static org.einkorn.backend.jvm.Ir.binary;
import static org.einkorn.backend.jvm.Ir.block;
import static org.einkorn.backend.jvm.Ir.constant;
import static org.einkorn.backend.jvm.Ir.function;
import static org.einkorn.backend.jvm.Ir.loop;
import static org.einkorn.backend.jvm.Ir.module;
import static org.einkorn.backend.jvm.Ir.num;
import static org.einkorn.backend.jvm.Ir.parallel;
import static org.einkorn.backend.jvm.Ir.plus;
import static org.einkorn.backend.jvm.Ir.read;
import static org.einkorn.backend.jvm.Ir.reduce;
import static org.einkorn.backend.jvm.Ir.register;
import static org.einkorn.backend.jvm.Ir.sequence;
import static org.einkorn.backend.jvm.Ir.size;
import static org.einkorn.backend.jvm.Ir.spatial;
import static org.einkorn.backend.jvm.Ir.store;
import static org.einkorn.backend.jvm.Ir.tensor;
import static org.einkorn.backend.jvm.Ir.times;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.KernelTrap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KernelTest {
  /// `C[i, k] = sum[j](A[i, j] * B[j, k])`, with the sum in a register.
  private static Module matmul(DType type, IndexExpr rows, IndexExpr inner, IndexExpr columns) {
    Buffer a = tensor("A", type, rows, inner);
    Buffer b = tensor("B", type, inner, columns);
    Buffer c = tensor("C", type, rows, columns);
    Buffer sum = register("C.acc", type);
    Stmt update =
        block(
            List.of(
                spatial("i", rows, at("i.0")),
                spatial("k", columns, at("k.0")),
                reduce("j", inner, at("j.0"))),
            List.of(),
            Optional.of(store(sum, constant(type, 0))),
            store(
                sum, plus(read(sum), times(read(a, at("i"), at("j")), read(b, at("j"), at("k"))))));
    Stmt body =
        new Stmt.Allocate(
            sum,
            sequence(
                store(sum, constant(type, 0)),
                loop("j.0", inner, update),
                store(c, read(sum), at("i.0"), at("k.0"))));
    List<String> symbols =
        Stream.of(rows, inner, columns)
            .flatMap(extent -> extent instanceof IndexExpr.Symbol(var s) ? Stream.of(s) : null)
            .toList();
    return module(
        symbols,
        List.of(a, b),
        List.of(c),
        function("C", parallel("i.0", rows, loop("k.0", columns, body))));
  }

  @ParameterizedTest
  @EnumSource(names = {"F64", "F32", "I64", "I32"})
  void multipliesMatricesOfConstantSize(DType type) {
    Execution.of(matmul(type, num(2), num(3), num(2)))
        .with("A", 1, 2, 3, 4, 5, 6)
        .with("B", 1, 2, 3, 4, 5, 6)
        .expect("C", 22, 28, 49, 64);
  }

  @ParameterizedTest
  @EnumSource(names = {"F64", "F32", "I64", "I32"})
  void multipliesMatricesOfSymbolicSize(DType type) {
    Execution.of(matmul(type, size("M"), size("K"), size("N")), 2, 3, 2)
        .with("A", 1, 2, 3, 4, 5, 6)
        .with("B", 1, 2, 3, 4, 5, 6)
        .expect("C", 22, 28, 49, 64);
  }

  @Test
  void multipliesEmptyMatrices() {
    Module module = matmul(DType.F32, size("M"), size("K"), size("N"));
    Execution.of(module, 2, 0, 2).expect("C", 0, 0, 0, 0);
    Execution.of(module, 0, 3, 2).with("B", 1, 2, 3, 4, 5, 6).expect("C");
    Execution.of(module, 2, 3, 0).with("A", 1, 2, 3, 4, 5, 6).expect("C");
  }

  @Test
  void roundsEachStepToTheType() {
    Execution.of(matmul(DType.F32, num(1), num(2), num(1)))
        .with("A", 16777216, 1)
        .with("B", 1, 1)
        .expect("C", 16777216);
  }

  @ParameterizedTest
  @EnumSource(names = {"I64", "I32"})
  void trapsWhereAnIntegerSumIsInexact(DType type) {
    long large = type == DType.I64 ? Long.MAX_VALUE : Integer.MAX_VALUE;
    Execution.of(matmul(type, num(1), num(2), num(1)))
        .withIntegers("A", large, 1)
        .withIntegers("B", 1, 1)
        .expectTrap(KernelTrap.Kind.OVERFLOW, -1);
    Execution.of(matmul(type, num(1), num(1), num(1)))
        .withIntegers("A", large)
        .withIntegers("B", 2)
        .expectTrap(KernelTrap.Kind.OVERFLOW, -1);
  }

  @Test
  void runsOnlyTheRangeOfTheParallelLoop() {
    Module module = matmul(DType.F32, size("M"), size("K"), size("N"));
    try (Arena arena = Arena.ofConfined();
        KernelModule code = new JvmBackend().compile(module)) {
      MemorySegment a = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3, 4);
      MemorySegment b = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 10);
      MemorySegment c = arena.allocate(16);
      long[] symbols = {4, 1, 1};
      assertEquals(4, code.parallelExtent(0, symbols));
      code.run(0, new MemorySegment[] {a, b, c}, symbols, 1, 3);
      assertEquals(
          List.of(0f, 20f, 30f, 0f),
          List.of(
              c.getAtIndex(ValueLayout.JAVA_FLOAT, 0),
              c.getAtIndex(ValueLayout.JAVA_FLOAT, 1),
              c.getAtIndex(ValueLayout.JAVA_FLOAT, 2),
              c.getAtIndex(ValueLayout.JAVA_FLOAT, 3)));
    }
  }

  @Test
  void runsNothingForAnEmptyRange() {
    Buffer y = tensor("Y", DType.F32);
    Module module =
        module(List.of(), List.of(), List.of(y), function("Y", store(y, constant(DType.F32, 1))));
    try (Arena arena = Arena.ofConfined();
        KernelModule code = new JvmBackend().compile(module)) {
      MemorySegment memory = arena.allocate(4);
      code.run(0, new MemorySegment[] {memory}, new long[0], 0, 0);
      assertEquals(0f, memory.get(ValueLayout.JAVA_FLOAT, 0));
      code.run(0, new MemorySegment[] {memory}, new long[0], 0, 1);
      assertEquals(1f, memory.get(ValueLayout.JAVA_FLOAT, 0));
    }
  }

  @Test
  void failsWithoutTouchingMemoryOutsideASegment() {
    Buffer y = tensor("Y", DType.F32, num(4));
    Module module =
        module(
            List.of(),
            List.of(),
            List.of(y),
            function("Y", loop("i", num(4), store(y, constant(DType.F32, 1), at("i")))));
    try (Arena arena = Arena.ofConfined();
        KernelModule code = new JvmBackend().compile(module)) {
      MemorySegment[] tooShort = {arena.allocate(8)};
      assertThrows(IndexOutOfBoundsException.class, () -> code.run(0, tooShort, new long[0], 0, 1));
    }
  }

  @Test
  void guardsLeavePointsOut() {
    Buffer x = tensor("X", DType.F32, num(4));
    Buffer y = tensor("Y", DType.F32, num(4));
    IndexExpr before = at("i").plus(-2);
    Stmt copy = store(y, read(x, before), at("i"));
    Stmt body =
        block(
            List.of(spatial("i", num(4), at("i.0"))),
            List.of(new Guard(before, num(1))),
            Optional.empty(),
            copy);
    Execution.of(
            module(List.of(), List.of(x), List.of(y), function("Y", loop("i.0", num(4), body))))
        .with("X", 5, 6, 7, 8)
        .expect("Y", 0, 0, 5, 0);
    Stmt conditional = new Stmt.If(List.of(new Guard(before, num(3))), copy);
    Execution.of(
            module(
                List.of(), List.of(x), List.of(y), function("Y", loop("i", num(4), conditional))))
        .with("X", 5, 6, 7, 8)
        .expect("Y", 0, 0, 5, 6);
  }

  @Test
  void initializesWhereAllReduceIteratorsAreZero() {
    Buffer x = tensor("X", DType.F64, num(2), num(2), num(2));
    Buffer y = tensor("Y", DType.F64, num(2));
    Stmt update =
        block(
            List.of(
                spatial("i", num(2), at("i.0")),
                reduce("j", num(2), at("j.0")),
                reduce("k", num(2), at("k.0"))),
            List.of(),
            Optional.of(store(y, constant(DType.F64, 100), at("i"))),
            store(y, plus(read(y, at("i")), read(x, at("i"), at("j"), at("k"))), at("i")));
    Stmt nest = loop("j.0", num(2), loop("i.0", num(2), loop("k.0", num(2), update)));
    Execution.of(module(List.of(), List.of(x), List.of(y), function("Y", nest)))
        .with("X", 1, 2, 3, 4, 5, 6, 7, 8)
        .expect("Y", 110, 126);
  }

  @Test
  void initializesAlwaysWithoutReduceIterators() {
    Buffer y = tensor("Y", DType.I64, num(2));
    Stmt update =
        block(
            List.of(spatial("i", num(2), at("i.0"))),
            List.of(),
            Optional.of(store(y, constant(DType.I64, 7), at("i"))),
            store(y, plus(read(y, at("i")), constant(DType.I64, 1)), at("i")));
    Execution.of(
            module(List.of(), List.of(), List.of(y), function("Y", loop("i.0", num(2), update))))
        .expect("Y", 8, 8);
  }

  /// `Y[p] = E[Token[p]]`
  private static Module gather(DType positions) {
    Buffer e = tensor("E", DType.F32, num(3));
    Buffer token = tensor("Token", positions, size("P"));
    Buffer y = tensor("Y", DType.F32, size("P"));
    Scalar source = Scalar.cast(positions.compute(), read(token, at("p")));
    IndexExpr fetch = new IndexExpr.Fetch("E", 0, num(3), source);
    return module(
        List.of("P"),
        List.of(e, token),
        List.of(y),
        function("Y", loop("p", size("P"), store(y, read(e, fetch), at("p")))));
  }

  @ParameterizedTest
  @EnumSource(names = {"I64", "I32", "U8", "I16"})
  void fetchesPositionsFromData(DType positions) {
    Execution.of(gather(positions), 4)
        .with("E", 1, 2, 3)
        .withIntegers("Token", 2, 0, 1, 2)
        .expect("Y", 3, 1, 2, 3);
  }

  @Test
  void trapsOutsideTheAxis() {
    for (long position : new long[] {3, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
      Execution.of(gather(DType.I64), 2)
          .withIntegers("Token", 0, position)
          .expectTrap(KernelTrap.Kind.POSITION, 0);
    }
  }

  @Test
  void namesTheSiteOfAFetch() {
    Buffer x = tensor("X", DType.I64, num(2));
    Buffer y = tensor("Y", DType.I64, num(2));
    IndexExpr inner = new IndexExpr.Fetch("X", 0, num(2), read(x, num(0)));
    IndexExpr outer = new IndexExpr.Fetch("X", 0, num(2), read(x, inner));
    Module module =
        module(List.of(), List.of(x), List.of(y), function("Y", store(y, read(x, outer), num(1))));
    Execution.of(module).withIntegers("X", 1, 0).expect("Y", 0, 1);
    Execution.of(module).withIntegers("X", 2, 0).expectTrap(KernelTrap.Kind.POSITION, 0);
    Execution.of(module).withIntegers("X", 1, 2).expectTrap(KernelTrap.Kind.POSITION, 1);
  }

  @Test
  void bindsAnIteratorToAFetch() {
    Buffer x = tensor("X", DType.F32, num(3));
    Buffer order = tensor("Order", DType.I32, num(3));
    Buffer y = tensor("Y", DType.F32, num(3));
    IndexExpr fetch = new IndexExpr.Fetch("X", 0, num(3), read(order, at("i.0")));
    Stmt body =
        block(
            List.of(spatial("i", num(3), fetch)),
            List.of(new Guard(at("i"), num(2))),
            Optional.empty(),
            store(y, read(x, at("i.0")), at("i")));
    Execution.of(
            module(
                List.of(), List.of(x, order), List.of(y), function("Y", loop("i.0", num(3), body))))
        .with("X", 1, 2, 3)
        .withIntegers("Order", 1, 2, 0)
        .expect("Y", 3, 1, 0);
  }

  @Test
  void scansWithARegister() {
    Buffer x = tensor("X", DType.I32, size("N"));
    Buffer y = tensor("Y", DType.I32, size("N"));
    Buffer sum = register("sum", DType.I32);
    Stmt step =
        sequence(store(sum, plus(read(sum), read(x, at("i")))), store(y, read(sum), at("i")));
    Stmt nest =
        new Stmt.Allocate(
            sum, sequence(store(sum, constant(DType.I32, 0)), loop("i", size("N"), step)));
    Execution.of(module(List.of("N"), List.of(x), List.of(y), function("Y", nest)), 4)
        .with("X", 1, 2, 3, 4)
        .expect("Y", 1, 3, 6, 10);
  }

  @Test
  void storesToRankZero() {
    Buffer x = tensor("X", DType.F64);
    Buffer y = tensor("Y", DType.F64);
    Execution.of(
            module(
                List.of(),
                List.of(x),
                List.of(y),
                function("Y", store(y, times(read(x), read(x))))))
        .with("X", 3)
        .expect("Y", 9);
  }

  @Test
  void selectEvaluatesTheChosenSideOnly() {
    Buffer x = tensor("X", DType.I64, num(4));
    Buffer y = tensor("Y", DType.I64, num(4));
    IndexExpr previous =
        new IndexExpr.Fetch(
            "X", 0, num(4), plus(new Scalar.Position(at("i")), constant(DType.I64, -1)));
    Scalar value =
        new Scalar.Select(
            binary(BinaryOp.EQUAL, new Scalar.Position(at("i")), constant(DType.I64, 0)),
            constant(DType.I64, 42),
            read(x, previous));
    Execution.of(
            module(
                List.of(),
                List.of(x),
                List.of(y),
                function("Y", loop("i", num(4), store(y, value, at("i"))))))
        .with("X", 1, 2, 3, 4)
        .expect("Y", 42, 1, 2, 3);
  }

  @Test
  void andEvaluatesBothSides() {
    Buffer x = tensor("X", DType.I64, num(2));
    Buffer y = tensor("Y", DType.BOOL, num(2));
    Scalar isZero = binary(BinaryOp.EQUAL, new Scalar.Position(at("i")), constant(DType.I64, 1));
    Scalar overflows =
        binary(
            BinaryOp.LESS, times(read(x, at("i")), constant(DType.I64, 2)), constant(DType.I64, 0));
    Scalar both = binary(BinaryOp.AND, isZero, overflows);
    Scalar chosen = new Scalar.Select(both, constant(DType.BOOL, 1), constant(DType.BOOL, 0));
    Execution.of(
            module(
                List.of(),
                List.of(x),
                List.of(y),
                function("Y", loop("i", num(2), store(y, chosen, at("i"))))))
        .withIntegers("X", Long.MAX_VALUE, -1)
        .expectTrap(KernelTrap.Kind.OVERFLOW, -1);
  }

  @Test
  void splitLoopsReadTheSameElements() {
    Buffer x = tensor("X", DType.F32, size("N"));
    Buffer y = tensor("Y", DType.F32, size("N"));
    IndexExpr outer = size("N").plus(3).floorDiv(num(4));
    IndexExpr rest = size("N").minus(at("io").times(4)).min(num(4));
    IndexExpr position = at("io").times(4).plus(at("ii"));
    Stmt body =
        block(
            List.of(
                spatial("i", size("N"), position),
                spatial("j", size("N"), position.floorDiv(num(4)).times(4).plus(at("ii")))),
            List.of(),
            Optional.empty(),
            store(y, plus(read(x, at("i")), read(x, at("j"))), at("i")));
    Module module =
        module(
            List.of("N"),
            List.of(x),
            List.of(y),
            function("Y", loop("io", outer, loop("ii", rest, body))));
    Execution.of(module, 7).with("X", 1, 2, 3, 4, 5, 6, 7).expect("Y", 2, 4, 6, 8, 10, 12, 14);
  }

  @Test
  void dividesAndRemaindersRoundDown() {
    Buffer y = tensor("Y", DType.I64, num(8), num(2));
    IndexExpr shifted = at("i").plus(-4);
    Stmt body =
        sequence(
            store(y, new Scalar.Position(shifted.floorDiv(num(3))), at("i"), num(0)),
            store(y, new Scalar.Position(shifted.floorMod(num(3))), at("i"), num(1)));
    Execution.of(module(List.of(), List.of(), List.of(y), function("Y", loop("i", num(8), body))))
        .expect("Y", -2, 2, -1, 0, -1, 1, -1, 2, 0, 0, 0, 1, 0, 2, 1, 0);
  }

  @Test
  void divisionByAnEmptyAxisIsNeverReached() {
    Buffer x = tensor("X", DType.F32, size("N"), size("M"));
    Buffer y = tensor("Y", DType.F32, size("N").times(size("M")));
    Stmt body =
        store(y, read(x, at("i").floorDiv(size("M")), at("i").floorMod(size("M"))), at("i"));
    Module module =
        module(
            List.of("N", "M"),
            List.of(x),
            List.of(y),
            function("Y", loop("i", size("N").times(size("M")), body)));
    Execution.of(module, 2, 2).with("X", 1, 2, 3, 4).expect("Y", 1, 2, 3, 4);
    Execution.of(module, 2, 0).expect("Y");
  }

  @Test
  void countsInLongsWhereATripCountIsNoInt() {
    Buffer y = tensor("Y", DType.I64);
    Buffer x = tensor("X", DType.F32, num(1), size("N"), num(0));
    // The loop over 2^32 points runs once, because the extent of the loop inside it is 0 only for
    // them.
    Stmt body =
        loop(
            "j",
            num(3).minus(size("N").min(num(3))),
            store(y, plus(read(y), new Scalar.Position(at("i"))), new IndexExpr[0]));
    Module module =
        module(List.of("N"), List.of(x), List.of(y), function("Y", parallel("i", size("N"), body)));
    long large = 1L << 32;
    try (Arena arena = Arena.ofConfined();
        KernelModule code = new JvmBackend().compile(module)) {
      MemorySegment memory = arena.allocate(8);
      MemorySegment[] all = {arena.allocate(0), memory};
      code.run(0, all, new long[] {large}, large - 2, large);
      assertEquals(0, memory.get(ValueLayout.JAVA_LONG, 0));
      code.run(0, all, new long[] {2}, 0, 2);
      assertEquals(1, memory.get(ValueLayout.JAVA_LONG, 0));
    }
  }

  @Test
  void runsNothingOnceClosed() {
    Buffer y = tensor("Y", DType.F32);
    Module module =
        module(List.of(), List.of(), List.of(y), function("Y", store(y, constant(DType.F32, 1))));
    KernelModule code = new JvmBackend().compile(module);
    code.close();
    MemorySegment[] memory = {Arena.ofAuto().allocate(4)};
    assertThrows(IllegalStateException.class, () -> code.run(0, memory, new long[0], 0, 1));
  }

  @Test
  void refusesComplexNumbers() {
    Buffer y = tensor("Y", DType.C64, num(1));
    Module module =
        module(List.of(), List.of(), List.of(y), function("Y", new Stmt.Sequence(List.of())));
    RefusedException refusal =
        assertThrows(RefusedException.class, () -> new JvmBackend().compile(module));
    assertEquals("E0701", refusal.code());
  }

  @Test
  void refusesArraysInsideFunctions() {
    Buffer local = new Buffer("T", new TensorType(DType.F32, List.of(num(4))), Buffer.Scope.GLOBAL);
    Module module =
        module(
            List.of(),
            List.of(),
            List.of(),
            function("Y", new Stmt.Allocate(local, new Stmt.Sequence(List.of()))));
    RefusedException refusal =
        assertThrows(RefusedException.class, () -> new JvmBackend().compile(module));
    assertEquals("E0702", refusal.code());
  }
}
