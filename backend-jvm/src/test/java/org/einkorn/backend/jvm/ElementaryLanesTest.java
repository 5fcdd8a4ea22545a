package org.einkorn.backend.jvm;

import static org.einkorn.backend.jvm.Ir.at;
import static org.einkorn.backend.jvm.Ir.function;
import static org.einkorn.backend.jvm.Ir.loop;
import static org.einkorn.backend.jvm.Ir.module;
import static org.einkorn.backend.jvm.Ir.num;
import static org.einkorn.backend.jvm.Ir.read;
import static org.einkorn.backend.jvm.Ir.size;
import static org.einkorn.backend.jvm.Ir.store;
import static org.einkorn.backend.jvm.Ir.tensor;
import static org.einkorn.backend.jvm.Ir.unary;
import static org.einkorn.backend.jvm.Ir.vectorized;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.einkorn.backend.jvm.asm.ClassCode;
import org.einkorn.backend.jvm.asm.ClassText;
import org.einkorn.backend.jvm.asm.ClassTextException;
import org.einkorn.backend.jvm.asm.ClassTextParser;
import org.einkorn.backend.jvm.asm.VerifiedClass;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.elementary.Formulas;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Elementary;
import org.einkorn.runtime.Elements;
import org.einkorn.runtime.exec.KernelModule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Elementary functions in lanes, against those of Java. The tests run with the Vector API.
class ElementaryLanesTest {
  private static final int COUNT = 20_000;

  /// Elements after the last that is asked for, which stay as they are.
  private static final int MORE = 64;

  private static final double UNTOUCHED = 12345;

  private static final Map<UnaryOp, DoubleUnaryOperator> REFERENCE =
      Map.of(
          UnaryOp.EXP, StrictMath::exp,
          UnaryOp.LOG, StrictMath::log,
          UnaryOp.TANH, StrictMath::tanh,
          UnaryOp.ERF, Elementary::erf);

  private static final double[] SPECIAL = {
    0.0,
    -0.0,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN,
    1,
    -1,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    Float.MIN_NORMAL / 2,
    88.72283f,
    Math.nextUp(88.72283f),
    -87.5f,
    -103.9f,
    -104,
    709.782712893384,
    Math.nextUp(709.782712893384),
    -708.5,
    -745,
    -745.2,
    Double.MIN_VALUE,
    Double.MIN_NORMAL,
    Double.MAX_VALUE,
    -Double.MAX_VALUE
  };

  private static double argument(UnaryOp op, DType type, int index, SplittableRandom random) {
    if (index < SPECIAL.length) {
      return SPECIAL[index];
    }
    if (random.nextBoolean()) {
      double last = type == DType.F32 ? 110 : 750;
      return op == UnaryOp.EXP
          ? random.nextDouble(-last, last)
          : op == UnaryOp.LOG ? random.nextDouble(0.5, 1.5) : random.nextDouble(-5, 5);
    }
    double any =
        type == DType.F32
            ? Float.intBitsToFloat(random.nextInt())
            : Double.longBitsToDouble(random.nextLong());
    return op == UnaryOp.LOG && random.nextBoolean() ? Math.abs(any) : any;
  }

  /// `Y[i] = op(X[i])` for i below `N`, in strips whose last one a guard cuts.
  private static Module strips(UnaryOp op, DType type, long width) {
    Buffer x = tensor("X", type, size("N"));
    Buffer y = tensor("Y", type, size("N"));
    IndexExpr index = at("i").plus(at("o").times(width));
    Stmt each = store(y, unary(op, read(x, index)), index);
    Stmt guarded = new Stmt.If(List.of(new Guard(index, size("N"))), each);
    IndexExpr strips = size("N").plus(width - 1).floorDiv(num(width));
    return module(
        List.of("N"),
        List.of(x),
        List.of(y),
        function("Y", loop("o", strips, vectorized("i", num(width), guarded))));
  }

