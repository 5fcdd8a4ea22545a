package org.einkorn.backend.jvm;

import static org.einkorn.backend.jvm.Ir.at;
import static org.einkorn.backend.jvm.Ir.constant;
import static org.einkorn.backend.jvm.Ir.fma;
import static org.einkorn.backend.jvm.Ir.function;
import static org.einkorn.backend.jvm.Ir.local;
import static org.einkorn.backend.jvm.Ir.loop;
import static org.einkorn.backend.jvm.Ir.module;
import static org.einkorn.backend.jvm.Ir.num;
import static org.einkorn.backend.jvm.Ir.parallel;
import static org.einkorn.backend.jvm.Ir.plus;
import static org.einkorn.backend.jvm.Ir.read;
import static org.einkorn.backend.jvm.Ir.sequence;
import static org.einkorn.backend.jvm.Ir.size;
import static org.einkorn.backend.jvm.Ir.store;
import static org.einkorn.backend.jvm.Ir.tensor;
import static org.einkorn.backend.jvm.Ir.times;
import static org.einkorn.backend.jvm.Ir.unrolled;
import static org.einkorn.backend.jvm.Ir.vectorized;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.einkorn.backend.jvm.asm.ClassText;
import org.einkorn.backend.jvm.asm.MethodCode;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelTrap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Arrays of the running thread, loops that are written out, and arrays that lie in vectors.
class LocalArraysTest {
  private static String text(Module module) {
    return ClassText.print(KernelClass.hidden(module, VectorMachine.detect()));
  }

  private static boolean usesVectors(Module module) {
    return text(module).contains("intoMemorySegment");
  }

  private static boolean usesArrays(Module module) {
    return text(module).contains("newarray");
  }

