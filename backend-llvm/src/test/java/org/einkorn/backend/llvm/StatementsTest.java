package org.einkorn.backend.llvm;

import static org.einkorn.backend.llvm.Samples.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelTrap;
import org.junit.jupiter.api.Test;

class StatementsTest {
  private static final DType F32 = DType.F32;

  @Test
  void computesNothingOverEmptyExtents() {
    try (Trial trial = Trial.compiled(matmul(F32), 0, 2, 3)) {
      assertEquals(0, trial.run().count("C"));
    }
    try (Trial trial = Trial.compiled(matmul(F32), 2, 0, 1)) {
      trial.set("C", 5, 6).run();
      assertArrayEquals(new double[] {5, 6}, trial.reals("C"), "no point, so no init");
    }
  }

  @Test
  void computesScalars() {
    Module module =
        module(
            List.of(),
            List.of(input("X", DType.F64)),
            List.of(buffer("Y", DType.F64)),
            new Function(
                "square",
                store("Y", binary(BinaryOp.MULTIPLY, read("X", DType.F64), read("X", DType.F64)))));
    try (Trial trial = Trial.compiled(module)) {
      assertEquals(9, trial.set("X", 3).run().real("Y", 0));
    }
  }

  /// `Y[x] = Σ_d F[d] X[x + d − 1]` where the position lies inside.
  @Test
  void leavesOutPointsWhoseGuardFails() {
    IndexExpr position = v("vx").plus(v("vd")).plus(-1);
    Scalar product = binary(BinaryOp.MULTIPLY, read("F", F32, v("vd")), read("X", F32, position));
    Stmt body =
        block(
            List.of(spatial("vx", s("N"), v("x")), reduce("vd", c(3), v("d"))),
            List.of(new Guard(position, s("N"))),
            Optional.empty(),
            store("Y", binary(BinaryOp.ADD, read("Y", F32, v("vx")), product), v("vx")));
    Module module =
        module(
            List.of("N"),
            List.of(input("F", F32, c(3)), input("X", F32, s("N"))),
            List.of(buffer("Y", F32, s("N"))),
            new Function("zero", loop("x", s("N"), store("Y", literal(F32, 0), v("x")))),
            new Function("convolve", loop("x", s("N"), loop("d", c(3), body))));
    try (Trial trial = Trial.compiled(module, 4)) {
      trial.set("F", 1, 10, 100).set("X", 1, 2, 3, 4).run();
      assertArrayEquals(new double[] {210, 321, 432, 43}, trial.reals("Y"));
    }
  }

  /// `Y[i] = X[P[i]]`.
  private static Module gather(DType type) {
    IndexExpr fetch = new IndexExpr.Fetch("X", 0, s("M"), read("P", type, v("i")));
    return module(
        List.of("N", "M"),
        List.of(input("P", type, s("N")), input("X", F32, s("M"))),
        List.of(buffer("Y", F32, s("N"))),
        new Function(
            "gather",
            loop(Stmt.LoopOrder.PARALLEL, "i", s("N"), store("Y", read("X", F32, fetch), v("i")))));
  }

  @Test
  void takesPositionsFromData() {
    try (Trial trial = Trial.compiled(gather(DType.I32), 3, 2)) {
      trial.set("X", 10, 20).setLongs("P", 1, 0, 1).run();
      assertArrayEquals(new double[] {20, 10, 20}, trial.reals("Y"));
    }
  }

