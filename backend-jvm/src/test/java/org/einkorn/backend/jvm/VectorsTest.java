package org.einkorn.backend.jvm;

import static org.einkorn.backend.jvm.Ir.at;
import static org.einkorn.backend.jvm.Ir.binary;
import static org.einkorn.backend.jvm.Ir.block;
import static org.einkorn.backend.jvm.Ir.constant;
import static org.einkorn.backend.jvm.Ir.function;
import static org.einkorn.backend.jvm.Ir.loop;
import static org.einkorn.backend.jvm.Ir.module;
import static org.einkorn.backend.jvm.Ir.num;
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
import static org.einkorn.backend.jvm.Ir.unary;
import static org.einkorn.backend.jvm.Ir.vectorized;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.einkorn.backend.jvm.asm.ClassText;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
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

/// Loops whose iterations are lanes. The tests run with the Vector API.
class VectorsTest {
  private static boolean usesVectors(Module module) {
    return ClassText.print(KernelClass.hidden(module, VectorMachine.detect()))
        .contains("intoMemorySegment");
  }

  private static void requireAgreement(Module module, Random random, long... symbols) {
    Execution execution = Execution.of(module, symbols);
    for (Buffer buffer : module.allBuffers()) {
      for (long element = 0; element < execution.count(buffer.name()); element++) {
        double[] special = {Double.NaN, Double.POSITIVE_INFINITY, -0.0, 0, 1e-42};
        boolean isSpecial = random.nextInt(8) == 0;
        double value = isSpecial ? special[random.nextInt(5)] : random.nextGaussian();
        boolean isFloat = buffer.type().dtype().isFloat();
        execution.set(buffer.name(), element, isFloat ? value : random.nextInt(3));
      }
    }
    assertEquals(Optional.empty(), execution.run().map(KernelTrap::kind));
  }

  /// `Y[i] = max(min(X[i] * Z[i] - abs(X[i]) / 3, sqrt(Z[i])), -S[])`
  private static Module elementwise(DType type, IndexExpr extent, List<String> symbols) {
    Buffer x = tensor("X", type, extent);
    Buffer z = tensor("Z", type, extent);
    Buffer s = tensor("S", type);
    Buffer y = tensor("Y", type, extent);
    Scalar left =
        binary(
            BinaryOp.SUBTRACT,
            times(read(x, at("i")), read(z, at("i"))),
            binary(BinaryOp.DIVIDE, unary(UnaryOp.ABS, read(x, at("i"))), constant(type, 3)));
    Scalar value =
        binary(
            BinaryOp.MAXIMUM,
            binary(BinaryOp.MINIMUM, left, unary(UnaryOp.SQRT, read(z, at("i")))),
            unary(UnaryOp.NEGATE, read(s)));
    return module(
        symbols,
        List.of(x, z, s),
        List.of(y),
        function("Y", vectorized("i", extent, store(y, value, at("i")))));
  }

  @ParameterizedTest
  @EnumSource(names = {"F64", "F32"})
  void computesElementwiseInTheSameBits(DType type) {
    Random random = new Random(1);
    Module symbolic = elementwise(type, size("N"), List.of("N"));
    assertTrue(usesVectors(symbolic));
    for (long extent : new long[] {0, 1, 7, 16, 33, 100}) {
      requireAgreement(symbolic, random, extent);
    }
    for (long extent : new long[] {16, 32, 48, 64, 80, 17}) {
      requireAgreement(elementwise(type, num(extent), List.of()), random);
    }
  }

  /// A tile of a matrix product: two rows by `columns`, in registers.
  private static Module tile(DType type, long columns) {
    IndexExpr rows = num(2);
    IndexExpr inner = size("K");
    IndexExpr width = num(columns);
    Buffer a = tensor("A", type, rows, inner);
    Buffer b = tensor("B", type, inner, width);
    Buffer c = tensor("C", type, rows, width);
    Buffer first = register("sum0", type);
    Buffer second = register("sum1", type);
    List<Stmt> steps = new ArrayList<>();
    for (int row = 0; row < 2; row++) {
      Buffer sum = row == 0 ? first : second;
      Scalar product = times(read(a, num(row), at("k")), read(b, at("k"), at("j")));
      steps.add(store(sum, plus(read(sum), product)));
    }
    Stmt update =
        block(
            List.of(spatial("j", width, at("jj")), reduce("k", inner, at("kk"))),
            List.of(),
            Optional.of(
                sequence(store(first, constant(type, 0)), store(second, constant(type, 0)))),
            new Stmt.Sequence(steps));
    Stmt body =
        sequence(
            loop("kk", inner, update),
            store(c, read(first), num(0), at("jj")),
            store(c, read(second), num(1), at("jj")));
    return module(
        List.of("K"),
        List.of(a, b),
        List.of(c),
        function(
            "C",
            vectorized("jj", width, new Stmt.Allocate(first, new Stmt.Allocate(second, body)))));
  }

