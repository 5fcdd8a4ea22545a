package org.einkorn.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.einkorn.Options;
import org.einkorn.Target;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.exec.RunOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The programs of `bench/workloads` compute on both backends what the interpreter computes, at the
/// small sizes of the suite.
@Execution(ExecutionMode.CONCURRENT)
final class WorkloadsTest {
  private static final Suite SUITE = Suite.read("workloads", text -> Shape.of(extents(text)));

  private static long[] extents(String text) {
    return Arrays.stream(text.split("x")).mapToLong(Long::parseLong).toArray();
  }

  static List<String> ids() {
    return SUITE.ids();
  }

  @Test
  void thereAreAllOfThem() {
    assertEquals(37, ids().size());
    assertEquals("workloads", SUITE.title());
  }

  @ParameterizedTest
  @MethodSource("ids")
  void agreesWithTheInterpreter(String id) {
    Setup setup =
        new Setup(List.of(Target.jvm(), Target.llvm()), List.of(2), 1, 0, RunOptions.defaults(), 7);
    try (Benchmark benchmark = Benchmark.open(setup, Optional.empty())) {
      Workload workload = SUITE.workload(id, true, Options.defaults());
      assertEquals("the interpreter", benchmark.check(workload), "the sizes are too large for it");
    }
  }

  /// The einsum that a peer is told is read off the program.
  @Test
  void einsumsAreKnownAsSuch() {
    assertSpec("sgemm64", "ab,bc->ac", "A", "B");
    assertSpec("es_inbatch", "abcd,aced->abed", "A", "B");
    assertSpec("es_diag", "aa->a", "A");
    assertSpec("es_dot2", "ab,ab->", "A", "B");
    assertSpec("es_chain", "ab,bc,cd,de->ae", "A", "B", "C", "D");
    assertSpec("lmf", "ab,ac,ad,ebf,ecf,edf->af", "x", "y", "z", "U", "V", "Z");
    for (String other : List.of("softmax", "minplus", "boolclosure", "kron_mv", "conv3x3")) {
      assertTrue(spec(other, List.of("A", "B")).isEmpty(), other);
    }
  }

  private static Optional<PeerTask> spec(String id, List<String> inputs) {
    return EinsumForm.of(SUITE.workload(id, true, Options.defaults()).program(), inputs);
  }

  private static void assertSpec(String id, String expected, String... inputs) {
    assertEquals(Optional.of(PeerTask.einsum(expected)), spec(id, List.of(inputs)));
  }
}