  @Test
  void trapsOutsideTheAxis() {
    try (Trial trial = Trial.compiled(gather(DType.I64), 2, 2)) {
      for (long outside : new long[] {2, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
        KernelTrap trap = trial.set("X", 1, 2).setLongs("P", 0, outside).attempt().orElseThrow();
        assertEquals(KernelTrap.Kind.POSITION, trap.kind());
        assertEquals(0, trap.site());
        assertEquals(outside, trap.value());
        assertEquals(2, trap.bound());
      }
    }
  }

  @Test
  void namesTheSiteOfANestedFetch() {
    IndexExpr inner = new IndexExpr.Fetch("P", 0, c(2), read("Q", DType.I32, v("i")));
    IndexExpr outer = new IndexExpr.Fetch("X", 0, c(2), read("P", DType.I32, inner));
    Module module =
        module(
            List.of(),
            List.of(
                input("Q", DType.I32, c(1)), input("P", DType.I32, c(2)), input("X", F32, c(2))),
            List.of(buffer("Y", F32, c(1))),
            new Function("f", loop("i", c(1), store("Y", read("X", F32, outer), v("i")))));
    try (Trial trial = Trial.compiled(module)) {
      trial.set("X", 3, 4).setLongs("Q", 1).setLongs("P", 0, 1).run();
      assertArrayEquals(new double[] {4}, trial.reals("Y"));
      assertEquals(0, trial.setLongs("Q", 5).attempt().orElseThrow().site());
      assertEquals(1, trial.setLongs("Q", 0).setLongs("P", 9, 0).attempt().orElseThrow().site());
    }
  }

  @Test
  void evaluatesOnlyTheChosenSide() {
    IndexExpr fetch = new IndexExpr.Fetch("X", 0, s("N"), read("P", DType.I64, v("i")));
    Scalar isInside = Scalar.inBounds(v("i").plus(-1), s("N"));
    Module module =
        module(
            List.of("N"),
            List.of(input("P", DType.I64, s("N")), input("X", F32, s("N"))),
            List.of(buffer("Y", F32, s("N"))),
            new Function(
                "f",
                loop(
                    "i",
                    s("N"),
                    store(
                        "Y",
                        new Scalar.Select(isInside, read("X", F32, fetch), literal(F32, -5)),
                        v("i")))));
    try (Trial trial = Trial.compiled(module, 3)) {
      trial.set("X", 1, 2, 3).setLongs("P", 99, 0, 2).run();
      assertArrayEquals(new double[] {-5, 1, 3}, trial.reals("Y"));
      assertEquals(99, trial.setLongs("P", 99, 99, 2).attempt().orElseThrow().value());
    }
  }

  /// Running sums in a register: each needs the one before it.
  @Test
  void scansThroughARegister() {
    Buffer sum = new Buffer("sum", new TensorType(DType.F64, List.of()), Buffer.Scope.REGISTER);
    Stmt step =
        new Stmt.Sequence(
            List.of(
                store(
                    "sum",
                    binary(BinaryOp.ADD, read("sum", DType.F64), read("X", DType.F64, v("t")))),
                store("Y", read("sum", DType.F64), v("t"))));
    Module module =
        module(
            List.of("N"),
            List.of(input("X", DType.F64, s("N"))),
            List.of(buffer("Y", DType.F64, s("N"))),
            new Function(
                "scan",
                new Stmt.Allocate(
                    sum,
                    new Stmt.Sequence(
                        List.of(store("sum", literal(DType.F64, 0)), loop("t", s("N"), step))))));
    try (Trial trial = Trial.compiled(module, 4)) {
      trial.set("X", 1, 2, 3, 4).run();
      assertArrayEquals(new double[] {1, 3, 6, 10}, trial.reals("Y"));
    }
  }

  @Test
  void initializesWhereAllReducedIteratorsAreZero() {
    Stmt body =
        block(
            List.of(reduce("a", c(2), v("i")), reduce("b", c(3), v("j"))),
            List.of(),
            Optional.of(store("Y", literal(DType.I64, 100))),
            store("Y", binary(BinaryOp.ADD, read("Y", DType.I64), literal(DType.I64, 1))));
    Module module =
        module(
            List.of(),
            List.of(),
            List.of(buffer("Y", DType.I64)),
            new Function("count", loop("i", c(2), loop(Stmt.LoopOrder.UNROLLED, "j", c(3), body))));
    try (Trial trial = Trial.compiled(module)) {
      trial.setLongs("Y", -1).run();
      assertEquals(106, trial.integer("Y", 0));
    }
  }

  @Test
  void dividesPositionsTowardMinusInfinity() {
    IndexExpr shifted = v("i").plus(-7);
    Scalar quotients =
        binary(
            BinaryOp.ADD,
            binary(
                BinaryOp.MULTIPLY,
                new Scalar.Position(shifted.floorDiv(s("D"))),
                literal(DType.I64, 1000)),
            new Scalar.Position(shifted.floorMod(s("D"))));
    Module module =
        module(
            List.of("N", "D"),
            List.of(input("X", DType.I64, s("N"), s("D"))),
            List.of(buffer("Y", DType.I64, s("N"))),
            new Function("f", loop("i", s("N"), store("Y", quotients, v("i")))));
    for (long divisor : new long[] {1, 2, 3, 4, 8}) {
      Trial.compare(module, new long[] {20, divisor}, (name, trial) -> {}, 0);
    }
  }

  @Test
  void usesSymbolsThatAreZeroAsDivisors() {
    Module module =
        module(
            List.of("N"),
            List.of(input("X", F32, s("N"))),
            List.of(buffer("Y", F32, s("N"))),
            new Function(
                "f",
                loop(
                    "i",
                    s("N"),
                    loop(
                        "j",
                        s("N").floorDiv(s("N")),
                        store("Y", read("X", F32, v("i").floorMod(s("N"))), v("i"))))));
    try (Trial trial = Trial.compiled(module, 0)) {
      assertEquals(0, trial.run().count("Y"));
    }
  }

  @Test
  void storesBooleans() {
    Module module =
        zip(
            DType.BOOL,
            DType.BOOL,
            (a, b) ->
                binary(
                    BinaryOp.XOR,
                    a,
                    binary(
                        BinaryOp.LESS_EQUAL,
                        Scalar.cast(DType.I32, a),
                        Scalar.cast(DType.I32, b))));
    try (Trial trial = Trial.compiled(module, 4)) {
      trial.setLongs("A", 0, 0, 1, 1).setLongs("B", 0, 1, 0, 1).run();
      assertArrayEquals(new long[] {1, 1, 1, 0}, trial.integers("Y"));
    }
  }
}