  @ParameterizedTest
  @EnumSource(names = {"F64", "F32"})
  void keepsATileInRegisters(DType type) {
    Random random = new Random(2);
    for (long columns : new long[] {16, 32, 64, 8, 40, 100}) {
      Module module = tile(type, columns);
      assertEquals(columns >= VectorMachine.detect().lanes(type), usesVectors(module));
      requireAgreement(module, random, 5);
      requireAgreement(module, random, 1);
    }
  }

  /// C2 does not know the class of a sum that a loop changes, but that of a product.
  @Test
  void callsMethodsOfWhatIsNoSumOfTheLoop() {
    List<String> lines =
        ClassText.print(KernelClass.hidden(tile(DType.F32, 32), VectorMachine.detect()))
            .lines()
            .map(String::strip)
            .toList();
    int additions = 0;
    for (int line = 1; line < lines.size(); line++) {
      if (lines.get(line).startsWith("invokevirtual jdk/incubator/vector/FloatVector.add ")) {
        additions++;
        assertTrue(lines.get(line - 1).startsWith("aload "), lines.get(line - 1));
      }
    }
    assertTrue(additions > 0);
  }

  /// What the first loop has loaded in its rounds is not there after it.
  @Test
  void loadsAnewAfterALoopWithoutARest() {
    long lanes = VectorMachine.detect().lanes(DType.F32);
    List<Stmt> loops = new ArrayList<>();
    List<Buffer> from = new ArrayList<>();
    List<Buffer> to = new ArrayList<>();
    for (long vectors : new long[] {5, 1}) {
      Buffer x = tensor("X" + vectors, DType.F32, num(vectors * lanes));
      Buffer y = tensor("Y" + vectors, DType.F32, num(vectors * lanes));
      from.add(x);
      to.add(y);
      Scalar value = times(read(x, at("i")), constant(DType.F32, 3));
      loops.add(vectorized("i", num(vectors * lanes), store(y, value, at("i"))));
    }
    Module module =
        module(List.of(), from, to, function("Y", new Stmt.Sequence(List.copyOf(loops))));
    assertTrue(usesVectors(module));
    requireAgreement(module, new Random(5));
  }

  @Test
  void choosesByLanes() {
    Buffer x = tensor("X", DType.F32, size("N"));
    Buffer g = tensor("G", DType.F32, size("N"));
    Buffer y = tensor("Y", DType.F32, size("N"));
    Scalar zero = constant(DType.F32, 0);
    Scalar one = constant(DType.F32, 1);
    List<Scalar> conditions =
        List.of(
            binary(BinaryOp.LESS, zero, read(x, at("i"))),
            binary(BinaryOp.LESS_EQUAL, read(x, at("i")), read(g, at("i"))),
            binary(BinaryOp.EQUAL, read(x, at("i")), read(g, at("i"))),
            binary(BinaryOp.NOT_EQUAL, read(x, at("i")), read(x, at("i"))),
            binary(
                BinaryOp.AND,
                unary(UnaryOp.NOT, binary(BinaryOp.LESS, read(x, at("i")), one)),
                binary(BinaryOp.LESS, zero, read(g, at("i")))),
            binary(
                BinaryOp.OR,
                binary(BinaryOp.LESS, read(x, at("i")), zero),
                binary(BinaryOp.EQUAL, new Scalar.Position(size("N")), constant(DType.I64, 33))));
    Random random = new Random(3);
    for (Scalar condition : conditions) {
      Scalar value = new Scalar.Select(condition, read(g, at("i")), zero);
      Module module =
          module(
              List.of("N"),
              List.of(x, g),
              List.of(y),
              function("Y", vectorized("i", size("N"), store(y, value, at("i")))));
      assertTrue(usesVectors(module));
      requireAgreement(module, random, 33);
      requireAgreement(module, random, 32);
    }
  }

  /// What is read in some lanes only, and what in the others.
  private static Scalar order(BinaryOp op, IndexExpr left, IndexExpr right) {
    return binary(op, new Scalar.Position(left), new Scalar.Position(right));
  }

