package org.einkorn.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.einkorn.CompileException;
import org.einkorn.Einkorn;
import org.einkorn.Einsum;
import org.einkorn.Kernel;
import org.einkorn.Program;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Layout;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// Every exception says what was expected and what came.
final class WrongUseTest {
  private static final Program PROGRAM =
      Einkorn.compile(
          "product",
          """
          input A[i: N, j: 3]
          input B[j: 3]: f32
          Y[i] = A[i, j] B[j]
          """);

  private static Tensor tensor(long... extents) {
    return Tensor.wrap(new float[Math.toIntExact(Shape.of(extents).elementCount())], extents);
  }

  private static void assertRefused(
      DataFault fault, String expected, String found, Executable use) {
    DataException failure = assertThrows(DataException.class, use);
    assertEquals(fault, failure.fault(), String.valueOf(failure.getMessage()));
    assertEquals(Optional.of(expected), failure.detail("expected"));
    assertEquals(Optional.of(found), failure.detail("found"));
  }

  @Test
  void aClosedArena() {
    Tensor closed;
    try (Arena arena = Arena.ofConfined()) {
      closed = Tensor.of(arena, new float[3], 3);
    }
    assertRefused(
        DataFault.MEMORY_CLOSED,
        "an open arena",
        "the arena of this f32[3] is closed",
        () -> PROGRAM.with("A", tensor(2, 3)).with("B", closed).run());
  }