  private static void requireAgreement(Module module, Random random, long... symbols) {
    Execution execution = Execution.of(module, symbols);
    for (Buffer buffer : module.allBuffers()) {
      for (long element = 0; element < execution.count(buffer.name()); element++) {
        double[] special = {Double.NaN, Double.POSITIVE_INFINITY, -0.0, 0, 1e-42};
        boolean isFloat = buffer.type().dtype().isFloat();
        double value = random.nextInt(16) == 0 ? special[random.nextInt(5)] : random.nextGaussian();
        execution.set(buffer.name(), element, isFloat ? value : random.nextInt(2));
      }
    }
    assertEquals(Optional.empty(), execution.run().map(KernelTrap::kind));
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"C64", "C128"})
  void keepsElementsOfEveryType(DType type) {
    Buffer x = tensor("X", type, num(2), size("N"));
    Buffer p = tensor("P", DType.I64, size("N"));
    Buffer y = tensor("Y", type, num(2), size("N"));
    Buffer a = local("a", type, 2, 5);
    Buffer none = local("none", type, 0);
    IndexExpr place = new IndexExpr.Fetch("a", 1, num(5), read(p, at("i")));
    Stmt turn =
        sequence(
            unrolled(
                "u",
                num(2),
                loop("j", num(5), store(a, read(x, at("u"), at("i")), at("u"), at("j")))),
            unrolled("v", num(2), store(a, read(x, num(0), num(0)), at("v"), place)),
            loop(
                "w",
                num(2),
                store(
                    y,
                    read(a, at("w").times(-1).plus(1), at("i").floorMod(num(5))),
                    at("w"),
                    at("i"))));
    Stmt nest = parallel("i", size("N"), new Stmt.Allocate(none, new Stmt.Allocate(a, turn)));
    Module module = module(List.of("N"), List.of(x, p), List.of(y), function("Y", nest));
    assertTrue(usesArrays(module));
    requireAgreement(module, new Random(1), 9);
    requireAgreement(module, new Random(2), 0);
  }

  @Test
  void writesLoopsOut() {
    Buffer y = tensor("Y", DType.I64, num(4), num(3));
    Scalar value = new Scalar.Position(at("i").times(10).plus(at("j")));
    Stmt inner = unrolled("j", num(3), store(y, value, at("i"), at("j")));
    Module module =
        module(List.of(), List.of(), List.of(y), function("Y", unrolled("i", num(4), inner)));
    assertFalse(text(module).contains("iinc"));
    Execution.of(module).expect("Y", 0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32);
  }

  @Test
  void leavesLongLoopsAsTheyAre() {
    Buffer y = tensor("Y", DType.I64, num(100), num(100), num(100));
    Scalar value = new Scalar.Position(at("i").times(at("j")).plus(at("k")));
    Stmt inner = unrolled("k", num(100), store(y, value, at("i"), at("j"), at("k")));
    Stmt nest = unrolled("i", num(100), unrolled("j", num(100), inner));
    Stmt empty = unrolled("i", num(-3), store(y, value, at("i"), num(0), num(0)));
    Module module = module(List.of(), List.of(), List.of(y), function("Y", nest));
    int bytes = 0;
    for (MethodCode method : KernelClass.hidden(module, VectorMachine.detect()).methods()) {
      assertTrue(method.byteSize() < 8000, method.name() + " has " + method.byteSize());
      bytes += method.byteSize();
    }
    assertTrue(bytes < 40000, bytes + " bytes");
    requireAgreement(module, new Random(1));
    Stmt bound = new Stmt.For(Stmt.LoopOrder.SERIAL, "j", num(0), loop("k", num(0), empty));
    requireAgreement(module(List.of(), List.of(), List.of(y), function("Y", bound)), new Random(1));
  }

  @Test
  void cutsWhatIsWrittenOut() {
    Buffer x = tensor("X", DType.F32, size("N"), num(40));
    Buffer y = tensor("Y", DType.F32, size("N"), num(40));
    Buffer a = local("a", DType.F32, 40);
    List<Stmt> steps = new ArrayList<>();
    for (int step = 0; step < 12; step++) {
      Scalar last = read(a, num(39 - step));
      Stmt body = store(a, plus(times(read(a, at("u")), read(x, at("i"), at("u"))), last), at("u"));
      steps.add(unrolled("u", num(40), body));
    }
    Stmt nest =
        loop(
            "i",
            size("N"),
            new Stmt.Allocate(
                a,
                sequence(
                    unrolled("u", num(40), store(a, read(x, at("i"), at("u")), at("u"))),
                    new Stmt.Sequence(steps),
                    unrolled("u", num(40), store(y, read(a, at("u")), at("i"), at("u"))))));
    Module module = module(List.of("N"), List.of(x), List.of(y), function("Y", nest));
    for (MethodCode method : KernelClass.hidden(module, VectorMachine.detect()).methods()) {
      assertTrue(method.byteSize() < 8000, method.name() + " has " + method.byteSize());
    }
    requireAgreement(module, new Random(3), 3);
  }

  /// `C[i, j] = Σ A[i, k] B[k, j]` by tiles of `rows` × `width`.
  private static Module product(DType type, int rows, int width, boolean rowsOutside) {
    IndexExpr tall = num(3L * rows);
    IndexExpr wide = num(2L * width);
    Buffer a = tensor("A", type, tall, size("K"));
    Buffer b = tensor("B", type, size("K"), wide);
    Buffer c = tensor("C", type, tall, wide);
    Buffer acc = local("acc", type, rows, width);
    IndexExpr i = at("io").times(rows).plus(at("ii"));
    IndexExpr j = at("jo").times(width).plus(at("ji"));
    Scalar sum = read(acc, at("ii"), at("ji"));
    Scalar step = fma(read(a, i, at("k")), read(b, at("k"), j), sum);
    List<Stmt> stores =
        List.of(
            store(acc, constant(type, 0), at("ii"), at("ji")),
            store(acc, step, at("ii"), at("ji")),
            store(c, sum, i, j));
    List<Stmt> nests = new ArrayList<>();
    for (Stmt store : stores) {
      nests.add(
          rowsOutside
              ? unrolled("ii", num(rows), vectorized("ji", num(width), store))
              : vectorized("ji", num(width), unrolled("ii", num(rows), store)));
    }
    Stmt tile =
        new Stmt.Allocate(
            acc, sequence(nests.get(0), loop("k", size("K"), nests.get(1)), nests.get(2)));
    Stmt all = loop("jo", num(2), loop("io", num(3), tile));
    return module(List.of("K"), List.of(a, b), List.of(c), function("C", all));
  }

  @ParameterizedTest
  @EnumSource(names = {"F64", "F32"})
  void keepsATileInVectors(DType type) {
    int lanes = VectorMachine.detect().lanes(type);
    for (boolean rowsOutside : new boolean[] {false, true}) {
      for (int vectors : new int[] {1, 2, 6}) {
        Module module = product(type, 4, vectors * lanes, rowsOutside);
        assertTrue(usesVectors(module));
        assertFalse(usesArrays(module));
        // Each round loads a row of B once; there is a version of the code for large K.
        String text = text(module);
        assertEquals(2 * vectors, text.split("fromMemorySegment", -1).length - 1);
        requireAgreement(module, new Random(4), 5);
        requireAgreement(module, new Random(5), 0);
      }
      Module odd = product(type, 4, lanes + 1, rowsOutside);
      assertTrue(usesArrays(odd));
      requireAgreement(odd, new Random(6), 5);
    }
  }

  @Test
  void keepsArraysOutOfVectorsWhereTheyDoNotFit() {
    DType type = DType.F32;
    long lanes = VectorMachine.detect().lanes(type);
    Buffer x = tensor("X", type, size("N"), num(2 * lanes));
    Buffer y = tensor("Y", type, size("N"), num(2 * lanes));
    Buffer a = local("a", type, 2, 2 * lanes);
    Stmt first =
        unrolled(
            "u",
            num(2),
            vectorized("j", num(2 * lanes), store(a, read(x, at("i"), at("j")), at("u"), at("j"))));
    Scalar here = read(a, num(0), at("j"));
    Stmt last = vectorized("j", num(2 * lanes), store(y, here, at("i"), at("j")));
    List<Stmt> between =
        List.of(
            // rows that are known only as it runs
            loop(
                "u",
                num(2),
                vectorized("j", num(2 * lanes), store(a, plus(here, here), at("u"), at("j")))),
            // between two vectors
            vectorized(
                "j", num(lanes), store(a, read(a, num(1), at("j").plus(1)), num(0), at("j"))),
            // one element in every lane
            vectorized(
                "j",
                num(2 * lanes),
                store(a, times(here, read(a, num(1), num(3))), num(0), at("j"))),
            // an element by itself
            store(a, read(a, num(1), at("i").floorMod(num(2 * lanes))), num(0), num(1)),
            // a loop that is no whole number of vectors
            vectorized("j", num(lanes + 1), store(a, here, num(1), at("j"))),
            // a loop that runs as scalars
            vectorized(
                "j",
                num(2 * lanes),
                store(
                    a,
                    Ir.binary(BinaryOp.POWER, here, read(a, num(1), at("j"))),
                    num(0),
                    at("j"))));
    for (Stmt statement : between) {
      Module module =
          module(
              List.of("N"),
              List.of(x),
              List.of(y),
              function(
                  "Y",
                  loop("i", size("N"), new Stmt.Allocate(a, sequence(first, statement, last)))));
      assertTrue(usesVectors(module));
      assertTrue(usesArrays(module));
      requireAgreement(module, new Random(7), 4);
    }
  }

  /// A sum in vectors, and elements by themselves before and after.
  @ParameterizedTest
  @EnumSource(names = {"F64", "F32"})
  void leavesVectorsForAStatement(DType type) {
    long lanes = VectorMachine.detect().lanes(type);
    long width = 2 * lanes;
    Buffer x = tensor("X", type, size("K"), num(width));
    Buffer y = tensor("Y", type, size("N"));
    Buffer a = local("a", type, 2, width);
    Buffer b = local("b", type, width);
    Scalar sum = fma(read(x, at("k"), at("j")), read(b, at("j")), read(a, at("u"), at("j")));
    Stmt each = vectorized("j", num(width), unrolled("u", num(2), store(a, sum, at("u"), at("j"))));
    IndexExpr last = num(width).minus(at("j")).plus(-1);
    List<Stmt> row =
        List.of(
            loop("j", num(width), store(b, read(x, num(0), last), at("j"))),
            loop("j", num(width), unrolled("u", num(2), store(a, read(b, last), at("u"), at("j")))),
            loop("k", size("K"), each),
            store(a, read(a, num(0), num(3)), num(1), num(2)),
            loop("k", size("K"), each),
            loop(
                "j",
                num(width),
                new Stmt.If(
                    List.of(new Guard(at("j"), size("N"))),
                    store(y, plus(read(a, num(0), at("j")), read(a, num(1), last)), at("j")))));
    Module module =
        module(
            List.of("N", "K"),
            List.of(x, tensor("Z", type, size("N"))),
            List.of(y),
            function("Y", new Stmt.Allocate(a, new Stmt.Allocate(b, new Stmt.Sequence(row)))));
    assertTrue(text(module).contains("fma (Ljdk"));
    assertTrue(text(module).contains("fromArray"));
    for (long extent : new long[] {0, 3, width - 1, width}) {
      requireAgreement(module, new Random(8), extent, 3);
    }
  }

  /// A random value of the lanes of a loop.
  private static Scalar value(Random random, DType type, List<Scalar> leaves, int depth) {
    if (depth == 0) {
      return leaves.get(random.nextInt(leaves.size()));
    }
    Scalar left = value(random, type, leaves, depth - 1);
    Scalar right = value(random, type, leaves, depth - 1);
    return switch (random.nextInt(12)) {
      case 0, 4 -> plus(left, right);
      case 1, 5 -> times(left, right);
      case 2, 6 -> Ir.binary(BinaryOp.MAXIMUM, left, right);
      case 3 -> new Scalar.Select(Ir.binary(BinaryOp.LESS, left, right), right, left);
      default -> fma(left, right, value(random, type, leaves, depth - 1));
    };
  }

  /// Random nests over two arrays, `a[2, width]` and `b[3, width]`, and over memory.
  private static Module randomNests(Random random) {
    DType type = random.nextBoolean() ? DType.F32 : DType.F64;
    int lanes = VectorMachine.detect().lanes(type);
    long width = random.nextInt(4) == 0 ? 3 + random.nextInt(40) : lanes * (1 + random.nextInt(4));
    long half = random.nextInt(3) == 0 ? width / 2 : 0;
    long first = random.nextInt(4) == 0 ? random.nextInt((int) half + 1) : half;
    Buffer x = tensor("X", type, size("N"), num(width));
    Buffer y = tensor("Y", type, size("N"), num(width));
    Buffer v = tensor("V", type, size("N"), num(3));
    Buffer w = tensor("W", type, size("K"));
    Buffer a = local("a", type, 2, width);
    Buffer b = local("b", type, 3, width);
    List<Stmt> body = new ArrayList<>();
    for (Buffer array : List.of(a, b)) {
      IndexExpr rows = array.type().extents().getFirst();
      Stmt store = store(array, read(x, at("i"), at("j")), at("u"), at("j"));
      body.add(unrolled("u", rows, vectorized("j", num(width), store)));
    }
    body.add(vectorized("j", num(width), store(y, read(a, num(0), at("j")), at("i"), at("j"))));
    for (int nest = 0; nest < 4; nest++) {
      boolean isPart = random.nextInt(5) == 0;
      IndexExpr j = isPart ? at("j").plus(first) : at("j");
      IndexExpr extent = num(isPart ? width - half : width);
      IndexExpr row = random.nextBoolean() ? at("u") : num(random.nextInt(2));
      List<Scalar> leaves =
          List.of(
              read(a, row, j),
              read(a, num(1), j),
              read(b, at("u"), j),
              read(b, num(2), j),
              read(x, at("i"), j),
              read(y, at("i"), j),
              read(v, at("i"), at("u")),
              constant(type, 0.5));
      Scalar value = value(random, type, leaves, 2);
      Stmt store =
          switch (random.nextInt(3)) {
            case 0 -> store(y, value, at("i"), j);
            case 1 -> store(a, value, row, j);
            default -> store(b, value, at("u"), j);
          };
      if (random.nextInt(3) == 0) {
        store = sequence(store, store(y, value(random, type, leaves, 1), at("i"), j));
      }
      if (random.nextInt(3) == 0) {
        // Some lanes only: those below a limit, or from a first one on.
        IndexExpr limit = random.nextBoolean() ? size("N").times(5) : num(random.nextInt(40));
        IndexExpr place = random.nextBoolean() ? j : j.plus(-random.nextInt(20));
        List<Guard> guards = new ArrayList<>(List.of(new Guard(place, limit)));
        if (random.nextInt(3) == 0) {
          guards.add(new Guard(at("u"), size("K")));
        }
        store = new Stmt.If(guards, store);
      }
      Stmt loops =
          switch (random.nextInt(15)) {
            case 0, 1, 2, 3 -> vectorized("j", extent, unrolled("u", num(2), store));
            case 4 -> vectorized("j", extent, loop("u", num(2), store));
            case 5 -> loop("u", num(2), vectorized("j", extent, store));
            default -> unrolled("u", num(2), vectorized("j", extent, store));
          };
      body.add(random.nextInt(3) == 0 ? loop("k", size("K"), loops) : loops);
    }
    Stmt nest = new Stmt.Allocate(a, new Stmt.Allocate(b, new Stmt.Sequence(body)));
    return module(
        List.of("N", "K"),
        List.of(x, v, w),
        List.of(y),
        function("Y", parallel("i", size("N"), nest)));
  }

  @Test
  void agreesWithTheInterpreterOnRandomNests() {
    long first = Long.getLong("einkorn.seed", 4711);
    int inVectors = 0;
    for (int number = 0; number < 150; number++) {
      Random random = new Random(first + number);
      Module module = randomNests(random);
      inVectors += usesArrays(module) ? 0 : 1;
      try {
        requireAgreement(module, random, random.nextInt(3), random.nextInt(3));
      } catch (Throwable failure) {
        throw new AssertionError("with -Deinkorn.seed=" + (first + number), failure);
      }
    }
    assertTrue(inVectors > 10, inVectors + " of 150 lie in vectors");
  }
}