  @Test
  void doesNotReadASideThatIsNotChosen() {
    Buffer x = tensor("X", DType.F32, size("N"));
    Buffer z = tensor("Z", DType.F32, size("K"));
    Buffer y = tensor("Y", DType.F32, size("M"), size("N"));
    IndexExpr next = at("i").plus(1);
    Scalar none = constant(DType.F32, -1);
    Scalar rest = read(z, at("i").minus(size("P")));
    Scalar isInside = order(BinaryOp.LESS, at("i").minus(size("P")), size("K"));
    List<Scalar> values =
        List.of(
            new Scalar.Select(Scalar.inBounds(next, size("N")), read(x, next), none),
            new Scalar.Select(order(BinaryOp.LESS_EQUAL, at("i"), at("r")), read(x, at("i")), none),
            new Scalar.Select(order(BinaryOp.LESS, at("r"), at("i")), none, read(x, at("i"))),
            new Scalar.Select(
                unary(UnaryOp.NOT, order(BinaryOp.LESS_EQUAL, at("r").plus(3), at("i"))),
                unary(UnaryOp.SQRT, read(x, at("i"))),
                read(x, at("i"))),
            new Scalar.Select(
                order(BinaryOp.LESS, at("i"), size("P")),
                read(x, at("i")),
                new Scalar.Select(isInside, rest, none)),
            new Scalar.Select(
                binary(
                    BinaryOp.AND,
                    isInside,
                    unary(UnaryOp.NOT, order(BinaryOp.LESS, at("i"), size("P")))),
                plus(rest, read(x, at("i"))),
                plus(read(x, at("i")), none)));
    Random random = new Random(4);
    for (Scalar value : values) {
      Stmt each = store(y, value, at("r"), at("i"));
      Stmt strip =
          vectorized(
              "j",
              num(48),
              block(
                  List.of(spatial("i", size("N").plus(48), at("j").plus(at("o").times(48)))),
                  List.of(new Guard(at("i"), size("N"))),
                  Optional.empty(),
                  each));
      IndexExpr strips = size("N").plus(47).floorDiv(num(48));
      for (Stmt row : List.of(vectorized("i", size("N"), each), loop("o", strips, strip))) {
        Module module =
            module(
                List.of("N", "M", "K", "P"),
                List.of(x, tensor("W", DType.F32, size("M"), size("P")), z),
                List.of(y),
                function("Y", loop("r", size("M"), row)));
        assertTrue(usesVectors(module));
        for (int round = 0; round < 20; round++) {
          requireAgreement(
              module,
              random,
              random.nextInt(120),
              1 + random.nextInt(40),
              random.nextInt(60),
              random.nextInt(60));
        }
      }
    }
  }

  @Test
  void readsNothingThatAllLanesShareForAFewOfThem() {
    Buffer x = tensor("X", DType.F32, size("K"));
    Buffer y = tensor("Y", DType.F32, size("N"));
    Scalar isInside = order(BinaryOp.LESS, at("i"), num(3));
    Scalar value = new Scalar.Select(isInside, read(x, num(2)), constant(DType.F32, 0));
    Module module =
        module(
            List.of("N", "K"),
            List.of(x, tensor("W", DType.F32, size("N"))),
            List.of(y),
            function("Y", vectorized("i", size("N"), store(y, value, at("i")))));
    assertFalse(usesVectors(module));
    requireAgreement(module, new Random(4), 40, 3);
  }

  @Test
  void broadcastsWhatAllLanesShare() {
    Buffer table = tensor("Table", DType.F32, num(3), size("N"));
    Buffer token = tensor("Token", DType.I64, size("P"));
    Buffer scale = tensor("Scale", DType.F64, size("P"));
    Buffer y = tensor("Y", DType.F32, size("P"), size("N"));
    IndexExpr row = new IndexExpr.Fetch("Table", 0, num(3), read(token, at("p")));
    Scalar value = times(read(table, row, at("i")), Scalar.cast(DType.F32, read(scale, at("p"))));
    Stmt body =
        block(
            List.of(spatial("i", size("N"), at("ii")), spatial("p", size("P"), at("pp"))),
            List.of(new Guard(at("p").plus(-1), size("P"))),
            Optional.empty(),
            store(y, value, at("p"), at("i")));
    Module module =
        module(
            List.of("N", "P"),
            List.of(table, token, scale),
            List.of(y),
            function("Y", loop("pp", size("P"), vectorized("ii", size("N"), body))));
    assertTrue(usesVectors(module));
    requireAgreement(module, new Random(5), 37, 3);
    Execution.of(module, 37, 2).withIntegers("Token", 0, 3).expectTrap(KernelTrap.Kind.POSITION, 0);
  }