  @Test
  void aConfinedArenaOfAnotherThread() throws InterruptedException {
    try (Arena arena = Arena.ofConfined();
        ExecutorService other =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "two"))) {
      Tensor mine = Tensor.of(arena, new float[3], 3);
      ExecutionException failure =
          assertThrows(
              ExecutionException.class,
              () ->
                  other.submit(() -> PROGRAM.with("A", tensor(2, 3)).with("B", mine).run()).get());
      assertRefused(
          DataFault.MEMORY_CLOSED,
          "the thread that made the confined arena of this f32[3]",
          "thread two",
          () -> {
            throw failure.getCause();
          });
    }
  }

  @Test
  void anotherElementType() {
    assertRefused(
        DataFault.WRONG_DTYPE,
        "f32",
        "f64",
        () -> PROGRAM.with("A", tensor(2, 3)).with("B", Tensor.wrap(new double[3])).run());
  }

  /// Shapes disagree with the source, so the source is shown.
  @Test
  void anotherShape() {
    CompileException failure =
        assertThrows(
            CompileException.class,
            () -> PROGRAM.with("A", tensor(2, 4)).with("B", tensor(3)).run());
    String text = String.valueOf(failure.getMessage());
    assertTrue(text.contains("E0") && text.contains("3") && text.contains("4"), text);
  }

  @Test
  void anotherRank() {
    CompileException failure =
        assertThrows(
            CompileException.class,
            () -> PROGRAM.with("A", tensor(2, 3, 1)).with("B", tensor(3)).run());
    String text = String.valueOf(failure.getMessage());
    assertTrue(text.contains("E0") && text.contains("2") && text.contains("3"), text);
  }

  @Test
  void anUnknownInput() {
    assertRefused(
        DataFault.INPUT_UNKNOWN,
        "one of the inputs [A, B]",
        "`Z`",
        () -> PROGRAM.with("A", tensor(2, 3)).with("B", tensor(3)).with("Z", tensor(1)).run());
  }

  @Test
  void aMissingInput() {
    assertRefused(
        DataFault.INPUT_MISSING,
        "a tensor for the input `B`",
        "only A",
        () -> PROGRAM.with("A", tensor(2, 3)).run());
  }

  @Test
  void anOutputThatWasNotKept() {
    IllegalArgumentException failure =
        assertThrows(
            IllegalArgumentException.class,
            () -> PROGRAM.with("A", tensor(2, 3)).with("B", tensor(3)).run().get("Q"));
    assertEquals(
        "this run kept [Y], not `Q`; ask for it with `keeping(\"Q\")`", failure.getMessage());
  }

  @Test
  void anEinsumOfOtherShapes() {
    CompileException failure =
        assertThrows(
            CompileException.class, () -> Einsum.of("ij,jk->ik").apply(tensor(2, 3), tensor(4, 5)));
    String text = String.valueOf(failure.getMessage());
    assertTrue(text.contains("3") && text.contains("4"), text);
  }

  @Test
  void anEinsumOfAnotherNumberOfOperands() {
    assertThrows(CompileException.class, () -> Einsum.of("ij,jk->ik").apply(tensor(2, 3)));
  }

  @Test
  void kernelsCheckWhatTheyAreGiven() {
    Kernel kernel = PROGRAM.kernel(Target.jvm(), Map.of("A", Shape.of(2, 3), "B", Shape.of(3)));
    Tensor a = tensor(2, 3);
    Tensor b = tensor(3);
    assertRefused(
        DataFault.WRONG_TENSORS,
        "the inputs [A, B] and the outputs [Y]",
        "2 tensors",
        () -> kernel.run(a, b));
    assertRefused(DataFault.SHAPE_MISMATCH, "f32[2]", "f32[3]", () -> kernel.run(a, b, b));
    assertRefused(
        DataFault.WRONG_DTYPE,
        "f32[2]",
        "f64[2]",
        () -> kernel.run(a, b, Tensor.wrap(new double[2])));
    assertRefused(
        DataFault.NOT_CONTIGUOUS,
        "an element for each index, as with strides [1]",
        "strides [0] of shape [2]",
        () -> kernel.run(a, b, tensor(1).broadcastTo(Shape.of(2))));
    assertRefused(
        DataFault.SHAPE_MISMATCH,
        "2",
        "5, shape [5, 3]",
        () -> kernel.run(tensor(5, 3), b, tensor(2)));
    assertRefused(
        DataFault.READ_ONLY,
        "writable memory for the output `Y`",
        "read-only memory",
        () ->
            kernel.run(
                a,
                b,
                Tensor.wrap(
                    tensor(2).segment().asReadOnly(), DType.F32, Layout.rowMajor(Shape.of(2)))));
  }

  @Test
  @SuppressWarnings("NullAway") // what happens to those whose compiler does not look
  void aKernelNamesTheTensorThatIsNull() {
    Kernel kernel = PROGRAM.kernel(Target.jvm(), Map.of("A", Shape.of(2, 3), "B", Shape.of(3)));
    String taken = "the inputs [A, B] and the outputs [Y]";
    assertRefused(
        DataFault.WRONG_TENSORS,
        taken,
        "null for the output `Y`",
        () -> kernel.run(tensor(2, 3), tensor(3), null));
    assertRefused(
        DataFault.WRONG_TENSORS,
        taken,
        "null for the input `B`",
        () -> kernel.run(tensor(2, 3), null, tensor(2)));
  }

  @Test
  void aResultNeedsAnOpenArenaOfThisThread() throws InterruptedException {
    Arena closed = Arena.ofConfined();
    closed.close();
    Program bound = PROGRAM.with("A", tensor(2, 3)).with("B", tensor(3));
    List<Executable> uses =
        List.of(
            () -> bound.run(closed),
            () -> Einsum.of("i->i").apply(closed, tensor(2)),
            () -> tensor(2).copy(closed),
            () -> Tensor.allocate(closed, DType.F32, 2));
    for (Executable use : uses) {
      assertRefused(DataFault.MEMORY_CLOSED, "an open arena for f32[2]", "a closed one", use);
    }
    try (Arena mine = Arena.ofConfined();
        ExecutorService other =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "two"))) {
      ExecutionException failure =
          assertThrows(ExecutionException.class, () -> other.submit(() -> bound.run(mine)).get());
      assertRefused(
          DataFault.MEMORY_CLOSED,
          "an arena in which this thread may allocate f32[2]",
          "a confined arena of another thread than two",
          () -> {
            throw failure.getCause();
          });
    }
  }

  private static void assertNamesNull(String parameter, Executable use) {
    assertEquals(parameter, assertThrows(NullPointerException.class, use).getMessage());
  }

  @Test
  @SuppressWarnings("NullAway") // what happens to those whose compiler does not look
  void nullIsNamedAtTheDoor() {
    assertNamesNull("spec", () -> Einsum.of((String) null));
    assertNamesNull("operand B", () -> Einsum.of("i,i->").apply(tensor(2), null));
    assertNamesNull("operands", () -> Einsum.of("i->").apply((Tensor[]) null));
    assertNamesNull("semiringName", () -> Einsum.of("i->").over(null));
    assertNamesNull("file", () -> Einkorn.compile((Path) null));
    assertNamesNull("text", () -> Einkorn.compile("name", (String) null));
    assertNamesNull("tensor", () -> PROGRAM.with("A", null));
    assertNamesNull("arena", () -> PROGRAM.run(null));
    assertNamesNull("target", () -> PROGRAM.kernel(null, Map.of()));
    assertNamesNull("shapes", () -> PROGRAM.explain(null));
    assertNamesNull("stage", () -> PROGRAM.ir(null));
    assertNamesNull("dtype", () -> Tensor.allocate(Arena.ofAuto(), null, 2));
  }

  @Test
  void aShapeIsOfAnInput() {
    assertRefused(
        DataFault.INPUT_UNKNOWN,
        "one of the inputs [A, B]",
        "`Q`",
        () -> PROGRAM.kernel(Target.jvm(), Map.of("A", Shape.of(2, 3), "Q", Shape.of(1))));
    assertRefused(
        DataFault.SHAPE_MISMATCH,
        "the shape of the tensor that is bound to it, [2, 3]",
        "[4, 3]",
        () ->
            PROGRAM
                .with("A", tensor(2, 3))
                .kernel(Target.jvm(), Map.of("A", Shape.of(4, 3), "B", Shape.of(3))));
    // What nothing that is kept needs is an input all the same.
    Einkorn.compile("two", "input A[i: N]\ninput B[i: M]\nY[i] = 2 A[i]\nZ[i] = B[i]\n")
        .keeping("Y")
        .kernel(Target.jvm(), Map.of("A", Shape.of(2), "B", Shape.of(3)));
  }

  /// A kernel reads its inputs while it writes its outputs.
  @Test
  void anOutputMayNotLieInAnInput() {
    Kernel kernel =
        Einkorn.compile("turn", "input A[i: 2, j: 2]\nY[j, i] = A[i, j]")
            .kernel(Target.jvm(), Map.of());
    Tensor a = Tensor.wrap(new float[] {1, 2, 3, 4}, 2, 2);
    assertRefused(
        DataFault.MEMORY_MISMATCH,
        "memory for the output `Y` that no other tensor of the run uses",
        "memory that `A` uses",
        () -> kernel.run(a, a));
    assertEquals(List.of("A"), kernel.inputs());
  }
}