  /// `Y[i] = op(X[i])` in one loop.
  private static Module whole(UnaryOp op, DType type) {
    Buffer x = tensor("X", type, size("N"));
    Buffer y = tensor("Y", type, size("N"));
    Stmt each = store(y, unary(op, read(x, at("i"))), at("i"));
    return module(
        List.of("N"), List.of(x), List.of(y), function("Y", vectorized("i", size("N"), each)));
  }

  private static void require(Module module, UnaryOp op, DType type, long seed)
      throws ClassTextException {
    ClassCode code = KernelClass.hidden(module, VectorMachine.detect());
    VerifiedClass.check(code);
    String text = ClassText.print(code);
    assertTrue(text.contains("intoMemorySegment"), "the loop is scalar code");
    assertEquals(code, ClassTextParser.parse(text));
    SplittableRandom random = new SplittableRandom(seed);
    MemorySegment x = Arena.ofAuto().allocate((long) (COUNT + MORE) * type.byteSize(), 64);
    MemorySegment y = Arena.ofAuto().allocate((long) (COUNT + MORE) * type.byteSize(), 64);
    for (int index = 0; index < COUNT + MORE; index++) {
      Elements.setFloat(type, x, index, argument(op, type, index, random));
      Elements.setFloat(type, y, index, UNTOUCHED);
    }
    KernelModule kernel = new JvmBackend().compile(module);
    MemorySegment[] memory = {
      x.asSlice(0, (long) COUNT * type.byteSize()), y.asSlice(0, (long) COUNT * type.byteSize())
    };
    kernel.run(0, memory, new long[] {COUNT}, 0, 1);
    int different = 0;
    for (int index = 0; index < COUNT; index++) {
      double argument = Elements.getDouble(type, x, index);
      double exact = Objects.requireNonNull(REFERENCE.get(op)).applyAsDouble(argument);
      double expected = type == DType.F32 ? (float) exact : exact;
      double found = Elements.getDouble(type, y, index);
      boolean isSame = Double.compare(expected, found) == 0;
      boolean hasSign = Math.copySign(1, expected) == Math.copySign(1, found);
      double unit = type == DType.F32 ? Math.ulp((float) expected) : Math.ulp(expected);
      int at = index;
      assertTrue(
          isSame || hasSign && Math.abs(expected - found) <= unit,
          () ->
              op.text()
                  + " "
                  + argument
                  + " is "
                  + found
                  + ", not "
                  + expected
                  + ", at "
                  + at
                  + " with seed "
                  + seed);
      different += isSame ? 0 : 1;
    }
    int most = Formulas.steps(op, type) == type ? COUNT / 4 : COUNT / 2_000;
    int count = different;
    assertTrue(count <= most, () -> count + " are not the nearest number, with seed " + seed);
    for (int index = COUNT; index < COUNT + MORE; index++) {
      assertEquals(UNTOUCHED, Elements.getDouble(type, y, index));
    }
  }

  @ParameterizedTest
  @CsvSource({"EXP,F32", "LOG,F32", "TANH,F32", "ERF,F32", "EXP,F64", "LOG,F64"})
  void isRightInOneVector(UnaryOp op, DType type) throws ClassTextException {
    require(strips(op, type, VectorMachine.detect().lanes(type)), op, type, 31);
  }

  @ParameterizedTest
  @CsvSource({"EXP,F32", "LOG,F32", "TANH,F32", "ERF,F32", "EXP,F64", "LOG,F64"})
  void isRightInVectorsSideBySide(UnaryOp op, DType type) throws ClassTextException {
    require(strips(op, type, 3L * VectorMachine.detect().lanes(type)), op, type, 32);
  }

  @ParameterizedTest
  @CsvSource({"EXP,F32", "LOG,F32", "TANH,F32", "ERF,F32", "EXP,F64", "LOG,F64"})
  void isRightInALongLoop(UnaryOp op, DType type) throws ClassTextException {
    require(whole(op, type), op, type, 33);
  }
}