  @Test
  void keepsToScalarsWhereVectorsDoNotDo() {
    Buffer x = tensor("X", DType.F32, size("N"), size("N"));
    Buffer n = tensor("K", DType.I32, size("N"));
    Buffer y = tensor("Y", DType.F32, size("N"));
    Buffer t = tensor("T", DType.I32, size("N"));
    Buffer sum = register("sum", DType.F32);
    List<Stmt> bodies =
        List.of(
            store(y, unary(UnaryOp.SIN, read(x, num(0), at("i"))), at("i")),
            store(y, read(x, at("i"), num(0)), at("i")),
            store(y, read(x, at("i"), at("i")), at("i")),
            store(y, Scalar.cast(DType.F32, new Scalar.Position(at("i"))), at("i")),
            store(y, read(x, num(0), at("i")), at("i").times(2).floorMod(size("N"))),
            store(t, plus(read(n, at("i")), read(n, at("i"))), at("i")));
    for (Stmt body : bodies) {
      Module module =
          module(
              List.of("N"),
              List.of(x, n),
              List.of(y, t),
              function("Y", vectorized("i", size("N"), body)));
      assertFalse(usesVectors(module));
      requireAgreement(module, new Random(6), 35);
    }
    Stmt reduction =
        new Stmt.Allocate(
            sum,
            sequence(
                store(sum, constant(DType.F32, 0)),
                vectorized("i", size("N"), store(sum, plus(read(sum), read(x, num(0), at("i"))))),
                store(y, read(sum), num(0))));
    Module module = module(List.of("N"), List.of(x), List.of(y), function("Y", reduction));
    assertFalse(usesVectors(module));
    requireAgreement(module, new Random(7), 35);
  }

  /// A random value of lanes: elements, shared values, a register, operations of all kinds.
  private static Scalar randomValue(Random random, DType type, List<Scalar> leaves, int depth) {
    if (depth == 0) {
      return leaves.get(random.nextInt(leaves.size()));
    }
    Scalar left = randomValue(random, type, leaves, depth - 1);
    Scalar right = randomValue(random, type, leaves, depth - 1);
    List<BinaryOp> operations =
        List.of(
            BinaryOp.ADD,
            BinaryOp.SUBTRACT,
            BinaryOp.MULTIPLY,
            BinaryOp.DIVIDE,
            BinaryOp.MINIMUM,
            BinaryOp.MAXIMUM);
    List<BinaryOp> comparisons =
        List.of(BinaryOp.EQUAL, BinaryOp.NOT_EQUAL, BinaryOp.LESS, BinaryOp.LESS_EQUAL);
    return switch (random.nextInt(8)) {
      case 0 -> unary(UnaryOp.SQRT, left);
      case 1 -> unary(random.nextBoolean() ? UnaryOp.NEGATE : UnaryOp.ABS, left);
      case 2 -> {
        Scalar condition = binary(comparisons.get(random.nextInt(4)), left, right);
        if (random.nextBoolean()) {
          condition = unary(UnaryOp.NOT, condition);
        }
        yield new Scalar.Select(condition, right, randomValue(random, type, leaves, depth - 1));
      }
      default -> binary(operations.get(random.nextInt(operations.size())), left, right);
    };
  }

  @Test
  void agreesWithTheInterpreterOnRandomExpressions() {
    long first = Long.getLong("einkorn.seed", 77);
    int vectorized = 0;
    for (int number = 0; number < 100; number++) {
      Random random = new Random(first + number);
      DType type = random.nextBoolean() ? DType.F32 : DType.F64;
      IndexExpr width = random.nextBoolean() ? size("N") : num(8 * (1 + random.nextInt(10)));
      Buffer x = tensor("X", type, size("K"), width);
      Buffer z = tensor("Z", type, size("N"));
      Buffer v = tensor("V", type, size("K"));
      Buffer y = tensor("Y", type, size("K"), width);
      Buffer sum = register("sum", type);
      List<Scalar> leaves =
          List.of(
              read(x, at("k"), at("i")),
              read(v, at("k")),
              read(sum),
              times(read(v, at("k")), read(v, num(0))),
              constant(type, 0.75));
      Stmt step =
          sequence(
              store(sum, randomValue(random, type, leaves, 3)),
              store(y, randomValue(random, type, leaves, 2), at("k"), at("i")),
              store(sum, plus(read(sum), read(y, at("k"), at("i")))));
      Stmt nest =
          vectorized(
              "i",
              width,
              new Stmt.Allocate(
                  sum, sequence(store(sum, constant(type, 1)), loop("k", size("K"), step))));
      Module module = module(List.of("K", "N"), List.of(x, z, v), List.of(y), function("Y", nest));
      vectorized += usesVectors(module) ? 1 : 0;
      try {
        requireAgreement(module, random, 1 + random.nextInt(3), random.nextInt(50));
      } catch (AssertionError failure) {
        throw new AssertionError("with -Deinkorn.seed=" + (first + number), failure);
      }
    }
    assertTrue(vectorized > 40, vectorized + " of 100 use vectors");
  }

  @Test
  void emitsClassesWithoutVectors() {
    Module module = elementwise(DType.F32, size("N"), List.of("N"));
    assertFalse(ClassText.print(StandaloneClass.of(module, "A")).contains("incubator"));
    assertFalse(
        ClassText.print(KernelClass.hidden(module, VectorMachine.NONE)).contains("incubator"));
  }
}
